"""MESSAGES -> COMPLETION: asks any OpenAI-compatible endpoint. The only importer of openai.

    spell the request as this endpoint takes it -> ask -> read the envelope strictly
        -> Completion, or an error with its code

There is one layer of retries, here; the client's own is off. Every request is one of the three
tries of an article, whether it brings an answer or trouble. Only a refusal that teaches how to
spell the request is none: it is not paid for, and happens once an endpoint. Everything ends at the
deadline, however slowly the server sends.
"""

import json
import re
import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import tenacity

from summarizer.analyst.llm.allowance import (
    Allowance,
    NoTriesLeft,
    make_timeout,
    read_interruption,
)
from summarizer.analyst.llm.completion import (
    Completion,
    find,
    parse_body,
    read_completion,
    read_usage,
)
from summarizer.analyst.llm.costs import cost_of, find_price
from summarizer.analyst.llm.dialect import (
    LONG_ANSWER_TOKENS,
    Dialect,
    Messages,
    rung_of,
)
from summarizer.analyst.llm.gate import Gate
from summarizer.analyst.llm.masking import mask_key, quote
from summarizer.analyst.llm.refusals import (
    ContextTooLong,
    Lesson,
    Refusal,
    ServerFault,
    explain,
    is_wrong_path,
    read_refusal,
)
from summarizer.errors import AnswerError, LLMError
from summarizer.settings import DEFAULT_MODEL, Settings, check_endpoint
from summarizer.text.spans import clean
from summarizer.web.connection import Deadline, ReplyTooLarge, open_endpoint_client

if TYPE_CHECKING:  # openai takes 1 s to import: done where an endpoint is opened
    import openai

MAX_WAIT = 60.0  # seconds of a Retry-After that are waited out; a longer one stops the run
# Bytes a token: the densest text has 1.9 (tickers and figures, in the encoding o200k). It serves to
# find the most that a request can cost.
LEAST_PER_TOKEN = 1.5


class _Request(Deadline):
    """The request of each thread: when it has to be over, and who hears the bytes that come."""

    hear: Callable[[bytes], None] = staticmethod(lambda _: None)


_REQUEST = _Request()
_DIALECTS: dict[tuple[str | None, str], Dialect] = {}  # by endpoint and model
# By endpoint, on the monotonic clock: a Retry-After that one worker met holds them all back.
_NOT_BEFORE: dict[str | None, float] = {}
# By endpoint and key, opened once: a client takes 30 ms, and keeps connections alive.
_CLIENTS: dict[tuple[str | None, str], Any] = {}
_OPENING = threading.Lock()


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
        self._key = settings.api_key
        check_endpoint(self._url, self._key)
        self._address = self._url, self._key or "none"  # local servers want none, the client one
        with _OPENING:  # where many threads start at once, one opens it for all
            if self._address not in _CLIENTS:
                _CLIENTS[self._address] = _open_client(*self._address)
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
        """The model's answer. Raises LLMError, AnswerError, ContextTooLong or NoTriesLeft."""
        had_faults = 0

        def ask() -> Completion:
            nonlocal had_faults
            if allowance.tries <= 0:
                raise NoTriesLeft("the article has had all the answers that it may cost")
            request = self._dialect.spell(
                self.model,
                messages,
                schema,
                allowance.limit,
                temperature,
                stream=self._gate.hear is not None,
            )
            is_bare = had_faults > 1 and request.pop("logprobs", False)
            if is_bare:  # they are what such servers stumble over
                del request["top_logprobs"]
            try:
                completion = self._ask(request, allowance)
            except ServerFault:
                had_faults += 1
                raise
            if is_bare:
                self._dialect.logprobs = False
            return completion

        def judge(state: tenacity.RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            assert isinstance(error, LLMError)
            return self._judge(error, allowance)

        may_help = tenacity.retry_if_exception_type(LLMError)
        is_over = tenacity.retry_if_not_exception_type(NoTriesLeft)
        retrying = tenacity.Retrying(retry=may_help & is_over, wait=judge, reraise=True)
        return retrying(ask)

    def list_models(self, seconds: float) -> list[str]:
        """The names of the endpoint's models, sorted; none where it does not say."""
        import openai

        _REQUEST.end, _REQUEST.hear = time.monotonic() + seconds, _Request.hear
        try:
            body = parse_body(self._client.models.with_raw_response.list().content)
        except (openai.OpenAIError, ReplyTooLarge, TimeoutError, AnswerError):
            return []
        listed = find(body, "data") or find(body, "models")
        rows = listed if isinstance(listed, list) else ()
        names = [find(row, "id") or find(row, "name") for row in rows]
        return sorted(mask_key(clean(n)[:100], self._key) for n in names if isinstance(n, str))

    @property
    def _client(self) -> Any:
        return _CLIENTS[self._address]

    def _judge(self, error: LLMError, allowance: Allowance) -> float:
        """Seconds after which another request may help, of which one is then taken or given back.

        Raises the error where none may.
        """
        if isinstance(error, (Lesson, ContextTooLong)):
            allowance.tries += 1
            allowance.lessons -= 1
        elif error.code == "llm_truncated" and allowance.limit < min(
            self._dialect.most, LONG_ANSWER_TOKENS
        ):
            allowance.limit = LONG_ANSWER_TOKENS
            error.retry_after = 0.0
        is_over = allowance.tries <= 0 or allowance.lessons <= 0
        if error.retry_after is None or is_over or error.retry_after >= allowance.left():
            raise error
        return error.retry_after

    def _ask(self, request: dict[str, Any], allowance: Allowance) -> Completion:
        """One request. Errors are raised `from None`: the client's hold the request's headers."""
        import openai

        written = json.dumps(request, ensure_ascii=False)
        most = int(len(written.encode("utf-8", "replace")) / LEAST_PER_TOKEN)
        self._gate.weigh(written)
        with self._gate.request(cost_of(self.price, most, 0, allowance.limit, most)) as admitted:
            allowance.end += admitted.waited
            self._wait_for_turn(allowance)
            allowance.tries -= 1
            _REQUEST.end, _REQUEST.hear = allowance.end, self._gate.hear or _Request.hear
            client = self._client
            create = client.chat.completions.with_raw_response.create
            try:
                # All goes as it is: what the client is given by name it first compares with its
                # types, for 3 ms, and a stream it hands on piece by piece.
                raw = create(model=self.model, messages=(), extra_body=request)
            except openai.APIStatusError as error:
                admitted.cost = 0.0
                response = error.response
                refusal = read_refusal(error.status_code, response.content, response.headers)
                raise self._react(refusal, request, client, allowance) from None
            except (openai.APIConnectionError, ReplyTooLarge, TimeoutError) as error:
                raise read_interruption(error, allowance) from None
            except openai.OpenAIError as error:
                raise AnswerError(quote(str(error), self._key)) from None
            body = parse_body(raw.content)
            if body.get("error"):
                code = find(body, "error", "code")
                status = code if isinstance(code, int) and 400 <= code < 600 else raw.status_code
                refusal = read_refusal(status, json.dumps(body).encode(), raw.headers)
                raise self._react(refusal, request, client, allowance)
            usage = read_usage(body, self.price)
            if usage.cost_usd is not None:
                admitted.cost = usage.cost_usd
            try:
                return read_completion(body, self.model, rung_of(request), usage, self._key)
            except AnswerError:
                if usage.output_tokens is not None:
                    allowance.lost.append(usage)
                raise

    def _wait_for_turn(self, allowance: Allowance) -> None:
        """Sleep while the endpoint asked any worker to wait. Raises LLMError for want of time."""
        held = max(_NOT_BEFORE.get(self._url, 0.0) - time.monotonic(), self._gate.held())
        if held > 0:
            if held >= allowance.left():
                detail = "the endpoint asks to wait longer than this answer may take"
                raise LLMError(detail, code="llm_rate_limited", retryable=True)
            time.sleep(held)
        if allowance.left() <= 0:
            raise make_timeout()

    def _react(
        self, refusal: Refusal, request: dict[str, Any], client: Any, allowance: Allowance
    ) -> LLMError:
        """What a refusal means; `retry_after` where another request may help."""
        reason = quote(refusal.reason, self._key)
        error = explain(refusal, reason, self.model)
        may_teach = error.code in ("llm_bad_request", "llm_model") or refusal.status in (500, 501)
        if may_teach and not isinstance(error, ContextTooLong):
            guess = refusal.status in (400, 404, 422)
            if self._dialect.learn(refusal.words, request, guess=guess):
                return Lesson(error.detail)
        if is_wrong_path(refusal) and self._move_to_v1(client):
            return Lesson(error.detail)
        if error.code in ("llm_rate_limited", "llm_unavailable") and error.retryable:
            wait = refusal.wait
            if wait is not None:
                _NOT_BEFORE[self._url] = time.monotonic() + min(wait, MAX_WAIT)
                self._gate.hold_back(min(wait, MAX_WAIT))
            if (wait or 0.0) <= MAX_WAIT:
                error.retry_after = allowance.backoff() if wait is None else wait
        return error

    def _move_to_v1(self, client: Any) -> bool:
        """Whether to ask again, at the address with /v1: once, where it names no version."""
        if client is not self._client:
            return True  # another thread has moved meanwhile
        if urlsplit(self._url or "").query or re.search(r"/v\d", client.base_url.path):
            return False
        base = str(client.base_url).rstrip("/")
        _CLIENTS[self._address] = client.with_options(base_url=f"{base}/v1")
        return True


def _open_client(url: str | None, key: str) -> "openai.OpenAI":
    """The client, without retries, time-outs or redirects of its own.

    The query of an address (Azure's ?api-version=…) goes with every request.
    """
    import openai

    parts = urlsplit(url or "https://api.openai.com/v1")
    query = dict(parse_qsl(parts.query))
    headers = {"Accept-Encoding": "identity"}
    if "api-version" in query:
        headers["api-key"] = key  # where Azure looks for it
    return openai.OpenAI(
        api_key=key,
        base_url=parts._replace(query="", fragment="").geturl(),
        max_retries=0,
        timeout=None,
        http_client=open_endpoint_client(_REQUEST, lambda piece: _REQUEST.hear(piece)),
        default_headers=headers,
        default_query=query,
    )
