"""A connection to the model's endpoint that ends when its thread has to be done, and takes no more than it should.

No redirect, proxy, netrc or cookie; httpx2's own time-outs are per step, and a drip has many steps.
"""

import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:  # slow to import: done where a connection is opened
    import httpx2

CONNECT_SECONDS = 10.0
MAX_BODY = 1_000_000  # bytes of a response (RELIABILITY 28)

_CLOCK = threading.local()  # .end: when the request of this thread has to be over


class TooLarge(Exception):
    """The response is larger than MAX_BODY, or packed."""


def set_deadline(end: float) -> None:
    """Let every request of this thread end at `end` (monotonic)."""
    _CLOCK.end = end


def _time_left() -> float:
    if (left := _CLOCK.end - time.monotonic()) <= 0:
        raise TimeoutError
    return float(left)


def open_connection() -> "httpx2.Client":
    """A client whose every step raises TimeoutError after its thread's deadline, and TooLarge for a body that is."""
    import httpcore2
    import httpx2

    class Stream:
        def __init__(self, stream: Any):
            self._stream = stream
            self.close, self.get_extra_info = stream.close, stream.get_extra_info

        def read(self, max_bytes: int, timeout: float | None = None) -> Any:
            return self._stream.read(max_bytes, timeout=_time_left())

        def write(self, buffer: bytes, timeout: float | None = None) -> None:
            self._stream.write(buffer, timeout=_time_left())

        def start_tls(
            self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
        ) -> "Stream":
            return Stream(self._stream.start_tls(ssl_context, server_hostname, _time_left()))

    class Backend:
        def connect_tcp(self, host: str, port: int, **_: Any) -> Stream:
            return Stream(
                httpcore2.SyncBackend().connect_tcp(
                    host, port, timeout=min(CONNECT_SECONDS, _time_left())
                )
            )

    class Bounded(httpx2.SyncByteStream):
        def __init__(self, stream: Any):
            self._stream = stream

        def __iter__(self) -> Iterator[bytes]:
            size = 0
            for piece in self._stream:
                size += len(piece)
                if size > MAX_BODY:
                    raise TooLarge(f"the endpoint's answer is larger than {MAX_BODY // 10**6} MB")
                yield piece

        def close(self) -> None:
            self._stream.close()

    class Transport(httpx2.HTTPTransport):
        def __init__(self) -> None:
            # No public place for a network backend; should `_pool` be renamed, requests fail for want of it. As in fetch.py.
            self._pool = httpcore2.ConnectionPool(
                network_backend=cast(Any, Backend()), max_connections=64
            )

        def handle_request(self, request: httpx2.Request) -> httpx2.Response:
            response = super().handle_request(request)
            if response.headers.get("content-encoding", "identity").lower() != "identity":
                response.close()
                raise TooLarge("the endpoint's answer is packed, which was not asked for")
            response.stream = Bounded(response.stream)
            return response

    return httpx2.Client(transport=Transport(), trust_env=False, follow_redirects=False)
