"""REASONS -> FEATURES: what an article is like as a whole, and how much it is about an asset that
is traded.

By these features its timeframe, its credibility and its assets are judged. The weights
(`data/horizon.model.tsv`, `credibility.model.tsv`, `assets.model.tsv`) are fitted by
`python -m eval train`.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from itertools import chain

from summarizer.analyst.embedded.promotion import STABLECOINS
from summarizer.analyst.embedded.reasons import Reasons
from summarizer.models import Signal
from summarizer.text.asset_table import load_assets

Features = list[tuple[str, float]]
# Words beside a name that only the article introduces, which show that it is a coin and no act,
# firm or chart pattern; and words of a sentence that names a firm as a stock, not as an actor.
_COIN = (
    r"\$\s?{0}\b|(?<!\w){0}(?:[’']s)?\s(?:price|token|tokens|coin|coins|memecoin|holders)\b"
    r"|\b(?:token|tokens|coin|memecoin|cryptocurrency|altcoin|price\sof)\s(?:\w+\s)?\(?\$?{0}(?!\w)"
    r"|(?<!\w){0}/(?:USDT?|BTC)\b"
)
_SHARES_AFTER = re.compile(
    r"(?:[’']s)?\s(?:\((?:NASDAQ|NYSE)?[:\s]*[A-Z.]{1,5}\)|(?:common\s)?(?:stocks?|shares))"
)
_SHARES_BEFORE = re.compile(r"(?:\b(?:[Ss]tocks?|[Ss]hares)\s(?:of|in)\s|[:$]\s?)\Z")
_SECTORS = frozenset({"sector", "index", "macro", "etf"})


def is_traded(reasons: Reasons, asset: str) -> bool:
    """Whether the article speaks of the name as of something that is bought and sold.

    A coin of the asset table is. A name that only the article introduces is where it is called a
    token or a coin, a company where its stock is spoken of, a sector or a fund where the title
    names it.
    """
    group = next(m.group for m in chain.from_iterable(reasons.mentions) if m.subject == asset)
    if group in _SECTORS:
        return reasons.is_titled(asset)
    if group == "stock":
        string = reasons.text.string
        places = (m for m in chain.from_iterable(reasons.mentions) if m.subject == asset)
        return any(
            _SHARES_AFTER.match(string, m.end)
            or _SHARES_BEFORE.search(string[max(0, m.start - 12) : m.start])
            or " stock" in string[m.start : m.end]
            for m in places
        )
    if asset in load_assets().tickers:
        return True
    words = re.escape(asset)
    string = f"{reasons.text.article.title or ''}\n{reasons.text.string}"
    return re.search(_COIN.format(words), string) is not None


def article_features(
    reasons: Reasons, narratives: Sequence[str], signals: Sequence[Signal]
) -> Features:
    """Cue groups, kinds of fact, themes, signals and words, damped so that length does not tell."""
    article = reasons.text.article
    groups = Counter(chain.from_iterable(reasons.cues))
    size = math.sqrt(max(1, len(reasons.text.sentences)))
    kinds = Counter(fact.kind for fact in reasons.facts.values())
    return [
        *((f"cue:{group}", count / size) for group, count in sorted(groups.items())),
        *((f"kind:{kind}", math.log1p(count)) for kind, count in sorted(kinds.items())),
        *((f"theme:{narrative}", 1.0) for narrative in narratives),
        *((f"signal:{signal.name}", 1.0) for signal in signals),
        *((reason.name, reason.value) for reason in reasons.wording),
        (f"source:{(article.outlet or 'unknown').lower()}", 1.0),
        ("facts", math.log1p(len(reasons.facts))),
        ("words", math.log1p(article.words) / 5),
        ("bias", 1.0),
    ]


def asset_features(reasons: Reasons, asset: str) -> Features:
    """How much an article is about an asset."""
    counts = reasons.counts.values()
    count = reasons.counts[asset]
    rank = sum(other > count for other in counts)
    kinds = Counter(fact.kind for fact in reasons.facts.values() if fact.subject == asset)
    levels = kinds["support_level"] + kinds["resistance_level"] + kinds["price_target"]
    mentions = chain.from_iterable(reasons.mentions)
    group = next((m.group for m in mentions if m.subject == asset), "coin")
    features = [
        ("bias", 1.0),
        ("share", count / max(1, *counts)),
        ("count", math.log1p(count)),
        ("title", float(reasons.is_titled(asset))),
        ("lead", float(any(reasons.names(i, asset) for i in reasons.lead))),
        ("facts", math.log1p(kinds.total())),
        ("levels", math.log1p(levels)),
        (f"rank:{min(rank, 5)}", 1.0),
        (f"group:{group}", 1.0),
        ("crowd", math.log1p(len(counts))),
    ]
    if asset in ("BTC", "ETH"):
        features.append((f"is:{asset}", 1.0))
    if asset in STABLECOINS:
        features.append(("stablecoin", 1.0))
    return features
