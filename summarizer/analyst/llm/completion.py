"""RESPONSE -> COMPLETION: reads the envelope in which an endpoint sends a model's answer."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from summarizer.analyst.llm.confidence import Chance, find_chances
from summarizer.analyst.llm.costs import Price, cost_of
from summarizer.analyst.llm.dialect import Rung
from summarizer.analyst.llm.masking import mask_key, quote
from summarizer.analyst.llm.schema import UnreadableAnswer, parse_json
from summarizer.errors import AnswerError
from summarizer.text.spans import clean

EMPTY_WAIT = 0.5  # seconds until an endpoint that answered with nothing is asked again
_STREAMED = ("data:", "event:", "id:", "retry:", ":")  # how the lines of an event stream begin
# Where an answer stands; some servers take one for a model's thoughts.
_PLACES = ("content", "reasoning_content", "reasoning")


class Usage(NamedTuple):
    """What an answer cost. A count that the server does not give is None."""

    input_tokens: int | None
    cached_tokens: int | None
    output_tokens: int | None
    cost_usd: float | None


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


def parse_body(content: bytes) -> dict[str, Any]:
    """The JSON object of a response, which may have come in pieces. Raises AnswerError."""
    if not content.strip():
        raise _empty("the endpoint's answer is empty")
    try:
        text = content.decode().strip()
        body = _join_chunks(text) if text.startswith(_STREAMED) else _parse(text)
    except (UnicodeDecodeError, UnreadableAnswer):
        raise AnswerError("the endpoint answered with something that is not JSON") from None
    if not isinstance(body, dict):
        raise AnswerError("the endpoint's answer is no JSON object")
    return body


def read_completion(
    body: dict[str, Any], model: str, rung: Rung, usage: Usage, key: str | None
) -> Completion:
    """The completion in the body of a response to a request for `model`, without the `key`.

    Raises AnswerError for one that cannot be used, with the code `llm_truncated` for an answer cut
    at its limit, and with `retry_after` for an empty one.
    """
    text = _find_text(body, key)
    name = body.get("model")
    is_named = isinstance(name, str) and name.strip()
    return Completion(
        text=mask_key(text, key),
        model=mask_key(clean(str(name))[:100], key) if is_named else model,
        rung=rung,
        chances=find_chances(text, find(body, "choices", 0, "logprobs", "content")),
        **usage._asdict(),
    )


def read_usage(body: dict[str, Any], price: Price | None) -> Usage:
    """What the answer in the body of a response cost, whether or not it can be used."""
    details = "prompt_tokens_details"
    given = _find_count(body, "prompt_tokens")
    cached = _find_count(body, details, "cached_tokens")
    written = _find_count(body, "completion_tokens")
    stored = _find_count(body, details, "cache_write_tokens")
    return Usage(given, cached, written, cost_of(price, given, cached, written, stored))


def _parse(text: str) -> Any:
    """JSON, in which servers also write log probabilities that are no JSON numbers."""
    return parse_json(text, lambda name: -math.inf if name == "-Infinity" else None)


def _join_chunks(text: str) -> Any:
    """The body that would have come without streaming, of the events of a stream.

    Raises AnswerError for a stream that broke off, UnreadableAnswer for one that is not JSON.
    """
    body: dict[str, Any] = {}
    message: dict[str, str] = defaultdict(str)
    tokens: list[Any] = []
    reason = None
    for line in text.split("\n"):
        data = line.removeprefix("data:").strip()
        if not line.startswith("data:") or data in ("", "[DONE]"):
            reason = reason or ("stop" if data == "[DONE]" else None)
            continue
        chunk = _parse(data)
        if find(chunk, "error"):
            return chunk
        body |= {name: chunk[name] for name in ("model", "usage") if find(chunk, name)}
        choice = find(chunk, "choices", 0)
        delta = find(choice, "delta") or find(choice, "message")
        for name in (*_PLACES, "refusal"):
            message[name] += _join_parts(find(delta, name))
        tokens += find(choice, "logprobs", "content") or ()
        reason = find(choice, "finish_reason") or reason
    if reason is None:
        raise _empty("the endpoint's answer broke off")
    choice = {"message": message, "finish_reason": reason, "logprobs": {"content": tokens}}
    return body | {"choices": [choice]}


def _find_text(body: Any, key: str | None) -> str:
    """The words of the answer. Raises AnswerError where there are none, or not all of them."""
    message = find(body, "choices", 0, "message")
    if not isinstance(message, dict):
        raise _empty("the endpoint's answer has no choices")
    reason = find(body, "choices", 0, "finish_reason")
    if reason == "content_filter":
        detail = "the endpoint's content filter held the answer back"
        raise AnswerError(detail, code="llm_filtered", retryable=False)
    if refusal := message.get("refusal"):
        detail = f"the model refuses: {quote(str(refusal), key)}"
        raise AnswerError(detail, code="llm_refused", retryable=False)
    if reason == "length":
        detail = "the answer did not end within its limit of tokens"
        raise AnswerError(detail, code="llm_truncated", retryable=False)
    for place in _PLACES:
        text = _join_parts(message.get(place))
        if text.strip() and (place == "content" or "{" in text):
            return text
    raise _empty("the endpoint's answer is empty")


def _join_parts(content: Any) -> str:
    """The text of a message's content, which may be a list of parts; thoughts are no text."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else ()
    texts = (find(part, "text") for part in parts if "think" not in str(find(part, "type")))
    return "".join(text for text in texts if isinstance(text, str))


def _empty(detail: str) -> AnswerError:
    error = AnswerError(detail)
    error.retry_after = EMPTY_WAIT
    return error


def find(value: Any, *path: str | int) -> Any:
    """What stands at a path of keys and places in JSON, or None."""
    for step in path:
        try:
            value = value[step]
        except (TypeError, LookupError):
            return None
    return value


def _find_count(body: Any, *path: str) -> int | None:
    """A count of tokens, or None where it is missing or is none."""
    value = find(body, "usage", *path)
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9
    return value if is_count else None
