"""Paired comparison: what was gained and lost, fault by fault, and the committed baseline."""

import random
from pathlib import Path

import pytest

from eval.predict import predict_reports, scored_parts
from eval.records import load_jsonl, load_labels
from eval.score.compare import WATCHED, compare_reports, compare_watched
from eval.score.faults import find_faults, list_changes
from eval.score.score import FIGURES, score_reports
from summarizer.settings import Settings
from tests.support.labelled import LABELS, call, perfect, record, run_eval, write_jsonl

BASELINE = Path(__file__).parents[2] / "eval" / "baselines" / "embedded.jsonl"
LABELLED = [record(str(i)) for i in range(40)]
GOOD = [perfect(one) for one in LABELLED]


def without_facts(reports: list[dict]) -> list[dict]:
    """The reports with their first fact alone."""
    return [{**report, "facts": report["facts"][:1]} for report in reports]


def test_compare_sees_what_was_lost_and_gained():
    worse = [*without_facts(GOOD[:30]), *GOOD[30:]]
    found = {one.name: one for one in compare_reports(LABELLED, GOOD, worse)}
    recall, overall = found["facts.recall"], found["overall.acceptable"]
    assert (recall.verdict, recall.b) == ("loss", pytest.approx(1 - 30 / 80))
    assert recall.low < -30 / 80 < recall.high < 0
    assert (overall.verdict, overall.high) == ("same", 0.0)
    changes = list_changes(LABELLED, worse, GOOD)
    assert len(changes) == 30
    assert changes[0] == ("0", "gain", "missed support_level BTC 58,000 USD")


@pytest.mark.parametrize("is_worse", [False, True])
def test_check_fails_where_reports_are_made_worse_and_not_where_they_are_not(
    tmp_path: Path, is_worse: bool
):
    labels = write_jsonl(tmp_path / "labels.jsonl", LABELLED)
    good = write_jsonl(tmp_path / "good.jsonl", GOOD)
    other = write_jsonl(tmp_path / "other.jsonl", without_facts(GOOD) if is_worse else GOOD)
    run = run_eval("compare", "--check", "--labels", labels, good, other)
    assert run.exit_code == is_worse
    assert ("significant loss: facts.f1, facts.recall" in run.stderr) == is_worse


def test_paired_intervals_are_narrower_than_the_difference_of_two():
    dice = random.Random(1)
    labelled = [record(str(i)) for i in range(100)]
    directions = ["bearish" if dice.random() < 0.5 else "bullish" for _ in labelled]
    a = [{"id": str(i), "overall": {"direction": one}} for i, one in enumerate(directions)]
    b = [{**one, "overall": {"direction": "bearish"}} for one in a[:8]] + a[8:]
    found = next(d for d in compare_reports(labelled, a, b) if d.name == "overall.acceptable")
    single = score_reports(labelled, a)
    width = single["overall.acceptable.high"] - single["overall.acceptable.low"]
    assert found.high - found.low < 0.7 * width


def test_faults_name_what_was_reported():
    report = {
        "calls": [call("bearish", "ETH", confidence=0.6)],
        "overall": {"direction": "bearish"},
    }
    assert {(fault.what, fault.detail) for fault in find_faults(LABELS, report)} >= {
        ("call on ETH is not bullish", "said bearish at 0.6"),
        ("call on BTC is not bearish", "said nothing"),
    }


def test_the_baseline_is_of_the_projects_own_articles_and_what_it_watches_exists():
    own, baseline = load_labels("own"), load_jsonl(BASELINE)
    assert {report["id"] for report in baseline} <= {record["id"] for record in own}
    assert set(WATCHED) <= set(FIGURES)


def test_check_fails_on_a_significant_loss_and_not_on_a_shuffle_or_a_slip():
    own, baseline = load_labels("own"), load_jsonl(BASELINE)

    def losses(reports: list[dict]) -> set[str]:
        differences = compare_watched(own, baseline, reports)
        return {one.name for one in differences if one.verdict == "loss"}

    assert not losses(baseline)
    slip = {**baseline[0], "facts": baseline[0]["facts"][:-1]}
    assert not losses([slip, *baseline[1:]])
    half = [{**report, "facts": report["facts"][::2]} for report in baseline]
    assert losses(half) >= {"facts.recall", "facts.f1"}
    flipped = [{**report, "overall": {"direction": "bullish"}, "calls": []} for report in baseline]
    assert losses(flipped) >= {"calls.acceptable", "overall.acceptable"}


def test_scored_parts_score_like_the_report_itself(tmp_path: Path):
    own, output = load_labels("own")[:3], tmp_path / "r.jsonl"
    predict_reports(own, output, Settings(offline=True), lambda line: None)
    reports = load_jsonl(output)
    differences = compare_watched(own, [scored_parts(report) for report in reports], reports)
    assert {difference.a - difference.b for difference in differences} == {0.0}
