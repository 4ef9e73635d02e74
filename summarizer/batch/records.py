"""RECORD or ENTRY -> ITEM -> ARTICLE: records of JSONL files, and entries of feeds.

A record is `{id, url, title, source, published_at, text or html}`; `html` is markup, or a path
relative to its file.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from summarizer.batch.entries import FeedEntry
from summarizer.batch.feed import Feed, FeedInvalid, parse_feed
from summarizer.batch.items import Item, hash_text
from summarizer.errors import BadRecord, InputError, SummarizerError
from summarizer.models import Article, Page
from summarizer.page.article import extract_article, make_article
from summarizer.page.pasted import join_lines
from summarizer.page.sandbox import SANDBOX
from summarizer.text.dates import parse_time
from summarizer.text.spans import clean
from summarizer.web.urls import host_of, is_web

FIELDS = "id url title source published_at text html".split()
MAX_KEYS = 20  # of a record that a message names
# What other programs call the fields of a record.
_OTHER_NAMES = {
    **dict.fromkeys(
        "body content article articleBody full_text maintext description".split(), "text"
    ),
    **dict.fromkeys("markup page raw_html html_content".split(), "html"),
    **dict.fromkeys("headline name".split(), "title"),
    **dict.fromkeys("link href uri".split(), "url"),
}

Record = dict[str, Any]


# ---- records


def load_json(words: str) -> Any:
    """What JSON says; null for NaN and Infinity, which are none. Raises ValueError, or
    RecursionError."""
    return json.loads(words, parse_constant=lambda _: None)


def record_items(lines: Iterable[str], folder: Path, name: str) -> Iterator[Item]:
    """An item for each line of the file `name` that is not blank.

    A line that is no record is an item with an error.
    """
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            record = load_json(line)
        except (ValueError, RecursionError):
            yield bad_line_item(number, name, "is not JSON", line)
            continue
        if isinstance(record, dict):
            yield record_item(number, record, folder, name)
        else:
            yield bad_line_item(number, name, "is no object", line)


def record_item(number: int, record: Record, folder: Path, name: str) -> Item:
    """A record of the file `name` as an item.

    Its key is its content: the same record twice is one, two under one id are two.
    """
    record_id = None
    if record.get("id") is not None:
        # as it was given, but for what neither the database nor UTF-8 can hold
        record_id = str(record["id"]).encode("utf-8", "replace").decode().replace("\0", "")
    keys = [clean(str(name))[:40] for name in record][:MAX_KEYS]
    # without what no output can hold, such as lone surrogates and NUL
    record = {
        name: clean(value) if isinstance(value, str) else value
        for name in FIELDS
        if (value := record.get(name)) is not None
    }
    content = [record, _page_stamp(record, folder)]
    key = f"record:{hash_text(json.dumps(content, sort_keys=True, ensure_ascii=False))}"
    url = _text_of(record, "url")
    if is_web(url) and not any(_text_of(record, name) for name in ("text", "html", "title")):
        payload = {name: record.get(name) for name in ("source", "published_at")}
        payload |= {"line": number, "path": name}
        return Item(key, "url", url, given_id=record_id, host=host_of(str(url)), payload=payload)
    payload = {"record": record, "keys": keys, "folder": str(folder.resolve())}
    payload |= {"line": number, "path": name}
    return Item(key, "record", url, given_id=record_id, payload=payload)


def bad_line_item(number: int, name: str, fault: str, line: str, unit: str = "line") -> Item:
    """A line that cannot be read as an item, so that it is a failure of the run."""
    return Item(
        f"line:{name}:{number}:{hash_text(line)}",
        "record",
        payload={"line": number, "path": name},
        error=BadRecord(f"{unit} {number} of {Path(name).name} {fault}"),
    )


def _page_stamp(record: Record, folder: Path) -> list[Any]:
    """Where the record's page is and when it was written; [] where it names none.

    With it in the key, a page that was edited makes a new record.
    """
    html = record.get("html")
    if not isinstance(html, str) or "<" in html or record.get("text"):
        return []
    try:
        path = folder / html
        stat = path.stat()
        return [str(path.resolve()), stat.st_mtime_ns, stat.st_size]
    except (OSError, ValueError):
        return [str(folder)]


def record_article(record: Record, folder: Path, keys: Iterable[str] | None = None) -> Article:
    """The article of a record; a path in it is relative to `folder`, and must not lead out of it.

    `keys` are all names that the record has, for the message where none is of use. Raises BadRecord
    for an address or a page that cannot be read, InputError for a record that holds no words, and
    what extract_article raises.
    """
    url, text, html = (_text_of(record, name) for name in ("url", "text", "html"))
    about = read_about(record)
    try:
        urlsplit(url)
    except ValueError as error:
        raise BadRecord(f"its url cannot be read: {error}", url=url) from error
    if text and text.strip():
        return make_article(join_lines(text), url=url, **about)
    if html and html.strip():
        body = html.encode("utf-8", "replace") if "<" in html else _read_page(folder, html)
        return extract_article(Page(url=url, body=body, content_type="text/html"), **about)
    if about["title"]:
        return make_article(about["title"], url=url, **about)
    names = list(record if keys is None else keys)
    detail = f"the record has neither text nor html; its keys are {', '.join(names) or 'none'}"
    advice = next(
        (f"Call {name} {_OTHER_NAMES[name]}" for name in names if name in _OTHER_NAMES), None
    )
    if {"schema_version", "summary"} <= {*names}:
        advice = "It is a report already: export, digest and search read the database beside it"
    raise InputError(detail, code="empty_body", advice=advice)


def read_about(record: Record) -> dict[str, Any]:
    """What a record, or the payload of a feed's entry, says of its article."""
    return {
        "title": _text_of(record, "title"),
        "source": _text_of(record, "source"),
        "published_at": parse_time(record.get("published_at")),
    }


def _text_of(record: Record, name: str) -> str | None:
    """The field's text, without what no output can hold; None where it holds something else."""
    value = record.get(name)
    return clean(value) if isinstance(value, str) else None


def _read_page(folder: Path, name: str) -> bytes:
    try:
        path = (folder / name).resolve()
        if not path.is_relative_to(folder.resolve()):
            raise BadRecord(f"{name} lies outside the records' folder")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise BadRecord(f"{name}: {getattr(error, 'strerror', None) or error}") from error


# ---- entries of feeds


def read_feed(page: Page, url: str) -> tuple[Feed, tuple[Item, ...]]:
    """The feed on a page, and its entries as items.

    Raises InputError `feed_invalid` for what is none, or an empty one, and NoArticle
    `parse_timeout` or its like where it breaks its reader.
    """
    feed = SANDBOX.call(parse_feed, (page,), load=Feed.from_json, url=url)
    if not feed.entries:
        raise FeedInvalid("the feed holds no entry", url=url)
    return feed, tuple(_entry_item(entry, feed.title, url) for entry in feed.entries)


def _entry_item(entry: FeedEntry, source: str | None, feed: str) -> Item:
    """A feed's entry: the page that it links, or the feed's own words where it links none."""
    payload = {
        "title": entry.title,
        "published_at": entry.published_at.isoformat() if entry.published_at else None,
        "text": entry.text,
        "source": entry.source or source,
        "feed": feed,
        "flags": list(entry.flags),
    }
    return Item(
        entry.key,
        "url" if entry.link else "entry",
        url=entry.link,
        host=host_of(entry.link or ""),
        payload=payload,
        # changes when the feed says that the entry was edited
        fingerprint=hash_text(f"{entry.title}\n{entry.published_at}\n{entry.text}"),
    )


def entry_article(
    payload: dict[str, Any], url: str | None, failure: SummarizerError | None = None
) -> Article:
    """The article in a feed's own words; `failure` says why they stand for the page.

    Raises EmptyInput where there are none.
    """
    about = read_about(payload)
    article = make_article(payload.get("text") or about["title"] or "", url=url, **about)
    flags = ["feed_text", *payload.get("flags", ())]
    if failure:
        flags.append(f"page_{failure.code}")
    return article.model_copy(update={"flags": tuple(flags)})
