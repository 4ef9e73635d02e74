"""What a model must answer: the schema, the strict reading of it, and its translation to an Analysis."""

import json
import re
from functools import cache
from typing import Annotated, Any, NoReturn

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from summarizer.facts.kinds import KINDS
from summarizer.models import (
    Analysis,
    Analyst,
    CallClaim,
    Claim,
    ClaimedFact,
    Direction,
    Horizon,
    Level,
)
from summarizer.tables import read_rows
from summarizer.text.numbers import find_numbers


@cache
def narrative_names() -> tuple[str, ...]:
    """The names of all narratives, sorted."""
    return tuple(sorted({name for name, _, _ in read_rows("narratives.tsv")}))


# Every string and list is bounded, for a model under a grammar writes until something stops it; percents are integers,
# because llama.cpp's grammar does not hold the bounds of a float. 320 characters are two sentences.
Words = Annotated[str, Field(min_length=1, max_length=320)]
Index = Annotated[int, Field(ge=0, le=999)]
Places = Annotated[list[Index], Field(max_length=4)]
Percent = Annotated[int, Field(ge=-100, le=100)]
Name = Annotated[str, Field(min_length=1, max_length=40)]
KindName = Annotated[str, Field(max_length=24, json_schema_extra={"enum": sorted(KINDS)})]
NarrativeName = Annotated[
    str, Field(max_length=24, json_schema_extra={"enum": list(narrative_names())})
]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class Statement(_Strict):
    text: Words
    sentences: Places


class AnswerCall(_Strict):
    """The reasons stand before the direction, so that a model writes them first."""

    asset: Name
    rationale: Words
    facts: Annotated[list[Index], Field(max_length=6)]
    sentences: Places
    direction: Direction
    tone: Percent
    target: Index | None


class AddedFact(_Strict):
    kind: KindName
    subject: Name
    figure: Name
    quote: Annotated[str, Field(min_length=1, max_length=240)]


class Answer(_Strict):
    """A model's whole answer about one article."""

    summary: Annotated[list[Statement], Field(min_length=1, max_length=3)]
    calls: Annotated[list[AnswerCall], Field(max_length=6)]
    overall: Direction
    overall_tone: Percent
    horizon: Horizon
    horizon_rationale: Words
    credibility: Level
    credibility_note: Words
    narratives: Annotated[list[NarrativeName], Field(max_length=10)]
    added_facts: Annotated[list[AddedFact], Field(max_length=6)]


@cache
def answer_schema() -> dict[str, Any]:
    """The JSON schema of an Answer, as strict mode wants it: every field required, nothing else allowed, no titles."""
    schema: dict[str, Any] = _without_titles(Answer.model_json_schema())
    return schema


def _without_titles(node: Any) -> Any:
    if isinstance(node, list):
        return [_without_titles(item) for item in node]
    if not isinstance(node, dict):
        return node
    named = node.get("properties")  # a field may well be called "title"
    kept = {
        key: _without_titles(value)
        for key, value in node.items()
        if key not in ("title", "description", "properties")
    }
    return (
        kept | {"properties": {key: _without_titles(value) for key, value in named.items()}}
        if named
        else kept
    )


class UnreadableAnswer(ValueError):
    """Not an Answer; the message says why in words that a model can act on."""


_WRAPPED = re.compile(
    r"\A\s*(?:<think>.*?</think>\s*)?(?:```(?:json)?\s*\n(.*?)\n?```|(.*))\s*\Z", re.DOTALL
)


def read_answer(text: str) -> Answer:
    """The Answer in a model's words. A fence and a <think> block are taken off; nothing else is repaired.

    Raises UnreadableAnswer.
    """
    unwrapped = _WRAPPED.match(text)
    body = (unwrapped[1] or unwrapped[2] or "") if unwrapped else text
    try:
        return Answer.model_validate(parse_json(body))
    except ValidationError as error:
        faults = [
            f"{'.'.join(map(str, fault['loc'])) or 'answer'}: {fault['msg']}"
            for fault in error.errors(include_input=False)[:5]
        ]
        raise UnreadableAnswer("; ".join(faults)) from error


def parse_json(text: str) -> Any:
    """JSON as RFC 8259 has it, and no key twice. Raises UnreadableAnswer."""
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse)
    except (
        ValueError,
        RecursionError,
    ) as error:  # ValueError also for an integer of over 4,300 digits
        why = "it nests too deep" if isinstance(error, RecursionError) else str(error)[:120]
        raise UnreadableAnswer(f"this is not one JSON object: {why}") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON number")


def make_analysis(answer: Answer, analyst: Analyst) -> Analysis:
    """The answer as an Analysis. Its confidences are not the model's to give: they stay at their default."""
    calls = tuple(
        CallClaim(
            asset=call.asset, direction=call.direction, tone=call.tone / 100, target=call.target,
            rationale=Claim(text=call.rationale, sentences=tuple(call.sentences)), facts=tuple(call.facts),
        )
        for call in answer.calls
    )  # fmt: skip
    return Analysis(
        summary=tuple(Claim(text=said.text, sentences=tuple(said.sentences)) for said in answer.summary),
        calls=calls, overall=answer.overall, overall_tone=answer.overall_tone / 100,
        horizon=answer.horizon, horizon_rationale=Claim(text=answer.horizon_rationale),
        credibility=answer.credibility, credibility_note=Claim(text=answer.credibility_note),
        narratives=tuple(dict.fromkeys(answer.narratives)),
        added_facts=tuple(_claimed(added) for added in answer.added_facts), analyst=analyst,
    )  # fmt: skip


def _claimed(added: AddedFact) -> ClaimedFact:
    """The added fact, its figure read by the fact parser; what is no single figure has no unit, and fits no fact."""
    numbers = find_numbers(added.figure)
    value, unit = (numbers[0].value, numbers[0].unit) if len(numbers) == 1 else (0.0, "")
    return ClaimedFact(
        kind=added.kind, subject=added.subject, value=value, unit=unit, quote=added.quote
    )
