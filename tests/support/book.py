"""A database, and batches over it without a model, in the test's process or one of their own."""

import subprocess
import sys
import time
from pathlib import Path

from summarizer.batch.queue import Queue
from summarizer.batch.run import Batch
from summarizer.batch.store import open_store
from summarizer.settings import Settings
from summarizer.web.fetch import Fetcher

OFFLINE = Settings(offline=True, allow_private=("127.0.0.1",))
OPTIONS = "--rate 0 --offline --allow-private 127.0.0.1 --jobs 4".split()
# Seconds until a run is taken to hang; 2,000 pages take 30 on two idle cores, 100 on two busy ones.
PATIENCE = 600


class Book:
    """A database, and runs over it."""

    def __init__(self, path: Path):
        self.store = open_store(path)

    def run(self, *inputs: str, stdin=(), deadline=1.0, fetcher=None, rate=0.0, jobs=8, **options):
        """The result of a run. `options` are those of Queue; `deadline` is a page's, in seconds."""
        fetcher = fetcher or Fetcher(
            allow_private=("127.0.0.1",), deadline=deadline, sleep=lambda seconds: None
        )
        queue = Queue(self.store, "test", **options)
        return Batch(queue, OFFLINE, fetcher=fetcher, rate=rate, jobs=jobs).run(inputs, stdin)

    def one(self, sql: str, *values):
        """The first value of the first row."""
        return self.store.read(sql, values)[0][0]


def start_run(path: Path, inputs: Path | str) -> subprocess.Popen:
    """A batch in a process of its own, with four workers."""
    command = [sys.executable, "-m", "summarizer", "batch", inputs, "-o", path, *OPTIONS]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def finish(runs: list[subprocess.Popen]) -> list[bytes]:
    """Waits for the runs, which are to succeed. Returns what each wrote to stderr."""
    messages = [run.communicate(timeout=PATIENCE)[1] for run in runs]
    assert [run.returncode for run in runs] == [0] * len(runs), messages
    return messages


def wait_until(condition) -> None:
    """Returns once the condition holds; the test fails where it never does."""
    for _ in range(PATIENCE * 50):
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError("it does not come to pass")
