"""Metrics and intervals against scikit-learn, scipy, or a case worked by hand."""

import numpy as np
import pytest
from scipy import stats
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import brier_score_loss, f1_score

from eval.metrics import (
    Counts,
    brier,
    calibration_error,
    count_forecast,
    estimate,
    interval,
    isotonic,
    macro_f1,
    ratio,
    reliability,
    wilson,
)

CLASSES = ("a", "b", "c")


def test_macro_f1_is_scikit_learns():
    random = np.random.default_rng(1)
    true, said = random.integers(0, 3, 500), random.choice(3, 500, p=[0.6, 0.3, 0.1])
    table = np.zeros((3, 3))
    np.add.at(table, (true, said), 1)
    assert float(macro_f1(table)) == pytest.approx(f1_score(true, said, average="macro"))


def test_no_answer_counts_against_recall_only():
    # By hand: a is right twice of 3, b once of 1; a: P 2/2, R 2/3, F1 0.8; b: 1.0; mean 0.9.
    assert float(macro_f1(np.array([[2.0, 0.0, 1.0], [0.0, 1.0, 0.0]]))) == pytest.approx(0.9)


def test_a_class_that_is_neither_true_nor_said_is_left_out():
    assert float(macro_f1(np.diag([3.0, 2.0, 0.0]))) == 1.0


def test_brier_is_scikit_learns_and_ece_is_the_definition():
    random = np.random.default_rng(2)
    said = random.random(400)
    right = random.random(400) < said**2
    total = Counts([count_forecast("x", float(p), bool(y)) for p, y in zip(said, right, strict=True)]).total
    assert float(brier(total, "x")) == pytest.approx(brier_score_loss(right, said))
    bins = np.minimum((said * 10).astype(int), 9)
    by_hand = sum(abs(right[bins == k].mean() - said[bins == k].mean()) * (bins == k).mean() for k in range(10) if (bins == k).any())
    assert float(calibration_error(total, "x")) == pytest.approx(by_hand)


def test_ece_of_a_case_worked_by_hand():
    # 0.9 said twice, right once: gap 0.4; 0.5 said twice, right both times: gap 0.5. Mean over four: 0.45.
    forecasts = [(0.9, True), (0.9, False), (0.5, True), (0.5, True)]
    total = Counts([count_forecast("x", *forecast) for forecast in forecasts]).total
    assert float(calibration_error(total, "x")) == pytest.approx(0.45)
    assert [(said, right, n) for said, right, n, _, _ in reliability(total, "x")] == [(0.5, 1.0, 2), (0.9, 0.5, 2)]


def test_nothing_forecast_is_the_worst_score_not_the_best():
    total = Counts([{"articles": 1}]).total
    assert (float(brier(total, "x")), float(calibration_error(total, "x"))) == (1.0, 1.0)


def test_wilson_is_scipys():
    found = stats.binomtest(7, 20).proportion_ci(method="wilson")
    assert wilson(7, 20) == pytest.approx((found.low, found.high), abs=1e-6)


def test_isotonic_fits_like_scikit_learn():
    random = np.random.default_rng(3)
    x = random.random(200)
    y = (random.random(200) < x).astype(float)
    knots = isotonic(list(x), list(y))
    model = IsotonicRegression().fit(x, y)
    assert [level for _, level in knots] == sorted(level for _, level in knots)
    assert {round(level, 9) for _, level in knots} == {round(float(level), 9) for level in model.predict(x)}


def test_interval_of_a_ratio_agrees_with_scipys_percentile_bootstrap():
    random = np.random.default_rng(4)
    whole = random.integers(1, 9, 150).astype(float)
    part = random.binomial(whole.astype(int), 0.7).astype(float)
    counts = Counts([{"part": a, "whole": b} for a, b in zip(part, whole, strict=True)])
    found = estimate(lambda s: ratio(s["part"], s["whole"]), lambda s: s["whole"], counts.total, counts.resample(4000))
    oracle = stats.bootstrap((part, whole), lambda a, b, axis: a.sum(axis=axis) / b.sum(axis=axis), paired=True, vectorized=True,
                             method="percentile", n_resamples=4000, rng=np.random.default_rng(5)).confidence_interval  # fmt: skip
    assert found.value == pytest.approx(part.sum() / whole.sum())
    assert (found.low, found.high) == pytest.approx((oracle.low, oracle.high), abs=0.004)


def test_intervals_of_a_share_hold_the_truth_about_as_often_as_they_say():
    random = np.random.default_rng(6)
    held = 0
    for seed in range(200):
        counts = Counts([{"n": 1, "right": float(random.random() < 0.6)} for _ in range(80)])
        low, high = interval(ratio(counts.resample(300, seed)["right"], counts.resample(300, seed)["n"]))
        held += low <= 0.6 <= high
    assert 0.89 <= held / 200 <= 0.99


def test_resamples_repeat_by_seed_and_groups_are_drawn_whole():
    rows = [{"n": 1.0, "x": float(i % 2)} for i in range(40)]
    counts = Counts(rows)
    assert (counts.resample(50, 1)["x"] == counts.resample(50, 1)["x"]).all()
    assert (counts.resample(50, 1)["x"] != counts.resample(50, 2)["x"]).any()
    pairs = Counts(rows, [i // 2 for i in range(40)])  # each group holds one 0 and one 1: nothing is left to chance
    assert set(ratio(pairs.resample(50)["x"], pairs.resample(50)["n"])) == {0.5}


def test_draws_with_nothing_to_judge_do_not_pull_an_interval_to_zero():
    counts = Counts([{"n": 1, "right": 1}] + [{"articles": 1}] * 5)
    found = estimate(lambda s: ratio(s["right"], s["n"]), lambda s: s["n"], counts.total, counts.resample(500))
    assert (found.value, found.low, found.high, found.n) == (1.0, 1.0, 1.0, 1)
