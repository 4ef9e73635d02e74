"""Text -> mentions of assets, indices, stocks and funds, each with its canonical code.

The list is data (`data/assets.tsv`). An asset the list lacks is learnt from the article itself when it is
introduced as articles do: "Tokenize Xchange (TKX)", "$PNUT", "Merkle's native token, MKL".
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from summarizer.tables import load_words

MARKET = "MARKET"
CALLED = frozenset(
    {"coin", "project", "sector", "index", "stock", "etf"}
)  # groups of mentions that a call can be about
WORD = re.compile(r"[A-Za-z0-9]+|[^\sA-Za-z0-9]")
_CASHTAG = re.compile(r"(?<![\w$])\$([A-Z][A-Z0-9]{1,9})\b")
_BRACKETED = re.compile(
    r"((?:[A-Z][\w.’'-]{0,40}\s){1,4})\(\s?(?:(?:NYSE|NASDAQ|Nasdaq|CRYPTO|TSXV|TSX|OTC)\s?:\s?)?\$?([A-Z][A-Z0-9]{1,9})\s?\)"
)
_LISTED = re.compile(r"\(\s?(NYSE|NASDAQ|Nasdaq)\s?:")
_NATIVE = re.compile(
    r"([A-Z]\w{0,40}(?:\s[A-Z]\w{0,40})?)(?:['’]s?)?\s(?:native |governance |utility |)"
    r"(?:token|coin|cryptocurrency),?\s(?:called |ticker )?\$?([A-Z][A-Z0-9]{2,9})\b"
)
_TOKEN_AFTER = re.compile(r"\b([A-Z][A-Z0-9]{2,9})\s(?:token|tokens|coin|coins|memecoin)\b")
# Lower-case spellings that journalists use; any other name wants its capital ("stacks of cash" is not STX).
_LOWER_OK = frozenset(
    [
        "spot gold",
        "gold prices",
        "gold price",
        "spot silver",
        "steth",
        "wsteth",
        "cbbtc",
        "zksync",
        "dydx",
        "bitcoin",
        "bitcoins",
        "ether",
        "ethereum",
        "dogecoin",
        "litecoin",
        "solana",
        "cardano",
        "tether",
        "xrp",
    ]
)


@cache
def _acronyms() -> frozenset[str]:
    """Capital letters in brackets that are no ticker."""
    return frozenset(load_words()["acronym"])


@dataclass(frozen=True, slots=True)
class Mention:
    """A place where an asset is named. `group` is coin, stock, index, etf, market or project."""

    start: int
    end: int
    subject: str
    group: str


@dataclass(frozen=True)
class _Table:
    """First word -> [(the words, ticker, whether any case will do)], and ticker -> (group, shy)."""

    names: dict[str, list[tuple[tuple[str, ...], str, bool]]]
    tickers: dict[str, tuple[str, bool]]
    spoken: dict[str, str]


@cache
def load_assets() -> _Table:
    """The asset table, read once from package data."""
    names: dict[str, list[tuple[tuple[str, ...], str, bool]]] = {}
    tickers: dict[str, tuple[str, bool]] = {}
    spoken: dict[str, str] = {}
    for line in (files("summarizer") / "data" / "assets.tsv").read_text("utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        ticker, aliases, group, *shy = line.split("\t")
        tickers[ticker] = (group, "shy" in shy)
        for alias in aliases.split("|"):
            words = tuple(WORD.findall(alias.lower()))
            any_case = (
                alias in _LOWER_OK
                or group in ("market", "sector")
                or any(
                    word in alias for word in ("crypto", "altcoin", " asset", "largest", "biggest")
                )
            )
            names.setdefault(words[0], []).append((words, ticker, any_case))
            spoken.setdefault(ticker, alias)
    for entries in names.values():
        entries.sort(key=lambda entry: -len(entry[0]))
    return _Table(names, tickers, spoken)


@cache
def fund_assets() -> dict[str, str]:
    """Ticker of a fund on one coin -> that coin: "vaneck ethereum etf" is named after what it holds."""
    table = load_assets()
    coins = {
        "bitcoin": "BTC",
        "ethereum": "ETH",
        "ether": "ETH",
        "solana": "SOL",
        "xrp": "XRP",
        "dogecoin": "DOGE",
        "litecoin": "LTC",
    }
    held = {"ETHW": "ETH"}  # Bitwise's fund; the coin of that ticker has no flows
    for entries in table.names.values():
        for words, ticker, _ in entries:
            named = [coins[word] for word in words if word in coins]
            if table.tickers[ticker][0] == "etf" and named:
                held[ticker] = named[0]
    return held


@cache
def stock_tickers() -> dict[str, str]:
    """Company name in small letters -> ticker of its stock, for names that mean the stock only where stock is spoken of."""
    table = load_assets()
    named = {}
    for entries in table.names.values():
        for words, ticker, _ in entries:
            if table.tickers[ticker][0] == "stock":
                name = " ".join(words).replace(" ' s", "'s")
                named[name.removesuffix(" stock").removesuffix(" shares").removesuffix("'s")] = (
                    ticker
                )
    return named


def find_mentions(text: str) -> tuple[Mention, ...]:
    """Every asset named in `text`, in reading order, the longest name at each place.

    >>> [(m.subject, text[m.start:m.end]) for text in ["Bitcoin (BTC) and one of the SUI holders"]
    ...  for m in find_mentions(text)]
    [('BTC', 'Bitcoin'), ('BTC', 'BTC'), ('SUI', 'SUI')]
    """
    table = load_assets()
    words = list(WORD.finditer(text))
    lowered = [word[0].lower() for word in words]
    local_names, local_tickers = _learn(text, table)
    found: list[Mention] = []
    shy: list[Mention] = []
    named: set[str] = set()
    i = 0
    while i < len(words):
        word = words[i][0]
        hit = None
        for source in (local_names, table.names):
            for parts, ticker, any_case in source.get(lowered[i], ()):
                if parts[0] in _sizes() and _is_ranked(lowered, i, i + len(parts)):
                    continue
                if tuple(lowered[i : i + len(parts)]) == parts and (
                    any_case or word[0].isupper() or word[0].isdigit()
                ):
                    hit = (len(parts), ticker)
                    break
            if hit:
                break
        if hit:
            length, ticker = hit
            group = local_tickers.get(ticker) or table.tickers.get(ticker, ("project", False))[0]
            found.append(Mention(words[i].start(), words[i + length - 1].end(), ticker, group))
            named.add(ticker)
            i += length
            continue
        joined = word
        if word in table.tickers or word in local_tickers:
            group, is_shy = table.tickers.get(joined, (local_tickers.get(joined, "coin"), False))
            mention = Mention(words[i].start(), words[i].end(), joined, group)
            if is_shy and joined not in local_tickers and not _is_marked(text, words[i]):
                shy.append(mention)
            else:
                found.append(mention)
                if joined not in ("MARKET",):
                    named.add(joined)
        i += 1
    found += [mention for mention in shy if mention.subject in named]
    listed = {
        match.start(1) for match in _LISTED.finditer(text)
    }  # an exchange that a stock is listed at is no index
    return tuple(
        _join_pairs(
            text,
            sorted(
                (m for m in _prefer_introduced(found) if m.start not in listed),
                key=lambda m: m.start,
            ),
        )
    )


@cache
def _sizes() -> frozenset[str]:
    return frozenset([*load_words()["size"], *load_words()["rank"]])


def _is_ranked(lowered: list[str], first: int, past: int) -> bool:
    """Whether the size is not that of an asset: "the fourth-largest cryptocurrency", "the largest crypto exchange"."""
    return (first > 0 and lowered[first - 1] in load_words()["rank"]) or (
        past < len(lowered) and lowered[past] in load_words()["business"]
    )


def _join_pairs(text: str, found: list[Mention]) -> list[Mention]:
    """Two tickers around a slash are one pair ("ETH/BTC"); against dollars it is the asset itself."""
    joined: list[Mention] = []
    for mention in found:
        last = joined[-1] if joined else None
        if (
            last
            and mention.start == last.end + 1
            and text[last.end] == "/"
            and text[mention.start : mention.end].isupper()
        ):
            name = (
                f"{last.subject}/{mention.subject}"
                if mention.subject in ("BTC", "ETH")
                else last.subject
            )
            joined[-1] = Mention(last.start, mention.end, name, last.group)
        else:
            joined.append(mention)
    return joined


def _prefer_introduced(found: Iterable[Mention]) -> list[Mention]:
    return list({(m.start, m.end): m for m in found}.values())


def _is_marked(text: str, word: re.Match[str]) -> bool:
    before, after = text[max(0, word.start() - 2) : word.start()], text[word.end() : word.end() + 8]
    if len(word[0]) == 1:
        return before.endswith("$")  # "A $50,000 reward" is not Vaulta's price
    return (
        before.endswith("$")
        or (before.rstrip().endswith("(") and after.lstrip().startswith(")"))
        or bool(re.match(r"\s(?:price|token|coin|\$\s?\d)", after))
    )


def _learn(
    text: str, table: _Table
) -> tuple[dict[str, list[tuple[tuple[str, ...], str, bool]]], dict[str, str]]:
    """Assets that this article itself introduces: their names and their tickers."""
    names: dict[str, list[tuple[tuple[str, ...], str, bool]]] = {}
    tickers: dict[str, str] = {}
    for match in _CASHTAG.finditer(text):
        if match[1] not in _acronyms() and not match[1].startswith("USD"):
            tickers.setdefault(match[1], table.tickers.get(match[1], ("coin", False))[0])
    for pattern in (_BRACKETED, _NATIVE):
        for match in pattern.finditer(text):
            name, ticker = match[1].strip(), match[2]
            if ticker in _acronyms() or (ticker in table.tickers and not table.tickers[ticker][1]):
                continue
            is_index = "index" in name.lower()
            if pattern is _BRACKETED and not (_abbreviates(name, ticker) or is_index):
                continue
            tickers[ticker] = "index" if is_index else "coin"
            parts = tuple(WORD.findall(name.lower()))
            if (
                pattern is _BRACKETED
                and parts
                and len(parts[0]) > 2
                and ticker not in table.tickers
            ):
                while len(parts) > 1 and not _abbreviates(" ".join(parts), ticker):
                    parts = parts[1:]
                names.setdefault(parts[0], []).append((parts, ticker, False))
    for match in _TOKEN_AFTER.finditer(text):
        if (
            match[1] not in _acronyms()
            and match[1] not in tickers
            and match[1] not in table.tickers
        ):
            tickers[match[1]] = "coin"
    return names, tickers


def _abbreviates(name: str, ticker: str) -> bool:
    """Whether the letters of the ticker stand in the name, in order, from the first.

    >>> _abbreviates("Tokenize Xchange", "TKX"), _abbreviates("Relative Strength", "EMA")
    (True, False)
    """
    letters = iter(name.upper())
    initials = {part[0].upper() for part in name.split() if part}
    return ticker[0] in initials and all(letter in letters for letter in ticker if letter.isalpha())
