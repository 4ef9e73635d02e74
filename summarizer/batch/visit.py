"""LEASE -> OUTCOME: reads what stands behind an item: an article, a feed's entries, or nothing new.

Asks the network; analyses and stores nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from summarizer.batch.discovery import find_feed_link, find_site_feed, looks_like_feed
from summarizer.batch.items import Lease, Outcome
from summarizer.batch.records import entry_article, read_about, read_feed, record_article
from summarizer.batch.robots import Robots
from summarizer.errors import BadRecord, FetchError, InputError
from summarizer.page.article import extract_article
from summarizer.pipeline import load_page
from summarizer.settings import Settings


@dataclass(frozen=True)
class Reader:
    """Reads leased items.

    `fetcher` is the network, `robots` its rules; `say` takes a message for the user.
    """

    settings: Settings
    fetcher: Any
    robots: Robots
    say: Callable[[str], None]

    def read(self, lease: Lease) -> Outcome:
        """What came of it, not yet analysed. Raises a SummarizerError."""
        payload = lease.payload
        if lease.kind == "record":
            return Outcome(record_article(payload["record"], Path(payload["folder"])))
        if lease.kind == "file":
            return Outcome(extract_article(load_page(payload["path"], self.settings)))
        if lease.kind == "entry":
            return Outcome(entry_article(payload, lease.url))
        try:
            return self._visit(lease)
        except (FetchError, InputError) as failure:
            if not payload.get("text") or isinstance(failure, BadRecord):
                raise
            # the feed's own words are better than nothing, and are flagged as such
            article = entry_article(payload, lease.url, failure)
            return Outcome(article, recheck=failure.retryable)

    def _visit(self, lease: Lease) -> Outcome:
        """The article of a page, or the entries of a feed or of the feed of a site.

        Raises FeedInvalid for a feed that is none, or an empty one.
        """
        url = str(lease.url)
        is_feed = lease.kind == "feed"
        may_be_feed = is_feed or lease.kind == "address"
        if not is_feed:
            self.robots.check(url)
        known = {} if lease.redo else {"etag": lease.etag, "last_modified": lease.last_modified}
        reply = self.fetcher.ask(lease.address or url, **known, feed=may_be_feed)
        address = reply.moved_to
        page = reply.page
        contents: dict[str, Any] = {"entries": ()} if is_feed else {}
        if page and may_be_feed:
            claims_feed = looks_like_feed(page.body, page.content_type)
            is_feed = is_feed or claims_feed or find_site_feed(page) is not None
            link = find_feed_link(page) if is_feed and not claims_feed else None
            if link:
                reply = self.fetcher.ask(link, feed=True)
                address = reply.moved_to or link
        if page and is_feed:
            feed, entries = read_feed(reply.page, url)
            for warning in feed.warnings:
                self.say(f"{url}: {warning}")
            contents = {"entries": entries, "title": feed.title}
        elif page:
            article = extract_article(page, **read_about(lease.payload))
            flags = (*article.flags, *lease.payload.get("flags", ()))
            contents = {"article": article.model_copy(update={"flags": flags})}
        return Outcome(
            **contents, address=address, etag=reply.etag, last_modified=reply.last_modified
        )
