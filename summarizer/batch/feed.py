"""PAGE -> FEED: the entries of RSS, Atom, RDF and JSON Feed. The only importer of feedparser.

    bytes -> repaired -> parsed (feedparser, json) -> raw entries -> entries (entries.py)

parse_feed runs in a child process, started by records.read_feed: feeds of strangers can hang a
parser. 800 kB of attributes on one tag, or one long script, took over 20 s.
"""

import html
import io
import json
import re
from dataclasses import dataclass
from typing import Any, Self

from summarizer.batch.entries import (
    EARLIEST,
    FeedEntry,
    RawEntry,
    drop_shared_links,
    make_entry,
    merge_entries,
    read_line,
)
from summarizer.errors import InputError
from summarizer.models import Page

MAX_ENTRIES = 5_000  # the newest; a feed that holds more is an archive
MAX_DTD = 2_000  # bytes

# CoinDesk: `<description>text</description> … <content:encoded/><dc:description/>`: feedparser lets
# the empty one win
_EMPTY = re.compile(
    rb"<((?:[\w.-]+:)?(?:description|encoded|summary|title))\b[^<>]*(?:/>|>\s*</\1\s*>)"
)
# `<link uri="at://…">https://…</link>`: feedparser takes the attribute for the link
_LINK_URI = re.compile(rb"""(<link\b[^<>]*?)\s+uri\s*=\s*(?:"[^"<>]*"|'[^'<>]*')""")
# `<media:description>` is a picture's caption, which feedparser takes for the entry's text
_MEDIA = re.compile(rb"""xmlns:([\w-]{1,30})\s*=\s*["']https?://search\.yahoo\.com/mrss/?["']""")
# Entities cost a malformed feed of 200 kB 19 s. Those of HTML, which some feeds declare, are short
_DTD = re.compile(rb"<!DOCTYPE[^\[<>]{0,500}\[")
# `</rss>` at the end, or comments after it: the feed was not cut off
_END = re.compile(
    rb"</(?:[\w-]+:)?(?:rss|feed|rdf)\s*>\s*(?:<!--.*?-->\s*)*$", re.IGNORECASE | re.DOTALL
)


class FeedInvalid(InputError):
    """It is no feed, or a feed with nothing in it."""

    code = "feed_invalid"


@dataclass(frozen=True)
class Feed:
    """A feed's entries in its order, and what is wrong with it though it can be read."""

    title: str | None
    entries: tuple[FeedEntry, ...]
    warnings: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """The feed of its JSON object, as a child process answers it."""
        entries = tuple(map(FeedEntry.from_json, values["entries"]))
        return cls(values["title"], entries, tuple(values["warnings"]))


@dataclass(frozen=True)
class _RawFeed:
    """A feed as it is worded, and the address of its site."""

    title: object
    site: object
    entries: list[RawEntry]
    warnings: tuple[str, ...] = ()


def parse_feed(page: Page) -> Feed:
    """The feed on a page, with its newest MAX_ENTRIES entries in the feed's order.

    No file or address is opened, whatever the bytes say. Raises FeedInvalid for what is no feed;
    one that holds no entry is a Feed without entries.
    """
    first = page.body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    raw = _parse_json(page) if first == b"{" else _parse_xml(page)
    warnings = raw.warnings
    base = page.url or str(raw.site or "")
    unique = merge_entries(make_entry(entry, base) for entry in drop_shared_links(raw.entries))
    excess = len(unique) - MAX_ENTRIES
    if excess > 0:
        last_first = reversed(unique.values())
        by_date = sorted(last_first, key=lambda entry: entry.published_at or EARLIEST)
        for entry in by_date[:excess]:
            del unique[entry.key]
        warning = f"it holds {excess} entries more than {MAX_ENTRIES}; the oldest are left out"
        warnings = (*warnings, warning)
    return Feed(read_line(raw.title), tuple(unique.values()), warnings)


# ---- RSS, Atom and RDF


def _parse_xml(page: Page) -> _RawFeed:
    parsed = _run_feedparser(page)
    version = parsed.get("version")
    if not version and not parsed.entries:
        raise FeedInvalid("it is not a feed", url=page.url)
    raw_entries, warnings = _whole_entries(parsed, page.body)
    is_atom = str(version).startswith("atom")
    entries = [_xml_entry(raw, is_atom) for raw in raw_entries]
    return _RawFeed(parsed.feed.get("title"), parsed.feed.get("link"), entries, warnings)


def _run_feedparser(page: Page) -> Any:
    """What feedparser makes of the page's bytes, repaired. Raises FeedInvalid where it fails."""
    import feedparser  # 90 ms to import

    # not the address, on which feedparser would hang relative ids too: `<guid>7</guid>` is no link
    headers = {"content-type": page.content_type or "application/xml"}
    body = _LINK_URI.sub(rb"\1", _EMPTY.sub(b"", _without_long_dtd(page.body)))
    for prefix in set(_MEDIA.findall(body)):
        body = re.sub(rb"(</?%s:)(?=(?:title|description|text)\b)" % prefix, rb"\1picture-", body)
    # a picture without a width, a charset that is none: feedparser means to raise nothing, and does
    faults = (TypeError, ValueError, LookupError, AttributeError, AssertionError, RecursionError)
    try:
        parsed = feedparser.parse(io.BytesIO(body), response_headers=headers)
    except faults as error:
        raise FeedInvalid("it cannot be read as a feed", url=page.url) from error
    if isinstance(parsed.get("bozo_exception"), feedparser.CharacterEncodingOverride):
        parsed.bozo = False  # only the declared charset was wrong
    return parsed


def _without_long_dtd(body: bytes) -> bytes:
    start = _DTD.search(body[:8192])
    if not start:
        return body
    end = body.find(b"]>", start.end())
    end = len(body) if end < 0 else end + 2
    return body[: start.start()] + body[end:] if end - start.start() > MAX_DTD else body


def _whole_entries(parsed: Any, body: bytes) -> tuple[list[Any], tuple[str, ...]]:
    """The entries without one that was cut off in the middle, and the warnings."""
    entries = list(parsed.entries)
    if not parsed.bozo:
        return entries, ()
    is_whole = not entries or (entries[-1].get("id") and entries[-1].get("link"))
    if is_whole or _END.search(body[-4096:]):
        return entries, ("the feed is malformed, and read as far as it goes",)
    return entries[:-1], ("the feed ends early; its last entry was dropped",)


def _xml_entry(raw: Any, is_atom: bool) -> RawEntry:
    parts = [part.get("value") for part in raw.get("content") or ()]
    source = raw.get("source") or {}
    return RawEntry(
        raw.get("id"),
        raw.get("title"),
        _pick_link(raw, is_atom),
        tuple(str(part or "") for part in (*parts, raw.get("summary"))),
        _pick_date(raw),
        source.get("title"),
    )


def _pick_date(raw: Any) -> object:
    """The first date that the entry gives, as it is written.

    feedparser reads dates too, and takes 2026/11/19 for the first of the month.
    """
    # asked for by `in`: feedparser maps a missing `updated` to `published`, with a warning
    dates = (raw[name] for name in ("published", "updated", "created") if name in raw)
    return next(filter(None, dates), None)


def _pick_link(raw: Any, is_atom: bool) -> object:
    """The entry's own page: an Atom entry's first HTML alternate, else what feedparser says."""
    links = raw.get("links") or ()
    alternates = [
        link for link in links if link.get("rel", "alternate") == "alternate" and link.get("href")
    ]
    pages = [link["href"] for link in alternates if "html" in link.get("type", "")]
    if is_atom and pages:
        return pages[0]
    link = raw.get("link") or next((link["href"] for link in alternates), None)
    # `<guid>7</guid>` is no link, though feedparser takes it for one
    is_guid = raw.get("guidislink") and not links
    return None if is_guid and not re.match("https?://|/", str(link)) else link


# ---- JSON Feed


def _parse_json(page: Page) -> _RawFeed:
    try:
        data = json.loads(page.body.decode("utf-8-sig", errors="replace"))
    except (ValueError, RecursionError) as error:
        raise FeedInvalid("it is not a feed", url=page.url) from error
    if not isinstance(data, dict) or "jsonfeed.org" not in str(data.get("version")):
        raise FeedInvalid("it is JSON, but not a JSON Feed", url=page.url)
    items = data.get("items")
    entries = [
        _json_entry(item)
        for item in (items if isinstance(items, list) else ())
        if isinstance(item, dict)
    ]
    return _RawFeed(data.get("title"), data.get("home_page_url"), entries)


def _json_entry(item: dict[str, Any]) -> RawEntry:
    plain = (html.escape(str(item.get(name) or "")) for name in ("content_text", "summary"))
    return RawEntry(
        item.get("id"),
        item.get("title"),
        item.get("url") or item.get("external_url"),
        (str(item.get("content_html") or ""), *(text.replace("\n", "<br>") for text in plain)),
        item.get("date_published") or item.get("date_modified"),
    )
