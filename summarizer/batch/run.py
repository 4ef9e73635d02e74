"""Many articles: inputs -> items -> reports, in a database that says at any moment what is done.

    read inputs -> claim an item -> read it -> analyse it (both outside any transaction) -> result and state in one commit

Threads of one process, and other processes on the same database, share the work through the ledger.
"""

import hashlib
import os
import signal
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

from summarizer.analyst.llm.gate import Gate
from summarizer.batch.inputs import check_inputs, read_inputs, record_article
from summarizer.batch.queue import PAUSE, Claim, Item, Ledger, Outcome
from summarizer.batch.robots import Robots
from summarizer.batch.store import Store, find_version
from summarizer.batch.tally import Hooks, Result
from summarizer.batch.visit import Reader
from summarizer.errors import FetchError, InputError, LLMError, StorageError, SummarizerError
from summarizer.models import Report
from summarizer.pipeline import analyze_article
from summarizer.settings import Settings

JOBS = 8  # workers; they mostly wait for servers
IDLE = 0.05  # seconds until a worker without work looks again
GRACE = 10.0  # seconds that work in flight has after Ctrl-C
CHUNK = 500  # items entered in one commit
_ADVICE = "--retry-failed asks it again"


class Batch:
    """One run of a batch over a ledger. `fetcher` is the network; `rate` is in requests a second to one host, 0 for no limit."""

    def __init__(
        self, ledger: Ledger, settings: Settings, *, fetcher: Any = None, rate: float = 1.0, jobs: int = JOBS,
        max_cost: float | None = None, hooks: Hooks | None = None,
    ):  # fmt: skip
        if fetcher is None:
            from summarizer.web.fetch import Fetcher

            fetcher = Fetcher(allow_private=settings.allow_private)
        self.ledger, self.settings, self.rate, self.jobs = ledger, settings, rate, jobs
        self.hooks, self.tally = hooks or Hooks(), ledger.tally
        self._stop = threading.Event()
        self._gate = Gate(jobs, max_cost, self._stop)
        self._lock = threading.Lock()
        self._fatal: SummarizerError | None = None
        robots = Robots(ledger, fetcher, lambda: self._stop.wait(1 / rate if rate else 0))
        self._reader = Reader(settings, fetcher, robots, self.hooks.message)

    def run(self, inputs: Iterable[str], stdin: Iterable[bytes] = ()) -> Result:
        """Everything that the inputs name, and what earlier runs left undone. Raises UsageError before anything is started."""
        inputs = list(inputs)
        check_inputs(inputs)
        with catch_signals(self._stop) as caught:
            self._enter(inputs, stdin)
            workers = [
                threading.Thread(target=self._work_on, daemon=True)
                for _ in range(self.jobs * (2 if self.settings.uses_model else 1))
            ]  # some read while others wait for the model
            for worker in workers:
                worker.start()
            while any(worker.is_alive() for worker in workers) and not self._stop.is_set():
                self.hooks.tick(self.tally)
                self._stop.wait(0.1)
            end = time.monotonic() + GRACE
            for worker in workers:
                worker.join(max(0.0, end - time.monotonic()) if self._stop.is_set() else None)
        self.hooks.tick(self.tally)
        if isinstance(self._fatal, StorageError):
            raise self._fatal
        self.ledger.release()
        if not self._stop.is_set():
            self.ledger.end()
        return Result(
            self.ledger.count(),
            self.ledger.failures(),
            self.tally,
            self._fatal,
            caught[0] if caught else None,
        )

    def _enter(self, inputs: list[str], stdin: Iterable[bytes]) -> None:
        items: list[Item] = []
        for item in read_inputs(inputs, stdin):
            items.append(item)
            if len(items) >= CHUNK:
                self.ledger.add(items)
                items = []
        self.ledger.add(items)
        self.tally.add(to_do=self.ledger.waiting())
        for feed in self.ledger.resting_feeds():
            how = "is paused" if feed["state"] == "failed" else "is left alone"
            self.hooks.message(
                f"{feed['url']} {how} for {feed['wait'] / 60:.0f} more minutes: {_ADVICE}"
            )

    def _work_on(self) -> None:
        looked = time.monotonic()
        try:
            while not self._stop.is_set():
                if claim := self.ledger.claim(self.rate):
                    self._take(claim)
                elif not self.ledger.is_left():
                    return
                else:
                    if time.monotonic() - looked > 1:
                        self.ledger.free_leases()
                        looked = time.monotonic()
                    self._stop.wait(IDLE)
        except SummarizerError as error:
            self._end_with(error)
        except OSError as error:  # who reads our stdout has gone
            self._end_with(StorageError(f"the output cannot be written: {error.strerror}"))

    def _end_with(self, error: SummarizerError) -> None:
        with self._lock:
            self._fatal = self._fatal or error
        self._stop.set()

    def _take(self, claim: Claim) -> None:
        """Read, analyse, store. A failure of this item is a value; what stops the whole run is raised or ends it."""
        try:
            outcome = self._analyze(claim, self._reader.read(claim))
        except StorageError:
            raise
        except LLMError as error:
            if self._stop.is_set():
                return
            if (
                error.exit_status == LLMError.exit_status
            ):  # the endpoint, not this article: nothing failed, everything waits
                self._end_with(error)
                return
            outcome = Outcome(failure=error, stage=stage_of(error, claim))
        except SummarizerError as error:
            outcome = Outcome(failure=error, stage=stage_of(error, claim))
        except Exception as error:  # noqa: BLE001  the one wrapper: a poison item must not take the others with it
            bug = SummarizerError(
                f"a bug met this article ({type(error).__name__}). Please report it",
                code="internal",
                url=claim.url,
            )
            bug.retryable = True
            outcome = Outcome(failure=bug)
        self.tally.cost_usd = self._gate.spent
        if state := self.ledger.finish(claim, outcome):
            self._tell(claim, outcome, state)

    def _analyze(self, claim: Claim, read: Outcome) -> Outcome:
        """What was read, with the report of its article unless this text has one. Raises a SummarizerError."""
        if read.article is None or (
            not claim.redo and find_version(self.ledger.store, claim.id, read.article.content_hash)
        ):
            return replace(read, article=None)
        report = analyze_article(read.article, self.settings, self._gate)
        return replace(
            read,
            report=report.model_copy(update={"id": claim.given_id})
            if claim.given_id is not None
            else report,
        )

    def _tell(self, claim: Claim, outcome: Outcome, state: str) -> None:
        if outcome.failure and claim.kind == "feed":
            paused = (
                f". It is paused for {PAUSE / 3600:.0f} hours: {_ADVICE}"
                if state == "failed"
                else ""
            )
            self.hooks.message(f"{outcome.failure}{paused}")
        if not outcome.report:
            return
        with self._lock:  # one line of output after the other
            self.hooks.report(outcome.report)


@contextmanager
def catch_signals(stop: threading.Event) -> Iterator[list[int]]:
    """SIGINT and SIGTERM set `stop` and are noted; a second one ends the program at once. Outside the main thread: left alone."""
    caught: list[int] = []

    def note(number: int, _: Any) -> None:
        if caught:
            os._exit(128 + number)
        caught.append(number)
        stop.set()

    if threading.current_thread() is not threading.main_thread():
        yield caught
        return
    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield caught
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def watch_inputs(
    inputs: Iterable[str], store: Store, made_by: str, settings: Settings, pause: float, runs: int | None = None, **options: Any
) -> Result:  # fmt: skip
    """Visit the inputs every `pause` seconds, `runs` times or until a signal; how the last visit ended."""
    inputs = list(inputs)
    stop = threading.Event()
    while True:
        visit = Batch(Ledger(store, made_by, backoff=pause), settings, **options)
        result, tally = visit.run(inputs), visit.tally
        runs = runs - 1 if runs else None
        if result.error or result.signal or runs == 0:
            return result
        lost = f", {tally.failed + tally.deferred} failed" if tally.failed + tally.deferred else ""
        visit.hooks.message(
            f"{tally.done} new{lost}; {tally.feeds} feed{'s'[: tally.feeds != 1]} read; the next visit is in {pause / 60:g} minutes"
        )
        with catch_signals(stop) as caught:
            stop.wait(pause)
        if caught:
            return replace(result, signal=caught[0])


def stage_of(error: SummarizerError, claim: Claim) -> str:
    """Where an item's failure happened, in the words of the failures file."""
    if claim.kind == "feed":
        return "feed"
    if error.code.startswith("robots"):
        return "robots"
    return (
        "fetch"
        if isinstance(error, FetchError)
        else "extract"
        if isinstance(error, InputError)
        else "analyze"
    )


def fingerprint(settings: Settings) -> str:
    """Changes with the program, its data, prompts and model: reports with the same one were made alike."""
    digest = hashlib.sha256(
        f"{settings.model}\n{settings.base_url}\n{settings.uses_model}".encode()
    )
    root = Path(str(resources.files("summarizer")))
    for path in sorted([*root.rglob("*"), *(root.parent / "prompts").rglob("*")]):
        if path.suffix in (".py", ".tsv", ".json", ".md"):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def analyze_record(record: dict[str, Any], folder: Path, settings: Settings) -> Report:
    """The report of one record, under the record's id. Keeps no state."""
    report = analyze_article(record_article(record, folder), settings)
    given = record.get("id")
    return report.model_copy(update={"id": str(given)}) if given is not None else report
