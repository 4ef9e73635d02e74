"""ROW CLAIMS -> FACTS: a model's readings of the article's numbers, where the article bears them
out.

A reading stands if the number stands at its place, its unit and size fit the kind, its subject is
named near by, venue and period stand in the words, the sign agrees with the words that govern the
number, and a level's role with its side of the price. Where many readings fail, none is believed.
"""

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from summarizer.facts.attributes import find_date, governing_sign
from summarizer.facts.candidates import Candidate, make_candidate
from summarizer.facts.choice import LABELS, NONE
from summarizer.facts.extract import Rows, make_fact
from summarizer.facts.figures import describe_fact
from summarizer.facts.kinds import KINDS, LEVELS, SIGNED, Kind
from summarizer.facts.levels import find_price
from summarizer.facts.subjects import underlying
from summarizer.models import Fact, Finding, RowClaim
from summarizer.text.asset_table import load_assets
from summarizer.text.assets import MARKET
from summarizer.text.reading import Text
from summarizer.verification.support import Support
from summarizer.verification.wording import find_periods, spells_period

# Chance, by the fitted weights, below which a kind is not believed: of 1,900 numbers that the
# rules misread it refuses 2 % of the right readings, and more than half of wrong ones.
_LEAST_CHANCE = math.exp(-7)
_SURE = 0.95
_LEAST_LARGE = 1000  # dollars or coins; less is no flow, size or sum that a report would tell
_BULK = 3  # readings of which more than a third fail: none of the answer's is believed
_MOST = 0.9  # share of ten rows or more that may be read otherwise
_CROSSED = re.compile(  # "broke above resistance at", "former support", "lost the $60,000 level"
    r"""
    \b(?:br(?:oke|oken|eak\w*)|former|previous\w*|old|lost|los(?:e|ing)|reclaim\w*|flip\w*|cross\w*
        |fell|fall\w*|drop\w*|slip\w*|ros[ei]\w*|surpass\w*|clear\w*|past|once|had|was|were|if
        |could|may|might|would|test\w*|above|below|under|over)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True)
class CorrectedRows:
    """The facts by their rows, None for a row that states none, and what became of the claims."""

    facts: list[Fact | None]
    findings: list[Finding]
    is_ignored: bool = False


@dataclass(frozen=True)
class _Reading:
    """A number read as a model claims, the fact that it makes, and the article."""

    text: Text
    support: Support
    candidate: Candidate
    claim: RowClaim
    subject: str | None
    fact: Fact

    @property
    def kind(self) -> Kind:
        return KINDS[self.claim.kind]

    @property
    def sentence(self) -> str:
        """The sentence of the number."""
        return self.text.quote(self.candidate.span)


def correct_rows(text: Text, rows: Rows, claims: Sequence[RowClaim]) -> CorrectedRows:
    """The facts of an article after a model's readings of its numbers."""
    own: list[Fact | None] = [*rows.facts, *[None] * (len(rows.numbers) - len(rows.facts))]
    facts, findings, seen = list(own), [], set()
    support = Support(text, rows.facts)
    for i, claim in enumerate(claims):
        if claim.row in seen:
            fact, faults = None, [f"N{claim.row} is read twice"]
        else:
            fact, faults = _read_claim(text, support, rows, claim)
        seen.add(claim.row)
        findings += [_drop(f"rows[{i}]", fault) for fault in faults]
        if not faults:
            facts += [None] * (claim.row + 1 - len(facts))
            before = facts[claim.row]
            facts[claim.row] = fact and _mark(fact, before)
    corrections = [i for i, claim in enumerate(claims) if claim.figure is None]
    failed = len({finding.where for finding in findings} & {f"rows[{i}]" for i in corrections})
    is_bulk = failed >= _BULK and failed * 3 > len(corrections)
    if is_bulk or (len(own) >= 10 and len(claims) > _MOST * len(own)):
        note = f"{len(claims)} readings of {len(own)} numbers, {failed} of them refused: "
        note += "; ".join(finding.detail for finding in findings[:3])
        return CorrectedRows(own, [_drop("rows", note)], is_ignored=True)
    return CorrectedRows(_without_repeats(facts), findings)


def _drop(where: str, detail: str) -> Finding:
    return Finding(check="support", where=where, verdict="dropped", detail=detail)


def _mark(fact: Fact, before: Fact | None) -> Fact:
    """The fact as the model's, unless it reads as the rules did."""
    if before and before == fact:
        return before
    change: dict[str, object] = {"origin": "model"}
    if before:
        change["corrected_from"] = f"{before.kind} {before.subject} {describe_fact(before)}"
    return fact.model_copy(update=change)


def _without_repeats(facts: Sequence[Fact | None]) -> list[Fact | None]:
    """The facts without those of a model that only say another one again."""
    said = {_key(fact) for fact in facts if fact and fact.origin == "rule"}
    kept: list[Fact | None] = []
    for fact in facts:
        if fact and fact.origin == "model":
            kept.append(None if _key(fact) in said else fact)
            said.add(_key(fact))
        else:
            kept.append(fact)
    return kept


def _key(fact: Fact) -> tuple[object, ...]:
    return fact.kind, fact.subject, fact.value, fact.unit, fact.period


def _read_claim(
    text: Text, support: Support, rows: Rows, claim: RowClaim
) -> tuple[Fact | None, list[str]]:
    """The fact of a claim, None where it says that the number states none, and what is wrong."""
    candidate = _find_number(text, rows, claim)
    if isinstance(candidate, str):
        return None, [candidate]
    if claim.kind == NONE:
        return None, []
    if claim.kind not in KINDS:
        return None, [f"{claim.kind} is no kind of fact"]
    subject = _find_subject(support, claim.subject)
    candidate = _with_unit(candidate, KINDS[claim.kind], subject)
    reading = _Reading(
        text, support, candidate, claim, subject, _make_fact(text, candidate, claim, subject)
    )
    faults = [fault for check in _CHECKS for fault in check(reading)]
    return reading.fact, faults


def _find_number(text: Text, rows: Rows, claim: RowClaim) -> Candidate | str:
    """The number that a claim is about, or why there is none."""
    if 0 <= claim.row < len(rows.numbers):
        return rows.numbers[claim.row]
    figure, sentence = (claim.figure or "").strip(), claim.sentence
    if claim.row > len(rows.numbers) + 99 or not figure or sentence is None:
        return f"N{claim.row} is no row, and no figure is given"
    if not 0 <= sentence < len(text.sentences):
        return f"there is no sentence S{sentence}"
    span = text.sentences[sentence]
    start = text.string.find(figure, span.start, span.end)
    inside = text.numbers_between(start, start + len(figure)) if start >= 0 else ()
    if len(inside) != 1 or inside[0].end > start + len(figure) + 1:
        return f"{figure[:40]} is not one number of S{sentence}"
    if any(row.number.start == inside[0].start for row in rows.numbers):
        return f"{figure[:40]} of S{sentence} has a row already"
    return make_candidate(text, inside[0])


def _find_subject(support: Support, name: str) -> str | None:
    """The canonical subject of a name, None where the article does not name it.

    A ticker stands for itself, "Bitcoin" for BTC, and a name without ticker as it is printed.
    """
    name = name.strip()
    if name == MARKET or name in support.subjects:
        return name
    mentions = support.find_mentions(name)
    if len(mentions) == 1 and mentions[0].subject in support.groups:
        return mentions[0].subject
    is_known = any(underlying(subject) == name for subject in support.groups)
    is_asset = name in load_assets().tickers
    return name if is_known or (name and not is_asset and support.says(name)) else None


def _with_unit(candidate: Candidate, kind: Kind, subject: str | None) -> Candidate:
    """The number in coins of its subject, where a bare number can be nothing else of this kind."""
    is_count = candidate.unit_class == "plain" and "coins" in kind.units
    if is_count and subject and subject in load_assets().tickers and not candidate.is_large:
        return replace(candidate, unit_class="coins", unit=subject)
    return candidate


def _make_fact(text: Text, candidate: Candidate, claim: RowClaim, subject: str | None) -> Fact:
    kind = KINDS[claim.kind]
    fact = make_fact(text, replace(candidate, subject=subject or MARKET), claim.kind)
    change: dict[str, object] = {
        "subject": subject or MARKET,
        "period": claim.period if kind.has_period else None,
        "venue": claim.venue,
    }
    if kind.sign and claim.sign:
        change["value"] = abs(fact.value) * (-1 if claim.sign == "-" else 1)
    if claim.is_past and claim.kind == "price":
        change["kind"] = "price_past"
    elif claim.is_past and claim.kind not in LEVELS:
        change["qualifier"] = find_date(text, candidate) or fact.qualifier or "earlier"
    return fact.model_copy(update=change)


# ---- checks


def _check_unit(reading: _Reading) -> Iterator[str]:
    """A number fits its kind in unit and size: not "open interest" of 12 %."""
    kind, candidate = reading.kind, reading.candidate
    size = abs(candidate.number.value)
    if candidate.unit_class not in kind.units:
        yield f"N{reading.claim.row}: {kind.name} is not counted in {candidate.unit or 'nothing'}"
    elif kind.size == "large" and candidate.unit_class != "coins" and size < _LEAST_LARGE:
        yield f"N{reading.claim.row} is too small for {kind.name}"


def _check_kind(reading: _Reading) -> Iterator[str]:
    """A kind is not believed that no word near the number speaks for, against a sure reading."""
    candidate = reading.candidate
    is_fitting = reading.kind.takes(candidate.unit_class, candidate.is_large)
    if not candidate.chances or not is_fitting or reading.claim.kind == "other":
        return
    chance = candidate.chances[LABELS.index(reading.claim.kind)]
    if chance < _LEAST_CHANCE and max(candidate.chances) > _SURE:
        yield f"N{reading.claim.row} is hardly {reading.claim.kind} by the words around it"


def _check_subject(reading: _Reading) -> Iterator[str]:
    """The subject is named in the article, and nothing else where the number's own clause is."""
    claim = reading.claim
    if reading.subject is None:
        yield f"the article does not name {claim.subject or 'a subject'}"
        return
    if reading.subject == MARKET or reading.kind.of_company or reading.kind.of_holding:
        return
    attached = _attached_asset(reading)
    names = {
        reading.subject,
        *(s for s in reading.support.groups if underlying(s) == reading.subject),
    }
    if attached and attached not in names and underlying(attached) != reading.subject:
        yield f"N{claim.row} stands with {attached}, not with {reading.subject}"


def _attached_asset(reading: _Reading) -> str | None:
    """The one asset that nothing but a few words parts from the number, before it."""
    candidate, text = reading.candidate, reading.text
    before = [m for m in candidate.mentions if m.end <= candidate.number.start]
    if not before or before[-1].group not in ("coin", "stock"):
        return None
    is_listed = len(before) > 1 and _LISTED.match(text.string[before[-2].end : before[-1].start])
    if is_listed and before[-2].subject != before[-1].subject:
        return None  # "for Ethereum, Solana and Dogecoin soared to $44 billion"
    gap = text.string[before[-1].end : candidate.number.start]
    is_near = len(gap.split()) <= _ATTACHED_WORDS and "," not in gap
    is_parted = text.numbers_between(before[-1].end, candidate.number.start)
    return before[-1].subject if is_near and not is_parted else None


_LISTED = re.compile(r",?\s?(?:and|or|&|,)\s?\Z|,\s\Z")
_ATTACHED_WORDS = 3  # "Bitcoin fell to $61,300"


def _check_sign(reading: _Reading) -> Iterator[str]:
    """The sign is that of the words or marks that govern the number: not "+" of "fell 4.2%"."""
    claim, number = reading.claim, reading.candidate.number
    if reading.fact.kind not in SIGNED or not claim.sign:
        return
    sign = -1 if claim.sign == "-" else 1
    printed = (-1 if number.value < 0 else 1) if number.is_signed else None
    governing = printed or governing_sign(reading.text, reading.candidate)
    if governing and governing != sign:
        yield f"N{claim.row} has the sign {claim.sign}, against the words around it"


def _check_period(reading: _Reading) -> Iterator[str]:
    """The period stands in the sentence, the ones beside it or the title."""
    period, row = reading.claim.period, reading.claim.row
    if not period or not reading.kind.has_period:
        return
    text, i = reading.text, reading.candidate.sentence
    first, last = max(0, i - 2), min(len(text.sentences) - 1, i + 1)
    near = text.string[text.sentences[first].start : text.sentences[last].end]
    near = f"{near} {text.article.title or ''}"
    if period in find_periods(near) or period in near or spells_period(near, period):
        return
    yield f"N{row}: the period {period} does not stand near it"


def _check_venue(reading: _Reading) -> Iterator[str]:
    """The venue is named in the article."""
    venue = reading.claim.venue
    if venue and not reading.support.says(venue) and venue not in reading.support.subjects:
        yield f"the article does not name {venue}"


def _check_level(reading: _Reading) -> Iterator[str]:
    """A support lies below the price and a resistance above, unless the words say otherwise."""
    fact = reading.fact
    price = find_price(reading.support.facts, fact.subject)
    sides: dict[str, Callable[[float], bool]] = {
        "support_level": lambda level: level <= (price or 0) * 1.02,
        "resistance_level": lambda level: level >= (price or 0) * 0.98,
    }
    fits = sides.get(fact.kind)
    if price and fits and not fits(fact.value) and not _CROSSED.search(reading.sentence):
        yield f"N{reading.claim.row} lies on the other side of the price for {fact.kind}"


_CHECKS = (
    _check_unit,
    _check_kind,
    _check_subject,
    _check_sign,
    _check_period,
    _check_venue,
    _check_level,
)
