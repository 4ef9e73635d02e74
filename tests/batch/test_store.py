"""The database: migrations, faults of the disk, leases, and what comes out again."""

import json
import sqlite3
import subprocess
import sys
import time

import pytest

from summarizer import analyze_text
from summarizer.batch.export import write_reports
from summarizer.batch.items import Item, ItemKind, Outcome
from summarizer.batch.processes import process_name
from summarizer.batch.queue import LEASE, MAX_CRASHES, Queue
from summarizer.batch.reports import (
    find_reports,
    load_reports,
    search_articles,
    with_unique_ids,
)
from summarizer.batch.store import load_migrations, migrate, open_store
from summarizer.errors import FetchError, StorageError

TEXT = "Bitcoin (BTC) slid 4% to $58,000 on Tuesday. Support sits at $55,000, analysts said, and open interest fell to $17.2 billion."


@pytest.fixture
def store(tmp_path):
    store = open_store(tmp_path / "s.db")
    yield store
    store.close()


def fill(store, count=3, **ids) -> Queue:
    """A queue with `count` done items."""
    queue = Queue(store, "test")
    queue.add(
        [
            Item(f"record:{n}", ItemKind.RECORD, payload={"record": {}}, given_id=ids.get("given"))
            for n in range(count)
        ]
    )
    for number in range(count):
        report = analyze_text(
            f"{TEXT} This is story {number}.",
            title=f"Story {number}",
            url=f"https://a.example/{number}",
        )
        assert queue.finish(queue.lease(0), Outcome(report.article, report))
    return queue


def test_a_report_comes_out_as_it_went_in_and_its_parts_can_be_queried(store):
    fill(store, 1)
    report = analyze_text(f"{TEXT} This is story 0.", title="Story 0", url="https://a.example/0")
    told = next(load_reports(store))
    told["analyst"]["seconds"] = report.analyst.seconds
    assert told == report.to_dict(with_text=True)
    facts = store.read("SELECT kind, subject, value, unit FROM facts ORDER BY id")
    assert [tuple(row) for row in facts] == [
        (fact.kind, fact.subject, fact.value, fact.unit) for fact in report.facts
    ]
    assert not store.read(
        'SELECT 1 FROM evidence e JOIN articles a ON a.id = e.article_id WHERE substr(a.text, e.start + 1, e."end" - e.start) <> quote'
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
    row = find_reports(store, "https://a.example/1")
    ident = next(load_reports(store, where="a.id = ?", values=row))["id"]
    assert (
        find_reports(store, ident)
        == find_reports(store, ident[:20])
        == find_reports(store, str(row[0]))
        == row
    )
    assert find_reports(store, "%") == find_reports(store, "______") == []


def test_ids_never_collide(store, tmp_path):
    fill(store, 3, given="same")
    reports = list(load_reports(store))
    assert [
        told["id"] for told in with_unique_ids([told | {"id": "same"} for told in reports])
    ] == ["same", "same~2", "same~3"]


def test_exports_hold_every_report_and_no_formula(store, tmp_path):
    fill(store)
    hostile = next(load_reports(store)) | {"id": "=1+1", "summary": "a\u2028b\x85c"}
    for ending in ("jsonl", "csv", "parquet"):
        if ending == "parquet":
            pytest.importorskip("pyarrow")
        write_reports(tmp_path / f"o.{ending}", [hostile, *load_reports(store)])
    lines = (tmp_path / "o.jsonl").read_text("utf-8").splitlines()
    assert len(lines) == 4
    assert json.loads(lines[0])["summary"] == "a\u2028b\x85c"
    assert "\n'=1+1," in (tmp_path / "o.csv").read_text("utf-8").replace("\r\n", "\n")
    assert not list(tmp_path.glob(".*.part"))


# ---- faults


def test_a_foreign_file_a_newer_schema_and_a_missing_folder_are_named(tmp_path):
    (tmp_path / "text.db").write_text(
        "this is no database, but long enough to be taken for one " * 50
    )
    sqlite3.connect(tmp_path / "other.db").execute("CREATE TABLE mine (x)").connection.commit()
    open_store(tmp_path / "newer.db").close()
    sqlite3.connect(tmp_path / "newer.db").execute("PRAGMA user_version = 99").connection.close()
    (tmp_path / "file").write_text("")
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
        queue.add(
            [
                Item(f"record:x{n}", ItemKind.RECORD, payload={"text": "x" * 5000})
                for n in range(200)
            ]
        )
    assert store.read("SELECT count(*) FROM reports")[0][0] == 1
    assert store.read("PRAGMA integrity_check")[0][0] == "ok"


def test_a_migration_is_whole_or_not_at_all_and_leaves_a_backup(tmp_path):
    path = tmp_path / "m.db"
    store = open_store(path)
    fill(store)
    store.close()
    now = load_migrations()
    broken = [*now, "CREATE TABLE more (x INTEGER);\nINSERT INTO nowhere VALUES (1);\n"]
    connection = sqlite3.connect(path, isolation_level=None)
    with pytest.raises(sqlite3.OperationalError):
        migrate(connection, path, broken)
    assert connection.execute("PRAGMA user_version").fetchone()[0] == len(now)
    assert not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'more'").fetchall()
    migrate(connection, path, [*now, "ALTER TABLE items ADD COLUMN more TEXT;\n"])
    assert connection.execute("SELECT count(more), count(*) FROM items").fetchone() == (0, 3)
    backup = sqlite3.connect(tmp_path / f"m.db.v{len(now)}.bak")
    assert backup.execute("SELECT count(*) FROM reports").fetchone()[0] == 3
    backup.close()
    connection.close()


OLD = """INSERT INTO items (key, kind, state, url, host, first_seen_at) VALUES
      ('url:https://a.example/1', 'url', 'done', 'https://a.example/1', 'a.example', '2026-02-10T06:00:00Z'),
      ('url:https://a.example/2', 'url', 'deferred', 'https://a.example/2', 'a.example', '2026-02-10T06:00:00Z');
    INSERT INTO feeds (url, address, title, etag, failures, paused, code, message) VALUES
      ('https://a.example/old', 'https://feeds.example:8443/rss?x=1', 'A', '"e"', 0, 0, NULL, NULL), ('https://b.example/f', 'https://b.example/f', 'B', NULL, 3, 1, 'http_500', 'no'),
      ('/home/saved.xml', '/home/saved.xml', 'C', NULL, 0, 0, NULL, NULL);
    INSERT INTO sources VALUES (1, 1, 'x'), (2, 1, 'y'), (2, 3, 'z');"""
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


def test_a_kill_within_a_migration_leaves_the_old_database_working(tmp_path):
    path = tmp_path / "old.db"
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    migrate(connection, path, load_migrations()[:1])
    connection.executescript(OLD)
    connection.close()
    statement = killed = 0
    while True:  # at every third statement, from the first to the last
        statement += 3
        ran = subprocess.run(
            [sys.executable, "-c", KILLED_AT, path, str(statement)], capture_output=True, timeout=30
        )
        if ran.returncode == 0:
            break
        assert ran.returncode == -9, ran.stderr
        killed += 1
        connection = sqlite3.connect(path)
        assert connection.execute("PRAGMA user_version").fetchone()[0] == 1
        assert (
            connection.execute(
                "SELECT count(*) FROM feeds JOIN sources ON feed_id = feeds.id JOIN items ON items.id = item_id"
            ).fetchone()[0]
            == 3
        )
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        connection.close()
    assert killed >= 5
    assert (
        sqlite3.connect(tmp_path / "old.db.v1.bak")
        .execute("SELECT count(*) FROM feeds")
        .fetchone()[0]
        == 3
    )


def test_an_old_database_is_carried_over_with_its_feeds(tmp_path):
    path = tmp_path / "old.db"
    connection = sqlite3.connect(path, isolation_level=None)
    migrate(connection, path, load_migrations()[:1])
    connection.executescript(OLD)
    connection.close()
    store = open_store(path)
    feeds = store.read(
        "SELECT f.url, f.address, f.state, f.failures, i.host FROM feeds f JOIN items i ON i.id = f.id ORDER BY f.id"
    )
    assert [tuple(row) for row in feeds] == [
        ("https://a.example/old", "https://feeds.example:8443/rss?x=1", "done", 0, "feeds.example:8443"),
        ("https://b.example/f", "https://b.example/f", "failed", 3, "b.example"), ("/home/saved.xml", "/home/saved.xml", "done", 0, "")]  # fmt: skip
    carried = store.read(
        "SELECT i.url, f.title, s.fingerprint FROM sources s JOIN items i ON i.id = item_id JOIN feeds f ON f.id = feed_id"
    )
    assert sorted(tuple(row) for row in carried) == [
        ("https://a.example/1", "A", "x"),
        ("https://a.example/2", "A", "y"),
        ("https://a.example/2", "C", "z"),
    ]
    assert not store.read("PRAGMA foreign_key_check")
    Queue(store)
    store.close()


def test_processes_that_open_a_new_database_at_once_all_succeed(tmp_path):
    code = f"from pathlib import Path; from summarizer.batch.store import open_store; open_store(Path({str(tmp_path / 'n.db')!r})).close()"
    started = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(4)]
    assert [process.wait(30) for process in started] == [0] * 4


# ---- leases


def dead_process() -> str:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    host, _, rest = process_name().partition(":")
    return f"{host}:{ended.pid}:{rest.partition(':')[2]}"


def test_a_dead_workers_item_is_taken_again_and_a_late_result_is_dropped(store):
    queue = Queue(store)
    queue.add([Item("record:1", ItemKind.RECORD, payload={"record": {}})])
    late = queue.lease(0)
    assert queue.lease(0) is None
    with store.write() as db:
        db.execute("UPDATE items SET leased_until = ?", (time.time() - 1,))
    queue.free_leases()
    again = queue.lease(0)
    report = analyze_text(TEXT)
    assert queue.finish(late, Outcome(report.article, report)) is None
    assert queue.finish(again, Outcome(report.article, report)) == "done"
    assert store.read("SELECT count(*) FROM reports")[0][0] == 1


@pytest.mark.parametrize(
    "until", [time.time() + 10 * LEASE, time.time() - 3600], ids=["ahead", "behind"]
)
def test_a_clock_that_jumped_does_not_keep_an_item(store, until):
    queue = Queue(store)
    queue.add([Item("record:1", ItemKind.RECORD, payload={})])
    queue.lease(0)
    with store.write() as db:
        db.execute("UPDATE items SET leased_until = ?", (until,))
    queue.free_leases()
    assert queue.lease(0)


def test_an_item_that_kills_every_process_is_given_up(store):
    queue = Queue(store)
    queue.add([Item("record:1", ItemKind.RECORD, payload={})])
    owner = dead_process()
    for _ in range(MAX_CRASHES):
        assert queue.lease(0)
        with store.write() as db:
            db.execute("UPDATE items SET owner = ?", (owner,))
        queue.free_leases()
    assert queue.lease(0) is None
    assert [failure["code"] for failure in queue.failures()] == ["poison"]


def test_a_failure_that_may_pass_waits_for_the_next_run_not_for_the_resumed_one(store):
    queue = Queue(store)
    queue.add([Item("record:1", ItemKind.RECORD, payload={})])
    queue.finish(queue.lease(0), Outcome(failure=FetchError("x", code="timeout", retryable=True)))
    with store.write() as db:
        db.execute("UPDATE runs SET owner = ?", (dead_process(),))  # killed
    resumed = Queue(store)
    assert resumed.lease(0) is None
    resumed.end()
    assert Queue(store).lease(0)


def test_a_run_on_a_machine_that_is_no_more_does_not_keep_failures_from_another_try(store):
    queue = Queue(store)
    queue.add([Item("record:1", ItemKind.RECORD, payload={"record": {}})])
    queue.finish(queue.lease(0), Outcome(failure=FetchError("x", code="timeout", retryable=True)))
    with store.write() as db:
        db.execute("UPDATE runs SET owner = 'gone:1:2'")
    assert Queue(store).lease(0) is None  # it may still be at work
    with store.write() as db:
        db.execute("UPDATE runs SET started_at = '2026-02-10T06:00:00Z'")
    assert Queue(store).lease(0)


def test_a_host_is_asked_by_two_at_once_and_then_in_turn(store):
    queue = Queue(store)
    queue.add(
        [Item(f"url:{n}", ItemKind.URL, url="x", host="a.example", payload={}) for n in range(5)]
    )
    assert queue.lease(1000.0)
    time.sleep(0.002)
    assert queue.lease(1000.0)
    time.sleep(0.002)
    assert queue.lease(1000.0) is None
    assert queue.lease(0)  # no limit
