"""Which level of the article a call aims at, if any: the likeliest of those on its side of the price.

The weights (`data/targets.model.tsv`) are fitted by `python -m eval train` on the targets that annotators chose.
"""

import math
from bisect import bisect_right
from dataclasses import dataclass

from summarizer.analyst.embedded.reasons import Reasons
from summarizer.facts.levels import find_price, is_target
from summarizer.linear import load_linear
from summarizer.models import Direction
from summarizer.text.numbers import find_numbers

_AWAY = (
    0.01,
    0.03,
    0.07,
    0.15,
    0.3,
    0.6,
    1.5,
    4.0,
)  # edges of a level's distance from the price, as shares of it


@dataclass(frozen=True, slots=True)
class TargetOption:
    """A fact that may be the target, or None for no target, and the names of what tells for or against it."""

    fact: int | None
    features: tuple[str, ...]


def choose_target(reasons: Reasons, asset: str, direction: Direction) -> int | None:
    """The index of the fact that a call in this direction aims at, None where the article names no such level."""
    options = target_options(reasons, asset, direction)
    return options[load_linear("targets").best(option.features for option in options)].fact


def target_options(reasons: Reasons, asset: str, direction: Direction) -> list[TargetOption]:
    """No target, and every level of the asset in the direction of the call."""
    facts = reasons.facts
    fitting = [
        i
        for i, fact in enumerate(facts)
        if fact.unit == "USD" and is_target(facts, fact, asset, direction)
    ]
    if not fitting:
        return [TargetOption(None, ("none",))]
    kinds = {facts[i].kind for i in fitting}
    titled = [number.value for number in find_numbers(reasons.text.article.title or "")]
    is_titled = any(_is_same(facts[i].value, value) for i in fitting for value in titled)
    price = find_price(facts, asset)
    nearest = sorted(
        fitting, key=lambda i: abs(facts[i].value - (price or facts[fitting[0]].value))
    )
    features = [
        "none",
        f"none:{direction}",
        f"none:titled:{is_titled}",
        f"none:priced:{price is not None}",
        f"none:many:{min(4, len(fitting))}",
    ]
    starts = [span.start for span in reasons.text.sentences]
    options = [TargetOption(None, (*features, *(f"none:{kind}" for kind in kinds)))]
    seen: dict[str, int] = {}
    for i in fitting:
        fact = facts[i]
        rank = seen[fact.kind] = seen.get(fact.kind, -1) + 1
        away = sum(abs(fact.value / price - 1) >= edge for edge in _AWAY) if price else "unknown"
        sentence = bisect_right(starts, fact.evidence.start) - 1
        names = [
            f"rank:{min(rank, 3)}",
            f"away:{away}",
            f"near:{min(nearest.index(i), 3)}",
            f"last:{i == fitting[-1]}",
            f"alone:{len(fitting) == 1}",
            f"farthest:{nearest[-1] == i}",
            f"lead:{sentence < 3}",
            f"late:{round(3 * sentence / len(reasons.text.sentences))}",
            f"titled:{any(_is_same(fact.value, value) for value in titled)}",
            f"said:{bool(fact.attributed_to)}",
            f"conditional:{bool(fact.condition)}",
            f"round:{len(str(fact.value).strip('0').replace('.', '').strip('0'))}",
        ]
        names += [f"{fact.kind}|{name}" for name in names] + [
            f"{direction}|{name}" for name in names
        ]
        options.append(
            TargetOption(i, (f"kind:{fact.kind}", f"kind:{fact.kind}:{direction}", *names))
        )
    return options


def _is_same(left: float, right: float) -> bool:
    return math.isclose(left, right, rel_tol=0.005)
