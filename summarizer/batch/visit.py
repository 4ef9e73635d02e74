"""A claim -> what stands behind it: an article, a feed's entries, or nothing new. Asks the network; analyses and stores nothing."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from summarizer.batch.feed import FeedInvalid, find_feed_link, parse_feed
from summarizer.batch.inputs import (
    entry_article,
    entry_item,
    looks_like_feed,
    read_time,
    record_article,
)
from summarizer.batch.queue import Claim, Outcome
from summarizer.batch.robots import Robots
from summarizer.errors import BadRecord, FetchError, InputError
from summarizer.models import Page
from summarizer.page.article import extract_article
from summarizer.pipeline import load_page
from summarizer.settings import Settings

# `<meta property="og:type" content="article">`, and addresses as articles have them: a slug of four words or a number
_ARTICLE = re.compile(
    rb"""<meta\b[^<>]*og:type[^<>]*["']article["']|<meta\b[^<>]*["']article["'][^<>]*og:type""",
    re.IGNORECASE,
)
_SLUG = re.compile(r"(?:[^/-]+-){3}[^/]*|[^/]*\d{5}[^/]*|[^/]+\.html?")


class Reader:
    """Reads claims. `fetcher` is the network, `robots` its rules; `say` takes a message for the user."""

    def __init__(
        self, settings: Settings, fetcher: Any, robots: Robots, say: Callable[[str], None]
    ):
        self._settings, self._fetcher, self._robots, self._say = settings, fetcher, robots, say

    def read(self, claim: Claim) -> Outcome:
        """What came of it, not yet analysed. Raises a SummarizerError."""
        if claim.kind == "record":
            return Outcome(record_article(claim.payload["record"], Path(claim.payload["folder"])))
        if claim.kind == "file":
            return Outcome(extract_article(load_page(claim.payload["path"], self._settings)))
        if claim.kind == "entry":
            return Outcome(entry_article(claim.payload, claim.url))
        return self._visit_feed(claim) if claim.kind == "feed" else self._visit_page(claim)

    def _visit_feed(self, claim: Claim) -> Outcome:
        url = claim.address or str(claim.url)
        answer = self._fetcher.ask(
            url, etag=claim.etag, last_modified=claim.last_modified, feed=True
        )
        if answer.page is None:
            return Outcome(
                entries=(),
                address=answer.moved_to,
                etag=answer.etag,
                last_modified=answer.last_modified,
            )
        return self._read_feed(claim, answer)

    def _read_feed(self, claim: Claim, answer: Any) -> Outcome:
        """The entries of a feed, or of the feed of a site. Raises FeedInvalid for what is none, or an empty one."""
        url, address = str(claim.url), answer.moved_to
        if not looks_like_feed(answer.page.body, answer.page.content_type) and (
            link := find_feed_link(answer.page)
        ):
            answer = self._fetcher.ask(link, feed=True)
            address = answer.moved_to or link
        feed = parse_feed(answer.page)
        if not feed.entries:
            raise FeedInvalid("the feed holds no entry", url=url)
        for warning in feed.warnings:
            self._say(f"{url}: {warning}")
        entries = tuple(entry_item(entry, feed.title, url) for entry in feed.entries)
        return Outcome(
            entries=entries,
            title=feed.title,
            address=address,
            etag=answer.etag,
            last_modified=answer.last_modified,
        )

    def _visit_page(self, claim: Claim) -> Outcome:
        url, typed, said = str(claim.url), claim.kind == "address", claim.payload
        try:
            self._robots.check(url)
            known = {} if claim.redo else {"etag": claim.etag, "last_modified": claim.last_modified}
            answer = self._fetcher.ask(url, **known, feed=typed)
            unread = Outcome(etag=answer.etag, last_modified=answer.last_modified)
            if answer.page is None:
                return unread
            if typed and (
                looks_like_feed(answer.page.body, answer.page.content_type)
                or find_site_feed(answer.page)
            ):
                return self._read_feed(claim, answer)
            article = extract_article(
                answer.page,
                title=said.get("title"),
                source=said.get("source"),
                published_at=read_time(said.get("published_at")),
            )
        except (FetchError, InputError) as failure:
            if not said.get("text") or isinstance(failure, BadRecord):
                raise
            # the feed's own words are better than nothing, and say that they are no more
            return Outcome(entry_article(said, url, failure), recheck=failure.retryable)
        article = article.model_copy(update={"flags": (*article.flags, *said.get("flags", ()))})
        return Outcome(article, etag=answer.etag, last_modified=answer.last_modified)


def find_site_feed(page: Page) -> str | None:
    """The feed of a site's front page; None for an article, though it may declare one too."""
    slug = urlsplit(page.url or "").path.rstrip("/").rpartition("/")[2]
    if _SLUG.fullmatch(slug) or _ARTICLE.search(page.body[:300_000]):
        return None
    return find_feed_link(page)
