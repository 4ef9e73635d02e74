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
from summarizer.facts.kinds import KINDS, LEVELS, PRICES, SIGNED, Kind
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
_BULK = 3  # readings that fail, if they are more than half: none of the answer's is believed
_MOST_ADDED = 99  # rows that an answer may number on
_GROUPED = re.compile(r"\d{1,3}(?: \d{3})+(?![\d.,])")
_MOST = 0.7  # share of ten rows or more that an answer with faults may read otherwise
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
    """The fact that a number states, None where it states none, and what is wrong with that."""

    fact: Fact | None
    faults: list[str]


@dataclass(frozen=True)
class _Case:
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
    failed = 0
    for i, claim in enumerate(claims):
        places, reading = _read_claim(text, support, rows, claim)
        faults = [f"N{claim.row} is read twice"] if claim.row in seen else reading.faults
        seen.add(claim.row)
        findings += [_drop(f"rows[{i}]", fault) for fault in faults]
        failed += bool(faults) and claim.figure is None
        if not faults:
            facts += [None] * (max(places) + 1 - len(facts))
            for place in places:
                facts[place] = reading.fact and _mark(reading.fact, facts[place])
    corrections = sum(claim.figure is None for claim in claims)
    is_bulk = failed >= _BULK and failed * 2 > corrections
    is_most = len(own) >= 10 and len(claims) > _MOST * len(own) and failed * 10 > len(claims)
    if is_bulk or is_most:
        note = f"{len(claims)} readings of {len(own)} numbers, {failed} of them refused: "
        note += "; ".join(finding.detail for finding in findings[:9])
        return CorrectedRows(own, [_drop("rows", note)], is_ignored=True)
    for again, first in rows.repeats.items():  # a row that only says another one again is that one
        facts[again] = facts[again] or facts[first]
    return CorrectedRows(facts, findings)


def _drop(where: str, detail: str) -> Finding:
    return Finding(check="support", where=where, verdict="dropped", detail=detail)


def _mark(fact: Fact, before: Fact | None) -> Fact:
    """The fact as the model's, unless it reads as the rules did: what both read is sure."""
    if before and before.model_copy(update={"confidence": None, "unsure": False}) == fact:
        return fact  # read by both
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


def _read_claim(
    text: Text, support: Support, rows: Rows, claim: RowClaim
) -> tuple[list[int], _Reading]:
    """The rows that a claim is about, and what it makes of their number."""
    candidate, places = _find_number(text, rows, claim)
    if candidate is None:
        detail = f"{claim.figure[:40]!r} of S{claim.sentence}" if claim.figure else f"N{claim.row}"
        return [], _Reading(None, [f"{detail} is no number of the article"])
    if claim.kind == NONE:
        return places, _Reading(None, [])
    if claim.kind not in KINDS:
        return [], _Reading(None, [f"{claim.kind} is no kind of fact"])
    subject = _find_subject(support, claim.subject)
    if subject is None and any(map(support.says, _TOLD_BY.get(claim.subject, ()))):
        subject = claim.subject
    if claim.kind == "macro_indicator" and claim.subject in _ECONOMIES:
        subject = claim.subject
    candidate = _with_unit(candidate, KINDS[claim.kind], subject)
    fact = _make_fact(text, candidate, claim, subject)
    case = _Case(text, support, candidate, claim, subject, fact)
    return places, _Reading(fact, [fault for check in _CHECKS for fault in check(case)])


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
    left, _, right = name.partition("/")
    if right:  # a pair
        return name if _find_subject(support, left) and _find_subject(support, right) else None
    is_known = any(underlying(subject) == name for subject in support.groups)
    if is_known or support.is_printed_ticker(name):
        return name
    is_asset = name in load_assets().tickers
    return name if name and not is_asset and support.says(name) else None


def _with_unit(candidate: Candidate, kind: Kind, subject: str | None) -> Candidate:
    """The number with the unit that its kind gives a bare one: percent, or coins.

    Coins are those that are named behind it, "71 wrapped bitcoin", else those of its subject.
    """
    if candidate.unit_class != "plain" or "plain" in kind.units:
        return candidate
    if "percent" in kind.units:  # "a 53-47 split"
        return replace(candidate, unit_class="percent", unit="%")
    end = candidate.end
    behind = [m.subject for m in candidate.mentions if 0 <= m.start - end <= _UNIT_REACH]
    assets = [name for name in (*behind, subject) if name in load_assets().tickers]
    return replace(candidate, unit_class="coins", unit=assets[0]) if assets else candidate


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


def _check_unit(case: _Case) -> Iterator[str]:
    """A number fits its kind in unit and size: not "open interest" of 12 %."""
    kind, candidate = case.kind, case.candidate
    size = abs(candidate.number.value)
    if kind.name == "other":
        return
    is_in_coins = candidate.unit_class == "coins" and kind.name in PRICES  # "0.032 BTC"
    if candidate.unit_class not in kind.units and not is_in_coins:
        yield f"N{case.claim.row}: {kind.name} is not counted in {candidate.unit or 'nothing'}"
    elif kind.size == "large" and candidate.unit_class != "coins" and size < _LEAST_LARGE:
        yield f"N{case.claim.row} is too small for {kind.name}"


def _check_kind(case: _Case) -> Iterator[str]:
    """A kind is not believed that no word near the number speaks for, against a sure case."""
    candidate = case.candidate
    is_fitting = case.kind.takes(candidate.unit_class, candidate.is_large)
    if not candidate.chances or not is_fitting or case.claim.kind == "other":
        return
    chance = candidate.chances[LABELS.index(case.claim.kind)]
    if chance < _LEAST_CHANCE and max(candidate.chances) > _SURE:
        yield f"N{case.claim.row} is hardly {case.claim.kind} by the words around it"


def _check_subject(case: _Case) -> Iterator[str]:
    """The subject is named in the article, and nothing else where the number's own clause is."""
    claim = case.claim
    if case.subject is None:
        yield f"the article does not name {claim.subject or 'a subject'}"
        return
    if (
        case.subject == MARKET
        or claim.kind == "other"
        or case.kind.of_company
        or case.kind.of_holding
    ):
        return
    attached = _attached_asset(case)
    names = {
        case.subject,
        *(s for s in case.support.groups if underlying(s) == case.subject),
    }
    if attached and names.isdisjoint(attached.split("/")) and underlying(attached) != case.subject:
        yield f"N{claim.row} stands with {attached}, not with {case.subject}"


def _attached_asset(case: _Case) -> str | None:
    """The one asset that nothing but a few words parts from the number, before it."""
    candidate, text = case.candidate, case.text
    after = [m for m in candidate.mentions if m.start >= candidate.end][:1]
    if after and _OF.fullmatch(text.string[candidate.end : after[0].start]):
        return after[0].subject  # "5% of ETH"
    before = [m for m in candidate.mentions if m.end <= candidate.number.start]
    if not before or before[-1].group not in ("coin", "stock"):
        return None
    is_listed = len(before) > 1 and _LISTED.match(text.string[before[-2].end : before[-1].start])
    if is_listed and before[-2].subject != before[-1].subject:
        return None  # "for Ethereum, Solana and Dogecoin soared to $44 billion"
    gap = text.string[before[-1].end : candidate.number.start]
    is_near = len(gap.split()) <= _ATTACHED_WORDS and not _PARTED.search(gap)
    is_parted = text.numbers_between(before[-1].end, candidate.number.start)
    return before[-1].subject if is_near and not is_parted else None


# Told by "inflation" or "the dollar" alone.
_ECONOMIES = frozenset("US FED ECB EU UK DXY SPX".split())
# Codes of what an article calls by a plain word.
_TOLD_BY = {
    "XAU": ("gold",),
    "XAG": ("silver",),
    "WTI": ("oil", "crude"),
    "USD/JPY": ("yen",),
    "USDJPY": ("yen",),
    "EUR/USD": ("euro",),
    "US2Y": ("two-year", "2-year"),
    "US10Y": ("ten-year", "10-year"),
    "JP10Y": ("ten-year", "10-year"),
    "VIX": ("volatility index",),
    "BNB": ("BSC",),
}
_UNIT_REACH = 10  # code points between a number and its coins
_LISTED = re.compile(r",?\s?(?:and|or|&|,)\s?\Z|,\s\Z")
_OF = re.compile(r"\s(?:worth\s)?(?:of|in|for|into)\s(?:the\s|all\s|spot\s)?")
_PARTED = re.compile(r",|\b(?:and|or|while|with)\b")  # "-12.5% for ether and -10.1% for bitcoin"
_ATTACHED_WORDS = 3  # "Bitcoin fell to $61,300"


def _check_sign(case: _Case) -> Iterator[str]:
    """The sign is that of the words or marks that govern the number: not "+" of "fell 4.2%"."""
    claim, number = case.claim, case.candidate.number
    if case.fact.kind not in SIGNED or not claim.sign:
        return
    sign = -1 if claim.sign == "-" else 1
    printed = (-1 if number.value < 0 else 1) if number.is_signed else None
    governing = printed or governing_sign(case.text, case.candidate)
    if governing and governing != sign:
        yield f"N{claim.row} has the sign {claim.sign}, against the words around it"


def _check_period(case: _Case) -> Iterator[str]:
    """The period stands in the sentence, the ones beside it or the title."""
    period, row = case.claim.period, case.claim.row
    if not period or not case.kind.has_period:
        return
    text, i = case.text, case.candidate.sentence
    first, last = max(0, i - 2), min(len(text.sentences) - 1, i + 1)
    near = text.string[text.sentences[first].start : text.sentences[last].end]
    near = f"{near} {text.article.title or ''}"
    if period in find_periods(near) or period in near or spells_period(near, period):
        return
    yield f"N{row}: the period {period} does not stand near it"


def _check_venue(case: _Case) -> Iterator[str]:
    """The venue is named in the article."""
    venue = case.claim.venue
    if venue and not case.support.says(venue) and venue not in case.support.subjects:
        yield f"the article does not name {venue}"


def _check_level(case: _Case) -> Iterator[str]:
    """A support lies below the price and a resistance above, unless the words say otherwise."""
    fact = case.fact
    price = find_price(case.support.facts, fact.subject)
    sides: dict[str, Callable[[float], bool]] = {
        "support_level": lambda level: level <= (price or 0) * 1.02,
        "resistance_level": lambda level: level >= (price or 0) * 0.98,
    }
    fits = sides.get(fact.kind)
    if price and fits and not fits(fact.value) and not _CROSSED.search(case.sentence):
        yield f"N{case.claim.row} lies on the other side of the price for {fact.kind}"


_CHECKS = (
    _check_unit,
    _check_kind,
    _check_subject,
    _check_sign,
    _check_period,
    _check_venue,
    _check_level,
)
