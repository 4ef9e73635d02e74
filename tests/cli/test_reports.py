"""The commands over a database that a batch has filled: digest, search, show, export, and watch."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from summarizer.batch.run import analyze_record
from summarizer.cli.main import main
from summarizer.settings import Settings
from tests.batch.test_export import OWN, unsafe

CAUSES = {
    "Mara Holdings": "miners that need cash sell more of what they dig",
    "Tether": "its reserves are moved into gold and bonds, and demand falls",
    "Metaplanet": "the treasuries of Japanese firms face heavy losses",
    "the SEC": "seized coins flood a weak market",
    "Deribit": "long positions of options traders are liquidated",
}


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    folder = tmp_path_factory.mktemp("db")
    records = [
        {
            "id": f"r{n}",
            "url": f"https://{n}.example/a",
            "title": f"Bitcoin slid to ${58_000 + n:,} as {subject} sold",
            "source": f"S{n}",
            "published_at": "2026-02-10T10:00:00",
            "text": f"Bitcoin fell {n + 2}% to ${58_000 + n:,} as {subject} sold. "
            "Support sits at $55,000. The price of bitcoin could drop further, as selling pressure"
            f" grows and {cause}.",
        }
        for n, (subject, cause) in enumerate(CAUSES.items())
    ]
    (folder / "in.jsonl").write_text("\n".join(map(json.dumps, records)) + "\n{bad\n")
    done = CliRunner().invoke(
        main, ["batch", str(folder / "in.jsonl"), "-o", str(folder / "x.db"), "--offline"]
    )
    assert done.exit_code == 0  # though a line is bad
    return folder


def invoke(*arguments: object):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_commands_read_what_a_batch_stored(database):
    db = database / "x.db"
    digest = ("digest", "--db", db, "--since", "2026-02-01")
    assert json.loads(invoke(*digest, "--json").stdout)["articles"] == 5
    assert "| BTC |" in invoke(*digest, "--markdown", "--asset", "btc").stdout
    page = database / "digest.html"
    written = invoke(*digest, "--html", "-o", page)
    assert (written.exit_code, written.stdout) == (0, "")
    assert page.read_text("utf-8").startswith("<!doctype html>")
    assert invoke(*digest, "-o", page, "--force").exit_code == 0  # its ending chooses the form
    assert page.read_text("utf-8").startswith("<!doctype html>")
    rows = json.loads(invoke("search", "--db", db, "--json", "tether").stdout)
    assert [row["source"] for row in rows] == ["S1"]
    assert json.loads(invoke("search", "--db", db, "--json", "absent").stdout) == []
    assert json.loads(invoke("show", "r2", "--db", db, "--json").stdout)["id"] == "r2"
    page = invoke("show", "r2", "--db", db, "--html", "--with-text").stdout
    assert page.startswith("<!doctype html>") and "<mark" in page
    missing = invoke("show", "nothing", "--db", db)
    assert (missing.exit_code, missing.stdout) == (1, "")
    lines = invoke("export", "--db", db).stdout.splitlines()
    assert [json.loads(line)["id"] for line in lines] == [f"r{n}" for n in range(5)]
    assert invoke("export", "--db", database / "absent.db").exit_code == 4


def test_a_file_of_reports_is_what_each_record_gives_alone(database):
    batch = ("batch", database / "in.jsonl", "-o", database / "o.jsonl", "--offline")
    assert invoke(*batch, "--strict").exit_code == 1
    records = [json.loads(line) for line in (database / "in.jsonl").read_text().splitlines()[:5]]
    alone = [
        analyze_record(record, database, Settings(offline=True)).to_dict() for record in records
    ]
    (database / "plain.jsonl").write_text("".join(json.dumps(report) + "\n" for report in alone))

    def read(name: str) -> list[dict]:
        reports = [json.loads(line) for line in (database / name).read_text("utf-8").splitlines()]
        for report in reports:
            report["analyst"].pop("seconds")
        return reports

    assert read("o.jsonl") == read("plain.jsonl")
    (failure,) = [
        json.loads(line) for line in (database / "o.jsonl.failures.jsonl").read_text().splitlines()
    ]
    assert (failure["line"], failure["code"], failure["stage"]) == (6, "bad_record", "read")
    assert failure["retryable"] is False
    before = (database / "o.jsonl").read_bytes()
    again = invoke(*batch)
    assert (again.exit_code, (database / "o.jsonl").read_bytes()) == (0, before)
    assert "0 analysed now" in again.stderr


def test_a_terminal_of_few_characters_and_columns_shows_what_it_can(database):
    digest = ["digest", "--db", str(database / "x.db"), "--since", "2026-02-01"]
    ran = subprocess.run(
        [sys.executable, "-m", "summarizer", *digest],
        env=os.environ | {"PYTHONIOENCODING": "ascii", "COLUMNS": "40"},
        capture_output=True,
        timeout=60,
    )
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert b"5 articles" in ran.stdout


def test_usage_is_checked_before_anything_starts(database, tmp_path):
    assert invoke("batch", "/no/such", "-o", tmp_path / "o.jsonl").exit_code == 2
    assert invoke("batch", database / "in.jsonl", "-o", tmp_path / "o.txt").exit_code == 2
    assert invoke("batch", database / "in.jsonl", "-o", tmp_path / "no" / "o.jsonl").exit_code == 4
    assert not (tmp_path / "o.jsonl").exists()


def test_the_example_is_watched_once(database):
    run = invoke(
        "watch", database / "in.jsonl", "--db", database / "w.db", "--runs", "1", "--offline"
    )
    assert len(run.stdout.splitlines()) == 5
    assert all(json.loads(line)["schema_version"] == 1 for line in run.stdout.splitlines())


def test_the_queries_of_the_readme_answer(database):
    """In SQLite as they stand; DuckDB reads the export."""
    folder = Path(__file__).parents[2] / "summarizer" / "batch"
    readme = (folder / "README.md").read_text("utf-8")
    queries = [
        part
        for part in readme.partition("```sql\n")[2].partition("```")[0].split(";\n")
        if part.strip()
    ]
    assert len(queries) == 4
    connection = sqlite3.connect(database / "x.db")
    opinions, levels, failures, found = (
        connection.execute(query.replace("funding liquidations", "sold support")).fetchall()
        for query in queries
    )
    connection.close()
    assert sum(row[2] for row in opinions if row[0] == "BTC") == 5
    assert [(row[0], row[1], row[3]) for row in levels] == [
        ("support_level", 55_000.0, "Support sits at $55,000")
    ] * 5
    assert failures == [("read", "bad_record", 1, None)]
    assert len(found) == 5


def test_hostile_strings_through_every_command_of_a_database(tmp_path):
    records = [
        {
            "id": f"r{n}",
            "title": f"Bitcoin {text} fell",
            "source": text,
            "text": f"Bitcoin fell 3% to $58,00{n % 10} today. {text}",
        }
        for n, text in enumerate(OWN)
    ]
    (tmp_path / "in.jsonl").write_text("\n".join(map(json.dumps, records)))
    db = tmp_path / "h.db"
    assert invoke("batch", tmp_path / "in.jsonl", "-o", db, "--offline").exit_code == 0
    since = ("--since", "2020-01-01")
    commands = [
        ("export",),
        ("export", "--format", "csv"),
        ("search", "bitcoin", "--limit", 99),
        ("search", "bitcoin", "--json"),
        ("digest", *since),
        ("digest", *since, "--json"),
        ("digest", *since, "--markdown"),
        ("show", "1"),
        ("show", "1", "--json"),
    ]
    for command in commands:
        ran = invoke(*command, "--db", db)
        assert ran.exit_code == 0 and len(ran.stdout) > 200, (command, ran.output)
        assert not unsafe(ran.stdout.replace("\r\n", "\n")), (command, unsafe(ran.stdout))


# ---- unattended


def test_some_failures_are_no_failure_of_the_run_unless_strict(tmp_path):
    good = json.dumps({"id": "a", "text": "Bitcoin fell 4% to $58,000 on Tuesday."})
    (tmp_path / "some.jsonl").write_text(good + "\n{bad\n")
    (tmp_path / "all.jsonl").write_text("{bad\n")
    for name, options, code in (
        ("some", (), 0), ("some", ("--strict",), 1), ("all", (), 1), ("some", (), 0)
    ):  # fmt: skip
        out = tmp_path / f"{name}.db"
        ran = invoke("batch", tmp_path / f"{name}.jsonl", "-o", out, "--offline", *options)
        assert ran.exit_code == code, (name, options)


def test_quiet_says_nothing_and_verbose_names_each_article(tmp_path):
    text = (
        "Bitcoin fell 4% to $58,000 on Monday. The price of bitcoin could drop further, as selling"
        " pressure grows and open interest falls."
    )
    good = json.dumps({"id": "a", "title": "It fell", "text": text})
    (tmp_path / "in.jsonl").write_text(good + "\n{bad\n")
    (tmp_path / "bad.jsonl").write_text("{bad\n")
    batch = ("batch", tmp_path / "in.jsonl", "-o", tmp_path / "x.db", "--offline")
    assert 'done bearish "It fell" a' in invoke(*batch, "--verbose").stderr
    ran = invoke(*batch, "--quiet")
    assert (ran.stdout, ran.stderr) == ("", "")
    ran = invoke("batch", tmp_path / "bad.jsonl", "-o", tmp_path / "y.db", "--offline", "--quiet")
    assert "bad_record" in ran.stderr and "time" not in ran.stderr


def test_a_digest_is_of_named_assets_a_period_and_a_length(database, tmp_path):
    digest = ("digest", "--db", database / "x.db", "--since", "2026-02-01", "--json")

    def read(*options):
        return json.loads(invoke(*digest, *options).stdout)

    for name in ("bitcoin", "btc", "BTC", "Bitcoin"):
        assert [view["asset"] for view in read("--asset", name)["assets"]] == ["BTC"], name
    assert read("--asset", "ETH", "--asset", "bitcoin")["articles"] == 5
    assert read("--asset", "dogecoin")["articles"] == 0
    assert read("--until", "2026-02-10T09:00")["articles"] == 0
    assert read("--until", "2026-02-10T11:00")["articles"] == 5
    assert len(read("--limit", "2")["stories"]) == 2
    assert invoke(*digest, "--until", "2026-01-01").exit_code == 2
    assert invoke(*digest, "--until", "soon").exit_code == 2


@pytest.mark.parametrize("name", ["d.md", "d.json", "d.txt"])
def test_a_digest_goes_to_a_file_and_over_its_last_one_alone(database, tmp_path, name):
    path = tmp_path / name
    digest = ("digest", "--db", database / "x.db", "--since", "2026-02-01", "-o", path)
    for _ in range(2):
        ran = invoke(*digest)
        assert (ran.exit_code, ran.stdout) == (0, "")
    assert "BTC" in path.read_text("utf-8")
    path.write_text("my notes")
    assert invoke(*digest).exit_code == 2 and path.read_text() == "my notes"
