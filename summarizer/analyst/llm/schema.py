"""ANSWER -> ANALYSIS: the JSON schema of a model's answer, and its strict reading."""

import json
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from typing import Annotated, Any, Literal, NoReturn

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    WithJsonSchema,
    model_validator,
)

from summarizer.analysis import Analysis, CallClaim, Cited, Claim, RowClaim
from summarizer.credibility import SIGNALS
from summarizer.facts.choice import LABELS
from summarizer.models import Analyst, Direction, Horizon, Level
from summarizer.tables import read_rows


@cache
def narrative_names() -> tuple[str, ...]:
    """The names of all narratives, sorted."""
    return tuple(sorted({name for name, _, _ in read_rows("narratives.tsv")}))


# What an article's data show needs no model.
SIGNAL_NAMES = tuple(name for name, kind in SIGNALS.items() if kind.strict or kind.broad)


def _read_digits(value: Any) -> Any:
    """The number that a string holds, which servers without a schema let a model write."""
    is_number = isinstance(value, str) and re.fullmatch(r"[-+]?[0-9]{1,3}", value)
    return int(value) if is_number else value


# Every string and list is bounded, for a model under a grammar writes until something stops it.
# Percents are integers, because llama.cpp's grammar does not hold the bounds of a float.
# 320 characters are two sentences.
Words = Annotated[str, Field(min_length=1, max_length=320)]
Index = Annotated[int, Field(ge=0, le=999), BeforeValidator(_read_digits)]
Places = Annotated[list[Index], Field(max_length=4)]
Percent = Annotated[int, Field(ge=-100, le=100), BeforeValidator(_read_digits)]
Name = Annotated[str, Field(min_length=1, max_length=40)]
KindName = Annotated[str, Field(max_length=24, json_schema_extra={"enum": list(LABELS)})]
NarrativeName = Annotated[
    str, Field(max_length=24, json_schema_extra={"enum": list(narrative_names())})
]
SignalName = Annotated[str, Field(max_length=32, json_schema_extra={"enum": list(SIGNAL_NAMES)})]


def _rename(reference: re.Match[str]) -> str:
    return "{" + reference[1].replace("F", "N") + "}"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class AnswerRow(_Strict):
    """A number that the table reads wrongly: the whole right reading."""

    row: Index
    kind: KindName
    subject: Annotated[str, Field(max_length=40)]
    sign: Literal["+", "-"] | None
    period: Annotated[str, Field(max_length=12)] | None
    venue: Name | None
    past: bool


class AddedRow(AnswerRow):
    """A number that the table lacks; `row` is the next free one."""

    sentence: Index
    figure: Name


class Statement(_Strict):
    text: Words
    sentences: Places


class AnswerCall(_Strict):
    """A call. The reasons stand before the direction, so that a model writes them first."""

    asset: Name
    rationale: Words
    rows: Annotated[list[Index], Field(max_length=6)]
    sentences: Places
    direction: Direction
    tone: Percent
    target: Index | None


class SeenSignal(_Strict):
    name: SignalName
    sentence: Index


class SeenNarrative(_Strict):
    name: NarrativeName
    sentence: Annotated[Index | None, WithJsonSchema(TypeAdapter(Index).json_schema())]


class Answer(_Strict):
    """A model's whole answer about one article."""

    rows: Annotated[list[AnswerRow], Field(max_length=60)]
    added: Annotated[list[AddedRow], Field(max_length=12)]
    summary: Annotated[list[Statement], Field(min_length=1, max_length=3)]
    calls: Annotated[list[AnswerCall], Field(max_length=6)]
    overall: Direction
    overall_tone: Percent
    horizon: Horizon
    horizon_rationale: Words
    signals: Annotated[list[SeenSignal], Field(max_length=10)]
    credibility: Level
    credibility_note: Words
    narratives: Annotated[list[SeenNarrative], Field(max_length=10)]

    @model_validator(mode="before")
    @classmethod
    def _from_earlier_form(cls, values: Any) -> Any:
        """The answer with the lists that are usually empty, and read as now where it has form 1.

        That called rows facts, wrote {F3}, and named narratives without a sentence.
        """
        if not isinstance(values, dict) or not isinstance(values.get("calls"), list):
            return values
        filled: dict[str, Any] = {"rows": [], "added": [], "signals": []} | values
        if filled.pop("added_facts", None) is None:
            return filled
        filled["narratives"] = [{"name": n, "sentence": None} for n in filled.get("narratives", [])]
        filled["calls"] = [
            {"rows" if key == "facts" else key: value for key, value in call.items()}
            for call in filled["calls"]
        ]
        return json.loads(re.sub(r"\{([FD]\d+)\}", _rename, json.dumps(filled)))


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


# What stands before an answer: a model's thoughts, whose beginning a server may have cut off, and
# the channels of gpt-oss, whose marks it may have.
_BEFORE = re.compile(
    r"""
    \A.*(?:
        </(?:think(?:ing)?|thought|reasoning)>
        | \[/THINK\]                                        # Magistral
        | <\|channel\|>final[^{]{0,40}<\|message\|>         # final <|constrain|>json<|message|>
        | assistantfinal(?=\s*\{)
    )
    """,
    re.DOTALL | re.VERBOSE,
)
_AFTER = re.compile(r"<\|(?:return|end|im_end|eot_id)\|>\s*\Z")
_FENCED = re.compile(
    r"^```(?:json)?[^\S\n]*\n(.*?)\n?```", re.DOTALL | re.MULTILINE | re.IGNORECASE
)


def read_answer(text: str) -> Answer:
    """The Answer that a model wrote. Raises UnreadableAnswer.

    Thoughts, marks of channels, and what stands around the only fenced block are taken off. Nothing
    else is repaired.
    """
    try:
        return Answer.model_validate(parse_wrapped(text))
    except ValidationError as error:
        faults = [
            f"{'.'.join(map(str, fault['loc'])) or 'answer'}: {fault['msg']}"
            for fault in error.errors(include_input=False)[:5]
        ]
        raise UnreadableAnswer("; ".join(faults)) from error


def parse_wrapped(text: str) -> Any:
    """The JSON of an answer. Raises UnreadableAnswer.

    Whatever is JSON as it stands is left as it is.
    """
    bare = _AFTER.sub("", _BEFORE.sub("", text, count=1))
    fenced = _FENCED.findall(bare)
    bodies = [text, bare, *fenced] if len(fenced) == 1 else [text, bare]
    for body in bodies[:-1]:
        with suppress(UnreadableAnswer):
            return parse_json(body)
    return parse_json(bodies[-1])


def parse_json(text: str, constant: Callable[[str], Any] | None = None) -> Any:
    """JSON as RFC 8259 has it, and no key twice. Raises UnreadableAnswer.

    `constant` says what NaN and the infinities, which are no JSON numbers, stand for.
    """
    constant = constant or _refuse_constant
    try:
        return json.loads(text, object_pairs_hook=_refuse_repeats, parse_constant=constant)
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
        narratives=_cite(answer.narratives),
        signals=_cite(answer.signals),
        rows=tuple(_make_row(row) for row in (*answer.rows, *answer.added)),
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
        facts=tuple(call.rows),
    )


def _cite(seen: Sequence[SeenSignal | SeenNarrative]) -> tuple[Cited, ...]:
    return tuple(Cited(name=each.name, sentence=each.sentence) for each in seen)


def _make_row(row: AnswerRow) -> RowClaim:
    fields = row.model_dump()
    return RowClaim(is_past=fields.pop("past"), **fields)
