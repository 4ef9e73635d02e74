"""What an answer costs, and how much of the future a model may know: from `data/prices.tsv` and a file of the user's of the same form."""

import re
from datetime import date
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from summarizer.errors import UsageError


class Price(NamedTuple):
    """USD per million tokens; `trained_until` is the last day of which the model may have read."""

    given: float
    cached: float
    written: float
    stored: float
    trained_until: date | None


def price_of(model: str, own: str | None = None) -> Price | None:
    """The price of a model, a dated version of it included; None where it is not known.

    >>> price_of("gpt-5.4-nano-2026-03-17").trained_until, price_of("gpt-5.4-nano-fast")
    (datetime.date(2025, 8, 31), None)
    """
    prices = load_prices(own)
    names = [
        name
        for name in prices
        if re.match(rf"{re.escape(name)}(?:-\d|[@:]|\Z)", model.removeprefix("openai/"))
    ]
    return prices[max(names, key=len)] if names else None


def cost_of(
    price: Price | None,
    given: int | None,
    cached: int | None,
    written: int | None,
    stored: int | None = 0,
) -> float | None:
    """USD for tokens; None where the price or a count is not known. `cached` and `stored` are among the `given`.

    >>> cost_of(price_of("gpt-5.4-nano"), 1_000_000, 0, 1_000_000), cost_of(None, 1, 0, 1)
    (1.45, None)
    """
    if price is None or given is None or written is None:
        return None
    cached = min(cached or 0, given)
    stored = min(stored or 0, given - cached)
    fresh = given - cached - stored
    return round(
        (
            fresh * price.given
            + cached * price.cached
            + stored * price.stored
            + written * price.written
        )
        / 1e6,
        8,
    )


@lru_cache(4)
def load_prices(own: str | None) -> dict[str, Price]:
    """The price table; the user's rows, read from the file `own`, win. Raises UsageError for a file that is none."""
    prices = _parse((files("summarizer") / "data" / "prices.tsv").read_text("utf-8"))
    if own:
        try:
            prices |= _parse(Path(own).read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise UsageError(f"the price table {own} cannot be read: {error}") from error
    return prices


def _parse(text: str) -> dict[str, Price]:
    prices = {}
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            name, given, cached, written, stored, until, *_ = [*line.split("\t"), "", ""]
            known = date.fromisoformat(until.strip()) if until.strip() else None
            prices[name] = Price(
                float(given), float(cached), float(written), float(stored.strip() or given), known
            )
    return prices
