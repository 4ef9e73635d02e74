"""CHUNKS -> the folder, by the machines of a Ray cluster. The only importer of ray.

A chunk is a task, which does what the engine of one process does with it, and its pages are read in
a sandbox there too. One actor is the gate of the whole run: it keeps the requests at once, the
budget and the waits that the endpoint asks for. A task whose process dies is given out again; its
successor finds the answers that were paid for in the folder, and what was on its way is counted.
"""

import itertools
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from summarizer.analyst.llm.gate import AdmittedRequest, Gate
from summarizer.batch.chunks import Chunk, Job, Row, write_chunk
from summarizer.batch.engines import Engine, Limits, Written
from summarizer.batch.items import RunTally
from summarizer.batch.queue import MAX_CRASHES
from summarizer.errors import LLMError, SummarizerError, UsageError

AHEAD = 2  # chunks given out for each core of the cluster, so that none waits for the next
THREADS = 512  # callers that may wait at the gate at once
TICK = 0.1  # seconds between two looks at whether the run is to stop


class Keeper:
    """The gate of a run, in a process of its own that all workers ask.

    `owner` names the task that asks; a task that died is forgotten, and the most that its requests
    on their way can cost counts as spent.
    """

    def __init__(self, limits: Limits):
        self._gate = Gate(limits.at_once, limits.max_cost)
        self._requests: dict[int, tuple[str, Any, AdmittedRequest]] = {}
        self._numbers = itertools.count()
        self._dead: set[str] = set()
        self._not_before = 0.0
        self._lost = 0

    def admit(self, owner: str, most: float | None) -> int:
        """Wait for a turn; the number of the request. Raises LLMError as the gate does."""
        request = self._gate.request(most)
        admitted = request.__enter__()
        number = next(self._numbers)
        self._requests[number] = owner, request, admitted
        if owner in self._dead:
            self.settle(number, 0.0)
        return number

    def settle(self, number: int, cost: float | None) -> None:
        """The request is over, and came to `cost` USD."""
        _, request, admitted = self._requests.pop(number)
        admitted.cost = cost
        request.__exit__(None, None, None)

    def forget(self, owner: str) -> None:
        """The task died."""
        self._dead.add(owner)
        for number, (asker, _, admitted) in self._requests.copy().items():
            if asker == owner:
                self._lost += 1
                self.settle(number, admitted.cost)

    def hold_back(self, seconds: float) -> None:
        """All wait for so long: the endpoint asked for it."""
        self._not_before = max(self._not_before, time.monotonic() + seconds)

    def held(self) -> float:
        """Seconds that are left of that."""
        return max(0.0, self._not_before - time.monotonic())

    def tell(self) -> tuple[float | None, int]:
        """What was spent (USD), and how many requests were on their way when a task died."""
        return self._gate.spent, self._lost


class RemoteGate(Gate):
    """A worker's way to the Keeper."""

    def __init__(self, keeper: Any, owner: str):
        super().__init__()
        self._keeper = keeper
        self._owner = owner

    @contextmanager
    def request(self, most: float | None) -> Iterator[AdmittedRequest]:
        """As Gate.request."""
        started = time.monotonic()
        number = _get(self._keeper.admit.remote(self._owner, most))
        admitted = AdmittedRequest(time.monotonic() - started, most)
        try:
            yield admitted
        finally:
            _get(self._keeper.settle.remote(number, admitted.cost))

    def hold_back(self, seconds: float) -> None:
        """As Gate.hold_back."""
        _get(self._keeper.hold_back.remote(seconds))

    def held(self) -> float:
        """As Gate.held."""
        return float(_get(self._keeper.held.remote()))


def _get(reference: Any) -> Any:
    """What a call of another process returns; its errors of ours are raised as they were."""
    import ray

    try:
        return ray.get(reference)
    except ray.exceptions.RayTaskError as error:
        if isinstance(error.cause, SummarizerError):
            raise error.cause from None
        raise


def _write(chunk: Chunk, job: Job, keeper: Any, owner: str) -> tuple[int, list[Row]]:
    """The task of a chunk."""
    return write_chunk(chunk, job, RemoteGate(keeper, owner))


def engine_of(address: str | None, say: Callable[[str], object]) -> Engine:
    """The engine that gives chunks to the cluster at `address`, or to a new one of this machine's
    cores. Raises UsageError where ray is not installed, or no cluster answers."""

    def write(
        chunks: Iterable[Chunk], job: Job, limits: Limits, stop: threading.Event, tally: RunTally
    ) -> Written:
        with _connect(address, job.workers) as ray:
            run = _Run(ray, replace(job, workers=1), limits, tally)
            yield from run.write(chunks, stop)
            if run.lost:
                say(f"{run.lost} requests to the model were on their way when a process died")

    return write


@contextmanager
def _connect(address: str | None, workers: int) -> Iterator[Any]:
    try:
        import ray
    except ImportError as error:
        advice = "pip install 'crypto-news-summarizer[ray]'"
        raise UsageError("--engine ray needs ray", advice=advice) from error
    options: dict[str, Any] = {"address": address} if address else {"num_cpus": workers}
    if not address:
        options["include_dashboard"] = False
        options["_system_config"] = {"worker_niceness": 0}  # with Ray's 15, others' work stops ours
    try:
        ray.init(log_to_driver=False, logging_level="ERROR", **options)
    except (ConnectionError, RuntimeError, ValueError, OSError) as error:
        raise UsageError(f"no Ray cluster answers: {error}") from error
    try:
        yield ray
    finally:
        ray.shutdown()


class _Run:
    """The tasks of a run that are given out, each with its chunk and how often that crashed."""

    def __init__(self, ray: Any, job: Job, limits: Limits, tally: RunTally):
        self._ray = ray
        self._job = job
        self._tally = tally
        actor = ray.remote(num_cpus=0, max_concurrency=THREADS)(Keeper)
        self._keeper = actor.remote(limits)
        self._task = ray.remote(num_cpus=1, max_retries=0)(_write)
        self._tasks: dict[Any, tuple[Chunk, str, int]] = {}
        self.lost = 0

    def write(self, chunks: Iterable[Chunk], stop: threading.Event) -> Written:
        """Give out all chunks, a few at a time. Raises what ends the run."""
        chunks = iter(chunks)
        most = AHEAD * max(1, int(self._ray.cluster_resources().get("CPU", 1)))
        while True:
            for chunk in itertools.islice(chunks, most - len(self._tasks)):
                self._give(chunk)
            if not self._tasks:
                return
            if stop.is_set():
                raise LLMError("the run is ending", code="stopped")
            ready, _ = self._ray.wait([*self._tasks], num_returns=1, timeout=TICK)
            for reference in ready:
                yield from self._take(reference)

    def _give(self, chunk: Chunk, crashes: int = 0) -> None:
        owner = f"{chunk.name}:{crashes}"
        reference = self._task.remote(chunk, self._job, self._keeper, owner)
        self._tasks[reference] = chunk, owner, crashes

    def _take(self, reference: Any) -> Written:
        """What a task that has ended made, if it did not die."""
        chunk, owner, crashes = self._tasks.pop(reference)
        try:
            reports, failures = _get(reference)
        except self._ray.exceptions.RayTaskError:
            raise
        except self._ray.exceptions.RayError as error:
            if crashes + 1 >= MAX_CRASHES:
                detail = f"{chunk.name}: its process died each time"
                raise SummarizerError(detail, code="internal") from error
            self._ray.get(self._keeper.forget.remote(owner))
            self._give(chunk, crashes + 1)
            return
        self._tally.cost_usd, self.lost = self._ray.get(self._keeper.tell.remote())
        self._tally.add(done=reports, failed=len(failures))
        yield reports, failures
