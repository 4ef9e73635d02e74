"""What an analyst says of its confidence -> how often it is right, by maps that `python -m eval calibrate` fitted on labelled articles.

`data/calibration.json` holds a list of knots for each analyst, under its model's name, else its own: `[[0.5, 0.62], [0.9, 0.71]]`.
"""

import json
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path

Knots = Sequence[Sequence[float]]


def interpolate(knots: Knots, confidence: float) -> float:
    """The frequency at a confidence: straight lines between knots, level beyond the outer ones.

    >>> interpolate([[0.5, 0.6], [0.7, 0.8]], 0.6), interpolate([[0.5, 0.6], [0.7, 0.8]], 0.99)
    (0.7, 0.8)
    """
    i = bisect_right([knot[0] for knot in knots], confidence)
    if i in (0, len(knots)):
        return knots[min(i, len(knots) - 1)][1]
    (low, start), (high, end) = knots[i - 1], knots[i]
    return round(start + (end - start) * (confidence - low) / (high - low), 6)


def calibrate(analyst: str, confidence: float) -> float | None:
    """How often calls of this confidence are right, or None for an analyst that was never measured."""
    found = _load().get(analyst)
    return interpolate(found, confidence) if found else None


@cache
def _load() -> dict[str, Knots]:
    path = Path(str(files("summarizer") / "data" / "calibration.json"))
    return {name: found["knots"] for name, found in json.loads(path.read_text("utf-8")).items()} if path.is_file() else {}
