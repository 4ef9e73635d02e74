"""Nothing is paid for twice, and never more than was allowed.

Kept answers, budgets, prices, and what a run leaves for the next one.
"""

import dataclasses
import json
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner

from summarizer import SummarizerError, analyze_text
from summarizer.analyst.llm.answers import find_answer, keep_answer
from summarizer.analyst.llm.completion import Completion
from summarizer.analyst.llm.costs import load_prices
from summarizer.analyst.llm.gate import Gate
from summarizer.batch.queue import Queue
from summarizer.batch.run import Batch
from summarizer.batch.store import open_store
from summarizer.cli.main import main
from tests.support.model_answers import ANSWER, EXAMPLE, GOOD, PLAIN
from tests.support.scripted_server import fails, says, scripted

ARTICLES = 12
USAGE = {"prompt_tokens": 3000, "completion_tokens": 400}
COST = (3000 * 0.20 + 400 * 1.25) / 1e6


@pytest.fixture
def kept(tmp_path):
    return str(tmp_path / "cache" / "answers.db")


@pytest.fixture
def records(tmp_path):
    text = "Bitcoin slid to $58,{:03} on Monday as funds sold. This is story {}."
    records = [{"id": f"r{n}", "text": text.format(n, n)} for n in range(ARTICLES)]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    return tmp_path / "in.jsonl"


def run(path: Path, records: Path, settings, **options):
    store = open_store(path)
    try:
        return Batch(Queue(store), settings, jobs=4, **options).run([str(records)])
    finally:
        store.close()


# ---- kept answers


def test_an_answer_is_paid_for_once(kept):
    with scripted(lambda asked, before: GOOD) as server:
        settings = dataclasses.replace(server.settings, answers=kept, model="gpt-5.4-nano")
        first, second = (analyze_text(EXAMPLE, settings=settings) for _ in range(2))
        assert len(server.asked) == 1
        assert first.analyst.cost_usd > 0
        assert (second.analyst.cost_usd, second.analyst.input_tokens) == (0, 0)
        assert "answer_kept" in second.flags
        assert (second.summary, second.calls) == (first.summary, first.calls)
        assert second.facts == first.facts
        analyze_text(EXAMPLE, settings=dataclasses.replace(settings, redo=True))
        assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("article", "change"),
    [
        ({"text": EXAMPLE + " Ether rose."}, {}),
        ({"title": "Bitcoin falls"}, {}),
        ({}, {"model": "other"}),
        ({}, {"samples": 2}),
    ],
)
def test_another_question_is_asked(kept, article, change):
    with scripted(lambda asked, before: GOOD) as server:
        settings = dataclasses.replace(server.settings, answers=kept)
        analyze_text(EXAMPLE, settings=settings)
        settings = dataclasses.replace(settings, **change)
        analyze_text(**{"text": EXAMPLE} | article, settings=settings)
        assert len(server.asked) == 2


def test_what_a_kept_answer_says_is_verified_anew(kept):
    with scripted(lambda asked, before: GOOD) as server:
        settings = dataclasses.replace(server.settings, answers=kept)
        analyze_text(EXAMPLE, settings=settings)
        with sqlite3.connect(kept) as db:
            db.execute("UPDATE answers SET answer = replace(answer, '{N1}', '$99,999')")
        report = analyze_text(EXAMPLE, settings=settings)
    assert "99,999" not in report.summary


def test_a_file_that_cannot_be_used_stops_nobody_and_is_told(tmp_path):
    (tmp_path / "file").write_text("no folder")
    (tmp_path / "bad.db").write_text("no database" * 100)
    for path in (tmp_path / "file" / "answers.db", tmp_path / "bad.db"):
        with scripted(lambda asked, before: GOOD) as server:
            settings = dataclasses.replace(server.settings, answers=str(path))
            report = analyze_text(EXAMPLE, settings=settings)
        assert (report.analyst.name, "answer_not_kept" in report.flags) == ("llm", True)


def test_many_threads_keep_answers_at_once(kept):
    answer = Completion("{}", "m", "plain", 1, 0, 1, 0.1, chances=(("overall", 0.5),))
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(lambda i: keep_answer(kept, str(i), answer), range(40)))
    found = find_answer(kept, "7")
    assert (found.kept, found.text, find_answer(kept, "41")) == (True, "{}", None)


def test_from_the_command_line_too(kept, monkeypatch, tmp_path):
    (tmp_path / "a.txt").write_text(EXAMPLE)
    monkeypatch.setenv("SUMMARIZER_CACHE", str(tmp_path / "cache"))
    with scripted(lambda asked, before: GOOD) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        command = ["analyze", str(tmp_path / "a.txt"), "--json", "--model", "m"]
        for more in ([], [], ["--redo"]):
            assert CliRunner().invoke(main, command + more).exit_code == 0
        assert len(server.asked) == 2
    assert Path(kept).is_file()


# ---- budgets


def test_a_batch_stops_before_its_budget_is_exceeded_and_the_next_one_goes_on(
    tmp_path, records, kept
):
    with scripted(lambda asked, before: says(PLAIN, usage=USAGE)) as server:
        settings = dataclasses.replace(server.settings, model="gpt-5.4-nano", answers=kept)
        budget = 6 * COST
        result = run(tmp_path / "b.db", records, settings, max_cost=budget)
        assert (result.exit_status, result.error.code, result.failures) == (3, "budget", [])
        done = result.states["done"]
        others = {"failed": 0, "deferred": 0, "leased": 0}
        assert result.states == others | {"done": done, "pending": ARTICLES - done}
        assert 2 <= done == len(server.asked) <= 6
        assert result.tally.cost_usd == pytest.approx(done * COST)
        assert result.tally.cost_usd <= budget
        result = run(tmp_path / "b.db", records, settings, max_cost=1.0)
        assert (result.exit_status, result.states["done"]) == (0, ARTICLES)
        assert len(server.asked) == ARTICLES


def test_a_budget_holds_for_retries_and_second_answers_too(tmp_path, records):
    bad = says({"summary": []}, usage=USAGE)  # every answer is asked for twice, and fails
    with scripted(lambda asked, before: bad) as server:
        settings = dataclasses.replace(server.settings, model="gpt-5.4-nano")
        result = run(tmp_path / "b.db", records, settings, max_cost=7 * COST)
    assert (result.exit_status, result.error.code) == (3, "budget")
    assert len(server.asked) <= 7


def test_too_small_a_budget_asks_nothing_and_no_other_analyst_steps_in(tmp_path, records):
    with scripted(lambda asked, before: GOOD) as server:
        settings = dataclasses.replace(server.settings, model="gpt-5.4-nano", fallback=True)
        result = run(tmp_path / "b.db", records, settings, max_cost=0.00001)
        assert (result.exit_status, result.states["done"], len(server.asked)) == (3, 0, 0)
        assert "$0.0000" in str(result.error)


def test_a_budget_for_a_model_without_a_price_is_refused_before_anything_is_asked(
    tmp_path, records, monkeypatch
):
    with scripted(lambda asked, before: GOOD) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        command = ["batch", str(records), "-o", str(tmp_path / "o.jsonl"), "--model", "m"]
        done = CliRunner().invoke(main, [*command, "--max-cost", "1"])
        assert (done.exit_code, len(server.asked)) == (2, 0)
        assert "SUMMARIZER_PRICES" in done.stderr
        result = run(tmp_path / "b.db", records, server.settings, max_cost=1.0)
        assert (result.error.code, len(server.asked)) == ("budget", 0)


def pass_through(gate, most, cost):
    with gate.request(most) as admitted:
        admitted.cost = cost
    return admitted.waited


def test_a_gate_counts_what_is_on_its_way_and_gives_it_back():
    gate = Gate(at_once=2, budget=1.0)
    with ThreadPoolExecutor(1) as pool:
        with gate.request(0.6) as admitted:
            waiting = pool.submit(pass_through, gate, 0.6, 0.5)
            assert not waiting.done()
            admitted.cost = 0.1
        assert waiting.result(5) > 0
    assert gate.spent == pytest.approx(0.6)
    with pytest.raises(SummarizerError, match="budget"):
        pass_through(gate, 0.5, 0.5)


def test_nobody_waits_at_the_gate_of_a_run_that_ends():
    stop = threading.Event()
    gate = Gate(at_once=1, stop=stop)
    with ThreadPoolExecutor(1) as pool, gate.request(None):
        waiting = pool.submit(pass_through, gate, None, None)
        stop.set()
        with pytest.raises(SummarizerError, match="stopped"):
            waiting.result(5)
    assert gate.spent is None


# ---- prices, and what a model may know


def test_writes_to_a_cache_cost_what_the_table_says():
    usage = {
        "prompt_tokens": 3000,
        "completion_tokens": 0,
        "prompt_tokens_details": {"cached_tokens": 1000, "cache_write_tokens": 500},
    }
    with scripted(lambda asked, before: says(ANSWER, usage=usage)) as server:
        settings = dataclasses.replace(server.settings, model="gpt-5.6-luna")
        report = analyze_text(EXAMPLE, settings=settings)
    assert report.analyst.cost_usd == pytest.approx((1500 * 0.20 + 1000 * 0.02 + 500 * 0.25) / 1e6)


def test_every_price_has_a_day_and_the_table_its_source():
    text = (files("summarizer") / "data" / "prices.tsv").read_text("utf-8")
    assert "Source:" in text
    assert "read 20" in text
    for price in load_prices(None).values():
        assert price.trained_until and price.input < price.output


@pytest.mark.parametrize(("day", "flagged"), [(31, True), (1, False)])
def test_an_article_that_the_model_may_have_read_is_flagged(day, flagged):
    published = datetime(2025, 8 if flagged else 9, day, tzinfo=UTC)
    with scripted(lambda asked, before: GOOD) as server:
        settings = dataclasses.replace(server.settings, model="gpt-5.4-nano-2026-03-17")
        report = analyze_text(EXAMPLE, published_at=published, settings=settings)
        assert "older_than_model" not in analyze_text(EXAMPLE, settings=settings).flags
    assert ("older_than_model" in report.flags) == flagged


def test_an_endpoint_that_fails_costs_nothing(tmp_path, records):
    with scripted(lambda asked, before: fails(401)) as server:
        settings = dataclasses.replace(server.settings, model="gpt-5.4-nano")
        result = run(tmp_path / "b.db", records, settings, max_cost=1.0)
    assert (result.exit_status, result.error.code, result.tally.cost_usd) == (3, "llm_auth", 0.0)
    assert len(server.asked) <= 4
