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

_FORMAT = re.compile(
    r"response_format|json_schema|json_object|schema|grammar|structured|guided", re.IGNORECASE
)


@dataclass
class Dialect:
    """What one endpoint takes for one model. Kept for the process, and shared by its threads."""

    rung: int = 0  # the index in RUNGS
    limit: str = "max_tokens"  # the name of the field
    temperature: bool = True
    logprobs: bool = True
    lengths: bool = True  # whether its schemas may bound the length of a string

    def spell(
        self,
        model: str,
        messages: Messages,
        schema: Mapping[str, Any],
        limit: int,
        temperature: float,
    ) -> dict[str, Any]:
        """The request for an answer of at most `limit` tokens."""
        request: dict[str, Any] = {"model": model, "messages": list(messages), self.limit: limit}
        if self.temperature:
            request["temperature"] = temperature
        if self.logprobs and limit == ANSWER_TOKENS:
            # with those of a longer answer the response would be larger than it may be
            request |= {"logprobs": True, "top_logprobs": TOP_TOKENS}
        rung = RUNGS[self.rung]
        if rung != "plain":
            request["response_format"] = {"type": rung}
        if rung == "json_schema":
            bounded = schema if self.lengths else _without_lengths(schema)
            named = {"name": "answer", "strict": True, "schema": bounded}
            request["response_format"]["json_schema"] = named
        return request

    def learn(self, refusal: str, request: Mapping[str, Any]) -> bool:
        """Whether the endpoint's words say how the request should have been spelt.

        They are held against that request: another thread may have learnt the same meanwhile.
        """
        other = "max_tokens" if "max_completion_tokens" in request else "max_completion_tokens"
        rung = RUNGS.index(rung_of(request))
        if "temperature" in refusal and "temperature" in request:
            self.temperature = False
        elif re.search(r"log_?prob", refusal, re.IGNORECASE) and "logprobs" in request:
            self.logprobs = False
        elif "max_tokens" in refusal and other in refusal:
            self.limit = other
        elif re.search(r"m(?:ax|in)Length", refusal) and "maxLength" in str(
            request.get("response_format")
        ):
            self.lengths = False
        elif _FORMAT.search(refusal) and rung < len(RUNGS) - 1:
            self.rung = max(self.rung, rung + 1)
        else:
            return False
        return True


def rung_of(request: Mapping[str, Any]) -> Rung:
    """How the answer to a request is held to its schema."""
    rung: Rung = request.get("response_format", {"type": "plain"})["type"]
    return rung


def _without_lengths(node: Any) -> Any:
    """A schema without bounds on strings, which some strict modes refuse.

    An answer is held to them all the same, when it is read.
    """
    if isinstance(node, list):
        return [_without_lengths(item) for item in node]
    if isinstance(node, dict):
        bounds = ("maxLength", "minLength")
        return {key: _without_lengths(node[key]) for key in node if key not in bounds}
    return node
