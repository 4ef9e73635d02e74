"""The table of assets, `data/assets.tsv`: the names and tickers of coins, stocks, indices, funds
and sectors.
"""

from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from itertools import chain
from typing import NamedTuple

from summarizer.tables import read_rows, word_set
from summarizer.text.lexicon import WORD

_ANY_CASE = ("crypto", "altcoin", " asset", "largest", "biggest")  # "the largest altcoin"


class AssetName(NamedTuple):
    """A name of an asset in lower-case words, and whether it may be printed without a capital."""

    words: tuple[str, ...]
    ticker: str
    any_case: bool


class AssetTable(NamedTuple):
    """What the table says of names and tickers.

    `held` is the coin that a fund holds: IBIT -> BTC.
    """

    names: dict[str, list[AssetName]]  # by their first word, the longest first
    tickers: dict[str, str]  # the group of each
    shy: frozenset[str]  # tickers that are English words too
    held: dict[str, str]
    starts: frozenset[str]  # the first words of names, and the tickers, in lower case

    def list_names(self) -> Iterator[AssetName]:
        """Every name of every asset."""
        return chain.from_iterable(self.names.values())


def find_ticker(name: str) -> str | None:
    """The ticker of the asset with this name in the table, in whatever case.

    >>> find_ticker("Bitcoin")
    'BTC'
    """
    words = tuple(name.lower().split())
    return next(
        (known.ticker for known in load_assets().list_names() if known.words == words), None
    )


@cache
def load_assets() -> AssetTable:
    """The asset table, read once from package data."""
    rows = read_rows("assets.tsv")
    names = defaultdict(list)
    for ticker, aliases, group, *_ in rows:
        for alias in aliases.split("|"):
            words = tuple(WORD.findall(alias.lower()))
            is_phrase = group == "macro" and len(words) > 1  # "the two-year yield"
            is_plain = group in ("market", "sector") or alias in word_set("lower_case")
            any_case = is_plain or is_phrase or any(part in alias for part in _ANY_CASE)
            names[words[0]].append(AssetName(words, ticker, any_case))
    for entries in names.values():
        entries.sort(key=lambda name: -len(name.words))
    tickers = {row[0]: row[2] for row in rows}
    shy = frozenset(row[0] for row in rows if "shy" in row)
    held = {row[0]: row[4] for row in rows if len(row) > 4}
    return AssetTable(names, tickers, shy, held, frozenset([*names, *map(str.lower, tickers)]))


@cache
def stock_tickers() -> dict[str, str]:
    """Company name in small letters -> its stock, for names that mean the stock only where stock is
    spoken of.
    """
    table = load_assets()
    companies = {}
    for name in table.list_names():
        if table.tickers[name.ticker] == "stock":
            company = " ".join(name.words).replace(" ' s", "'s")
            for suffix in (" stock", " shares", "'s"):
                company = company.removesuffix(suffix)
            companies[company] = name.ticker
    return companies
