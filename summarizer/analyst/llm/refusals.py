"""ERROR RESPONSE -> LLMError: what an endpoint says instead of an answer, in whatever wrapping.

Servers, and those who pass on their words, put the reason into `error.message`, `detail`,
`message.detail[].msg`, JSON within a string (`error.metadata.raw`) or plain text. So all of the
words are read, wherever they stand, and what they mean is told by tables of known wordings.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

from summarizer.analyst.llm.dialect import ANSWER_TOKENS
from summarizer.errors import AnswerError, LLMError

MAX_BYTES = 20_000  # of a response that are read; a reason stands in the first few hundred
MAX_DEPTH = 12  # of JSON, and of JSON within its strings
# What repeats the request or the model's words, and says nothing of the reason.
_ECHOES = frozenset(("input", "ctx", "failed_generation", "user_id", "request"))
_REASONS = frozenset(("message", "msg", "detail", "error", "raw", "description"))

_TOO_LONG = re.compile(
    r"""
    context_length_exceeded | exceed_context_size        # OpenAI, Groq; llama.cpp, Ollama
    | context\ (?:length|size|window|overflows)          # most of them
    | maximum\ (?:context|model|prompt)\ length          # vLLM, Mistral; vLLM; xAI
    | prompt\ is\ too\ long | input\ is\ too\ long       # Anthropic; Bedrock
    | input\ token\ count .{0,40} exceeds                # Gemini
    | too\ many\ (?:input\ )?tokens                      # Cohere
    | reduce\ the\ length\ of\ the                       # Groq, OpenAI
    | request\ too\ large                                # Groq, OpenAI: the tokens of a minute
    | tokens`?\ must\ (?:have\ less\ than|be\ <)         # TGI: `inputs` tokens + … must be <= 4096
    | must\ have\ less\ than\ \d+\ tokens                # TGI: `inputs` must have less than 1024 …
    | input\ is\ too\ large\ to\ process                 # llama.cpp
    | (?:input|prompt) .{0,40} longer\ than .{0,40} length   # SGLang
    """,
    re.IGNORECASE | re.VERBOSE,
)
# Words of a model that failed to keep to a form, which Groq calls a wrong request.
_SLIP = re.compile(r"json_validate_failed|failed to (?:generate|validate) json", re.IGNORECASE)
_NO_MODEL = re.compile(
    r"model_not_found|not a valid model|(?:no such|unknown|invalid) model"
    r"|\bmodel\b[^.]{0,80}(?:not found|not exist)",
    re.IGNORECASE,
)
_NO_PATH = re.compile(r"unexpected endpoint", re.IGNORECASE)  # LM Studio, in a 200

_WAIT = re.compile(  # "try again in 7m12.5s", "Please retry in 7.0s", retryDelay "7s"
    r"(?:re-?try|try again|wait)\D{0,24}((?:\d{1,6}(?:\.\d+)?\s?(?:ms|milli|h|m|s)[a-z]*\s?)+)",
    re.IGNORECASE,
)
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)\s?(ms|milli|h|m|s)", re.IGNORECASE)
_SECONDS = {"ms": 0.001, "milli": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_SIZE = re.compile(r"(?<![\w.-])\d{3,8}(?![\w-])")
_LEAST_SIZE = 512  # tokens; a smaller number is an HTTP status or a place
_TITLE = re.compile(r"<title>([^<]{1,200})", re.IGNORECASE)


class ContextTooLong(AnswerError):
    """The prompt does not fit the model; `share` of it would, as far as the server tells."""

    code = "llm_bad_request"
    retryable = False

    def __init__(self, detail: str, *, advice: str, share: float):
        super().__init__(detail, advice=advice)
        self.share = share


class Lesson(AnswerError):
    """A refusal that taught how to spell the request, or where to send it."""

    code = "llm_bad_request"
    retryable = False
    retry_after = 0.0


class ServerFault(LLMError):
    """A status 500, which some servers answer to a request that they do not understand."""

    retryable = True


class Refusal(NamedTuple):
    """`reason` is for people, `words` are all that was said, fields' names and numbers included.

    `wait` are the seconds after which the server wants to be asked again, if it says so.
    """

    status: int
    reason: str
    words: str
    wait: float | None = None


def read_refusal(status: int, content: bytes, headers: Mapping[str, str]) -> Refusal:
    """What an error response says. Of an HTML page only its title counts, as a reason.

    >>> body = b'[{"error": {"message": "Please retry in 7.0s.", "details": [{"param": "top"}]}}]'
    >>> read_refusal(429, body, {})[1:]
    ('Please retry in 7.0s.', 'error message Please retry in 7.0s. details param top', 7.0)
    """
    text = content[:MAX_BYTES].decode(errors="replace").strip()
    if text.startswith("<"):
        title = _TITLE.search(text)
        reason, words = title[1] if title else "a page of HTML", ""
    else:
        said = list(_walk(_parse(text)))
        words = " ".join(word for _, word in said)
        reasons = [word for name, word in said if name in _REASONS]
        reason = "; ".join(dict.fromkeys(reasons)) or text
    wait = _read_retry_after(headers)
    return Refusal(status, reason, words, _find_wait(words) if wait is None else wait)


def explain(refusal: Refusal, reason: str, model: str) -> LLMError:
    """The error that a refusal is, with the `reason` as it may be shown."""
    status, words = refusal.status, refusal.words
    if status == 401 or (status == 403 and "logprobs" not in words):
        detail = f"the endpoint refuses the key ({status}): {reason}"
        advice = "Check OPENAI_API_KEY and OPENAI_BASE_URL"
        return LLMError(detail, code="llm_auth", advice=advice)
    if status == 402 or "insufficient_quota" in words:
        detail = f"the account has no quota left: {reason}"
        return LLMError(detail, code="llm_quota", advice="Top it up, then run again")
    if status == 400 and "content_filter" in words:
        detail = "the endpoint's content filter held the article back"
        return AnswerError(detail, code="llm_filtered", retryable=False)
    too_long = _TOO_LONG.search(words)
    # of a 429 it is the one that no wait helps: "too many tokens" may be those of a minute
    if too_long and (status != 429 or too_long[0].lower() == "request too large"):
        detail = f"the article is too long for the model: {reason}"
        advice = "Use a model with a larger context, or give the server more of it"
        return ContextTooLong(detail, advice=advice, share=_fitting_share(words, ANSWER_TOKENS))
    if _SLIP.search(words):
        slip = AnswerError(f"the model did not keep to JSON: {reason}")
        slip.retry_after = 0.0
        return slip
    return _explain_status(refusal, reason, model)


def is_wrong_path(refusal: Refusal) -> bool:
    """Whether nothing answers at the address: the words name no model that is missing."""
    if refusal.status in (404, 405):
        return not _NO_MODEL.search(refusal.words)
    return bool(_NO_PATH.search(refusal.words))


def _explain_status(refusal: Refusal, reason: str, model: str) -> LLMError:
    """The error for a refusal of which the status says all."""
    status = refusal.status
    if status == 404 or (status == 400 and _NO_MODEL.search(refusal.words)):
        detail = f"the endpoint knows no model {model}, or no such path: {reason}"
        advice = "Check --model or SUMMARIZER_MODEL, and OPENAI_BASE_URL; most end in /v1"
        return LLMError(detail, code="llm_model", advice=advice)
    detail = f"the endpoint answered {status}: {reason}"
    if status == 429:
        return LLMError(detail, code="llm_rate_limited", retryable=True)
    if status == 500:
        return ServerFault(detail)
    if status in (408, 409, 425) or status > 500:
        return LLMError(detail, retryable=True)
    if status in (400, 403, 413, 415, 422):
        detail = f"the endpoint refuses the request: {reason}"
        return AnswerError(detail, code="llm_bad_request", retryable=False)
    if status < 300:
        return AnswerError(f"the endpoint answered with an error: {reason or 'of no name'}")
    if status < 400:
        detail = f"the endpoint answered {status}: it redirects, which is not followed"
    return LLMError(detail, advice="Check OPENAI_BASE_URL")


def _fitting_share(words: str, answer: int) -> float:
    """How much of a prompt fits the model beside an answer of so many tokens.

    The two largest numbers of the words are the size of the prompt and what the model takes; half
    where they do not say both.

    >>> _fitting_share("prompt is too long: 10,000 tokens > 8,000 maximum", 2000)
    0.6
    """
    sizes = {int(size) for size in _SIZE.findall(re.sub(r"(?<=\d),(?=\d{3})", "", words))}
    sizes = {size for size in sizes if size >= _LEAST_SIZE}
    if len(sizes) < 2:
        return 0.5
    fits, given = sorted(sizes)[-2:]
    return max(0.05, (fits - answer) / given)


def _parse(text: str) -> Any:
    """The text as JSON, or itself where it is none."""
    if text.startswith(("{", "[")):
        with suppress(ValueError, RecursionError):
            return json.loads(text)
    return text


def _walk(node: Any, name: str = "error", depth: int = MAX_DEPTH) -> Iterator[tuple[str, str]]:
    """Every name, string and number in JSON, each with the name of its field ("" for a name)."""
    if depth == 0:
        return
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key not in _ECHOES:
                yield "", key
                yield from _walk(value, key, depth - 1)
    elif isinstance(node, list):
        for item in node:
            yield from _walk(item, name, depth - 1)
    elif isinstance(node, str):
        inner = _parse(node.strip())
        if inner != node.strip():
            yield from _walk(inner, name, depth - 1)
        else:
            yield name, node
    elif isinstance(node, (int, float)):
        yield "", str(node)


def _read_retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the server asks for, in either of the headers that are in use."""
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        value = headers.get(name, "").strip()
        if re.fullmatch(r"\d{1,9}(?:\.\d+)?", value):
            return float(value) * unit
        with suppress(ValueError, OverflowError):
            seconds = (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
            return max(0.0, seconds) + 1.0  # a date has no parts of a second
    return None


def _find_wait(words: str) -> float | None:
    """Seconds that the server's words ask for."""
    match = _WAIT.search(words)
    if not match:
        return None
    amounts = _AMOUNT.findall(match[1])
    return sum(float(number) * _SECONDS[unit.lower()] for number, unit in amounts)
