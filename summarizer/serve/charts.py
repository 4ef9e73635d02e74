"""LEVELS and CALLS -> DRAWINGS: where each mark of a price ladder and of a timeline stands.

Templates draw what is laid out here as inline SVG. Lengths are in its units, from the upper left.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from summarizer.facts.kinds import LEVELS
from summarizer.facts.levels import find_price
from summarizer.models import Direction, Fact, Report

RUNGS = 7  # on either side of the price, those that lie nearest
LABEL = 24  # between the middles of two labels
_EDGE = 16  # above the highest mark, and below the lowest
BINS = 60  # of a timeline: each a day, or more where it is longer
SHORTEST = 30  # days of a timeline, at least
TIMELINE_HEIGHT = 120
_UNIT = 12.0  # height of a call, where there is room


class Level(NamedTuple):
    """A price of an asset in dollars, what it is (`price`, or a kind of level), how many state it.

    `is_target` says that a call aims at it.
    """

    kind: str
    value: float
    outlets: int = 1
    is_target: bool = False


class Rung(NamedTuple):
    """A level on the ladder: the heights of its mark and of its label, and its way from the price.

    `away` is in percent of the price; None where that is not known, or is this very level.
    """

    level: Level
    y: float
    label_y: float
    away: float | None


class Ladder(NamedTuple):
    """An asset's levels, the highest first."""

    asset: str
    height: float
    rungs: tuple[Rung, ...]


def list_ladders(report: Report) -> list[Ladder]:
    """A ladder for each asset of which the report's sure facts state two levels or more."""
    facts = [fact for fact in report.facts if not fact.unsure]
    prices = {fact.subject: find_price(facts, fact.subject) for fact in facts}
    targets = {
        (call.asset, call.target.value)
        for call in report.calls
        if call.target and call.target.unit == "USD"
    }
    stated = {(fact.subject, fact.kind, fact.value) for fact in facts if _is_level(fact)}
    stated |= {(asset, "price", price) for asset, price in prices.items() if price}
    levels: defaultdict[str, list[Level]] = defaultdict(list)
    for asset, kind, value in sorted(stated):
        levels[asset].append(Level(kind, value, is_target=(asset, value) in targets))
    laid = [lay_ladder(asset, each) for asset, each in levels.items()]
    return [ladder for ladder in laid if len(ladder.rungs) > 1]


def _is_level(fact: Fact) -> bool:
    """Whether a logarithmic scale of dollars has a place for the fact."""
    return fact.kind in LEVELS and fact.unit == "USD" and fact.value > 0


def lay_ladder(asset: str, levels: Sequence[Level]) -> Ladder:
    """The ladder of levels above zero, on a logarithmic scale, its labels apart from each other."""
    price = next((level.value for level in levels if level.kind == "price"), None)
    middle = price or (sorted(level.value for level in levels)[len(levels) // 2] if levels else 1)
    near = sorted(levels, key=lambda level: abs(math.log(level.value / middle)))
    above = [level for level in near if level.value > middle][:RUNGS]
    below = [level for level in near if level.value <= middle][: RUNGS + 1]
    chosen = sorted(above + below, key=lambda level: (-level.value, level.kind))
    if not chosen:
        return Ladder(asset, 0, ())
    height = 2 * _EDGE + LABEL * max(len(chosen) - 1, 4)
    top, bottom = math.log(chosen[0].value), math.log(chosen[-1].value)
    scale = (height - 2 * _EDGE) / (top - bottom or 1)
    marks = [_EDGE + scale * (top - math.log(level.value)) for level in chosen]
    labels = _spread(marks, height)
    rungs = (
        Rung(level, y, label_y, _measure(level, price))
        for level, y, label_y in zip(chosen, marks, labels, strict=True)
    )
    return Ladder(asset, height, tuple(rungs))


def _spread(marks: list[float], height: float) -> list[float]:
    """The marks moved apart, so that labels beside them do not touch: down, then up from the end.

    >>> _spread([16, 20, 112], 128)
    [16, 40, 112]
    """
    labels = list(marks)
    for place in range(1, len(labels)):
        labels[place] = max(labels[place], labels[place - 1] + LABEL)
    limit = height - _EDGE
    for place in reversed(range(len(labels))):
        labels[place] = min(labels[place], limit)
        limit = labels[place] - LABEL
    return labels


def _measure(level: Level, price: float | None) -> float | None:
    return None if price is None or level.kind == "price" else (level.value / price - 1) * 100


class Bar(NamedTuple):
    """The calls of one direction in one part of a timeline, drawn as a bar, and in words."""

    direction: Direction
    x: float  # percent of the width
    width: float  # percent
    y: float
    height: float
    words: str


class Timeline(NamedTuple):
    """Calls over time: bullish ones stand above the middle, bearish ones hang below it."""

    start: datetime
    end: datetime
    counts: Counter[Direction]
    bars: tuple[Bar, ...]


def lay_timeline(calls: Sequence[tuple[datetime, Direction]]) -> Timeline | None:
    """The timeline of calls, the latest first; None where there is none."""
    if not calls:
        return None
    end = calls[0][0].replace(hour=0, minute=0, second=0, microsecond=0)
    days = max((end - calls[-1][0]).days + 2, SHORTEST)
    span = math.ceil(days / BINS)  # days of one bar
    bins = math.ceil(days / span)
    start = end - timedelta(days=bins * span - 1)
    counts = Counter(((at - start).days // span, direction) for at, direction in calls)
    highest = max((n for (_, way), n in counts.items() if way != "neutral"), default=1)
    unit = min(_UNIT, (TIMELINE_HEIGHT / 2 - 6) / highest)
    width = 100 / bins
    bars = (
        _lay_bar(
            direction, place, width, unit * count, f"{_name_days(start, place, span)}: {count}"
        )
        for (place, direction), count in sorted(counts.items())
    )
    totals: Counter[Direction] = Counter(direction for _, direction in calls)
    return Timeline(start, end, totals, tuple(bars))


def _lay_bar(direction: Direction, place: int, width: float, size: float, words: str) -> Bar:
    middle = TIMELINE_HEIGHT / 2
    y, height = {
        "bullish": (middle - 3 - size, size),
        "bearish": (middle + 3, size),
        "neutral": (middle - 2, 4.0),
    }[direction]
    return Bar(direction, place * width, width * 0.8, y, height, f"{words} {direction}")


def _name_days(start: datetime, place: int, span: int) -> str:
    first = start + timedelta(days=place * span)
    last = first + timedelta(days=span - 1)
    return f"{first:%d %b}" if span == 1 else f"{first:%d %b} to {last:%d %b %Y}"
