"""ANSWER -> ANALYSIS: the JSON schema of a model's answer, and its strict reading."""

import json
import re
from collections.abc import Sequence
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


# Every string and list is bounded, for a model under a grammar writes until something stops it.
# Percents are integers, because llama.cpp's grammar does not hold the bounds of a float.
# 320 characters are two sentences.
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
    """A call. The reasons stand before the direction, so that a model writes them first."""

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
    """The JSON schema of an Answer in strict mode: all fields required, no others, no titles."""
    schema: dict[str, Any] = _without_titles(Answer.model_json_schema())
    return schema


def _without_titles(node: Any) -> Any:
    if isinstance(node, list):
        return [_without_titles(item) for item in node]
    if not isinstance(node, dict):
        return node
    cleaned = {
        key: _without_titles(value)
        for key, value in node.items()
        if key not in ("title", "description", "properties")
    }
    if "properties" in node:  # a field may well be called "title"
        fields = node["properties"].items()
        cleaned["properties"] = {key: _without_titles(value) for key, value in fields}
    return cleaned


class UnreadableAnswer(ValueError):
    """Not an Answer; the message says why in words that a model can act on."""


_WRAPPED = re.compile(
    r"\A\s*(?:<think>.*?</think>\s*)?(?:```(?:json)?\s*\n(.*?)\n?```|(.*))\s*\Z", re.DOTALL
)


def read_answer(text: str) -> Answer:
    """The Answer that a model wrote. Raises UnreadableAnswer.

    A code fence and a <think> block are taken off. Nothing else is repaired.
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
        return json.loads(text, object_pairs_hook=_refuse_repeats, parse_constant=_refuse_constant)
    except RecursionError:
        raise UnreadableAnswer("this is not one JSON object: it nests too deep") from None
    except ValueError as error:  # also for an integer of over 4,300 digits
        raise UnreadableAnswer(f"this is not one JSON object: {str(error)[:120]}") from None


def _refuse_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return members


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON number")


def make_analysis(answer: Answer, analyst: Analyst) -> Analysis:
    """The answer as an Analysis.

    Confidences keep their default: they are not the model's to give.
    """
    return Analysis(
        summary=tuple(_make_claim(each.text, each.sentences) for each in answer.summary),
        calls=tuple(_make_call(call) for call in answer.calls),
        overall=answer.overall,
        overall_tone=answer.overall_tone / 100,
        horizon=answer.horizon,
        horizon_rationale=_make_claim(answer.horizon_rationale),
        credibility=answer.credibility,
        credibility_note=_make_claim(answer.credibility_note),
        narratives=tuple(dict.fromkeys(answer.narratives)),
        added_facts=tuple(_make_fact(fact) for fact in answer.added_facts),
        analyst=analyst,
    )


def _make_claim(text: str, sentences: Sequence[int] = ()) -> Claim:
    return Claim(text=text, sentences=tuple(sentences))


def _make_call(call: AnswerCall) -> CallClaim:
    return CallClaim(
        asset=call.asset,
        direction=call.direction,
        tone=call.tone / 100,
        target=call.target,
        rationale=_make_claim(call.rationale, call.sentences),
        facts=tuple(call.facts),
    )


def _make_fact(added: AddedFact) -> ClaimedFact:
    """The added fact, its figure read as in an article.

    What is not exactly one figure gets no unit, so that it fits no fact.
    """
    numbers = find_numbers(added.figure)
    value, unit = (numbers[0].value, numbers[0].unit) if len(numbers) == 1 else (0.0, "")
    return ClaimedFact(
        kind=added.kind, subject=added.subject, value=value, unit=unit, quote=added.quote
    )
