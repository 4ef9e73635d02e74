"""The LLM analyst from the command line.

Results are on stdout, one line is on stderr, the exit code says how it went, the key is nowhere.
"""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from eval.cli import main as evaluate
from summarizer.cli.main import main
from tests.support.model_answers import PLAIN
from tests.support.scripted_server import KEY, Reply, fails, says, scripted

EXAMPLE = Path(__file__).parents[3] / "eval" / "data" / "example.txt"


def run(reply: Reply, monkeypatch, *options: str, key: str = KEY):
    with scripted(lambda asked, before: reply) as server:
        monkeypatch.setenv("OPENAI_API_KEY", key)
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        command = ["analyze", str(EXAMPLE), "--json", "--model", "gpt-5.4-nano", *options]
        done = CliRunner().invoke(main, command)
    assert KEY not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done


def test_a_report_and_what_it_cost(monkeypatch):
    done = run(says(PLAIN), monkeypatch)
    report = json.loads(done.stdout)
    assert (done.exit_code, report["analyst"]["name"]) == (0, "llm")
    assert report["summary"] == "Bitcoin fell as traders cut leverage."
    assert "gpt-5.4-nano" in done.stderr or "scripted" in done.stderr
    assert "$" in done.stderr


@pytest.mark.parametrize(
    ("reply", "status", "code"),
    [
        (fails(401, f"wrong key {KEY}"), 3, "llm_auth"),
        (fails(404), 3, "llm_model"),
        (says(None, refusal=f"no {KEY}"), 1, "llm_refused"),
    ],
)
def test_a_fault_is_one_line_and_an_exit_code(reply, status, code, monkeypatch):
    done = run(reply, monkeypatch)
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (status, "", 1)
    assert code in done.stderr


def test_the_other_analyst_steps_in_only_when_asked_to(monkeypatch):
    report = json.loads(run(fails(401), monkeypatch, "--fallback").stdout)
    assert report["analyst"]["name"] == "embedded"


def test_a_key_over_two_lines_is_refused_unseen(monkeypatch):
    done = run(says(PLAIN), monkeypatch, key=KEY[:9] + "\n" + KEY[9:])
    assert (done.exit_code, done.stdout) == (2, "")
    assert KEY[:9] not in done.stderr
    assert KEY[9:] not in done.stderr


def test_an_evaluation_asks_for_as_many_samples_as_it_is_told(monkeypatch, tmp_path):
    record = {"id": "a", "text": EXAMPLE.read_text("utf-8"), "labels": {}}
    (tmp_path / "l.jsonl").write_text(json.dumps(record) + "\n")
    with scripted(lambda asked, before: says(PLAIN)) as server:
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        files = ["--labels", str(tmp_path / "l.jsonl"), "--output", str(tmp_path / "r.jsonl")]
        command = ["predict", *files, "--model", "gpt-5.4-nano", "--samples", "4"]
        done = CliRunner().invoke(evaluate, command)
        asked = len(server.asked)
    assert (done.exit_code, asked) == (0, 4)
    assert json.loads((tmp_path / "r.jsonl").read_text())["analyst"]["confidence_from"] == "samples"
