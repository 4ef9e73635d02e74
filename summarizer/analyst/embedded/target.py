"""FACTS -> TARGET: which level of the article a call aims at, if any.

The levels on the call's side of the price are ranked by the weights of `data/targets.model.tsv`,
which `python -m eval train` fits on the targets that annotators chose.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from summarizer.analyst.embedded.reasons import Reasons
from summarizer.facts.levels import find_price, is_target
from summarizer.linear import load_linear, softmax
from summarizer.models import Direction, Fact
from summarizer.text.numbers import find_numbers

# Edges of a level's distance from the price, as shares of it.
_AWAY = (0.01, 0.03, 0.07, 0.15, 0.3, 0.6, 1.5, 4.0)
# Of targets held out that the model gives this chance, 79 % of 199 are the annotator's; from 0.5
# on they are 68 % of 440.
_CLEAR = 0.8
# A level may be unsure, since what kind of level it is makes no difference; this sure it has to be.
_LIKELY = 0.5
_FARTHEST = 10.0  # times the price, or a part of it; beyond that it is a promise, or misread
_STEP = re.compile(
    r"""
    \b(?:pre-?sale|(?:next|current|\d+(?:st|nd|rd|th))\s(?:phase|stage|round)|ico
        |stop[\s-]loss|entry\s(?:point|price|zone)|buy(?:ing)?\s(?:at|between|below|zone)
        |average\s(?:price|cost)|cost\sbasis|bought\sat|(?:put|call)\soptions?|strikes?)\b
    """,
    re.VERBOSE,
)
_DOUBTED = re.compile(
    r"\b(?:unlikely|unrealistic|far-fetched|impossible|cautions?|doubts?|sceptical|skeptical"
    r"|dismiss\w*|rules?\sout|overly\soptimistic|hypothetical\w*|theoretical\w*|illustrative)\b"
)
_ROUNDED = 0.005  # share by which a title rounds a level


@dataclass(frozen=True, slots=True)
class TargetOption:
    """A fact that may be the target, or None for no target, and what tells for or against it."""

    fact: int | None
    features: tuple[str, ...]


def choose_target(reasons: Reasons, asset: str, direction: Direction) -> int | None:
    """The index of the fact that a call aims at; None where the article names no such level, or
    several that are as likely.
    """
    options = target_options(reasons, asset, direction)
    model = load_linear("targets")
    chances = softmax([model.scores_of(option.features)[0] for option in options])
    best = max(range(len(options)), key=chances.__getitem__)
    return options[best].fact if chances[best] >= _CLEAR else None


def target_options(reasons: Reasons, asset: str, direction: Direction) -> list[TargetOption]:
    """No target, and every level of the asset in the direction of the call."""
    facts, price = reasons.stated, find_price(reasons.facts.values(), asset)
    places = _list_levels(reasons, asset, direction, price)
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


def _list_levels(
    reasons: Reasons, asset: str, direction: Direction, price: float | None
) -> list[int]:
    """The facts that may be the target: likely enough, on the right side of the price, not too far
    from it, and an aim.
    """
    facts = reasons.stated
    return [
        i
        for i, fact in enumerate(facts)
        if fact.unit == "USD"
        and (not fact.unsure or (fact.confidence or 0.0) >= _LIKELY)
        and is_target(facts, fact, asset, direction)
        and (price is None or max(fact.value / price, price / fact.value) <= _FARTHEST)
        and _is_aim(reasons, fact)
    ]


def _is_aim(reasons: Reasons, fact: Fact) -> bool:
    """Whether a level is an aim: nowhere called unlikely, the price of a sale's next step or that
    of an order.
    """
    places = (n.start for n in reasons.text.numbers if math.isclose(n.value, fact.value))
    sentences = {reasons.text.sentence_at(place) for place in places}
    said = [reasons.sentence(i).lower() for i in sentences]
    return not any(_STEP.search(words) or _DOUBTED.search(words) for words in said)


def _find_titled(reasons: Reasons, places: Sequence[int]) -> set[int]:
    """The facts whose figure the title has too, rounded or not."""
    figures = [number.value for number in find_numbers(reasons.text.article.title or "")]
    return {
        i
        for i in places
        for figure in figures
        if math.isclose(reasons.stated[i].value, figure, rel_tol=_ROUNDED)
    }


def _describe_level(reasons: Reasons, fact: Fact, price: float | None) -> list[str]:
    """How far a level lies from the price, where it stands in the article, and in what words."""
    away = sum(abs(fact.value / price - 1) >= edge for edge in _AWAY) if price else "unknown"
    place = reasons.places[reasons.text.sentence_at(fact.evidence.start)]
    digits = str(fact.value).strip("0").replace(".", "").strip("0")
    return [
        f"away:{away}",
        f"lead:{place < 3}",
        f"late:{round(3 * place / max(1, reasons.spoken))}",
        f"said:{bool(fact.attributed_to)}",
        f"conditional:{bool(fact.condition)}",
        f"round:{len(digits)}",
    ]
