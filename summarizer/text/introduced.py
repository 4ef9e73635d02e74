"""TEXT -> LEARNT: the assets that an article introduces itself: "Tokenize Xchange (TKX)", "$PNUT",
"Merkle's native token, MKL"; and the tickers that it only uses: "ASHG slid 7.8%".
"""

import re
from collections.abc import Iterator

from summarizer.tables import match_any, word_set
from summarizer.text.asset_table import AssetName, load_assets
from summarizer.text.lexicon import WORD

_CASHTAG = re.compile(r"\$(?<![\w$]\$)([A-Z][A-Z0-9]{1,9})\b")
BRACKETED = re.compile(  # "Tokenize Xchange (TKX)", "Coinbase (NASDAQ: COIN)"
    r"""
    ((?:[A-Z][\w.’'-]{0,40}\s){1,4})
    \(\s?(?:(?:NYSE|NASDAQ|Nasdaq|CRYPTO|TSXV|TSX|OTC)\s?:\s?)?
    \$?([A-Z][A-Z0-9]{1,9})\s?\)
    """,
    re.VERBOSE,
)
_NATIVE = re.compile(  # "Merkle's native token, MKL"
    r"""
    ([A-Z]\w{0,40}(?:\s[A-Z]\w{0,40})?)(?:['’]s?)?\s
    (?:native[ ]|governance[ ]|utility[ ]|)(?:token|coin|cryptocurrency),?\s
    (?:called[ ]|ticker[ ])?\$?([A-Z][A-Z0-9]{2,9})\b
    """,
    re.VERBOSE,
)
_TOKEN_AFTER = re.compile(r"\b([A-Z][A-Z0-9]{2,9})\s(?:token|tokens|coin|coins|memecoin)\b")
PRICE_AFTER = re.compile(r"\s(?:price|token|coin|\$\s?\d)")
_MOVES = match_any("up", "down", "quoted")
FIGURE_AFTER = re.compile(  # "UNI rose 4.1%", "AR and OP were down by 5%", "LINK: $14.10 (+2%)"
    rf"""
    (?:(?:,\s\$?[A-Z][A-Z0-9]{{1,6}}){{0,8}},?\sand\s\$?[A-Z][A-Z0-9]{{1,6}})?
    (?:\s?\([^()]{{1,20}}\))?
    (?:,\s[a-z][^.;:\d]{{2,50}}?,(?=\s[a-z]))?
    (?: ,?\s(?:(?!and\s|or\s)[a-z]+\s){{0,2}}{_MOVES}\s
        (?:(?!in\s|on\s|and\s|if\s)[a-z]+\s){{0,3}}
        [-−+]?[$€£]?\d[\d.,]*(?!\d|[ -](?:day|week|month|year|hour|minute)s?)
      | \s?[:–—|(]\s?[-−–+▲▼↑↓]?\s?(?:[$€£]\d|\d[\d.]*\s?%)
      | \s[-−–+▲▼↑↓]\s?\d[\d.]*\s?%
      | \s\d[\d.]*%(?!\s[a-z]*(?:tax|share|stake|fee)) )
    """,
    re.VERBOSE,
)
_CAPITALS = re.compile(r"(?<![\w$&/.’'-])(?<![A-Z]{2}\s)[A-Z][A-Z0-9]{2,6}(?![\w/.’'-]|\s[A-Z]{2})")
# Articles of some years call the coin by its company's name, and say so by a price or a pair.
_RIPPLE = re.compile(r"\b[Rr]ipple(?:['’]s)?\s(?:price|\(XRP\)|coin)|\bXRP/USD")
_COUNTED = re.compile(r"\d(?:,\d{3}|(?:\.\d+)?\s(?:thousand|million|billion)s?)\s\Z")


def learn_assets(text: str) -> tuple[dict[str, list[AssetName]], dict[str, str]]:
    """Assets that this article itself introduces: names by their first word, and the group of each
    ticker.
    """
    table = load_assets()
    names: dict[str, list[AssetName]] = {}
    tickers: dict[str, str] = {}
    for match in _CASHTAG.finditer(text):
        ticker = match[1]
        if not ticker.startswith("USD"):
            tickers.setdefault(ticker, table.tickers.get(ticker, "coin"))
    for name, ticker, is_bracketed in _find_introduced(text):
        tickers[ticker] = "index" if "index" in name.lower() else "coin"
        words = _shorten(name, ticker) if is_bracketed and ticker not in table.tickers else ()
        if words:
            names.setdefault(words[0], []).append(AssetName(words, ticker, any_case=False))
    for match in _TOKEN_AFTER.finditer(text):
        if match[1] not in table.tickers:
            tickers.setdefault(match[1], "coin")
    if _RIPPLE.search(text):
        names["ripple"] = [AssetName(("ripple",), "XRP", any_case=False)]
    for word in _find_used(text):
        if word not in table.tickers:
            tickers.setdefault(word, "name")
    acronyms = word_set("acronym")
    return names, {ticker: group for ticker, group in tickers.items() if ticker not in acronyms}


def _find_used(text: str) -> Iterator[str]:
    """Words in capitals that a text uses as it uses tickers, without saying what they are:
    "ASHG slid 7.8%", "MHLD price", "41 million NOVR".
    """
    for match in _CAPITALS.finditer(text):
        if (
            PRICE_AFTER.match(text, match.end())
            or FIGURE_AFTER.match(text, match.end())
            or _COUNTED.search(text, max(0, match.start() - 20), match.start())
        ) and match[0] not in word_set("venue"):
            yield match[0]


def _find_introduced(text: str) -> Iterator[tuple[str, str, bool]]:
    """(name, ticker, whether in brackets) of each ticker that the text introduces by a name."""
    for match in BRACKETED.finditer(text):
        name = match[1].strip()
        is_body = not word_set("body").isdisjoint(name.split())
        if (
            not is_body
            and _is_news(match[2])
            and ("index" in name.lower() or _abbreviates(name, match[2]))
        ):
            yield name, match[2], True
    for match in _NATIVE.finditer(text):
        if _is_news(match[2]):
            yield match[1], match[2], False


def _is_news(ticker: str) -> bool:
    """Whether an article may introduce the ticker: no acronym, and none that the table knows
    without more words.
    """
    table = load_assets()
    is_known = ticker in table.tickers and ticker not in table.shy
    return not is_known and ticker not in word_set("acronym")


def _shorten(name: str, ticker: str) -> tuple[str, ...]:
    """The last words of a name that its ticker still stands for, in lower case: "exchange Zebra
    Coin" (ZC).
    """
    words = tuple(WORD.findall(name.lower()))
    if not words or len(words[0]) <= 2:
        return ()
    while len(words) > 1 and not _abbreviates(" ".join(words), ticker):
        words = words[1:]
    return words


def _abbreviates(name: str, ticker: str) -> bool:
    """Whether the letters of the ticker stand in the name, in order, from the first.

    >>> _abbreviates("Tokenize Xchange", "TKX"), _abbreviates("Relative Strength", "EMA")
    (True, False)
    """
    letters = iter(name.upper())
    initials = {part[0].upper() for part in name.split()}
    return ticker[0] in initials and all(letter in letters for letter in ticker if letter.isalpha())
