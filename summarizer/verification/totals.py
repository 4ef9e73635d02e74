"""FACTS -> FINDINGS: totals that the article gives and that the parts it gives do not fit."""

import re
from collections.abc import Iterator, Sequence

from summarizer.models import Fact, Finding
from summarizer.text.assets import MARKET

_PARTS_WITHIN = 400  # code points behind a total in which its parts stand
_REST_WITHIN = 500
_REST = re.compile(r"\bothers? \(\$(\d[\d,]*\.?\d*) million\)")  # "and others ($16 million)"
# Shares of a total that its parts may come to: rounding exceeds it by little, and where the article
# tells the rest too, no large part is missing.
_MOST, _LEAST = 1.02, 0.9


def find_wrong_totals(string: str, facts: Sequence[Fact]) -> Iterator[Finding]:
    """Liquidations of single assets that miss or exceed the market's total."""
    liquidations = [fact for fact in facts if fact.kind == "liquidations"]
    for total in liquidations:
        if total.subject != MARKET or not total.value:
            continue
        rest = _REST.search(string, total.evidence.start, total.evidence.end + _REST_WITHIN)
        parts = [fact.value for fact in liquidations if _is_part(fact, total, rest)]
        amount = sum(parts) + (float(rest[1].replace(",", "")) * 1e6 if rest else 0)
        share = amount / total.value
        if len(parts) >= 2 and (share > _MOST or (rest and share < _LEAST)):
            yield Finding(
                check="parts_of_total",
                where="facts",
                verdict="inconsistent",
                detail=f"the parts add up to {amount / 1e6:g} million,"
                f" the total is given as {total.value / 1e6:g} million",
            )


def _is_part(fact: Fact, total: Fact, rest: re.Match[str] | None) -> bool:
    """Whether a sum of one asset is told as a part of the total, and not within the rest of it."""
    behind = fact.evidence.start - total.evidence.start
    is_in_rest = rest is not None and rest.start() < fact.evidence.end <= rest.end()
    return fact.subject != MARKET and 0 < behind < _PARTS_WITHIN and not is_in_rest
