"""What an answer costs, from `data/prices.tsv` and a file of the user's of the same form."""

from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from summarizer.errors import UsageError

Prices = dict[str, tuple[float, float, float]]  # model name or its beginning -> USD per million: input, cached input, output


def cost_of(model: str, given: int | None, cached: int | None, written: int | None, own: str | None = None) -> float | None:
    """USD for tokens of a model; None where the model or a count is not known. `cached` are among the `given`.

    >>> cost_of("gpt-5.4-nano-2026-03-17", 1_000_000, 0, 1_000_000), cost_of("some-model", 1, 0, 1)
    (1.45, None)
    """
    prices = load_prices(own)
    names = [name for name in prices if model == name or model.startswith((name + "-", name + "@", name + ":"))]
    if not names or given is None or written is None:
        return None
    fresh, kept, out = prices[max(names, key=len)]
    cached = min(cached or 0, given)
    return round(((given - cached) * fresh + cached * kept + written * out) / 1e6, 8)


@lru_cache(4)
def load_prices(own: str | None) -> Prices:
    """The price table; the user's rows, read from the file `own`, win. Raises UsageError for a file that is none."""
    prices = _parse((files("summarizer") / "data" / "prices.tsv").read_text("utf-8"))
    if own:
        try:
            prices |= _parse(Path(own).read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise UsageError(f"the price table {own} cannot be read: {error}") from error
    return prices


def _parse(text: str) -> Prices:
    prices = {}
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            name, fresh, kept, out, *_ = line.split("\t")
            prices[name] = (float(fresh), float(kept), float(out))
    return prices
