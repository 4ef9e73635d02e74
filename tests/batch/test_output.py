"""A file of reports loses nothing: not to a second batch, a second process, a kill or a mistake."""

import csv
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as parquet
import pytest
from click.testing import CliRunner

from summarizer.cli.main import main
from tests.support.book import wait_until

TEXTS = {
    "a": "Bitcoin fell 4% to $58,000 on Tuesday, according to CoinGlass.",
    "b": "Ether rose 2% to $3,100 on Wednesday, desks said.",
    "c": "Solana was flat at $144 on Thursday, traders said.",
}
FORMS = [".jsonl", ".csv", ".parquet"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(name, *ids, **about):
    lines = [json.dumps({"id": one, "text": TEXTS[one], **about}) for one in ids]
    Path(name).write_text("\n".join(lines) + "\n", "utf-8")
    return name


def batch(*args, code=0):
    ran = CliRunner().invoke(main, ["batch", *map(str, args), "--offline"])
    assert ran.exit_code == code, ran.output
    return ran.stderr


def ids(path):
    path = Path(path)
    if path.suffix == ".jsonl":
        return [json.loads(line)["id"] for line in path.read_text("utf-8").splitlines()]
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as stream:
            return [row["id"] for row in csv.DictReader(stream)]
    return parquet.read_table(path)["id"].to_pylist()


# ---- what is there stays


@pytest.mark.parametrize("form", FORMS)
def test_a_second_batch_keeps_what_the_first_wrote(folder, form):
    out = f"out{form}"
    batch(write("1.jsonl", "a", "b"), "-o", out)
    batch(write("2.jsonl", "c"), "-o", out)
    assert ids(out) == ["a", "b", "c"]
    before = Path(out).read_bytes()
    batch("2.jsonl", "-o", out)
    assert ids(out) == ["a", "b", "c"]
    if form != ".parquet":
        assert Path(out).read_bytes() == before
    batch("1.jsonl", "2.jsonl", "-o", out)
    assert sorted(ids(out)) == ["a", "b", "c"]


@pytest.mark.parametrize("form", FORMS)
def test_reports_stay_though_the_database_beside_them_is_gone(folder, form):
    out = f"out{form}"
    batch(write("1.jsonl", "a", "b"), "-o", out)
    for path in folder.glob("*.state.db*"):
        path.unlink()
    batch(write("2.jsonl", "c", "a"), "-o", out)
    assert ids(out) == ["b", "c", "a"]


def test_another_article_under_the_same_number_is_not_lost(folder):
    Path("1.jsonl").write_text(json.dumps({"id": "1", "text": TEXTS["a"]}))
    Path("2.jsonl").write_text(json.dumps({"id": "1", "text": TEXTS["b"]}))
    batch("1.jsonl", "-o", "out.jsonl")
    batch("2.jsonl", "-o", "out.jsonl")
    older, newer = ids("out.jsonl")
    assert newer == "1" and older.startswith("1~")
    batch("2.jsonl", "-o", "out.jsonl")
    assert ids("out.jsonl") == [older, "1"]


def test_an_edited_record_takes_the_place_of_the_old_one(folder):
    record = {"id": "1", "url": "https://a.example/1", "text": TEXTS["a"]}
    for text in (TEXTS["a"], TEXTS["a"] + " It then rose."):
        Path("1.jsonl").write_text(json.dumps(record | {"text": text}))
        batch("1.jsonl", "-o", "out.jsonl")
    assert ids("out.jsonl") == ["1"]


# ---- failures that still stand


def failures(out="out.jsonl"):
    path = Path(f"{out}.failures.jsonl")
    rows = map(json.loads, path.read_text("utf-8").splitlines()) if path.exists() else ()
    return [(row["id"], Path(row["url"]).name, row["line"]) for row in rows]


def write_lines(name, *lines):
    Path(name).write_text("\n".join(json.dumps(line) for line in lines) + "\n", "utf-8")
    return name


GOOD = {"text": TEXTS["a"]}


@pytest.mark.parametrize("form", FORMS)
def test_a_failure_stays_until_its_record_succeeds(folder, form):
    out = f"out{form}"
    batch(write_lines("1.jsonl", {"id": "x"}, [1], {"id": "y"}, GOOD), "-o", out)
    old = [("x", "1.jsonl", 1), (None, "1.jsonl", 2), ("y", "1.jsonl", 3)]
    assert failures(out) == old
    batch(write_lines("2.jsonl", {"id": "z"}, {"id": "x", "text": TEXTS["b"]}), "-o", out)
    assert failures(out) == [*old, ("z", "2.jsonl", 1)]  # its "x" is another record
    mended = {"id": "x", **GOOD}, {"text": TEXTS["c"]}, {"id": "y"}
    batch(write_lines("1.jsonl", *mended), "-o", out)
    assert failures(out) == [("z", "2.jsonl", 1), ("y", "1.jsonl", 3)]
    batch(write_lines("2.jsonl", {"id": "z", **GOOD}), "-o", out)
    assert failures(out) == [("y", "1.jsonl", 3)]
    batch(write_lines("1.jsonl", {"id": "y", **GOOD}), "-o", out)
    assert not Path(f"{out}.failures.jsonl").exists()


def test_a_failure_of_a_page_stays_until_the_page_is_read(folder):
    for name in ("one.html", "two.html"):
        Path(name).write_text("<p></p>")
    batch("one.html", "-o", "out.jsonl", code=1)
    batch("two.html", "-o", "out.jsonl", code=1)
    assert failures() == [(None, "one.html", None), (None, "two.html", None)]
    Path("one.html").write_text(f"<h1>Bitcoin slides</h1><p>{TEXTS['a']}</p>")
    batch("one.html", "-o", "out.jsonl")
    assert failures() == [(None, "two.html", None)]


def test_a_failure_of_an_address_is_told_by_its_address(folder):
    url = "http://127.0.0.1:9/a"
    batch(write_lines("1.jsonl", {"url": url}), "-o", "out.jsonl", code=1)
    batch(write_lines("2.jsonl", GOOD, {"url": url}), "-o", "out.jsonl")
    assert failures() == [(None, "a", 1)]
    batch(write_lines("3.jsonl", {"url": url, **GOOD}), "-o", "out.jsonl")
    assert failures() == []


# ---- what it must not write over


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("out.jsonl", '{"id": "a", "text": "my only copy"}\n'),
        ("out.csv", "date,price\n2025-01-01,3\n"),
        ("out.parquet", "PAR1 of somebody else"),
        ("out.jsonl", "notes"),
    ],
)
def test_a_file_of_somebody_else_is_left_alone(folder, name, content):
    Path(name).write_text(content)
    assert "--force" in batch(write("1.jsonl", "a"), "-o", name, code=2)
    assert Path(name).read_text() == content
    Path(name).unlink()
    Path(name).touch()  # an empty one holds nothing
    batch("1.jsonl", "-o", name)
    assert ids(name) == ["a"]


def test_force_replaces_it(folder):
    Path("out.jsonl").write_text("notes")
    batch(write("1.jsonl", "a"), "-o", "out.jsonl", "--force")
    assert ids("out.jsonl") == ["a"]


@pytest.mark.parametrize("name", ["in.jsonl", "./in.jsonl"])
def test_an_input_is_never_the_output_though_forced(folder, name):
    before = Path(write("in.jsonl", "a")).read_text()
    assert "is an input" in batch("in.jsonl", "-o", name, "--force", code=2)
    assert Path("in.jsonl").read_text() == before and not list(folder.glob("*.db"))


def test_a_folder_does_not_read_its_own_reports(folder):
    Path("pages").mkdir()
    Path("pages/a.txt").write_text(TEXTS["a"])
    for _ in range(2):
        message = batch("pages", "-o", "pages/out.jsonl")
        assert len(ids("pages/out.jsonl")) == 1
    assert "holds reports" in message


def test_an_export_writes_over_nothing_of_others(folder):
    batch(write("1.jsonl", "a"), "-o", "news.db")
    Path("x.csv").write_text("date,price\n")
    ran = CliRunner().invoke(main, ["export", "--db", "news.db", "--format", "csv", "-o", "x.csv"])
    assert ran.exit_code == 2 and Path("x.csv").read_text() == "date,price\n"


# ---- a second form, a second process, a kill


def test_a_second_form_analyses_nothing_again(folder):
    batch(write("1.jsonl", "a", "b"), "-o", "out.jsonl")
    message = batch("1.jsonl", "-o", "out.csv")
    assert "0 analysed now" in message and ids("out.csv") == ["a", "b"]
    assert not Path("out.csv.state.db").exists()


@pytest.mark.parametrize("form", FORMS)
def test_two_at_once_lose_nothing(folder, form):
    for part in range(3):
        lines = (
            json.dumps({"id": f"{part}-{n}", "text": f"{TEXTS['a']} Case {part} of {n}."})
            for n in range(15)
        )
        Path(f"{part}.jsonl").write_text("\n".join(lines))
    command = [sys.executable, "-m", "summarizer", "batch"]
    runs = [
        subprocess.Popen(
            [*command, f"{part}.jsonl", "-o", f"out{form}", "--offline"],
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        )
        for part in range(3)
    ]
    assert [run.communicate()[1] and run.returncode for run in runs] == [0, 0, 0]
    assert sorted(ids(f"out{form}")) == sorted(f"{p}-{n}" for p in range(3) for n in range(15))
    assert not list(folder.glob(".out*"))


@pytest.mark.parametrize("form", [".jsonl", ".csv"])
def test_after_a_kill_the_file_holds_what_was_done(folder, form):
    lines = (json.dumps({"id": f"{n}", "text": f"{TEXTS['a']} Case {n}."}) for n in range(300))
    Path("in.jsonl").write_text("\n".join(lines))
    out = Path(f"out{form}")
    run = subprocess.Popen(
        [sys.executable, "-m", "summarizer", "batch", "in.jsonl", "-o", out, "--offline"],
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    wait_until(lambda: out.exists() and len(ids(out)) > 20)
    run.send_signal(signal.SIGKILL)
    run.wait()
    done = ids(out)
    assert 20 < len(done) < 300 and len(set(done)) == len(done)
    with out.open("a") as stream:
        stream.write('{"schema_ver')  # a line that a kill cut
    batch("in.jsonl", "-o", out)
    assert ids(out) == [str(n) for n in range(300)]
