"""Connections that end at a deadline: to vetted addresses for pages, and to the model's endpoint.

Pages are fetched from addresses that were vetted. The endpoint's address is the user's own setting
and is dialled as it is. Neither way knows a proxy, a netrc file, a cookie, or a switch that turns
certificate checks off.
"""

import re
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from summarizer.errors import ErrorCode, FetchError
from summarizer.web.addresses import Allowed, is_literal, vet_answers

if TYPE_CHECKING:  # slow to import: done where a connection is opened
    import httpcore2
    import httpx2

CONNECT_SECONDS = 5.0  # for one of several addresses, so that a dead one leaves time for the next
ENDPOINT_CONNECT_SECONDS = 10.0
MAX_ENDPOINT_BODY = 1_000_000  # bytes of a response of the model's endpoint
MAX_ENDPOINT_STREAM = 4_000_000  # of one in pieces, each of which repeats what it belongs to

Resolver = Callable[[str, int], Sequence[str]]  # host, port -> its addresses, or OSError
Connector = Callable[[str, int, float], "httpcore2.NetworkStream"]  # address, port, seconds


class ReplyTooLarge(Exception):
    """The endpoint's response is larger than MAX_ENDPOINT_BODY, or packed."""


class Deadline(threading.local):
    """When all has to be over, in seconds of the monotonic clock.

    Each thread has an `end` of its own, so that threads may share a connection.
    """

    def __init__(self, end: float = 0.0):
        self.end = end

    def left(self) -> float:
        """Seconds left, more than 0. Raises TimeoutError when there are none."""
        if (left := self.end - time.monotonic()) <= 0:
            raise TimeoutError
        return left


class DeadlineStream:
    """A connection (httpcore2 NetworkStream) whose every step ends before the deadline.

    A time-out of each single step would not do: a server that drips byte after byte never meets it.
    """

    def __init__(self, stream: "httpcore2.NetworkStream", deadline: Deadline):
        self._stream = stream
        self._deadline = deadline
        self.last = b""  # what the last read brought
        self.close = stream.close
        self.get_extra_info = stream.get_extra_info

    def read(self, max_bytes: int, **_: Any) -> bytes:
        self.last = self._stream.read(max_bytes, timeout=self._deadline.left())
        return self.last

    def write(self, buffer: bytes, **_: Any) -> None:
        self._stream.write(buffer, timeout=self._deadline.left())

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str, **_: Any
    ) -> "DeadlineStream":
        import httpcore2

        try:
            stream = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left())
        except httpcore2.ConnectError as error:
            if not isinstance(error.__cause__, ssl.SSLError):
                raise
            why = getattr(error.__cause__, "verify_message", "") or "the TLS handshake failed"
            detail = f"there is no safe connection to {server_hostname}: {why}"
            raise FetchError(detail, code="tls") from error
        return DeadlineStream(stream, self._deadline)


def resolve(host: str, port: int) -> list[str]:
    """Every address that the system's resolver has for `host`. Raises OSError where it has none."""
    return [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def dial(host: str, port: int, seconds: float) -> "httpcore2.NetworkStream":
    """A TCP connection to an IP address or a name. Raises httpcore2's errors."""
    import httpcore2

    return httpcore2.SyncBackend().connect_tcp(host, port, timeout=seconds)


@dataclass(frozen=True)
class PageDialer:
    """Opens the connections of one fetch, to vetted addresses alone.

    A name is looked up once a connection, every answer is vetted, and those very answers are
    dialled.
    """

    deadline: Deadline
    allowed: Allowed
    resolver: Resolver
    connector: Connector

    def connect(self, host: str, port: int, **_: Any) -> DeadlineStream:
        """A connection to the first of the host's addresses that takes one. Raises FetchError."""
        import httpcore2

        failure: Exception | None = None
        for address in vet_answers(host, port, self._look_up(host, port), self.allowed):
            seconds = min(self.deadline.left(), CONNECT_SECONDS)
            try:
                return DeadlineStream(self.connector(address, port, seconds), self.deadline)
            except (httpcore2.TimeoutException, httpcore2.NetworkError, OSError) as error:
                failure = error
        self.deadline.left()
        raise FetchError(f"no address of {host} takes a connection", retryable=True) from failure

    def _look_up(self, host: str, port: int) -> Sequence[str]:
        if is_literal(host):
            return [host]
        answers: Future[Sequence[str]] = Future()

        def look_up() -> None:
            try:
                answers.set_result(self.resolver(host, port))
            except (OSError, UnicodeError) as error:
                answers.set_exception(error)

        # getaddrinfo knows no time-out, so it waits in a thread that can be left behind
        threading.Thread(target=look_up, daemon=True).start()
        error = answers.exception(self.deadline.left())
        if error:
            passing = getattr(error, "errno", None) == socket.EAI_AGAIN
            raise FetchError(f"the name {host} cannot be looked up", retryable=passing) from error
        return answers.result()


def open_transport(connect: Callable[..., DeadlineStream]) -> "httpx2.BaseTransport":
    """HTTP/1.1 over those connections alone, certificates checked against the system's store."""
    import httpcore2
    import httpx2

    class Transport(httpx2.HTTPTransport):
        def __init__(self) -> None:
            # In place of httpx2's own set-up, which has no public place for a network backend.
            # Should `_pool` be renamed some day, requests fail for want of it: none goes past.
            backend: Any = SimpleNamespace(connect_tcp=connect)
            self._pool = httpcore2.ConnectionPool(network_backend=backend, max_connections=64)

    return Transport()


def open_endpoint_client(
    deadline: Deadline, hear: Callable[[bytes], None] = lambda _: None
) -> "httpx2.Client":
    """The HTTP client of the model's endpoint, which follows no redirect.

    Every step raises TimeoutError after the deadline of its thread, and ReplyTooLarge for a body
    that is packed or larger than MAX_ENDPOINT_BODY (MAX_ENDPOINT_STREAM for one in pieces). `hear`
    is given each piece of a body when it comes.
    """
    import httpx2

    def read_bounded(response: httpx2.Response) -> None:
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            raise ReplyTooLarge("the endpoint's answer is packed, which was not asked for")
        is_streamed = "event-stream" in response.headers.get("content-type", "")
        most = MAX_ENDPOINT_STREAM if is_streamed else MAX_ENDPOINT_BODY
        stream: Any = response.stream
        body = bytearray()
        for piece in stream:
            hear(piece)
            body += piece
            if len(body) > most:
                megabytes = most // 10**6
                raise ReplyTooLarge(f"the endpoint's answer is larger than {megabytes} MB")
        stream.close()
        response.stream = httpx2.ByteStream(bytes(body))

    def connect(host: str, port: int, **_: Any) -> DeadlineStream:
        seconds = min(deadline.left(), ENDPOINT_CONNECT_SECONDS)
        return DeadlineStream(dial(host, port, seconds), deadline)

    transport = open_transport(connect)
    return httpx2.Client(
        transport=transport,
        trust_env=False,
        follow_redirects=False,
        event_hooks={"response": [read_bounded]},
    )


@contextmanager
def naming_errors(url: str, broken: ErrorCode = "connection") -> Iterator[None]:
    """Turn whatever goes wrong on the wire into a FetchError that names `url`.

    `broken` is the code of a line that broke: "connection", or "truncated" for one within a body.
    """
    import httpx2

    url = re.sub("//[^/]*@", "//", url, count=1)  # a password must not travel on in a message
    try:
        yield
    except FetchError as error:
        error.url = error.url or url
        raise
    except (TimeoutError, httpx2.TimeoutException) as error:
        raise FetchError("it took too long", code="timeout", url=url, retryable=True) from error
    except (httpx2.TransportError, zlib.error, EOFError) as error:
        truncated = broken == "truncated"
        detail = "the page is not all there" if truncated else "no proper HTTP answer came"
        raise FetchError(detail, code=broken, url=url, retryable=True) from error
    except (httpx2.InvalidURL, UnicodeError) as error:
        raise FetchError("this is no web address", code="bad_url", url=url) from error
