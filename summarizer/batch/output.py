"""REPORTS -> a file that already holds some: nothing of it is lost, whoever else writes to it.

Each report is added as soon as it is stored (JSONL, CSV), so that a kill leaves a file of all that
was done. At the end of a run the file is written anew, in order: the reports that stood in it and
are none of the run's, then those of the run.
"""

import csv
import io
import json
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import Any

from summarizer.batch.export import (
    COLUMNS,
    WRITERS,
    format_cells,
    format_csv_row,
    import_arrow,
    replacing,
    write_jsonl,
)
from summarizer.batch.queue import Queue
from summarizer.batch.reports import NEWEST, OF_RUN, load_reports
from summarizer.errors import StorageError, UsageError
from summarizer.models import Report

STATE = ".state.db"
PAUSE = 3.0  # seconds between two writings of a Parquet file, which nothing can be added to
SHARE = 20  # times as long as a writing took, until the next
REPORT_FIELDS = ("schema_version", "article", "overall")  # which every report has
ROW_FIELDS = ("report_id", "credibility")  # which every row of a flat table has

_Row = dict[str, Any]
# Whether the run has a report under this id that is the same article, or another one.
_IN_RUN = """
    SELECT max(
        a.content_hash IS :content_hash OR (a.url IS NOT NULL AND a.url = :url)
        OR (a.title IS NOT NULL AND a.title = :title) OR r.summary = :summary
    )
    FROM reports r JOIN articles a ON a.id = r.article_id
    WHERE r.id = :id AND (
        EXISTS (SELECT 1 FROM run_items n WHERE n.run_id = :run AND n.item_id = a.item_id)
        OR EXISTS (
            SELECT 1 FROM sources s JOIN run_items n ON n.item_id = s.feed_id AND n.run_id = :run
            WHERE s.item_id = a.item_id
        )
    )
"""

# Whether the run has done, or tried again, what a failure of an earlier run is about: the same
# address or file, and under the same id, if it has one, else on the same line.
_IS_SETTLED = f"""
    SELECT 1 FROM items
    WHERE id IN ({OF_RUN}) AND state NOT IN ('pending', 'leased') AND given_id IS :id AND (
        url = :url
        OR payload ->> 'path' = :url AND (:id IS NOT NULL OR payload ->> 'line' IS :line)
    )
    LIMIT 1
"""


def state_path(path: Path) -> Path:
    """The database beside a file of reports: its own, or that of the same name in another form, so
    that a second form asks for no second analysis."""
    own = path.with_name(path.name + STATE)
    others = (path.with_name(path.stem + ending + STATE) for ending in WRITERS)
    return own if own.exists() else next(filter(Path.exists, others), own)


def claim_target(
    path: Path,
    inputs: tuple[str, ...] = (),
    *,
    force: bool = False,
    form: str | None = None,
    fields: tuple[str, ...] = REPORT_FIELDS,
) -> None:
    """Raises UsageError for an output that is an input, or a file that this program did not write
    in this `form`, an ending, with these `fields`; with `force` such a file is emptied."""
    target = path.resolve()
    for name in inputs:
        with suppress(OSError, ValueError):
            if name != "-" and Path(name).resolve() == target:
                advice = "Name another file for the reports"
                raise UsageError(f"{path} is an input and the output", advice=advice)
    if path.is_dir():
        raise UsageError(f"{path} is a folder", advice="Name a file for the reports")
    if not path.exists() or _is_ours(path, form or path.suffix, fields):
        return
    if not force:
        detail = f"{path} exists, and this program did not write it"
        raise UsageError(detail, advice="Name another file, or give --force to replace it")
    with _storage_errors(path):
        path.write_bytes(b"")


def _is_ours(path: Path, form: str, fields: tuple[str, ...]) -> bool:
    """Whether a file is empty, or of reports, or a digest that was written before."""
    try:
        if path.stat().st_size == 0:
            return True
        if form == ".parquet":
            return {*fields} <= {*import_arrow()[1].ParquetFile(path).schema_arrow.names}
        with path.open(encoding="utf-8", newline="") as stream:
            head = stream.readline(1_000_000)
    except (OSError, ValueError):  # what is no Parquet file, or no text, is not ours
        return False
    if form == ".csv":
        names = next(csv.reader([head]), [])
        return names[:3] == COLUMNS[:3] or (fields == ROW_FIELDS and {*fields} <= {*names})
    if form == ".jsonl":
        return all(f'"{name}"' in head for name in fields)
    return re.match(r"# Crypto digest|\{$|<!doctype html>", head, re.IGNORECASE) is not None


class Output:
    """A file of the reports of a run, beside those that it held before."""

    def __init__(self, path: Path, queue: Queue, *, with_text: bool = False):
        self._path = path
        self._queue = queue
        self._with_text = with_text
        self._waiting = 0  # reports that are not in the file yet
        self._next_at = 0.0

    def add(self, report: Report) -> None:
        """Adds a report that is stored to the file. Raises StorageError."""
        if self._path.suffix == ".parquet":
            self._waiting += 1
            return
        row = report.to_dict(with_text=self._with_text)
        with _storage_errors(self._path), hold(self._path):
            is_new = not self._path.exists()
            with self._path.open("a+b") as stream:
                size = stream.seek(0, os.SEEK_END)
                start = "" if size == 0 or _ends_line(stream, size) else "\n"  # a kill cut it
                if self._path.suffix == ".csv":
                    head = format_cells(COLUMNS) if is_new or size == 0 else ""
                    words = start + head + format_csv_row(row)
                else:
                    words = start + _format_line(row)
                stream.write(words.encode("utf-8", "replace"))

    def tick(self) -> None:
        """Writes a Parquet file now and then. Raises StorageError."""
        if self._waiting and time.monotonic() >= self._next_at:
            self._waiting = 0
            started = time.monotonic()
            self.finish()
            now = time.monotonic()
            self._next_at = now + max(PAUSE, SHARE * (now - started))

    def finish(self) -> None:
        """Writes the file anew. Raises StorageError."""
        queue, path = self._queue, self._path
        condition, values = f"{NEWEST} AND a.item_id IN ({OF_RUN})", {"run": queue.run.id}
        reports = load_reports(queue.store, condition, values, with_text=self._with_text)
        with hold(path), replacing(path) as stream:
            WRITERS[path.suffix](stream, chain(self._kept(), reports))

    def finish_failures(self) -> None:
        """Writes the failures that still stand to the file beside it: those that it held of items
        that this run did not settle, then those of the run. Raises StorageError."""
        queue = self._queue
        path = self._path.with_name(f"{self._path.name}.failures.jsonl")
        with _storage_errors(path), hold(path):
            held = _read_jsonl(path) if path.exists() else ()
            names = ("id", "url", "line")
            failures = [
                row
                for row in held
                if not queue.store.read(
                    _IS_SETTLED, {name: row.get(name) for name in names} | {"run": queue.run.id}
                )
            ]
            failures += queue.failures()
            if not failures:
                path.unlink(missing_ok=True)
                return
            with replacing(path) as stream:
                write_jsonl(stream, failures)

    def _kept(self) -> Iterator[_Row]:
        """What the file held that is none of the run's; under another id where the run has that."""
        if not self._path.exists():
            return
        for row in _READERS[self._path.suffix](self._path):
            article = row.get("article") or row
            base = re.sub(r"~\w+$", "", str(row["id"]))
            values = {name: article.get(name) or None for name in ("content_hash", "url", "title")}
            values |= {"id": base, "summary": row.get("summary"), "run": self._queue.run.id}
            is_same = self._queue.store.read(_IN_RUN, values)[0][0]
            if is_same is None:
                yield row
            elif not is_same:
                mark = str(values["content_hash"] or hash(str(values)))[-6:]
                yield row | {"id": f"{base}~{mark}"}


def _ends_line(stream: Any, size: int) -> bool:
    stream.seek(size - 1)
    return bool(stream.read(1) == b"\n")


def _format_line(row: _Row) -> str:
    line = io.StringIO()
    write_jsonl(line, [row])
    return line.getvalue()


def _read_jsonl(path: Path) -> Iterator[_Row]:
    with path.open(encoding="utf-8", errors="replace", newline="\n") as lines:
        for line in lines:
            with suppress(ValueError, RecursionError):  # a line that a kill cut
                row = json.loads(line)
                if isinstance(row, dict) and "id" in row:
                    yield row


def _read_csv(path: Path) -> Iterator[_Row]:
    with path.open(encoding="utf-8", errors="replace", newline="") as stream:
        for row in csv.DictReader(stream):
            if None not in row and None not in row.values():  # as in a line that a kill cut
                yield dict(row)


def _read_parquet(path: Path) -> Iterator[_Row]:
    if path.stat().st_size == 0:
        return
    try:
        for batch in import_arrow()[1].ParquetFile(path).iter_batches(batch_size=500):
            yield from batch.to_pylist()
    except (OSError, ValueError) as error:
        raise StorageError(f"{path}: it cannot be read: {error}") from error


_READERS = {".jsonl": _read_jsonl, ".csv": _read_csv, ".parquet": _read_parquet}


@contextmanager
def hold(path: Path) -> Iterator[None]:
    """One process at a time writes to the file, where the system knows locks."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    name = path.with_name(f".{path.name}.lock")
    while True:
        descriptor = os.open(name, os.O_CREAT | os.O_RDWR, 0o600)
        with suppress(OSError):  # a file system without locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        try:
            is_ours = os.fstat(descriptor).st_ino == name.stat().st_ino
        except FileNotFoundError:  # the process before took it away
            is_ours = False
        if is_ours:
            break
        os.close(descriptor)
    try:
        yield
    finally:
        name.unlink(missing_ok=True)
        os.close(descriptor)


@contextmanager
def _storage_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        advice = "The folder must exist, be writable and have room"
        raise StorageError(f"{path}: {error.strerror or error}", advice=advice) from error
