"""FACTS -> FACTS: those that cannot be right beside the others become unsure, and a total of
several assets is that of the market.
"""

import math
import re
from collections import defaultdict
from collections.abc import Sequence
from statistics import median

from summarizer.facts.levels import BROKEN, find_price, is_broken
from summarizer.models import Fact
from summarizer.text.assets import MARKET

# How many times the usual price of its asset a level may be, or how small a part of it. No level of
# 991 labelled articles is 6 times the price; people do foretell a price of 30 times that.
_LEVEL_APART, _TARGET_APART = 6.0, 30.0
# Held out, 4 of 10 supports and resistances that are further than this from the price are misread.
_BARRIER_APART = 1.5
_BARRIERS = frozenset({"support_level", "resistance_level"})
_USUAL = frozenset("price support_level resistance_level liquidation_level max_pain".split())
_SUMS = frozenset(
    "options_expiry liquidations open_interest etf_flow trading_volume token_unlock".split()
)
_ROUNDED = 0.01  # share by which printed parts and their sum differ
# Words before a level on the other side of the price, which tell that it was one and was passed.
# Held out, 8 of 20 such levels without them were misread.
_PASSED = re.compile(
    r"\b(?:supports?|resistances?|above|below|past|through|br[eo]\w*|clear\w*|cross\w*|surpass\w*)\b",
    re.IGNORECASE,
)
_LEAST_DOMINANCE = 30.0  # % of the market that bitcoin ever was: CoinMarketCap, since 2013


def name_totals(facts: Sequence[Fact]) -> list[Fact]:
    """The facts, with a sum that is what its own asset and others make together said of the market:
    $14 billion beside $11 billion of bitcoin and $3 billion of ether.
    """
    return [
        fact.model_copy(update={"subject": MARKET}) if _is_total(fact, facts) else fact
        for fact in facts
    ]


def _is_total(fact: Fact, facts: Sequence[Fact]) -> bool:
    if fact.kind not in _SUMS:
        return False
    parts = {
        other.subject: other.value
        for other in facts
        if (other.kind, other.unit) == (fact.kind, fact.unit)
        and other.subject != MARKET
        and 0 < other.value < fact.value
    }
    is_split = fact.subject in parts and len(parts) > 1
    return is_split and math.isclose(sum(parts.values()), fact.value, rel_tol=_ROUNDED)


def doubt_contradicted(facts: Sequence[Fact]) -> list[Fact]:
    """The facts, with those unsure that cannot be right: a level of another order of size than its
    asset's price, a support or resistance too far off or on the wrong side of the price with no
    word that it was passed, and a dominance that bitcoin never had.

    The order of size is judged by the median of three or more sure prices and levels of the asset:
    bitcoin that trades at $4,600 has no resistance at $145, which is ether's.
    """
    sure = [fact for fact in facts if not fact.unsure]
    known: dict[str, list[float]] = defaultdict(list)
    for fact in facts:
        if fact.unit == "USD" and fact.kind in _USUAL and not fact.unsure and fact.value > 0:
            known[fact.subject].append(fact.value)
    doubted = []
    for fact in facts:
        is_doubted = (
            _is_apart(fact, known[fact.subject])
            or _is_low_dominance(fact)
            or _is_misplaced(fact, find_price(sure, fact.subject))
        )
        doubted.append(fact.model_copy(update={"unsure": True}) if is_doubted else fact)
    return doubted


def _is_misplaced(fact: Fact, price: float | None) -> bool:
    """Whether a support or a resistance is too far from the price, or on the wrong side of it
    though no word says that it was passed.
    """
    if fact.kind not in _BARRIERS or fact.unit != "USD" or price is None or fact.value <= 0:
        return False
    if max(fact.value / price, price / fact.value) > _BARRIER_APART:
        return True
    is_told = fact.qualifier == BROKEN or _PASSED.search(fact.evidence.quote)
    return is_broken(fact, price) and not is_told


def _is_apart(fact: Fact, known: Sequence[float]) -> bool:
    """Whether a level is of another order of size than the known prices of its asset."""
    if (
        fact.unit != "USD"
        or fact.kind not in _USUAL | {"price_target"}
        or fact.value <= 0
        or len(known) < 3
    ):
        return False
    most = _TARGET_APART if fact.kind == "price_target" else _LEVEL_APART
    times = fact.value / median(known)
    return max(times, 1 / times) > most


def _is_low_dominance(fact: Fact) -> bool:
    return (fact.kind, fact.subject) == ("dominance", "BTC") and fact.value < _LEAST_DOMINANCE
