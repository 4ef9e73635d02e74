"""Scores with known answers: perfect is 1.0 everywhere, empty is 0, shuffled is chance, by hand what can be done by hand."""

import json
import random
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from eval.cli import main
from eval.records import load_labels
from eval.score.compare import compare_reports
from eval.score.faithfulness import (
    covered_points,
    unsupported_names,
    unsupported_numbers,
    unsupported_quotes,
)
from eval.score.faults import find_faults, list_changes
from eval.score.match import match_facts
from eval.score.score import FIGURES, is_cost, is_lower_better, score_reports
from eval.score.tally import GROUPS
from eval.score.trivial import lead_sentence, majority_reports
from summarizer.errors import BadRecord

FACT = {
    "kind": "price",
    "subject": "BTC",
    "value": 60000,
    "unit": "USD",
    "venue": None,
    "period": None,
    "qualifier": None,
}
TEXT = 'Bitcoin fell to $60,000. "It is a rout," said Ana Roe of Vela.'
LABELS = {
    "facts": [
        {**FACT, "quote": "$60,000"},
        {**FACT, "kind": "support_level", "value": 58000, "venue": "Deribit", "quote": "$58,000"},
    ],
    "calls": [
        {
            "asset": "BTC",
            "direction": "bearish",
            "acceptable": ["bearish", "neutral"],
            "required": True,
            "target": {"value": 58000, "unit": "USD"},
        },
        {"asset": "ETH", "direction": "bullish", "required": False, "target": None},
    ],
    "overall": {"direction": "bearish"},
    "timeframe": {"horizon": "short_term"},
    "credibility": {"level": "low", "signals": ["ai_directed_instructions", "byline"]},
    "narratives": ["deleveraging"],
    "summary_points": ["Bitcoin fell to $60,000"],
}


def record(id: str = "1", **changes) -> dict:
    return {
        "id": id,
        "title": "A rout",
        "text": TEXT,
        "gold": TEXT,
        "labels": {**LABELS, **changes},
    }


def perfect(labelled: dict) -> dict:
    labels = labelled["labels"]
    return {
        "id": labelled["id"],
        "summary": f"{lead_sentence(labelled['gold'])} {' '.join(labels['summary_points'])}",
        "facts": [{key: fact.get(key) for key in FACT} for fact in labels["facts"]],
        "calls": [
            {
                "asset": call["asset"],
                "direction": call["direction"],
                "confidence": 1.0,
                "target": call.get("target"),
            }
            for call in labels["calls"]
        ],
        "overall": {**labels["overall"], "confidence": 1.0},
        "timeframe": labels["timeframe"],
        "credibility": {
            "level": labels["credibility"]["level"],
            "signals": [{"name": name} for name in labels["credibility"]["signals"]],
        },
        "narratives": [{"name": name} for name in labels["narratives"]],
        "analyst": {
            "name": "embedded",
            "model": None,
            "input_tokens": 100,
            "output_tokens": 10,
            "cost_usd": 0.5,
            "seconds": 2.0,
        },
    }


def by_name(figures: dict) -> dict:
    return {name: figures[name] for name in FIGURES}


def test_a_perfect_report_scores_one_everywhere_and_costs_what_it_cost():
    labelled = record(
        calls=[*LABELS["calls"], {"asset": "SOL", "direction": "neutral", "target": None}]
    )
    figures = score_reports([labelled], [{**perfect(labelled), "summary": TEXT}], resamples=50)
    skipped = {
        f"facts.positioning.{what}" for what in ("f1", "precision", "recall")
    }  # the labels hold no such fact
    for name in set(FIGURES) - skipped:
        if not is_cost(name):
            assert figures[name] == (0.0 if is_lower_better(name) else 1.0), name
            assert figures[f"{name}.n"] > 0, name
    assert (figures["usage.cost_usd"], figures["usage.seconds"], figures["summary.words"]) == (
        0.5,
        2.0,
        len(TEXT.split()),
    )


@pytest.mark.parametrize(
    "reports",
    [
        [],
        [{"id": "1"}],
        [
            {
                "id": "1",
                "facts": None,
                "calls": None,
                "overall": None,
                "timeframe": None,
                "credibility": None,
                "summary": None,
                "narratives": None,
                "analyst": None,
            }
        ],
    ],
)
def test_a_missing_an_empty_and_a_null_report_score_zero(reports):
    figures = score_reports([record()], reports, resamples=20)
    assert figures["missing"] == (0 if reports else 1)
    for name in FIGURES:
        if not is_lower_better(name):
            assert figures[name] == 0.0, name
    assert (figures["calls.abstained"], figures["calls.brier"], figures["calls.ece"]) == (
        1.0,
        1.0,
        1.0,
    )


def test_shuffled_directions_score_at_chance():
    dice = random.Random(7)
    names = ("bullish", "bearish", "neutral")
    labelled = [
        record(
            str(i),
            calls=[{"asset": "BTC", "direction": dice.choice(names)}],
            overall={"direction": dice.choice(names)},
        )
        for i in range(3000)
    ]
    reports = [
        {"id": r["id"], "calls": r["labels"]["calls"], "overall": r["labels"]["overall"]}
        for r in labelled
    ]
    ids = [r["id"] for r in reports]
    dice.shuffle(ids)
    figures = score_reports(
        labelled, [{**r, "id": id} for r, id in zip(reports, ids, strict=True)], resamples=100
    )
    for name in ("calls.macro_f1", "calls.acceptable", "overall.macro_f1"):
        assert figures[name] == pytest.approx(1 / 3, abs=0.03)
        assert figures[f"{name}.low"] < figures[name] < figures[f"{name}.high"]


def test_facts_by_hand():
    labels = [
        {**FACT, "quote": "a"},
        {**FACT, "value": 58000, "kind": "support_level", "acceptable_kinds": ["price_target"]},
        {**FACT, "value": 1, "optional": True},
        {**FACT, "value": 7, "unit": "%", "kind": "funding_rate", "venue": "Binance"},
        {**FACT, "value": 9, "kind": "other"},
    ]
    facts = [
        {**FACT, "value": 60299},  # within 0.5 %
        {**FACT, "value": 58000, "kind": "price_target"},  # an acceptable kind
        {**FACT, "value": 1},  # optional: free
        {**FACT, "value": 2},  # wrong
        {
            **FACT,
            "value": 7,
            "unit": "%",
            "kind": "funding_rate",
            "venue": "OKX",
        },  # right, wrong venue
        {**FACT, "value": 3, "kind": "other"},  # stray
        {**FACT, "value": 9, "kind": "other"},  # other is never required
    ]
    figures = score_reports([record(facts=labels)], [{"id": "1", "facts": facts}], resamples=10)
    assert (figures["facts.n"], figures["facts.precision"], figures["facts.recall"]) == (
        3,
        0.75,
        1.0,
    )
    assert figures["facts.f1"] == pytest.approx(6 / 7)
    assert (figures["facts.stray_other"], figures["facts.venue"], figures["facts.period"]) == (
        1.0,
        pytest.approx(2 / 3),
        1.0,
    )
    assert (
        figures["facts.levels.precision"],
        figures["facts.positioning.f1"],
        figures["facts.funding_rate.f1"],
    ) == (pytest.approx(2 / 3), 1.0, 1.0)


def test_kind_groups_do_not_overlap():
    assert not GROUPS["levels"] & GROUPS["positioning"]


def test_a_fact_goes_to_the_label_that_needs_it():
    wide = {**FACT, "kind": "support_level", "acceptable_kinds": ["price"]}
    pairs, extra, left = match_facts([FACT, {**FACT, "kind": "support_level"}], [wide, {**FACT}])
    assert (pairs, extra, left) == ([(0, 1), (1, 0)], [], [])
    optional = {**FACT, "optional": True}
    assert match_facts([FACT], [optional, FACT])[0] == [(0, 1)]


def test_a_second_call_on_an_asset_is_extra_and_the_first_counts():
    calls = [
        {"asset": "BTC", "direction": "bullish"},
        {"asset": "BTC", "direction": "bearish"},
        {"asset": "DOGE", "direction": "bullish"},
    ]
    figures = score_reports([record()], [{"id": "1", "calls": calls}], resamples=10)
    assert (figures["calls.acceptable"], figures["calls.precision"], figures["calls.extra"]) == (
        0.0,
        0.0,
        2.0,
    )


def test_targets_right_and_uncalled_for():
    labelled = [
        record("1"),
        record("2", calls=[{"asset": "BTC", "direction": "bearish", "target": None}]),
    ]
    call = {"asset": "BTC", "direction": "bearish", "target": {"value": 58001, "unit": "USD"}}
    figures = score_reports(
        labelled, [{"id": "1", "calls": [call]}, {"id": "2", "calls": [call]}], resamples=10
    )
    assert (figures["targets.right"], figures["targets.uncalled_for"]) == (1.0, 1.0)


def test_unknown_and_double_ids_are_refused():
    with pytest.raises(BadRecord, match="no label has: 9"):
        score_reports([record()], [{"id": "9"}])
    with pytest.raises(BadRecord, match="two reports"):
        score_reports([record()], [{"id": "1"}, {"id": "1"}])
    with pytest.raises(BadRecord, match="two labelled"):
        score_reports([record(), record()], [])


def test_summary_faults_are_seen():
    assert unsupported_numbers(
        "fell to $60k, 2.5% below the price, after $7bn",
        "At $60,000, support is $58,500. It lost 7,000,000,000.",
    ) == ([], 3)
    assert unsupported_numbers("fell to $8,000 or 6", "$58,000 and $6.5 million") == (
        [8000.0, 6.0],
        2,
    )
    assert unsupported_names(
        "Shares of Vela fell, said Bitcoin trader Ana Doe", TEXT.replace("Bitcoin", "BTC")
    ) == (["Doe"], 4)
    assert unsupported_quotes("He spoke of “a rout” and “a bloody rout”.", 'It is "a rout".') == (
        ["a bloody rout"],
        2,
    )
    assert covered_points(
        ["BTC lost $60,000", "regulators sued the exchange"],
        "Bitcoin, or BTC, slid under 60,000 dollars",
    ) == [True, False]


def test_majority_is_the_base_rate():
    labelled = [
        record(str(i), overall={"direction": "bearish" if i < 7 else "bullish"}, calls=[])
        for i in range(10)
    ]
    figures = score_reports(labelled, majority_reports(labelled), resamples=10)
    assert (figures["overall.first_choice"], figures["overall.brier"]) == (0.7, pytest.approx(0.21))


def test_compare_sees_what_was_lost_and_gained():
    labelled = [record(str(i)) for i in range(40)]
    good = [perfect(r) for r in labelled]
    worse = [{**r, "facts": r["facts"][:1]} if int(r["id"]) < 30 else r for r in good]
    found = {
        difference.name: difference
        for difference in compare_reports(labelled, good, worse, resamples=200)
    }
    assert (found["facts.recall"].verdict, found["facts.recall"].b) == (
        "loss",
        pytest.approx(1 - 30 / 80),
    )
    assert found["facts.recall"].low < -30 / 80 < found["facts.recall"].high < 0
    assert (found["overall.acceptable"].verdict, found["overall.acceptable"].high) == ("same", 0.0)
    changes = list_changes(labelled, worse, good)
    assert len(changes) == 30
    assert changes[0] == ("0", "gain", "missed support_level BTC 58,000 USD")


def test_check_fails_where_reports_are_made_worse_and_passes_where_they_are_not(tmp_path: Path):
    labelled = [record(str(i)) for i in range(40)]
    good = [perfect(r) for r in labelled]
    worse = [{**r, "facts": r["facts"][:1]} for r in good]
    files = {name: tmp_path / f"{name}.jsonl" for name in ("labels", "good", "worse")}
    for name, rows in zip(files, (labelled, good, worse), strict=True):
        files[name].write_text("".join(json.dumps(row) + "\n" for row in rows))
    for other, status in (("good", 0), ("worse", 1)):
        run = CliRunner().invoke(
            main,
            [
                "compare",
                "--check",
                "--labels",
                *(str(files[name]) for name in ("labels", "good", other)),
            ],
        )
        assert (run.exit_code, "significant loss: facts.f1, facts.recall" in run.stderr) == (
            status,
            status == 1,
        )


def test_paired_intervals_are_narrower_than_the_difference_of_two():
    dice = random.Random(1)
    labelled = [record(str(i)) for i in range(100)]
    a = [
        {"id": str(i), "overall": {"direction": "bearish" if dice.random() < 0.5 else "bullish"}}
        for i in range(100)
    ]
    b = [{**r, "overall": {"direction": "bearish"}} if int(r["id"]) < 8 else r for r in a]
    found = next(d for d in compare_reports(labelled, a, b) if d.name == "overall.acceptable")
    single = score_reports(labelled, a)
    assert found.high - found.low < 0.7 * (
        single["overall.acceptable.high"] - single["overall.acceptable.low"]
    )


def test_faults_name_what_was_said():
    faults = list(
        find_faults(
            LABELS,
            {
                "calls": [{"asset": "ETH", "direction": "bearish", "confidence": 0.6}],
                "overall": {"direction": "bearish"},
            },
        )
    )
    assert {(fault.what, fault.detail) for fault in faults} >= {
        ("call on ETH is not bullish", "said bearish at 0.6"),
        ("call on BTC is not bearish", "no call"),
    }


def test_ten_thousand_predictions_with_a_thousand_resamples_take_less_than_ten_seconds():
    own = load_labels("own")
    labelled = [{**own[i % len(own)], "id": str(i)} for i in range(10_000)]
    reports = [perfect(r) for r in labelled]
    started = time.process_time()
    figures = score_reports(labelled, reports, resamples=1000)
    assert time.process_time() - started < 10
    assert (figures["facts.f1"], figures["calls.acceptable"], figures["summary.coverage"]) == (
        1.0,
        1.0,
        1.0,
    )


def test_command_prints_plain_numbers_and_refuses_strangers(tmp_path: Path):
    labels, reports = tmp_path / "labels.jsonl", tmp_path / "reports.jsonl"
    labels.write_text(json.dumps(record()) + "\n")
    reports.write_text(json.dumps(perfect(record())) + "\n")
    run = CliRunner().invoke(
        main, ["score", "--labels", str(labels), "--reports", str(reports), "--json"]
    )
    figures = json.loads(run.stdout)
    assert all(isinstance(value, int | float) for value in figures.values())
    assert (figures["facts.f1"], figures["calls.macro_f1"], figures["timeframe.first_choice"]) == (
        1.0,
        1.0,
        1.0,
    )
    assert (
        "facts.f1"
        in CliRunner()
        .invoke(main, ["score", "--labels", str(labels), "--reports", str(reports)])
        .stdout
    )
    assert (
        "Differences"
        in CliRunner()
        .invoke(main, ["compare", "--labels", str(labels), str(reports), str(reports)])
        .stdout
    )
    ids = [str(i) for i in range(30)]
    labels.write_text("".join(json.dumps(record(id)) + "\n" for id in ids))
    reports.write_text("".join(json.dumps(perfect(record(id))) + "\n" for id in ids))
    options = ["score", "--labels", str(labels), "--reports", str(reports), "--json", "--split"]
    halves = [
        json.loads(CliRunner().invoke(main, [*options, split]).stdout) for split in ("dev", "test")
    ]
    assert halves[0]["n"] + halves[1]["n"] == 30
    assert all((half["facts.f1"], half["missing"]) == (1.0, 0) for half in halves)
    reports.write_text('{"id": "stranger"}\n')
    run = CliRunner().invoke(
        main, ["score", "--labels", str(labels), "--reports", str(reports), "--json"]
    )
    assert (run.exit_code, run.stdout) == (1, "")
    assert "stranger" in run.stderr
