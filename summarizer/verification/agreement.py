"""FIGURE, FACT -> FAULTS: whether a sentence says of a figure what its fact says.

They have to agree in whose figure it is, its kind, sign, side of the price, period and venue. Each
check yields its faults in words that a model can act on.
"""

import re
from collections.abc import Iterator

from summarizer.facts.kinds import LEVELS, PRICES, SIGNED
from summarizer.facts.levels import find_price
from summarizer.verification.figures import Use
from summarizer.verification.naming import is_about
from summarizer.verification.periods import find_periods, spells_period
from summarizer.verification.wording import (
    calls_it,
    is_as_certain,
    is_bent,
    named_kinds,
    names_kind,
    periods_beside,
    sign_word,
)

_WITH_PERIOD = SIGNED | {"liquidations", "trading_volume"}
_STANDS = re.compile(  # "is trading well above the support at {N7}"
    r"""
    \b(?:trad\w+|hold\w*|remain\w*|stay\w*|sit\w*|hover\w*|is|was)\s(?:\w+\s){0,2}
    (above|over|below|under)\s(?:[\w$]+\s){0,4}\Z
    """,
    re.IGNORECASE | re.VERBOSE,
)
_SHARE_KINDS = frozenset("dominance call_share liquidation_share other".split())
_NEAR_KINDS = (  # the kind of a fact, and those whose words may tell it
    (frozenset({"macro_indicator"}), frozenset({"price", "price_change", "price_target"})),
    (frozenset({"price", "price_change"}), frozenset({"macro_indicator"})),  # "Gold fell {N10}"
    (_SHARE_KINDS, _SHARE_KINDS),
)
_RECORD = re.compile(r"\b(?:highs?|lows?|peak|record)\b", re.IGNORECASE)
_SHARE = re.compile(r"\bshare of\b", re.IGNORECASE)
_MOVED_TO = re.compile(r"\bto\s(?:a\s)?(?:(?:price|low|high)\sof\s|about\s|around\s|nearly\s)?\Z")
_VENUE = re.compile(r"\s(?:on|at|from|by)\s([A-Z]\w+)")


def find_figure_faults(use: Use) -> list[str]:
    """Why the fact does not bear out what the sentence says of the figure; empty where it does."""
    checks = _CHECKS_OF_DISTANCE if use.figure.is_distance else _CHECKS
    return [fault for check in checks for fault in check(use)]


def _check_subject(use: Use) -> Iterator[str]:
    """A figure belongs to its fact's subject: not "Ether rose {N0}" of bitcoin's change."""
    if not _is_named_apart(use) and not is_about(use):
        yield f"{use.meaning}, which the words around it do not name"


def _is_named_apart(use: Use) -> bool:
    """Whether a distance stands beside its figure, which says what it is: "at {N7}, {D7} away"."""
    return use.figure.is_distance and any(
        other.facts == use.figure.facts and not other.is_distance for other in use.sentence.figures
    )


def _check_kind(use: Use) -> Iterator[str]:
    """A figure is what its fact is: not "the market cap is {N1}" of a price.

    In "support at {N7} lies {D7}" the distance takes its kind from the figure.
    """
    kinds = named_kinds(use.scope, use.fact)
    if not kinds or use.fact.kind in kinds or _is_named_apart(use):
        return
    if not any(excuse(use, kinds) for excuse in _EXCUSES):
        yield f"{use.meaning}, not what the sentence calls it"


def _is_vague(use: Use, kinds: frozenset[str]) -> bool:
    """Whether the words are used of every kind, "ETH holds {N17}", or say what a figure of no kind
    of its own is a share of: "a share of open interest of {N0}".
    """
    if kinds == {"other"}:
        return True
    if use.fact.kind != "other":
        return False
    is_share = use.fact.unit == "%" and _SHARE.search(use.scope.before)
    # "weekly buying of 413K ETH": an amount of coins that nobody in particular buys
    is_counted = use.fact.unit == use.fact.subject
    return bool(is_share) or is_counted or not calls_it(use.scope)


def _is_near_kind(use: Use, kinds: frozenset[str]) -> bool:
    """Whether the kinds share their words: "consumer prices fell", "a share of {N1} was long"."""
    return any(use.fact.kind in own and kinds <= told for own, told in _NEAR_KINDS)


def _is_place_of_price(use: Use, kinds: frozenset[str]) -> bool:
    """Whether the words tell where the price stands, or that a level is a record.

    Its side is checked apart.
    """
    if use.fact.kind not in LEVELS:
        return False
    is_record = kinds == {"price_past"} and _RECORD.search(use.printed)
    return bool(is_record or _STANDS.search(use.scope.before))


def _is_level_of_kind(use: Use, kinds: frozenset[str]) -> bool:
    """Whether a figure that is no price is told as one's level, beside what it is: "open interest
    has plunged since its peak of {N4}".
    """
    front = use.sentence.blank[: use.figure.start]
    return use.fact.kind not in PRICES and kinds <= LEVELS and names_kind(front, use.fact.kind)


def _is_called_so(use: Use, kinds: frozenset[str]) -> bool:
    """Whether the article's own words around the number name the same kinds.

    So "rejected at the resistance of {N1}" passes for a market share, if the article itself calls
    that number a resistance. A level is never told as the price now.
    """
    if use.fact.kind in LEVELS and kinds & {"price", "price_past", "price_change"}:
        return False
    scopes = use.sentence.support.scopes_of(use.fact)
    return any(own and kinds <= own for own in (named_kinds(scope, use.fact) for scope in scopes))


# Why words that name another kind than the fact's may stand.
_EXCUSES = (_is_vague, _is_near_kind, _is_place_of_price, _is_level_of_kind, _is_called_so)


def _check_attached(use: Use) -> Iterator[str]:
    """Nothing beside a figure makes it another one: not "-{N2}" or "{N4} billion"."""
    if is_bent(use.scope, use.printed, use.fact.period):
        yield f"{use.written} stands beside a sign, a scale or a rate that changes it"


def _check_certainty(use: Use) -> Iterator[str]:
    """A thing that may come stays possible: not "ether will reach {N11}" of analysts' doubts."""
    if not is_as_certain(use.fact, use.scope.before, use.printed):
        yield f"{use.meaning}, which the article does not call certain: it may come"


def _check_sign(use: Use) -> Iterator[str]:
    """The words tell the fact's sign: not "Bitcoin rose {N0}" or "did not fall {N0}" of a fall."""
    fact, sign = use.fact, sign_word(use.scope, use.fact)
    if fact.kind not in SIGNED:
        return
    is_still = sign and not fact.value  # "fell 0%"
    if sign is None or sign * fact.value < 0 or is_still:
        side = "negative" if fact.value < 0 else "positive"
        yield f"{use.meaning} and {side}, which the words around it do not fit"
    if fact.value < 0 and not use.figure.is_signed and not sign:
        yield f"{use.written} was typed without its sign"  # "The bitcoin price moved 4.2%"


def _check_move(use: Use) -> Iterator[str]:
    """A price is reached by the article's own move: not "rose to a price of {N1}" after a fall."""
    fact = use.fact
    sign = _MOVED_TO.search(use.scope.before) and sign_word(use.scope, fact)
    moves_up = {
        other.value > 0
        for other in use.sentence.facts
        if other.kind == "price_change" and other.subject == fact.subject and other.value
    }
    if fact.kind != "price" or not sign or moves_up != {sign < 0}:  # all go the other way
        return
    if not use.sentence.support.says_move(fact.subject, sign):
        yield f"{fact.subject} did not move that way to {use.written}"


def _check_side(use: Use) -> Iterator[str]:
    """The price lies on the level's side that is told: not "trades below {N7}" of a support."""
    fact = use.fact
    price = find_price(use.sentence.facts, fact.subject)
    stands = _STANDS.search(use.scope.before)
    if fact.kind in LEVELS and price and stands:
        is_above = stands[1].lower() in ("above", "over")
        if is_above != (price > fact.value):
            yield f"the price of {fact.subject} is not {stands[1]} {use.written}"


def _check_period(use: Use) -> Iterator[str]:
    """The time named is the fact's: not "over the past week" of a change in 24 hours."""
    fact, scope = use.fact, use.scope
    periods, words = periods_beside(scope)
    if fact.kind not in _WITH_PERIOD or not fact.period or not periods:
        return
    is_printed = not periods.isdisjoint(find_periods(use.printed))
    if fact.period not in periods and not spells_period(words, fact.period) and not is_printed:
        yield f"{use.meaning} over {fact.period}, not over the time named"


def _check_venue(use: Use) -> Iterator[str]:
    """The venue named is the fact's: not "{N5} on Bybit" of the funding rate on Binance."""
    match, own = _VENUE.match(use.scope.after), use.fact.venue
    if not match or not own:
        return
    venue = match[1].casefold()
    venues = {(fact.venue or "").casefold() for fact in use.sentence.facts}
    if venue in venues and not own.casefold().startswith(venue):
        yield f"{use.meaning} on {own}, not on {match[1]}"


_CHECKS_OF_DISTANCE = (_check_subject, _check_kind, _check_attached)
_CHECKS = (
    *_CHECKS_OF_DISTANCE,
    _check_certainty,
    _check_sign,
    _check_move,
    _check_side,
    _check_period,
    _check_venue,
)
