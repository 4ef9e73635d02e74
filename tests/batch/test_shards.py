"""Shards: each record in one of them, in chunks that are whole or not there, on disk and on S3."""

import json
import os
import random
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from summarizer.batch import shards
from summarizer.batch.chunks import make_job
from summarizer.batch.engines import Limits, run_shard
from summarizer.batch.queue import Queue
from summarizer.batch.reports import load_reports
from summarizer.batch.run import Batch
from summarizer.batch.shards import Shard
from summarizer.batch.store import open_store
from summarizer.cli.main import main
from summarizer.errors import StorageError, UsageError
from summarizer.storage import open_folder
from tests.support.book import OFFLINE, wait_until
from tests.support.model_answers import PLAIN
from tests.support.object_store import object_store
from tests.support.scripted_server import fails, says, scripted
from tests.support.shards import plain, read, write_records

RECORDS = 60


@pytest.fixture
def records(tmp_path, monkeypatch):
    monkeypatch.setattr(shards, "CHUNK", 8)
    return write_records(tmp_path / "in.jsonl", RECORDS)


@pytest.fixture(scope="module")
def s3():
    pytest.importorskip("moto")
    pytest.importorskip("s3fs")
    with object_store() as address:
        yield address


def do(records, folder, shard="0/1", settings=OFFLINE, form="jsonl"):
    job = make_job(str(folder), settings, "test", jobs=4, workers=2, form=form)
    return run_shard([records], (), Shard.parse(shard), job, Limits(4))


def flat(found) -> list:
    return sorted((row for rows in found.values() for row in rows), key=lambda row: row["id"])


def test_shards_hold_what_a_batch_says_each_record_once(tmp_path, records):
    done = [do(records, tmp_path / "out", f"{n}/3").states["done"] for n in range(3)]
    assert sum(done) == RECORDS - 1 and min(done) > 5
    with closing(open_store(tmp_path / "b.db")) as store:
        Batch(Queue(store), OFFLINE).run([records])
        wanted = sorted(map(plain, load_reports(store, with_text=False)), key=lambda r: r["id"])
    assert flat(read(tmp_path / "out")) == wanted
    assert {row["id"] for row in wanted} >= {"r4", "r4~2"}
    failures = [path.read_text() for path in (tmp_path / "out" / "failures").iterdir()]
    (failure,) = map(json.loads, failures)
    assert (failure["id"], failure["line"], failure["code"]) == ("r3", 4, "empty_body")


def test_a_shard_that_is_done_is_not_done_again(tmp_path, records):
    first = do(records, tmp_path / "out")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").iterdir()}
    again = do(records, tmp_path / "out")
    assert (again.states, again.tally.done) == (first.states, 0)
    (tmp_path / "out" / "done" / "part-00000-of-00001.json").unlink()
    (tmp_path / "out" / min(read(tmp_path / "out"))).unlink()
    part = do(records, tmp_path / "out")  # the chunk that is missing, and the marker
    assert (part.states, part.tally.done, part.tally.failed) == (first.states, 7, 1)
    marker = json.loads((tmp_path / "out" / "done" / "part-00000-of-00001.json").read_text())
    assert (marker["reports"], marker["failures"], marker["chunks"]) == (RECORDS - 1, 1, 8)
    assert {*before} == {*(tmp_path / "out").iterdir()}


def test_a_folder_that_was_begun_otherwise_is_refused(tmp_path, records):
    do(records, tmp_path / "out", "0/2")
    for words, options in (("another shards", {"shard": "0/3"}), ("format", {"form": "parquet"})):
        with pytest.raises(UsageError, match=words):
            do(records, tmp_path / "out", **{"shard": "1/2"} | options)
    do(records, tmp_path / "all")
    (tmp_path / "all" / "done" / "part-00000-of-00001.json").unlink()
    Path(records).write_text('{"id": "new", "text": "Bitcoin fell."}\n' + Path(records).read_text())
    with pytest.raises(UsageError, match="inputs have changed"):
        do(records, tmp_path / "all")


def test_what_is_no_shard_or_would_be_fetched_is_refused(tmp_path, records):
    for words in ("4/4", "x", "-1/2", "1/0", "1"):
        with pytest.raises(UsageError, match="no shard"):
            Shard.parse(words)
    with pytest.raises(UsageError, match="fetches nothing"):
        do("https://a.example/feed", tmp_path / "out")
    ran = CliRunner().invoke(main, ["batch", records, "--shard", "0/2"])
    assert ran.exit_code == 2 and "-o FOLDER" in ran.stderr


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_an_object_store_holds_what_a_disk_holds(tmp_path, records, s3, form):
    for shard in ("0/2", "1/2"):
        do(records, tmp_path / form, shard, form=form)
        do(records, f"{s3}/{form}", shard, form=form)
    assert read(f"{s3}/{form}") == read(tmp_path / form)
    assert do(records, f"{s3}/{form}", "1/2", form=form).tally.done == 0


@pytest.mark.parametrize("place", ["disk", "s3"])
def test_an_object_is_put_once(tmp_path, request, place):
    where = str(tmp_path) if place == "disk" else f"{request.getfixturevalue('s3')}/once"
    folder = open_folder(where)
    won = []
    threads = [
        threading.Thread(target=lambda n=n: won.append(folder.put("a/x", b"%d" % n) and n))
        for n in range(1, 9)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = filter(None, won)
    assert folder.read("a/x") == b"%d" % winner
    assert (folder.read("a/y"), folder.names()) == (None, set())
    assert not list(tmp_path.rglob("*.part"))


def test_a_store_that_does_not_answer_is_named_without_its_keys(s3, monkeypatch):
    import s3fs

    with pytest.raises(StorageError, match="s3://no-such-bucket"):
        open_folder("s3://no-such-bucket/x").put("a", b"")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    s3fs.S3FileSystem.clear_instance_cache()
    with pytest.raises(StorageError) as caught:
        open_folder("s3://bucket-1/x").put("a", b"")
    assert "testing" not in str(caught.value)
    s3fs.S3FileSystem.clear_instance_cache()


def test_a_stop_loses_no_answer_that_was_paid_for(tmp_path, records):
    paid: Counter[tuple[str, int]] = Counter()  # by the story and the turn of its conversation
    most = 20

    def script(asked, _):
        if paid.total() >= most:
            return fails(401)
        story = re.search(r"This is story (\d+)", json.dumps(asked))[1]
        paid[story, len(asked["messages"])] += 1
        return says(PLAIN)

    with scripted(script) as server:
        stopped = do(records, tmp_path / "out", settings=server.settings)
        assert (stopped.exit_status, stopped.error.code) == (3, "llm_auth")
        most = 10_000
        result = do(records, tmp_path / "out", settings=server.settings)
    assert (result.exit_status, result.states["done"]) == (1, RECORDS - 1)
    reports = flat(read(tmp_path / "out"))
    assert {row["analyst"]["name"] for row in reports} == {"llm"}
    assert paid.total() > 20
    assert max(paid.values()) == 1


# ---- kill -9


def kill_and_finish(records: str, folder: str, kills: int) -> None:
    """Kills two shards' processes at random moments, and lets them end at last."""
    chance = random.Random(kills)
    command = [sys.executable, "-m", "summarizer", "batch", records, "-o", folder, "--offline"]
    command += ["--workers", "1", "--quiet", "--shard"]
    killed = 0
    for number in range(kills):
        before = len(open_folder(folder).names())
        with subprocess.Popen([*command, f"{number % 2}/2"], stderr=subprocess.DEVNULL) as process:
            if number % 4 == 0:  # just after a chunk is there
                wait_until(
                    lambda p=process, n=before: (
                        p.poll() is not None or len(open_folder(folder).names()) > n
                    )
                )
            time.sleep(chance.uniform(0.5, 2.5))
            killed += process.poll() is None
            process.kill()
    assert killed >= kills // 3
    for number in range(2):
        subprocess.run([*command, f"{number}/2"], check=True, timeout=500)


def check_kills(tmp_path, s3, count, kills):
    records = write_records(tmp_path / "in.jsonl", count)
    kill_and_finish(records, f"{s3}/kills{count}", kills)
    for shard in ("0/2", "1/2"):
        command = [sys.executable, "-m", "summarizer", "batch", records, "-o", tmp_path / "out"]
        command += ["--offline", "--quiet", "--shard", shard]
        subprocess.run(command, check=True, timeout=500)
    wanted, got = read(tmp_path / "out"), read(f"{s3}/kills{count}")
    assert got == wanted
    ids = [row["id"] for row in flat(got)]
    assert len(ids) == len(set(ids)) == count - 1


@pytest.mark.timeout(300)
def test_kills_lose_and_double_nothing(tmp_path, s3):
    check_kills(tmp_path, s3, 900, 3)


@pytest.mark.slow
@pytest.mark.timeout(3000)
def test_twenty_kills_lose_and_double_nothing(tmp_path, s3):
    check_kills(tmp_path, s3, 6000, 20)


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_a_signal_ends_a_shard_which_goes_on_later(tmp_path):
    records = write_records(tmp_path / "in.jsonl", 2000)
    command = [sys.executable, "-m", "summarizer", "batch", records, "-o", tmp_path / "out"]
    command += ["--offline", "--shard", "0/1"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    wait_until(lambda: list((tmp_path / "out").glob("*.jsonl")))
    process.terminate()
    process.communicate(timeout=60)
    assert process.returncode == 143
    assert not (tmp_path / "out" / "done" / "part-00000-of-00001.json").exists()
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    assert sum(map(len, read(tmp_path / "out").values())) == 1999
