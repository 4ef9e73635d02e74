"""The LLM analyst from the command line.

Results are on stdout, one line is on stderr, the exit code says how it went, the key is nowhere.
"""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from eval.cli import main as evaluate
from summarizer.analyst.llm.prompt import load_prompt, prompts_root
from summarizer.cli.main import main
from summarizer.settings import Settings
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


# ---- what would be asked, and with which prompt


def run_dry(command: list[str], monkeypatch, tmp_path, price: str = "m\t1\t0\t2\n"):
    (tmp_path / "prices.tsv").write_text(price)
    monkeypatch.setenv("SUMMARIZER_PRICES", str(tmp_path / "prices.tsv"))
    monkeypatch.setenv("SUMMARIZER_CACHE", str(tmp_path / "cache"))
    with scripted(lambda asked, before: says(PLAIN)) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        done = CliRunner().invoke(main, [*command, "--model", "m", "--dry-run"])
        assert (done.exit_code, server.asked) == (0, [])
    return done.stdout


def test_a_dry_run_of_an_article_tells_tokens_and_price_and_asks_nothing(monkeypatch, tmp_path):
    out = run_dry(["analyze", str(EXAMPLE)], monkeypatch, tmp_path)
    match = re.match(
        r"m: 1 question, about ([\d,]+) tokens in and 650 to 2,000 out, \$([\d.]+)", out
    )
    tokens = int(match[1].replace(",", ""))
    assert 3000 < tokens < 7000  # the prompt, the schema and the article
    assert float(match[2]) == pytest.approx((tokens + 650 * 2) / 1e6, abs=1e-4)
    more = run_dry(["analyze", str(EXAMPLE), "--samples", "3"], monkeypatch, tmp_path)
    assert more.startswith("m: 3 questions, about 1")  # the marker of each question is another
    monkeypatch.delenv("SUMMARIZER_PRICES")
    unknown = CliRunner().invoke(main, ["analyze", str(EXAMPLE), "--model", "x", "--dry-run"])
    assert "of unknown cost" in unknown.stdout
    offline = CliRunner().invoke(main, ["analyze", str(EXAMPLE), "--offline", "--dry-run"])
    assert "no model would be asked: the embedded analyst speaks" in offline.stdout


def test_a_dry_run_of_a_batch_counts_what_is_not_done_and_stores_nothing(monkeypatch, tmp_path):
    texts = [f"Bitcoin slid to $58,00{n} on Monday. This is story {n}." for n in range(4)]
    records = "".join(json.dumps({"id": f"r{n}", "text": t}) + "\n" for n, t in enumerate(texts))
    source, half = tmp_path / "in.jsonl", tmp_path / "half.jsonl"
    source.write_text(records + "no record\n")
    half.write_text("".join(records.splitlines(keepends=True)[:2]))
    out = ["-o", str(tmp_path / "b.db")]
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    said = run_dry(["batch", str(source), *out], monkeypatch, tmp_path)
    assert said.startswith("m: 4 questions, ")
    assert not (tmp_path / "b.db").exists()
    with scripted(lambda asked, before: says(PLAIN)) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        assert CliRunner().invoke(main, ["batch", str(half), *out, "--model", "m"]).exit_code == 0
        before = (tmp_path / "b.db").read_bytes()
    said = run_dry(["batch", str(source), *out], monkeypatch, tmp_path)
    assert said.startswith("m: 2 questions, ")
    assert (tmp_path / "b.db").read_bytes() == before


def test_an_answer_that_is_kept_would_not_be_asked_for_and_says_so(monkeypatch, tmp_path):
    monkeypatch.setenv("SUMMARIZER_CACHE", str(tmp_path / "cache"))
    with scripted(lambda asked, before: says(PLAIN)) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        command = ["analyze", str(EXAMPLE), "--json", "--model", "m"]
        first, second, dry = (
            CliRunner().invoke(main, command + more) for more in ([], [], ["--dry-run"])
        )
    assert ("--redo" in first.stderr, "--redo asks anew" in second.stderr) == (False, True)
    assert dry.stdout == "no model would be asked: every answer is kept\n"


def test_a_prompt_of_ones_own_is_used_by_both_commands(monkeypatch, tmp_path):
    prompt = prompts_root() / "analyze" / f"v{Settings().prompt}.md"
    own, bad = tmp_path / "own.md", tmp_path / "bad.md"
    text = prompt.read_text("utf-8")
    own.write_text(text.replace("You read one", "You carefully read one", 1))
    (tmp_path / "in.jsonl").write_text('{"id": "a", "text": "Bitcoin fell 4% to $61,300."}\n')
    batch = ["batch", str(tmp_path / "in.jsonl"), "-o", str(tmp_path / "o.jsonl")]
    with scripted(lambda asked, before: says(PLAIN)) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        for command in (["analyze", str(EXAMPLE), "--json"], batch):
            options = ["--model", "m", "--prompt"]
            assert CliRunner().invoke(main, [*command, *options, str(own)]).exit_code == 0
            assert "You carefully read" in server.asked[-1]["messages"][0]["content"]
            asked = len(server.asked)
            for words in ("", "---\nname: x\n---\n", text.replace("# again\n", ""), "\0\xff"):
                bad.write_bytes(words.encode("latin-1", "replace"))
                load_prompt.cache_clear()
                done = CliRunner().invoke(main, [*command, *options, str(bad)])
                assert (done.exit_code, done.stderr.count("\n")) == (2, 1), done.stderr
            assert CliRunner().invoke(main, [*command, *options, "99"]).exit_code == 2
            assert len(server.asked) == asked
