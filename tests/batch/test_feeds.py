"""Feeds in bulk against a local web: every entry ends in one state, and nothing is done twice."""

import json
import random
import re
import resource
import time
from contextlib import closing
from pathlib import Path

import pytest

from summarizer.batch.items import Item
from summarizer.batch.queue import Queue
from summarizer.batch.store import open_store
from summarizer.errors import UsageError
from summarizer.web.fetch import Fetcher
from tests.support.book import Book, finish, start_run, wait_until
from tests.support.local_web import Site, count_pages, local_web, whole_entries, write_opml


@pytest.fixture
def site():
    with closing(Site(1, 6, faulty=False)) as site:
        yield site


@pytest.fixture
def opml(tmp_path):
    """Writes the OPML file of some sites."""

    def write(sites) -> str:
        (tmp_path / "feeds.opml").write_text(write_opml(sites))
        return str(tmp_path / "feeds.opml")

    return write


def contents(path: Path) -> dict:
    """What a database says, without clock times and numbers of rows."""
    items = {}
    with closing(open_store(path)) as store:
        rows = store.read(
            """SELECT i.key, i.state, i.code, a.content_hash, a.version, r.report
            FROM items i
                LEFT JOIN articles a ON a.item_id = i.id
                LEFT JOIN reports r ON r.article_id = a.id
            ORDER BY i.key, a.version"""
        )
        for key, *values, dumped in rows:
            report = json.loads(dumped) if dumped else None
            if report:
                report["analyst"].pop("seconds")
            items.setdefault(key, []).append((*values, report))
        sources = store.read(
            """SELECT i.key, f.address
            FROM sources s JOIN items i ON i.id = s.item_id JOIN feeds f ON f.id = s.feed_id"""
        )
        assert store.read("PRAGMA integrity_check")[0][0] == "ok"
        if store.read("SELECT 1 FROM search('bitcoin') LIMIT 1"):
            store.read("INSERT INTO search (search) VALUES ('integrity-check')")
    return {"items": items, "sources": {tuple(row) for row in sources}}


def check_web(book: Book, sites: list[Site], result) -> None:
    """Every entry of the web in exactly one state, and the state that its fault deserves."""
    rows = {
        row["key"].removeprefix("url:"): row
        for row in book.store.read("SELECT * FROM items WHERE kind <> 'feed'")
    }
    assert whole_entries(sites) - set(rows) == set()
    assert sum(result.states.values()) == len(rows)
    assert result.states["pending"] == result.states["leased"] == 0
    for table in ("articles", "reports"):
        assert book.one(f"SELECT count(*) FROM {table}") == result.states["done"]
    for site in sites:
        for number in range(site.pages - 3):
            row, fault = rows[f"{site.base}/news/{number}"], site.fault(number)
            state = "deferred" if fault in ("500", "429", "hang", "reset") else "failed"
            if number % 2 or fault in (None, "redirect"):
                state = "done"
            assert row["state"] == state, (number, fault, row["code"])
    assert len(result.failures) == result.states["failed"] + result.states["deferred"]
    for failure in result.failures:
        assert failure["url"] and failure["stage"] and failure["code"] and failure["message"]


def test_every_entry_of_a_faulty_web_ends_in_one_state(book, opml):
    with local_web(6, 200, hang=3.0) as sites:
        result = book.run(opml(sites))
        check_web(book, sites, result)
        assert result.exit_status == 1
        twice = book.store.read("SELECT item_id FROM sources GROUP BY item_id HAVING count(*) = 2")
        assert len(twice) == 3  # the same story in two feeds: once, with two sources
        flagged = book.one("SELECT count(*) FROM reports WHERE flags LIKE '%feed_text%'")
        spoken_for = [
            number
            for site in sites
            for number, _ in site.links()
            if number % 2 and site.fault(number) not in (None, "redirect")
        ]
        assert flagged == len(spoken_for)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_twenty_feeds_and_two_thousand_pages_in_flat_memory(book, opml):
    with local_web(20, 2000, hang=3.0) as sites:
        book.run(*(site.feed for site in sites[:10]))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        result = book.run(opml(sites))
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # kB
        check_web(book, sites, result)


def test_a_second_run_asks_conditionally_and_analyses_nothing(book, opml):
    with local_web(20, 60, faulty=False) as sites:
        first = book.run(opml(sites))
        assert first.exit_status == 0
        before = contents(book.store.path)
        for site in sites:
            site.asked.clear()
            site.statuses.clear()
        second = book.run(opml(sites))
        assert [dict(site.asked) for site in sites] == [{"/feed": 1}] * 20
        assert all(set(site.statuses) == {304} for site in sites)
        assert (second.tally.done, second.states) == (0, first.states)
        assert contents(book.store.path) == before


def test_an_edited_entry_becomes_a_new_version_beside_the_old(book, site):
    book.run(site.feed)
    site.edits[2] = "The desk has since withdrawn its forecast entirely."
    result = book.run(site.feed)
    assert (result.tally.done, result.exit_status) == (1, 0)
    old, new = book.store.read(
        "SELECT version, text FROM articles WHERE url LIKE '%/news/2' ORDER BY version"
    )
    assert (old["version"], new["version"]) == (1, 2)
    assert "withdrawn" not in old["text"]
    assert "withdrawn" in new["text"]
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
    (failure,) = book.run(site.feed).failures  # page 4: its entry holds no text
    assert (failure["code"], failure["stage"]) == ("robots_disallowed", "robots")
    assert site.asked["/news/3"] == site.asked["/news/4"] == 0
    assert site.asked["/robots.txt"] == 1
    flags = book.one("SELECT flags FROM reports WHERE flags LIKE '%feed_text%'")
    assert "page_robots_disallowed" in flags


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


def test_a_page_that_keeps_failing_is_given_up_after_three_runs(book):
    with local_web(1, 4) as (site,):
        states = [book.run(f"{site.base}/news/2", deadline=9.0).states for _ in range(4)]
        assert [(s["deferred"], s["failed"]) for s in states] == [(1, 0), (1, 0), (0, 1), (0, 1)]
        assert site.asked["/news/2"] == 9  # three requests in each of three runs


def test_inputs_of_every_kind_in_any_order(book, site, tmp_path):
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "a.html").write_bytes(site.write_page(100))
    (tmp_path / "pages" / "b.txt").write_text("Bitcoin fell to $58,000 as traders sold.")
    addresses = ["# pages", f"{site.base}/news/1", f"{site.base}/news/1#top", "not an address"]
    (tmp_path / "urls.txt").write_text("\n".join([*addresses, f"{site.base}/news/2\n"]))
    (tmp_path / "saved.xml").write_bytes(site.write_feed())
    records = [
        {"id": "r1", "text": "Ether rose 4% to $2,000."},
        {"id": "r1", "text": "Ether rose 5% to $2,100."},
        {"id": 7, "html": "pages/a.html"},
    ]
    (tmp_path / "in.jsonl").write_text("\n".join(map(json.dumps, records)) + "\nno json\n")
    inputs = [str(tmp_path / name) for name in "pages urls.txt saved.xml in.jsonl".split()] + ["-"]
    stdin = [b'{"id": "s", "text": "Solana fell 3% to $150."}\n']
    result = book.run(*inputs, stdin=stdin)
    done = 2 + 2 + 4 + 3 + 1  # two of the feed's six are in the list
    assert result.states == {"done": done, "failed": 2, "deferred": 0, "pending": 0, "leased": 0}
    assert sorted(failure["line"] for failure in result.failures) == [4, 4]
    other = Book(tmp_path / "other.db")
    other.run(*reversed(inputs), stdin=stdin)
    assert contents(other.store.path)["items"].keys() == contents(book.store.path)["items"].keys()
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
    rows = []
    for order in ((0, 1), (1, 0)):
        with closing(open_store(tmp_path / f"{order}.db")) as store:
            queue = Queue(store)
            for number in order:
                url = f"https://a.example/x?utm_source={number}"
                payload = {"feed": f"f{number}"}
                item = Item("url:x", "url", url=url, host="a.example", payload=payload)
                feed = Item(f"feed:f{number}", "feed", url=f"f{number}", entries=(item,))
                queue.add([feed])
            (row,) = store.read("SELECT url, payload FROM items WHERE kind = 'url'")
            rows.append(tuple(row))
    assert rows == [("https://a.example/x?utm_source=0", '{"feed": "f0"}')] * 2


class Poisonous(Fetcher):
    """Meets a bug of ours at one page."""

    def ask(self, url, **known):
        if url.endswith("/news/2"):
            raise RuntimeError("a bug")
        return super().ask(url, **known)


def test_a_poison_item_is_given_up_after_three_runs_and_blocks_nothing(book, site):
    fetcher = Poisonous(allow_private=("127.0.0.1",))
    states = [book.run(site.feed, fetcher=fetcher).states for _ in range(4)]
    assert [(s["deferred"], s["failed"]) for s in states] == [(1, 0), (1, 0), (0, 1), (0, 1)]
    assert [s["done"] for s in states] == [5] * 4
    assert book.one("SELECT code FROM items WHERE state = 'failed'") == "internal"


# ---- kill -9


def kill_and_finish(tmp_path: Path, opml, rounds: int, processes: int, pages: int) -> None:
    """Kills runs at `rounds` points, most amid the pages, and compares with a run left alone."""
    chance = random.Random(f"{rounds} {processes}")
    with local_web(4, pages, faulty=False) as sites:
        inputs = opml(sites)
        finish([start_run(tmp_path / "a.db", inputs)])
        asked = count_pages(sites).total()
        killed = 0
        for number in range(1, rounds + 1):
            started = [start_run(tmp_path / "b.db", inputs) for _ in range(processes)]
            if number % 4:
                goal = asked + asked * number // (rounds + 2)
                wait_until(lambda goal=goal: count_pages(sites).total() >= goal)
            time.sleep(chance.uniform(0, 0.3))
            for process in started:
                killed += process.poll() is None
                process.kill()
                process.wait()
                process.stderr.close()
        finish([start_run(tmp_path / "b.db", inputs) for _ in range(processes)])
        again = count_pages(sites).total() - 2 * asked
    wanted, got = contents(tmp_path / "a.db"), contents(tmp_path / "b.db")
    differing = [key for key, items in wanted["items"].items() if got["items"].get(key) != items]
    assert not differing
    assert got == wanted
    assert again <= killed * 4  # at most what was in flight is asked for again
    assert killed >= rounds // 2


# Nineteen processes at once read no page in its 10 seconds where other tests run beside them.
@pytest.mark.parametrize("processes", [1, pytest.param(3, marks=pytest.mark.timed)])
@pytest.mark.timeout(300)  # it starts up to nineteen processes
def test_kills_change_nothing(tmp_path, opml, processes):
    kill_and_finish(tmp_path, opml, 5, processes, 240)  # ten rounds in all


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("processes", [1, 3])
def test_a_hundred_kills_change_nothing(tmp_path, opml, processes):
    kill_and_finish(tmp_path, opml, 100, processes, 2000)


@pytest.mark.parametrize(("number", "status"), [(2, 130), (15, 143), (1, 129)])  # INT, TERM, HUP
def test_a_signal_leaves_a_clean_state(tmp_path, opml, number, status):
    with local_web(2, 400, faulty=False) as sites:
        process = start_run(tmp_path / "b.db", opml(sites))
        wait_until(lambda: count_pages(sites))
        process.send_signal(number)
        messages = process.communicate(timeout=60)[1]
    assert process.returncode == status
    assert re.search(rb"waiting +\d+ +the same command goes on", messages)
    with closing(open_store(tmp_path / "b.db")) as store:
        assert not store.read("SELECT 1 FROM items WHERE state = 'leased'")
        assert store.read("SELECT 1 FROM items WHERE state = 'pending'")
