"""A batch and its surroundings: hosts that ask for patience, bad feeds, other processes, disks."""

import csv
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner

from summarizer.batch.items import Hooks, Item
from summarizer.batch.queue import Queue
from summarizer.batch.run import Batch
from summarizer.batch.store import open_store
from summarizer.cli.main import main
from summarizer.errors import StorageError
from summarizer.web.fetch import Fetcher
from tests.support.book import OFFLINE, finish, start_run, wait_until
from tests.support.local_web import Site, count_pages, local_web, write_opml

RSS = "application/rss+xml"


class Odd(Site):
    """A site that answers some paths with `replies`: (status, body, type, headers)."""

    def __init__(self):
        super().__init__(3, 6, faulty=False)
        self.replies = {}

    def answer(self, request) -> None:
        if request.path not in self.replies:
            return super().answer(request)
        status, body, media, headers = (*self.replies[request.path], {})[:4]
        return self.send(request, status, body, media, **headers)


@pytest.fixture
def odd():
    with closing(Odd()) as site:
        yield site


def opml(folder, *sites):
    (folder / "feeds.opml").write_text(write_opml(sites))
    return str(folder / "feeds.opml")


# ---- hosts that ask for patience


class Watched(Fetcher):
    """Notes at each page when the host's next turn is. With one worker, each page is one turn."""

    def __init__(self, book):
        super().__init__(allow_private=("127.0.0.1",))
        self.book = book
        self.turns = []

    def ask(self, url, **known):
        if "/news/" in url:
            self.turns.append(self.book.one("SELECT max(next_at) FROM hosts"))
        return super().ask(url, **known)


@pytest.mark.parametrize(
    ("rate", "robots", "pause"),
    [
        (10.0, "", 0.1),
        (1000.0, "User-agent: *\nCrawl-delay: 0.2\n", 0.2),
    ],
    ids=["rate", "crawl delay"],
)
def test_pages_of_a_host_are_asked_in_turn(book, odd, rate, robots, pause):
    odd.robots = robots
    fetcher = Watched(book)
    assert book.run(odd.feed, rate=rate, jobs=1, fetcher=fetcher).states["done"] == 6
    assert len(fetcher.turns) == 6
    assert all(later - turn > pause - 1e-6 for turn, later in pairwise(fetcher.turns))


def test_a_host_whose_rules_cannot_be_read_is_left_alone_until_the_next_run(book, odd):
    odd.replies["/robots.txt"] = (500, b"no", "text/plain")
    (failure,) = book.run(f"{odd.base}/news/1").failures
    assert (failure["code"], failure["retryable"], odd.asked["/news/1"]) == ("http_500", True, 0)
    assert "robots.txt" in failure["message"]
    odd.replies.clear()
    assert book.run(f"{odd.base}/news/1").states["done"] == 1


def test_an_address_that_may_not_be_asked_fails_for_good_and_says_how_to_allow_it(book, odd):
    (failure,) = book.run(odd.feed, fetcher=Fetcher()).failures
    assert (failure["code"], failure["retryable"], odd.asked) == ("blocked_port", False, {})
    assert "--allow-private" in failure["message"]
    assert "robots" not in failure["message"]


def test_a_feed_that_names_a_time_is_not_asked_before_it(book, odd, tmp_path):
    feeds = opml(tmp_path, odd)
    odd.replies["/feed"] = (429, b"slow down", "text/plain", {"Retry-After": "3600"})
    (failure,) = book.run(feeds).failures
    assert (failure["stage"], failure["code"], failure["retryable"]) == ("feed", "http_429", True)
    odd.replies.clear()
    asked, messages = odd.asked["/feed"], []
    batch = Batch(Queue(book.store), OFFLINE, rate=0, hooks=Hooks(message=messages.append))
    assert batch.run([feeds]).exit_status == 1
    assert odd.asked["/feed"] == asked
    assert "is left alone for 60 more minutes: --retry-failed asks it again" in messages[0]
    assert book.run(feeds, retry_failed=True).states["done"] == 6


def test_feeds_that_list_each_other_come_to_an_end(book):
    with closing(Odd()) as one, closing(Odd()) as other:
        for site, listed in ((one, other), (other, one)):
            item = f"<item><title>t</title><link>{listed.feed}</link></item>"
            feed = f'<rss version="2.0"><channel>{item}</channel></rss>'
            site.replies["/feed"] = (200, feed.encode(), RSS)
        assert book.run(one.feed, other.feed).exit_status == 0
        assert one.asked["/feed"] + other.asked["/feed"] == 2


# ---- feeds that are none

EMPTY = '<rss version="2.0"><channel><title>t</title></channel></rss>'


@pytest.mark.parametrize(
    ("status", "body", "media", "code"),
    [
        (
            200,
            b"<html><body><p>Not found, but politely</p></body></html>",
            "text/html",
            "feed_invalid",
        ),
        (200, EMPTY.encode(), RSS, "feed_invalid"),
        (200, b"", RSS, "empty_body"),
        (200, b"<rss><channel>" + b" " * 11_000_000, RSS, "too_large"),
        (410, b"gone", "text/html", "http_410"),
    ],
    ids=["a page", "no entries", "nothing", "too large", "gone"],
)
def test_a_feed_that_is_none_is_a_failure(book, odd, tmp_path, status, body, media, code):
    odd.replies["/feed"] = (status, body, media)
    result = book.run(opml(tmp_path, odd), deadline=9.0)
    assert result.exit_status == 1
    (failure,) = result.failures
    assert (failure["url"], failure["stage"], failure["code"]) == (odd.feed, "feed", code)
    assert book.one("SELECT state FROM feeds") == ("failed" if code == "http_410" else "deferred")


def test_a_saved_feed_that_is_none_stops_nothing(book, tmp_path):
    feed, records = tmp_path / "a.xml", tmp_path / "b.jsonl"
    feed.write_text(EMPTY)
    records.write_text('{"id": 1, "text": "Bitcoin fell to $58,000 on Monday."}\n')
    result = book.run(str(feed), str(records))
    assert result.states["done"] == 1
    assert [failure["code"] for failure in result.failures] == ["feed_invalid"]
    item = "<item><title>Ether rose 4% to $2,000.</title></item>"
    feed.write_text(EMPTY.replace("<title>t</title>", item))
    result = book.run(str(feed))
    assert (result.states["done"], result.failures) == (1, [])


# ---- others at the same time


def test_three_processes_share_the_work_and_do_nothing_twice(tmp_path):
    with local_web(3, 60, faulty=False) as sites:
        feeds = opml(tmp_path, *sites)
        messages = finish([start_run(tmp_path / "b.db", feeds) for _ in range(3)])
        assert not any(b"locked" in said for said in messages)
        asked = count_pages(sites)
    assert len(asked) == sum(asked.values()) == 57  # three links stand in two feeds
    with closing(open_store(tmp_path / "b.db")) as store:
        (counts,) = store.read("SELECT count(*), count(DISTINCT item_id) FROM articles")
        assert tuple(counts) == (57, 57)


def test_a_writer_waits_for_another_that_holds_the_database(tmp_path):
    with closing(open_store(tmp_path / "b.db")) as store:
        queue = Queue(store)
        other = sqlite3.connect(tmp_path / "b.db", isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        ended = []

        def end() -> None:
            ended.append(True)
            other.execute("ROLLBACK")

        threading.Timer(0.5, end).start()
        queue.add([Item("record:1", "record")])
        assert ended
        other.close()


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_a_second_signal_ends_it_at_once(tmp_path):
    with local_web(1, 50, hang=30.0) as (site,):
        (tmp_path / "urls.txt").write_text(f"{site.base}/news/4\n")  # it hangs
        process = start_run(tmp_path / "b.db", tmp_path / "urls.txt")
        wait_until(lambda: site.asked["/news/4"])
        process.send_signal(signal.SIGINT)
        time.sleep(0.5)
        assert process.poll() is None  # it waits for what is in flight
        process.send_signal(signal.SIGTERM)
        messages = process.communicate(timeout=60)[1]
    assert process.returncode == 143  # the first signal alone would end it with 130, and a table
    assert b"the same command goes on" not in messages
    with closing(open_store(tmp_path / "b.db")) as store:
        Queue(store)  # the next run takes the lease of the dead
        assert store.read("SELECT state FROM items")[0][0] == "pending"


@pytest.mark.timeout(300)  # a machine under load starts a process and its readers slowly
@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_watch_writes_what_is_new_as_it_comes_and_stops_cleanly(odd, tmp_path):
    options = "--every 0.01 --rate 0 --offline --allow-private 127.0.0.1".split()
    command = [sys.executable, "-m", "summarizer", "watch", odd.feed, "--db", tmp_path / "w.db"]
    with subprocess.Popen(
        [*command, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        first = [json.loads(process.stdout.readline()) for _ in range(6)]
        odd.edits[2] = "The desk has since withdrawn its forecast entirely."
        edited = json.loads(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        rest, messages = process.communicate(timeout=100)
    assert (process.returncode, rest) == (130, "")
    assert len({report["article"]["url"] for report in first}) == 6
    assert edited["article"]["url"].endswith("/news/2")
    assert "6 new; 1 feed read; the next visit is in 0.01 minutes" in messages
    assert "Traceback" not in messages


# ---- disks


@pytest.fixture
def invoke(tmp_path):
    """Runs a command on `in.jsonl`, with what is to stand in it; %s is the folder."""

    def run(command: str, records: str = ""):
        if records:
            (tmp_path / "in.jsonl").write_text(records)
        return CliRunner().invoke(main, command.replace("%s", str(tmp_path)).split())

    return run


@pytest.mark.parametrize("name", ["broken.db", "folder.db"])
def test_a_database_that_cannot_be_written_or_is_broken_is_named(tmp_path, invoke, name):
    (tmp_path / "folder.db").mkdir()
    payload = {"record": {"text": "x" * 500}}
    with closing(open_store(tmp_path / "broken.db")) as store:
        Queue(store).add([Item(f"record:{n}", "record", payload=payload) for n in range(200)])
    with (tmp_path / "broken.db").open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 40_000)
    ran = invoke(
        f"batch %s/in.jsonl -o %s/{name} --offline", '{"text": "Bitcoin fell to $58,000."}\n'
    )
    assert ran.exit_code == 4, ran.output
    assert name in ran.stderr
    assert ran.stderr.count("\n") <= 2
    assert "Traceback" not in ran.stderr
    assert ". " in ran.stderr  # the advice


@pytest.mark.skipif(sys.platform != "linux", reason="/proc takes no files, whoever asks")
def test_a_read_only_folder_is_named():
    with pytest.raises(StorageError, match="/proc/") as caught:
        open_store(Path("/proc/reports.db"))
    assert caught.value.exit_status == 4
    assert caught.value.advice


def test_what_no_output_can_hold_is_the_same_in_every_output(tmp_path, invoke):
    pytest.importorskip("pyarrow")
    import pyarrow.parquet as parquet

    ran = invoke(
        "batch %s/in.jsonl -o %s/x.db --offline",
        r'{"id": "a\u0000\ud800", "title": "Bitcoin \ud83d slides\u0000", "source": "S\udfff", '
        r'"text": "Bitcoin fell to $58,000 on Monday\u0000 \udc00."}'
        "\n"
        '{"id": 9223372036854775808, "title": "t", "text": "Ether rose to $2,000.", '
        '"published_at": NaN}\n',
    )
    assert ran.exit_code == 0
    export = "export --db %s/x.db --with-text"
    lines = [json.loads(line) for line in invoke(export).stdout.splitlines()]
    assert invoke(f"{export} --format parquet -o %s/x.parquet").exit_code == 0
    rows = parquet.read_table(tmp_path / "x.parquet").to_pylist()
    cells = list(csv.DictReader(io.StringIO(invoke(f"{export} --format csv").stdout)))
    ids = ["a?", "9223372036854775808"]
    assert [[part["id"] for part in form] for form in (lines, rows, cells)] == [ids] * 3
    titles = [line["article"]["title"] for line in lines]
    assert [row["article"]["title"] for row in rows] == titles
    assert [cell["title"] for cell in cells] == titles
    assert lines[0]["article"]["text"] == rows[0]["article"]["text"]
    assert not any(part in json.dumps(lines) for part in ("\\u0000", "\\ud8", "\\udc", "NaN"))
