"""From what an analyst says of its calls' confidence to how often such calls are right: a map fitted on labelled articles.

The map is isotonic (more confidence never means less), its knots mixed with a few calls at the overall rate. It is judged on
articles that it was not fitted on, and kept only where it is better there. Where the labelled articles also trained the
analyst, its reports of them are better than its reports of others will be: fit on reports that were predicted out of sample.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.isotonic import IsotonicRegression
from sklearn.model_selection import GroupKFold

from eval.score.metrics import Counts, forecast_row
from eval.score.tally import Record
from summarizer.errors import BadRecord
from summarizer.verification.calibration import forecaster, interpolate, load_maps

FILE = Path(__file__).parents[2] / "summarizer" / "data" / "calibration.json"
FOLDS = 5
PRIOR = 4.0  # calls at the overall rate mixed into each knot; Laplace's rule for a share mixes in 2
LEAST = 50  # calls below which no map is fitted

Forecast = tuple[str, float, bool]  # article, confidence, right


def find_forecasts(
    labelled: Sequence[Record], reports: Sequence[Record]
) -> dict[str, list[Forecast]]:
    """The forecasts of each source of confidence: calls on assets that the annotator named, right by the first choice."""
    labels = {str(record["id"]): record["labels"] for record in labelled}
    found: dict[str, list[Forecast]] = defaultdict(list)
    for report in reports:
        if (id := str(report.get("id"))) not in labels:
            raise BadRecord(f"reports hold ids that no label has: {id}")
        analyst = report.get("analyst") or {}
        named = {label["asset"]: label for label in labels[id].get("calls") or []}
        for call in report.get("calls") or []:
            if (label := named.pop(call.get("asset"), None)) and isinstance(
                call.get("confidence"), int | float
            ):
                if (who := forecaster(analyst)) in load_maps():
                    raise BadRecord(
                        f"the confidences of {who} are mapped already",
                        advice="Take its map out of the file and predict anew",
                    )
                right = call.get("direction") == label["direction"]
                found[who].append((id, float(call["confidence"]), right))
    return dict(found)


def fit_calibration(forecasts: Sequence[Forecast]) -> Record:
    """The map as plain data, with Brier score and calibration error before and after, both on articles held out of the fit.

    `knots` is empty where the map is no better: the confidence as it is said is then kept.
    """
    if len(forecasts) < LEAST:
        raise BadRecord(
            f"{len(forecasts)} calls are too few to fit a calibration: {LEAST} at least"
        )
    ids = [id for id, _, _ in forecasts]
    after = []
    for fitted, held in GroupKFold(FOLDS, shuffle=True, random_state=0).split(ids, groups=ids):
        fold = _fit([forecasts[i] for i in fitted])
        after += [(ids[i], interpolate(fold, forecasts[i][1]), forecasts[i][2]) for i in held]
    quality = {
        f"{name}_{when}": value
        for when, made in (("before", forecasts), ("after", after))
        for name, value in _quality(made).items()
    }
    is_better = (
        quality["brier_after"] < quality["brier_before"]
        and quality["ece_after"] < quality["ece_before"]
    )
    knots = [[round(x, 4), round(y, 4)] for x, y in _fit(forecasts)] if is_better else []
    return {"calls": len(forecasts), "articles": len(set(ids)), "knots": knots, **quality}


def _fit(forecasts: Sequence[Forecast]) -> list[tuple[float, float]]:
    """(confidence, frequency): each level of the isotonic fit at the mean of the confidences that it holds for."""
    said, right = np.array([f[1] for f in forecasts]), np.array([float(f[2]) for f in forecasts])
    fitted = IsotonicRegression().fit_transform(said, right)
    pools = [fitted == level for level in np.unique(fitted)]
    return [
        (float(said[p].mean()), float((right[p].sum() + PRIOR * right.mean()) / (p.sum() + PRIOR)))
        for p in pools
    ]


def _quality(forecasts: Sequence[Forecast]) -> dict[str, float]:
    total = Counts([forecast_row("x", said, right) for _, said, right in forecasts]).total
    return {name: round(float(total[f"x.{name}"][0]), 4) for name in ("brier", "ece")}


def write_calibration(path: Path, maps: dict[str, Record]) -> None:
    """Writes the maps, leaving those of other analysts in the file as they are; a map that is no better is taken out."""
    known = {**(json.loads(path.read_text("utf-8")) if path.is_file() else {}), **maps}
    path.write_text(
        json.dumps(
            {name: one for name, one in known.items() if one["knots"]}, indent=1, sort_keys=True
        )
        + "\n",
        "utf-8",
    )
