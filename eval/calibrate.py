"""From what an analyst says of its calls' confidence to how often such calls are right: a map fitted on labelled articles.

The map is isotonic (more confidence never means less), its knots mixed with a few calls at the overall rate. It is judged on
articles that it was not fitted on. Where the labelled articles also trained the analyst, its reports of them are better than
its reports of others will be: fit on reports that were predicted out of sample.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from eval.metrics import Counts, brier, calibration_error, count_forecast, isotonic
from eval.tally import Record, acceptable
from summarizer.calibration import interpolate
from summarizer.errors import BadRecord

FILE = Path(__file__).parents[1] / "summarizer" / "data" / "calibration.json"
FOLDS = 5
PRIOR = 4.0  # calls at the overall rate mixed into each knot; Laplace's rule for a share mixes in 2
LEAST = 50  # calls below which no map is fitted

Forecast = tuple[str, float, bool]  # article, confidence, right


def find_forecasts(labelled: Sequence[Record], reports: Sequence[Record]) -> dict[str, list[Forecast]]:
    """The forecasts of each analyst, under its model's name, else its own: calls on assets that the annotator named."""
    labels = {str(record["id"]): record["labels"] for record in labelled}
    found: dict[str, list[Forecast]] = defaultdict(list)
    for report in reports:
        if (id := str(report.get("id"))) not in labels:
            raise BadRecord(f"reports hold ids that no label has: {id}")
        analyst = report.get("analyst") or {}
        named = {label["asset"]: label for label in labels[id].get("calls") or []}
        for call in report.get("calls") or []:
            if (label := named.pop(call.get("asset"), None)) and isinstance(call.get("confidence"), int | float):
                right = call.get("direction") in acceptable(label, label["direction"])
                found[str(analyst.get("model") or analyst.get("name"))].append((id, float(call["confidence"]), right))
    return dict(found)


def fit_calibration(forecasts: Sequence[Forecast]) -> Record:
    """The map as plain data, with Brier score and calibration error before and after, both on articles held out of the fit."""
    if len(forecasts) < LEAST:
        raise BadRecord(f"{len(forecasts)} calls are too few to fit a calibration: {LEAST} at least")
    ids = sorted({id for id, _, _ in forecasts})
    order = np.random.default_rng(0).permutation(len(ids))
    fold = {ids[i]: k % FOLDS for k, i in enumerate(order)}
    after = []
    for k in range(FOLDS):
        knots = _fit([forecast for forecast in forecasts if fold[forecast[0]] != k])
        after += [(id, interpolate(knots, said), right) for id, said, right in forecasts if fold[id] == k]
    quality = {
        f"{name}_{when}": value for when, made in (("before", forecasts), ("after", after)) for name, value in _quality(made).items()
    }
    rounded = [[round(x, 4), round(y, 4)] for x, y in _fit(forecasts)]
    return {"calls": len(forecasts), "articles": len(ids), "knots": rounded, **quality}


def _fit(forecasts: Sequence[Forecast]) -> list[tuple[float, float]]:
    return isotonic([said for _, said, _ in forecasts], [float(right) for _, _, right in forecasts], PRIOR)


def _quality(forecasts: Sequence[Forecast]) -> dict[str, float]:
    total = Counts([count_forecast("x", said, right) for _, said, right in forecasts]).total
    return {"brier": round(float(brier(total, "x")), 4), "ece": round(float(calibration_error(total, "x")), 4)}


def write_calibration(path: Path, maps: dict[str, Record]) -> None:
    """Writes the maps, leaving those of other analysts in the file as they are."""
    known = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    path.write_text(json.dumps({**known, **maps}, indent=1, sort_keys=True) + "\n", "utf-8")
