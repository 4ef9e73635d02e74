"""INPUTS -> REPORTS: many articles, with a database that says at any moment what is done.

    inputs -> queue -> lease an item -> read it -> analyse it -> result and state in one commit

Threads of one process, and other processes on the same database, share the work through the queue.
Pages are read and analysed outside any transaction, and while further inputs are entered. Of many
articles, worker processes do that (sandbox.py); the threads wait for them, servers and the model.
"""

import hashlib
import os
import signal
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import KW_ONLY, dataclass, field, replace
from importlib import resources
from itertools import islice
from pathlib import Path
from typing import Any

from summarizer.analyst.llm.gate import Gate
from summarizer.analyst.llm.prompt import load_prompt
from summarizer.batch.analysis import ENDS_RUN, MANY, explain, make_report
from summarizer.batch.inputs import check_inputs, read_inputs
from summarizer.batch.items import Hooks, Item, ItemState, Lease, Outcome, RunResult
from summarizer.batch.queue import Queue
from summarizer.batch.records import record_article
from summarizer.batch.reports import has_version
from summarizer.batch.states import PAUSE
from summarizer.batch.store import Store
from summarizer.batch.visit import Reader, Robots
from summarizer.errors import LLMError, StorageError, SummarizerError, UsageError
from summarizer.models import Report
from summarizer.page.sandbox import SANDBOX
from summarizer.settings import Settings

JOBS = 8  # threads; they mostly wait for servers
IDLE = 0.05  # seconds until a thread without work looks again
TICK = 0.1  # seconds between two looks at how far the run is
GRACE = 10.0  # seconds that work in flight has after Ctrl-C
CHUNK = 500  # items entered in one commit
SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")  # Windows has no SIGHUP
_ADVICE = "--retry-failed asks it again"


def count_cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass
class Batch:
    """One run over a queue.

    `fetcher` is the network, `rate` the requests a second to one host (0: no limit), `jobs` the
    articles in work at once, `workers` the processes that read and analyse them, and `max_cost`
    what the model may cost, in USD; or `gate` limits all that. This process alone asks the network
    and the model, and writes.
    """

    queue: Queue
    settings: Settings
    _: KW_ONLY
    fetcher: Any = None
    rate: float = 1.0
    jobs: int = JOBS
    workers: int = field(default_factory=count_cores)
    max_cost: float | None = None
    gate: Gate | None = None
    hooks: Hooks = field(default_factory=Hooks)

    def __post_init__(self) -> None:
        if self.fetcher is None:
            from summarizer.web.fetch import Fetcher

            self.fetcher = Fetcher(allow_private=self.settings.allow_private)
        self.tally = self.queue.tally
        self._stop = threading.Event()
        self._gate = self.gate or Gate(self.jobs, self.max_cost, self._stop)
        self._lock = threading.Lock()
        self._fatal: SummarizerError | None = None
        turn = 1 / self.rate if self.rate else 0
        robots = Robots(self.queue.store, self.fetcher, lambda: self._stop.wait(turn))
        self._reader = Reader(self.settings, self.fetcher, robots, self.hooks.message)
        SANDBOX.limit_to(self.workers)

    def run(self, inputs: Sequence[str], stdin: Iterable[bytes] = ()) -> RunResult:
        """Do everything that the inputs name, and what earlier runs left undone.

        Raises UsageError, before anything is started unless an input of many cannot be read, and
        StorageError when the database fails.
        """
        check_inputs(inputs)
        items = read_inputs(inputs, stdin, self.hooks.message)
        self.tally.add(to_do=self.queue.waiting())
        with catch_signals(self._stop) as caught:
            self._enter(items)  # of few items all, so that a bad input is met before any work
            self._work(items)
        self.hooks.tick(self.tally)
        if isinstance(self._fatal, StorageError):
            raise self._fatal
        self.queue.release()
        if isinstance(self._fatal, UsageError):
            raise self._fatal
        if not self._stop.is_set():
            self.queue.end()
        return RunResult(
            self.queue.count(),
            self.queue.failures(),
            self.tally,
            self._fatal,
            caught[0] if caught else None,
        )

    def _enter(self, items: Iterator[Item]) -> None:
        """Enter the next items into the queue; after the last, say which feeds are not asked."""
        chunk = list(islice(items, CHUNK))
        self.queue.add(chunk)
        self.queue.is_entering = len(chunk) == CHUNK
        if self.queue.is_entering:
            return
        for feed in self.queue.resting_feeds():
            state = "is paused" if feed["state"] == "failed" else "is left alone"
            minutes = f"{feed['wait'] / 60:.0f} more minutes"
            self.hooks.message(f"{feed['url']} {state} for {minutes}: {_ADVICE}")

    def _work(self, items: Iterator[Item]) -> None:
        """Let threads empty the queue, while the rest of the items are entered.

        After a signal, or a failure that ends the run, they have GRACE seconds left.
        """
        # with a model, some read while others wait for it
        count = self.jobs * (2 if self.settings.uses_model else 1)
        threads = [threading.Thread(target=self._work_on, daemon=True) for _ in range(count)]
        for thread in threads:
            thread.start()
        try:
            while self.queue.is_entering and not self._stop.is_set():
                self._enter(items)
                self.hooks.tick(self.tally)
        except SummarizerError as error:
            self._end_with(error)
        while any(thread.is_alive() for thread in threads) and not self._stop.is_set():
            self.hooks.tick(self.tally)
            self._stop.wait(TICK)
        end = time.monotonic() + GRACE
        for thread in threads:
            thread.join(max(0.0, end - time.monotonic()) if self._stop.is_set() else None)

    def _work_on(self) -> None:
        """What one thread does until nothing is left, or the run is to stop."""
        looked_at = time.monotonic()
        try:
            while not self._stop.is_set():
                lease = self.queue.lease(self.rate)
                if lease:
                    self._take(lease)
                    continue
                if not self.queue.is_left():
                    return
                if time.monotonic() - looked_at > 1:
                    self.queue.free_leases()
                    looked_at = time.monotonic()
                self._stop.wait(IDLE)
        except SummarizerError as error:
            self._end_with(error)
        except OSError as error:  # who reads our stdout has gone
            self._end_with(StorageError(f"the output cannot be written: {error.strerror}"))

    def _end_with(self, error: SummarizerError) -> None:
        with self._lock:
            self._fatal = self._fatal or error
        self._stop.set()

    def _take(self, lease: Lease) -> None:
        """Read, analyse, store.

        A failure of this item is a value; raises what ends the whole run.
        """
        try:
            outcome = self._analyze(lease, self._reader.read(lease))
        except Exception as error:
            if isinstance(error, LLMError) and self._stop.is_set():
                return
            failure, stage = explain(error, lease.kind, lease.url)
            if failure.exit_status in ENDS_RUN:
                raise  # not this article's fault: it did not fail, it waits
            outcome = Outcome(failure=failure, stage=stage)
        self.tally.cost_usd = self._gate.spent
        state = self.queue.finish(lease, outcome)
        if state:
            self._announce(lease, outcome, state)

    def _analyze(self, lease: Lease, outcome: Outcome) -> Outcome:
        """The outcome of reading, with the report of its article unless this text has one.

        Raises a SummarizerError.
        """
        article = outcome.article
        if article is None or (
            not lease.redo and has_version(self.queue.store, lease.id, article.content_hash)
        ):
            return outcome
        is_apart = self.tally.to_do >= MANY
        report = make_report(article, lease.given_id, self.settings, self._gate, is_apart=is_apart)
        return replace(outcome, report=report)

    def _announce(self, lease: Lease, outcome: Outcome, state: ItemState) -> None:
        """Tell the hooks of what became of an item, of a feed that failed, or of a report."""
        self.hooks.settled(lease, outcome, state)
        if outcome.failure and lease.kind == "feed":
            message = str(outcome.failure)
            if state == "failed":
                message += f". It is paused for {PAUSE / 3600:.0f} hours: {_ADVICE}"
            self.hooks.message(message)
        if outcome.report:
            with self._lock:  # one line of output after the other
                self.hooks.report(outcome.report)


@contextmanager
def catch_signals(stop: threading.Event) -> Iterator[list[int]]:
    """SIGINT, SIGTERM and SIGHUP set `stop` and are noted; a second one ends the program at once.

    Outside the main thread, which alone may catch them, signals are left alone.
    """
    caught: list[int] = []

    def note(number: int, _: Any) -> None:
        if caught:
            os._exit(128 + number)
        caught.append(number)
        stop.set()

    if threading.current_thread() is not threading.main_thread():
        yield caught
        return
    numbers = [getattr(signal, name) for name in SIGNALS if hasattr(signal, name)]
    if signal.getsignal(numbers[-1]) is signal.SIG_IGN:
        numbers.pop()  # nohup: the run is to outlive its terminal
    before = {number: signal.signal(number, note) for number in numbers}
    try:
        yield caught
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def watch_inputs(
    inputs: Sequence[str],
    store: Store,
    settings: Settings,
    pause: float,
    runs: int | None = None,
    **options: Any,
) -> RunResult:
    """Visit the inputs every `pause` seconds, `runs` times or until a signal.

    Returns how the last visit ended. `options` are those of Batch.
    """
    stop = threading.Event()
    made_by = fingerprint(settings)
    while True:
        visit = Batch(Queue(store, made_by, backoff=pause), settings, **options)
        result, tally = visit.run(inputs), visit.tally
        if not result.signal:
            visit.hooks.visited()
        runs = runs - 1 if runs else None
        if result.error or result.signal or runs == 0:
            return result
        lost = tally.failed + tally.deferred
        visit.hooks.message(
            f"{tally.done} new{f', {lost} failed' if lost else ''}; "
            f"{tally.feeds} feed{'s'[: tally.feeds != 1]} read; "
            f"the next visit is in {pause / 60:g} minutes"
        )
        with catch_signals(stop) as caught:
            stop.wait(pause)
        if caught:
            return replace(result, signal=caught[0])


def fingerprint(settings: Settings) -> str:
    """What changes with the program, its data, prompts and model, in 16 characters."""
    prompt = load_prompt(settings.prompt).sha256 if settings.uses_model else ""
    digest = hashlib.sha256(f"{settings.model}\n{settings.base_url}\n{prompt}".encode())
    root = Path(str(resources.files("summarizer")))
    for path in sorted([*root.rglob("*"), *(root.parent / "prompts").rglob("*")]):
        if path.suffix in (".py", ".tsv", ".json", ".md"):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def analyze_record(record: dict[str, Any], folder: Path, settings: Settings) -> Report:
    """The report of one record, under the record's id. Keeps no state."""
    return make_report(record_article(record, folder), record.get("id"), settings)
