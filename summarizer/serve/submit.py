"""URL, TEXT or PAGE -> JOB -> stored REPORT: what someone gives to the local page, or posts to it.

A job is worked on by a thread, and tells meanwhile how far it is. A failure is stored too, as the
failed item that a batch would leave, so that it can be tried again.
"""

import json
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from sqlite3 import Row
from typing import Literal

from summarizer.analyst.llm.gate import Gate
from summarizer.batch.items import Item, Stage, hash_text
from summarizer.batch.records import entry_article, read_about, record_article
from summarizer.batch.reports import save_report
from summarizer.batch.run import fingerprint
from summarizer.batch.states import settle_item
from summarizer.batch.store import Store
from summarizer.errors import FetchError, InputError, SummarizerError
from summarizer.models import Article, Page, Report
from summarizer.page.article import extract_article
from summarizer.pipeline import analyze_article, load_page
from summarizer.serve.view import RETRYABLE
from summarizer.settings import Settings
from summarizer.text.dates import parse_time
from summarizer.web.urls import canonical_url, host_of, is_web

FIELDS = ("url", "text", "html", "title", "source", "published_at")
_AT_ONCE = 4  # articles in work
_WAITING = 100  # jobs that may wait for their turn
_KEPT = 500  # jobs, the latest, that can still be looked at

Step = Literal["held", "waiting", "fetching", "reading", "analysing", "storing", "done", "failed"]


@dataclass
class Job:
    """An article in work: where it stands, and in the end its report or its failure.

    `held` is one that waits for the user's word, as it may cost money.
    """

    item: Item
    read: Callable[["Job"], Article]
    name: str = field(default_factory=lambda: secrets.token_urlsafe(9))
    step: Step = "waiting"
    started_at: float = field(default_factory=time.monotonic)
    article: Article | None = None  # once it is read
    number: int | None = None  # of the stored report
    report: Report | None = None
    error: SummarizerError | None = None
    over: Future[None] = field(default_factory=Future)

    @property
    def seconds(self) -> float:
        """How long it has been in work."""
        return time.monotonic() - self.started_at


class Desk:
    """Takes what is submitted, analyses a few articles at once, and stores what came of them."""

    def __init__(self, store: Store, settings: Settings):
        self._store = store
        self._settings = settings
        self._gate = Gate(_AT_ONCE)
        self._turns = threading.Semaphore(_AT_ONCE)
        self._jobs: dict[str, Job] = {}
        self.stored = 0  # reports and failures

    @cached_property
    def _made_by(self) -> str:
        return fingerprint(self._settings)

    def submit(self, submission: Mapping[str, object], *, hold: bool = False) -> Job:
        """Begin with an article: its `url`, or its `text` or `html` and what is known of it.

        With `hold` it waits for `start`. Raises InputError for a submission that is none.
        """
        values = _check(submission)
        url = values.get("url")
        words = values.get("text") or values.get("html") or ""
        item = Item(f"text:{hash_text(words)}", "record", payload={"record": values, "folder": ""})
        if url:  # the item under which a batch would enter it
            item = Item(f"url:{canonical_url(url)}", "address", url=url, host=host_of(url))
        read = partial(self._read_given, values) if words else partial(self._fetch, url or "", {})
        return self._add(Job(item, read), hold=hold)

    def retry(self, number: int) -> Job:
        """Begin again with a stored item that failed. Raises InputError where there is none."""
        rows = self._store.read(_FAILED_ITEM, (number,))
        if not rows or rows[0]["kind"] not in RETRYABLE:
            raise InputError("this failure is no more, or cannot be tried again", code="not_found")
        row = rows[0]
        item = Item(row["key"], row["kind"], row["url"], host=host_of(row["url"] or ""))
        return self._add(Job(item, partial(self._read_again, row)))

    def find(self, name: str) -> Job | None:
        """The job of this name."""
        return self._jobs.get(name)

    def start(self, job: Job) -> None:
        """Put a job that is held, or that failed, into work."""
        if job.step in ("held", "failed"):
            job.step, job.error, job.over = "waiting", None, Future()
            job.started_at = time.monotonic()
            # what is in work when the program ends is not stored
            threading.Thread(target=self._work, args=(job,), daemon=True).start()

    def _add(self, job: Job, *, hold: bool = False) -> Job:
        if sum(other.step == "waiting" for other in [*self._jobs.values()]) >= _WAITING:
            raise InputError("too many articles wait already", code="too_many")
        self._jobs[job.name] = job
        for name in [*self._jobs][:-_KEPT]:
            del self._jobs[name]
        job.step = "held"
        if not hold:
            self.start(job)
        return job

    def _work(self, job: Job) -> None:
        with self._turns:
            self._analyze(job)
        job.over.set_result(None)

    def _analyze(self, job: Job) -> None:
        stage: Stage = "extract"
        try:
            job.step = "reading"
            job.article = job.read(job)
            job.step, stage = "analysing", "analyze"
            report = analyze_article(job.article, self._settings, self._gate)
            job.step = "storing"
            with self._store.write() as db:
                number = save_report(db, settle_item(db, job.item), report, self._made_by)
            # once it is committed: others look for it at once
            self.stored += 1
            job.number, job.report, job.step = number, report, "done"
        except SummarizerError as error:
            job.error = error
            self._keep_failure(job, "fetch" if isinstance(error, FetchError) else stage)
        except Exception as error:  # noqa: BLE001  # a thread has nobody else to tell
            detail = f"a bug met this article ({type(error).__name__}). Please report it"
            job.error = SummarizerError(detail, code="internal")
            self._keep_failure(job, stage)

    def _keep_failure(self, job: Job, stage: Stage) -> None:
        try:
            with self._store.write() as db:
                settle_item(db, job.item, job.error, stage)
        except SummarizerError as error:
            job.error = error  # which matters more
        self.stored += 1
        job.step = "failed"

    def _fetch(self, url: str, about: Mapping[str, object], job: Job) -> Article:
        job.step = "fetching"
        page = load_page(url, self._settings)
        job.step = "reading"
        return extract_article(page, **read_about(dict(about)))

    def _read_given(self, values: dict[str, str], _: Job) -> Article:
        """The article of a text or of markup; never of a path, as it may be in a batch's record."""
        kind = "text/html" if "html" in values else "text/plain"
        body = (values.get("text") or values.get("html") or "").encode()
        page = Page(url=values.get("url"), body=body, content_type=f"{kind}; charset=utf-8")
        return extract_article(page, **read_about(dict(values)))

    def _read_again(self, row: Row, job: Job) -> Article:
        payload = json.loads(row["payload"] or "{}")
        if row["kind"] == "record" and not payload.get("folder"):  # it was given to this page
            return self._read_given(payload["record"], job)
        if row["kind"] == "record":
            return record_article(payload["record"], Path(payload["folder"]), payload.get("keys"))
        if row["kind"] == "file":
            return extract_article(load_page(payload["path"], self._settings))
        if row["kind"] == "entry":
            return entry_article(payload, row["url"])
        return self._fetch(row["url"], payload, job)


_FAILED_ITEM = """
    SELECT key, kind, url, payload FROM items WHERE id = ? AND state IN ('failed', 'deferred')
"""


def _check(submission: Mapping[str, object]) -> dict[str, str]:
    """The fields that are given, all of them text. Raises InputError."""
    advice = f"Give url, text or html; the fields are {', '.join(FIELDS)}"
    if unknown := sorted(submission.keys() - set(FIELDS)):
        raise InputError(f"unknown field {unknown[0]!r}", advice=advice)
    values = {}
    for name, value in submission.items():
        if value is not None and not isinstance(value, str):
            raise InputError(f"{name} must be text", advice=advice)
        # what neither the database nor UTF-8 can hold
        value = (value or "").encode("utf-8", "replace").decode().replace("\0", "").strip()
        if value:
            values[name] = value
    if "published_at" in values and parse_time(values["published_at"]) is None:
        raise InputError("published_at is no time", advice="Such as 2026-02-10T06:00:00Z")
    if "url" in values and not is_web(values["url"]):
        raise InputError("the url is no http or https address", code="bad_url", advice=advice)
    if "html" in values and ("<" not in values["html"] or "text" in values):
        raise InputError("html is no markup, or there is a text too", advice=advice)
    if not values.keys() & {"url", "text", "html"}:
        raise InputError("there is neither a url nor a text", code="empty_body", advice=advice)
    return values
