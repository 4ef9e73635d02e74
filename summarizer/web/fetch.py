"""Edge: url -> Page, safely. The only importer of httpx2 beside the model's client.

    vet the URL -> a fresh copy that is kept -> look it up -> vet every answer -> dial what was vetted -> ask
        -> whole body, redirect, wait or refusal

It ends within its deadline whatever the server does, with a whole body or an error: never with a shorter article. There is
no cookie jar, no proxy, no netrc, and no way to turn certificate checks off. SECURITY.md lists the codes.
"""

import queue
import re
import socket
import sqlite3
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from summarizer import __version__
from summarizer.errors import FetchError
from summarizer.models import Page
from summarizer.web.addresses import Allowed, is_literal, parse_allowed, vet_answers, vet_url

if TYPE_CHECKING:  # slow to import: done where something is fetched
    import httpcore2
    import httpx2

DEADLINE = 20.0  # seconds for everything: look-up, redirects, tries, body
CONNECT_SECONDS = 5.0  # for one of several addresses, so that a dead one leaves time for the next
MAX_WIRE = 8_000_000  # bytes of a body as sent
MAX_DECODED = 10_000_000  # bytes of a body once unpacked
MAX_REDIRECTS = 5
MAX_WAIT = (
    60.0  # seconds of a Retry-After that are waited out; a longer one is left to the next run
)
BACKOFF = (0.5, 1.0)  # seconds before the second and the third request, where the server names none

_HEADERS = {
    "User-Agent": f"crypto-news-summarizer/{__version__}",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,text/plain;q=0.8",
    "Accept-Encoding": "gzip",
}
FEED_TYPES = "application/rss+xml,application/atom+xml,application/feed+json,application/json,application/rdf+xml"
_JSON = re.compile(r"application/(?:[\w.-]+\+)?json")  # read only where FEED_TYPES are accepted
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HOP = frozenset({"content-encoding", "content-length", "transfer-encoding"})
_READABLE = re.compile(r"text/(?:html|plain|xml|(?:x-)?markdown)|application/(?:[\w.-]+\+)?xml")
_UNREADABLE = re.compile(
    rb"%PDF-|%!PS|PK\x03\x04|\x1f\x8b|BZh[1-9]|7z\xbc\xaf|Rar!|\xfd7zXZ|\x89PNG|\xff\xd8\xff|GIF8[79]a|RIFF|OggS|\x7fELF"
)
_WIDE_TEXT = (
    b"\xff\xfe",
    b"\xfe\xff",
    b"\x00\x00\xfe\xff",
    b"<\x00",
    b"\x00<",
)  # UTF-16 and UTF-32 hold NUL bytes

Resolver = Callable[
    [str, int], Sequence[str]
]  # host, port -> its addresses; OSError where there are none
Connector = Callable[[str, int, float], "httpcore2.NetworkStream"]  # vetted address, port, seconds


def fetch(url: str, *, allow_private: tuple[str, ...] = (), cache: Path | None = None) -> Page:
    """The page at `url` after its redirects, whole and of a readable type.

    `allow_private` names each HOST or HOST:PORT that may be visited though it is not public, `cache` the file in which pages are
    kept by the rules of HTTP. Raises FetchError, and UsageError for an entry of `allow_private` that names no host.
    """
    return Fetcher(allow_private=allow_private, cache=cache).fetch(url)


def resolve(host: str, port: int) -> list[str]:
    """Every address that the system's resolver has for `host`."""
    return [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def dial(address: str, port: int, seconds: float) -> "httpcore2.NetworkStream":
    """A TCP connection to an IP address."""
    import httpcore2

    return httpcore2.SyncBackend().connect_tcp(address, port, timeout=seconds)


class Guard:
    """The network as one fetch sees it, an httpcore2 NetworkBackend: a name is looked up once a connection, every answer
    is vetted, those very answers are dialled, and nothing lasts beyond the deadline."""

    def __init__(self, fetcher: "Fetcher", allowed: Allowed):
        self._fetcher = fetcher
        self._allowed = allowed
        self._end = time.monotonic() + fetcher.deadline

    def left(self) -> float:
        """Seconds left, more than 0. Raises TimeoutError when there are none."""
        if (left := self._end - time.monotonic()) <= 0:
            raise TimeoutError
        return left

    def connect_tcp(self, host: str, port: int, **_: Any) -> "GuardedStream":
        """A connection to the first of the host's addresses that takes one."""
        import httpcore2

        failure: Exception | None = None
        for address in vet_answers(host, port, self._look_up(host, port), self._allowed):
            try:
                return GuardedStream(
                    self._fetcher.connector(address, port, min(self.left(), CONNECT_SECONDS)), self
                )
            except (httpcore2.TimeoutException, httpcore2.NetworkError, OSError) as error:
                failure = error
        self.left()
        raise FetchError(f"no address of {host} takes a connection", retryable=True) from failure

    def _look_up(self, host: str, port: int) -> Sequence[str]:
        if is_literal(host):
            return [host]
        answer: queue.SimpleQueue[Sequence[str] | OSError | UnicodeError] = queue.SimpleQueue()

        def ask() -> None:
            try:
                answer.put(self._fetcher.resolver(host, port))
            except (OSError, UnicodeError) as error:
                answer.put(error)

        # getaddrinfo knows no time-out, so it waits in a thread that can be left behind
        threading.Thread(target=ask, daemon=True).start()
        found = answer.get(timeout=self.left())
        if isinstance(found, (OSError, UnicodeError)):
            retryable = getattr(found, "errno", None) == socket.EAI_AGAIN
            raise FetchError(f"the name {host} cannot be looked up", retryable=retryable) from found
        return found


class GuardedStream:
    """A connection (httpcore2 NetworkStream) whose every step ends before the deadline, however slow the drip."""

    def __init__(self, stream: "httpcore2.NetworkStream", guard: Guard):
        self._stream = stream
        self._guard = guard
        self.last = b""  # what the last read brought
        self.close, self.get_extra_info = stream.close, stream.get_extra_info

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self.last = self._stream.read(max_bytes, timeout=self._guard.left())
        return self.last

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, timeout=self._guard.left())

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> "GuardedStream":
        import httpcore2

        try:
            return GuardedStream(
                self._stream.start_tls(ssl_context, server_hostname, self._guard.left()),
                self._guard,
            )
        except httpcore2.ConnectError as error:
            if not isinstance(error.__cause__, ssl.SSLError):
                raise
            why = getattr(error.__cause__, "verify_message", "") or "the TLS handshake failed"
            raise FetchError(
                f"there is no safe connection to {server_hostname}: {why}", code="tls"
            ) from error


def open_transport(guard: Guard) -> "httpx2.BaseTransport":
    """HTTP/1.1 over the guard and nothing else, certificates checked against the system's trust store."""
    import httpcore2
    import httpx2

    class Transport(httpx2.HTTPTransport):
        def __init__(self) -> None:
            # In place of httpx2's own set-up, which has no public place for a network backend. Should `_pool` be renamed some
            # day, requests fail for want of it: none can go past the guard.
            self._pool = httpcore2.ConnectionPool(
                network_backend=cast("httpcore2.NetworkBackend", guard)
            )

    return Transport()


@dataclass(frozen=True)
class Answer:
    """What came of asking: a page, or None for one that has not changed since its `etag` or `last_modified`."""

    page: Page | None
    etag: str | None = None
    last_modified: str | None = None
    moved_to: str | None = None  # where it is from now on: every redirect on the way was permanent


@dataclass(frozen=True)
class Fetcher:
    """What `fetch` may do, and its seams: who looks up, who dials, who waits, and the transport. `cache` is a file in which
    pages are kept between visits, by the standard's rules. Safe to share between threads: every fetch has its own connections."""

    allow_private: tuple[str, ...] = ()
    deadline: float = DEADLINE
    resolver: Resolver = resolve
    connector: Connector = dial
    sleep: Callable[[float], None] = time.sleep
    transport: "Callable[[Guard], httpx2.BaseTransport]" = open_transport
    cache: Path | None = None

    def fetch(self, url: str) -> Page:
        """As the function `fetch`."""
        try:
            page = self.ask(url).page
        except (sqlite3.Error, RuntimeError):
            if self.cache is None:
                raise
            # its file is broken, or was emptied meanwhile: the page is had without it
            page = replace(self, cache=None).ask(url).page
        if page is None:  # nobody said that there was one to compare with
            raise FetchError("the server answered 304", code="http_304", url=url)
        return page

    def ask(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        feed: bool = False,
    ) -> Answer:
        """The page at `url`, or None in its place where it is still the one of `etag` and `last_modified`.

        `feed` accepts JSON too. Raises as `fetch` does.
        """
        import httpx2

        allowed = parse_allowed(self.allow_private)
        with _naming(url):
            url = vet_url(url, allowed)
        guard = Guard(self, allowed)
        waits = iter(BACKOFF)  # two more requests in a fetch, whatever its hops
        seen: set[str] = set()
        moved = True
        headers = _HEADERS | ({"Accept": f"{FEED_TYPES},{_HEADERS['Accept']}"} if feed else {})
        known = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        headers |= {
            name: value
            for name, value in known.items()
            if value and value.isascii() and value.isprintable()
        }
        with closing(self._open(guard, feed)) as transport:
            while True:
                with (
                    _naming(url),
                    closing(
                        transport.handle_request(httpx2.Request("GET", url, headers=headers))
                    ) as response,
                ):
                    if response.status_code in _REDIRECTS and "location" in response.headers:
                        seen.add(url)
                        url = _follow(url, response.headers["location"], seen, allowed)
                        moved = moved and response.status_code in (301, 308)
                        continue
                    fresh = (response.headers.get("etag"), response.headers.get("last-modified"))
                    moved_to = url if seen and moved else None
                    if response.status_code == 304 and (etag or last_modified):
                        return Answer(None, fresh[0] or etag, fresh[1] or last_modified, moved_to)
                    if (
                        response.is_success and response.status_code != 206
                    ):  # nobody asked for a part
                        page = Page(
                            url=url,
                            body=response.read(),
                            content_type=response.headers.get("content-type", "").strip() or None,
                        )
                        return Answer(page, *fresh, moved_to)
                    wait = _wait_after(response, waits, guard)
                self.sleep(wait)

    def _open(self, guard: Guard, feed: bool) -> "Whole | httpx2.BaseTransport":
        whole = Whole(self.transport(guard), guard, feed)
        if self.cache is None:
            return whole
        from summarizer.web.cache import open_cache

        return open_cache(cast("httpx2.BaseTransport", whole), self.cache)


class Whole:
    """A transport (httpx2.BaseTransport) whose good answers are read and checked to their end, so that neither a cache nor anyone
    else sees a page that is not all there."""

    def __init__(self, transport: "httpx2.BaseTransport", guard: Guard, feed: bool):
        self._transport, self._guard, self._feed = transport, guard, feed
        self.close = transport.close

    def handle_request(self, request: "httpx2.Request") -> "httpx2.Response":
        """The answer; a good one holds its body, unpacked, of a type that can be read, and no other is kept. Raises FetchError."""
        import httpx2

        response = self._transport.handle_request(request)
        if not response.is_success or response.status_code == 206:
            if response.status_code != 304:
                response.headers["cache-control"] = "no-store"
            return response
        with closing(response):
            body = _read_page(response, str(request.url), self._guard, self._feed)
        return httpx2.Response(
            response.status_code, headers=_headers_of_whole(response.headers), content=body
        )


def _headers_of_whole(headers: "httpx2.Headers") -> list[tuple[str, str]]:
    """The headers of a body that was unpacked. One that names no time of freshness is not given one by guess: news is edited."""
    kept = [(name, value) for name, value in headers.multi_items() if name not in _HOP]
    timed = "expires" in headers or re.search("max-age|no-store", headers.get("cache-control", ""))
    return kept if timed else [*kept, ("cache-control", "no-cache")]


@contextmanager
def _naming(url: str, broken: str = "connection") -> Iterator[None]:
    """Whatever goes wrong on the wire becomes a FetchError that names `url`; `broken` is the code of a broken line."""
    import httpx2

    url = re.sub("//[^/]*@", "//", url, count=1)  # a password must not travel on in a message
    try:
        yield
    except FetchError as error:
        if error.url:
            raise
        named = FetchError(
            error.detail, code=error.code, url=url, advice=error.advice, retryable=error.retryable
        )
        named.retry_after = error.retry_after
        raise named from error
    except (TimeoutError, queue.Empty, httpx2.TimeoutException) as error:
        raise FetchError("it took too long", code="timeout", url=url, retryable=True) from error
    except (httpx2.TransportError, zlib.error, EOFError) as error:
        detail = (
            "the page is not all there" if broken == "truncated" else "no proper HTTP answer came"
        )
        raise FetchError(detail, code=broken, url=url, retryable=True) from error
    except (httpx2.InvalidURL, UnicodeError) as error:
        raise FetchError("this is no web address", code="bad_url", url=url) from error


def _follow(url: str, location: str, seen: set[str], allowed: Allowed) -> str:
    """Where a redirect leads, vetted like an address that the user typed."""
    target = vet_url(location, allowed, base=url)
    if url.startswith("https:") and target.startswith("http:"):
        raise FetchError(f"it redirects to plain {target}", code="blocked_redirect")
    if target in seen or len(seen) > MAX_REDIRECTS:
        raise FetchError(
            f"it redirects in a circle, or more than {MAX_REDIRECTS} times",
            code="too_many_redirects",
        )
    return target


def _wait_after(response: "httpx2.Response", waits: Iterator[float], guard: Guard) -> float:
    """Seconds until the next request, after a status that may pass. Raises FetchError `http_<n>` where there is none."""
    status = response.status_code
    passing = status in (408, 425, 429) or 500 <= status <= 599
    advice = "Paste its text instead: summarizer -" if status in (401, 402, 403, 451) else None
    wait = next(waits, None) if passing else None
    if wait is not None and (asked := response.headers.get("retry-after")):
        with suppress(ValueError, TypeError):  # neither a number nor a date; a date without a zone
            wait = (
                float(asked)
                if asked.isdigit()
                else max(0.0, (parsedate_to_datetime(asked) - datetime.now(UTC)).total_seconds())
            )
            advice = f"The server asks to come back in {wait:.0f} seconds"
    if wait is None or wait > MAX_WAIT or wait >= guard.left():
        error = FetchError(
            f"the server answered {status}", code=f"http_{status}", advice=advice, retryable=passing
        )
        error.retry_after = wait if response.headers.get("retry-after") else None
        raise error
    return wait


def _read_page(response: "httpx2.Response", url: str, guard: Guard, feed: bool) -> bytes:
    """The whole body of a good answer, unpacked, when its type is one that can be read."""
    content_type = response.headers.get("content-type", "").strip()
    media = re.split("[;,]", content_type)[0].strip().lower()  # a comma: some servers say it twice
    if media and not _READABLE.fullmatch(media) and not (feed and _JSON.fullmatch(media)):
        raise FetchError(
            f"it is {media[:80]}, not a web page, a feed or a text", code="content_type"
        )
    with _naming(url, broken="truncated"):
        body = _read_body(response, guard)
    head = body[:1024].lstrip()
    wide = head.startswith(_WIDE_TEXT) or re.search(r"utf-?(?:16|32)", content_type.lower())
    if _UNREADABLE.match(head) or (b"\0" in head and not wide):
        raise FetchError(
            "its bytes are not those of a web page, a feed or a text", code="content_type"
        )
    if not body.strip():
        raise FetchError("the page is empty", code="empty_body")
    return body


def _read_body(response: "httpx2.Response", guard: Guard) -> bytes:
    """The body, unpacked, within the limits. Raises EOFError or zlib.error for one that is not whole."""
    layers = [
        name.lower()
        for name in response.headers.get_list("content-encoding", split_commas=True)
        if name.lower() != "identity"
    ]
    if len(layers) > 1 or not {*layers} <= {"gzip", "x-gzip", "deflate"}:
        raise FetchError("it is packed in a way that was not asked for", code="content_encoding")
    unpacker = (
        zlib.decompressobj(zlib.MAX_WBITS | 32) if layers else None
    )  # | 32: tells gzip from zlib by itself
    length = response.headers.get("content-length", "")
    announced = int(length[:20]) if length.isdecimal() else 0
    wire, size, piece, parts = 0, 0, b"", [b""]
    for piece in response.iter_raw():
        guard.left()
        wire += len(piece)
        parts.append(unpacker.decompress(piece, MAX_DECODED + 1 - size) if unpacker else piece)
        size += len(parts[-1])
        if max(wire, announced) > MAX_WIRE or size > MAX_DECODED:
            raise FetchError(
                f"it is larger than {MAX_WIRE // 10**6} MB, or {MAX_DECODED // 10**6} MB unpacked",
                code="too_large",
            )
    if unpacker and wire and (unpacker.unused_data or not unpacker.eof):
        raise EOFError
    stream = response.extensions.get("network_stream")
    if length and isinstance(stream, GuardedStream):
        # a length that is too short would cut the page without a sound, were it not for what came behind it
        common = min(len(stream.last), len(piece), 256)
        if not stream.last.rstrip(b"\r\n").endswith(piece[len(piece) - common :].rstrip(b"\r\n")):
            raise EOFError
    return b"".join(parts)
