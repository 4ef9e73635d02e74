"""FACTS -> TARGET: which level of the article a call aims at, if any.

The levels on the call's side of the price are ranked by the weights of `data/targets.model.tsv`,
which `python -m eval train` fits on the targets that annotators chose.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from summarizer.analyst.embedded.reasons import Reasons
from summarizer.facts.levels import find_price, is_target
from summarizer.linear import load_linear
from summarizer.models import Direction, Fact
from summarizer.text.numbers import find_numbers

# Edges of a level's distance from the price, as shares of it.
_AWAY = (0.01, 0.03, 0.07, 0.15, 0.3, 0.6, 1.5, 4.0)
_ROUNDED = 0.005  # share by which a title rounds a level


@dataclass(frozen=True, slots=True)
class TargetOption:
    """A fact that may be the target, or None for no target, and what tells for or against it."""

    fact: int | None
    features: tuple[str, ...]


def choose_target(reasons: Reasons, asset: str, direction: Direction) -> int | None:
    """The index of the fact that a call aims at; None where the article names no such level."""
    options = target_options(reasons, asset, direction)
    return options[load_linear("targets").best(option.features for option in options)].fact


def target_options(reasons: Reasons, asset: str, direction: Direction) -> list[TargetOption]:
    """No target, and every level of the asset in the direction of the call."""
    facts, price = reasons.facts, find_price(reasons.facts.values(), asset)
    places = [
        i
        for i, fact in facts.items()
        if fact.unit == "USD" and is_target(reasons.stated, fact, asset, direction)
    ]
    if not places:
        return [TargetOption(None, ("none",))]
    titled = _find_titled(reasons, places)
    near = price or facts[places[0]].value
    nearest = sorted(places, key=lambda i: abs(facts[i].value - near))
    none = (
        "none",
        f"none:{direction}",
        f"none:titled:{bool(titled)}",
        f"none:priced:{price is not None}",
        f"none:many:{min(4, len(places))}",
        *(f"none:{kind}" for kind in dict.fromkeys(facts[i].kind for i in places)),
    )
    options = [TargetOption(None, none)]
    ranks: Counter[str] = Counter()
    for i in places:
        kind = facts[i].kind
        names = [
            f"rank:{min(ranks[kind], 3)}",
            f"near:{min(nearest.index(i), 3)}",
            f"last:{i == places[-1]}",
            f"alone:{len(places) == 1}",
            f"farthest:{i == nearest[-1]}",
            f"titled:{i in titled}",
            *_describe_level(reasons, facts[i], price),
        ]
        ranks[kind] += 1
        crossed = [f"{part}|{name}" for part in (kind, direction) for name in names]
        kinds = (f"kind:{kind}", f"kind:{kind}:{direction}")
        options.append(TargetOption(i, (*kinds, *names, *crossed)))
    return options


def _find_titled(reasons: Reasons, places: Sequence[int]) -> set[int]:
    """The facts whose figure the title has too, rounded or not."""
    figures = [number.value for number in find_numbers(reasons.text.article.title or "")]
    return {
        i
        for i in places
        for figure in figures
        if math.isclose(reasons.facts[i].value, figure, rel_tol=_ROUNDED)
    }


def _describe_level(reasons: Reasons, fact: Fact, price: float | None) -> list[str]:
    """How far a level lies from the price, where it stands in the article, and in what words."""
    away = sum(abs(fact.value / price - 1) >= edge for edge in _AWAY) if price else "unknown"
    sentence = reasons.text.sentence_at(fact.evidence.start)
    digits = str(fact.value).strip("0").replace(".", "").strip("0")
    return [
        f"away:{away}",
        f"lead:{sentence < 3}",
        f"late:{round(3 * sentence / len(reasons.text.sentences))}",
        f"said:{bool(fact.attributed_to)}",
        f"conditional:{bool(fact.condition)}",
        f"round:{len(digits)}",
    ]
