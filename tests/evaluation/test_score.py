"""Scores by hand: each figure here was worked out on paper from the labelling guide."""

import json
from copy import deepcopy

import pytest

from eval.records import load_jsonl
from eval.score.match import is_same_fact, match_facts
from eval.score.score import score_reports
from summarizer.errors import BadRecord


def stated(kind="price", subject="BTC", value=58000, unit="USD", **more):
    return {"kind": kind, "subject": subject, "value": value, "unit": unit, **more}


LABELS = {
    "facts": [
        stated(),
        stated("price_change", value=-3.2, unit="%"),
        stated("other", value=30, unit="index"),
        stated("price", "ETH", 2000, optional=True),
    ],
    "calls": [
        {
            "asset": "BTC",
            "direction": "bearish",
            "acceptable": ["bearish", "neutral"],
            "required": True,
        },
        {"asset": "ETH", "direction": "bearish", "required": False},
    ],
    "overall": {"direction": "bearish", "acceptable": ["bearish"]},
    "timeframe": {"horizon": "short_term", "acceptable": ["short_term", "medium_term"]},
    "credibility": {"level": "high", "acceptable": ["high"]},
}
PERFECT = {
    "id": "a",
    "facts": LABELS["facts"][:2],
    "calls": [{"asset": "BTC", "direction": "bearish"}],
    "overall": {"direction": "bearish"},
    "timeframe": {"horizon": "short_term"},
    "credibility": {"level": "high"},
}
LABELLED = [{"id": "a", "labels": LABELS}]
RATES = (
    "facts.precision",
    "facts.recall",
    "facts.f1",
    "calls.acceptable",
    "calls.first_choice",
    "calls.macro_f1",
    "overall.acceptable",
    "overall.first_choice",
    "timeframe.acceptable",
    "timeframe.first_choice",
    "credibility.acceptable",
    "credibility.first_choice",
)


def changed(**parts):
    return score_reports(LABELLED, [{**deepcopy(PERFECT), **parts}])


def test_a_perfect_report_scores_one_everywhere():
    figures = score_reports(LABELLED, [PERFECT])
    assert {name: figures[name] for name in RATES} == dict.fromkeys(RATES, 1.0)
    assert (figures["n"], figures["missing"], figures["facts.n"], figures["calls.n"]) == (
        1,
        0,
        2,
        1,
    )


@pytest.mark.parametrize(
    "reports",
    [
        [],
        [{"id": "a"}],
        [
            {
                "id": "a",
                "facts": None,
                "calls": None,
                "overall": None,
                "timeframe": None,
                "credibility": None,
            }
        ],
    ],
)
def test_an_empty_report_scores_zero_everywhere(reports):
    figures = score_reports(LABELLED, reports)
    assert {name: figures[name] for name in RATES} == dict.fromkeys(RATES, 0.0)
    assert figures["missing"] == (0 if reports else 1)


def test_no_labels_and_no_reports_score_zero():
    assert score_reports([], [])["facts.f1"] == 0.0


@pytest.mark.parametrize("id", ["b", None, 7])
def test_ids_that_no_label_has_are_refused(id):
    with pytest.raises(BadRecord, match="no label has"):
        score_reports(LABELLED, [{**PERFECT, "id": id}])


def test_an_id_may_be_a_number_in_both():
    assert score_reports([{"id": 7, "labels": LABELS}], [{**PERFECT, "id": "7"}])["facts.f1"] == 1.0


def test_optional_facts_cost_nothing_and_earn_nothing():
    figures = changed(facts=LABELS["facts"])
    assert (figures["facts.precision"], figures["facts.recall"], figures["facts.n"]) == (
        1.0,
        1.0,
        2,
    )


def test_other_is_neither_required_nor_wrong():
    assert (
        changed(facts=[*LABELS["facts"][:2], stated("other", value=99, unit="count")])["facts.f1"]
        == 1.0
    )


def test_one_of_two_found_and_two_wrong():
    figures = changed(facts=[stated(), stated("tvl", value=9), stated("price", value=1)])
    assert figures["facts.precision"] == pytest.approx(1 / 3)
    assert figures["facts.recall"] == pytest.approx(1 / 2)
    assert figures["facts.f1"] == pytest.approx(0.4)


def test_a_fact_said_twice_counts_once():
    figures = changed(facts=[*LABELS["facts"][:2], stated()])
    assert figures["facts.precision"] == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("fact", "same"),
    [
        (stated(), True),
        (stated(value=58289), True),  # 0.498 % more
        (stated(value=58291), False),  # 0.502 % more
        (stated(value=57711), True),
        (stated(value=-58000), False),
        (stated(value="58000"), False),
        (stated(value=None), False),
        (stated("price_past"), True),
        (stated("price_target"), False),
        (stated(subject="MARKET"), True),
        (stated(subject="ETH"), False),
        (stated(unit="EUR"), False),
        ({}, False),
    ],
)
def test_a_fact_is_right_where_kind_subject_unit_and_value_agree(fact, same):
    label = stated(acceptable_kinds=["price_past"], acceptable_subjects=["MARKET"])
    assert is_same_fact(fact, label) is same


def test_zero_is_matched_by_zero_alone():
    label = stated("price_change", value=0, unit="%")
    assert is_same_fact({**label}, label)
    assert not is_same_fact({**label, "value": 0.001}, label)


def test_each_label_is_used_once_in_order():
    assert match_facts([stated(), stated(), stated("tvl")], [stated(), stated("tvl", value=1)]) == (
        [(0, 0)],
        [1, 2],
        [1],
    )


def test_an_acceptable_call_is_no_first_choice():
    figures = changed(calls=[{"asset": "BTC", "direction": "neutral"}])
    assert (figures["calls.acceptable"], figures["calls.first_choice"]) == (1.0, 0.0)


def test_a_call_that_is_not_required_changes_nothing():
    with_it = changed(calls=[*PERFECT["calls"], {"asset": "ETH", "direction": "bullish"}])
    without = score_reports(LABELLED, [PERFECT])
    own = "calls.precision"  # is over every call on an asset that the annotator named, required or not
    assert {k: v for k, v in with_it.items() if not k.startswith(own)} == {
        k: v for k, v in without.items() if not k.startswith(own)
    }


def test_macro_f1_by_hand():
    labelled = [
        {"id": i, "labels": {"facts": [], "calls": [{"asset": "BTC", "direction": true}]}}
        for i, true in enumerate(("bullish", "bullish", "bearish"))
    ]
    reports = [
        {"id": i, "calls": [{"asset": "BTC", "direction": said}]}
        for i, said in enumerate(("bullish", "bearish", "bearish"))
    ]
    # bullish: precision 1, recall 1/2, F1 2/3; bearish: precision 1/2, recall 1, F1 2/3
    assert score_reports(labelled, reports)["calls.macro_f1"] == pytest.approx(2 / 3)


def test_a_failure_stays_in_the_denominator():
    figures = score_reports([*LABELLED, {"id": "b", "labels": LABELS}], [PERFECT])
    assert (figures["overall.acceptable"], figures["facts.recall"], figures["missing"]) == (
        0.5,
        0.5,
        1,
    )


def test_labels_are_loaded_and_a_bad_line_is_named(tmp_path):
    path = tmp_path / "labels.jsonl"
    path.write_text(
        json.dumps({"id": "a", "title": "x\u2028y"}, ensure_ascii=False) + "\n\n{\n", "utf-8"
    )
    with pytest.raises(BadRecord, match=r"line 3 of labels\.jsonl"):
        load_jsonl(path)
    path.write_text(
        json.dumps({"id": "a", "title": "x\u2028y"}, ensure_ascii=False) + "\n\n", "utf-8"
    )
    assert load_jsonl(path) == [{"id": "a", "title": "x\u2028y"}]
