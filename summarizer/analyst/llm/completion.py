"""RESPONSE -> COMPLETION: reads the envelope in which an endpoint sends a model's answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from summarizer.analyst.llm.confidence import Chance, find_chances
from summarizer.analyst.llm.costs import Price, cost_of
from summarizer.analyst.llm.dialect import Rung
from summarizer.analyst.llm.schema import UnreadableAnswer, parse_json
from summarizer.errors import AnswerError
from summarizer.text.spans import clean

Quote = Callable[[str], str]  # makes a server's words fit for a message


@dataclass(frozen=True)
class Completion:
    """An answer's text, and what it cost. A count that the server does not give is None."""

    text: str
    model: str
    rung: Rung
    input_tokens: int | None
    cached_tokens: int | None
    output_tokens: int | None
    cost_usd: float | None
    chances: Sequence[Chance] = ()
    kept: bool = False  # it was paid for before


def parse_completion(
    content: bytes, model: str, rung: Rung, price: Price | None, quote: Quote
) -> Completion:
    """The completion in the body of a response to a request for `model`.

    Raises AnswerError for one that cannot be used, with the code `llm_truncated` for an answer cut
    at its limit.
    """
    try:
        body = parse_json(content.decode())
    except (UnicodeDecodeError, UnreadableAnswer):
        raise AnswerError("the endpoint answered with something that is not JSON") from None
    if not isinstance(body, dict) or body.get("error"):
        why = quote(error_message(body) or "it does not say which")
        raise AnswerError(f"the endpoint answered with an error: {why}")
    text = _find_text(body, quote)
    name = body.get("model")
    details = "prompt_tokens_details"
    given = _find_count(body, "prompt_tokens")
    cached = _find_count(body, details, "cached_tokens")
    written = _find_count(body, "completion_tokens")
    stored = _find_count(body, details, "cache_write_tokens")
    return Completion(
        text=text,
        model=clean(name)[:100] if isinstance(name, str) and name.strip() else model,
        rung=rung,
        input_tokens=given,
        cached_tokens=cached,
        output_tokens=written,
        cost_usd=cost_of(price, given, cached, written, stored),
        chances=find_chances(text, _find(body, "choices", 0, "logprobs", "content")),
    )


def _find_text(body: Any, quote: Quote) -> str:
    """The words of the answer. Raises AnswerError where there are none, or not all of them."""
    message = _find(body, "choices", 0, "message")
    if not isinstance(message, dict):
        raise AnswerError("the endpoint's answer has no choices")
    reason = _find(body, "choices", 0, "finish_reason")
    if reason == "content_filter":
        detail = "the endpoint's content filter held the answer back"
        raise AnswerError(detail, code="llm_filtered", retryable=False)
    if refusal := message.get("refusal"):
        detail = f"the model refuses: {quote(str(refusal))}"
        raise AnswerError(detail, code="llm_refused", retryable=False)
    if reason == "length":
        detail = "the answer did not end within its limit of tokens"
        raise AnswerError(detail, code="llm_truncated", retryable=False)
    text = message.get("content")
    if not isinstance(text, str) or not text.strip():
        raise AnswerError("the endpoint's answer is empty")
    return text


def error_field(body: Any, name: str) -> Any:
    """A field of an error body, whether or not the client has unwrapped {"error": …}."""
    return _find(_find(body, "error") or body, name)


def error_message(body: Any) -> str:
    """The words of an error body, or "" where it has none."""
    error = _find(body, "error")
    message = error if isinstance(error, str) else error_field(body, "message")
    return message if isinstance(message, str) else ""


def _find(value: Any, *path: str | int) -> Any:
    """What stands at a path of keys and places in JSON, or None."""
    for step in path:
        try:
            value = value[step]
        except (TypeError, LookupError):
            return None
    return value


def _find_count(body: Any, *path: str) -> int | None:
    """A count of tokens, or None where it is missing or is none."""
    value = _find(body, "usage", *path)
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9
    return value if is_count else None
