"""Feeds in bulk against a local web: every entry ends in one state, nothing is lost, nothing is done twice."""

import json
import os
import random
import re
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from summarizer.batch.items import Item, ItemKind
from summarizer.batch.queue import Queue
from summarizer.batch.store import open_store
from summarizer.errors import UsageError
from summarizer.web.fetch import Fetcher
from tests.support.book import Book
from tests.support.local_web import Site, local_web, write_opml


@pytest.fixture
def site():
    site = Site(1, 6, faulty=False)
    yield site
    site.close()


def result_of(path: Path) -> dict:
    """What a database says, without clock times and numbers of rows."""
    store = open_store(path)
    items = {}
    for row in store.read("SELECT i.key, i.state, i.code, a.content_hash, a.version, r.report FROM items i LEFT JOIN articles a ON a.item_id = i.id LEFT JOIN reports r ON r.article_id = a.id ORDER BY i.key, a.version"):  # fmt: skip
        report = json.loads(row["report"]) if row["report"] else None
        if report:
            report["analyst"].pop("seconds")
        items.setdefault(row["key"], []).append(
            (row["state"], row["code"], row["content_hash"], row["version"], report)
        )
    sources = {
        tuple(row)
        for row in store.read(
            "SELECT i.key, f.address FROM sources s JOIN items i ON i.id = s.item_id JOIN feeds f ON f.id = s.feed_id"
        )
    }
    assert store.read("PRAGMA integrity_check")[0][0] == "ok"
    assert (
        not store.read("SELECT 1 FROM search('bitcoin') LIMIT 1")
        or store.read("INSERT INTO search (search) VALUES ('integrity-check')") == []
    )
    store.close()
    return {"items": items, "sources": sources}


def check_web(book: Book, sites: list[Site], result) -> None:
    """Every entry of the web in exactly one state, and the state that its fault deserves."""
    links = {link.partition("?")[0] for site in sites for _, link in site.links()}
    links -= {
        f"{site.base}/news/{site.pages - 1}" for site in sites if site.form == "cut"
    }  # cut off in the middle: no whole entry
    rows = {
        row["key"].removeprefix("url:"): row
        for row in book.store.read("SELECT * FROM items WHERE kind <> 'feed'")
    }
    assert links - set(rows) == set()
    assert sum(result.states.values()) == len(rows)
    assert result.states["pending"] == result.states["leased"] == 0
    assert (
        book.one("SELECT count(*) FROM articles")
        == book.one("SELECT count(*) FROM reports")
        == result.states["done"]
    )
    for site in sites:
        for number in range(site.pages - 3):
            row = rows[f"{site.base}/news/{number}"]
            fault = site.fault(number)
            if number % 2 or fault in (None, "redirect"):
                assert row["state"] == "done", (number, row["code"])
            else:
                assert row["state"] == (
                    "deferred" if fault in ("500", "429", "hang", "reset") else "failed"
                ), (number, fault, row["code"])
    assert len(result.failures) == result.states["failed"] + result.states["deferred"]
    assert all(
        failure["url"] and failure["stage"] and failure["code"] and failure["message"]
        for failure in result.failures
    )


def test_every_entry_of_a_faulty_web_ends_in_one_state(book, tmp_path):
    with local_web(6, 200, hang=3.0) as sites:
        (tmp_path / "feeds.opml").write_text(write_opml(sites))
        result = book.run(str(tmp_path / "feeds.opml"))
        check_web(book, sites, result)
        assert result.exit_status == 1
        twice = book.store.read("SELECT item_id FROM sources GROUP BY item_id HAVING count(*) = 2")
        assert len(twice) == 3  # the same story in two feeds: once, with two sources
        flagged = book.one("SELECT count(*) FROM reports WHERE flags LIKE '%feed_text%'")
        assert flagged == sum(
            1
            for site in sites
            for n, _ in site.links()
            if n % 2 and site.fault(n) not in (None, "redirect")
        )


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_twenty_feeds_and_two_thousand_pages_in_flat_memory(book, tmp_path):
    with local_web(20, 2000, hang=3.0) as sites:
        (tmp_path / "feeds.opml").write_text(write_opml(sites))
        half = [site.feed for site in sites[:10]]
        book.run(*half)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        result = book.run(str(tmp_path / "feeds.opml"))
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # kB
        check_web(book, sites, result)


def test_a_second_run_asks_conditionally_and_analyses_nothing(book, tmp_path):
    with local_web(20, 60, faulty=False) as sites:
        (tmp_path / "feeds.opml").write_text(write_opml(sites))
        first = book.run(str(tmp_path / "feeds.opml"))
        assert first.exit_status == 0
        before = result_of(book.store.path)
        for site in sites:
            site.asked.clear()
            site.statuses.clear()
        started = time.monotonic()
        second = book.run(str(tmp_path / "feeds.opml"))
        assert time.monotonic() - started < 2
        assert [dict(site.asked) for site in sites] == [{"/feed": 1}] * 20
        assert all(set(site.statuses) == {304} for site in sites)
        assert (second.tally.done, second.states) == (0, first.states)
        assert result_of(book.store.path) == before


def test_an_edited_entry_becomes_a_new_version_beside_the_old(book, site):
    book.run(site.feed)
    site.edits[2] = "The desk has since withdrawn its forecast entirely."
    result = book.run(site.feed)
    assert (result.tally.done, result.exit_status) == (1, 0)
    versions = book.store.read(
        "SELECT version, text FROM articles WHERE url LIKE '%/news/2' ORDER BY version"
    )
    assert [row["version"] for row in versions] == [1, 2]
    assert "withdrawn" not in versions[0]["text"] and "withdrawn" in versions[1]["text"]
    assert site.asked["/news/1"] == 1


def test_a_site_is_read_through_its_feed_and_a_moved_feed_is_followed(book, site):
    assert book.run(f"{site.base}/").states["done"] == 6
    assert book.one("SELECT address FROM feeds") == site.feed
    assert book.run(f"{site.base}/moved").states["done"] == 6
    assert book.one("SELECT address FROM feeds WHERE url LIKE '%/moved'") == site.feed
    book.run(f"{site.base}/moved")
    assert site.asked["/moved"] == 1


def test_robots_txt_is_obeyed_and_the_feed_speaks_instead(book, site):
    site.robots = "User-agent: *\nDisallow: /news/3\nDisallow: /news/4\n"
    result = book.run(site.feed)
    assert site.asked["/news/3"] == site.asked["/news/4"] == 0
    assert site.asked["/robots.txt"] == 1
    assert [(f["code"], f["stage"]) for f in result.failures] == [
        ("robots_disallowed", "robots")
    ]  # page 4: its entry holds no text
    assert "page_robots_disallowed" in book.one(
        "SELECT flags FROM reports WHERE flags LIKE '%feed_text%'"
    )


def test_one_host_is_asked_no_faster_than_the_rate(book, site):
    started = time.monotonic()
    assert book.run(site.feed, rate=10.0).states["done"] == 6
    assert time.monotonic() - started >= 0.7  # the feed, robots.txt, six pages: seven pauses


def test_a_feed_that_fails_in_three_runs_is_paused_until_asked_for(book, site):
    book.run(site.feed)
    site.broken = True
    codes = [[failure["code"] for failure in book.run(site.feed).failures] for _ in range(3)]
    assert codes == [["http_500"]] * 3
    asked = site.asked["/feed"]
    book.run(site.feed)
    assert site.asked["/feed"] == asked
    site.broken = False
    assert book.run(site.feed, retry_failed=True).exit_status == 0
    assert book.one("SELECT state FROM feeds") == "done"


def test_a_page_that_keeps_failing_is_given_up_after_three_runs(book, tmp_path):
    with local_web(1, 4) as (site,):
        states = [book.run(f"{site.base}/news/2", deadline=9.0).states for _ in range(4)]
        assert [(s["deferred"], s["failed"]) for s in states] == [(1, 0), (1, 0), (0, 1), (0, 1)]
        assert site.asked["/news/2"] == 9  # three requests in each of three runs


def test_inputs_of_every_kind_in_any_order(book, site, tmp_path):
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "a.html").write_bytes(site.write_page(100))
    (tmp_path / "pages" / "b.txt").write_text(
        "Bitcoin fell to $58,000 on Tuesday as traders sold their holdings."
    )
    (tmp_path / "urls.txt").write_text(
        f"# pages\n{site.base}/news/1\n{site.base}/news/1#top\nnot an address\n{site.base}/news/2\n"
    )
    (tmp_path / "saved.xml").write_bytes(site.write_feed())
    records = [
        {"id": "r1", "text": "Ether rose 4% to $2,000."},
        {"id": "r1", "text": "Ether rose 5% to $2,100."},
        {"id": 7, "html": "pages/a.html"},
    ]
    (tmp_path / "in.jsonl").write_text("\n".join(map(json.dumps, records)) + "\nno json\n")
    inputs = [str(tmp_path / name) for name in ("pages", "urls.txt", "saved.xml", "in.jsonl")] + [
        "-"
    ]
    stdin = [b'{"id": "s", "text": "Solana fell 3% to $150."}\n']
    result = book.run(*inputs, stdin=stdin)
    assert result.states | {"done": 0} == {
        "done": 0,
        "failed": 2,
        "deferred": 0,
        "pending": 0,
        "leased": 0,
    }
    assert result.states["done"] == 2 + 2 + 4 + 3 + 1  # two of the feed's six are in the list
    assert sorted(failure["line"] for failure in result.failures) == [4, 4]
    other = Book(tmp_path / "other.db")
    other.run(*reversed(inputs), stdin=stdin)
    assert result_of(other.store.path)["items"].keys() == result_of(book.store.path)["items"].keys()
    other.store.close()


def test_an_input_that_is_not_there_stops_before_anything_starts(book, site):
    with pytest.raises(UsageError):
        book.run(site.feed, "/no/such/file")
    assert not site.asked


def test_redo_analyses_again_and_keeps_one_report_a_version(book, site):
    first = book.run(site.feed)
    again = book.run(site.feed, redo=True)
    assert (again.tally.done, again.states) == (6, first.states)
    assert book.one("SELECT count(*) FROM reports") == 6
    assert book.run(site.feed).tally.done == 0


def test_a_story_in_two_feeds_is_told_by_the_same_one_whichever_came_first(tmp_path):
    told = []
    for order in ((0, 1), (1, 0)):
        store = open_store(tmp_path / f"{order}.db")
        queue = Queue(store)
        for number in order:
            item = Item(
                "url:x",
                ItemKind.URL,
                url=f"https://a.example/x?utm_source={number}",
                host="a.example",
                payload={"feed": f"f{number}"},
            )
            queue.add([Item(f"feed:f{number}", ItemKind.FEED, url=f"f{number}", entries=(item,))])
        told.append(
            [tuple(row) for row in store.read("SELECT url, payload FROM items WHERE kind = 'url'")]
        )
        store.close()
    assert told[0] == told[1]


class Poisonous(Fetcher):
    """Meets a bug of ours at one page."""

    def ask(self, url, **known):
        if url.endswith("/news/2"):
            raise RuntimeError("a bug")
        return super().ask(url, **known)


def test_a_poison_item_is_given_up_after_three_runs_and_blocks_nothing(book, site):
    fetcher = Poisonous(allow_private=("127.0.0.1",))
    states = [book.run(site.feed, fetcher=fetcher).states for _ in range(4)]
    assert [(s["done"], s["deferred"], s["failed"]) for s in states] == [
        (5, 1, 0),
        (5, 1, 0),
        (5, 0, 1),
        (5, 0, 1),
    ]
    assert book.one("SELECT code FROM items WHERE state = 'failed'") == "internal"


# ---- kill -9

PATIENCE = 600  # seconds until a run is taken to hang; 2,000 pages take 30 on two idle cores, and 100 on two that others use


def start_run(path: Path, inputs: Path) -> subprocess.Popen:
    command = [sys.executable, "-m", "summarizer", "batch", str(inputs), "-o", str(path), "--rate", "0", "--offline", "--allow-private", "127.0.0.1", "--jobs", "4"]  # fmt: skip
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def kill_and_finish(tmp_path: Path, rounds: int, processes: int, pages: int) -> None:
    chance = random.Random(f"{rounds} {processes}")
    with local_web(4, pages, hang=0.2) as sites:
        for site in sites:
            site.faulty = False
        (tmp_path / "feeds.opml").write_text(write_opml(sites))
        undisturbed = start_run(tmp_path / "a.db", tmp_path / "feeds.opml")
        assert undisturbed.wait(PATIENCE) == 0, undisturbed.stderr.read()
        asked = sum(
            count for site in sites for path, count in site.asked.items() if "/news/" in path
        )
        killed = 0
        for _ in range(rounds):
            started = [
                start_run(tmp_path / "b.db", tmp_path / "feeds.opml") for _ in range(processes)
            ]
            time.sleep(chance.uniform(0.3, 1.6))
            for process in started:
                killed += process.poll() is None
                process.kill()
                process.wait()
                process.stderr.close()
        last = [start_run(tmp_path / "b.db", tmp_path / "feeds.opml") for _ in range(processes)]
        for process in last:
            assert process.wait(PATIENCE) == 0, process.stderr.read()
            process.stderr.close()
        undisturbed.stderr.close()
        wanted, got = result_of(tmp_path / "a.db"), result_of(tmp_path / "b.db")
        differing = {
            key: (items, got["items"].get(key))
            for key, items in wanted["items"].items()
            if items != got["items"].get(key)
        }
        assert not differing
        assert wanted == got
        again = (
            sum(count for site in sites for path, count in site.asked.items() if "/news/" in path)
            - 2 * asked
        )
        assert again <= killed * 4  # at most what was in flight is asked for again
        assert killed >= rounds // 2


@pytest.mark.parametrize("processes", [1, 3])
def test_kills_change_nothing(tmp_path, processes):
    kill_and_finish(tmp_path, 5, processes, 240)  # ten rounds in all


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("processes", [1, 3])
def test_a_hundred_kills_change_nothing(tmp_path, processes):
    kill_and_finish(tmp_path, 100, processes, 2000)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_leaves_a_clean_state(tmp_path, number, status):
    with local_web(2, 400, faulty=False) as sites:
        (tmp_path / "feeds.opml").write_text(write_opml(sites))
        process = start_run(tmp_path / "b.db", tmp_path / "feeds.opml")
        deadline = time.monotonic() + 20
        while (
            not any("/news/" in path for site in sites for path in site.asked)
            and time.monotonic() < deadline
        ):
            time.sleep(0.05)
        os.kill(process.pid, number)
        started = time.monotonic()
        assert process.wait(20) == status
        assert time.monotonic() - started < 10
        assert re.search(rb"waiting +\d+ +the same command goes on", process.stderr.read())
        process.stderr.close()
        store = open_store(tmp_path / "b.db")
        assert not store.read("SELECT 1 FROM items WHERE state = 'leased'")
        assert store.read("SELECT 1 FROM items WHERE state = 'pending'")
        store.close()
