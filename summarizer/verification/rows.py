"""ROW CLAIMS -> FACTS: a model's readings of the article's numbers, where the article bears them
out.

A reading stands if the number stands at its place, its unit and size fit the kind, its subject is
named near by, venue and period stand in the words, the sign agrees with the words that govern the
number, and a level's role with its side of the price. Where many readings fail, none is believed.
"""

import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace

from summarizer.analysis import RowClaim
from summarizer.facts.attributes import find_date
from summarizer.facts.candidates import Candidate, make_candidate
from summarizer.facts.choice import NONE
from summarizer.facts.extract import Rows, make_fact
from summarizer.facts.figures import describe_fact
from summarizer.facts.kinds import KINDS, LEVELS, Kind
from summarizer.facts.subjects import Subjects
from summarizer.models import Fact, Finding
from summarizer.text.asset_table import load_assets
from summarizer.text.assets import MARKET
from summarizer.text.reading import Text
from summarizer.verification.readings import Case, drop_unprinted, find_reading_faults
from summarizer.verification.support import Support

# Told by "inflation" or "the dollar" alone.
_ECONOMIES = frozenset("US FED ECB EU UK DXY SPX".split())
_COINS = re.compile(r"\s(?:[A-Z][A-Z0-9]+\s)?(?:tokens|coins)\b")  # "41 million NOVR tokens"
_TICKER = re.compile(r"[A-Z][A-Z0-9]{1,9}")
# What a kind is called where it is counted in another unit: shorts of "$680 million" are no share.
_TWINS = {
    ("liquidation_share", "money"): "liquidations",
    ("liquidations", "percent"): "liquidation_share",
    ("open_interest_change", "money"): "other",
    ("price_change", "money"): "other",
}
_UNIT_REACH = 10  # code points between a number and its coins
_BULK = 3  # readings that fail, if they are more than half: none of the answer's is believed
_MOST_ADDED = 99  # rows that an answer may number on
_GROUPED = re.compile(r"\d{1,3}(?: \d{3})+(?![\d.,])")
_MOST = 0.7  # share of ten rows or more that an answer with faults may read otherwise


@dataclass(frozen=True)
class CorrectedRows:
    """The facts by their rows, None for a row that states none, and what became of the claims."""

    facts: list[Fact | None]
    findings: list[Finding]
    is_ignored: bool = False


@dataclass(frozen=True)
class _Reading:
    """What a claim makes of a number: the rows that it is about, the fact that the number then
    states (None for none), and what is wrong with that.
    """

    places: list[int]
    fact: Fact | None
    faults: list[str]


def correct_rows(text: Text, rows: Rows, claims: Sequence[RowClaim]) -> CorrectedRows:
    """The facts of an article after a model's readings of its numbers."""
    own: list[Fact | None] = [*rows.facts, *[None] * (len(rows.numbers) - len(rows.facts))]
    readings = _read_claims(text, rows, claims) if claims else []
    faults = [(f"rows[{i}]", fault) for i, one in enumerate(readings) for fault in one.faults]
    if _is_unbelievable(claims, readings, len(own)):
        note = f"of {len(claims)} readings of {len(own)} numbers many are refused: "
        note += "; ".join(fault for _, fault in faults[:9])
        return CorrectedRows(own, [_drop("rows", note)], is_ignored=True)
    facts = _apply(own, readings)
    for again, first in rows.repeats.items():  # a row that only says another one again is that one
        facts[again] = facts[again] or facts[first]
    if any(not reading.faults for reading in readings):
        facts = _trust_read(facts, claims, readings)
    return CorrectedRows(facts, [_drop(where, fault) for where, fault in faults])


def _read_claims(text: Text, rows: Rows, claims: Sequence[RowClaim]) -> list[_Reading]:
    """The reading that each claim makes; of two about a row the second is refused."""
    numbers = [_find_number(text, rows, claim)[0] for claim in claims]
    asked = {number.number.start for number in numbers if number}
    if new := asked - rows.ranks.keys():  # an answer is checked twice
        rows.ranks.update(_rank_subjects(text, rows, new))
    support = Support(text, rows.facts)
    readings, seen = [], set()
    for claim in claims:
        reading = _read_claim(text, support, rows, claim)
        if claim.row in seen:
            reading = _Reading([], None, [f"N{claim.row} is read twice"])
        seen.add(claim.row)
        readings.append(reading)
    return readings


def _is_unbelievable(claims: Sequence[RowClaim], readings: Sequence[_Reading], rows: int) -> bool:
    """Whether so many of an answer's corrections fail, or so many rows are read otherwise, that
    none is believed.
    """
    corrections = [one for claim, one in zip(claims, readings, strict=True) if not claim.figure]
    failed = sum(bool(reading.faults) for reading in corrections)
    is_bulk = failed >= _BULK and failed * 2 > len(corrections)
    return is_bulk or (rows >= 10 and len(claims) > _MOST * rows and failed * 4 > len(claims))


def _apply(own: Sequence[Fact | None], readings: Sequence[_Reading]) -> list[Fact | None]:
    """The facts of the rows with the readings that have no fault."""
    facts = list(own)
    for reading in readings:
        if not reading.faults:
            facts += [None] * (max(reading.places) + 1 - len(facts))
            for place in reading.places:
                facts[place] = reading.fact and _mark(reading.fact, facts[place])
    return facts


def _trust_read(
    facts: Sequence[Fact | None], claims: Sequence[RowClaim], readings: Sequence[_Reading]
) -> list[Fact | None]:
    """The facts, those that a model read and let stand as its readings too."""
    refused = {claim.row for claim, one in zip(claims, readings, strict=True) if one.faults}
    return [fact and (fact if i in refused else _trust(fact)) for i, fact in enumerate(facts)]


def _drop(where: str, detail: str) -> Finding:
    return Finding(check="support", where=where, verdict="dropped", detail=detail)


def _trust(fact: Fact) -> Fact:
    """The fact without the confidence of the rules' reader, who was not the last to read it."""
    return fact.model_copy(update={"confidence": None, "unsure": False})


def _mark(fact: Fact, before: Fact | None) -> Fact:
    """The fact as the model's, unless it reads as the rules did."""
    if before and _trust(before) == fact:
        return before
    change: dict[str, object] = {"origin": "model"}
    if before:
        change["corrected_from"] = f"{before.kind} {before.subject} {describe_fact(before)}"
    return fact.model_copy(update=change)


def list_facts(rows: Sequence[Fact | None]) -> list[Fact]:
    """The facts of the rows, each once: the rules' facts first in their order, if none is changed,
    else all in reading order.
    """
    known: dict[tuple[object, ...], Fact] = {}
    facts = [fact for fact in rows if fact]
    for fact in sorted(facts, key=lambda fact: fact.origin != "rule"):
        known.setdefault((fact.kind, fact.subject, fact.value, fact.unit, fact.period), fact)
    unique = list(known.values())
    is_changed = any(fact.origin == "model" for fact in unique)
    return sorted(unique, key=lambda fact: fact.evidence.start) if is_changed else unique


def _rank_subjects(
    text: Text, rows: Rows, places: Container[int]
) -> dict[int, Mapping[str, float]]:
    """How far each possible subject of the numbers at some places is from the likeliest, by place.

    What the numbers before are about is evidence, so all are gone through.
    """
    subjects = Subjects(text)
    ranked: dict[int, Mapping[str, float]] = {}
    for i in sorted(range(len(rows.numbers)), key=lambda i: rows.numbers[i].number.start):
        candidate = rows.numbers[i]
        fact = rows.facts[i] if i < len(rows.facts) else None
        if candidate.number.start in places:
            kind = fact.kind if fact else "other"
            ranked[candidate.number.start] = subjects.rank(candidate, kind)
        if fact:
            subjects.remember(candidate, fact.kind, fact.subject)
    return ranked


def _read_claim(
    text: Text,
    support: Support,
    rows: Rows,
    claim: RowClaim,
) -> _Reading:
    """What a claim makes of its number."""
    candidate, places = _find_number(text, rows, claim)
    if candidate is None:
        detail = f"{claim.figure[:40]!r} of S{claim.sentence}" if claim.figure else f"N{claim.row}"
        return _Reading([], None, [f"{detail} is no number of the article"])
    if claim.kind == NONE:
        return _Reading(places, None, [])
    claim = claim.model_copy(update={"kind": _fit_kind(claim.kind, candidate)})
    if claim.kind not in KINDS:
        return _Reading([], None, [f"{claim.kind} is no kind of fact"])
    before = rows.facts[places[0]] if places[0] < len(rows.facts) else None
    claim = drop_unprinted(text, candidate, claim)
    subject = _find_subject(support, claim)
    candidate = _with_unit(text, candidate, KINDS[claim.kind], subject)
    fact = _make_fact(text, candidate, claim, subject)
    ranks = rows.ranks.get(candidate.number.start, {})
    case = Case(text, support, candidate, claim, subject, fact, before, ranks)
    return _Reading(places, fact, find_reading_faults(case))


def _fit_kind(kind: str, candidate: Candidate) -> str:
    """The kind, or its twin that is counted in the number's unit."""
    return _TWINS.get((kind, candidate.unit_class), kind)


def _find_number(text: Text, rows: Rows, claim: RowClaim) -> tuple[Candidate | None, list[int]]:
    """The number that a claim is about, and the rows that it then stands in.

    A figure that the rules split ("57 600 ETH") takes the place of its parts.
    """
    if 0 <= claim.row < len(rows.numbers):
        return rows.numbers[claim.row], [claim.row]
    figure, sentence = (claim.figure or "").strip(), claim.sentence
    is_row = len(rows.numbers) <= claim.row < len(rows.numbers) + _MOST_ADDED
    if not is_row or not figure or sentence is None or not 0 <= sentence < len(text.sentences):
        return None, []
    start = text.string.find(figure, *text.sentences[sentence])
    end = start + len(figure)
    inside = text.numbers_between(start, end) if start >= 0 else ()
    if not inside or inside[-1].end > end + 1:
        return None, []
    number = inside[0]
    if len(inside) > 1:
        grouped = _GROUPED.match(figure)
        if not grouped:
            return None, []
        value = float(grouped[0].replace(" ", ""))
        number = inside[-1]._replace(start=number.start, value=value, is_signed=number.is_signed)
    parts = [i for i, row in enumerate(rows.numbers) if start <= row.number.start < end]
    return make_candidate(text, number), [*parts, claim.row]


def _find_subject(support: Support, claim: RowClaim) -> str | None:
    """The canonical subject of a claim, None where the article does not name it."""
    if claim.kind in ("macro_indicator", "other") and claim.subject in _ECONOMIES:
        return claim.subject
    return support.find_subject(claim.subject)


def _with_unit(text: Text, candidate: Candidate, kind: Kind, subject: str | None) -> Candidate:
    """The number with the unit that its kind gives a bare one: percent, or coins.

    Coins are those that are named behind it, "71 wrapped bitcoin", else those of its subject.
    """
    is_coins = kind.of_holding and not candidate.is_large  # "holds 668"
    is_coins |= kind.name == "token_unlock" or bool(_COINS.match(text.string, candidate.end))
    if candidate.unit_class != "plain" or ("plain" in kind.units and not is_coins):
        return candidate
    if "percent" in kind.units:  # "a 53-47 split"
        return replace(candidate, unit_class="percent", unit="%")
    end = candidate.end
    named = [subject] if subject not in (None, MARKET) and _TICKER.fullmatch(subject) else []
    behind = [m.subject for m in candidate.mentions if 0 <= m.start - end <= _UNIT_REACH]
    assets = [*(name for name in behind if name in load_assets().tickers), *named]
    return replace(candidate, unit_class="coins", unit=assets[0]) if assets else candidate


def _read_value(value: float, candidate: Candidate, claim: RowClaim) -> float:
    """The value with the sign that the claim gives it, without one by the words."""
    if KINDS[claim.kind].sign and claim.sign:
        return abs(value) * (-1 if claim.sign == "-" else 1)
    is_level = claim.kind == "macro_indicator" and not candidate.number.is_signed  # not a move
    return abs(value) if is_level and not claim.sign else value


def _make_fact(text: Text, candidate: Candidate, claim: RowClaim, subject: str | None) -> Fact:
    """The fact that the claim makes of the number."""
    fact = make_fact(text, replace(candidate, subject=subject or MARKET), claim.kind)
    change: dict[str, object] = {
        "subject": subject or MARKET,
        "value": _read_value(fact.value, candidate, claim),
        "period": claim.period if KINDS[claim.kind].has_period else None,
        "venue": claim.venue,
    }
    if claim.is_past and claim.kind == "price":
        change["kind"] = "price_past"
    elif claim.is_past and claim.kind not in LEVELS:
        change["qualifier"] = find_date(text, candidate) or fact.qualifier or "earlier"
    return fact.model_copy(update=change)
