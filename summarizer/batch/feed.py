"""Page -> Feed: entries of RSS, Atom, RDF and JSON Feed, and the feeds of OPML. The only importer of feedparser and listparser.

bytes -> repair -> parse -> entries, each with a key, a plain title, a link that may be fetched, a date or a flag
"""

import calendar
import hashlib
import html
import io
import json
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin

from summarizer.errors import InputError
from summarizer.models import Page
from summarizer.text.spans import normalise
from summarizer.web.urls import canonical_url, is_web

MAX_ENTRIES = 5_000  # newest first; a feed that holds more is an archive, and the rest is counted in `left_out`
FUTURE = timedelta(
    hours=24
)  # a later date than now + this is a mistake of the feed's (zones differ by 14 h at most)
EARLIEST = datetime(
    1970, 1, 3, tzinfo=UTC
)  # what is not later is a zero that was written as a date, in whatever zone

# CoinDesk: `<description>text</description> … <content:encoded/><dc:description/>`: feedparser lets the empty one win
_EMPTY = re.compile(
    rb"<((?:[\w.-]+:)?(?:description|encoded|summary|title))\b[^<>]*(?:/>|>\s*</\1\s*>)"
)
# `<link uri="at://…">https://…</link>`: feedparser takes the attribute for the link
_LINK_URI = re.compile(rb"""(<link\b[^<>]*?)\s+uri\s*=\s*(?:"[^"<>]*"|'[^'<>]*')""")
# entities cost a feed of 200 kB 19 s where its XML is malformed; those of HTML, which some feeds declare, are short
_DTD = re.compile(rb"<!DOCTYPE[^\[<>]{0,500}\[")
MAX_DTD = 2_000  # bytes
_TAG = re.compile(
    r"<!--.*?-->|<(script|style)\b.*?</\1\s*>|<[a-zA-Z/!?][^<>]*>", re.DOTALL | re.IGNORECASE
)
_BLOCK = re.compile(
    r"</?(?:p|div|br|li|ul|ol|h[1-6]|tr|table|blockquote|figure|section|article)\b[^<>]*>",
    re.IGNORECASE,
)


class FeedInvalid(InputError):
    """It is no feed, or a feed with nothing in it."""

    code = "feed_invalid"


@dataclass(frozen=True)
class FeedEntry:
    """One entry. `text` is what the feed itself says, plain; `link` is None unless it may be fetched."""

    key: str
    title: str | None
    link: str | None
    published_at: datetime | None
    text: str
    flags: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Changes when the feed says that the entry was edited: title, date or text."""
        return hash_text(f"{self.title}\n{self.published_at}\n{self.text}")


@dataclass(frozen=True)
class Feed:
    title: str | None
    entries: tuple[FeedEntry, ...]
    warnings: tuple[str, ...] = ()
    left_out: int = 0  # entries beyond MAX_ENTRIES
    form: str = field(default="", compare=False)  # rss20, atom10, json, …


def parse_feed(page: Page, *, now: datetime | None = None) -> Feed:
    """The feed on a page, its newest MAX_ENTRIES entries in the feed's order. No I/O, whatever the bytes say.

    Raises FeedInvalid for what is no feed; one that holds no entry is a Feed without entries.
    """
    now = now or datetime.now(UTC)
    head = page.body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    feed = _parse_json(page, now) if head == b"{" else _parse_xml(page, now)
    unique = {entry.key: entry for entry in reversed(feed.entries)}  # the first of two alike
    entries = [unique.pop(entry.key) for entry in feed.entries if entry.key in unique]
    if (left_out := len(entries) - MAX_ENTRIES) > 0:
        newest = sorted(
            range(len(entries)),
            key=lambda i: (entries[i].published_at or EARLIEST, -i),
            reverse=True,
        )[:MAX_ENTRIES]
        entries = [entries[i] for i in sorted(newest)]
        warning = f"it holds {left_out} entries more than {MAX_ENTRIES}; the oldest are left out"
        return replace(
            feed, entries=tuple(entries), warnings=(*feed.warnings, warning), left_out=left_out
        )
    return replace(feed, entries=tuple(entries))


def _parse_xml(page: Page, now: datetime) -> Feed:
    import feedparser  # 90 ms to import

    # not the address, on which feedparser would hang relative ids too: `<guid>7</guid>` is no link
    headers = {"content-type": page.content_type or "application/xml"}
    body = _LINK_URI.sub(rb"\1", _EMPTY.sub(b"", _without_long_dtd(page.body)))
    try:
        found = feedparser.parse(io.BytesIO(body), response_headers=headers)
    except (
        TypeError,
        ValueError,
        LookupError,
        AttributeError,
        AssertionError,
        RecursionError,
    ) as error:
        # a picture without a width, a charset that is none: feedparser means to raise nothing, and does
        raise FeedInvalid("it cannot be read as a feed", url=page.url) from error
    if not found.get("version") and not found.entries:
        raise FeedInvalid("it is not a feed", url=page.url)
    broken = bool(found.bozo) and not isinstance(
        found.bozo_exception, feedparser.CharacterEncodingOverride
    )
    ended = re.search(
        rb"</(?:[\w-]+:)?(?:rss|feed|rdf)\s*>\s*(?:<!--.*?-->\s*)*$",
        page.body[-4096:],
        re.IGNORECASE | re.DOTALL,
    )
    raw = list(found.entries)
    warnings = ["the feed is malformed, and read as far as it goes"] if broken else []
    if raw and broken and not ended and not (raw[-1].get("id") and raw[-1].get("link")):
        raw.pop()  # cut off in the middle of it
        warnings = ["the feed ends early; its last entry was dropped"]
    base = page.url or found.feed.get("link") or ""
    atom = str(found.get("version")).startswith("atom")
    title = _line(found.feed.get("title"))
    return Feed(
        title,
        tuple(_xml_entry(entry, base, now, atom) for entry in raw),
        tuple(warnings),
        form=str(found.get("version") or ""),
    )


def _without_long_dtd(body: bytes) -> bytes:
    if not (start := _DTD.search(body[:8192])):
        return body
    end = body.find(b"]>", start.end())
    end = len(body) if end < 0 else end + 2
    return body[: start.start()] + body[end:] if end - start.start() > MAX_DTD else body


def _xml_entry(raw: Any, base: str, now: datetime, atom: bool) -> FeedEntry:
    contents = [part.get("value") or "" for part in raw.get("content") or ()]
    texts = [plain(text) for text in (*contents, raw.get("summary") or "")]
    date: datetime | str | None = None
    for name in ("published", "updated", "created"):
        # asked for by `in`: feedparser maps a missing `updated` to `published`, with a warning
        if name in raw and re.fullmatch(r"\s*\d{10,13}\s*", str(raw[name])):
            date = str(raw[name])  # Unix seconds, which feedparser takes for a year and a month
        elif name + "_parsed" in raw and raw[name + "_parsed"]:
            date = _from_struct(raw[name + "_parsed"])
        elif name in raw:
            date = raw[name]
        if date:
            break
    return _entry(
        raw.get("id"),
        _line(raw.get("title")),
        _pick_link(raw, atom),
        max(texts, key=len),
        date,
        base,
        now,
    )


def _pick_link(raw: Any, atom: bool) -> str | None:
    """The entry's own page: of an Atom entry's alternates the first, HTML before others; else what feedparser says."""
    alternates = [
        link
        for link in raw.get("links") or ()
        if link.get("rel", "alternate") == "alternate" and link.get("href")
    ]
    typed = next((link["href"] for link in alternates if "html" in link.get("type", "")), None)
    link = (
        typed
        if atom and typed
        else raw.get("link") or next((part["href"] for part in alternates), None)
    )
    if (
        raw.get("guidislink")
        and not raw.get("links")
        and not str(link).startswith(("http://", "https://", "/"))
    ):
        return None
    return str(link) if link else None


def _from_struct(parts: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(calendar.timegm(parts), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _parse_json(page: Page, now: datetime) -> Feed:
    try:
        data = json.loads(page.body.decode("utf-8-sig", errors="replace"))
    except (ValueError, RecursionError) as error:
        raise FeedInvalid("it is not a feed", url=page.url) from error
    if not isinstance(data, dict) or "jsonfeed.org" not in str(data.get("version")):
        raise FeedInvalid("it is JSON, but not a JSON Feed", url=page.url)
    items = data.get("items")
    entries = []
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict):
            said = [
                normalise(str(item[name])) for name in ("content_text", "summary") if item.get(name)
            ]
            text = max((plain(str(item.get("content_html") or "")), *said), key=len)
            date = item.get("date_published") or item.get("date_modified")
            link = item.get("url") or item.get("external_url")
            ident = str(item["id"]) if item.get("id") is not None else None
            base = page.url or str(data.get("home_page_url") or "")
            entries.append(
                _entry(
                    ident,
                    _line(item.get("title")),
                    str(link) if link else None,
                    text,
                    date,
                    base,
                    now,
                )
            )
    return Feed(_line(data.get("title")), tuple(entries), form="json")


def _entry(
    ident: str | None, title: str | None, link: str | None, text: str, date: object, base: str, now: datetime
) -> FeedEntry:  # fmt: skip
    flags = []
    published_at = date if isinstance(date, datetime) else read_date(str(date)) if date else None
    if published_at is None:
        flags.append("date_missing")
    elif not EARLIEST < published_at <= now + FUTURE:
        flags.append("date_in_future" if published_at > now else "date_impossible")
        published_at = None
    try:
        link = urljoin(base, link.strip()) if link else None
    except ValueError:
        link = None
    if link and not is_web(link):
        text, link = (text or normalise(link)), None
    if not link and ident and is_web(ident):
        link = ident  # a guid that is an address is one, whatever isPermaLink says, where nothing better is known
    key = (
        f"url:{canonical_url(link)}"
        if link
        else f"guid:{ident}"
        if ident
        else f"text:{hash_text(f'{title}{published_at}{text}')}"
    )
    return FeedEntry(key, title or _line(text[:120]), link, published_at, text, tuple(flags))


def read_date(written: str) -> datetime | None:
    """A date as feeds write it, RFC 822 or ISO, as aware UTC; naive is UTC, and what cannot be read is None.

    >>> read_date("Fri, 12 Dec 2025 17:33:11 -0500").isoformat(), read_date("2019-01-02 15:04").isoformat(), read_date("soon")
    ('2025-12-12T22:33:11+00:00', '2019-01-02T15:04:00+00:00', None)
    """
    for read in (_from_stamp, datetime.fromisoformat, parsedate_to_datetime):
        try:
            found = read(written.strip())
            return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None


def _from_stamp(written: str) -> datetime:
    """Unix seconds or milliseconds. Raises ValueError for anything else."""
    if not re.fullmatch(r"[12]\d{9}(?:\d{3})?", written):
        raise ValueError(written)
    return datetime.fromtimestamp(int(written[:10]), UTC)


def plain(markup: str) -> str:
    """The words of a piece of HTML, a paragraph a line.

    >>> plain("<p>BTC &amp; ETH <b>fell</b></p><p>Why</p> if a < b")
    'BTC & ETH fell\\nWhy\\nif a < b'
    """
    return normalise(html.unescape(_TAG.sub("", _BLOCK.sub("\n", markup))))


def _line(markup: object) -> str | None:
    return " ".join(plain(str(markup)).split()) or None if markup else None


def hash_text(text: str) -> str:
    """What tells texts apart, in 32 characters."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


def parse_opml(body: bytes) -> list[str]:
    """The addresses of the feeds that an OPML file lists, in its order. Raises InputError for what lists none."""
    import listparser

    found = listparser.parse(body)  # bytes: of a str that is an address it would fetch it
    urls = list(
        dict.fromkeys(
            feed.url.strip() for feed in found.feeds if feed.url and is_web(feed.url.strip())
        )
    )
    if not urls:
        raise InputError("no feed is listed in it", code="feed_invalid")
    return urls


def find_feed_link(page: Page) -> str | None:
    """The feed that an HTML page declares, the first; None where it declares none."""
    for tag in re.findall(
        r"<link\b[^<>]{1,2000}>", page.body[:300_000].decode("utf-8", "replace"), re.IGNORECASE
    ):
        named = {
            name.lower(): html.unescape(a or b or c) for name, a, b, c in _ATTRIBUTE.findall(tag)
        }
        if "alternate" in named.get("rel", "").lower().split() and _FEED_TYPE.fullmatch(
            named.get("type", "").strip().lower()
        ):
            try:
                link = urljoin(page.url or "", named.get("href", "").strip())
            except ValueError:
                continue
            if is_web(link):
                return link
    return None


_ATTRIBUTE = re.compile(r"""([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_FEED_TYPE = re.compile(r"application/(?:rss\+xml|atom\+xml|rdf\+xml|feed\+json)(?:;.*)?")
