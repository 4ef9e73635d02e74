"""Predictions as files: they go on where they stopped, and hold one analyst's reports."""

import json
from pathlib import Path

import pytest

from eval.predict import predict_reports
from eval.records import load_jsonl, load_labels
from summarizer.errors import UsageError
from summarizer.settings import Settings
from tests.support.labelled import run_eval, write_jsonl

OFFLINE = Settings(offline=True)
MODEL = Settings(model="some-model", base_url="http://localhost:1")


def predict(records: list[dict], output: Path, settings: Settings = OFFLINE) -> tuple[int, int]:
    return predict_reports(records, output, settings, lambda line: None)


def test_predict_goes_on_where_it_stopped(tmp_path: Path):
    records, output = load_labels("own")[:4], tmp_path / "reports.jsonl"
    assert predict(records[:2], output) == (2, 0)
    first = output.read_text("utf-8")
    output.write_text(first + '{"id": "cut off', "utf-8")
    assert predict(records, output) == (2, 0)
    assert output.read_text("utf-8").startswith(first)
    assert [report["id"] for report in load_jsonl(output)] == [record["id"] for record in records]
    with pytest.raises(UsageError, match="reports of embedded"):
        predict(records, output, MODEL)
    bad = {"id": "bad", "labels": {}, "folder": str(tmp_path)}
    assert predict([bad], output) == (0, 1)
    assert json.loads((tmp_path / "reports.jsonl.failures.jsonl").read_text())["id"] == "bad"


def test_prompts_are_kept_apart(tmp_path: Path):
    maker = {"name": "llm", "model": "some-model", "prompt": "analyze/v1"}
    output = write_jsonl(tmp_path / "other.jsonl", [{"id": "1", "analyst": maker}])
    with pytest.raises(UsageError, match="some-model by analyze/v1"):
        predict(load_labels("own")[:1], output, MODEL)


def test_a_prompt_that_is_not_there_stops_predict_before_it_starts(tmp_path: Path):
    output = tmp_path / "r.jsonl"
    run = run_eval("predict", "--labels", "own", "--offline", "--output", output, "--prompt", 99)
    assert (run.exit_code, output.exists()) == (2, False)
    assert "no version 99" in run.stderr


def test_every_command_has_help():
    shown = run_eval("--help").stdout
    commands = "predict score compare agreement calibrate outcomes headlines injections train"
    for name in commands.split():
        assert name in shown
        assert run_eval(name, "--help").exit_code == 0
