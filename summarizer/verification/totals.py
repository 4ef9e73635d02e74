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
        start, end = total.evidence.start, total.evidence.end
        rest = _REST.search(string, start, end + _REST_WITHIN)
        parts = [
            fact.value
            for fact in liquidations
            if fact.subject != MARKET
            and 0 < fact.evidence.start - start < _PARTS_WITHIN
            and not (rest and rest.start() < fact.evidence.end <= rest.end())
        ]
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
