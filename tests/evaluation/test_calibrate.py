"""Calibration: overconfidence is mended on articles that the map has not seen."""

import json
from pathlib import Path

import numpy as np
import pytest

from eval.train.calibrate import find_forecasts, fit_calibration, write_calibration
from summarizer.errors import BadRecord
from summarizer.verification.calibration import find_frequency, interpolate
from tests.support.labelled import call


def test_calibration_mends_overconfidence_on_articles_it_has_not_seen(tmp_path: Path):
    random = np.random.default_rng(0)
    labelled, reports = [], []
    for i in range(600):
        confidence = float(random.uniform(0.5, 1))
        direction = "bullish" if random.random() < confidence - 0.3 else "bearish"
        calls = [call(direction, confidence=confidence)]
        labelled.append({"id": str(i), "labels": {"calls": [call("bullish")]}})
        reports.append({"id": str(i), "calls": calls, "analyst": {"name": "llm", "model": "m"}})
    forecasts = find_forecasts(labelled, reports)
    fitted = fit_calibration(forecasts["m"])
    assert (fitted["calls"], fitted["articles"]) == (600, 600)
    assert fitted["brier_after"] < fitted["brier_before"] - 0.05
    assert fitted["ece_after"] < 0.1 < fitted["ece_before"]
    knots = fitted["knots"]
    assert knots == sorted(knots)
    assert interpolate(knots, 0.9) == pytest.approx(0.6, abs=0.1)
    path = tmp_path / "c.json"
    for name in ("m", "other"):
        write_calibration(path, {name: fitted})
    assert set(json.loads(path.read_text())) == {"m", "other"}
    assert find_frequency("an analyst that nobody measured", 0.5) is None
    with pytest.raises(BadRecord, match="too few"):
        fit_calibration(forecasts["m"][:10])
