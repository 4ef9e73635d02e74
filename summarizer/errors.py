"""Every failure a caller can meet, one tree.

    SummarizerError
    ├── InputError          the thing named by the user cannot be analysed          exit 1
    │   ├── EmptyInput      nothing in it
    │   ├── NoArticle       a page, but no article on it
    │   └── BadRecord       a line of a batch or a label file is not a record
    ├── UsageError          an option, path or setting is wrong; nothing started     exit 2
    ├── FetchError          the network, or what it brought                          exit 1
    ├── LLMError            the model endpoint or its answer                         exit 3
    │   └── AnswerError     the endpoint works, this answer cannot be used           exit 1
    └── StorageError        an output cannot be written                              exit 4

A claim that the text does not support is no error: it is a finding (see verification.py).
"""


class SummarizerError(Exception):
    """A failure with a stable `code`, an `exit_status`, and whether trying again may help."""

    code = "error"
    exit_status = 1
    retryable = False

    def __init__(
        self,
        detail: str,
        *,
        code: str | None = None,
        url: str | None = None,
        advice: str | None = None,
        retryable: bool | None = None,
    ):
        self.detail = detail
        self.url = url
        self.advice = advice
        if code:
            self.code = code
        if retryable is not None:
            self.retryable = retryable
        message = f"{self.code}: {detail}"
        if url and url not in detail:
            message += f" ({url})"
        if advice:
            message += f". {advice}"
        super().__init__(message)


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
    """The page could not be had; `code` says which way, RELIABILITY items 1 to 12."""

    code = "connection"
    retry_after: float | None = None  # seconds, where the server names them


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
