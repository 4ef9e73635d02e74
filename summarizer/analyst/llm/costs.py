"""What an answer costs, and until when a model was trained.

Both come from `data/prices.tsv`, and from a file of the user's of the same form.
"""

import re
from datetime import date
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from summarizer.errors import UsageError

# What becomes tokens, and how many: fitted on 166 whole questions, an answer to each of 40, and
# five languages, as the encoding o200k counts them. It is within 3 % of each of those questions.
_TOKENS = (
    (re.compile(r"[A-Za-z]+"), 1.06),  # a word
    (re.compile(r"\d{1,3}"), 1.75),
    (re.compile(r"[!-/:-@\[-`{-~]"), 0.65),  # a sign, which often goes with a word or others
    (re.compile(r"[\u0080-\u2e80]"), 0.33),  # a letter with an accent, or of another alphabet
    (re.compile(r"[^\x00-\u2e80]"), 0.68),  # a sign of Chinese, Japanese or Korean
)


class Price(NamedTuple):
    """USD per million tokens, and the last day of which the model may have read."""

    input: float
    cached: float
    output: float
    cache_write: float
    trained_until: date | None


def find_price(model: str, own: str | None = None) -> Price | None:
    """The price of a model, a dated version of it included; None where it is not known.

    `own` is the file of the user's prices. Raises UsageError for one that cannot be read.

    >>> find_price("gpt-5.4-nano-2026-03-17").trained_until, find_price("gpt-5.4-nano-fast")
    (datetime.date(2025, 8, 31), None)
    """
    prices = load_prices(own)
    model = model.removeprefix("openai/")
    names = [name for name in prices if re.match(rf"{re.escape(name)}(?:-\d|[@:]|\Z)", model)]
    return prices[max(names, key=len)] if names else None


def cost_of(
    price: Price | None,
    given: int | None,
    cached: int | None,
    written: int | None,
    stored: int | None = 0,
) -> float | None:
    """USD for tokens; None where the price or a count is not known.

    `given` and `written` are the tokens of the question and of the answer. Of those given, `cached`
    were read from a cache and `stored` written to it.

    >>> cost_of(find_price("gpt-5.4-nano"), 1_000_000, 0, 1_000_000), cost_of(None, 1, 0, 1)
    (1.45, None)
    """
    if price is None or given is None or written is None:
        return None
    cached = min(cached or 0, given)
    stored = min(stored or 0, given - cached)
    fresh = given - cached - stored
    question = fresh * price.input + cached * price.cached + stored * price.cache_write
    return round((question + written * price.output) / 1e6, 8)


def estimate_tokens(text: str) -> int:
    """About how many tokens a text has.

    >>> estimate_tokens("Bitcoin fell 4.2% to $61,300.")
    13
    """
    return round(sum(each * len(pattern.findall(text)) for pattern, each in _TOKENS))


@lru_cache(4)
def load_prices(own: str | None) -> dict[str, Price]:
    """The price table; the user's rows, read from the file `own`, win.

    Raises UsageError for a file that cannot be read.
    """
    prices = _parse_prices((files("summarizer") / "data" / "prices.tsv").read_text("utf-8"))
    if own:
        try:
            prices |= _parse_prices(Path(own).read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise UsageError(f"the price table {own} cannot be read: {error}") from error
    return prices


def _parse_prices(table: str) -> dict[str, Price]:
    prices = {}
    for line in table.splitlines():
        if line.strip() and not line.startswith("#"):
            name, given, cached, written, stored, until, *_ = [*line.split("\t"), "", ""]
            trained_until = date.fromisoformat(until.strip()) if until.strip() else None
            cache_write = float(stored.strip() or given)
            prices[name] = Price(
                float(given), float(cached), float(written), cache_write, trained_until
            )
    return prices
