"""ADDRESS -> PAGE: fetches a web page safely, from a URL to a whole body of a readable type.

    check the URL -> use a kept copy if it is fresh -> resolve the name -> check every address
        -> connect to a checked address -> ask -> whole body, redirect, wait or refusal

A fetch ends within its deadline whatever the server does, with a whole body or an error: never with
a shorter article. There is no cookie jar, no proxy, no netrc, and no way to turn certificate checks
off. SECURITY.md lists the codes.
"""

import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING

from summarizer import __version__
from summarizer.errors import ComposedCode, FetchError
from summarizer.models import Page
from summarizer.web.addresses import Allowed, parse_allowed, vet_url
from summarizer.web.body import read_body
from summarizer.web.connection import (
    Connector,
    Deadline,
    DeadlineStream,
    PageDialer,
    Resolver,
    dial,
    naming_errors,
    open_transport,
    resolve,
)

if TYPE_CHECKING:  # slow to import: done where something is fetched
    import httpx2

DEADLINE = 20.0  # seconds for everything: look-up, redirects, tries, body
MAX_REDIRECTS = 5
MAX_WAIT = 60.0  # seconds of a Retry-After that are waited out; the next run waits for a longer one
BACKOFF = (0.5, 1.0)  # seconds before the second and the third request, where the server names none

_HEADERS = {
    "User-Agent": f"crypto-news-summarizer/{__version__}",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,text/plain;q=0.8",
    "Accept-Encoding": "gzip",
}
_FEED_TYPES = (
    "application/rss+xml,application/atom+xml,application/feed+json,application/json,"
    "application/rdf+xml"
)
_OF_WIRE = frozenset({"content-encoding", "content-length", "transfer-encoding"})


@dataclass(frozen=True)
class PageReply:
    """What came of asking: a page, or None for one that has not changed since it was last read."""

    page: Page | None
    etag: str | None = None
    last_modified: str | None = None
    moved_to: str | None = None  # where it is from now on: every redirect on the way was permanent


@dataclass(frozen=True)
class Fetcher:
    """What a fetch may do, and its seams: who looks up, who dials, who waits, and the transport.

    `allow_private` names each HOST or HOST:PORT that may be visited though it is not public.
    `cache` is a file in which pages are kept between visits, by the rules of HTTP. A Fetcher is
    safe to share between threads: every fetch has its own connections.
    """

    allow_private: tuple[str, ...] = ()
    deadline: float = DEADLINE
    resolver: Resolver = resolve
    connector: Connector = dial
    sleep: Callable[[float], None] = time.sleep
    transport: "Callable[[Callable[..., DeadlineStream]], httpx2.BaseTransport]" = open_transport
    cache: Path | None = None

    def fetch(self, url: str) -> Page:
        """The page at `url` after its redirects, whole and of a readable type.

        Raises FetchError, and UsageError for an entry of `allow_private` that names no host.
        """
        try:
            page = self.ask(url).page
        except (sqlite3.Error, RuntimeError):
            if self.cache is None:
                raise
            # its file is broken, or was emptied meanwhile: the page is had without it
            page = replace(self, cache=None).ask(url).page
        assert page is not None  # no version was named that it could be the same as
        return page

    def ask(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        feed: bool = False,
    ) -> PageReply:
        """The page at `url`, or None in its place where `etag` and `last_modified` still hold.

        `feed` accepts JSON too. Raises as `fetch` does.
        """
        import httpx2

        allowed = parse_allowed(self.allow_private)
        with naming_errors(url):
            url = vet_url(url, allowed)
        deadline = Deadline(time.monotonic() + self.deadline)
        waits = iter(BACKOFF)  # two more requests in a fetch, whatever its hops
        seen: set[str] = set()
        permanent = True
        headers = _request_headers(etag, last_modified, feed)
        with closing(self._open(allowed, deadline)) as transport:
            while True:
                with (
                    naming_errors(url),
                    closing(
                        transport.handle_request(httpx2.Request("GET", url, headers=headers))
                    ) as response,
                ):
                    if response.has_redirect_location:
                        seen.add(url)
                        url = _follow(url, response.headers["location"], seen, allowed)
                        permanent = permanent and response.status_code in (301, 308)
                        continue
                    if reply := _read_reply(response, url, etag, last_modified):
                        return replace(reply, moved_to=url if seen and permanent else None)
                    wait = _wait_after(response, waits, deadline)
                self.sleep(wait)

    def _open(
        self, allowed: Allowed, deadline: Deadline
    ) -> "WholeTransport | httpx2.BaseTransport":
        dialer = PageDialer(deadline, allowed, self.resolver, self.connector)
        transport = WholeTransport(self.transport(dialer.connect))
        if self.cache is None:
            return transport
        from summarizer.web.cache import open_cache

        return open_cache(transport, self.cache)


class WholeTransport:
    """A transport (httpx2.BaseTransport) that reads good responses to their end and checks them.

    So neither a cache nor anyone else sees a page that is not all there.
    """

    def __init__(self, transport: "httpx2.BaseTransport"):
        self._transport = transport
        self.close = transport.close

    def handle_request(self, request: "httpx2.Request") -> "httpx2.Response":
        """The response; a good one holds its unpacked body, and no other is kept.

        Raises FetchError.
        """
        import httpx2

        response = self._transport.handle_request(request)
        if not _is_good(response):
            if response.status_code != 304:
                response.headers["cache-control"] = "no-store"
            return response
        with closing(response):
            body = read_body(request, response)
        headers = _unpacked_headers(response.headers)
        return httpx2.Response(response.status_code, headers=headers, content=body)


def _is_good(response: "httpx2.Response") -> bool:
    """Whether the response holds a page; 206 is a part of one, which nobody asked for."""
    return response.is_success and response.status_code != 206


def _unpacked_headers(headers: "httpx2.Headers") -> list[tuple[str, str]]:
    """The headers of a body that was unpacked.

    One that names no time of freshness is not given one by guess: news is edited.
    """
    kept = [(name, value) for name, value in headers.multi_items() if name not in _OF_WIRE]
    timed = "expires" in headers or re.search("max-age|no-store", headers.get("cache-control", ""))
    return kept if timed else [*kept, ("cache-control", "no-cache")]


def _request_headers(etag: str | None, last_modified: str | None, feed: bool) -> dict[str, str]:
    accept = {"Accept": f"{_FEED_TYPES},{_HEADERS['Accept']}"} if feed else {}
    known = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    sendable = {k: v for k, v in known.items() if v and v.isascii() and v.isprintable()}
    return _HEADERS | accept | sendable


def _read_reply(
    response: "httpx2.Response", url: str, etag: str | None, last_modified: str | None
) -> PageReply | None:
    """The page of a good response, or that the known one still holds; None for other responses."""
    headers = response.headers
    if response.status_code == 304 and (etag or last_modified):
        modified = headers.get("last-modified") or last_modified
        return PageReply(None, headers.get("etag") or etag, modified)
    if not _is_good(response):
        return None
    content_type = headers.get("content-type", "").strip() or None
    page = Page(url=url, body=response.read(), content_type=content_type)
    return PageReply(page, headers.get("etag"), headers.get("last-modified"))


def _follow(url: str, location: str, seen: set[str], allowed: Allowed) -> str:
    """Where a redirect leads, vetted like an address that the user typed. Raises FetchError."""
    target = vet_url(location, allowed, base=url)
    if url.startswith("https:") and target.startswith("http:"):
        raise FetchError(f"it redirects to plain {target}", code="blocked_redirect")
    if target in seen or len(seen) > MAX_REDIRECTS:
        detail = f"it redirects in a circle, or more than {MAX_REDIRECTS} times"
        raise FetchError(detail, code="too_many_redirects")
    return target


def _wait_after(response: "httpx2.Response", waits: Iterator[float], deadline: Deadline) -> float:
    """Seconds until the next request, after a status that may pass.

    Raises FetchError `http_<status>` where there is no next request.
    """
    status = response.status_code
    passing = status in (408, 425, 429) or 500 <= status <= 599
    advice = "Paste its text instead: summarizer -" if status in (401, 402, 403, 451) else None
    wait = next(waits, None) if passing else None
    named = response.headers.get("retry-after")
    if wait is not None and named:
        with suppress(ValueError, TypeError):
            wait = _seconds_until(named)
            advice = f"The server asks to come back in {wait:.0f} seconds"
    if wait is None or wait > MAX_WAIT or wait >= deadline.left():
        code = ComposedCode(f"http_{status}")
        error = FetchError(
            f"the server answered {status}", code=code, advice=advice, retryable=passing
        )
        error.retry_after = wait if named else None
        raise error
    return wait


def _seconds_until(retry_after: str) -> float:
    """The seconds that a Retry-After names as a number or a date.

    Raises ValueError for what is neither, and TypeError for a date without a zone.
    """
    if retry_after.isdigit():
        return float(retry_after)
    return max(0.0, (parsedate_to_datetime(retry_after) - datetime.now(UTC)).total_seconds())
