"""The engine on Ray: one gate for all, the same files as one process writes, and no answer lost."""

import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from summarizer.batch.distributed import Keeper
from summarizer.batch.engines import Limits
from summarizer.errors import LLMError
from tests.support.book import wait_until
from tests.support.model_answers import PLAIN
from tests.support.scripted_server import Reply, says, scripted
from tests.support.shards import read, write_records

# ---- the gate of a run


def test_the_keeper_lets_so_many_through_and_no_more():
    keeper = Keeper(Limits(2))
    first, _ = keeper.admit("a", None), keeper.admit("b", None)
    later = threading.Thread(target=keeper.admit, args=("c", None))
    later.start()
    later.join(0.3)
    assert later.is_alive()
    keeper.settle(first, 0.25)
    later.join(5)
    assert not later.is_alive() and keeper.tell() == (0.25, 0)


def test_the_keeper_holds_all_to_one_budget():
    keeper = Keeper(Limits(8, max_cost=1.0))
    keeper.settle(keeper.admit("a", 0.6), 0.5)
    with pytest.raises(LLMError) as caught:
        keeper.admit("b", 0.6)
    assert caught.value.code == "budget"


def test_what_a_dead_task_had_on_its_way_is_counted_and_its_turn_is_free():
    keeper = Keeper(Limits(1, max_cost=1.0))
    keeper.admit("a", 0.4)
    late = threading.Thread(target=keeper.admit, args=("a", 0.1))  # it waits when its task dies
    late.start()
    keeper.forget("a")
    late.join(5)
    assert keeper.tell() == (0.4, 1)
    keeper.settle(keeper.admit("b", 0.2), 0.1)


def test_a_wait_that_one_worker_was_asked_for_holds_all_back():
    keeper = Keeper(Limits(1))
    assert keeper.held() == 0
    keeper.hold_back(30)
    keeper.hold_back(5)
    assert 29 < keeper.held() <= 30


# ---- a cluster of this machine


@pytest.fixture
def batch(tmp_path):
    """Starts the command for a folder of the test."""
    pytest.importorskip("ray")

    def start(folder: str, *options: str, url: str | None = None) -> subprocess.Popen:
        command = [sys.executable, "-m", "summarizer", "batch", tmp_path / "in.jsonl", "--quiet"]
        command += ["-o", tmp_path / folder, "--workers", "2", *options]
        command += ["--model", "scripted"] if url else ["--offline"]
        environment = os.environ | (
            {"OPENAI_BASE_URL": url, "OPENAI_API_KEY": "sk-x"} if url else {}
        )
        return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)

    return start


def finish(process: subprocess.Popen) -> None:
    messages = process.communicate(timeout=900)[1]
    assert process.returncode == 0, messages


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_ray_writes_what_one_process_writes(tmp_path, batch, form):
    write_records(tmp_path / "in.jsonl", 700)
    finish(batch("here", "--shard", "0/1", "--format", form))
    finish(batch("ray", "--engine", "ray", "--format", form))
    assert read(tmp_path / "ray") == read(tmp_path / "here")
    failures, done = ([*(tmp_path / "ray" / name).iterdir()] for name in ("failures", "done"))
    assert (len(failures), len(done)) == (1, 2)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_ray_run_that_its_endpoint_stops_says_so(tmp_path, batch):
    write_records(tmp_path / "in.jsonl", 300)
    with scripted(lambda *_: Reply(401, b"{}")) as server:
        process = batch("ray", "--engine", "ray", url=server.url)
        messages = process.communicate(timeout=300)[1]
    assert (process.returncode, "llm_auth" in messages) == (3, True), messages
    assert "sk-x" not in messages


def name_of(asked) -> tuple[str, Reply]:
    """A name of the question, and an answer from a model of that name."""
    story = re.search(r"This is story (\d+)", json.dumps(asked))[1]
    name = f"scripted-{story}-{len(asked['messages'])}"
    return name, Reply(body=says(PLAIN).body.replace(b'"scripted"', f'"{name}"'.encode()))


def descendants(pid: int) -> list[tuple[int, str]]:
    """(number, name) of each process that stems from this one."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
                parents[int(entry.name)] = int(parent), (entry / "cmdline").read_bytes()
            except OSError:
                continue
    found, known = [], {pid}
    while more := {each for each, (parent, _) in parents.items() if parent in known} - known:
        known |= more
        found += [(each, parents[each][1].decode(errors="replace")) for each in more]
    return found


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.skipif(not Path("/proc/self/stat").is_file(), reason="finds processes in /proc")
def test_twenty_kills_of_workers_and_drivers_lose_double_and_pay_again_for_nothing(tmp_path, batch):
    count, kills = 2000, 20
    write_records(tmp_path / "in.jsonl", count)
    paid: Counter[str] = Counter()
    again = []
    lock = threading.Lock()

    def script(asked, _):
        name, reply = name_of(asked)
        with lock:
            paid[name] += 1
            is_again = paid[name] > 1
        if is_again and any(
            f'"{name}"' in path.read_text() for path in (tmp_path / "ray").rglob("answers/*/*.json")
        ):
            again.append(name)  # its answer had come, and was kept
        time.sleep(0.05)
        return reply

    chance = random.Random(7)
    killed = Counter()
    with scripted(script, keep=False) as server:
        process = batch("ray", "--engine", "ray", "--jobs", "4", url=server.url)
        while killed.total() < kills:
            goal = paid.total() + chance.randrange(20, 90)
            wait_until(lambda p=process, n=goal: p.poll() is not None or paid.total() >= n)
            if process.poll() is not None:
                break
            workers = [pid for pid, name in descendants(process.pid) if "ray::_write" in name]
            if workers and chance.random() < 0.7:
                os.kill(chance.choice(workers), signal.SIGKILL)
                killed["worker"] += 1
                continue
            process.kill()
            process.communicate()
            killed["driver"] += 1
            process = batch("ray", "--engine", "ray", "--jobs", "4", url=server.url)
        finish(process)
    with scripted(lambda asked, _: name_of(asked)[1], keep=False) as server:
        finish(batch("here", "--shard", "0/1", "--jobs", "16", url=server.url))
    assert killed.total() == kills and killed["driver"] >= 3 and killed["worker"] >= 8, killed
    assert not again
    found = {}
    for folder in ("ray", "here"):
        found[folder] = read(tmp_path / folder)
        for row in (row for rows in found[folder].values() for row in rows):
            row["flags"] = [flag for flag in row["flags"] if flag != "answer_kept"]
            for name in ("input_tokens", "cached_tokens", "output_tokens", "cost_usd"):
                row["analyst"].pop(name)
    assert found["ray"] == found["here"]
    assert len({row["id"] for rows in found["ray"].values() for row in rows}) == count - 1
