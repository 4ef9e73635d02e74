"""MESSAGES -> COMPLETION: asks any OpenAI-compatible endpoint. The only importer of openai.

    spell the request as this endpoint takes it -> ask -> read the envelope strictly
        -> Completion, or an error with its code

There is one layer of retries, here; the client's own is off. A failure that may be over soon, a
schema that the endpoint does not know and an answer that was cut at its limit all count against
the same three requests. Everything ends at the deadline, however slowly the server sends.
"""

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import tenacity

from summarizer.analyst.llm.completion import (
    Completion,
    error_field,
    error_message,
    parse_completion,
)
from summarizer.analyst.llm.costs import cost_of, find_price
from summarizer.analyst.llm.dialect import (
    ANSWER_TOKENS,
    LONG_ANSWER_TOKENS,
    Dialect,
    Messages,
    rung_of,
)
from summarizer.analyst.llm.gate import Gate
from summarizer.errors import AnswerError, LLMError
from summarizer.settings import DEFAULT_MODEL, Settings, check_endpoint
from summarizer.text.spans import clean
from summarizer.web.connection import Deadline, ReplyTooLarge, open_endpoint_client

if TYPE_CHECKING:  # openai takes 1 s to import: done where an endpoint is opened
    import openai

MAX_REQUESTS = 3  # for one answer, whatever the reason
MAX_WAIT = 60.0  # seconds of a Retry-After that are waited out; a longer one stops the run
BACKOFF = (0.5, 1.5)  # seconds before the second and the third request, where the server names none
# Bytes a token: the densest text has 1.9 (tickers and figures, in the encoding o200k). It serves to
# find the most that a request can cost.
LEAST_PER_TOKEN = 1.5

_DEADLINE = Deadline()  # when the request of each thread has to be over
_DIALECTS: dict[tuple[str | None, str], Dialect] = {}  # by endpoint and model
# By endpoint, on the monotonic clock: a Retry-After that one worker met holds them all back.
_NOT_BEFORE: dict[str | None, float] = {}
# By endpoint and key, opened once: a client takes 30 ms, and keeps connections alive.
_CLIENTS: dict[tuple[str | None, str], Any] = {}

_SECRET = re.compile(r"\b(?:sk|pk|key)-[\w*.-]{6,}|\bBearer\s+\S+", re.IGNORECASE)
_TOO_LONG = re.compile(
    r"context_length_exceeded|exceed_context_size|context (?:length|size|window)|maximum context"
    r"|prompt is too long",
    re.IGNORECASE,
)


@dataclass
class Allowance:
    """What is left for one answer: requests, and the time (monotonic) at which all ends."""

    end: float
    requests: int = MAX_REQUESTS

    def left(self) -> float:
        return self.end - time.monotonic()

    def backoff(self) -> float:
        return BACKOFF[0] if self.requests == MAX_REQUESTS - 1 else BACKOFF[1]


class ContextTooLong(AnswerError):
    """The prompt does not fit the model; `share` of it would, as far as the server tells."""

    code = "llm_bad_request"
    retryable = False
    share = 0.5


def _wait_as_told(state: tenacity.RetryCallState) -> float:
    """The seconds after which the error says that another request may help."""
    error = state.outcome.exception() if state.outcome else None
    return float(getattr(error, "retry_after", None) or 0.0)


def forget_endpoints() -> None:
    """Close every connection to an endpoint, and forget what was learnt of it."""
    for client in _CLIENTS.values():
        client.close()
    for memory in (_CLIENTS, _DIALECTS, _NOT_BEFORE):
        memory.clear()


class Endpoint:
    """One model at one address. Safe to share between threads."""

    def __init__(self, settings: Settings, gate: Gate | None = None):
        self.model = settings.model or DEFAULT_MODEL
        self.price = find_price(self.model, settings.prices)
        self._gate = gate or Gate()
        self._url = settings.base_url
        self._key = settings.api_key or "none"  # local servers want none, the client wants one
        check_endpoint(self._url, settings.api_key)
        address = self._url, self._key
        if address not in _CLIENTS:
            # where two workers open one at once, the first is kept, and the other never closed
            _CLIENTS.setdefault(address, _open_client(*address))
        self._client = _CLIENTS[address]
        is_openai = self._url is None or self._url.startswith("https://api.openai.com/")
        limit = "max_completion_tokens" if is_openai else "max_tokens"
        self._dialect = _DIALECTS.setdefault((self._url, self.model), Dialect(limit=limit))

    def complete(
        self,
        messages: Messages,
        schema: Mapping[str, Any],
        allowance: Allowance,
        temperature: float = 0,
    ) -> Completion:
        """The model's answer. Raises LLMError, AnswerError or ContextTooLong."""
        limits = [LONG_ANSWER_TOKENS, ANSWER_TOKENS]

        def ask() -> Completion:
            request = self._dialect.spell(self.model, messages, schema, limits[-1], temperature)
            try:
                return self._ask(request, limits[-1], allowance)
            except LLMError as error:
                if error.code == "llm_truncated" and len(limits) > 1:
                    limits.pop()
                    error.retry_after = 0.0
                raise

        def may_help(error: BaseException) -> bool:
            retry_after = getattr(error, "retry_after", None)
            return retry_after is not None and allowance.requests > 0

        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(may_help), wait=_wait_as_told, reraise=True
        )
        return retrying(ask)

    def _ask(self, request: dict[str, Any], limit: int, allowance: Allowance) -> Completion:
        """One request. Errors are raised `from None`: the client's hold the request's headers."""
        import openai

        size = len(json.dumps(request, ensure_ascii=False).encode("utf-8", "replace"))
        most = int(size / LEAST_PER_TOKEN)
        with self._gate.request(cost_of(self.price, most, 0, limit, most)) as admitted:
            allowance.end += admitted.waited
            self._wait_for_turn(allowance)
            allowance.requests -= 1
            _DEADLINE.end = allowance.end
            try:
                raw = self._client.chat.completions.with_raw_response.create(**request)
            except openai.APIStatusError as error:
                admitted.cost = 0.0
                raise self._refusal(error, request, allowance) from None
            except (openai.APIConnectionError, ReplyTooLarge, TimeoutError) as error:
                raise _interruption(error, allowance) from None
            except openai.OpenAIError as error:
                raise AnswerError(self._quote(str(error))) from None
            completion = parse_completion(
                raw.content, self.model, rung_of(request), self.price, self._quote
            )
            if completion.cost_usd is not None:
                admitted.cost = completion.cost_usd
            return completion

    def _wait_for_turn(self, allowance: Allowance) -> None:
        """Sleep while the endpoint asked any worker to wait. Raises LLMError for want of time."""
        held = _NOT_BEFORE.get(self._url, 0.0) - time.monotonic()
        if held > 0:
            if held >= allowance.left():
                detail = "the endpoint asks to wait longer than this answer may take"
                raise LLMError(detail, code="llm_rate_limited", retryable=True)
            time.sleep(held)
        if allowance.left() <= 0:
            raise _timed_out()

    def _refusal(
        self, error: "openai.APIStatusError", request: dict[str, Any], allowance: Allowance
    ) -> LLMError:
        """What an HTTP status means; `retry_after` where another request may help."""
        status = error.status_code
        reason = self._quote(error_message(error.body) or error.response.text)
        kind = f"{error_field(error.body, 'code')} {error_field(error.body, 'type')}"
        if status in (401, 403):
            detail = f"the endpoint refuses the key ({status}): {reason}"
            advice = "Check OPENAI_API_KEY and OPENAI_BASE_URL"
            return LLMError(detail, code="llm_auth", advice=advice)
        if status == 404:
            detail = f"the endpoint knows no model {self.model}: {reason}"
            advice = "Check --model or SUMMARIZER_MODEL, and OPENAI_BASE_URL"
            return LLMError(detail, code="llm_model", advice=advice)
        if status == 402 or "insufficient_quota" in kind:
            detail = f"the account has no quota left: {reason}"
            return LLMError(detail, code="llm_quota", advice="Top it up, then run again")
        if status in (400, 413, 422):
            if _TOO_LONG.search(f"{kind} {reason}"):
                detail = f"the article is too long for the model: {reason}"
                advice = "Use a model with a larger context, or give the server more of it"
                too_long = ContextTooLong(detail, advice=advice)
                too_long.share = _fitting_share(error.body)
                return too_long
            detail = f"the endpoint refuses the request: {reason}"
            failure = AnswerError(detail, code="llm_bad_request", retryable=False)
            if self._dialect.learn(reason, request):
                failure.retry_after = 0.0
            return failure
        if status in (408, 409, 425, 429) or status >= 500:
            return self._trouble(error, reason, allowance)
        moved = "it redirects, which is not followed" if 300 <= status < 400 else reason
        detail = f"the endpoint answered {status}: {moved}"
        return LLMError(detail, advice="Check OPENAI_BASE_URL")

    def _trouble(
        self, error: "openai.APIStatusError", reason: str, allowance: Allowance
    ) -> LLMError:
        """What a status means that may pass: another request, where there is time for the wait."""
        failure = LLMError(
            f"the endpoint answered {error.status_code}: {reason}",
            code="llm_rate_limited" if error.status_code == 429 else "llm_unavailable",
            retryable=True,
        )
        wait = _retry_after(error.response.headers)
        if wait is not None:
            _NOT_BEFORE[self._url] = time.monotonic() + min(wait, MAX_WAIT)
        backoff = allowance.backoff()
        if (wait or 0.0) <= MAX_WAIT and (wait or backoff) < allowance.left():
            failure.retry_after = backoff if wait is None else wait
        return failure

    def _quote(self, words: str) -> str:
        """A server's words for a message: cleaned, without the key, one line of 200 characters."""
        line = " ".join(clean(words).split())
        if self._key != "none":
            line = line.replace(self._key, "***")
        return _SECRET.sub("***", line)[:200]


def _interruption(error: Exception, allowance: Allowance) -> LLMError:
    """What a connection that failed means: an answer too large, no time, or another request."""
    cause: BaseException | None = error
    while cause and not isinstance(cause, (ReplyTooLarge, TimeoutError)):
        cause = cause.__cause__
    if isinstance(cause, ReplyTooLarge):
        return AnswerError(str(cause))
    backoff = allowance.backoff()
    if cause or allowance.left() <= backoff:
        return _timed_out()
    detail = "no connection to the endpoint, or it broke"
    advice = "Check OPENAI_BASE_URL, and that the server runs"
    failure = LLMError(detail, advice=advice, retryable=True)
    failure.retry_after = backoff
    return failure


def _timed_out() -> LLMError:
    detail = "no answer within the time allowed"
    advice = "Raise SUMMARIZER_TIMEOUT, or use a faster model"
    return LLMError(detail, code="llm_timeout", advice=advice, retryable=True)


def _fitting_share(body: Any) -> float:
    """How much of the prompt the model takes beside an answer.

    llama.cpp says both sizes; where none is said, it is half.
    """
    fits, given = error_field(body, "n_ctx"), error_field(body, "n_prompt_tokens")
    if isinstance(fits, int) and isinstance(given, int) and 0 < fits < given:
        return max(0.05, (fits - ANSWER_TOKENS) / given)
    return 0.5


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the server asks for, in either of the headers that are in use."""
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        value = headers.get(name, "")
        if re.fullmatch(r"\d{1,9}(?:\.\d+)?", value):
            return float(value) * unit
    return None


def _open_client(url: str | None, key: str) -> "openai.OpenAI":
    """The client, without retries, time-outs or redirects of its own."""
    import openai

    return openai.OpenAI(
        api_key=key,
        base_url=url or "https://api.openai.com/v1",
        max_retries=0,
        timeout=None,
        http_client=open_endpoint_client(_DEADLINE),
        default_headers={"Accept-Encoding": "identity"},
    )
