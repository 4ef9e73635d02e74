"""Facts that are price levels, and the price they are measured from."""

from collections.abc import Sequence

from summarizer.models import Fact

LEVEL_KINDS = frozenset({"price_target", "support_level", "resistance_level", "liquidation_level", "price_past", "max_pain"})


def price_of(facts: Sequence[Fact], asset: str) -> float | None:
    """The first price of the asset that the article states, if any."""
    return next((f.value for f in facts if f.kind == "price" and f.subject == asset and f.unit == "USD"), None)
