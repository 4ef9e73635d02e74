"""A batch with a model: what stops it leaves the books in order, the next run goes on, and nothing is paid for twice."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import pytest

from summarizer.analyst.llm import endpoint
from summarizer.batch.queue import Queue
from summarizer.batch.run import Batch
from summarizer.batch.store import open_store
from summarizer.errors import StorageError
from summarizer.page.sandbox import SANDBOX
from summarizer.settings import Settings
from summarizer.web.fetch import Fetcher
from tests.analyst.llm.test_cli import PLAIN
from tests.support.local_web import local_web, write_opml
from tests.support.scripted_server import Reply, fails, says, scripted

ARTICLES = 12
JOBS = 2
QUOTA = fails(
    429, "You exceeded your current quota", code="insufficient_quota", type="insufficient_quota"
)
STOPS = {
    "auth": (fails(401), "llm_auth"),
    "model": (fails(404, "no such model"), "llm_model"),
    "quota": (QUOTA, "llm_quota"),
}


@pytest.fixture(autouse=True)
def _forget():
    yield
    endpoint.forget_endpoints()


@pytest.fixture
def records(tmp_path):
    lines = [json.dumps({"id": f"r{n}", "text": f"Bitcoin slid to $58,{n:03} on Monday as funds sold. This is story {n}."}) for n in range(ARTICLES)]  # fmt: skip
    (tmp_path / "in.jsonl").write_text("\n".join(lines) + "\n")
    return tmp_path / "in.jsonl"


@pytest.fixture
def store(tmp_path):
    store = open_store(tmp_path / "b.db")
    yield store
    store.close()


@contextmanager
def paid_model(allowed: int = 1000, then=None, wait: float = 0.0):
    """A model that answers `allowed` times and then says `then`; with it, how often each story was paid for."""
    paid: Counter[str] = Counter()
    lock = threading.Lock()

    def script(asked, before):
        story = re.search(r"This is story (\d+)", json.dumps(asked))[1]
        with lock:
            if sum(paid.values()) >= allowed:
                return then
            paid[story] += 1
        time.sleep(wait)
        return says(PLAIN)

    with scripted(script) as server:
        yield server, paid


def run(store, records, settings, made_by="a", redo=False, **options):
    return Batch(Queue(store, made_by, redo=redo), settings, jobs=JOBS, **options).run(
        [str(records)]
    )


def check_stopped(store, result, code: str) -> int:
    """Exit code 3, no lease held, nothing failed, each report with its item; how many are done."""
    assert (result.exit_status, result.error.code, result.failures) == (3, code, [])
    done = store.read("SELECT count(*) FROM reports")[0][0]
    assert result.states == {
        "done": done,
        "failed": 0,
        "deferred": 0,
        "pending": ARTICLES - done,
        "leased": 0,
    }
    assert store.read("PRAGMA integrity_check")[0][0] == "ok"
    return done


def check_finished(store, result, paid: Counter) -> None:
    assert (result.exit_status, result.states["done"]) == (0, ARTICLES)
    assert store.read("SELECT count(*), count(DISTINCT article_id), min(analyst) FROM reports")[0][
        :
    ] == (ARTICLES, ARTICLES, "llm")
    assert paid == {str(n): 1 for n in range(ARTICLES)}


@pytest.mark.parametrize("stop", STOPS)
def test_a_model_that_stops_answering_leaves_the_rest_for_the_next_run(store, records, stop):
    reply, code = STOPS[stop]
    with paid_model(4, reply) as (server, paid):
        assert check_stopped(store, run(store, records, server.settings), code) == 4
        asked = len(server.asked)
    assert asked <= 4 + JOBS  # nobody goes on asking
    with paid_model() as (server, more):
        resumed = run(store, records, server.settings)
    check_finished(store, resumed, paid + more)
    assert resumed.tally.to_do == resumed.tally.over == ARTICLES - 4  # as the bar shows it


def test_an_endpoint_that_is_down_costs_nothing_and_loses_nothing(store, records):
    with paid_model() as (server, _):
        down = server.settings
    result = run(
        store,
        records,
        Settings(model="scripted", base_url=down.base_url, api_key=down.api_key, timeout=20.0),
    )
    assert check_stopped(store, result, "llm_unavailable") == 0
    with paid_model() as (server, paid):
        check_finished(store, run(store, records, server.settings), paid)


def test_a_budget_that_is_spent_stops_the_run_and_the_next_one_goes_on(store, records, tmp_path):
    (tmp_path / "prices.tsv").write_text(
        "scripted\t1.0\t0.0\t0.0\n"
    )  # dollars a million tokens: a thousandth for each answer
    with paid_model() as (server, paid):
        settings = Settings(
            model="scripted",
            base_url=server.url,
            api_key="sk-x",
            prices=str(tmp_path / "prices.tsv"),
        )
        done = check_stopped(store, run(store, records, settings, max_cost=0.008), "budget")
        assert (
            0 < store.read("SELECT sum(cost_usd) FROM reports")[0][0] <= 0.008
        )  # stopped before it is exceeded
        assert sum(paid.values()) == done  # what was in flight is paid for, and kept
        check_finished(store, run(store, records, settings), paid)


def test_a_finished_batch_pays_nothing_and_only_redo_pays_again(store, records):
    with paid_model() as (server, paid):
        check_finished(store, run(store, records, server.settings), paid)
        check_finished(store, run(store, records, server.settings, made_by="another version"), paid)
        assert len(server.asked) == ARTICLES
        assert run(store, records, server.settings, redo=True).tally.done == ARTICLES
        assert len(server.asked) == 2 * ARTICLES


def test_no_money_is_spent_after_the_first_write_that_fails(store, records):
    with paid_model(0, fails(401)) as (server, _):
        run(store, records, server.settings)  # the items are entered, and no report is there
    store.read("VACUUM")
    store.read(f"PRAGMA max_page_count = {store.read('PRAGMA page_count')[0][0]}")
    with paid_model() as (server, paid), pytest.raises(StorageError):
        run(store, records, server.settings)
    done = store.read("SELECT count(*) FROM reports")[0][0]
    assert (
        sum(paid.values()) <= done + 2 * JOBS < ARTICLES
    )  # beside what is kept, those in flight: as many waiting as storing


def test_kills_pay_again_for_no_more_than_was_in_flight(records, tmp_path):
    command = [sys.executable, "-m", "summarizer", "batch", str(records), "-o", str(tmp_path / "k.db"), "--jobs", str(JOBS), "--model", "scripted"]  # fmt: skip
    killed = 0
    with paid_model(wait=0.3) as (server, paid):
        environment = os.environ | {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "sk-x"}
        for goal in (2, 5, 8):
            process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
            deadline = time.monotonic() + 30
            while (
                sum(paid.values()) < goal and process.poll() is None and time.monotonic() < deadline
            ):
                time.sleep(0.02)
            killed += process.poll() is None
            process.send_signal(signal.SIGKILL)
            process.wait()
        assert (
            subprocess.run(command, env=environment, capture_output=True, timeout=60).returncode
            == 0
        )
    assert killed == 3
    assert set(paid) == {str(n) for n in range(ARTICLES)}
    assert sum(paid.values()) <= ARTICLES + killed * JOBS
    store = open_store(tmp_path / "k.db")
    assert store.read("SELECT count(*), count(DISTINCT article_id) FROM reports")[0][:] == (
        ARTICLES,
        ARTICLES,
    )
    store.close()


def faulty_model():
    """A fifth of the articles meet a fault: two kinds that pass at the second request, two that stay with the article."""
    asked_before: Counter[str] = Counter()

    def script(asked, before):
        story = re.search(r"in story (\d+) remained", json.dumps(asked))
        number = int(story[1]) if story else 0
        asked_before[str(number)] += 1
        first = asked_before[str(number)] == 1
        if number % 20 == 11 and first:
            return fails(500)
        if number % 20 == 12 and first:
            return Reply(reset=True)
        if number % 20 == 13:
            return Reply(body=b"<html>Bad gateway</html>")
        if number % 20 == 14:
            return says(None, refusal="I would rather not.")
        return says(PLAIN)

    return scripted(script, keep=False)


def held() -> tuple[int, int, int]:
    """Sockets, child processes and kB of memory of this process."""
    sockets = sum(
        1
        for fd in Path("/proc/self/fd").iterdir()
        if fd.is_symlink() and str(fd.readlink()).startswith("socket:")
    )
    children = len(
        Path("/proc/self/task").joinpath(str(os.getpid()), "children").read_text().split()
    )
    resident = int(re.search(r"VmRSS:\s+(\d+)", Path("/proc/self/status").read_text())[1])
    return sockets, children, resident


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="counts what /proc shows")
def test_a_soak_with_a_faulty_web_and_a_faulty_model(store, tmp_path):
    with local_web(20, 2000, hang=3.0) as sites, faulty_model() as server:
        (tmp_path / "feeds.opml").write_text(write_opml(sites))
        settings = Settings(
            model="scripted",
            base_url=server.url,
            api_key="sk-x",
            timeout=20.0,
            allow_private=("127.0.0.1",),
        )
        sockets, children, _ = held()
        sizes, runs = [], []
        for inputs in ([site.feed for site in sites[:10]], [str(tmp_path / "feeds.opml")]):
            fetcher = Fetcher(
                allow_private=("127.0.0.1",), deadline=1.0, sleep=lambda seconds: None
            )
            runs.append(Batch(Queue(store), settings, fetcher=fetcher, rate=0, jobs=8).run(inputs))
            sizes.append(held()[2])
        result = runs[-1]
        assert result.error is None
        links = {link.partition("?")[0] for site in sites for _, link in site.links()}
        links -= {f"{site.base}/news/{site.pages - 1}" for site in sites if site.form == "cut"}
        assert (
            sum(result.states.values())
            == store.read("SELECT count(*) FROM items WHERE kind <> 'feed'")[0][0]
            == len(links)
        )
        assert result.states["pending"] == result.states["leased"] == 0
        assert (
            store.read("SELECT count(*) FROM reports WHERE analyst = 'llm'")[0][0]
            == result.states["done"]
        )
        assert len(result.failures) == result.states["failed"] + result.states["deferred"]
        codes = Counter(failure["code"] for failure in result.failures)
        assert codes["llm_refused"] > 50 and codes["llm_bad_response"] > 50
        assert sizes[1] - sizes[0] < 50_000
        SANDBOX.close()
        endpoint.forget_endpoints()
        time.sleep(1)
        assert held()[1] <= children
        assert held()[0] <= sockets + 4  # those of the servers here that are about to close
