"""Loaders, headlines, predictions, calibration and the committed baseline."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from eval.cli import main
from eval.predict import predict_reports, scored_parts
from eval.records import DATA, load_jsonl, load_labels, load_own, split_of
from eval.score.agreement import measure_agreement
from eval.score.compare import WATCHED, find_losses
from eval.score.score import FIGURES
from eval.studies.headlines import (
    Headline,
    count_tones,
    cross_validated_tones,
    entity_tones,
    is_mixed,
    load_headlines,
    tone_tables,
)
from eval.train.calibrate import find_forecasts, fit_calibration, write_calibration
from summarizer.errors import BadRecord, UsageError
from summarizer.settings import Settings
from summarizer.verification.calibration import calibrate, interpolate

SHARED = Path(__file__).parents[3] / "shared" / "data" / "headlines"
BASELINE = Path(__file__).parents[2] / "eval" / "baselines" / "embedded.jsonl"
SECOND = DATA / "second_pass.jsonl"
OFFLINE = Settings(offline=True)


def quiet(line: str) -> None:
    pass


def test_published_forms_are_read(tmp_path: Path):
    (tmp_path / "c.csv").write_text(
        'id,date,news,final_manual_labelling,vader\n0,2022-01-25,"Ripple, again",1,0.0\n1,2022-01-24,BTC slips,-1,0.1\n'
    )
    assert load_headlines(tmp_path / "c.csv", "cryptolin") == [
        Headline("0", "Ripple, again", "positive", date="2022-01-25"),
        Headline("1", "BTC slips", "negative", date="2022-01-24"),
    ]
    (tmp_path / "s.csv").write_text(
        "S No.,Title,Decisions,Words\n9,Gold shines; Silver dull,\"{'Gold': 'positive', 'Silver': 'negative'}\",4\n"
    )
    assert load_headlines(tmp_path / "s.csv", "sentfin") == [
        Headline("9", "Gold shines; Silver dull", "positive", "Gold", 0),
        Headline("9", "Gold shines; Silver dull", "negative", "Silver", 13),
    ]
    with pytest.raises(BadRecord):
        load_headlines(tmp_path / "s.csv", "cryptolin")


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data are not here")
@pytest.mark.parametrize(
    ("form", "n"), [("cryptolin", 1346), ("sentfin", 7188), ("finentity", 1074)]
)
def test_shared_sets_are_read(form, n):
    headlines = load_headlines(SHARED / f"{form}.dev.jsonl", form)
    assert len(headlines) == n
    assert sum(
        h.entity is not None and h.text[h.start : h.start + len(h.entity)] == h.entity
        for h in headlines
    ) >= (0.99 * n if headlines[0].entity else 0)


def test_each_record_is_in_one_split():
    own, dev, test = load_labels("own"), load_labels("own", "dev"), load_labels("own", "test")
    assert {split_of(record["id"]) for record in dev} == {"dev"}
    assert {split_of(record["id"]) for record in test} == {"test"}
    assert len(dev) + len(test) == len(own)
    with pytest.raises(UsageError):
        load_labels("nowhere.jsonl")


GOLD = [
    Headline("1", "Gold soars; silver plunges", "positive", "Gold", 0),
    Headline("1", "Gold soars; silver plunges", "negative", "silver", 12),
    Headline("2", "Ether rallies", "positive", "Ether", 0),
    Headline("3", "SEC and Ripple meet", "neutral", "SEC", 0),
    Headline("3", "SEC and Ripple meet", "positive", "Ripple", 8),
]


def test_tones_by_hand():
    assert is_mixed(GOLD, {"positive", "negative"}) == [True, True, False, False, False]
    assert is_mixed(GOLD, set()) == [True, True, False, True, True]
    found = count_tones(GOLD, ["positive", "positive", "positive", "neutral", "positive"]).total
    assert found["tone.first_choice"][0] == 0.8
    assert found["tone.macro_f1"][0] == pytest.approx((6 / 7 + 0 + 1) / 3)
    assert entity_tones(GOLD)[:2] == ["positive", "negative"]


def test_cross_validation_answers_for_every_name():
    many = [
        Headline(str(i), f"{name} {verb}", label, name, 0)
        for i, (name, verb, label) in enumerate(
            [
                (n, v, lab)
                for n in ("Gold", "Oil", "Tin", "Zinc", "Wheat", "Corn")
                for v, lab in (("soars", "positive"), ("plunges", "negative"))
            ]
        )
    ]
    said = cross_validated_tones(many, own=False)
    assert len(said) == len(many)
    assert np.mean([tone == h.label for tone, h in zip(said, many, strict=True)]) > 0.8


def test_headline_tables_have_their_rivals():
    tables = tone_tables(
        [
            Headline("1", "Bitcoin soars to a record", "positive"),
            Headline("2", "Ether plunges on hack", "negative"),
        ],
        OFFLINE,
    )
    assert [row[0] for row in tables[0].rows][:2] == ["overall.tone", "always positive"]


def test_predict_goes_on_where_it_stopped_and_keeps_analysts_apart(tmp_path: Path):
    records, output = load_labels("own")[:4], tmp_path / "reports.jsonl"
    assert predict_reports(records[:2], output, OFFLINE, quiet) == (2, 0)
    first = output.read_text("utf-8")
    output.write_text(first + '{"id": "cut off', "utf-8")
    assert predict_reports(records, output, OFFLINE, quiet) == (2, 0)
    assert output.read_text("utf-8").startswith(first)
    assert [report["id"] for report in load_jsonl(output)] == [record["id"] for record in records]
    with pytest.raises(UsageError, match="reports of embedded"):
        predict_reports(
            records, output, Settings(model="some-model", base_url="http://localhost:1"), quiet
        )
    spoke = {"name": "llm", "model": "some-model", "prompt": "analyze/v2"}
    (tmp_path / "other.jsonl").write_text(
        json.dumps({"id": records[0]["id"], "analyst": spoke}) + "\n"
    )
    with pytest.raises(UsageError, match="some-model by analyze/v2"):
        predict_reports(
            records,
            tmp_path / "other.jsonl",
            Settings(model="some-model", base_url="http://localhost:1"),
            quiet,
        )
    bad = {"id": "bad", "labels": {}, "folder": str(tmp_path)}
    assert predict_reports([bad], output, OFFLINE, quiet) == (0, 1)
    assert json.loads((tmp_path / "reports.jsonl.failures.jsonl").read_text())["id"] == "bad"


def test_a_prompt_that_is_not_there_stops_predict_before_it_starts(tmp_path: Path):
    options = [
        "predict",
        "--labels",
        "own",
        "--offline",
        "--output",
        str(tmp_path / "r.jsonl"),
        "--prompt",
        "99",
    ]
    run = CliRunner().invoke(main, options)
    assert (run.exit_code, (tmp_path / "r.jsonl").exists()) == (2, False)
    assert "no version 99" in run.stderr


def test_calibration_mends_overconfidence_on_articles_it_has_not_seen(tmp_path: Path):
    random = np.random.default_rng(0)
    labelled, reports = [], []
    for i in range(600):
        said = float(random.uniform(0.5, 1))
        is_right = bool(random.random() < said - 0.3)
        labelled.append(
            {"id": str(i), "labels": {"calls": [{"asset": "BTC", "direction": "bullish"}]}}
        )
        call = {
            "asset": "BTC",
            "direction": "bullish" if is_right else "bearish",
            "confidence": said,
        }
        reports.append({"id": str(i), "calls": [call], "analyst": {"name": "llm", "model": "m"}})
    forecasts = find_forecasts(labelled, reports)
    found = fit_calibration(forecasts["m"])
    assert (found["calls"], found["articles"]) == (600, 600)
    assert found["brier_after"] < found["brier_before"] - 0.05
    assert found["ece_after"] < 0.1 < found["ece_before"]
    knots = found["knots"]
    assert knots == sorted(knots)
    assert interpolate(knots, 0.9) == pytest.approx(0.6, abs=0.1)
    write_calibration(tmp_path / "c.json", {"m": found})
    write_calibration(tmp_path / "c.json", {"other": found})
    assert set(json.loads((tmp_path / "c.json").read_text())) == {"m", "other"}
    assert calibrate("an analyst that nobody measured", 0.5) is None
    with pytest.raises(BadRecord, match="too few"):
        fit_calibration(forecasts["m"][:10])


def test_the_baseline_is_of_the_projects_own_articles_and_what_it_watches_exists():
    own, baseline = load_labels("own"), load_jsonl(BASELINE)
    assert {report["id"] for report in baseline} <= {record["id"] for record in own}
    assert set(WATCHED) <= set(FIGURES)


def test_check_fails_on_a_significant_loss_and_not_on_a_shuffle_or_a_slip():
    own, baseline = load_labels("own"), load_jsonl(BASELINE)
    assert find_losses(own, baseline, baseline)[1] == []
    slip = [{**baseline[0], "facts": baseline[0]["facts"][:-1]}, *baseline[1:]]
    assert find_losses(own, baseline, slip)[1] == []
    half = [{**report, "facts": report["facts"][::2]} for report in baseline]
    assert {loss.name for loss in find_losses(own, baseline, half)[1]} >= {
        "facts.recall",
        "facts.f1",
    }
    flipped = [{**report, "overall": {"direction": "bullish"}, "calls": []} for report in baseline]
    assert {loss.name for loss in find_losses(own, baseline, flipped)[1]} >= {
        "calls.acceptable",
        "overall.acceptable",
    }


def test_scored_parts_score_like_the_report_itself(tmp_path: Path):
    own = load_labels("own")[:3]
    predict_reports(own, tmp_path / "r.jsonl", OFFLINE, quiet)
    reports = load_jsonl(tmp_path / "r.jsonl")
    differences, losses = find_losses(own, [scored_parts(report) for report in reports], reports)
    assert losses == []
    assert {difference.a - difference.b for difference in differences} == {0.0}


def test_the_second_pass_is_of_articles_that_their_hashes_chose_and_quotes_them():
    own, second = {labelled.id: labelled for labelled in load_own()}, load_jsonl(SECOND)
    chosen = sorted(own, key=lambda id: hashlib.sha256(f"second pass {id}".encode()).hexdigest())[
        : len(second)
    ]
    assert len(second) >= 40
    assert {record["id"] for record in second} == set(chosen)
    for record in second:
        assert all(
            fact["quote"] in own[record["id"]].article.text for fact in record["labels"]["facts"]
        )


def test_two_passes_agree_as_far_as_the_datasheet_says():
    found = measure_agreement(load_labels("own"), load_jsonl(SECOND))
    sheet = (SECOND.parent / "DATASHEET.md").read_text("utf-8")
    for one, kappa in found.values():
        assert (
            f"| {one.value:.2f} ({one.low:.2f}–{one.high:.2f}) | {one.n} | {'–' if kappa is None else f'{kappa:.2f}'} |"
            in sheet
        )


def test_agreement_of_known_cases():
    own = load_labels("own")
    same = measure_agreement(own, own)
    assert {one.value for one, _ in same.values()} == {1.0}
    assert {kappa for _, kappa in same.values()} == {None, 1.0}
    strangers = [
        {"id": a["id"], "labels": b["labels"]} for a, b in zip(own, own[1:] + own[:1], strict=True)
    ]
    apart = measure_agreement(own, strangers)
    assert apart["facts.f1"][0].value < 0.05
    assert all(abs(apart[part][1] or 0) < 0.25 for part in ("overall", "timeframe", "credibility"))
    with pytest.raises(BadRecord, match="no label has"):
        measure_agreement(own, [{**own[0], "id": "stranger"}])


def test_every_command_has_help():
    shown = CliRunner().invoke(main, ["--help"]).stdout
    for name in (
        "predict",
        "score",
        "compare",
        "agreement",
        "calibrate",
        "outcomes",
        "headlines",
        "train",
    ):
        assert name in shown
        assert CliRunner().invoke(main, [name, "--help"]).exit_code == 0


def test_a_sentence_without_a_name_is_judged_as_a_whole(tmp_path):
    pytest.importorskip("scipy", reason="the [train] extra is not installed")
    from eval.train.samples import own_tones

    rows = [
        "sentence\tname\ttone",
        "Miners pack up\t\tnegative",
        "Ether up, Bitcoin down\tEther\tpositive",
        "Ether up, Bitcoin down\tBitcoin\tnegative",
        "Ether up, Bitcoin down\t\tneutral",
        "Sui soars\tSui\tpositive",
    ]
    (tmp_path / "tone.tsv").write_text("\n".join(rows) + "\n", "utf-8")
    samples = list(own_tones(tmp_path / "tone.tsv"))
    told = [("w:TARGET" in dict(sample.features), sample.right[0]) for sample in samples]
    assert told == [
        (False, "negative"),
        (True, "positive"),
        (True, "negative"),
        (False, "neutral"),
        (True, "positive"),
        (False, "positive"),
    ]
