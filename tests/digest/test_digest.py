"""Stories and the digest: reprints count once, daily columns stay apart, weight is credibility, and it is quick."""

import json
import os
import random
import sqlite3
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path

import pytest
from click.testing import CliRunner

from summarizer import analyze_text
from summarizer.batch.run import analyze_record
from summarizer.cli.main import main
from summarizer.digest.digest import make_digest, parse_since
from summarizer.digest.stories import Told, group_stories
from summarizer.errors import UsageError
from summarizer.render.digest import print_digest, render_digest
from summarizer.settings import Settings
from tests.batch.test_export import OWN, unsafe

NOW = datetime(2026, 2, 10, 12, tzinfo=UTC)
SUBJECTS = (
    "Mara Holdings",
    "Tether",
    "Metaplanet",
    "the SEC",
    "Deribit",
    "BlackRock",
    "Upbit",
    "Kraken",
    "the Bank of Japan",
    "Circle",
)


def words(chance: random.Random, count: int) -> str:
    return " ".join(chance.choice(VOCABULARY) for _ in range(count))


VOCABULARY = [
    a + b
    for a in ("ba", "ko", "re", "mi", "tu", "sal", "ven", "dor", "pil", "qua")
    for b in ("der", "ling", "tor", "mond", "sky", "pan", "rel", "vik", "zen", "lo")
]


def report(
    title: str,
    direction: str,
    *,
    outlet: str = "a.example",
    credibility: str = "high",
    text: str = "",
    hours: int = 1,
) -> dict:
    """A stored report, as far as a digest looks at it."""
    text = text or f"{title}. " + words(random.Random(title), 120)
    return {
        "id": title, "summary": title, "facts": [], "flags": [], "credibility": {"level": credibility},
        "calls": [{"asset": "BTC", "direction": direction, "confidence": 0.8}],
        "article": {"title": title, "text": text, "source": None, "domain": outlet, "url": f"https://{outlet}/{title.replace(' ', '-')}",
                    "published_at": (NOW - timedelta(hours=hours)).isoformat()},
    }  # fmt: skip


def digest(*reports: dict, asset: str | None = None):
    return make_digest(reports, NOW - timedelta(days=1), NOW, asset)


def test_rewrites_by_three_outlets_are_one_story_each():
    """Fifteen events in three tellings, among them pairs of events of one company or fund, and six that only look alike."""
    rows = [
        json.loads(line)
        for line in (Path(__file__).parents[1] / "stories.jsonl").read_text("utf-8").splitlines()
    ]
    groups = group_stories([Told(row["title"], row["text"], NOW, row["outlet"]) for row in rows])
    found = {pair for group in groups for pair in combinations(sorted(group), 2)}
    wanted = {
        (i, j) for i, j in combinations(range(len(rows)), 2) if rows[i]["story"] == rows[j]["story"]
    }
    assert len(wanted) == 45
    assert len(found & wanted) >= 0.9 * len(wanted)  # recall
    assert len(found & wanted) >= 0.9 * len(found)  # precision


def test_reprints_are_one_story_and_an_outlets_columns_are_not():
    told = [
        Told(
            "XRP Price Prediction For July 21",
            "XRP trades at $3.52, says CoinMarketCap. The daily candle closes far from resistance.",
            NOW,
            "a.example",
        ),
        Told(
            "XRP Price Prediction For July 23",
            "Sellers hold XRP at $3.44 on CoinMarketCap. One should focus on the level of yesterday.",
            NOW,
            "a.example",
        ),
        Told("Market wrap", words(random.Random(1), 200), NOW, "a.example"),
        Told(
            "Another headline over the same words", words(random.Random(1), 200), NOW, "a.example"
        ),
        Told("比特幣", "比特幣週二跌破六萬五千美元，創下三個月新低。" * 9, NOW, "a.example"),
        Told("行情", "比特幣週二跌破六萬五千美元，創下三個月新低。" * 9, NOW, "b.example"),
        Told("", "", NOW, "c.example"),
        Told("", "", NOW, "d.example"),
    ]
    assert group_stories(told) == [[0], [1], [2, 3], [4, 5], [6], [7]]


def test_the_same_words_weeks_apart_are_two_stories():
    text = words(random.Random(2), 200)
    assert len(group_stories([Told("a", text, NOW), Told("a", text, NOW - timedelta(days=9))])) == 2
    assert len(group_stories([Told("a", text, NOW), Told("a", text, None)])) == 1


def test_a_reprint_does_not_add_weight_and_outlets_are_told():
    text = words(random.Random(3), 150)
    reprints = [
        report(
            "Tether mints a billion dollars on Tron", "bullish", outlet=f"{n}.example", text=text
        )
        for n in range(9)
    ]
    made = digest(*reprints, report("Deribit options expire with a thud", "bearish"))
    (view,) = made.assets
    assert (view.view, view.direction, view.stories, view.bullish, view.bearish) == (
        0.0,
        "neutral",
        2,
        1,
        1,
    )
    assert made.stories[0].corroboration == 9
    assert len(made.stories[0].outlets) == 9


def test_credibility_weighs_and_dissent_is_named():
    made = digest(
        report("Kraken adds reserves in the open", "bullish"),
        report(
            "Secret insider says crash is near", "bearish", outlet="b.example", credibility="low"
        ),
    )
    (view,) = made.assets
    assert view.direction == "bullish"
    assert [part.outlet.name for part in view.dissent] == ["b.example"]


def test_levels_are_counted_by_outlet():
    fact = {
        "kind": "support_level",
        "subject": "BTC",
        "value": 58000,
        "unit": "USD",
        "period": None,
    }
    reports = [
        report(f"{name} sees a floor", "neutral", outlet=f"{n}.example") | {"facts": [fact, fact]}
        for n, name in enumerate(SUBJECTS[:3])
    ]
    (level,) = digest(*reports).levels
    assert (level.value, level.outlets) == (58000, 3)


def test_what_is_printed_cannot_be_markup(capsys):
    hostile = report("[/] [link=file:///etc/passwd]x\x1b[2J \u202e\u200b| <b>", "bullish")
    hostile["article"]["url"] = "javascript:alert(1)"
    hostile["article"]["domain"] = "[evil](http://x)"
    made = digest(hostile)
    print_digest(made)
    shown = capsys.readouterr().out
    assert (
        "[/] [link=file:///etc/passwd]x" in shown
        and "\x1b[2J" not in shown
        and "javascript:" not in shown
    )
    assert not unsafe(shown)
    note = render_digest(made)
    assert (
        "javascript:" not in note
        and "<b>" not in note.replace("\\<b\\>", "")
        and "\\[evil\\]" in note
    )


def test_an_empty_period(capsys):
    print_digest(digest())
    assert "No article" in capsys.readouterr().out
    assert render_digest(digest()).startswith("# Crypto digest")


def test_periods():
    assert parse_since("7d", NOW) == NOW - timedelta(days=7)
    assert parse_since("2026-02-01", NOW) == datetime(2026, 2, 1, tzinfo=UTC)
    with pytest.raises(UsageError):
        parse_since("yesterday", NOW)


@pytest.mark.timed
@pytest.mark.timeout(60)
def test_five_thousand_reports_are_digested_in_ten_seconds():
    chance = random.Random(4)
    reports = []
    for number in range(5000):
        first = number % 1700  # three tellings of most
        text = words(random.Random(first), 250).split()
        for _ in range(8):
            text[chance.randrange(250)] = "changed"
        title = f"{SUBJECTS[first % 10]} {words(random.Random(first), 5)} in case {first}"
        reports.append(
            report(
                title,
                chance.choice(("bullish", "bearish", "neutral")),
                outlet=f"{number % 40}.example",
                text=" ".join(text),
            )
        )
    started = (
        time.process_time()
    )  # not the wall clock: other programs may be at work beside the tests
    made = digest(*reports)
    assert time.process_time() - started < 10
    assert 1690 <= made.assets[0].stories <= 1710


# ---- the commands over a database


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    folder = tmp_path_factory.mktemp("db")
    records = [
        {"id": f"r{n}", "url": f"https://{n}.example/a", "title": f"Bitcoin slid to ${58_000 + n:,} as {SUBJECTS[n]} sold", "source": f"S{n}",
         "published_at": "2026-02-10T10:00:00", "text": f"Bitcoin fell {n + 2}% to ${58_000 + n:,} as {SUBJECTS[n]} sold. Support sits at $55,000."}
        for n in range(5)
    ]  # fmt: skip
    (folder / "in.jsonl").write_text("\n".join(map(json.dumps, records)) + "\n{bad\n")
    done = CliRunner().invoke(
        main, ["batch", str(folder / "in.jsonl"), "-o", str(folder / "x.db"), "--offline"]
    )
    assert done.exit_code == 1  # the bad line
    return folder


def invoke(*arguments: object):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_commands_read_what_a_batch_stored(database):
    db = database / "x.db"
    assert (
        json.loads(invoke("digest", "--db", db, "--since", "2026-02-01", "--json").stdout)[
            "articles"
        ]
        == 5
    )
    assert (
        "| BTC |"
        in invoke(
            "digest", "--db", db, "--since", "2026-02-01", "--markdown", "--asset", "btc"
        ).stdout
    )
    assert [
        row["source"] for row in json.loads(invoke("search", "--db", db, "--json", "tether").stdout)
    ] == ["S1"]
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
    assert (
        invoke("batch", database / "in.jsonl", "-o", database / "o.jsonl", "--offline").exit_code
        == 1
    )
    records = [json.loads(line) for line in (database / "in.jsonl").read_text().splitlines()[:5]]
    alone = [
        analyze_record(record, database, Settings(offline=True)).to_dict() for record in records
    ]
    (database / "plain.jsonl").write_text("".join(json.dumps(told) + "\n" for told in alone))

    def read(name: str) -> list[dict]:
        reports = [json.loads(line) for line in (database / name).read_text("utf-8").splitlines()]
        for told in reports:
            told["analyst"].pop("seconds")
        return reports

    assert read("o.jsonl") == read("plain.jsonl")
    (failure,) = [
        json.loads(line) for line in (database / "o.jsonl.failures.jsonl").read_text().splitlines()
    ]
    assert (failure["line"], failure["code"], failure["stage"], failure["retryable"]) == (
        6,
        "bad_record",
        "read",
        False,
    )
    before = (database / "o.jsonl").read_bytes()
    again = invoke("batch", database / "in.jsonl", "-o", database / "o.jsonl", "--offline")
    assert (again.exit_code, (database / "o.jsonl").read_bytes()) == (1, before)
    assert "0 analysed now" in again.stderr


def test_a_terminal_of_few_characters_and_columns_shows_what_it_can(database):
    command = [
        sys.executable,
        "-m",
        "summarizer",
        "digest",
        "--db",
        str(database / "x.db"),
        "--since",
        "2026-02-01",
    ]
    ran = subprocess.run(
        command,
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
    analyze_text("Bitcoin fell to $58,000.")
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
    commands = [("export",), ("export", "--format", "csv"), ("search", "bitcoin", "--limit", 99), ("search", "bitcoin", "--json"),
                ("digest", *since), ("digest", *since, "--json"), ("digest", *since, "--markdown"), ("show", "1"), ("show", "1", "--json")]  # fmt: skip
    for command in commands:
        ran = invoke(*command, "--db", db)
        assert ran.exit_code == 0 and len(ran.stdout) > 200, (command, ran.output)
        assert not unsafe(ran.stdout.replace("\r\n", "\n")), (command, unsafe(ran.stdout))
