"""What an INPUT is: a feed, OPML, a list of addresses, JSONL records, a folder, a page, or - for any of them on stdin.

name -> bytes, told apart by what they hold -> Items
"""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from summarizer.batch.feed import FeedEntry, FeedInvalid, hash_text, parse_feed, parse_opml
from summarizer.batch.queue import Item
from summarizer.errors import BadRecord, InputError, SummarizerError, UsageError
from summarizer.models import Article, Page
from summarizer.page.article import extract_article, make_article
from summarizer.text.spans import clean
from summarizer.web.urls import canonical_url, host_of, is_web

PAGES = frozenset(
    {".html", ".htm", ".xhtml", ".txt", ".md"}
)  # what a folder of pages is searched for
LISTS = frozenset({".jsonl", ".ndjson", ".xml", ".rss", ".atom", ".rdf", ".opml", ".json"})
MAX_STDIN = 200_000_000  # bytes


def read_inputs(names: Iterable[str], stdin: Iterable[bytes] = ()) -> Iterator[Item]:
    """What the inputs hold. Raises UsageError for one that cannot be read, before anything of it is yielded."""
    for name in names:
        if name == "-":
            body = b"".join(stdin)
            if len(body) > MAX_STDIN:
                raise UsageError(
                    f"stdin holds more than {MAX_STDIN // 10**6} MB",
                    advice="Give the name of a file instead",
                )
            yield from _read_body(body, "-", Path())
        elif is_web(name):
            yield url_item(name)
        elif (path := Path(name)).is_dir():
            yield from _read_folder(path)
        else:
            yield from _read_file(path)


def check_inputs(names: Iterable[str]) -> None:
    """Raises UsageError for an input that is not there: before anything is started."""
    for name in names:
        if name != "-" and not is_web(name) and not Path(name).exists():
            scheme = (
                "only http:// and https:// addresses are fetched"
                if "://" in name
                else "no such file or folder"
            )
            raise UsageError(
                f"{name}: {scheme}",
                advice="Give feeds, pages, OPML, lists of addresses, JSONL, folders or -",
            )


def url_item(url: str, line: int | None = None, kind: str = "address") -> Item:
    """An address that the user gave: a page, or a feed if that is what it turns out to be."""
    url = url.strip()
    payload = {"line": line} if line else {}
    return Item(
        f"url:{canonical_url(url)}", kind, url=url, host=host_of(url), payload=payload, again=True
    )


def entry_item(entry: FeedEntry, source: str | None, feed: str) -> Item:
    """A feed's entry: its page where it links one, else the feed's own text."""
    date = entry.published_at.isoformat() if entry.published_at else None
    payload = {
        "title": entry.title,
        "published_at": date,
        "text": entry.text,
        "source": source,
        "feed": feed,
        "flags": list(entry.flags),
    }
    kind, host = ("url", host_of(entry.link)) if entry.link else ("entry", "")
    return Item(
        entry.key, kind, url=entry.link, host=host, payload=payload, fingerprint=entry.fingerprint
    )


def _read_folder(path: Path) -> Iterator[Item]:
    files = [
        file
        for file in sorted(path.rglob("*"))
        if file.is_file() and file.suffix.lower() in PAGES | LISTS
    ]
    if not files:
        raise UsageError(
            f"{path}: the folder holds no page", advice=f"Pages end in {', '.join(sorted(PAGES))}"
        )
    for file in files:
        yield from _read_file(file)


def _read_file(path: Path) -> Iterator[Item]:
    if path.suffix.lower() in (".jsonl", ".ndjson"):
        yield from (
            record_item(number, record, path.parent, path.name)
            for number, record in read_records(path)
        )
        return
    try:
        body = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
    yield from _read_body(body, str(path), path.parent, path)


def _read_body(body: bytes, name: str, folder: Path, path: Path | None = None) -> Iterator[Item]:
    head = body.lstrip(b"\xef\xbb\xbf \t\r\n")[:4096]
    known = name if name == "-" else str(Path(name).resolve())
    if re.search(rb"<opml\b", head, re.IGNORECASE):
        try:
            yield from (url_item(url, kind="feed") for url in parse_opml(body))
        except InputError as error:
            raise UsageError(f"{name}: {error.detail}") from error
    elif looks_like_feed(head, None):
        yield _feed_file(body, known)
    elif head.startswith(b"{"):
        lines = enumerate(body.decode("utf-8-sig", "replace").split("\n"), 1)
        yield from (
            record_item(number, parse_record(line, number, name), folder, name)
            for number, line in lines
            if line.strip()
        )
    elif is_web(first := next((line for line in head.decode("utf-8", "replace").splitlines() if _listed(line)), "").strip()) and not re.search(r"\s", first):  # fmt: skip
        lines = enumerate(body.decode("utf-8-sig", "replace").splitlines(), 1)
        yield from (
            _list_item(line.strip(), number, name) for number, line in lines if _listed(line)
        )
    elif path:
        stat = path.stat()
        yield Item(
            f"file:{known}",
            "file",
            payload={"path": known},
            fingerprint=f"{stat.st_mtime_ns}:{stat.st_size}",
        )
    else:
        part = "html" if head.startswith(b"<") else "text"
        yield record_item(1, {part: body.decode("utf-8", "replace")}, folder, name)


def _feed_file(body: bytes, name: str) -> Item:
    """A feed that was saved, with its entries."""
    try:
        feed = parse_feed(Page(body=body))
        if not feed.entries:
            raise FeedInvalid("the feed holds no entry", url=name)
    except FeedInvalid as error:
        return Item(f"feed:{name}", "feed", url=name, error=error)
    return Item(
        f"feed:{name}",
        "feed",
        url=name,
        entries=tuple(entry_item(entry, feed.title, name) for entry in feed.entries),
    )


def _listed(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _list_item(url: str, number: int, name: str) -> Item:
    if is_web(url) and not re.search(r"\s", url):
        return url_item(url, number)
    error = BadRecord(f"line {number} of {Path(name).name} is no http or https address")
    return Item(
        f"line:{name}:{number}:{hash_text(url)}", "record", payload={"line": number}, error=error
    )


def looks_like_feed(body: bytes, content_type: str | None) -> bool:
    """Whether it claims to be a feed: by its type, else by its first element."""
    media = (content_type or "").split(";")[0].strip().lower()
    if media.endswith(("json", "rss+xml", "atom+xml", "rdf+xml")):
        return True
    head = re.sub(
        rb"^[\xef\xbb\xbf\s]*(?:<\?.*?\?>\s*|<!--.*?-->\s*|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>\s*)*",
        b"",
        body[:4096],
        flags=re.DOTALL,
    )
    if head.startswith(b"{"):
        return b"jsonfeed.org" in body[:4096]
    return re.match(rb"<(?:[\w-]+:)?(?:rss|feed|rdf)\b", head, re.IGNORECASE) is not None


def read_records(path: Path) -> Iterator[tuple[int, dict[str, Any] | BadRecord]]:
    """(line number, record) for each line that is not blank; a line that is no record is a BadRecord."""
    try:
        lines = path.open(encoding="utf-8-sig", errors="replace", newline="\n")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
    with lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield number, parse_record(line, number, path.name)


def parse_record(line: str, number: int, name: str) -> dict[str, Any] | BadRecord:
    """The record of a line, or what is wrong with it."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return BadRecord(f"line {number} of {name} is not JSON")
    return (
        record if isinstance(record, dict) else BadRecord(f"line {number} of {name} is no object")
    )


def record_item(number: int, record: dict[str, Any] | BadRecord, folder: Path, name: str) -> Item:
    """A record as an item. Its key is its content: the same record twice is one, two under one id are two."""
    if isinstance(record, BadRecord):
        return Item(
            f"line:{name}:{number}:{hash_text(str(record))}",
            "record",
            payload={"line": number},
            error=record,
        )
    known = ("id", "url", "title", "source", "published_at", "text", "html")
    # the id comes back as it was given, but for what neither the database nor UTF-8 can hold
    ident = (
        None
        if record.get("id") is None
        else str(record["id"]).encode("utf-8", "replace").decode().replace("\0", "")
    )
    record = {key: tidy(record[key]) for key in known if record.get(key) is not None}
    stamp: list[Any] = []
    html = record.get("html")
    if isinstance(html, str) and "<" not in html and not record.get("text"):
        try:
            stat = (folder / html).stat()
            stamp = [str((folder / html).resolve()), stat.st_mtime_ns, stat.st_size]
        except (OSError, ValueError):
            stamp = [str(folder)]
    url = record.get("url") if isinstance(record.get("url"), str) else None
    key = hash_text(json.dumps([record, stamp], sort_keys=True, ensure_ascii=False))
    payload = {"record": record, "folder": str(folder.resolve()), "line": number}
    return Item(f"record:{key}", "record", url=url, given_id=ident, payload=payload)


def tidy(value: Any) -> Any:
    """A value of a record, without what no output can hold: lone surrogates, NUL and other control characters."""
    return clean(value) if isinstance(value, str) else value


def read_time(written: Any) -> datetime | None:
    """Any ISO time as aware UTC; naive is UTC, and what cannot be read is None."""
    if not isinstance(written, str) or not written.strip():
        return None
    try:
        found = datetime.fromisoformat(written.strip())
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def record_article(record: dict[str, Any], folder: Path) -> Article:
    """The article of a record `{id, url, title, source, published_at, text | html}`; html is markup or a path."""
    record = {key: tidy(value) for key, value in record.items()}
    known: dict[str, Any] = {
        key: record.get(key) if isinstance(record.get(key), str) else None
        for key in ("title", "source")
    }
    known["published_at"] = read_time(record.get("published_at"))
    url = record.get("url") if isinstance(record.get("url"), str) else None
    try:
        urlsplit(url)
    except ValueError as error:
        raise BadRecord(f"its url cannot be read: {error}", url=url) from error
    text, html = record.get("text"), record.get("html")
    if isinstance(text, str) and text.strip():
        return make_article(text, url=url, **known)
    if isinstance(html, str) and html.strip():
        markup = html.encode("utf-8", "replace") if "<" in html else _read_page(folder, html)
        return extract_article(Page(url=url, body=markup, content_type="text/html"), **known)
    if known["title"]:
        return make_article(known["title"], url=url, **known)
    raise InputError("the record has neither text nor html", code="empty_body")


def _read_page(folder: Path, name: str) -> bytes:
    try:
        path = (folder / name).resolve()
        if not path.is_relative_to(folder.resolve()):
            raise BadRecord(f"{name} lies outside the records' folder")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise BadRecord(f"{name}: {getattr(error, 'strerror', None) or error}") from error


def entry_article(
    payload: dict[str, Any], url: str | None, failure: SummarizerError | None = None
) -> Article:
    """The article that a feed's entry itself tells. Raises EmptyInput where it tells nothing."""
    title, text = payload.get("title"), payload.get("text") or ""
    article = make_article(text or title or "", url=url, title=title, source=payload.get("source"),
                           published_at=read_time(payload.get("published_at")))  # fmt: skip
    flags = (
        "feed_text",
        *payload.get("flags", ()),
        *((f"page_{failure.code}",) if failure else ()),
    )
    return article.model_copy(update={"flags": flags})
