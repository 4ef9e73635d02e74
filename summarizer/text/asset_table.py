"""The table of assets, `data/assets.tsv`: the names and tickers of coins, stocks, indices, funds and sectors."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import NamedTuple

from summarizer.tables import read_rows, word_set
from summarizer.text.lexicon import WORD

_ANY_CASE = ("crypto", "altcoin", " asset", "largest", "biggest")  # "the largest altcoin"
_FUND_COINS = frozenset("bitcoin ethereum ether solana xrp dogecoin litecoin".split())


class AssetName(NamedTuple):
    """A name of an asset as its lower-case words, and whether it may be written without a capital."""

    words: tuple[str, ...]
    ticker: str
    any_case: bool


@dataclass(frozen=True)
class AssetTable:
    """Names by their first word, the longest first; the group of each ticker; tickers that are English words too."""

    names: dict[str, list[AssetName]]
    tickers: dict[str, str]
    shy: frozenset[str]
    starts: frozenset[str]  # the first words of names, and the tickers, in lower case

    def list_names(self) -> Iterator[AssetName]:
        """Every name of every asset."""
        return chain.from_iterable(self.names.values())


@cache
def load_assets() -> AssetTable:
    """The asset table, read once from package data."""
    names: dict[str, list[AssetName]] = {}
    rows = read_rows("assets.tsv")
    for ticker, aliases, group, *_ in rows:
        for alias in aliases.split("|"):
            words = tuple(WORD.findall(alias.lower()))
            any_case = (
                group in ("market", "sector")
                or alias in word_set("lower_case")
                or any(part in alias for part in _ANY_CASE)
            )
            names.setdefault(words[0], []).append(AssetName(words, ticker, any_case))
    for entries in names.values():
        entries.sort(key=lambda name: -len(name.words))
    tickers = {row[0]: row[2] for row in rows}
    shy = frozenset(row[0] for row in rows if "shy" in row[3:])
    return AssetTable(names, tickers, shy, frozenset([*names, *map(str.lower, tickers)]))


@cache
def fund_assets() -> dict[str, str]:
    """Ticker of a fund on one coin -> that coin: "vaneck ethereum etf" is named after what it holds."""
    table = load_assets()
    coins = {
        name.words[0]: name.ticker
        for name in table.list_names()
        if len(name.words) == 1 and name.words[0] in _FUND_COINS
    }
    assets = {"ETHW": "ETH"}  # Bitwise's fund; the coin of that ticker has no flows
    for name in table.list_names():
        held = [coins[word] for word in name.words if word in coins]
        if held and table.tickers[name.ticker] == "etf":
            assets[name.ticker] = held[0]
    return assets


@cache
def stock_tickers() -> dict[str, str]:
    """Company name in small letters -> its stock, for names that mean the stock only where stock is spoken of."""
    table = load_assets()
    companies = {}
    for name in table.list_names():
        if table.tickers[name.ticker] == "stock":
            company = " ".join(name.words).replace(" ' s", "'s")
            for suffix in (" stock", " shares", "'s"):
                company = company.removesuffix(suffix)
            companies[company] = name.ticker
    return companies
