"""JSONL of article records -> reports, one a line; a failure is a value with its url, stage, code and message."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from summarizer.article import extract_article, make_article
from summarizer.errors import BadRecord, InputError, StorageError, SummarizerError, UsageError
from summarizer.models import Article, Page, Report
from summarizer.pipeline import analyze_article
from summarizer.settings import Settings
from summarizer.spans import escape_json, mend


def read_records(path: Path) -> Iterator[tuple[int, dict[str, Any] | BadRecord]]:
    """(line number, record) for each line that is not blank; a line that is no record is a BadRecord."""
    try:
        lines = path.open(encoding="utf-8-sig", errors="replace", newline="\n")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
    with lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                record = json.loads(line)
            except (ValueError, RecursionError):
                yield number, BadRecord(f"line {number} of {path.name} is not JSON")
                continue
            yield number, record if isinstance(record, dict) else BadRecord(f"line {number} of {path.name} is no object")


def read_time(written: Any) -> datetime | None:
    """Any ISO time as aware UTC; naive is UTC, and what cannot be read is None."""
    if not isinstance(written, str) or not written.strip():
        return None
    try:
        found = datetime.fromisoformat(written.strip())
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):  # the first hour of the year 1 has no UTC
        return None


def record_article(record: dict[str, Any], folder: Path) -> Article:
    """The article of a record `{id, url, title, source, published_at, text | html}`; html is markup or a path."""
    known: dict[str, Any] = {key: record.get(key) if isinstance(record.get(key), str) else None for key in ("title", "source")}
    known["published_at"] = read_time(record.get("published_at"))
    url = mend(record["url"]) if isinstance(record.get("url"), str) else None
    try:
        urlsplit(url)
    except ValueError as error:
        raise BadRecord(f"its url cannot be read: {error}", url=url) from error
    text, html = record.get("text"), record.get("html")
    if isinstance(text, str) and text.strip():
        return make_article(text, url=url, **known)
    if isinstance(html, str) and html.strip():
        markup = html.encode() if "<" in html else _read_page(folder, html)
        return extract_article(Page(url=url, body=markup, content_type="text/html"), **known)
    if known["title"]:
        return make_article(known["title"], url=url, **known)
    raise InputError("the record has neither text nor html", code="empty_body")


def _read_page(folder: Path, name: str) -> bytes:
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise BadRecord(f"{name} lies outside the records' folder")
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadRecord(f"{name}: {error.strerror}") from error


def analyze_record(record: dict[str, Any], folder: Path, settings: Settings) -> Report:
    """The report of one record, under the record's id."""
    report = analyze_article(record_article(record, folder), settings)
    given = record.get("id")
    return report.model_copy(update={"id": mend(str(given))}) if given is not None else report


def run_batch(path: Path, out: Path, settings: Settings, *, with_text: bool = False) -> tuple[int, int]:
    """Reports of the records in `path` to `out`, failures to `out.failures.jsonl`; (done, failed)."""
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
