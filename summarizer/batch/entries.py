"""RAW ENTRY -> FEED ENTRY: a key, a plain title, the entry's own words, a link that may be fetched,
and a date or a flag that says why there is none. The same for all formats of feeds.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from summarizer.batch.discovery import resolve_link
from summarizer.batch.items import hash_text
from summarizer.page.words import read_plain
from summarizer.text.dates import is_ambiguous, parse_time
from summarizer.text.spans import normalise
from summarizer.web.urls import canonical_url, is_web

# A date further ahead is the feed's mistake: zones differ by 14 hours at most.
FUTURE = timedelta(hours=24)
# A date that is not later is a zero that was written as a date, in whatever zone.
EARLIEST = datetime(1970, 1, 3, tzinfo=UTC)
UNIQUE_GUID = 20  # letters from which a guid is taken to be the only one of its kind in the world

# Google News lists the headlines of one story: `<a href="https://news.google.com/…">headline</a>`,
# two blanks, and the outlet in grey.
_NEIGHBOURS = re.compile(
    r"""\s*(?:<[ou]l>\s*<li>)?\s*<a\s[^<>]{0,2000}news\.google\.com
    |(?:<li>|^\s*)\s*<a\s[^<>]{1,2000}>[^<>]{1,500}</a>(?:&nbsp;|\xa0|\s){1,4}<font\b""",
    re.IGNORECASE | re.VERBOSE,
)
# Google's alerts, and Bing's news
_WRAPPED = re.compile(r"https?://(?:www\.)?(?:google\.[a-z.]{2,6}/url|bing\.com/news/apiclick)\b")
_CAPTION = re.compile(
    r"<(figcaption)\b[^<>]*>.{0,2000}?</\1\s*>|<(?:p|div|span)\b[^<>]{0,200}\bwp-caption-text\b"
    r"[^<>]{0,200}>.{0,2000}?</(?:p|div|span)\s*>",
    re.IGNORECASE | re.DOTALL,
)
# What programs add to an entry's words: a line of its own, or the end of one.
_ADDED = re.compile(
    r"""(?:^|(?<=[.!?…”"\]])\s+|(?<=\n))(?:
        The\ post\ .{1,300}?\ (?:first\ appeared|appeared\ first)\ on\ [^\n]{1,100}
        |(?:Continue\ reading|Read\ (?:more|the\ full\ (?:story|article)|on)|Keep\ reading
            |View\ the\ full\ (?:story|article)|Full\ story)\b[^\n.]{0,120}
        |(?:Article|Comments)\ URL:[^\n]* |Points:\ \d+ |\#\ Comments:\ \d+
        |submitted\ by\s+/?u/[^\n]* |\[link\]\s*\[comments\]
        |(?:This\ (?:article|post|story)|It)\ (?:was\ )?(?:originally|first)\ (?:appeared|published)
            \ (?:on|at|in)\b[^\n]{0,120}
        |\[?(?:…|\.\.\.)\]?\s*(?:Read\ more|More)?\s*[→»]?
    )\s*(?=\n|$)""",
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True)
class RawEntry:
    """An entry as the feed words it, whatever the feed's format: `texts` are markup, and `date` may
    be text or a number. `source` is the outlet that an aggregator names."""

    ident: object
    title: object
    link: object
    texts: tuple[str, ...]
    date: object
    source: object = None


@dataclass(frozen=True)
class FeedEntry:
    """One entry of a feed.

    `text` is what the feed itself says, plain; `link` is None unless it may be fetched; `source` is
    the outlet, where that is not the feed's.
    """

    key: str
    title: str | None
    link: str | None
    published_at: datetime | None
    text: str
    flags: tuple[str, ...] = ()
    source: str | None = None

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """The entry of its JSON object. Raises ValueError, TypeError or KeyError."""
        written = values["published_at"]
        date = datetime.fromisoformat(written) if written else None
        return cls(**values | {"published_at": date, "flags": tuple(values["flags"])})


def make_entry(raw: RawEntry, base: str) -> FeedEntry:
    """The entry of a feed at `base`, by which its links are resolved."""
    published_at, flags = _check_date(raw.date)
    source = read_line(raw.source)
    title = read_line(raw.title)
    if source and title:  # Google News: "Bitcoin falls - CoinDesk"
        title = title.removesuffix(f" - {source}").removesuffix(f" | {source}") or title
    if any(map(_NEIGHBOURS.match, raw.texts)):
        text = title or ""  # of the headlines its own
    else:
        text = max(map(_read_words, raw.texts), key=len, default="")
    ident = "" if raw.ident is None else str(raw.ident)
    link = _unwrap(resolve_link(base, str(raw.link))) if raw.link else None
    if link and not is_web(link):  # `javascript:alert(1)` is kept as words, and never fetched
        text = text or normalise(link)
        link = None
    if not link and is_web(ident):
        # a guid that is an address is one, whatever isPermaLink says, where nothing better is known
        link = ident
    key = _make_key(link, ident, base) or f"text:{hash_text(f'{title}{published_at}{text}')}"
    title = title or read_line(text[:120])
    return FeedEntry(key, title, link, published_at, text, flags, source)


def _make_key(link: str | None, ident: str, base: str) -> str | None:
    """What an entry is known by at its next visit: its link, else its guid, which is told apart
    from those of other feeds if it is short. None where it has neither.
    """
    if link:
        return f"url:{canonical_url(link)}"
    if not ident:
        return None
    is_unique = ":" in ident or len(ident) >= UNIQUE_GUID
    return f"guid:{ident}" if is_unique else f"guid:{base}#{ident}"


def _unwrap(link: str | None) -> str | None:
    """The address behind a search engine's: `https://www.google.com/url?…&url=https://…`."""
    if not link or not _WRAPPED.match(link):
        return link
    query = parse_qs(urlsplit(link).query)
    inner = (query.get("url") or query.get("q") or [""])[0]
    return inner if is_web(inner) else link


def drop_shared_links(entries: list[RawEntry]) -> list[RawEntry]:
    """The entries without a link that several of them share and that leads to a front page: all
    stories of some feeds link their site, and none its own page."""
    counts = Counter(str(entry.link) for entry in entries)
    return [
        replace(entry, link=None)
        if counts[str(entry.link)] > 1 and _is_front(str(entry.link))
        else entry
        for entry in entries
    ]


def _is_front(link: str) -> bool:
    try:
        parts = urlsplit(link.strip())
    except ValueError:
        return False
    return not parts.path.strip("/") and not parts.query


def merge_entries(entries: Iterable[FeedEntry]) -> dict[str, FeedEntry]:
    """The entries by their keys, each story once. Two that share a guid, and neither link nor
    words, are two stories: a feed that numbers all of them 0 loses none."""
    unique: dict[str, FeedEntry] = {}
    for entry in entries:
        first = unique.get(entry.key)
        if first and not entry.link and (first.title, first.text) != (entry.title, entry.text):
            content = f"{entry.title}{entry.published_at}{entry.text}"
            entry = replace(entry, key=f"{entry.key}#{hash_text(content)}")
        unique.setdefault(entry.key, entry)
    return unique


def _read_words(markup: str) -> str:
    """The words in markup without what programs add to them."""
    return _ADDED.sub("", read_plain(_CAPTION.sub("", markup))).strip()


def _check_date(written: object) -> tuple[datetime | None, tuple[str, ...]]:
    """The date, or None and the flag that says why there is none."""
    date = parse_time(written, any_form=True) if written else None
    if date is None:
        return None, ("date_ambiguous" if is_ambiguous(written) else "date_missing",)
    if date > datetime.now(UTC) + FUTURE:
        return None, ("date_in_future",)
    if date <= EARLIEST:
        return None, ("date_impossible",)
    return date, ()


def read_line(markup: object) -> str | None:
    """The words of a title on one line."""
    return " ".join(read_plain(str(markup)).split()) or None if markup else None
