"""A CHUNK of articles -> its reports in a folder: what any machine can do at any time."""

import io
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from summarizer.analyst.llm.gate import Gate
from summarizer.batch.analysis import ENDS_RUN, MANY, explain, make_report
from summarizer.batch.export import WRITERS
from summarizer.batch.items import Item
from summarizer.batch.records import record_article
from summarizer.errors import LLMError, SummarizerError
from summarizer.page.article import extract_article
from summarizer.page.sandbox import SANDBOX
from summarizer.pipeline import load_page
from summarizer.settings import Settings
from summarizer.storage import Folder, is_remote, open_folder

TICK = 0.02  # seconds between two looks at whether the run is to stop
GRACE = 10.0  # seconds that requests on their way have after Ctrl-C

Row = dict[str, Any]


@dataclass(frozen=True)
class Chunk:
    """The next items of a shard; `name` is that of its reports without the ending."""

    name: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Job:
    """What the chunks of a run have in common. `address` is the folder, `made_by` the fingerprint
    of the program and its analyst, `jobs` the articles that a chunk has in work at once, `workers`
    its processes."""

    address: str
    settings: Settings
    made_by: str
    form: str = "jsonl"
    with_text: bool = False
    jobs: int = 8
    workers: int = 1

    def open(self, name: str = "") -> Folder:
        """The folder, or one within it."""
        return open_folder(f"{self.address}/{name}".rstrip("/"))


def make_job(
    address: str, settings: Settings, made_by: str, *, jobs: int, workers: int, **form: Any
) -> Job:
    """The job of a folder, whose model's answers are kept there too."""
    if not is_remote(address):
        address = str(Path(address).resolve())
    address = address.rstrip("/")
    settings = replace(settings, answers=f"{address}/answers/")
    return Job(address, settings, made_by, jobs=jobs, workers=workers, **form)


def write_chunk(
    chunk: Chunk,
    job: Job,
    gate: Gate | None = None,
    stop: threading.Event | None = None,
    count: Callable[[bool], object] = lambda _: None,
) -> tuple[int, list[Row]]:
    """Analyse a chunk and put it into the folder; how many reports it has, and its failures.

    `count` is told of each article whether it has a report. Raises what ends the run: StorageError,
    LLMError of the endpoint or the budget, LLMError `stopped` once `stop` is set.
    """
    SANDBOX.limit_to(job.workers)
    rows = _analyze(chunk, job, gate, stop or threading.Event(), count)
    reports = [row for row in rows if "article" in row]
    failures = [row for row in rows if "article" not in row]
    if failures:
        job.open("failures").put(f"{chunk.name}.jsonl", _encode("jsonl", failures))
    job.open().put(f"{chunk.name}.{job.form}", _encode(job.form, reports))
    return len(reports), failures


def _encode(form: str, rows: list[Row]) -> bytes:
    stream = io.TextIOWrapper(io.BytesIO(), "utf-8", "replace", newline="")
    WRITERS[f".{form}"](stream, rows)
    stream.flush()
    body = stream.detach()
    assert isinstance(body, io.BytesIO)
    return body.getvalue()


def _analyze(
    chunk: Chunk,
    job: Job,
    gate: Gate | None,
    stop: threading.Event,
    count: Callable[[bool], object],
) -> list[Row]:
    """The reports and failures of a chunk's items, in their order; threads share the work."""
    rows: list[Row] = [{}] * len(chunk.items)
    places = iter(range(len(rows)))  # the next of a range is taken by one thread alone
    fatal: list[SummarizerError] = []

    def work() -> None:
        for place in places:
            if stop.is_set() or fatal:
                return
            try:
                rows[place] = _read_item(chunk.items[place], job, gate, len(rows) >= MANY)
                count("article" in rows[place])
            except SummarizerError as error:
                fatal.append(error)

    # with a model, some read while others wait for it
    number = min(job.jobs * (2 if job.settings.uses_model else 1), len(rows))
    threads = [threading.Thread(target=work, daemon=True) for _ in range(number)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads) and not (stop.is_set() or fatal):
        stop.wait(TICK)
    end = time.monotonic() + GRACE
    for thread in threads:  # what is on its way is paid for, and is kept
        thread.join(max(0.0, end - time.monotonic()) if stop.is_set() or fatal else None)
    if fatal:
        raise fatal[0]
    if stop.is_set():
        raise LLMError("the run is ending", code="stopped")
    return rows


def _read_item(item: Item, job: Job, gate: Gate | None, is_apart: bool) -> Row:
    """The report of an item, or its failure as a row of the failures file. Raises what ends the
    run."""
    payload = item.payload
    try:
        if item.error:
            raise item.error
        if item.kind == "file":
            article = extract_article(load_page(payload["path"], job.settings))
        else:
            folder = Path(payload["folder"])
            article = record_article(payload["record"], folder, payload.get("keys"))
        report = make_report(article, item.given_id, job.settings, gate, is_apart=is_apart)
        return report.to_dict(with_text=job.with_text)
    except Exception as error:  # noqa: BLE001  a poison item must not take the others with it
        failure, stage = explain(error, item.kind, item.url)
        if failure.exit_status in ENDS_RUN:
            raise failure from None
        return {
            "id": item.given_id,
            "line": payload.get("line"),
            "url": item.url or payload.get("path"),
            "stage": "read" if item.error else stage,
            "code": failure.code,
            "retryable": failure.retryable,
            "message": str(failure),
        }
