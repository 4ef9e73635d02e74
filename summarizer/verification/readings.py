"""READING -> FAULTS: whether the article bears out what a model says that one of its numbers is.

What the rules read is believed as it stands; another reading needs support. Each check yields its
faults in words that a model can act on.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from summarizer.analysis import RowClaim
from summarizer.facts.attributes import find_date, find_venue
from summarizer.facts.candidates import Candidate
from summarizer.facts.choice import LABELS
from summarizer.facts.kinds import KINDS, PRICES, SIGNED, Kind, kinds_where
from summarizer.facts.levels import find_price
from summarizer.facts.signs import governing_sign, sign_behind
from summarizer.facts.subjects import underlying
from summarizer.models import Fact
from summarizer.tables import word_set
from summarizer.text.asset_table import load_assets
from summarizer.text.assets import Mention
from summarizer.text.reading import Text
from summarizer.verification.periods import find_periods, names_time, spells_period
from summarizer.verification.support import Support

# Log of the chance, by the readers of numbers, below which another kind is not believed, by how
# sure they are of theirs. `eval/README.md` tells what each refuses.
_LEAST_CHANCE = {"sure": -5.0, "unsure": -4.5, "no fact": -9.0}
_UNIT_REACH = 20  # code points before a unit in which its number ends
_SURE = 0.95  # chance from which a number is surely no fact, or surely one
_RULED_OUT = 1e-20  # chance that a number has of kinds which its unit forbids, before it got one
_FURTHEST = 2.5  # score by which a subject may be less likely than the likeliest
_NEAR_PRICE = 2.0  # a level lies within this many times the price of its asset
_LEAST_LARGE = 1000  # dollars or coins; less is no flow, size or sum that a report would tell
_NEGATIVE = frozenset("less cut minus underneath".split())  # beside the words of movement
# Words of who pays, who pays more, and of rates; a level that fell is not negative.
_STATES = (
    frozenset("positive hike raise".split()),
    frozenset("negative minus shorts puts cut".split()),
)
_SHARES = re.compile(r"\b(?:shares?|stock|company|firm)\b", re.IGNORECASE)
_OF_VENUES = kinds_where(lambda kind: kind.has_venue) | {"options_expiry", "yield_rate", "other"}
_DATED = re.compile(
    r"""
    \b(?:[Ss]ince|YTD|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|[Mm]orning|[Aa]fternoon|[Ee]vening
        |[Oo]vernight)\b
    """,
    re.VERBOSE,
)
_ASSETS = ("coin", "stock")
_WORD = re.compile(r"[\w-]+")  # "jaw-dropping" is no drop
_SIZE = re.compile(r"\b(?:above|over|below|under|beneath)\s\Z")  # "above 5%": of what size
_DENIED = re.compile(
    r"\b(?:no|not|never|without)\s(?:an?\s|any\s)?[\w-]+|\d(?:%|\spercent)\s[a-z-]+"
)
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
    """A number read as a model claims, the fact that it makes, and the article.

    `before` is what the rules read, None for no fact; `ranks` tells of each subject that is named
    near by how far it is from the likeliest.
    """

    text: Text
    support: Support
    candidate: Candidate
    claim: RowClaim
    subject: str | None
    fact: Fact
    before: Fact | None
    ranks: Mapping[str, float]

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
    """Another kind than the rules read is one that the readers of numbers do not rule out."""
    kind, candidate, before = case.kind, case.candidate, case.before
    is_fitting = kind.takes(candidate.unit_class, candidate.is_large) and candidate.chances
    if kind.name == "other" or not is_fitting or (before and before.kind == kind.name):
        return
    standing = "no fact" if before is None else "unsure" if before.unsure else "sure"
    chance = candidate.chances[LABELS.index(kind.name)]
    is_sure = before or max(candidate.chances) > _SURE
    if is_sure and _RULED_OUT < chance < math.exp(_LEAST_CHANCE[standing]):
        yield f"N{case.claim.row} is hardly {kind.name} by the words around it"


def _check_subject(case: Case) -> Iterator[str]:
    """The article names the subject; another asset than the rules read is named near by."""
    subject = case.subject
    if subject is None:
        yield f"the article does not name {case.claim.subject or 'a subject'}"
        return
    is_asset = any(m.subject == subject and m.group in _ASSETS for m in case.text.mentions)
    if not is_asset or case.before is None or case.before.subject == subject:
        return
    ranks = [rank for name, rank in case.ranks.items() if subject in (name, underlying(name))]
    if min(ranks, default=math.inf) <= _FURTHEST:
        return
    if not (
        _is_named(case, subject, ranks) or _is_firm(case, subject) or _is_near_price(case, subject)
    ):
        yield f"N{case.claim.row} is hardly {subject}'s by the words around it"


def _is_named(case: Case, subject: str, ranks: Sequence[float]) -> bool:
    """Whether the number's sentence names the subject, which the readers did not weigh, or which is
    a victim or its only asset.
    """
    named = {
        mention.subject
        for mention in case.candidate.mentions
        if mention.group in _ASSETS and not _is_unit(case.text, mention)
    }
    is_open = not ranks or case.kind.of_company or named == {subject}
    return is_open and case.support.names(case.sentence, subject)


def _is_unit(text: Text, mention: Mention) -> bool:
    """Whether an asset's code is what a number counts: "6.8 ETH"."""
    before = text.numbers_between(mention.start - _UNIT_REACH, mention.start)
    return bool(before) and text.string[before[-1].end : mention.start].strip() == ""


def _is_firm(case: Case, subject: str) -> bool:
    """Whether the number may be that of a firm which only the article knows, and which the sentence
    need not name: "It raised $90 million by selling shares".
    """
    is_of_firms = case.kind.of_company or case.kind.name == "other"
    is_told = is_of_firms or _SHARES.search(case.sentence) is not None
    return is_told and subject not in load_assets().tickers


def _is_near_price(case: Case, asset: str) -> bool:
    """Whether a level is of the size of the asset's price."""
    price = find_price(case.support.facts, asset)
    is_level = case.fact.kind in PRICES and case.fact.unit == "USD"
    return bool(price and is_level and 1 / _NEAR_PRICE < case.fact.value / price < _NEAR_PRICE)


def _check_sign(case: Case) -> Iterator[str]:
    """The sign is that of the words or marks that govern the number: not "+" of "fell 4.2%".

    Where none governs it, another sign than the rules read needs a word for it.
    """
    claim, before = case.claim, case.before
    if case.fact.kind not in SIGNED or not claim.sign:
        return
    sign, governing = (-1 if claim.sign == "-" else 1), _governing_sign(case)
    is_turned = before and before.kind in SIGNED and before.value * sign < 0
    if governing not in (0, sign) or (is_turned and not governing and not _has_word(case, sign)):
        yield f"N{claim.row} has the sign {claim.sign}, against the words around it"


def _governing_sign(case: Case) -> int:
    """The sign by a mark, else by a word behind the number, else by those before; 0 without any.

    In "pulled back to a level 35% higher" the word behind it decides.
    """
    number = case.candidate.number
    if number.is_signed:
        return -1 if number.value < 0 else 1
    is_move = case.kind.sign == "move" and number.unit == "%"
    behind = sign_behind(case.text, case.candidate) if is_move else 0
    return behind or governing_sign(case.text, case.candidate, case.claim.kind)


def _has_word(case: Case, sign: int) -> bool:
    """Whether the words beside the number, up to the numbers around it, or all of its sentence have
    a word of that sign, and none of the other.

    Words that are denied ("without a cut") or of another number ("a 5% decline") do not count.
    """
    up, down = _sign_words(case.kind)
    words, opposed = (up, down) if sign > 0 else (down, up)
    (first, past), text, number = case.candidate.span, case.text, case.candidate.number
    start = max([n.end for n in text.numbers_between(first, number.start)], default=first)
    end = min([n.start for n in text.numbers_between(number.end, past)], default=past)
    for i, j in ((start, end), (first, past)):
        before = _SIZE.sub("", text.string[i : number.start])
        string = f"{before} {text.string[number.end : j]}".lower()
        said = set(_WORD.findall(_DENIED.sub("", string)))
        if not words.isdisjoint(said) and opposed.isdisjoint(said):
            return True
    return False


def _sign_words(kind: Kind) -> tuple[frozenset[str], frozenset[str]]:
    """The words that make a number of the kind positive, and those that make it negative."""
    if kind.sign == "state" or kind.name == "macro_indicator":
        return _STATES
    if kind.name == "etf_flow":
        return word_set("flow_in"), word_set("flow_out")
    return word_set("up", "flow_in"), word_set("down", "flow_out") | _NEGATIVE


def _check_level(case: Case) -> Iterator[str]:
    """A support lies below the price and a resistance above, unless the words say otherwise."""
    fact = case.fact
    price = find_price(case.support.facts, fact.subject)
    if not price or _CROSSED.search(case.sentence):
        return
    is_beyond = (fact.kind == "support_level" and fact.value > price * 1.02) or (
        fact.kind == "resistance_level" and fact.value < price * 0.98
    )
    if is_beyond:
        yield f"N{case.claim.row} lies on the other side of the price for {fact.kind}"


_CHECKS = (_check_unit, _check_kind, _check_subject, _check_sign, _check_level)


def find_reading_faults(case: Case) -> list[str]:
    """Why the reading is not believed; empty where it is."""
    return [fault for check in _CHECKS for fault in check(case)]


def drop_unprinted(text: Text, candidate: Candidate, claim: RowClaim) -> RowClaim:
    """The claim without a period and a venue that neither the number's sentence gives nor, where it
    gives none, the one before or the title.

    A sentence that dates its number gives the time, too ("59 percent in December 2011"), and only a
    kind that is counted by venue takes one from elsewhere.
    """
    period, venue = claim.period, claim.venue
    own = text.quote(candidate.span)
    first = text.sentences[max(0, candidate.sentence - 1)]
    near = f"{text.article.title or ''} {text.string[first.start : candidate.span.end]}"
    is_timed = names_time(own) or _DATED.search(own) or find_date(text, candidate)
    of_period = own if is_timed else near
    is_near = claim.kind in _OF_VENUES and not find_venue(text, candidate, claim.kind)
    of_venue = near if is_near else own
    if period and not (period in find_periods(of_period) or spells_period(of_period, period)):
        period = None
    if venue and venue.casefold() not in of_venue.casefold():
        venue = None
    return claim.model_copy(update={"period": period, "venue": venue})
