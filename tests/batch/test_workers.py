"""Many articles: worker processes analyse them, from the first on while others are entered."""

import json
from contextlib import closing

import pytest

from summarizer.batch import run
from summarizer.batch.items import Hooks
from summarizer.batch.queue import Queue
from summarizer.batch.reports import load_reports
from summarizer.batch.store import open_store
from summarizer.errors import UsageError
from summarizer.page.sandbox import SANDBOX, Child
from tests.support.book import OFFLINE
from tests.support.local_web import story
from tests.support.model_answers import PLAIN
from tests.support.scripted_server import KEY, says, scripted

ARTICLES = 60  # more than run.MANY


def write_records(path, count=ARTICLES):
    lines = [{"id": f"r{n}", "title": f"Story {n}", "text": story(n % 7, n)} for n in range(count)]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return str(path)


def reports_of(path, inputs, settings=OFFLINE, **options):
    """The reports of a batch without their seconds, and its result."""
    with closing(open_store(path)) as store:
        result = run.Batch(Queue(store, "test"), settings, rate=0, **options).run(inputs)
        reports = list(load_reports(store))
    for report in reports:
        report["analyst"].pop("seconds")
    return reports, result


@pytest.fixture
def records(tmp_path):
    return write_records(tmp_path / "in.jsonl")


def test_workers_say_what_one_process_says(tmp_path, records, monkeypatch):
    apart, result = reports_of(tmp_path / "a.db", [records], workers=2)
    assert result.states["done"] == ARTICLES
    monkeypatch.setattr(run, "MANY", 1000)
    assert reports_of(tmp_path / "b.db", [records], workers=2)[0] == apart


def test_a_models_articles_are_read_apart_and_its_key_stays_here(tmp_path, records, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "summarizer.pipeline.SANDBOX.call",
        lambda *question, _call=SANDBOX.call, **options: (
            asked.append(repr(question)),
            _call(*question, **options),
        )[1],
    )
    with scripted(lambda *_: says(PLAIN)) as server:
        apart, result = reports_of(tmp_path / "a.db", [records], server.settings, workers=2)
        assert result.states["done"] == ARTICLES <= len(server.asked)
        assert len(asked) == ARTICLES and KEY not in "".join(asked)
        monkeypatch.setattr(run, "MANY", 1000)
        assert reports_of(tmp_path / "b.db", [records], server.settings)[0] == apart


def test_no_more_workers_than_asked_for_are_started(tmp_path, records):
    SANDBOX.close()
    reports_of(tmp_path / "a.db", [records], workers=1, jobs=8)
    assert len(SANDBOX._idle) == 1


def test_a_few_articles_start_no_worker(tmp_path):
    SANDBOX.close()
    reports_of(tmp_path / "a.db", [write_records(tmp_path / "few.jsonl", 5)])
    assert not SANDBOX._idle


def test_a_worker_that_dies_costs_its_article_a_try_and_no_other(tmp_path, records, monkeypatch):
    ask = Child.ask
    monkeypatch.setattr(Child, "ask", lambda self, question: _die_at(self, question, ask))
    _, result = reports_of(tmp_path / "a.db", [records], workers=2)
    assert (result.states["done"], result.states["deferred"]) == (ARTICLES - 1, 1)
    assert result.failures[0]["code"] == "internal"
    monkeypatch.undo()
    assert reports_of(tmp_path / "a.db", [records])[1].states["done"] == ARTICLES


def _die_at(child, question, ask):
    if question[1][0].title == "Story 7":
        child.process.kill()
    return ask(child, question)


def test_work_starts_while_inputs_are_entered(tmp_path, records, monkeypatch):
    monkeypatch.setattr(run, "CHUNK", 5)
    with closing(open_store(tmp_path / "a.db")) as store:
        batch = run.Batch(Queue(store, "test"), OFFLINE, rate=0, jobs=2)
        early = []
        batch.hooks = Hooks(report=lambda _: early.append(batch.queue.is_entering))

        def wait_for_the_first(items, enter=batch._enter):
            if early or batch.tally.to_do < 10:
                return enter(items)
            return batch._stop.wait(0.05)

        monkeypatch.setattr(batch, "_enter", wait_for_the_first)
        result = batch.run([records])
    assert early[0] and not early[-1]
    assert result.states["done"] == result.tally.to_do == ARTICLES


def test_an_input_that_cannot_be_read_after_many_ends_the_run_and_holds_nothing(
    tmp_path, records, monkeypatch
):
    monkeypatch.setattr(run, "CHUNK", 20)
    (tmp_path / "empty").mkdir()
    with closing(open_store(tmp_path / "a.db")) as store:
        with pytest.raises(UsageError, match="holds no page"):
            run.Batch(Queue(store), OFFLINE, rate=0).run([records, str(tmp_path / "empty")])
        assert not store.read("SELECT 1 FROM items WHERE state = 'leased'")
    assert reports_of(tmp_path / "a.db", [records])[1].states["done"] == ARTICLES
