"""A batch with a model: what stops it loses nothing, and nothing is paid for twice."""

import json
import os
import re
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
from tests.support.book import wait_until
from tests.support.local_web import local_web, whole_entries, write_opml
from tests.support.model_answers import PLAIN
from tests.support.scripted_server import Reply, fails, says, scripted

ARTICLES = 12
JOBS = 2
QUOTA = "insufficient_quota"
STOPS = {
    "auth": (fails(401), "llm_auth"),
    "model": (fails(404, "no such model"), "llm_model"),
    "quota": (fails(429, "You exceeded your current quota", code=QUOTA, type=QUOTA), "llm_quota"),
}


@pytest.fixture
def records(tmp_path):
    text = "Bitcoin slid to $58,{0:03} on Monday as funds sold. This is story {0}."
    lines = [json.dumps({"id": f"r{n}", "text": text.format(n)}) for n in range(ARTICLES)]
    (tmp_path / "in.jsonl").write_text("\n".join(lines) + "\n")
    return tmp_path / "in.jsonl"


@pytest.fixture
def store(tmp_path):
    store = open_store(tmp_path / "b.db")
    yield store
    store.close()


@contextmanager
def paid_model(allowed: int = 1000, then=None, gates=()):
    """A model that answers `allowed` times and then says `then`; how often each story was paid for.

    Each answer passes the last of the `gates` that there are when it is asked for.
    """
    paid: Counter[str] = Counter()
    lock = threading.Lock()

    def script(asked, before):
        story = re.search(r"This is story (\d+)", json.dumps(asked))[1]
        with lock:
            if paid.total() >= allowed:
                return then
            paid[story] += 1
        for gate in gates[-1:]:
            gate.acquire()
        return says(PLAIN)

    with scripted(script) as server:
        yield server, paid


def run(store, records, settings, made_by="a", redo=False, **options):
    queue = Queue(store, made_by, redo=redo)
    return Batch(queue, settings, jobs=JOBS, **options).run([str(records)])


def one(store, sql: str):
    return store.read(sql)[0][0]


def count_reports(store) -> int:
    return one(store, "SELECT count(*) FROM reports")


def check_stopped(store, result, code: str) -> int:
    """Exit code 3, no lease held, nothing failed, each report with its item; how many are done."""
    assert (result.exit_status, result.error.code, result.failures) == (3, code, [])
    done = count_reports(store)
    states = {"done": done, "failed": 0, "deferred": 0, "pending": ARTICLES - done, "leased": 0}
    assert result.states == states
    assert one(store, "PRAGMA integrity_check") == "ok"
    return done


def check_finished(store, result, paid: Counter) -> None:
    assert (result.exit_status, result.states["done"]) == (0, ARTICLES)
    assert count_reports(store) == ARTICLES
    assert one(store, "SELECT min(analyst) FROM reports") == "llm"
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
    assert check_stopped(store, run(store, records, down), "llm_unavailable") == 0
    with paid_model() as (server, paid):
        check_finished(store, run(store, records, server.settings), paid)


def test_a_budget_that_is_spent_stops_the_run_and_the_next_one_goes_on(store, records, tmp_path):
    prices = tmp_path / "prices.tsv"
    prices.write_text("scripted\t1.0\t0.0\t0.0\n")  # USD for 1e6 tokens: 0.0025 for each answer
    with paid_model() as (server, paid):
        settings = Settings(
            model="scripted", base_url=server.url, api_key="sk-x", prices=str(prices)
        )
        done = check_stopped(store, run(store, records, settings, max_cost=0.03), "budget")
        # stopped before it is exceeded
        assert 0 < one(store, "SELECT sum(cost_usd) FROM reports") <= 0.03
        assert paid.total() == done  # what was in flight is paid for, and kept
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
    store.read(f"PRAGMA max_page_count = {one(store, 'PRAGMA page_count')}")
    with paid_model() as (server, paid), pytest.raises(StorageError):
        run(store, records, server.settings)
    # beside what is kept, those in flight: as many waiting as storing
    assert paid.total() <= count_reports(store) + 2 * JOBS < ARTICLES


def test_kills_pay_again_for_no_more_than_was_in_flight(store, records):
    command = [sys.executable, "-m", "summarizer", "batch", records, "-o", store.path]
    command += ["--jobs", str(JOBS), "--model", "scripted"]
    gates = []
    kills = (3, 6, 9)  # reports that are stored when the process is killed
    with paid_model(gates=gates) as (server, paid):
        environment = os.environ | {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "sk-x"}
        for number, stored in enumerate(kills):
            gates.append(threading.Semaphore(3))  # three answers, and the rest stay in flight
            process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
            asked = stored + (number + 1) * JOBS
            wait_until(lambda goal=(asked, stored): (paid.total(), count_reports(store)) == goal)
            process.kill()
            process.wait()
        gates.append(threading.Semaphore(ARTICLES))
        subprocess.run(command, env=environment, capture_output=True, timeout=100, check=True)
    assert set(paid) == {str(n) for n in range(ARTICLES)}
    assert paid.total() == ARTICLES + len(kills) * JOBS
    assert count_reports(store) == ARTICLES


def faulty_model():
    """A fifth of the articles meet a fault: half of those pass at the second request."""
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
    links = [str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    children = Path("/proc/self/task").joinpath(str(os.getpid()), "children").read_text().split()
    resident = int(re.search(r"VmRSS:\s+(\d+)", Path("/proc/self/status").read_text())[1])
    return sum(link.startswith("socket:") for link in links), len(children), resident


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
        sizes = []
        for inputs in ([site.feed for site in sites[:10]], [str(tmp_path / "feeds.opml")]):
            fetcher = Fetcher(
                allow_private=("127.0.0.1",), deadline=1.0, sleep=lambda seconds: None
            )
            result = Batch(Queue(store), settings, fetcher=fetcher, rate=0).run(inputs)
            sizes.append(held()[2])
        assert result.error is None
        items = one(store, "SELECT count(*) FROM items WHERE kind <> 'feed'")
        assert sum(result.states.values()) == items == len(whole_entries(sites))
        assert result.states["pending"] == result.states["leased"] == 0
        reports = one(store, "SELECT count(*) FROM reports WHERE analyst = 'llm'")
        assert reports == result.states["done"]
        assert len(result.failures) == result.states["failed"] + result.states["deferred"]
        codes = Counter(failure["code"] for failure in result.failures)
        assert codes["llm_refused"] > 50
        assert codes["llm_bad_response"] > 50
        assert sizes[1] - sizes[0] < 50_000
        SANDBOX.close()
        endpoint.forget_endpoints()
        time.sleep(1)
        assert held()[1] <= children
        assert held()[0] <= sockets + 4  # those of the servers here that are about to close
