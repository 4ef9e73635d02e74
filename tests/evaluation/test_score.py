"""Scores with known answers: each figure here was worked out on paper from eval/LABELLING.md."""

import json
import random
from pathlib import Path

import pytest

from eval.records import load_labels
from eval.score.match import is_same_fact, match_facts
from eval.score.score import FIGURES, is_cost, is_lower_better, score_reports
from eval.score.tally import KIND_GROUPS
from eval.score.trivial import majority_reports
from summarizer.errors import BadRecord
from tests.support.clock import within
from tests.support.labelled import (
    LABELS,
    TEXT,
    call,
    fact,
    perfect,
    pick,
    record,
    run_eval,
    write_jsonl,
)

DIRECTIONS = ("bullish", "bearish", "neutral")
REQUIRED = LABELS["facts"][:2]


def score(*reports: dict, **changes) -> dict:
    """The figures of reports of one article; `changes` replace parts of its labels."""
    return score_reports([record(**changes)], reports, resamples=10)


def changed(**parts) -> dict:
    """The figures of a report that is perfect but for these parts."""
    return score(perfect(record(), **parts))


def test_a_perfect_report_scores_one_everywhere_and_costs_what_it_cost():
    labelled = record(calls=[*LABELS["calls"], call("neutral", "SOL", target=None)])
    figures = score_reports([labelled], [perfect(labelled, summary=TEXT)], resamples=50)
    # The labels hold no fact of this group.
    skipped = {f"facts.positioning.{figure}" for figure in ("f1", "precision", "recall")}
    for name in set(FIGURES) - skipped:
        if not is_cost(name):
            assert figures[name] == (0.0 if is_lower_better(name) else 1.0), name
            assert figures[f"{name}.n"] > 0, name
    costs = pick(figures, "usage.cost_usd usage.seconds summary.words")
    assert costs == [0.5, 2.0, len(TEXT.split())]
    assert pick(figures, "n missing facts.n calls.n") == [1, 0, 2, 2]


NULL = dict.fromkeys("facts calls overall timeframe credibility summary narratives analyst".split())


@pytest.mark.parametrize("reports", [[], [{"id": "1"}], [{"id": "1", **NULL}]])
def test_a_missing_an_empty_and_a_null_report_score_zero(reports):
    figures = score(*reports)
    assert figures["missing"] == (0 if reports else 1)
    for name in FIGURES:
        if not is_lower_better(name):
            assert figures[name] == 0.0, name
    assert pick(figures, "calls.abstained calls.brier calls.ece") == [1.0, 1.0, 1.0]


def test_no_labels_and_no_reports_score_zero():
    assert score_reports([], [])["facts.f1"] == 0.0


def test_a_failure_stays_in_the_denominator():
    figures = score_reports([record(), record("2")], [perfect(record())])
    assert pick(figures, "overall.acceptable facts.recall missing") == [0.5, 0.5, 1]


@pytest.mark.parametrize("id", ["b", None, 7])
def test_ids_that_no_label_has_are_refused(id):
    with pytest.raises(BadRecord, match=f"no label has: {id}"):
        score({"id": id})


def test_double_ids_are_refused():
    with pytest.raises(BadRecord, match="two reports"):
        score({"id": "1"}, {"id": "1"})
    with pytest.raises(BadRecord, match="two labelled"):
        score_reports([record(), record()], [])


def test_an_id_may_be_a_number_in_both():
    assert score_reports([record(7)], [perfect(record("7"))])["facts.f1"] == 1.0


def test_shuffled_directions_score_at_chance():
    dice = random.Random(7)
    labelled = [
        record(
            str(i),
            calls=[call(dice.choice(DIRECTIONS))],
            overall={"direction": dice.choice(DIRECTIONS)},
        )
        for i in range(3000)
    ]
    ids = [str(i) for i in range(3000)]
    dice.shuffle(ids)
    reports = [
        {"id": id, "calls": one["labels"]["calls"], "overall": one["labels"]["overall"]}
        for one, id in zip(labelled, ids, strict=True)
    ]
    figures = score_reports(labelled, reports, resamples=100)
    for name in ("calls.macro_f1", "calls.acceptable", "overall.macro_f1"):
        assert figures[name] == pytest.approx(1 / 3, abs=0.03)
        assert figures[f"{name}.low"] < figures[name] < figures[f"{name}.high"]


# ---- facts


def test_facts_by_hand():
    labels = [
        fact(value=60000),
        fact("support_level", acceptable_kinds=["price_target"]),
        fact(value=1, optional=True),
        fact("funding_rate", value=7, unit="%", venue="Binance"),
        fact("other", value=9),
    ]
    facts = [
        fact(value=60299),  # within 0.5 %
        fact("price_target"),  # an acceptable kind
        fact(value=1),  # optional: free
        fact(value=2),  # wrong
        fact("funding_rate", value=7, unit="%", venue="OKX"),  # right, wrong venue
        fact("other", value=3),  # stray
        fact("other", value=9),  # other is never required
    ]
    figures = score({"id": "1", "facts": facts}, facts=labels)
    assert pick(figures, "facts.n facts.precision facts.recall") == [3, 0.75, 1.0]
    assert figures["facts.f1"] == pytest.approx(6 / 7)
    assert pick(figures, "facts.stray_other facts.period") == [1.0, 1.0]
    assert figures["facts.venue"] == pytest.approx(2 / 3)
    assert figures["facts.levels.precision"] == pytest.approx(2 / 3)
    assert pick(figures, "facts.positioning.f1 facts.funding_rate.f1") == [1.0, 1.0]


def test_kind_groups_do_not_overlap():
    assert not KIND_GROUPS["levels"] & KIND_GROUPS["positioning"]


def test_optional_facts_cost_nothing_and_earn_nothing():
    figures = changed(facts=LABELS["facts"])
    assert pick(figures, "facts.precision facts.recall facts.n") == [1.0, 1.0, 2]


def test_other_is_neither_required_nor_wrong():
    assert changed(facts=[*REQUIRED, fact("other", value=99, unit="count")])["facts.f1"] == 1.0


def test_one_of_two_found_and_two_wrong():
    figures = changed(facts=[fact(value=60000), fact("tvl", value=9), fact(value=1)])
    rates = pick(figures, "facts.precision facts.recall facts.f1")
    assert rates == pytest.approx([1 / 3, 1 / 2, 0.4])


def test_a_fact_reported_twice_counts_once():
    figures = changed(facts=[*REQUIRED, fact(value=60000)])
    assert figures["facts.precision"] == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("reported", "same"),
    [
        (fact(), True),
        (fact(value=58289), True),  # 0.498 % more
        (fact(value=58291), False),  # 0.502 % more
        (fact(value=57711), True),
        (fact(value=-58000), False),
        (fact(value="58000"), False),
        (fact(value=None), False),
        (fact("price_past"), True),
        (fact("price_target"), False),
        (fact(subject="MARKET"), True),
        (fact(subject="ETH"), False),
        (fact(unit="EUR"), False),
        ({}, False),
    ],
)
def test_a_fact_is_right_where_kind_subject_unit_and_value_agree(reported, same):
    label = fact(acceptable_kinds=["price_past"], acceptable_subjects=["MARKET"])
    assert is_same_fact(reported, label) is same


def test_zero_is_matched_by_zero_alone():
    label = fact("price_change", value=0, unit="%")
    assert is_same_fact({**label}, label)
    assert not is_same_fact({**label, "value": 0.001}, label)


def test_each_label_is_used_once_in_order():
    first, second, other = fact(as_of="first"), fact(as_of="second"), fact("tvl")
    label, missed = fact(), fact("tvl", value=1)
    match = match_facts([first, second, other], [label, missed])
    assert match == ([(first, label)], [second, other], [missed])


def test_a_fact_goes_to_the_label_that_needs_it():
    wide = fact("support_level", acceptable_kinds=["price"])
    price, support, label = fact(as_of="now"), fact("support_level"), fact()
    match = match_facts([price, support], [wide, label])
    assert match == ([(price, label), (support, wide)], [], [])
    assert match_facts([price], [fact(optional=True), label]).pairs == [(price, label)]


# ---- calls and choices


def test_an_acceptable_call_is_no_first_choice():
    figures = changed(calls=[call("neutral")])
    assert pick(figures, "calls.acceptable calls.first_choice") == [1.0, 0.0]


def test_a_call_that_is_not_required_changes_nothing():
    with_it = changed(calls=[call(), call("bearish", "ETH")])
    without = changed(calls=[call()])
    # It is over every call on an asset that the annotator named, required or not.
    apart = {name for name in with_it if name.startswith("calls.precision")}
    assert {n: with_it[n] for n in with_it.keys() - apart} == {
        n: without[n] for n in without.keys() - apart
    }


def test_a_second_call_on_an_asset_is_extra_and_the_first_counts():
    figures = changed(calls=[call("bullish"), call("bearish"), call("bullish", "DOGE")])
    assert pick(figures, "calls.acceptable calls.precision calls.extra") == [0.0, 0.0, 2.0]


def test_targets_right_and_uncalled_for():
    labelled = [record("1"), record("2", calls=[call(target=None)])]
    calls = [call(target={"value": 58001, "unit": "USD"})]
    reports = [{"id": id, "calls": calls} for id in ("1", "2")]
    figures = score_reports(labelled, reports, resamples=10)
    assert pick(figures, "targets.right targets.uncalled_for") == [1.0, 1.0]


def test_macro_f1_by_hand():
    true, reported = ("bullish", "bullish", "bearish"), ("bullish", "bearish", "bearish")
    labelled = [{"id": i, "labels": {"calls": [call(one)]}} for i, one in enumerate(true)]
    reports = [{"id": i, "calls": [call(one)]} for i, one in enumerate(reported)]
    # bullish: precision 1, recall 1/2, F1 2/3; bearish: precision 1/2, recall 1, F1 2/3
    assert score_reports(labelled, reports)["calls.macro_f1"] == pytest.approx(2 / 3)


def test_majority_is_the_base_rate():
    labelled = [
        record(str(i), overall={"direction": "bearish" if i < 7 else "bullish"}, calls=[])
        for i in range(10)
    ]
    figures = score_reports(labelled, majority_reports(labelled), resamples=10)
    assert pick(figures, "overall.first_choice overall.brier") == pytest.approx([0.7, 0.21])


# ---- many, and the command


@pytest.mark.timed
def test_ten_thousand_predictions_with_a_thousand_resamples_take_less_than_ten_seconds():
    own = load_labels("own")
    labelled = [{**own[i % len(own)], "id": str(i)} for i in range(10_000)]
    reports = [perfect(one) for one in labelled]
    with within(5):
        figures = score_reports(labelled, reports, resamples=1000)
    assert pick(figures, "facts.f1 calls.acceptable summary.coverage") == [1.0, 1.0, 1.0]


def test_command_prints_plain_numbers_and_refuses_strangers(tmp_path: Path):
    ids = [str(i) for i in range(30)]
    labels = write_jsonl(tmp_path / "labels.jsonl", [record(id) for id in ids])
    reports = write_jsonl(tmp_path / "reports.jsonl", [perfect(record(id)) for id in ids])
    command = ("score", "--labels", labels, "--reports", reports)
    figures = json.loads(run_eval(*command, "--json").stdout)
    assert all(isinstance(value, int | float) for value in figures.values())
    assert pick(figures, "facts.f1 calls.macro_f1 timeframe.first_choice") == [1.0, 1.0, 1.0]
    assert "facts.f1" in run_eval(*command).stdout
    assert "Differences" in run_eval("compare", "--labels", labels, reports, reports).stdout
    dev, test = (
        json.loads(run_eval(*command, "--json", "--split", split).stdout)
        for split in ("dev", "test")
    )
    assert dev["n"] + test["n"] == 30
    assert pick(dev, "facts.f1 missing") == pick(test, "facts.f1 missing") == [1.0, 0]
    write_jsonl(reports, [{"id": "stranger"}])
    run = run_eval(*command, "--json")
    assert (run.exit_code, run.stdout) == (1, "")
    assert "stranger" in run.stderr


def test_facts_that_are_marked_unsure_are_scored_apart():
    right, other = ({key: one.get(key) for key in fact()} for one in REQUIRED)
    wrong = {**right, "value": 1.0}
    figures = score(
        perfect(
            record(),
            facts=[
                {**right, "confidence": 0.95},
                {**other, "confidence": 0.65, "unsure": True},
                {**wrong, "confidence": 0.65, "unsure": True},
            ],
        )
    )
    assert pick(figures, "facts.precision facts.recall") == [pytest.approx(2 / 3), 1.0]
    assert pick(figures, "sure_facts.precision sure_facts.recall") == [1.0, 0.5]
    assert figures["facts.ece"] == pytest.approx((0.05 + 2 * 0.15) / 3)
    assert figures["facts.ece.n"] == 3
