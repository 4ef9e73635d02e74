"""What a batch does with hosts that ask for patience, feeds that are none, other processes, impatient users and broken disks."""

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
from pathlib import Path

import pytest
from click.testing import CliRunner

from summarizer.batch.items import Item, ItemKind
from summarizer.batch.queue import Queue
from summarizer.batch.run import Batch
from summarizer.batch.store import open_store
from summarizer.batch.tally import Hooks
from summarizer.cli.main import main
from summarizer.errors import StorageError
from summarizer.web.fetch import Fetcher
from tests.batch.test_feeds import start_run
from tests.support.book import OFFLINE
from tests.support.local_web import Site, local_web, write_opml


class Odd(Site):
    """A site that answers some paths as `told`: (status, body, type, headers)."""

    def __init__(self, **told):
        super().__init__(3, 6, faulty=False)
        self.told = told

    def answer(self, request) -> None:
        reply = self.told.get(request.path.strip("/").replace(".", "_"))
        if reply is None:
            return super().answer(request)
        status, body, media, *headers = reply
        return self.send(request, status, body, media, **(headers[0] if headers else {}))


@pytest.fixture
def odd():
    site = Odd()
    yield site
    site.close()


def opml(folder, *sites):
    (folder / "feeds.opml").write_text(write_opml(sites))
    return str(folder / "feeds.opml")


# ---- hosts that ask for patience


def test_a_crawl_delay_is_kept_where_it_is_longer_than_the_rate(book, odd):
    odd.robots = "User-agent: *\nCrawl-delay: 0.3\n"
    started = time.monotonic()
    assert book.run(odd.feed, rate=1000.0).states["done"] == 6
    assert (
        time.monotonic() - started >= 1.2
    )  # six pages: five pauses, the first of them before the rules were read


def test_a_host_whose_rules_cannot_be_read_is_left_alone_until_the_next_run(book, odd):
    odd.told["robots_txt"] = (500, b"no", "text/plain")
    (failure,) = book.run(f"{odd.base}/news/1").failures
    assert (failure["code"], failure["retryable"], odd.asked["/news/1"]) == ("http_500", True, 0)
    assert "robots.txt" in failure["message"]
    del odd.told["robots_txt"]
    assert book.run(f"{odd.base}/news/1").states["done"] == 1


def test_an_address_that_may_not_be_asked_fails_for_good_and_says_how_to_allow_it(book, odd):
    (failure,) = book.run(odd.feed, fetcher=Fetcher()).failures
    assert (failure["code"], failure["retryable"], odd.asked) == ("blocked_port", False, {})
    assert "--allow-private" in failure["message"] and "robots" not in failure["message"]


def test_a_feed_that_names_a_time_is_not_asked_before_it(book, odd, tmp_path):
    feeds = opml(tmp_path, odd)
    odd.told["feed"] = (429, b"slow down", "text/plain", {"Retry-After": "3600"})
    assert [(f["stage"], f["code"], f["retryable"]) for f in book.run(feeds).failures] == [
        ("feed", "http_429", True)
    ]
    del odd.told["feed"]
    asked, said = odd.asked["/feed"], []
    fetcher = Fetcher(allow_private=("127.0.0.1",))
    result = Batch(
        Queue(book.store), OFFLINE, fetcher=fetcher, rate=0, hooks=Hooks(message=said.append)
    ).run([feeds])
    assert (odd.asked["/feed"], result.exit_status) == (asked, 1)
    assert "is left alone for 60 more minutes: --retry-failed asks it again" in said[0]
    assert book.run(feeds, retry_failed=True).states["done"] == 6


def test_feeds_that_list_each_other_come_to_an_end(book):
    one, other = Odd(), Odd()
    try:
        for site, next_one in ((one, other), (other, one)):
            site.told["feed"] = (200, f'<rss version="2.0"><channel><item><title>t</title><link>{next_one.feed}</link></item></channel></rss>'.encode(), "application/rss+xml")  # fmt: skip
        assert book.run(one.feed, other.feed).exit_status == 0
        assert one.asked["/feed"] + other.asked["/feed"] == 2
    finally:
        one.close()
        other.close()


# ---- feeds that are none


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (
            (200, b"<html><body><p>Not found, but politely</p></body></html>", "text/html"),
            "feed_invalid",
        ),
        (
            (
                200,
                b'<rss version="2.0"><channel><title>t</title></channel></rss>',
                "application/rss+xml",
            ),
            "feed_invalid",
        ),
        ((200, b"", "application/rss+xml"), "empty_body"),
        ((200, b"<rss><channel>" + b" " * 11_000_000, "application/rss+xml"), "too_large"),
        ((410, b"gone", "text/html"), "http_410"),
    ],
)
def test_a_feed_that_is_none_is_a_failure_and_no_news_is_not_told_of_it(
    book, odd, tmp_path, reply, code
):
    odd.told["feed"] = reply
    result = book.run(opml(tmp_path, odd), deadline=9.0)
    assert result.exit_status == 1
    assert [(failure["url"], failure["stage"], failure["code"]) for failure in result.failures] == [
        (odd.feed, "feed", code)
    ]
    assert book.one("SELECT state FROM feeds") == ("failed" if code == "http_410" else "deferred")


def test_a_saved_feed_that_is_none_stops_nothing(book, tmp_path):
    (tmp_path / "a.xml").write_text('<rss version="2.0"><channel/></rss>')
    (tmp_path / "b.jsonl").write_text('{"id": 1, "text": "Bitcoin fell to $58,000 on Monday."}\n')
    result = book.run(str(tmp_path / "a.xml"), str(tmp_path / "b.jsonl"))
    assert (result.states["done"], [failure["code"] for failure in result.failures]) == (
        1,
        ["feed_invalid"],
    )
    (tmp_path / "a.xml").write_text(
        '<rss version="2.0"><channel><item><title>Ether rose 4% to $2,000.</title></item></channel></rss>'
    )
    result = book.run(str(tmp_path / "a.xml"))
    assert (result.states["done"], result.failures) == (1, [])


# ---- others at the same time


def test_three_processes_share_the_work_and_do_nothing_twice(tmp_path):
    with local_web(3, 60, faulty=False) as sites:
        (tmp_path / "feeds.opml").write_text(write_opml(sites))
        started = [start_run(tmp_path / "b.db", tmp_path / "feeds.opml") for _ in range(3)]
        for process in started:
            said = process.communicate(timeout=60)[1]
            assert process.returncode == 0 and b"locked" not in said, said
        asked = {
            path: count for site in sites for path, count in site.asked.items() if "/news/" in path
        }
        assert (
            sum(site.asked[path] for site in sites for path in site.asked if "/news/" in path) == 57
        )  # three links stand in two feeds
        assert max(asked.values()) == 1
    store = open_store(tmp_path / "b.db")
    assert store.read("SELECT count(*), count(DISTINCT item_id) FROM articles")[0][:] == (57, 57)
    store.close()


def test_a_writer_waits_for_another_that_holds_the_database(tmp_path):
    store = open_store(tmp_path / "b.db")
    queue = Queue(store)
    other = sqlite3.connect(tmp_path / "b.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(1.5, lambda: other.execute("ROLLBACK")).start()
    started = time.monotonic()
    queue.add([Item("record:1", ItemKind.RECORD)])
    assert 1.0 < time.monotonic() - started < 10
    other.close()
    store.close()


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_a_second_signal_ends_it_at_once(tmp_path):
    with local_web(1, 50, hang=15.0) as (site,):
        (tmp_path / "urls.txt").write_text(f"{site.base}/news/4\n")  # it hangs
        process = start_run(tmp_path / "b.db", tmp_path / "urls.txt")
        deadline = time.monotonic() + 20
        while not site.asked["/news/4"] and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        time.sleep(0.5)
        assert process.poll() is None  # it waits for what is in flight
        process.send_signal(signal.SIGINT)
        started = time.monotonic()
        assert process.wait(5) == 130
        assert time.monotonic() - started < 1.5
        process.stderr.close()
    store = open_store(tmp_path / "b.db")
    Queue(store)  # the next run takes the lease of the dead
    assert store.read("SELECT state FROM items")[0][0] == "pending"
    store.close()


@pytest.mark.timeout(300)  # a machine under load starts a process and its readers slowly
@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_watch_writes_what_is_new_as_it_comes_and_stops_cleanly(odd, tmp_path):
    command = [sys.executable, "-m", "summarizer", "watch", odd.feed, "--db", str(tmp_path / "w.db"), "--every", "0.01", "--rate", "0",
               "--offline", "--allow-private", "127.0.0.1"]  # fmt: skip
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        first = [json.loads(process.stdout.readline()) for _ in range(6)]
        odd.edits[2] = "The desk has since withdrawn its forecast entirely."
        edited = json.loads(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        rest, said = process.communicate(timeout=60)
    assert (process.returncode, rest) == (130, "")
    assert len({report["article"]["url"] for report in first}) == 6 and edited["article"][
        "url"
    ].endswith("/news/2")
    assert (
        "6 new; 1 feed read; the next visit is in 0.01 minutes" in said and "Traceback" not in said
    )


# ---- disks


def test_a_database_that_cannot_be_written_or_is_broken_is_named_with_advice(tmp_path):
    store = open_store(tmp_path / "broken.db")
    queue = Queue(store)
    queue.add(
        [
            Item(f"record:{n}", ItemKind.RECORD, payload={"record": {"text": "x" * 500}})
            for n in range(200)
        ]
    )
    store.close()
    with (tmp_path / "broken.db").open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 40_000)
    (tmp_path / "in.jsonl").write_text('{"text": "Bitcoin fell to $58,000."}\n')
    for name in ("broken.db", "folder.db"):
        (tmp_path / "folder.db").mkdir(exist_ok=True)
        ran = CliRunner().invoke(
            main, ["batch", str(tmp_path / "in.jsonl"), "-o", str(tmp_path / name), "--offline"]
        )
        assert ran.exit_code == 4, ran.output
        assert name in ran.stderr and ran.stderr.count("\n") <= 2 and "Traceback" not in ran.stderr
        assert ". " in ran.stderr  # the advice


@pytest.mark.skipif(sys.platform != "linux", reason="/proc takes no files, whoever asks")
def test_a_read_only_folder_is_named():
    with pytest.raises(StorageError, match="/proc/") as caught:
        open_store(Path("/proc/reports.db"))
    assert caught.value.exit_status == 4 and caught.value.advice


def test_what_no_output_can_hold_is_the_same_in_every_output(tmp_path):
    pytest.importorskip("pyarrow")
    import pyarrow.parquet as parquet

    (tmp_path / "in.jsonl").write_text(
        '{"id": "a\\u0000\\ud800", "title": "Bitcoin \\ud83d slides\\u0000", "source": "S\\udfff", "text": "Bitcoin fell to $58,000 on Monday\\u0000 \\udc00."}\n'
        '{"id": 9223372036854775808, "title": "t", "text": "Ether rose to $2,000.", "published_at": NaN}\n'
    )
    invoke = CliRunner().invoke
    assert (
        invoke(
            main, ["batch", str(tmp_path / "in.jsonl"), "-o", str(tmp_path / "x.db"), "--offline"]
        ).exit_code
        == 0
    )
    export = ["export", "--db", str(tmp_path / "x.db"), "--with-text"]
    lines = [json.loads(line) for line in invoke(main, export).stdout.splitlines()]
    assert (
        invoke(main, [*export, "--format", "parquet", "-o", str(tmp_path / "x.parquet")]).exit_code
        == 0
    )
    rows = parquet.read_table(tmp_path / "x.parquet").to_pylist()
    cells = list(csv.DictReader(io.StringIO(invoke(main, [*export, "--format", "csv"]).stdout)))
    assert (
        [line["id"] for line in lines]
        == [row["id"] for row in rows]
        == [cell["id"] for cell in cells]
        == ["a?", "9223372036854775808"]
    )
    assert (
        [line["article"]["title"] for line in lines]
        == [row["article"]["title"] for row in rows]
        == [cell["title"] for cell in cells]
    )
    assert lines[0]["article"]["text"] == rows[0]["article"]["text"]
    assert not any(part in json.dumps(lines) for part in ("\\u0000", "\\ud8", "\\udc", "NaN"))
