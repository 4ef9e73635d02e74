"""208 articles, 16 answers at once, each of one second: how near the run comes to 13 s.

The time is that from the first request to the last answer. The server is a process of its own, so
that it takes no time from the run; it needs a machine with a core to spare.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from eval.records import load_labels
from tests.support.model_answers import ANSWER

ARTICLES, AT_ONCE, SECONDS = 208, 16, 1.0
LEAST = 0.95  # of the ideal throughput
SERVER = """
import sys, threading, time
sys.path.insert(0, sys.argv[1])
import json
from tests.support.scripted_server import Reply, says, scripted
seconds, answer = float(sys.argv[2]), json.loads(sys.argv[3])
times, lock, busy, most = [], threading.Lock(), 0, 0
def script(asked, before):
    global busy, most
    with lock:
        times.append(time.monotonic())
        busy += 1
        most = max(most, busy)
    time.sleep(seconds)
    with lock:
        times.append(time.monotonic())
        busy -= 1
    return says(answer)
with scripted(script) as server:
    print(server.url, flush=True)
    sys.stdin.readline()
    figures = {"requests": len(times) // 2, "most": most, "seconds": max(times) - min(times)}
    print(json.dumps(figures), flush=True)
"""


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_waiting_for_a_model_is_all_that_takes_time(tmp_path):
    own = load_labels("own")
    records = [
        {"id": str(n), "text": f"{own[n % len(own)]['gold']}\nThis is story {n}."}
        for n in range(ARTICLES)
    ]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    answer = ANSWER | {
        "summary": [{"text": "The market has moved.", "sentences": [0]}],
        "calls": [],
        "narratives": [],
    }
    arguments = [
        sys.executable,
        "-c",
        SERVER,
        str(Path(__file__).parents[3]),
        str(SECONDS),
        json.dumps(answer),
    ]
    server = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    command = [sys.executable, "-m", "summarizer", "batch", str(tmp_path / "in.jsonl")]
    command += ["-o", str(tmp_path / "o.jsonl"), "--model", "m", "--jobs", str(AT_ONCE)]
    started = time.monotonic()
    done = subprocess.run(
        command,
        env=os.environ | {"OPENAI_BASE_URL": server.stdout.readline().strip()},
        capture_output=True,
        text=True,
    )
    whole = time.monotonic() - started
    told = json.loads(server.communicate("\n")[0])
    assert done.returncode == 0, done.stderr
    assert told["most"] == AT_ONCE
    share = ARTICLES / AT_ONCE * SECONDS / told["seconds"] * told["requests"] / ARTICLES
    assert told["requests"] == ARTICLES
    assert share >= LEAST, (
        f"{told['requests']} requests in {told['seconds']:.2f} s; the whole run took {whole:.1f} s"
    )
