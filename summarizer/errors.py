"""Every failure that a caller can meet, as one tree.

    class                code              again?  exit
    SummarizerError      error             no      1     Any failure of this program.
    ├── InputError       bad_input         no      1     What the user named cannot be analysed.
    │   ├── EmptyInput   empty_body        no      1     It holds no text.
    │   ├── NoArticle    no_article        no      1     It is a page without an article.
    │   └── BadRecord    bad_record        no      1     A line of a batch is not a record.
    ├── UsageError       usage             no      2     An option, path or setting is wrong.
    ├── FetchError       connection        no      1     The network failed, or what it brought.
    ├── LLMError         llm_unavailable   no      3     The model's endpoint cannot be used.
    │   └── AnswerError  llm_bad_response  yes     1     It works, but its answer cannot be used.
    └── StorageError     storage           no      4     An output cannot be written.

"again?" says whether trying again may help. Code and again are the usual ones of the class: where
a failure is raised, both may be given more exactly. A claim that the text does not support is no
error: it is a finding of the report.
"""

from typing import Literal, NewType

# A code whose end is known only when it happens: `http_<status>`, `wall_<kind>`.
ComposedCode = NewType("ComposedCode", str)
# The codes beside the usual ones of the classes below.
ErrorCode = Literal[
    "bad_url",  # no web address, or one that hides where it leads
    "blocked_address",  # not public, and not named by --allow-private
    "blocked_port",
    "blocked_redirect",  # from https to plain http
    "blocked_scheme",
    "budget",  # another answer could cost more than --max-cost leaves
    "connection",
    "content_encoding",  # packed in a way that was not asked for
    "content_type",  # neither a web page nor a feed nor a text
    "empty_body",
    "feed_invalid",
    "internal",  # a fault of this program
    "llm_auth",
    "llm_bad_request",
    "llm_filtered",  # the endpoint's content filter held the answer back
    "llm_model",  # the endpoint knows no such model
    "llm_quota",
    "llm_rate_limited",
    "llm_refused",  # the model will not answer
    "llm_schema",  # twice, the answer does not have the form asked for
    "llm_timeout",
    "llm_truncated",  # the answer ended at its limit of tokens
    "llm_unavailable",
    "not_found",
    "parse_crash",
    "parse_memory",
    "parse_timeout",
    "robots_disallowed",
    "stopped",  # the run is ending
    "timeout",
    "tls",
    "token",  # the local page was asked to spend money, or sent an old form
    "too_large",
    "too_many",  # articles that wait for the local page already
    "too_many_redirects",
    "truncated",  # the page did not arrive whole
    "truncated_parse",  # the page is nested too deep to be read
    "undelivered",  # a test message did not reach its receiver
]


class SummarizerError(Exception):
    """A failure with a stable `code`, an `exit_status`, and whether trying again may help."""

    code = "error"
    exit_status = 1
    retryable = False
    retry_after: float | None = None  # seconds after which another request may help

    def __init__(
        self,
        detail: str,
        *,
        code: ErrorCode | ComposedCode | None = None,
        url: str | None = None,
        advice: str | None = None,
        retryable: bool | None = None,
    ):
        super().__init__(detail)
        self.detail = detail
        self.url = url
        self.advice = advice
        self.code = code or self.code
        if retryable is not None:
            self.retryable = retryable

    def __str__(self) -> str:
        place = f" ({self.url})" if self.url and self.url not in self.detail else ""
        advice = f". {self.advice}" if self.advice else ""
        return f"{self.code}: {self.detail}{place}{advice}"


class InputError(SummarizerError):
    """The thing named by the user cannot be analysed."""

    code = "bad_input"


class EmptyInput(InputError):
    """The input holds no text at all."""

    code = "empty_body"


class NoArticle(InputError):
    """The page was read, and no article was found on it."""

    code = "no_article"


class BadRecord(InputError):
    """A line of a batch or of a label file is not an article record."""

    code = "bad_record"


class UsageError(SummarizerError):
    """An option, a path or a setting is wrong; nothing was started."""

    code = "usage"
    exit_status = 2


class FetchError(SummarizerError):
    """The page could not be had, or is not one that is read. SECURITY.md explains the codes."""

    code = "connection"


class LLMError(SummarizerError):
    """The model endpoint cannot be used: address, key, model name, quota."""

    code = "llm_unavailable"
    exit_status = 3


class AnswerError(LLMError):
    """The endpoint answered, but not with an answer that can be used for this article."""

    code = "llm_bad_response"
    exit_status = 1
    retryable = True


class StorageError(SummarizerError):
    """An output file cannot be written."""

    code = "storage"
    exit_status = 4
