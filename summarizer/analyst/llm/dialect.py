"""How an endpoint wants a request for a model to be spelt: learnt from its refusals."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

ANSWER_TOKENS = 2000  # an answer at its bounds is about 1,500; a model that thinks aloud needs more
LONG_ANSWER_TOKENS = 6000
# Tokens listed at each place of an answer, one for each direction; more would make the response
# larger than it may be.
TOP_TOKENS = 3

# How an answer is held to its schema: by the endpoint, as any JSON, or by the prompt alone.
Rung = Literal["json_schema", "json_object", "plain"]
RUNGS: tuple[Rung, ...] = get_args(Rung)

Messages = Sequence[Mapping[str, str]]

_BOUNDS = ("maxLength", "minLength", "maxItems", "minItems", "maximum", "minimum")
# Words of a refusal that name a part of the request.
_LOGPROBS = re.compile(r"log_?prob", re.IGNORECASE)
_STREAM = re.compile(r"\bstream(?:ing|_options)?\b", re.IGNORECASE)
_SIZE = re.compile(rf"{'|'.join(_BOUNDS)}|too many states|schema\W.{{0,40}}(?:complex|large)")
_FORMAT = re.compile(
    r"response_?format|json_schema|json_object|schema|grammar|structured|guided", re.IGNORECASE
)
# Words that complain of a part of it, and do not say of which.
_UNNAMED = re.compile(
    r"""
    requested\ parameters                                  # OpenRouter, with 404
    | provider\ returned\ error                            # OpenRouter, with nothing more
    | (?:unsupported|unknown|unrecognized|extra|additional|invalid)
      \ (?:request\ )?(?:param|argument|input|field|propert)
    | invalid\ argument                                    # Gemini
    """,
    re.IGNORECASE | re.VERBOSE,
)


@dataclass
class Dialect:
    """What one endpoint takes for one model. Kept for the process, and shared by its threads.

    It only ever changes to ask for less, so that learning comes to an end.
    """

    rung: int = 0  # the index in RUNGS
    limit: str = "max_tokens"  # the name of the field
    is_limit_told: bool = False  # whether a refusal has told that name
    most: int = LONG_ANSWER_TOKENS  # tokens that an answer may have
    temperature: bool = True
    logprobs: bool = True
    bounds: bool = True  # whether its schemas may bound lengths, lists and numbers
    stream: bool | None = None  # whether answers come in pieces; None: as the user likes

    def spell(
        self,
        model: str,
        messages: Messages,
        schema: Mapping[str, Any],
        limit: int,
        temperature: float,
        stream: bool = False,
    ) -> dict[str, Any]:
        """The request for an answer of at most `limit` tokens."""
        limit = min(limit, self.most)
        request: dict[str, Any] = {"model": model, "messages": list(messages), self.limit: limit}
        if self.temperature:
            request["temperature"] = temperature
        if self.logprobs and limit <= ANSWER_TOKENS:
            # with those of a longer answer the response would be larger than it may be
            request |= {"logprobs": True, "top_logprobs": TOP_TOKENS}
        rung = RUNGS[self.rung]
        if rung != "plain":
            request["response_format"] = {"type": rung}
        if rung == "json_schema":
            bounded = schema if self.bounds else _without_bounds(schema)
            named = {"name": "answer", "strict": True, "schema": bounded}
            request["response_format"]["json_schema"] = named
        if stream if self.stream is None else self.stream:
            request |= {"stream": True, "stream_options": {"include_usage": True}}
        return request

    def learn(self, refusal: str, request: Mapping[str, Any], guess: bool = False) -> bool:
        """Whether the endpoint's words say how the request should have been spelt.

        They are held against that request: another thread may have learnt the same meanwhile.
        `guess` leaves something out where they do not say what.
        """
        rung = RUNGS.index(rung_of(request))
        if "temperature" in refusal and "temperature" in request:
            self.temperature = False
        elif _LOGPROBS.search(refusal) and "logprobs" in request:
            self.logprobs = False
        elif self._turn_stream(refusal, request) or self._limit_otherwise(refusal, request):
            return True
        elif _SIZE.search(refusal) and _BOUNDS[0] in str(request.get("response_format")):
            self.bounds = False
        elif _FORMAT.search(refusal) and rung < len(RUNGS) - 1:
            self.rung = max(self.rung, rung + 1)
        elif guess and _UNNAMED.search(refusal):
            return self.learn("logprobs", request) or self.learn("schema", request)
        else:
            return False
        return True

    def _turn_stream(self, refusal: str, request: Mapping[str, Any]) -> bool:
        """Whether the refusal tells to stream no more, or only ever."""
        was_streaming = "stream" in request
        if not _STREAM.search(refusal):
            return False
        if was_streaming or self.stream is None:
            self.stream = not was_streaming
        return self.stream is not was_streaming

    def _limit_otherwise(self, refusal: str, request: Mapping[str, Any]) -> bool:
        """Whether the refusal tells another name, or a smaller number, for the limit of tokens."""
        names = ("max_tokens", "max_completion_tokens")
        given, other = names if names[0] in request else names[::-1]
        if not re.search(rf"\b{given}\b", refusal):
            return False
        smaller = [int(n) for n in re.findall(r"\d{3,6}", refusal) if int(n) < request[given]]
        if smaller and other not in refusal:
            self.most = min(self.most, max(smaller))
        elif not self.is_limit_told:
            self.limit, self.is_limit_told = other, True
        return self.limit != given or self.most < request[given]


def rung_of(request: Mapping[str, Any]) -> Rung:
    """How the answer to a request is held to its schema."""
    rung: Rung = request.get("response_format", {"type": "plain"})["type"]
    return rung


def _without_bounds(node: Any) -> Any:
    """A schema without bounds, which some strict modes refuse.

    An answer is held to them all the same, when it is read.
    """
    if isinstance(node, list):
        return [_without_bounds(item) for item in node]
    if isinstance(node, dict):
        return {key: _without_bounds(node[key]) for key in node if key not in _BOUNDS}
    return node
