"""Metrics and intervals against scikit-learn, scipy, or a case worked by hand."""

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import brier_score_loss, f1_score

from eval.score.metrics import Counts, choice_row, estimate_all, forecast_row, interval
from eval.score.report import reliability_bins

CLASSES = ("a", "b", "c")


def macro_f1(true, answers) -> float:
    rows = [choice_row("x", t, a, CLASSES) for t, a in zip(true, answers, strict=True)]
    return float(Counts(rows).total["x.macro_f1"][0])


def forecasts(stated, right) -> Counts:
    pairs = zip(stated, right, strict=True)
    return Counts([forecast_row("calls", float(p), bool(y)) for p, y in pairs])


def test_macro_f1_is_scikit_learns():
    random = np.random.default_rng(1)
    true, answers = random.choice(CLASSES, 500), random.choice(CLASSES, 500, p=[0.6, 0.3, 0.1])
    assert macro_f1(true, answers) == pytest.approx(f1_score(true, answers, average="macro"))


@pytest.mark.parametrize("nothing", [None, "no class"])
def test_no_answer_counts_against_recall_only(nothing):
    # By hand: a is right twice of 3, b once of 1; a: P 2/2, R 2/3, F1 0.8; b: 1.0; mean 0.9.
    assert macro_f1("aaab", ["a", "a", nothing, "b"]) == pytest.approx(0.9)


def test_a_class_that_is_neither_true_nor_answered_is_left_out():
    assert macro_f1("aaabb", "aaabb") == 1.0


def test_brier_is_scikit_learns_and_ece_is_the_definition():
    random = np.random.default_rng(2)
    stated = random.random(400)
    right = random.random(400) < stated**2
    total = forecasts(stated, right).total
    assert float(total["calls.brier"][0]) == pytest.approx(brier_score_loss(right, stated))
    bins = np.minimum((stated * 10).astype(int), 9)
    gaps = [abs(right[bins == k].mean() - stated[bins == k].mean()) for k in range(10)]
    by_hand = np.dot(gaps, np.bincount(bins, minlength=10) / 400)
    assert float(total["calls.ece"][0]) == pytest.approx(by_hand)


def test_ece_and_reliability_of_a_case_worked_by_hand():
    # 0.9 stated twice, right once: gap 0.4; 0.5 stated twice, right both times: gap 0.5.
    # Mean over four: 0.45.
    counts = forecasts([0.9, 0.9, 0.5, 0.5], [True, False, True, True])
    assert float(counts.total["calls.ece"][0]) == pytest.approx(0.45)
    bins = reliability_bins(counts)
    assert [(mean, right.value, right.n) for mean, right in bins] == [(0.5, 1.0, 2), (0.9, 0.5, 2)]
    wilson = stats.binomtest(1, 2).proportion_ci(method="wilson")
    assert (bins[1][1].low, bins[1][1].high) == pytest.approx((wilson.low, wilson.high))


def test_nothing_forecast_is_the_worst_score_not_the_best():
    total = Counts([{}], names=["x.brier", "x.bin.0"]).total
    assert (float(total["x.brier"][0]), float(total["x.ece"][0])) == (1.0, 1.0)


def test_interval_of_a_ratio_agrees_with_scipys_percentile_bootstrap():
    random = np.random.default_rng(4)
    whole = random.integers(1, 9, 150).astype(float)
    part = random.binomial(whole.astype(int), 0.7).astype(float)
    found = estimate_all(Counts([{"x": pair} for pair in zip(part, whole, strict=True)]), 4000)["x"]
    oracle = stats.bootstrap(
        (part, whole),
        lambda a, b, axis: a.sum(axis=axis) / b.sum(axis=axis),
        paired=True,
        vectorized=True,
        method="percentile",
        n_resamples=4000,
        rng=np.random.default_rng(5),
    ).confidence_interval
    assert found.value == pytest.approx(part.sum() / whole.sum())
    assert (found.low, found.high) == pytest.approx((oracle.low, oracle.high), abs=0.004)


def test_intervals_of_a_share_hold_the_truth_about_as_often_as_they_say():
    random = np.random.default_rng(6)
    held = 0
    for seed in range(200):
        counts = Counts([{"x": (float(random.random() < 0.6), 1.0)} for _ in range(80)])
        low, high = interval(counts.draw(300, seed)["x"][0])
        held += low <= 0.6 <= high
    assert 0.89 <= held / 200 <= 0.99


def test_resamples_repeat_by_seed_and_groups_are_drawn_whole():
    rows = [{"x": (float(i % 2), 1.0)} for i in range(40)]
    counts = Counts(rows)
    assert (counts.draw(50, 1)["x"][0] == counts.draw(50, 1)["x"][0]).all()
    assert (counts.draw(50, 1)["x"][0] != counts.draw(50, 2)["x"][0]).any()
    # Each group holds one 0 and one 1: nothing is left to chance.
    pairs = Counts(rows, [i // 2 for i in range(40)])
    assert set(pairs.draw(50)["x"][0]) == {0.5}


def test_draws_with_nothing_to_judge_do_not_pull_an_interval_to_zero():
    found = estimate_all(Counts([{"x": (1.0, 1.0)}] + [{}] * 5), 500)["x"]
    assert (found.value, found.low, found.high, found.n) == (1.0, 1.0, 1.0, 1)
