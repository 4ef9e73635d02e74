"""LEASE -> OUTCOME: reads what stands behind an item: an article, a feed's entries, or nothing new.

Asks the network, as robots.txt allows; analyses and stores no article. The only
importer of protego.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from summarizer.batch.discovery import find_feed_link, find_site_feed, looks_like_feed
from summarizer.batch.items import Lease, Outcome
from summarizer.batch.records import entry_article, read_about, read_feed, record_article
from summarizer.batch.store import Store
from summarizer.errors import BadRecord, ComposedCode, FetchError, InputError
from summarizer.models import Page
from summarizer.page.article import extract_article
from summarizer.pipeline import load_page
from summarizer.settings import Settings
from summarizer.web.urls import host_of

if TYPE_CHECKING:
    from protego import Protego

AGENT = "crypto-news-summarizer"
MAX_AGE = 24 * 3600.0  # seconds that an answer counts, RFC 9309 section 2.4
MAX_SIZE = 500_000  # bytes that are read, about what RFC 9309 section 2.5 asks for
MAX_CRAWL_DELAY = 60.0  # seconds; who asks for more is asked once a minute
# A robots.txt that cannot be read sets no rules, as any 4xx sets none (RFC 9309 section 2.3.1). A
# server in trouble (5xx, unreachable) is left alone until it answers.
_NO_RULES = frozenset(
    "content_type empty_body too_large too_many_redirects content_encoding".split()
)

_KEEP_RULES = """
    INSERT INTO hosts (host, robots, robots_at, delay) VALUES (:host, :text, :now, :delay)
    ON CONFLICT DO UPDATE SET robots = :text, robots_at = :now, delay = :delay
"""


@dataclass(frozen=True)
class Robots:
    """The rules of each host, read once a day and shared through the database.

    `pause` waits for a host's next turn.
    """

    store: Store
    fetcher: Any
    pause: Callable[[], object]
    _rules: dict[str, "Protego | FetchError"] = field(default_factory=dict)
    _locks: defaultdict[str, threading.Lock] = field(
        default_factory=lambda: defaultdict(threading.Lock)
    )

    def check(self, url: str) -> None:
        """Raises FetchError `robots_disallowed`, or why the rules could not be had."""
        host = host_of(url)
        with self._locks[host]:
            if host not in self._rules:
                self._rules[host] = self._load(url, host)
            rules = self._rules[host]
        if isinstance(rules, FetchError):
            # what is not retryable says that there is no such host, or that it may not be asked
            where = "robots.txt could not be read: " if rules.retryable else ""
            raise FetchError(
                f"{where}{rules.detail}",
                code=ComposedCode(rules.code),
                url=url,
                advice=rules.advice,
                retryable=rules.retryable,
            )
        if not rules.can_fetch(url, AGENT):
            raise FetchError(
                "robots.txt asks programs to leave it alone", code="robots_disallowed", url=url
            )

    def _load(self, url: str, host: str) -> "Protego | FetchError":
        """The host's rules from the database, or else from the host."""
        from protego import Protego

        kept = self.store.read(
            "SELECT robots FROM hosts WHERE host = ? AND robots_at > ?",
            (host, time.time() - MAX_AGE),
        )
        if kept:
            return Protego.parse(kept[0]["robots"])
        try:
            page = self.fetcher.fetch(f"{urlsplit(url).scheme}://{host}/robots.txt")
            text = page.body[:MAX_SIZE].decode("utf-8", "replace")
        except FetchError as error:
            is_refusal = error.code.startswith("http_4") and error.code != "http_429"
            if not is_refusal and error.code not in _NO_RULES:
                return error
            text = ""
        rules = Protego.parse(text)
        delay = min(rules.crawl_delay(AGENT) or 0.0, MAX_CRAWL_DELAY)
        values = {"host": host, "text": text, "now": time.time(), "delay": delay}
        with self.store.write() as db:
            db.execute(_KEEP_RULES, values)
        self.pause()
        return rules


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
            record, folder = payload["record"], Path(payload["folder"])
            return Outcome(record_article(record, folder, payload.get("keys")))
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
            is_feed, link = _find_feed(page, is_feed=is_feed)
            if link:
                reply = self.fetcher.ask(link, feed=True)
                address = reply.moved_to or link
        if page and is_feed:
            contents = self._read_entries(reply.page, url)
        elif page:
            article = extract_article(page, **read_about(lease.payload))
            flags = (*article.flags, *lease.payload.get("flags", ()))
            contents = {"article": article.model_copy(update={"flags": flags})}
        return Outcome(
            **contents, address=address, etag=reply.etag, last_modified=reply.last_modified
        )

    def _read_entries(self, page: Page, url: str) -> dict[str, Any]:
        """The entries and the title of a feed, as an Outcome holds them; tells its warnings."""
        feed, entries = read_feed(page, url)
        for warning in feed.warnings:
            self.say(f"{url}: {warning}")
        return {"entries": entries, "title": feed.title}


def _find_feed(page: Page, *, is_feed: bool) -> tuple[bool, str | None]:
    """Whether a page is read as a feed, and the link to the feed where the page itself is none.

    `is_feed` says that the user called it one.
    """
    claims_feed = looks_like_feed(page.body, page.content_type)
    is_feed = is_feed or claims_feed or find_site_feed(page) is not None
    return is_feed, find_feed_link(page) if is_feed and not claims_feed else None
