"""Facts that are price levels, the price they are measured from, which of them the price has
passed, and which may be a call's target.
"""

import re
from collections.abc import Iterable, Sequence

from summarizer.facts.candidates import Candidate
from summarizer.facts.kinds import LEVELS
from summarizer.models import Direction, Fact
from summarizer.text.reading import Text

# Share of the price within which a level is where the price stands: articles round to that.
_NEAR = 0.005
BROKEN = "broken"  # the qualifier of a level that the article says the price has passed
# Words before a level that the price has passed: "broke the key", "fell below", "cleared".
_PASSED_UP = "climbed|moved|jumped|rallied|surged|soared|rose|spiked|pushed|traded|settled|closed"
_PASSED_DOWN = (
    "fell|dropped|declined|slipped|slid|moved|dipped|plunged|tumbled|traded|settled|closed"
)
_BREAKS = r"br(?:oke|oken|eached)|pierced|smashed|crossed"
# What may stand between them and the level: not "broke out", and no word of what came after.
_TO_LEVEL = (
    r"(?!\s(?:out|down)\b)(?:(?!\b(?:test|toward|near|consolid|retreat|before|but|while)).)*\Z"
)
_BROKEN = {
    "resistance_level": re.compile(
        rf"\b(?:{_BREAKS}|cleared|surpassed|overcame"
        rf"|(?:{_PASSED_UP})\s(?:\w+\s)?(?:above|past|over)){_TO_LEVEL}",
        re.IGNORECASE,
    ),
    "support_level": re.compile(
        rf"\b(?:{_BREAKS}|lost"
        rf"|(?:{_PASSED_DOWN})\s(?:\w+\s)?(?:below|under|through)){_TO_LEVEL}",
        re.IGNORECASE,
    ),
}
# Words before these that leave it open: "if it breaks", "has not yet cleared".
_MAY_BREAK = re.compile(
    r"\b(?:if|should|could|would|will|may|might|can|once|unless|until|when|needs?|must|to|not|yet)\b"
    r"(?:\s\w+){0,4}\s?\Z",
    re.IGNORECASE,
)
_BROKEN_REACH = 80  # code points before a level in which it is said to be broken


def find_price(facts: Iterable[Fact], asset: str) -> float | None:
    """The first price of the asset that the article states, a sure one if there is one."""
    prices = [f for f in facts if (f.kind, f.subject, f.unit) == ("price", asset, "USD")]
    return min(prices, key=lambda price: price.unsure).value if prices else None


def is_target(facts: Iterable[Fact], fact: Fact, asset: str, direction: Direction) -> bool:
    """Whether the fact is a level of the asset on the direction's side of its price, not a broken
    one.

    Where the article states no price, the other levels tell the side: what lies below a support,
    or short of every resistance, is no aim of a rise; a fall's aims mirror that.
    """
    is_level = fact.kind in LEVELS and fact.subject == asset and fact.unit not in ("%", "bps")
    if direction == "neutral" or fact.value <= 0 or not is_level or fact.qualifier == BROKEN:
        return False
    sign = 1 if direction == "bullish" else -1  # of the way from the price to its target
    price = find_price(facts, asset)
    if price is not None:
        return sign * (fact.value / price - 1) >= _NEAR
    return _is_ahead([f for f in facts if f.subject == asset], fact, sign)


def _is_ahead(levels: Sequence[Fact], fact: Fact, sign: int) -> bool:
    """Whether a level is past those that a move leaves behind, and reaches one that it aims at."""
    aims, bounds = ("resistance_level", "support_level")[::sign]
    if fact.kind not in ("price_target", aims):
        return False
    passed = [f.value for f in levels if f.kind == bounds]
    ahead = [f.value for f in levels if f.kind == aims and f.qualifier != BROKEN]
    is_past = all(sign * fact.value > sign * value for value in passed)
    return is_past and (not ahead or any(sign * fact.value >= sign * value for value in ahead))


def is_broken(fact: Fact, price: float | None) -> bool:
    """Whether the price has passed a level: the article says so, or the level is a support above
    the price or a resistance below it, by more than a rounding.
    """
    if fact.qualifier == BROKEN:
        return True
    if price is None or fact.unit != "USD":
        return False
    away = fact.value / price - 1
    sides = {"support_level": away > _NEAR, "resistance_level": away < -_NEAR}
    return sides.get(fact.kind, False)


def tells_broken(text: Text, candidate: Candidate, kind: str) -> bool:
    """Whether a number's sentence says that the price has passed this level, not that it may."""
    if kind not in _BROKEN:
        return False
    start = candidate.number.start
    before = text.string[max(candidate.span.start, start - _BROKEN_REACH) : start]
    found = _BROKEN[kind].search(before)
    return found is not None and not _MAY_BREAK.search(before[: found.start()])
