"""What an article as a whole is like: the features that its timeframe, its credibility and its assets are judged by.

The weights (`data/horizon.model.tsv`, `credibility.model.tsv`, `assets.model.tsv`) are fitted by `python -m eval train`.
"""

import math
from collections import Counter
from collections.abc import Sequence

from summarizer.analyst.embedded.reasons import Reasons
from summarizer.models import Fact, Signal

Features = list[tuple[str, float]]


def describe_article(
    reasons: Reasons, narratives: Sequence[str], signals: Sequence[Signal]
) -> Features:
    """Cue groups, kinds of fact, themes and signals of the article, each damped so that length does not tell."""
    groups = Counter(group for here in reasons.cues for group in here)
    size = math.sqrt(max(1, len(reasons.text.sentences)))
    features = [(f"cue:{group}", count / size) for group, count in sorted(groups.items())]
    kinds = Counter(fact.kind for fact in reasons.facts)
    features += [(f"kind:{kind}", math.log1p(count)) for kind, count in sorted(kinds.items())]
    features += [(f"theme:{narrative}", 1.0) for narrative in narratives]
    features += [(f"signal:{signal.name}", 1.0) for signal in signals]
    features += [(piece.name, piece.value) for piece in reasons.wording]
    features += [
        (
            f"source:{(reasons.text.article.source or reasons.text.article.domain or 'unknown').lower()}",
            1.0,
        )
    ]
    features += [
        ("facts", math.log1p(len(reasons.facts))),
        ("words", math.log1p(reasons.text.article.words) / 5),
        ("bias", 1.0),
    ]
    return features


def describe_asset(reasons: Reasons, asset: str, facts: Sequence[Fact]) -> Features:
    """How much an article is about an asset."""
    counts = sorted(reasons.counts.values(), reverse=True)
    count = reasons.counts[asset]
    rank = sum(other > count for other in counts)
    in_lead = any(asset == m.subject for i in reasons.lead for m in reasons.mentions[i])
    kinds = Counter(fact.kind for fact in facts if fact.subject == asset)
    group = next((m.group for here in reasons.mentions for m in here if m.subject == asset), "coin")
    features = [
        ("bias", 1.0),
        ("share", count / max(1, counts[0])),
        ("count", math.log1p(count)),
        ("title", float(reasons.is_titled(asset))),
        ("lead", float(in_lead)),
        ("facts", math.log1p(sum(kinds.values()))),
        (
            "levels",
            math.log1p(kinds["support_level"] + kinds["resistance_level"] + kinds["price_target"]),
        ),
        (f"rank:{min(rank, 5)}", 1.0),
        (f"group:{group}", 1.0),
        ("crowd", math.log1p(len(counts))),
    ]
    if asset in ("BTC", "ETH"):
        features.append((f"is:{asset}", 1.0))
    if asset in ("USDT", "USDC", "DAI", "BUSD", "PYUSD", "RLUSD", "FDUSD"):
        features.append(("stablecoin", 1.0))
    return features
