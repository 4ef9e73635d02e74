"""Edge: messages -> Completion, from any OpenAI-compatible endpoint. The only importer of openai.

    spell the request as this endpoint takes it -> ask -> read the envelope strictly -> Completion, or an error with its code

One retry layer (tenacity; the client's own is off): what may pass, a schema that the endpoint lacks and an answer cut at
its limit all count against the same three requests, and everything ends at the deadline, however slow the drip.
"""

import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn, cast

import tenacity

from summarizer.analyst.llm.confidence import Chance, find_chances
from summarizer.analyst.llm.connection import TooLarge, open_connection, set_deadline
from summarizer.analyst.llm.costs import cost_of, price_of
from summarizer.analyst.llm.gate import Gate
from summarizer.analyst.llm.schema import UnreadableAnswer, parse_json
from summarizer.errors import AnswerError, LLMError
from summarizer.settings import DEFAULT_MODEL, Settings, check_endpoint
from summarizer.text.spans import clean

if TYPE_CHECKING:  # openai takes 1 s to import: done where an endpoint is opened
    import openai

MAX_REQUESTS = 3  # for one answer, whatever the reason (RELIABILITY 23)
MAX_WAIT = 60.0  # seconds of a Retry-After that are waited out; a longer one stops the run (24)
BACKOFF = (0.5, 1.5)  # seconds before the second and the third request, where the server names none
ANSWER_TOKENS = (
    2000  # an Answer at its bounds is about 1,500; a model that thinks aloud needs more, once
)
LONG_ANSWER_TOKENS = 6000
RUNGS = ("json_schema", "json_object", "plain")
TOP = (
    3  # tokens listed at each place of an answer, one for each direction; more would fill MAX_BODY
)
LEAST_PER_TOKEN = 1.5  # bytes: the densest text has 1.9 (tickers and figures, o200k). For the most that a request can cost

Messages = Sequence[Mapping[str, str]]


@dataclass(frozen=True)
class Completion:
    """An answer's text, and what it cost. A count that the server does not give is None; `kept`: it was paid for before."""

    text: str
    model: str
    rung: str
    input_tokens: int | None
    cached_tokens: int | None
    output_tokens: int | None
    cost_usd: float | None
    chances: Sequence[Chance] = ()
    kept: bool = False


@dataclass
class Allowance:
    """What is left for one answer: requests, and the time (monotonic) at which all ends."""

    end: float
    requests: int = MAX_REQUESTS

    def left(self) -> float:
        return self.end - time.monotonic()


@dataclass
class _Dialect:
    """How an endpoint wants a request for a model to be spelt; learnt from its refusals, kept for the process."""

    rung: int = 0
    limit: str = "max_tokens"
    temperature: bool = True
    logprobs: bool = True
    lengths: bool = True  # whether its schemas may bound the length of a string


class ContextTooLong(AnswerError):
    """The prompt does not fit the model; `share` of it would, as far as the server tells."""

    code = "llm_bad_request"
    retryable = False

    def __init__(self, detail: str, share: float):
        super().__init__(
            detail, advice="Use a model with a larger context, or give the server more of it"
        )
        self.share = share


class _Again(Exception):
    """Another request may help, after `wait` seconds; `error` is what it comes to when there is none left."""

    def __init__(self, error: LLMError, wait: float = 0.0):
        super().__init__(str(error))
        self.error = error
        self.wait = wait


_DIALECTS: dict[tuple[str | None, str], _Dialect] = {}
_NOT_BEFORE: dict[
    str | None, float
] = {}  # per endpoint: a Retry-After that one worker met holds them all back
_CLIENTS: dict[
    tuple[str | None, str], "openai.OpenAI"
] = {}  # opened once: a client takes 30 ms, and keeps connections alive


def forget_endpoints() -> None:
    """Close every connection to an endpoint, and forget what was learnt of it."""
    for client in _CLIENTS.values():
        client.close()
    for kept in (_CLIENTS, _DIALECTS, _NOT_BEFORE):
        kept.clear()


class Endpoint:
    """One model at one address. Safe to share between threads."""

    def __init__(self, settings: Settings, gate: Gate | None = None):
        self.model = settings.model or DEFAULT_MODEL
        self.price = price_of(self.model, settings.prices)
        self._gate = gate or Gate()
        self._url = settings.base_url
        self._key = settings.api_key or "none"  # local servers want none, the client wants one
        check_endpoint(self._url, settings.api_key)
        if (self._url, self._key) not in _CLIENTS:
            _CLIENTS.setdefault(
                (self._url, self._key), _open_client(self._url, self._key)
            )  # of two workers' one: theirs is never closed
        self._client = _CLIENTS[self._url, self._key]
        is_openai = self._url is None or self._url.startswith("https://api.openai.com/")
        first = _Dialect(limit="max_completion_tokens") if is_openai else _Dialect()
        self._dialect = _DIALECTS.setdefault((self._url, self.model), first)

    def complete(
        self,
        messages: Messages,
        schema: Mapping[str, Any],
        allowance: Allowance,
        temperature: float = 0,
    ) -> Completion:
        """The model's answer to the messages. Raises LLMError, AnswerError or ContextTooLong, each with its code."""
        tokens = [ANSWER_TOKENS]
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(_Again),
            stop=lambda _: allowance.requests <= 0,
            wait=lambda state: _wait_of(state.outcome.exception() if state.outcome else None),
            sleep=lambda seconds: time.sleep(seconds),
            reraise=True,
        )
        try:
            return retrying(self._ask, messages, schema, allowance, tokens, temperature)
        except _Again as again:
            raise again.error from None

    def _ask(
        self,
        messages: Messages,
        schema: Mapping[str, Any],
        allowance: Allowance,
        tokens: list[int],
        temperature: float,
    ) -> Completion:
        import openai

        rung, limit = self._dialect.rung, tokens[0]
        asked = self._spell(messages, schema, limit, rung, temperature)
        sent = int(
            len(json.dumps(asked, ensure_ascii=False).encode("utf-8", "replace")) / LEAST_PER_TOKEN
        )
        with self._gate.request(cost_of(self.price, sent, 0, limit, sent)) as passage:
            allowance.end += passage.waited
            held = _NOT_BEFORE.get(self._url, 0.0) - time.monotonic()
            if held > 0:
                self._need(
                    held,
                    allowance,
                    LLMError(
                        "the endpoint asks to wait longer than this answer may take",
                        code="llm_rate_limited",
                    ),
                )
                time.sleep(held)
            self._need(0, allowance, _timed_out())
            backoff = BACKOFF[min(max(MAX_REQUESTS - allowance.requests, 0), len(BACKOFF) - 1)]
            allowance.requests -= 1
            set_deadline(allowance.end)
            try:
                raw = cast(Any, self._client).chat.completions.with_raw_response.create(**asked)
            except openai.APIStatusError as error:
                passage.cost = 0.0
                self._refused(error, asked, rung, allowance, backoff)
            except (openai.APIConnectionError, TooLarge, TimeoutError) as error:
                raise self._broken(error, allowance, backoff) from None
            except openai.OpenAIError as error:
                raise AnswerError(self._quote(str(error))) from None
            completion = self._read(raw.content, RUNGS[rung], tokens)
            passage.cost = passage.cost if completion.cost_usd is None else completion.cost_usd
            return completion

    def _spell(
        self,
        messages: Messages,
        schema: Mapping[str, Any],
        tokens: int,
        rung: int,
        temperature: float,
    ) -> dict[str, Any]:
        dialect = self._dialect
        asked: dict[str, Any] = {
            "model": self.model,
            "messages": list(messages),
            dialect.limit: tokens,
        }
        if dialect.temperature:
            asked["temperature"] = temperature
        if (
            dialect.logprobs and tokens == ANSWER_TOKENS
        ):  # of a longer answer they would not fit into MAX_BODY
            asked |= {"logprobs": True, "top_logprobs": TOP}
        if RUNGS[rung] == "json_schema":
            named = {
                "name": "answer",
                "strict": True,
                "schema": schema if dialect.lengths else _without_lengths(schema),
            }
            asked["response_format"] = {"type": "json_schema", "json_schema": named}
        elif RUNGS[rung] == "json_object":
            asked["response_format"] = {"type": "json_object"}
        return asked

    def _refused(
        self,
        error: "openai.APIStatusError",
        asked: Mapping[str, Any],
        rung: int,
        allowance: Allowance,
        backoff: float,
    ) -> NoReturn:
        """Raise what an HTTP status means. `from None`: the client's error holds the server's text and the request's headers."""
        status, said = error.status_code, self._quote(_message(error.body) or error.response.text)
        kind = f"{_field(error.body, 'code')} {_field(error.body, 'type')}"
        if status in (401, 403):
            advice = "Check OPENAI_API_KEY and OPENAI_BASE_URL"
            raise LLMError(
                f"the endpoint refuses the key ({status}): {said}", code="llm_auth", advice=advice
            ) from None
        if status == 404:
            advice = "Check --model or SUMMARIZER_MODEL, and OPENAI_BASE_URL"
            raise LLMError(
                f"the endpoint knows no model {self.model}: {said}", code="llm_model", advice=advice
            ) from None
        if status == 402 or "insufficient_quota" in kind:
            raise LLMError(
                f"the account has no quota left: {said}",
                code="llm_quota",
                advice="Top it up, then run again",
            ) from None
        if status in (400, 413, 422):
            self._bad_request(said, kind, error.body, asked, rung)
        if status in (408, 409, 425, 429) or status >= 500:
            limited = status == 429
            code = "llm_rate_limited" if limited else "llm_unavailable"
            failure = LLMError(f"the endpoint answered {status}: {said}", code=code, retryable=True)
            wait = _retry_after(error.response.headers)
            if wait is not None:
                _NOT_BEFORE[self._url] = time.monotonic() + min(wait, MAX_WAIT)
                if wait > MAX_WAIT:
                    raise failure from None
            self._need(wait or backoff, allowance, failure)
            raise _Again(failure, wait if wait is not None else backoff) from None
        moved = "it redirects, which is not followed" if 300 <= status < 400 else said
        raise LLMError(
            f"the endpoint answered {status}: {moved}", advice="Check OPENAI_BASE_URL"
        ) from None

    def _bad_request(
        self, said: str, kind: str, body: Any, asked: Mapping[str, Any], rung: int
    ) -> NoReturn:
        """What a 400 means. What is learnt is held against what was asked: another thread may have learnt it meanwhile."""
        failure = AnswerError(
            f"the endpoint refuses the request: {said}", code="llm_bad_request", retryable=False
        )
        dialect = self._dialect
        if _TOO_LONG.search(kind) or _TOO_LONG.search(said):
            raise ContextTooLong(
                f"the article is too long for the model: {said}", _fitting_share(body)
            ) from None
        other = "max_tokens" if "max_completion_tokens" in asked else "max_completion_tokens"
        if "temperature" in said and "temperature" in asked:
            dialect.temperature = False
        elif re.search(r"log_?prob", said, re.IGNORECASE) and "logprobs" in asked:
            dialect.logprobs = False
        elif "max_tokens" in said and other in said:
            dialect.limit = other
        elif re.search(r"m(?:ax|in)Length", said) and "maxLength" in str(
            asked.get("response_format")
        ):
            dialect.lengths = False
        elif _FORMAT.search(said) and rung < len(RUNGS) - 1:
            dialect.rung = max(dialect.rung, rung + 1)
        else:
            raise failure from None
        raise _Again(failure) from None

    def _broken(self, error: Exception, allowance: Allowance, backoff: float) -> LLMError | _Again:
        """What a connection that failed means: an answer too large, no time left, or another try."""
        cause: BaseException | None = error
        while cause is not None and not isinstance(cause, (TooLarge, TimeoutError)):
            cause = cause.__cause__
        if isinstance(cause, TooLarge):
            return AnswerError(str(cause))
        if isinstance(cause, TimeoutError) or allowance.left() <= backoff:
            return _timed_out()
        advice = "Check OPENAI_BASE_URL, and that the server runs"
        return _Again(
            LLMError("no connection to the endpoint, or it broke", advice=advice, retryable=True),
            backoff,
        )

    def _read(self, content: bytes, rung: str, tokens: list[int]) -> Completion:
        """The Completion in a response's body."""
        try:
            body = parse_json(content.decode())
        except (UnicodeDecodeError, UnreadableAnswer):
            raise AnswerError("the endpoint answered with something that is not JSON") from None
        if not isinstance(body, dict) or body.get("error"):
            raise AnswerError(
                f"the endpoint answered with an error: {self._quote(_message(body) or 'it does not say which')}"
            )
        choices = body.get("choices")
        choice = choices[0] if isinstance(choices, list) and choices else None
        message = choice.get("message") if isinstance(choice, dict) else None
        if not isinstance(choice, dict) or not isinstance(message, dict):
            raise AnswerError("the endpoint's answer has no choices")
        reason, text, refusal = (
            choice.get("finish_reason"),
            message.get("content"),
            message.get("refusal"),
        )
        if reason == "content_filter":
            raise AnswerError(
                "the endpoint's content filter held the answer back",
                code="llm_filtered",
                retryable=False,
            )
        if refusal:
            raise AnswerError(
                f"the model refuses: {self._quote(str(refusal))}",
                code="llm_refused",
                retryable=False,
            )
        if reason == "length":
            failure = AnswerError(
                "the answer did not end within its limit of tokens",
                code="llm_truncated",
                retryable=False,
            )
            if tokens[0] == LONG_ANSWER_TOKENS:
                raise failure
            tokens[0] = LONG_ANSWER_TOKENS
            raise _Again(failure)
        if not isinstance(text, str) or not text.strip():
            raise AnswerError("the endpoint's answer is empty")
        named, listed = body.get("model"), choice.get("logprobs")
        usage: dict[str, Any] = body["usage"] if isinstance(body.get("usage"), dict) else {}
        details = usage.get("prompt_tokens_details")
        details = details if isinstance(details, dict) else {}
        given, cached, written = (
            _count(n)
            for n in (
                usage.get("prompt_tokens"),
                details.get("cached_tokens"),
                usage.get("completion_tokens"),
            )
        )
        return Completion(
            text=text, model=clean(named)[:100] if isinstance(named, str) and named.strip() else self.model, rung=rung,
            input_tokens=given, cached_tokens=cached, output_tokens=written,
            cost_usd=cost_of(self.price, given, cached, written, _count(details.get("cache_write_tokens"))),
            chances=find_chances(text, listed.get("content")) if isinstance(listed, dict) else (),
        )  # fmt: skip

    def _need(self, seconds: float, allowance: Allowance, otherwise: LLMError) -> None:
        if seconds >= allowance.left():
            otherwise.retryable = True
            raise otherwise from None

    def _quote(self, said: str) -> str:
        """A server's words for a message: cleaned, without the key, one line of at most 200 characters (RELIABILITY 52)."""
        said = " ".join(clean(said).split())
        if self._key != "none":
            said = said.replace(self._key, "***")
        return _SECRET.sub("***", said)[:200]


_SECRET = re.compile(r"\b(?:sk|pk|key)-[\w*.-]{6,}|\bBearer\s+\S+", re.IGNORECASE)
_TOO_LONG = re.compile(
    r"context_length_exceeded|exceed_context_size|context (?:length|size|window)|maximum context|prompt is too long",
    re.IGNORECASE,
)
_FORMAT = re.compile(
    r"response_format|json_schema|json_object|schema|grammar|structured|guided", re.IGNORECASE
)


def _without_lengths(node: Any) -> Any:
    """A schema without bounds on strings, which some strict modes refuse; an Answer is held to them all the same."""
    if isinstance(node, list):
        return [_without_lengths(item) for item in node]
    if isinstance(node, dict):
        return {
            key: _without_lengths(value)
            for key, value in node.items()
            if key not in ("maxLength", "minLength")
        }
    return node


def _wait_of(error: BaseException | None) -> float:
    return error.wait if isinstance(error, _Again) else 0.0


def _timed_out() -> LLMError:
    advice = "Raise SUMMARIZER_TIMEOUT, or use a faster model"
    return LLMError(
        "no answer within the time allowed", code="llm_timeout", advice=advice, retryable=True
    )


def _count(value: Any) -> int | None:
    return (
        value
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9
        else None
    )


def _field(body: Any, name: str) -> Any:
    """A field of an error body, whether or not the client has unwrapped {"error": …}."""
    inner = body.get("error", body) if isinstance(body, dict) else None
    return inner.get(name) if isinstance(inner, dict) else None


def _message(body: Any) -> str:
    inner = body.get("error") if isinstance(body, dict) else None
    said = _field(body, "message") or (inner if isinstance(inner, str) else "")
    return said if isinstance(said, str) else ""


def _fitting_share(body: Any) -> float:
    """How much of the prompt the model takes beside an answer: llama.cpp says both sizes; where none is said, half."""
    fits, given = _field(body, "n_ctx"), _field(body, "n_prompt_tokens")
    if isinstance(fits, int) and isinstance(given, int) and 0 < fits < given:
        return max(0.05, (fits - ANSWER_TOKENS) / given)
    return 0.5


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the server asks for, in either of the headers that are in use; None where it does not."""
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        asked = headers.get(name, "")
        if re.fullmatch(r"\d{1,9}(?:\.\d+)?", asked):
            return float(asked) * unit
    return None


def _open_client(url: str | None, key: str) -> "openai.OpenAI":
    """The client, without retries, time-outs or redirects of its own."""
    import openai

    return openai.OpenAI(
        api_key=key, base_url=url or "https://api.openai.com/v1", max_retries=0, timeout=None, http_client=open_connection(),
        default_headers={"Accept-Encoding": "identity"},
    )  # fmt: skip
