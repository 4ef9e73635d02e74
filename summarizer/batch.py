"""Many articles: inputs -> items -> reports, in a database that says at any moment what is done.

    read inputs -> poll feeds -> claim an item -> fetch, extract, analyse (outside any transaction) -> result and state in one commit

Threads of one process, and other processes on the same database, share the work through the ledger.
"""

import hashlib
import json
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

from summarizer.analyst.gate import Gate
from summarizer.article import extract_article
from summarizer.errors import BadRecord, FetchError, InputError, LLMError, StorageError, SummarizerError
from summarizer.ledger import MAX_ATTEMPTS, Claim, Item, Ledger, Outcome
from summarizer.models import Article, Report
from summarizer.pipeline import analyze_article, load_page
from summarizer.polling import FeedPoller, find_site_feed
from summarizer.robots import Robots
from summarizer.settings import Settings
from summarizer.sources import (
    FeedInput,
    check_inputs,
    entry_article,
    looks_like_feed,
    read_inputs,
    read_records,
    read_time,
    record_article,
)  # fmt: skip
from summarizer.spans import escape_json
from summarizer.store import Store, find_version
from summarizer.tally import Hooks, Result, Tally

JOBS = 8  # workers; they mostly wait for servers
IDLE = 0.05  # seconds until a worker without work looks again
GRACE = 10.0  # seconds that work in flight has after Ctrl-C
CHUNK = 500  # items entered in one commit


class Batch:
    """One run of a batch over a ledger. `fetcher` is the network; `rate` is in requests a second to one host, 0 for no limit;
    a feed that fails is left alone for `backoff` seconds, each time twice as long."""

    def __init__(
        self, ledger: Ledger, settings: Settings, *, fetcher: Any = None, rate: float = 1.0, jobs: int = JOBS,
        max_cost: float | None = None, hooks: Hooks | None = None, backoff: float = 0.0,
    ):  # fmt: skip
        if fetcher is None:
            from summarizer.fetch import Fetcher

            fetcher = Fetcher(allow_private=settings.allow_private)
        self.ledger, self.settings, self.fetcher, self.rate, self.jobs = ledger, settings, fetcher, rate, jobs
        self.hooks, self.tally = hooks or Hooks(), Tally()
        self._stop = threading.Event()
        self._gate = Gate(jobs, max_cost, self._stop)
        self._lock = threading.Lock()
        self._feeds: deque[FeedInput] = deque()
        self._polling = 0
        self._fatal: SummarizerError | None = None
        self._robots = Robots(ledger, fetcher, lambda: self._stop.wait(1 / rate if rate else 0))
        self._poller = FeedPoller(ledger, fetcher, self.tally.add, self.hooks.message, backoff)

    def run(self, inputs: Iterable[str], stdin: Iterable[bytes] = ()) -> Result:
        """Everything that the inputs name, and what earlier runs left undone. Raises UsageError before anything is started."""
        inputs = list(inputs)
        check_inputs(inputs)
        with catch_signals(self._stop) as caught:
            self._enter(inputs, stdin)
            workers = [
                threading.Thread(target=self._work_on, daemon=True) for _ in range(self.jobs * (2 if self.settings.uses_model else 1))
            ]  # some read while others wait for the model
            for worker in workers:
                worker.start()
            while any(worker.is_alive() for worker in workers) and not self._stop.is_set():
                self.hooks.tick(self.tally)
                self._stop.wait(0.1)
                if not any(worker.is_alive() for worker in workers):
                    break
            end = time.monotonic() + GRACE
            for worker in workers:
                worker.join(max(0.0, end - time.monotonic()) if self._stop.is_set() else None)
        self.hooks.tick(self.tally)
        if isinstance(self._fatal, StorageError):
            raise self._fatal
        self.ledger.release()
        if not self._stop.is_set():
            self.ledger.end(self.tally.cost_usd)
        return Result(self.ledger.count(), self.ledger.failures(), self.tally, self._fatal, caught[0] if caught else None)

    def _enter(self, inputs: list[str], stdin: Iterable[bytes]) -> None:
        items: list[Item] = []
        for source in read_inputs(inputs, stdin):
            if isinstance(source, FeedInput):
                self._feeds.append(source)
            elif source.kind == "address" and source.url and self.ledger.find_feed(source.url):
                self._feeds.append(FeedInput(source.url))
            else:
                items.append(source)
            if len(items) >= CHUNK:
                self.tally.add(to_do=self.ledger.add(items))
                items = []
        self.tally.add(to_do=self.ledger.add(items))
        self._feeds = deque({source.url: source for source in self._feeds}.values())

    # ---- what a worker does

    def _work_on(self) -> None:
        addresses = True  # what the user typed comes first: it may be a feed, and all feeds are read before any entry is
        looked = time.monotonic()
        try:
            while not self._stop.is_set():
                if self._poll_next():
                    continue
                claim = self.ledger.claim(self.rate, addresses=addresses)
                if claim:
                    self._take(claim)
                    continue
                if not self._feeds and not self._polling and not self.ledger.is_left(addresses=addresses):
                    if not addresses:
                        return
                    addresses = False
                    continue
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

    def _poll_next(self) -> bool:
        with self._lock:
            source = self._feeds.popleft() if self._feeds else None
            self._polling += source is not None
        if source is None:
            return False
        try:
            asked = source.feed or self._poller.may_ask(source.url, self.rate)
            if asked:
                self._poller.poll(source)
            else:
                self._feeds.append(source)
        finally:
            with self._lock:
                self._polling -= 1
        return bool(asked)

    def _take(self, claim: Claim) -> None:
        try:
            outcome = self._analyze(claim)
        except LLMError as error:
            if self._stop.is_set():
                return
            if error.exit_status == LLMError.exit_status:  # the endpoint, not this article: nothing failed, everything waits
                self._end_with(error)
                return
            outcome = Outcome(failure=error)
        except SummarizerError as error:
            if isinstance(error, StorageError):
                raise
            outcome = Outcome(failure=error, stage=stage_of(error))
        except Exception as error:  # noqa: BLE001  the one wrapper: a poison item must not take the others with it
            bug = SummarizerError(f"a bug met this article ({type(error).__name__}). Please report it", code="internal", url=claim.url)
            bug.retryable = True
            outcome = Outcome(failure=bug)
        if outcome is None or not self.ledger.finish(claim, outcome):
            return
        self._count(claim, outcome)

    def _count(self, claim: Claim, outcome: Outcome) -> None:
        if outcome.failure:
            last = not outcome.failure.retryable or claim.attempts + 1 >= MAX_ATTEMPTS
            self.tally.add(**{"failed" if last else "deferred": 1})
        elif outcome.report:
            self.tally.add(done=1)
            self.tally.cost_usd = self._gate.spent
            with self._lock:  # one line of output after the other
                self.hooks.report(outcome.report)
        else:
            self.tally.add(unchanged=1)

    def _analyze(self, claim: Claim) -> Outcome | None:
        """What comes of a claim; None when it was a feed. Raises a SummarizerError."""
        had: Outcome | None = Outcome()
        if claim.kind == "record":
            article = record_article(claim.payload["record"], Path(claim.payload["folder"]))
        elif claim.kind == "file":
            article = extract_article(load_page(claim.payload["path"], self.settings))
        elif claim.kind == "entry":
            article = entry_article(claim.payload, claim.url)
        else:
            had = self._fetch(claim)
            if had is None or had.article is None:
                return had
            article = had.article
        assert had is not None
        if not claim.redo and find_version(self.ledger.store, claim.id, article.content_hash):
            return replace(had, article=None)
        report = analyze_article(article, self.settings, self._gate)
        report = report.model_copy(update={"id": claim.given_id}) if claim.given_id is not None else report
        return replace(had, article=article, report=report)

    def _fetch(self, claim: Claim) -> Outcome | None:
        """The article behind an address, without one where it has not changed; None when the address is a feed's."""
        url = str(claim.url)
        try:
            self._robots.check(url)
            known = {} if claim.redo else {"etag": claim.etag, "last_modified": claim.last_modified}
            answer = self.fetcher.ask(url, **known, feed=claim.kind == "address")
            if answer.page is None:
                return Outcome(etag=answer.etag, last_modified=answer.last_modified)
            if claim.kind == "address" and self._is_feed(claim, answer):
                return None
            article = self._extract(claim, answer.page)
            return Outcome(article, etag=answer.etag, last_modified=answer.last_modified)
        except (FetchError, InputError) as failure:
            if not claim.payload.get("text") or isinstance(failure, BadRecord):
                raise
            # the feed's own words are better than nothing, and say that they are no more
            return Outcome(entry_article(claim.payload, claim.url, failure), recheck=failure.retryable)

    def _extract(self, claim: Claim, page: Any) -> Article:
        said = claim.payload
        article = extract_article(
            page, title=said.get("title"), source=said.get("source"), published_at=read_time(said.get("published_at"))
        )
        return article.model_copy(update={"flags": (*article.flags, *said.get("flags", ()))})

    def _is_feed(self, claim: Claim, answer: Any) -> bool:
        url = str(claim.url)
        if looks_like_feed(answer.page.body, answer.page.content_type):
            self._poller.enter(url, answer)
        elif link := find_site_feed(answer.page):
            self.ledger.add_feed(url, link)
            self._feeds.append(FeedInput(url))
        else:
            return False
        self.ledger.become_feed(claim)
        self.tally.add(to_do=-1)
        return True


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
        result = Batch(Ledger(store, made_by), settings, backoff=pause, **options).run(inputs)
        runs = runs - 1 if runs else None
        if result.error or result.signal or runs == 0:
            return result
        with catch_signals(stop) as caught:
            stop.wait(pause)
        if caught:
            return replace(result, signal=caught[0])


def stage_of(error: SummarizerError) -> str:
    """Where an item's failure happened, in the words of the failures file."""
    if error.code.startswith("robots"):
        return "robots"
    return "fetch" if isinstance(error, FetchError) else "extract" if isinstance(error, InputError) else "analyze"


def fingerprint(settings: Settings) -> str:
    """Changes with the program, its data, prompts and model: reports with the same one were made alike."""
    digest = hashlib.sha256(f"{settings.model}\n{settings.base_url}\n{settings.uses_model}".encode())
    root = Path(str(resources.files("summarizer")))
    for path in sorted([*root.rglob("*"), *(root.parent / "prompts").rglob("*")]):
        if path.suffix in (".py", ".tsv", ".json", ".md"):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def run_batch(path: Path, out: Path, settings: Settings, *, with_text: bool = False) -> tuple[int, int]:
    """Reports of the records in `path` to `out`, failures to `out.failures.jsonl`; (done, failed). Keeps no state: all anew."""
    done = failed = 0
    failures_path = out.with_name(out.name + ".failures.jsonl")
    try:
        # half a surrogate pair, which JSON can hold and UTF-8 cannot, is written as ?
        with (out.open("w", encoding="utf-8", errors="replace") as reports,
              failures_path.open("w", encoding="utf-8", errors="replace") as failures):  # fmt: skip
            for number, record in read_records(path):
                try:
                    if isinstance(record, BadRecord):
                        raise record
                    report = analyze_record(record, path.parent, settings)
                except SummarizerError as error:
                    failed += 1
                    failure = {"id": record.get("id") if isinstance(record, dict) else None, "line": number, "url": error.url,
                               "stage": "analyze", "code": error.code, "retryable": error.retryable, "message": str(error)}  # fmt: skip
                    failures.write(escape_json(json.dumps(failure, ensure_ascii=False)) + "\n")
                    continue
                reports.write(escape_json(json.dumps(report.to_dict(with_text=with_text), ensure_ascii=False)) + "\n")
                done += 1
    except OSError as error:
        raise StorageError(f"{out}: {error.strerror}") from error
    if not failed:
        failures_path.unlink(missing_ok=True)
    return done, failed


def analyze_record(record: dict[str, Any], folder: Path, settings: Settings) -> Report:
    """The report of one record, under the record's id."""
    report = analyze_article(record_article(record, folder), settings)
    given = record.get("id")
    return report.model_copy(update={"id": str(given)}) if given is not None else report
