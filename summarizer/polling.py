"""A feed's visit: ask whether it changed, read it, enter its entries. What goes wrong is kept with the feed."""

import re
import time
from collections.abc import Callable
from sqlite3 import Row
from typing import Any
from urllib.parse import urlsplit

from summarizer.errors import StorageError, SummarizerError
from summarizer.feed import FeedInvalid, find_feed_link, parse_feed
from summarizer.ledger import PAUSE, Ledger
from summarizer.models import Page
from summarizer.sources import FeedInput, entry_item, looks_like_feed
from summarizer.urls import host_of

# `<meta property="og:type" content="article">`, and addresses as articles have them: a slug of four words or a number
_ARTICLE = re.compile(rb"""<meta\b[^<>]*og:type[^<>]*["']article["']|<meta\b[^<>]*["']article["'][^<>]*og:type""", re.IGNORECASE)
_SLUG = re.compile(r"(?:[^/-]+-){3}[^/]*|[^/]*\d{5}[^/]*|[^/]+\.html?")


def find_site_feed(page: Page) -> str | None:
    """The feed of a site's front page; None for an article, though it may declare one too."""
    slug = urlsplit(page.url or "").path.rstrip("/").rpartition("/")[2]
    if _SLUG.fullmatch(slug) or _ARTICLE.search(page.body[:300_000]):
        return None
    return find_feed_link(page)


_ADVICE = "--retry-failed asks it again"


class FeedPoller:
    """Visits feeds for one run. `count` takes counts for the tally, `say` a message for the user."""

    def __init__(self, ledger: Ledger, fetcher: Any, count: Callable[..., None], say: Callable[[str], None], backoff: float = 0.0):
        self._ledger = ledger
        self._fetcher = fetcher
        self._count = count
        self._say = say
        self._backoff = backoff

    def may_ask(self, url: str, rate: float) -> bool:
        """Whether it is the turn of the feed's host."""
        known = self._ledger.find_feed(url)
        return self._ledger.take_turn(host_of(known["address"] if known else url), rate)

    def poll(self, source: FeedInput) -> None:
        """Visit a feed, or enter one that was read from a file. Raises StorageError alone."""
        self._count(feeds=1)
        known = self._ledger.add_feed(source.url)
        try:
            if source.feed:
                items = [entry_item(entry, source.feed.title, source.url) for entry in source.feed.entries]
                self._count(to_do=self._ledger.feed_read(known["id"], source.feed.title, items))
                return
            if (wait := known["next_at"] - time.time()) > 0:
                self._say(f"{source.url} {'is paused' if known['paused'] else 'is left alone'} for {wait / 60:.0f} more minutes: {_ADVICE}")
                return
            answer = self._fetcher.ask(known["address"], etag=known["etag"], last_modified=known["last_modified"], feed=True)
            if answer.page is None:
                self._ledger.feed_unchanged(known["id"], answer.moved_to)
                return
            self.enter(source.url, answer)
        except StorageError:
            raise
        except SummarizerError as error:
            self._fail(known, error)

    def enter(self, url: str, answer: Any) -> None:
        """Enter the entries of a feed that was fetched. Raises FeedInvalid for what is none, or an empty one."""
        page = answer.page
        if not looks_like_feed(page.body, page.content_type) and (link := find_feed_link(page)):
            answer = self._fetcher.ask(link, feed=True)  # a site's front page where its feed was
            page = answer.page
        feed = parse_feed(page)
        if not feed.entries:
            raise FeedInvalid("the feed holds no entry", url=url)
        for warning in feed.warnings:
            self._say(f"{url}: {warning}")
        known = self._ledger.add_feed(url)
        items = [entry_item(entry, feed.title, url) for entry in feed.entries]
        self._count(
            to_do=self._ledger.feed_read(
                known["id"], feed.title, items, etag=answer.etag, last_modified=answer.last_modified, address=answer.moved_to
            )
        )

    def _fail(self, known: Row, error: SummarizerError) -> None:
        self._count(feeds_failed=1)
        wait = max(getattr(error, "retry_after", None) or 0.0, self._backoff * 2 ** known["failures"])
        paused = self._ledger.feed_failed(known["id"], error, min(wait, PAUSE))
        self._say(f"{error}{f'. It is paused for {PAUSE / 3600:.0f} hours: {_ADVICE}' if paused else ''}")
