"""The database and the queue: migrations, faults of the disk, leases, and what comes out again."""

import json
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest

from summarizer import analyze_text
from summarizer.batch.export import WRITERS, replacing
from summarizer.batch.items import Item, Outcome
from summarizer.batch.queue import LEASE, MAX_CRASHES, Queue
from summarizer.batch.reports import find_reports, load_reports, search_articles
from summarizer.batch.store import load_migrations, migrate, open_store, process_name
from summarizer.errors import FetchError, StorageError

TEXT = (
    "Bitcoin (BTC) slid 4% to $58,000 on Tuesday. Support sits at $55,000, analysts said, "
    "and open interest fell to $17.2 billion."
)


@pytest.fixture
def store(tmp_path):
    store = open_store(tmp_path / "s.db")
    yield store
    store.close()


def story(number: int):
    """The report of one of several articles."""
    url = f"https://a.example/{number}"
    return analyze_text(f"{TEXT} This is story {number}.", title=f"Story {number}", url=url)


def record(number: int, **payload) -> Item:
    return Item(f"record:{number}", "record", payload=payload)


def done(report) -> Outcome:
    return Outcome(report.article, report)


def fill(store, count: int = 3) -> Queue:
    """A queue with `count` done items."""
    queue = Queue(store, "test")
    queue.add([record(number) for number in range(count)])
    for number in range(count):
        assert queue.finish(queue.lease(0), done(story(number)))
    return queue


def one_item(store) -> Queue:
    queue = Queue(store)
    queue.add([record(1, record={})])
    return queue


def write(store, sql: str, *values) -> None:
    with store.write() as db:
        db.execute(sql, values)


def test_a_report_comes_out_as_it_went_in_and_its_parts_can_be_queried(store):
    fill(store, 1)
    report = story(0)
    kept = next(load_reports(store))
    kept["analyst"]["seconds"] = report.analyst.seconds
    assert kept == report.to_dict(with_text=True)
    facts = store.read("SELECT kind, subject, value, unit FROM facts ORDER BY id")
    assert [tuple(row) for row in facts] == [
        (fact.kind, fact.subject, fact.value, fact.unit) for fact in report.facts
    ]
    assert not store.read(
        """SELECT 1 FROM evidence e JOIN articles a ON a.id = e.article_id
        WHERE substr(a.text, e.start + 1, e."end" - e.start) <> quote"""
    )
    assert store.read("SELECT count(*) FROM calls")[0][0] == len(report.calls)


def test_search_finds_words_and_takes_any_query(store):
    fill(store)
    assert search_articles(store, "story 2", 5)[0]["title"] == "Story 2"
    assert len(search_articles(store, "analyst supports", 5)) == 3  # stems
    assert search_articles(store, "story absent", 5) == []
    for query in ('"', "a AND", "NEAR(", "x*", "title:", "-", "\0", " ", "☃ 'or 1=1"):
        search_articles(store, query, 5)


def test_show_finds_by_number_id_and_address(store):
    fill(store)
    rows = find_reports(store, "https://a.example/1")
    ident = next(load_reports(store, where="a.id = ?", values=rows))["id"]
    digits = ident.removeprefix("sha256:")
    for name in (ident, ident[:20], digits[:12], digits[:12].upper(), str(rows[0])):
        assert find_reports(store, name) == rows
    for name in ("%", "______", "sha25", digits[1:12]):
        assert find_reports(store, name) == []


def test_ids_never_collide(store):
    fill(store)
    with store.write() as db:
        db.execute("UPDATE reports SET id = 'same', report = json_set(report, '$.id', 'same')")
    assert [report["id"] for report in load_reports(store)] == ["same", "same~2", "same~3"]


def test_exports_hold_every_report_and_no_formula(store, tmp_path):
    pytest.importorskip("pyarrow")
    fill(store)
    hostile = next(load_reports(store)) | {"id": "=1+1", "summary": "a\u2028b\x85c"}
    for ending in ("jsonl", "csv", "parquet"):
        with replacing(tmp_path / f"o.{ending}") as stream:
            WRITERS[f".{ending}"](stream, [hostile, *load_reports(store)])
    lines = (tmp_path / "o.jsonl").read_text("utf-8").splitlines()
    assert len(lines) == 4
    assert json.loads(lines[0])["summary"] == "a\u2028b\x85c"
    assert "\n'=1+1," in (tmp_path / "o.csv").read_text("utf-8").replace("\r\n", "\n")
    assert not list(tmp_path.glob(".*.part"))


# ---- faults


def test_a_foreign_file_a_newer_schema_and_a_missing_folder_are_named(tmp_path):
    (tmp_path / "text.db").write_text("this is no database, but long enough to be one " * 50)
    (tmp_path / "file").write_text("")
    open_store(tmp_path / "newer.db").close()
    for name, sql in (("other", "CREATE TABLE x (y)"), ("newer", "PRAGMA user_version = 99")):
        with closing(sqlite3.connect(tmp_path / f"{name}.db")) as db:
            db.execute(sql)
    for name in ("text.db", "other.db", "newer.db", "file/x.db"):
        with pytest.raises(StorageError, match=name.rpartition("/")[2]) as caught:
            open_store(tmp_path / name)
        assert caught.value.exit_status == 4
        assert caught.value.advice
    with pytest.raises(StorageError):
        open_store(tmp_path / "absent.db", create=False)


def test_a_full_disk_keeps_what_was_committed(store):
    queue = fill(store, 1)
    store.read(f"PRAGMA max_page_count = {store.read('PRAGMA page_count')[0][0]}")
    with pytest.raises(StorageError, match="full"):
        queue.add([record(100 + number, text="x" * 5000) for number in range(200)])
    assert store.read("SELECT count(*) FROM reports")[0][0] == 1
    assert store.read("PRAGMA integrity_check")[0][0] == "ok"


def test_a_migration_is_whole_or_not_at_all_and_leaves_a_backup(tmp_path):
    path = tmp_path / "m.db"
    with closing(open_store(path)) as store:
        fill(store)
    now = load_migrations()
    broken = [*now, "CREATE TABLE more (x INTEGER);\nINSERT INTO nowhere VALUES (1);\n"]
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        with pytest.raises(sqlite3.OperationalError):
            migrate(db, path, broken)
        assert db.execute("PRAGMA user_version").fetchone()[0] == len(now)
        assert not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'more'").fetchall()
        migrate(db, path, [*now, "ALTER TABLE items ADD COLUMN more TEXT;\n"])
        assert db.execute("SELECT count(more), count(*) FROM items").fetchone() == (0, 3)
    with closing(sqlite3.connect(tmp_path / f"m.db.v{len(now)}.bak")) as backup:
        assert backup.execute("SELECT count(*) FROM reports").fetchone()[0] == 3


OLD = """
    INSERT INTO items (key, kind, state, url, host, first_seen_at) VALUES
        ('url:https://a.example/1', 'url', 'done', 'https://a.example/1', 'a.example',
            '2026-02-10T06:00:00Z'),
        ('url:https://a.example/2', 'url', 'deferred', 'https://a.example/2', 'a.example',
            '2026-02-10T06:00:00Z');
    INSERT INTO feeds (url, address, title, etag, failures, paused, code, message) VALUES
        ('https://a.example/old', 'https://feeds.example:8443/rss?x=1', 'A', '"e"', 0, 0,
            NULL, NULL),
        ('https://b.example/f', 'https://b.example/f', 'B', NULL, 3, 1, 'http_500', 'no'),
        ('/home/saved.xml', '/home/saved.xml', 'C', NULL, 0, 0, NULL, NULL);
    INSERT INTO sources VALUES (1, 1, 'x'), (2, 1, 'y'), (2, 3, 'z');
"""
KILLED_AT = """
import os, signal, sqlite3, sys
from pathlib import Path
from summarizer.batch.store import load_migrations, migrate
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
left = int(sys.argv[2])
def count(statement):
    global left
    left -= 1
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
connection.set_trace_callback(count)
migrate(connection, Path(sys.argv[1]), load_migrations())
"""


@pytest.fixture
def old_path(tmp_path):
    """A database of schema 1."""
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        migrate(db, path, load_migrations()[:1])
        db.executescript(OLD)
    return path


def test_a_kill_within_a_migration_leaves_the_old_database_working(old_path):
    joined = """SELECT count(*) FROM feeds
        JOIN sources ON feed_id = feeds.id JOIN items ON items.id = item_id"""
    statement = killed = 0
    while True:  # at every third statement, from the first to the last
        statement += 3
        command = [sys.executable, "-c", KILLED_AT, old_path, str(statement)]
        ran = subprocess.run(command, capture_output=True, timeout=60)
        if ran.returncode == 0:
            break
        assert ran.returncode == -9, ran.stderr
        killed += 1
        with closing(sqlite3.connect(old_path)) as db:
            assert db.execute("PRAGMA user_version").fetchone()[0] == 1
            assert db.execute(joined).fetchone()[0] == 3
            assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert killed >= 5
    with closing(sqlite3.connect(f"{old_path}.v1.bak")) as backup:
        assert backup.execute("SELECT count(*) FROM feeds").fetchone()[0] == 3


def test_an_old_database_is_carried_over_with_its_feeds(old_path):
    with closing(open_store(old_path)) as store:
        feeds = store.read(
            """SELECT f.url, f.address, f.state, f.failures, i.host
            FROM feeds f JOIN items i ON i.id = f.id ORDER BY f.id"""
        )
        address = "https://feeds.example:8443/rss?x=1"
        assert [tuple(row) for row in feeds] == [
            ("https://a.example/old", address, "done", 0, "feeds.example:8443"),
            ("https://b.example/f", "https://b.example/f", "failed", 3, "b.example"),
            ("/home/saved.xml", "/home/saved.xml", "done", 0, ""),
        ]
        carried = store.read(
            """SELECT i.url, f.title, s.fingerprint
            FROM sources s JOIN items i ON i.id = item_id JOIN feeds f ON f.id = feed_id"""
        )
        assert sorted(tuple(row) for row in carried) == [
            ("https://a.example/1", "A", "x"),
            ("https://a.example/2", "A", "y"),
            ("https://a.example/2", "C", "z"),
        ]
        assert not store.read("PRAGMA foreign_key_check")
        Queue(store)


def test_processes_that_open_a_new_database_at_once_all_succeed(tmp_path):
    code = (
        "import sys; from pathlib import Path; from summarizer.batch.store import open_store; "
        "open_store(Path(sys.argv[1])).close()"
    )
    command = [sys.executable, "-c", code, tmp_path / "n.db"]
    started = [subprocess.Popen(command) for _ in range(4)]
    assert [process.wait(60) for process in started] == [0] * 4


# ---- leases


def dead_process() -> str:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    host, _, rest = process_name().partition(":")
    return f"{host}:{ended.pid}:{rest.partition(':')[2]}"


def test_a_dead_workers_item_is_taken_again_and_a_late_result_is_dropped(store):
    queue = one_item(store)
    late = queue.lease(0)
    assert queue.lease(0) is None
    write(store, "UPDATE items SET leased_until = ?", time.time() - 1)
    queue.free_leases()
    again = queue.lease(0)
    report = analyze_text(TEXT)
    assert queue.finish(late, done(report)) is None
    assert queue.finish(again, done(report)) == "done"
    assert store.read("SELECT count(*) FROM reports")[0][0] == 1


@pytest.mark.parametrize("ahead", [10 * LEASE, -3600.0])
def test_a_clock_that_jumped_does_not_keep_an_item(store, ahead):
    queue = one_item(store)
    queue.lease(0)
    write(store, "UPDATE items SET leased_until = ?", time.time() + ahead)
    queue.free_leases()
    assert queue.lease(0)


def test_an_item_that_kills_every_process_is_given_up(store):
    queue = one_item(store)
    owner = dead_process()
    for _ in range(MAX_CRASHES):
        assert queue.lease(0)
        write(store, "UPDATE items SET owner = ?", owner)
        queue.free_leases()
    assert queue.lease(0) is None
    assert [failure["code"] for failure in queue.failures()] == ["poison"]


def fail_once(store) -> None:
    """A run whose only item failed, but may succeed later."""
    queue = one_item(store)
    failure = FetchError("x", code="timeout", retryable=True)
    assert queue.finish(queue.lease(0), Outcome(failure=failure)) == "deferred"


def test_a_failure_that_may_pass_waits_for_the_next_run_not_for_the_resumed_one(store):
    fail_once(store)
    write(store, "UPDATE runs SET owner = ?", dead_process())  # killed
    resumed = Queue(store)
    assert resumed.lease(0) is None
    resumed.end()
    assert Queue(store).lease(0)


def test_a_run_on_a_machine_that_is_no_more_does_not_keep_failures_from_another_try(store):
    fail_once(store)
    write(store, "UPDATE runs SET owner = 'gone:1:2'")
    assert Queue(store).lease(0) is None  # it may still be at work
    write(store, "UPDATE runs SET started_at = '2026-02-10T06:00:00Z'")
    assert Queue(store).lease(0)


def pages(count: int) -> list[Item]:
    return [Item(f"url:{n}", "url", url="x", host="a.example") for n in range(count)]


def test_a_host_is_asked_by_two_at_once(store):
    queue = Queue(store)
    queue.add(pages(5))
    fast = 1e9  # requests a second: the next turn is at once
    assert queue.lease(fast)
    assert queue.lease(fast)
    assert queue.lease(fast) is None
    assert queue.lease(0)  # no limit


@pytest.mark.parametrize(("delay", "pause"), [(0, 100), (300, 300)], ids=["rate", "crawl delay"])
def test_a_host_is_asked_no_faster_than_the_rate_and_its_own_rules_allow(store, delay, pause):
    queue = Queue(store)
    queue.add(pages(3))
    write(store, "UPDATE hosts SET delay = ?", delay)
    assert queue.lease(1 / 100)
    (leased,) = store.read(
        """SELECT leased_until, hosts.next_at FROM items JOIN hosts USING (host)
        WHERE state = 'leased'"""
    )
    assert leased["next_at"] == pytest.approx(leased["leased_until"] - LEASE + pause)
    assert queue.lease(1 / 100) is None
    write(store, "UPDATE hosts SET next_at = ?", time.time() - 1)  # its turn has come
    assert queue.lease(1 / 100)
