"""CONFIDENCE -> FREQUENCY: how often an analyst's calls are right, by its own confidence.

`python -m eval calibrate` fits a map on labelled articles for each source of confidence and writes
its knots to `data/calibration.json`: `{"gpt-5.4-nano samples": {"knots": [[0.5, 0.62], …]}}`.
"""

import json
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

FILE = Path(str(files("summarizer") / "data" / "calibration.json"))
Knots = Sequence[Sequence[float]]  # (confidence, frequency), rising


def interpolate(knots: Knots, confidence: float) -> float:
    """The frequency at a confidence: straight lines between knots, level beyond the outer ones.

    >>> interpolate([[0.5, 0.6], [0.7, 0.8]], 0.6), interpolate([[0.5, 0.6], [0.7, 0.8]], 0.99)
    (0.7, 0.8)
    """
    i = bisect_right([knot[0] for knot in knots], confidence)
    if i in (0, len(knots)):
        return knots[max(0, i - 1)][1]
    (low, start), (high, end) = knots[i - 1], knots[i]
    return round(start + (end - start) * (confidence - low) / (high - low), 6)


def forecaster(analyst: Mapping[str, Any]) -> str:
    """Whose confidence it is and what it is taken from: one map does not fit another.

    >>> forecaster({"name": "llm", "model": "m", "confidence_from": "tokens"})
    'm tokens'
    >>> forecaster({"name": "embedded"})
    'embedded'
    """
    if not analyst.get("model"):
        return str(analyst.get("name"))
    return " ".join(filter(None, (analyst["model"], analyst.get("confidence_from"))))


def find_frequency(name: str, confidence: float) -> float | None:
    """How often calls of this forecaster and confidence are right; None where never measured."""
    knots = load_maps().get(name)
    return interpolate(knots, confidence) if knots else None


@cache
def load_maps() -> dict[str, Knots]:
    """The knots of each forecaster that was measured."""
    if not FILE.is_file():
        return {}
    maps = json.loads(FILE.read_text("utf-8"))
    return {name: entry["knots"] for name, entry in maps.items()}
