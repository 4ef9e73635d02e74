"""The local page over 20,000 reports, read by 200 people at once while a batch writes."""

import asyncio
import json
import logging
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from statistics import median, quantiles

import pytest

from summarizer.batch.store import open_store
from tests.support.served import serving
from tests.support.stocked import stock_database

REPORTS = 20_000
READERS = 200
SECONDS = 20.0  # of reading
PAUSE = 1.0  # seconds between a reader's pages on average: nobody reads faster
MEDIAN = 0.100  # seconds: the promise
BATCH = 6000  # articles of a batch, more than are written meanwhile
FIXED = (
    *("/", "/?offset=50", "/?q=funding", "/?asset=BTC", "/?asset=ETH&direction=bearish"),
    *("/?source=coin+ledger", "/assets/BTC", "/assets/SOL", "/failures"),
    *("/digest?day=2026-02-10", "/api/reports?credibility=low", "/api/reports?q=bridge"),
)


def choose_path(chance: random.Random) -> str:
    """A list or a view as often as one report of them all, which nobody has just read."""
    if chance.random() < 0.5:
        return chance.choice(FIXED)
    return f"{chance.choice(('/reports', '/api/reports'))}/{chance.randint(1, REPORTS)}"


async def read_pages(port: int, seed: int, end: float, times: list[float], statuses: Counter):
    """One reader: opens a page over a connection that stays, reads it, opens the next."""
    chance = random.Random(seed)
    await asyncio.sleep(chance.random() * PAUSE)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.monotonic() < end:
        path = choose_path(chance)
        started = time.monotonic()
        writer.write(f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        await reader.readexactly(int(head.partition("content-length: ")[2].split()[0]))
        times.append(time.monotonic() - started)
        statuses[int(head.split()[1])] += 1
        await asyncio.sleep(chance.random() * 2 * PAUSE)
    writer.close()


def write_records(path) -> None:
    """Records for a batch, each an article of its own."""
    with path.open("w") as file:
        for number in range(BATCH):
            text = f"Bitcoin fell {number % 9 + 1}% to ${50_000 + number:,} as traders sold. " * 5
            record = {"id": f"new-{number}", "title": f"Bitcoin falls, part {number}", "text": text}
            file.write(json.dumps(record) + "\n")


@pytest.mark.timed
@pytest.mark.timeout(600)
def test_two_hundred_readers_wait_for_nothing_while_a_batch_writes(tmp_path):
    database = tmp_path / "news.db"
    stock_database(database, REPORTS)
    write_records(tmp_path / "more.jsonl")
    times: list[float] = []
    statuses: Counter[int] = Counter()

    async def read_all(port: int) -> None:
        end = time.monotonic() + SECONDS
        readers = (read_pages(port, seed, end, times, statuses) for seed in range(READERS))
        await asyncio.gather(*readers)

    with serving(database, "--offline") as server:
        command = [sys.executable, "-m", "summarizer", "batch", str(tmp_path / "more.jsonl")]
        batch = subprocess.Popen(
            [*command, "-o", str(database), "--offline", "--quiet"], stderr=subprocess.PIPE
        )
        asyncio.run(read_all(server.port))
        was_writing = batch.poll() is None
        batch.send_signal(signal.SIGINT)
        said = batch.communicate(timeout=60)[1].decode()
    store = open_store(database)
    ((stored,),) = store.read("SELECT count(*) FROM reports")
    store.close()
    worst = quantiles(times, n=100)
    logging.getLogger(__name__).info(  # --log-cli-level=INFO shows it
        "%d pages in %.0f s by %d readers: median %.0f ms, 95th %.0f ms, 99th %.0f ms; %d written",
        *(len(times), SECONDS, READERS, 1000 * median(times)),
        *(1000 * worst[94], 1000 * worst[98], stored - REPORTS),
    )
    assert set(statuses) == {200}
    assert was_writing and stored > REPORTS + 100 and "lock" not in said, said
    assert median(times) < MEDIAN
