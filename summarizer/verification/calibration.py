"""What an analyst says of its confidence -> how often it is right, by maps that `python -m eval calibrate` fitted on labelled articles.

`data/calibration.json` holds a list of knots for each source of confidence: `{"gpt-5.4-nano samples": {"knots": [[0.5, 0.62], [0.9, 0.71]]}}`.
"""

import json
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

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


def forecaster(analyst: Mapping[str, Any]) -> str:
    """Whose confidence it is and what it is taken from: one map does not fit another.

    >>> forecaster({"name": "llm", "model": "m", "confidence_from": "tokens"}), forecaster({"name": "embedded"})
    ('m tokens', 'embedded')
    """
    source = analyst.get("confidence_from") if analyst.get("model") else None
    return " ".join(filter(None, (analyst.get("model") or str(analyst.get("name")), source)))


def calibrate(name: str, confidence: float) -> float | None:
    """How often calls of this forecaster and confidence are right, or None for one that was never measured."""
    found = load_maps().get(name)
    return interpolate(found, confidence) if found else None


@cache
def load_maps() -> dict[str, Knots]:
    path = Path(str(files("summarizer") / "data" / "calibration.json"))
    return (
        {name: found["knots"] for name, found in json.loads(path.read_text("utf-8")).items()}
        if path.is_file()
        else {}
    )
