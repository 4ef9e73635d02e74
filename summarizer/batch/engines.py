"""A SHARD -> its chunks in the folder, by this process or by a cluster of Ray."""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from summarizer.analyst.llm.gate import Gate
from summarizer.batch.chunks import Chunk, Job, Row, write_chunk
from summarizer.batch.inputs import check_inputs
from summarizer.batch.items import Hooks, RunResult, RunTally
from summarizer.batch.run import catch_signals
from summarizer.batch.shards import Ledger, Shard, read_chunks
from summarizer.errors import LLMError

# How many reports, and the failures, of each chunk as it is done.
Written = Iterator[tuple[int, list[Row]]]


@dataclass(frozen=True)
class Limits:
    """What a run may do: requests to the model at once, and what they may cost (USD)."""

    at_once: int
    max_cost: float | None = None


Engine = Callable[[Iterable[Chunk], Job, Limits, threading.Event, RunTally], Written]


def write_here(
    chunks: Iterable[Chunk], job: Job, limits: Limits, stop: threading.Event, tally: RunTally
) -> Written:
    """One chunk after the other, by the workers of this process."""
    gate = Gate(limits.at_once, limits.max_cost, stop)

    def count(is_done: bool) -> None:
        tally.cost_usd = gate.spent
        tally.add(**{"done" if is_done else "failed": 1})

    for chunk in chunks:
        yield write_chunk(chunk, job, gate, stop, count)


def run_shard(
    inputs: Sequence[str],
    stdin: Iterable[bytes],
    shard: Shard,
    job: Job,
    limits: Limits,
    *,
    engine: Engine = write_here,
    hooks: Hooks | None = None,
) -> RunResult:
    """Do what of a shard is not in its folder. Raises UsageError and StorageError."""
    hooks = hooks or Hooks()
    check_inputs(inputs)
    tally, stop = RunTally(), threading.Event()
    ledger = Ledger(job, shard)
    if marker := ledger.marker():
        hooks.message(f"{shard.name} is done")
        return RunResult(_states(marker["reports"], marker["failures"]), [], tally)
    error = None
    with catch_signals(stop) as caught, _ticking(hooks, tally):
        chunks = read_chunks(inputs, shard, stdin, hooks.message)
        try:
            to_do = (chunk for chunk in chunks if not ledger.has(chunk))
            for reports, failures in engine(to_do, job, limits, stop, tally):
                ledger.counts.add(reports, failures)
        except LLMError as failure:
            error = None if failure.code == "stopped" else failure
    counts = ledger.counts
    if not error and not stop.is_set():
        ledger.close()
    states = _states(counts.reports, len(counts.failures))
    return RunResult(states, counts.failures, tally, error, caught[0] if caught else None)


def _states(done: int, failed: int) -> dict[str, int]:
    return {"done": done, "failed": failed, "deferred": 0, "pending": 0, "leased": 0}


class _ticking:
    """Ten times a second, the hooks are told how far the run is."""

    def __init__(self, hooks: Hooks, tally: RunTally):
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._tick, args=(hooks, tally), daemon=True)

    def _tick(self, hooks: Hooks, tally: RunTally) -> None:
        while not self._over.wait(0.1):
            hooks.tick(tally)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: Any) -> None:
        self._over.set()
        self._thread.join()
