"""READING -> FAULTS: whether the article bears out what a model says that one of its numbers is.

Each check yields its faults in words that a model can act on.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from summarizer.facts.candidates import Candidate
from summarizer.facts.choice import LABELS
from summarizer.facts.kinds import KINDS, PRICES, SIGNED, Kind
from summarizer.facts.levels import find_price
from summarizer.facts.signs import governing_sign
from summarizer.facts.subjects import underlying
from summarizer.models import Fact, RowClaim
from summarizer.text.assets import MARKET
from summarizer.text.reading import Text
from summarizer.verification.support import Support
from summarizer.verification.wording import find_periods, spells_period

# Chance, by the fitted weights, below which a kind is not believed: of 1,900 numbers that the
# rules misread it refuses 2 % of the right readings, and more than half of wrong ones.
_LEAST_CHANCE = math.exp(-7)
_SURE = 0.95
# Score by which a subject may be less likely than the likeliest, by the fitted weights: it refuses
# 1 % of the right subjects of 1,200 numbers that the rules misread, and 95 % of wrong ones.
_LEAST_RANK = 3.0
_LEAST_LARGE = 1000  # dollars or coins; less is no flow, size or sum that a report would tell
_LISTED = re.compile(r",?\s?(?:and|or|&|,)\s?\Z|,\s\Z")
_OF = re.compile(r"\s(?:worth\s)?(?:of|in|for|into)\s(?:the\s|all\s|spot\s)?")
_PARTED = re.compile(r",|\b(?:and|or|while|with)\b")  # "-12.5% for ether and -10.1% for bitcoin"
_ATTACHED_WORDS = 3  # "Bitcoin fell to $61,300"
_CROSSED = re.compile(  # "broke above resistance at", "former support", "lost the $60,000 level"
    r"""
    \b(?:br(?:oke|oken|eak\w*)|former|previous\w*|old|lost|los(?:e|ing)|reclaim\w*|flip\w*|cross\w*
        |fell|fall\w*|drop\w*|slip\w*|ros[ei]\w*|surpass\w*|clear\w*|past|once|had|was|were|if
        |could|may|might|would|test\w*|above|below|under|over)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True)
class Case:
    """A number read as a model claims, the fact that it makes, and the article."""

    text: Text
    support: Support
    candidate: Candidate
    claim: RowClaim
    subject: str | None
    fact: Fact
    ranks: Mapping[str, float]  # what may be its subject -> how far it is from the likeliest

    @property
    def kind(self) -> Kind:
        return KINDS[self.claim.kind]

    @property
    def sentence(self) -> str:
        """The sentence of the number."""
        return self.text.quote(self.candidate.span)


def _check_unit(case: Case) -> Iterator[str]:
    """A number fits its kind in unit and size: not "open interest" of 12 %."""
    kind, candidate = case.kind, case.candidate
    size = abs(candidate.number.value)
    if kind.name == "other":
        return
    is_in_coins = candidate.unit_class == "coins" and kind.name in PRICES  # "0.032 BTC"
    if candidate.unit_class not in kind.units and not is_in_coins:
        yield f"N{case.claim.row}: {kind.name} is not counted in {candidate.unit or 'nothing'}"
    elif kind.size == "large" and candidate.unit_class == "plain" and not candidate.is_large:
        # "2,650 contracts"
        yield f"N{case.claim.row} has no unit, and is too small for {kind.name}"
    elif kind.size == "large" and candidate.unit_class != "coins" and size < _LEAST_LARGE:
        yield f"N{case.claim.row} is too small for {kind.name}"


def _check_kind(case: Case) -> Iterator[str]:
    """A kind is not believed that no word near the number speaks for, against a sure case."""
    candidate = case.candidate
    is_fitting = case.kind.takes(candidate.unit_class, candidate.is_large)
    if not candidate.chances or not is_fitting or case.claim.kind == "other":
        return
    chance = candidate.chances[LABELS.index(case.claim.kind)]
    if chance < _LEAST_CHANCE and max(candidate.chances) > _SURE:
        yield f"N{case.claim.row} is hardly {case.claim.kind} by the words around it"


def _check_subject(case: Case) -> Iterator[str]:
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
    ranks = [case.ranks[name] for name in (*names, case.subject) if name in case.ranks]
    is_asset = case.support.groups.get(case.subject) in ("coin", "stock")
    named = [m for m in case.candidate.mentions if m.group in ("coin", "stock")]
    is_unlikely = named and not any(rank <= _LEAST_RANK for rank in ranks)
    if case.ranks and is_asset and is_unlikely:
        yield f"N{claim.row} is hardly {case.subject}'s by the words around it"
    if attached and names.isdisjoint(attached.split("/")) and underlying(attached) != case.subject:
        yield f"N{claim.row} stands with {attached}, not with {case.subject}"


def _attached_asset(case: Case) -> str | None:
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


def _check_sign(case: Case) -> Iterator[str]:
    """The sign is that of the words or marks that govern the number: not "+" of "fell 4.2%"."""
    claim, number = case.claim, case.candidate.number
    if case.fact.kind not in SIGNED or not claim.sign:
        return
    sign = -1 if claim.sign == "-" else 1
    printed = (-1 if number.value < 0 else 1) if number.is_signed else None
    governing = printed or governing_sign(case.text, case.candidate, claim.kind)
    if governing and governing != sign:
        yield f"N{claim.row} has the sign {claim.sign}, against the words around it"


def drop_unprinted(text: Text, support: Support, candidate: Candidate, claim: RowClaim) -> RowClaim:
    """The claim without a period that no words near the number name, and without a venue that the
    article does not.
    """
    i = candidate.sentence
    first, last = max(0, i - 2), min(len(text.sentences) - 1, i + 1)
    near = text.string[text.sentences[first].start : text.sentences[last].end]
    near = f"{near} {text.article.title or ''}"
    period, venue = claim.period, claim.venue
    if period and not (period in find_periods(near) or spells_period(near, period)):
        period = None
    if venue and not support.says(venue) and venue not in support.subjects:
        venue = None
    return claim.model_copy(update={"period": period, "venue": venue})


def _check_level(case: Case) -> Iterator[str]:
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
    _check_level,
)


def list_faults_of(case: Case) -> list[str]:
    """Why the reading is not believed; empty where it is."""
    return [fault for check in _CHECKS for fault in check(case)]
