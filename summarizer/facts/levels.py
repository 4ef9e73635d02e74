"""Facts that are price levels, the price they are measured from, and which of them may be a call's target."""

from collections.abc import Sequence

from summarizer.facts.kinds import LEVELS
from summarizer.models import Direction, Fact


def find_price(facts: Sequence[Fact], asset: str) -> float | None:
    """The first price of the asset that the article states, if any."""
    return next(
        (f.value for f in facts if f.kind == "price" and f.subject == asset and f.unit == "USD"),
        None,
    )


def is_target(facts: Sequence[Fact], fact: Fact, asset: str, direction: Direction) -> bool:
    """Whether the fact is a level of the asset on the direction's side of its price.

    Where the article states no price, the other levels tell the side: what lies below a support is no aim of a rise, what lies
    above a resistance none of a fall.
    """
    if (
        direction == "neutral"
        or fact.value <= 0
        or fact.subject != asset
        or fact.kind not in LEVELS
        or fact.unit in ("%", "bps")
    ):
        return False
    rises, price = direction == "bullish", find_price(facts, asset)
    if price is not None:
        return fact.value != price and (fact.value > price) == rises
    if fact.kind not in ("price_target", "resistance_level" if rises else "support_level"):
        return False
    bounds = [
        f.value
        for f in facts
        if f.subject == asset and f.kind == ("support_level" if rises else "resistance_level")
    ]
    return (
        fact.value > max(bounds, default=0.0)
        if rises
        else fact.value < min(bounds, default=float("inf"))
    )
