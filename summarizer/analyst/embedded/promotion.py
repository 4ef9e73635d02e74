"""TEXT -> PROMOTION: which coins an article advertises, and which of its sentences are adverts.

A coin that is still sold to its first buyers is advertised, wherever it is spoken of: such a part
stands inside or behind the news that it borrows its readers from. Nothing of it is a reason for a
call, and a summary quotes it only where the article is nothing else.
"""

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from summarizer.text.asset_table import load_assets
from summarizer.text.assets import Mention

# Coins that stand for a dollar: they have no direction, and nobody advertises them.
STABLECOINS = frozenset("USDT USDC DAI BUSD PYUSD RLUSD FDUSD".split())
_BUY = r"best[ ](?:crypto|altcoin|presale|meme[ ]?coin)s?[ ]to[ ]buy|buy[ ]now"
# Words of a sale to first buyers.
_SALE = re.compile(
    rf"""
    \b(?:{_BUY}|pre-?sales?|crowdsale
        |early[ ](?:investors?|adopters?|birds?|backers?|token[ ]holders)
        |token[ ]bonus|giveaway|batch[ ]\d+|pre-launch|learn[ ]more[ ]about|official[ ]website
        |fund-?raising[ ]milestone|\d{{2,4}}x[ ](?:returns?|gains?|potential|growth|roi))\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
# Words that make a sentence an advert, whatever it names: seven of ten real articles with them are
# promotions by their labels. "Guaranteed", "join the" and "missing out" are as often news.
_PRAISE = re.compile(
    rf"""
    \b(?:{_BUY}|pre-?sales?|\d{{2,4}}0x|\d{{2,3}}x[ ](?:gains?|returns?|potential)
        |don[’']t[ ]miss|no-brainer|early[ ](?:investors|adopters|birds?|access|token[ ]holders)
        |before[ ]it[’']s[ ]too[ ]late|life-changing|token[ ]bonus|giveaway|secure[ ]your
        |first-mover|once-in-a-|game-chang\w+)\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
# Words that laud a coin. News may have some; in an advert half of a coin's sentences have them.
_LAUDED = re.compile(
    r"""
    \b(?:contenders?|sought-after|spotlight|outshin\w+|breakout|most[ ]talked|momentum|traction
        |unique|rare[ ]combination|grassroots|stands?[ ]out|functionality|visionary|explosive
        |next[ ]serious|community-driven|ideolog\w+|tokenomics|seamless\w*|utility|rising[ ]fast
        |gaining[ ](?:ground|attention)|expansion|charging[ ]ahead|attractive|game-chang\w+)\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
# Words of news that is bad for a coin, which no advert has.
_BAD = re.compile(
    r"\b(?:scam\w*|rug[ -]pull\w*|fraud\w*|dead|dumped|victims?|stolen|sued)\b", re.IGNORECASE
)
# How many calls these limits cost together: eval/README.md, "Calls that are made".
_LAUDS, _LEAST_LAUDS = 0.5, 4  # share of a coin's sentences that laud it in adverts; how many do
_SALES = 0.25  # share of a coin's sentences that speak of its sale in adverts
_GAP = 3  # sentences from one advert to the next within which all belong to them
_MOSTLY = 0.5  # share of its sentences that are adverts in an article that is one as a whole


@cache
def list_established() -> frozenset[str]:
    """The coins that nobody sells to first buyers: those that a fund holds, and stablecoins."""
    return STABLECOINS.union(load_assets().held.values())


class Promotion(NamedTuple):
    """The coins that an article advertises, and the sentences that do it."""

    assets: frozenset[str]
    sentences: frozenset[int]
    is_all: bool  # whether the article as a whole is an advert


def find_promotion(
    sentences: Sequence[str], mentions: Sequence[Sequence[Mention]], titled: Sequence[Mention]
) -> Promotion:
    """What of the article is an advert.

    `mentions` are those of each sentence, `titled` those of the title. A sentence is an advert if
    it names an advertised coin or praises as no news does. So are the few sentences between two
    adverts, where a coin is advertised.
    """
    new, praised = _find_advertised(sentences, mentions)
    assets = new | praised
    adverts = {
        i
        for i, sentence in enumerate(sentences)
        if _PRAISE.search(sentence) or any(mention.subject in assets for mention in mentions[i])
    }
    if assets:
        for i, k in pairwise(sorted(adverts)):
            adverts.update(range(i, k) if k - i <= _GAP else ())
    is_titled = any(mention.subject in new for mention in titled)
    is_all = is_titled or len(adverts) >= _MOSTLY * len(sentences)
    return Promotion(assets, frozenset(adverts), is_all)


def _find_advertised(
    sentences: Sequence[str], mentions: Sequence[Sequence[Mention]]
) -> tuple[frozenset[str], frozenset[str]]:
    """The coins that are sold to first buyers, and those that are lauded as no news does.

    A coin is among the first if enough of the sentences that name it speak of its sale, among the
    second if enough laud it. A sentence counts for the first coin that it names.
    """
    named: Counter[str] = Counter()
    sold: Counter[str] = Counter()
    lauded: Counter[str] = Counter()
    for sentence, found in zip(sentences, mentions, strict=True):
        coins = {mention.subject for mention in found if mention.group in ("coin", "name")}
        coins -= list_established()
        named.update(coins)
        first = min((m for m in found if m.subject in coins), default=None)
        if first is not None and not _BAD.search(sentence):
            sold[first.subject] += bool(_SALE.search(sentence))
            lauded[first.subject] += bool(_LAUDED.search(sentence))
    new = {coin for coin, count in named.items() if sold[coin] >= max(1, _SALES * count)}
    praised = {
        coin for coin, count in named.items() if lauded[coin] >= max(_LEAST_LAUDS, _LAUDS * count)
    }
    return frozenset(new), frozenset(praised)
