"""TEXT -> MENTIONS: the assets, indices, stocks and funds that a text names, each with its
canonical code.

The list is `data/assets.tsv`; what it lacks is learnt from the article itself (introduced.py).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from summarizer.tables import word_set
from summarizer.text.asset_table import AssetName, load_assets
from summarizer.text.introduced import BRACKETED, FIGURE_AFTER, PRICE_AFTER, learn_assets
from summarizer.text.lexicon import lower_words

MARKET = "MARKET"
CALLED = frozenset("coin sector index stock etf".split())  # groups that a call can be about
_NAMESAKES = frozenset({"coin", "stock"})  # groups whose names others bear too
_EXCHANGE = re.compile(r"\(\s?(NYSE|NASDAQ|Nasdaq)\s?:")
_IN_BRACKETS = re.compile(r"\(\$?([A-Z][A-Z0-9]+)\)")
_FORMER = re.compile(
    r"\b(?:formerly|previously|originally)\s(?:known\sas\s|called\s|named\s)?\$?\Z"
)


class Mention(NamedTuple):
    """A place where an asset is named.

    `group` is coin, stock, index, etf, sector, macro or market.
    """

    start: int
    end: int
    subject: str
    group: str


def find_mentions(
    text: str, words: tuple[Sequence[re.Match[str]], Sequence[str]] | None = None
) -> tuple[Mention, ...]:
    """Every asset named in `text`, in reading order, the longest name at each place.

    `words` are the text's words as `lower_words` finds them, where they are known already.

    >>> text = "Bitcoin (BTC) and one of the SUI holders"
    >>> [(mention.subject, text[mention.start : mention.end]) for mention in find_mentions(text)]
    [('BTC', 'Bitcoin'), ('BTC', 'BTC'), ('SUI', 'SUI')]
    """
    matches, lowered = words or lower_words(text)
    candidates = list(_find_candidates(text, matches, lowered))
    sure = {mention.subject for mention, is_sure in candidates if is_sure}
    exchanges = {match.start(1) for match in _EXCHANGE.finditer(text)}  # no index: "(NASDAQ: COIN)"
    others = _find_other_names(text)
    mentions = [
        mention
        for mention, is_sure in candidates
        if (is_sure or mention.subject in sure)
        and mention.start not in exchanges
        and mention.start not in others
        and not (mention.group == "coin" and _is_former(text, mention.start))
    ]
    return tuple(_join_pairs(text, mentions))


def _is_former(text: str, start: int) -> bool:
    """Whether a name is one that an asset has given up: "POL (formerly MATIC)"."""
    before = text[max(0, start - 40) : start]
    return ("ly " in before or "once " in before) and _FORMER.search(before) is not None


def _find_other_names(text: str) -> frozenset[int]:
    """Where a ticker in brackets belongs to another thing of the same ticker, whose own name stands
    elsewhere: "Dash (DASH) surged while DoorDash (DASH) fell".
    """
    table = load_assets()
    tickers = _IN_BRACKETS.findall(text)
    if len(tickers) == len(set(tickers)):
        return frozenset()
    places: dict[str, dict[int, bool]] = {}
    for match in BRACKETED.finditer(text):
        if match[2] in table.tickers:
            words = match[1].lower().split()
            named = (table.names.get(word, ()) for word in words)
            is_own = any(name.ticker == match[2] for names in named for name in names)
            places.setdefault(match[2], {})[match.start(2)] = is_own
    return frozenset(
        place
        for found in places.values()
        if any(found.values())
        for place, is_own in found.items()
        if not is_own
    )


def _find_candidates(
    text: str, matches: Sequence[re.Match[str]], lowered: Sequence[str]
) -> Iterator[tuple[Mention, bool]]:
    """What may be a mention; it is not sure where it counts only if the asset is named elsewhere
    too.
    """
    table = load_assets()
    names, tickers = learn_assets(text)
    learnt = {*names, *map(str.lower, tickers)}
    past = 0
    for i, first in enumerate(lowered):
        if i < past or not (first in table.starts or first in learnt):
            continue
        word = matches[i][0]
        known = [*names.get(first, ()), *table.names.get(first, ())]
        if name := _match_name(lowered, i, word[0], known):
            past = i + len(name.words)
            group = tickers.get(name.ticker) or table.tickers[name.ticker]
            if not (group in _NAMESAKES and _is_other_name(text, matches, past)):
                yield Mention(matches[i].start(), matches[past - 1].end(), name.ticker, group), True
        elif ticker_group := table.tickers.get(word) or tickers.get(word):
            is_sure = word not in table.shy or word in tickers or _is_marked(text, matches[i])
            if not (ticker_group in _NAMESAKES and _is_other_name(text, matches, i + 1)):
                yield Mention(*matches[i].span(), word, ticker_group), is_sure


def _is_other_name(text: str, matches: Sequence[re.Match[str]], past: int) -> bool:
    """Whether the word behind a name makes it that of another: "Horizen Labs", "BTC Tools said".

    Behind some of these words a headline may go on, so that no word with a capital may follow.
    """
    if past >= len(matches) or text[matches[past - 1].end() : matches[past].start()] != " ":
        return False
    word = matches[past][0]
    if word in word_set("other_name"):
        return True
    follows = text[matches[past].end() : matches[past].end() + 2].strip()
    return word in word_set("other_name_last") and not follows[:1].isupper()


def _match_name(
    lowered: Sequence[str], i: int, letter: str, names: Iterable[AssetName]
) -> AssetName | None:
    """The first of the names that stands at word i, which begins with the letter."""
    for name in names:
        past = i + len(name.words)
        is_cased = name.any_case or letter.isupper() or letter.isdigit()
        if is_cased and tuple(lowered[i:past]) == name.words and not _is_ranked(lowered, i, past):
            return name
    return None


def _is_ranked(lowered: Sequence[str], i: int, past: int) -> bool:
    """Whether a size is not that of an asset: "the fourth-largest cryptocurrency", "the largest
    crypto exchange".
    """
    if lowered[i] not in word_set("size", "rank"):
        return False
    is_lower_rank = i > 0 and lowered[i - 1] in word_set("rank")
    return is_lower_rank or (past < len(lowered) and lowered[past] in word_set("business"))


def _is_marked(text: str, word: re.Match[str]) -> bool:
    """Whether a $, brackets or a word behind it show that an English word is a ticker."""
    before, after = text[max(0, word.start() - 2) : word.start()], text[word.end() : word.end() + 8]
    is_bracketed = before.rstrip().endswith("(") and after.lstrip().startswith(")")
    if len(word[0]) == 1:  # "A $50,000 reward" is not Vaulta's price
        named = text[: word.start()].rstrip(" (").rpartition(" ")[2].lower() if is_bracketed else ""
        names = load_assets().names.get(named, ())
        return before.endswith("$") or any(name.ticker == word[0] for name in names)
    if before.endswith("$") or is_bracketed or PRICE_AFTER.match(after):
        return True
    return word[0] not in word_set("venue") and FIGURE_AFTER.match(text, word.end()) is not None


def _join_pairs(text: str, mentions: Iterable[Mention]) -> list[Mention]:
    """Two tickers around a slash are one pair ("ETH/BTC"); against dollars, the asset itself."""
    joined: list[Mention] = []
    for mention in mentions:
        last = joined[-1] if joined else None
        is_pair = last and text[last.end : mention.start] == "/"
        if last and is_pair and text[mention.start : mention.end].isupper():
            is_priced_in_coins = mention.subject in ("BTC", "ETH")
            pair = f"{last.subject}/{mention.subject}" if is_priced_in_coins else last.subject
            joined[-1] = last._replace(end=mention.end, subject=pair)
        else:
            joined.append(mention)
    return joined
