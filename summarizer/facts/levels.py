"""Facts that are price levels, the price they are measured from, and which of them may be a call's
target.
"""

from collections.abc import Iterable, Sequence

from summarizer.facts.kinds import LEVELS
from summarizer.models import Direction, Fact

# Share of the price within which a level is where the price stands: figures are rounded.
_NEAR = 0.005


def find_price(facts: Iterable[Fact], asset: str) -> float | None:
    """The first price of the asset that the article states, a sure one if there is one."""
    prices = [f for f in facts if (f.kind, f.subject, f.unit) == ("price", asset, "USD")]
    return min(prices, key=lambda price: price.unsure).value if prices else None


def is_target(facts: Iterable[Fact], fact: Fact, asset: str, direction: Direction) -> bool:
    """Whether the fact is a level of the asset on the direction's side of its price.

    Where the article states no price, the other levels tell the side: what lies below a support,
    or short of every resistance, is no aim of a rise; a fall's aims mirror that.
    """
    is_level = fact.kind in LEVELS and fact.subject == asset and fact.unit not in ("%", "bps")
    if direction == "neutral" or fact.value <= 0 or not is_level:
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
    ahead = [f.value for f in levels if f.kind == aims]
    is_past = all(sign * fact.value > sign * value for value in passed)
    return is_past and (not ahead or any(sign * fact.value >= sign * value for value in ahead))


def is_broken(fact: Fact, price: float | None) -> bool:
    """Whether the price has passed a level by more than a rounding: a support above it, or a
    resistance below it.
    """
    if price is None or fact.unit != "USD":
        return False
    away = fact.value / price - 1
    sides = {"support_level": away > _NEAR, "resistance_level": away < -_NEAR}
    return sides.get(fact.kind, False)
