"""LEASE -> OUTCOME: reads what stands behind an item: an article, a feed's entries, or nothing new.

Asks the network; analyses and stores nothing.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from summarizer.batch.discovery import find_feed_link, find_site_feed, looks_like_feed
from summarizer.batch.items import ItemKind, Lease, Outcome
from summarizer.batch.records import entry_article, read_feed, record_article
from summarizer.batch.robots import Robots
from summarizer.errors import BadRecord, FetchError, InputError
from summarizer.page.article import extract_article
from summarizer.pipeline import load_page
from summarizer.settings import Settings
from summarizer.text.dates import parse_time


class Reader:
    """Reads leased items.

    `fetcher` is the network, `robots` its rules; `say` takes a message for the user.
    """

    def __init__(
        self, settings: Settings, fetcher: Any, robots: Robots, say: Callable[[str], None]
    ):
        self._settings = settings
        self._fetcher = fetcher
        self._robots = robots
        self._say = say

    def read(self, lease: Lease) -> Outcome:
        """What came of it, not yet analysed. Raises a SummarizerError."""
        payload = lease.payload
        if lease.kind == ItemKind.RECORD:
            return Outcome(record_article(payload["record"], Path(payload["folder"])))
        if lease.kind == ItemKind.FILE:
            return Outcome(extract_article(load_page(payload["path"], self._settings)))
        if lease.kind == ItemKind.ENTRY:
            return Outcome(entry_article(payload, lease.url))
        if lease.kind == ItemKind.FEED:
            return self._visit_feed(lease)
        try:
            return self._visit_page(lease)
        except (FetchError, InputError) as failure:
            if not payload.get("text") or isinstance(failure, BadRecord):
                raise
            # the feed's own words are better than nothing, and are flagged as such
            article = entry_article(payload, lease.url, failure)
            return Outcome(article, recheck=failure.retryable)

    def _visit_feed(self, lease: Lease) -> Outcome:
        reply = self._fetcher.ask(
            lease.address or str(lease.url),
            etag=lease.etag,
            last_modified=lease.last_modified,
            feed=True,
        )
        if reply.page is not None:
            return self._read_feed(lease, reply)
        return Outcome(
            entries=(),
            address=reply.moved_to,
            etag=reply.etag,
            last_modified=reply.last_modified,
        )

    def _read_feed(self, lease: Lease, reply: Any) -> Outcome:
        """The entries of a feed, or of the feed of a site.

        Raises FeedInvalid for what is none, or an empty one.
        """
        url = str(lease.url)
        address = reply.moved_to
        is_feed = looks_like_feed(reply.page.body, reply.page.content_type)
        link = None if is_feed else find_feed_link(reply.page)
        if link:
            reply = self._fetcher.ask(link, feed=True)
            address = reply.moved_to or link
        feed, entries = read_feed(reply.page, url)
        for warning in feed.warnings:
            self._say(f"{url}: {warning}")
        return Outcome(
            entries=entries,
            title=feed.title,
            address=address,
            etag=reply.etag,
            last_modified=reply.last_modified,
        )

    def _visit_page(self, lease: Lease) -> Outcome:
        """The article of a page, or the entries of the feed that an address turns out to be."""
        url = str(lease.url)
        may_be_feed = lease.kind == ItemKind.ADDRESS
        self._robots.check(url)
        known = {} if lease.redo else {"etag": lease.etag, "last_modified": lease.last_modified}
        reply = self._fetcher.ask(url, **known, feed=may_be_feed)
        page = reply.page
        article = None
        if page is not None:
            if may_be_feed and (
                looks_like_feed(page.body, page.content_type) or find_site_feed(page)
            ):
                return self._read_feed(lease, reply)
            about = lease.payload
            article = extract_article(
                page,
                title=about.get("title"),
                source=about.get("source"),
                published_at=parse_time(about.get("published_at")),
            )
            flags = (*article.flags, *about.get("flags", ()))
            article = article.model_copy(update={"flags": flags})
        return Outcome(article, etag=reply.etag, last_modified=reply.last_modified)
