"""Confidence -> how often calls of that confidence are right: maps fitted on labelled articles.

The map is isotonic (more confidence never means less), its knots mixed with a few calls at the
overall rate. It is judged on articles that it was not fitted on, and kept only where it is better
there. Where the labelled articles also trained the analyst, its reports of them are better than its
reports of others will be: fit on reports that were predicted out of sample.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from sklearn.isotonic import IsotonicRegression
from sklearn.model_selection import GroupKFold

from eval.records import Record, Records, pair_reports
from eval.score.metrics import Counts, forecast_row
from eval.score.tables import Table
from eval.score.tally import find_choices
from summarizer.errors import BadRecord
from summarizer.verification.calibration import forecaster, interpolate, load_maps

FOLDS = 5
_PRIOR = (
    4.0  # calls at the overall rate mixed into each knot; Laplace's rule for a share mixes in 2
)
_LEAST = 50  # calls below which no map is fitted


class Forecast(NamedTuple):
    """A call's article, its confidence, and whether it is the annotator's first choice."""

    article: str
    confidence: float
    is_right: bool


def find_forecasts(labelled: Records, reports: Records) -> dict[str, list[Forecast]]:
    """The forecasts of each source of confidence: the first call on each asset that is labelled.

    Raises BadRecord for a source whose confidences are mapped already.
    """
    forecasts: dict[str, list[Forecast]] = defaultdict(list)
    for record, report in pair_reports(labelled, reports):
        source = forecaster(report.get("analyst") or {})
        for choice in find_choices(record["labels"], report):
            if choice.part == "calls" and choice.forecast:
                forecasts[source].append(Forecast(str(record["id"]), *choice.forecast))
    if mapped := forecasts.keys() & load_maps().keys():
        raise BadRecord(
            f"the confidences of {min(mapped)} are mapped already",
            advice="Take its map out of the file and predict anew",
        )
    return dict(forecasts)


def fit_calibration(forecasts: Sequence[Forecast]) -> Record:
    """The map as plain data, with Brier score and calibration error before and after.

    Both are of articles held out of the fit. `knots` is empty where the map is no better: the
    confidence as it is stated is then kept. Raises BadRecord for fewer than 50 calls.
    """
    if len(forecasts) < _LEAST:
        raise BadRecord(
            f"{len(forecasts)} calls are too few to fit a calibration: {_LEAST} at least"
        )
    ids = [forecast.article for forecast in forecasts]
    mapped = []
    for fitted, held in GroupKFold(FOLDS, shuffle=True, random_state=0).split(ids, groups=ids):
        knots = _fit([forecasts[i] for i in fitted])
        for i in held:
            confidence = interpolate(knots, forecasts[i].confidence)
            mapped.append(forecasts[i]._replace(confidence=confidence))
    brier, ece = _quality(forecasts)
    mapped_brier, mapped_ece = _quality(mapped)
    is_better = mapped_brier < brier and mapped_ece < ece
    return {
        "calls": len(forecasts),
        "articles": len(set(ids)),
        "knots": [[round(x, 4), round(y, 4)] for x, y in _fit(forecasts)] if is_better else [],
        "brier_before": brier,
        "ece_before": ece,
        "brier_after": mapped_brier,
        "ece_after": mapped_ece,
    }


def _fit(forecasts: Sequence[Forecast]) -> list[tuple[float, float]]:
    """(confidence, frequency) of each level of the isotonic fit.

    Its confidence is the mean of those that the level holds for.
    """
    stated = np.array([forecast.confidence for forecast in forecasts])
    right = np.array([float(forecast.is_right) for forecast in forecasts])
    fitted = IsotonicRegression().fit_transform(stated, right)
    knots = []
    for level in np.unique(fitted):
        pool = fitted == level
        frequency = (right[pool].sum() + _PRIOR * right.mean()) / (pool.sum() + _PRIOR)
        knots.append((float(stated[pool].mean()), float(frequency)))
    return knots


def _quality(forecasts: Sequence[Forecast]) -> tuple[float, float]:
    """Brier score and calibration error."""
    total = Counts([forecast_row("x", one.confidence, one.is_right) for one in forecasts]).total
    return round(float(total["x.brier"][0]), 4), round(float(total["x.ece"][0]), 4)


def calibration_table(maps: dict[str, Record]) -> Table:
    """How each map does on articles held out of its fit; one without knots is no better."""
    figures = ("calls", "brier_before", "brier_after", "ece_before", "ece_after")
    rows = [
        [name, *(fitted[figure] for figure in figures), len(fitted["knots"])]
        for name, fitted in maps.items()
    ]
    columns = ["held out", "calls", "Brier", "with a map", "ECE", "with a map", "knots kept"]
    return Table("Calibration", columns, rows, form=".4f")


def write_calibration(path: Path, maps: dict[str, Record]) -> None:
    """Writes the maps, leaving those of other analysts in the file as they are.

    A map that is no better is taken out.
    """
    known = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    better = {name: one for name, one in {**known, **maps}.items() if one["knots"]}
    path.write_text(json.dumps(better, indent=1, sort_keys=True) + "\n", "utf-8")
