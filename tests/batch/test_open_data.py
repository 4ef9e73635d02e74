"""The database and its exports open in other programs."""

import asyncio
import csv
import io
import json
from contextlib import closing
from datetime import date, datetime

import pytest
from click.testing import CliRunner

from summarizer import analyze_text
from summarizer.batch.items import Item, Outcome
from summarizer.batch.queue import Queue
from summarizer.batch.store import load_migrations, migrate, open_store
from summarizer.cli.main import main

TEXT = (
    "Bitcoin plunged 4% to $58,000 on Tuesday, according to CoinGlass. Analysts warn of a fall to"
    " $55,000 as sellers took hold of the market and traders left."
)


@pytest.fixture
def database(tmp_path):
    store = open_store(tmp_path / "n.db")
    queue = Queue(store, "test")
    queue.add([Item("record:1", "record"), Item("record:2", "record")])
    when = datetime(2025, 3, 14, 9, 26)  # noqa: DTZ001  naive is UTC
    for title, published_at in (("=one", when), ("two", None)):
        report = analyze_text(f"{TEXT} {title}", title=title, published_at=published_at)
        queue.finish(queue.lease(0), Outcome(report.article, report))
    store.close()
    return store.path


def export(database, *args):
    ran = CliRunner().invoke(main, ["export", "--db", str(database), *map(str, args)])
    assert ran.exit_code == 0, ran.output
    return ran.stdout


def foreign_keys(db):
    tables = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return [row for (name,) in tables for row in db.execute(f"PRAGMA foreign_key_list({name})")]


def test_foreign_keys_name_their_columns_in_new_and_in_migrated_databases(tmp_path):
    import sqlite3

    with closing(sqlite3.connect(tmp_path / "old.db", isolation_level=None)) as old:
        migrate(old, tmp_path / "old.db", load_migrations()[:2])
        assert {row[4] for row in foreign_keys(old)} == {None}
        old.execute("INSERT INTO runs (owner, started_at) VALUES ('x', '2025')")
    for name in ("old.db", "new.db"):
        store = open_store(tmp_path / name)
        keys = foreign_keys(store.connection)
        assert len(keys) >= 8 and {row[4] for row in keys} == {"id"}
        assert store.read("PRAGMA integrity_check")[0][0] == "ok"
        assert not store.read("PRAGMA foreign_key_check")
        with pytest.raises(Exception, match="FOREIGN KEY"), store.write() as db:
            db.execute("INSERT INTO run_items VALUES (99, 99)")
        store.close()
    with closing(sqlite3.connect(tmp_path / "old.db")) as old:
        assert old.execute("SELECT count(*) FROM runs").fetchone() == (1,)
        assert old.execute("SELECT count(*) FROM flat_facts").fetchone() == (0,)


def test_datasette_shows_every_table(database):
    app = pytest.importorskip("datasette.app")
    site = app.Datasette([str(database)])

    async def visit():
        tables = (await site.client.get("/n.json")).json()["tables"]
        names = [table["name"] for table in tables if not table["hidden"]] + ["flat_facts"]
        return {name: (await site.client.get(f"/n/{name}")).status_code for name in names}

    statuses = asyncio.run(visit())
    assert len(statuses) > 8 and set(statuses.values()) == {200}


def test_facts_and_calls_are_flat_rows(database):
    facts = [json.loads(line) for line in export(database, "--table", "facts").splitlines()]
    assert {(row["kind"], row["subject"], row["value"]) for row in facts} >= {
        ("price", "BTC", 58000.0),
        ("price_change", "BTC", -4.0),
    }
    assert all(row["report_id"] and row["quote"] and row["end"] > row["start"] for row in facts)
    calls = list(
        csv.DictReader(io.StringIO(export(database, "--table", "calls", "--format", "csv")))
    )
    assert [row["asset"] for row in calls] == ["BTC", "BTC"]
    assert calls[0]["title"] == "'=one"  # no formula
    view = open_store(database).read("SELECT count(*) FROM flat_facts")[0][0]
    assert view == len(facts)


def test_parquet_holds_real_times_and_duckdb_reads_it(database, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    for table in ("facts", "calls"):
        path = tmp_path / f"{table}.parquet"
        for _ in range(2):  # its own file may be written over
            export(database, "--table", table, "--format", "parquet", "-o", path)
        rows = parquet.read_table(path).to_pylist()
        assert rows[0]["published_at"] == datetime(2025, 3, 14, 9, 26)  # noqa: DTZ001
        assert rows[-1]["published_at"] is None
    assert isinstance(rows[0]["until"], date)
    duckdb = pytest.importorskip("duckdb")
    db = duckdb.connect(config={"autoinstall_known_extensions": "false"})
    sql = f"SELECT year(published_at), year(until) FROM '{path}' WHERE published_at < '2026-01-01'"
    assert db.sql(sql).fetchall() == [(2025, 2025)]
