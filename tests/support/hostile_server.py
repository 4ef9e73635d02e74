"""A web server on 127.0.0.1 that does everything a server should not, over plain sockets.

Each behaviour is a function of a connection, named after its path (`/drip_body` is `drip_body`).
None outlives `close()`, and none goes on for more than LIMIT seconds.
"""

import gzip
import socket
import struct
import time
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from threading import Event, Lock, Thread

LIMIT = 8.0
ARTICLE = (
    b"<html><head><title>t</title></head><body><article><p>"
    + b"BTC slid to $58,000 on Tuesday. " * 40
    + b"</p></article></body></html>"
)
HTML = "Content-Type: text/html; charset=utf-8"


class Line:
    """One connection: what was asked on it, and ways to answer badly."""

    def __init__(
        self, sock: socket.socket, stop: Event, path: str, visit: int, port: int, asked: str
    ):
        self._sock = sock
        self._stop = stop
        self.path = path
        self.visit = visit  # the how manyth request for this path, from 1
        self.port = port
        self.asked = asked.lower()  # the request's head

    def send(self, data: bytes) -> None:
        self._sock.sendall(data)

    def head(self, status: str = "200 OK", *headers: str, type: str = HTML) -> None:
        named = [type] if type else []
        lines = [f"HTTP/1.1 {status}", *named, *headers, "Connection: close", "", ""]
        self.send("\r\n".join(lines).encode("latin-1"))

    def answer(
        self, body: bytes = ARTICLE, *headers: str, status: str = "200 OK", type: str = HTML
    ) -> None:
        self.head(status, f"Content-Length: {len(body)}", *headers, type=type)
        self.send(body)

    def ticks(self, seconds: float) -> Iterator[int]:
        """0, 1, 2, … with a pause before each, until the test is over."""
        end = time.monotonic() + LIMIT
        number = 0
        while time.monotonic() < end and not self._stop.wait(seconds):
            yield number
            number += 1

    def reset(self) -> None:
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._sock.close()


class HostileServer:
    """Listens from its making until `close()`; `requests` holds each request's head as it came."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._stop = Event()
        self._lock = Lock()
        self.port: int = self._listener.getsockname()[1]
        self.host = f"127.0.0.1:{self.port}"
        self.requests: list[str] = []
        self._thread = Thread(target=self._listen, daemon=True)
        self._thread.start()

    def url(self, path: str) -> str:
        return f"http://{self.host}/{path}"

    def asked(self, path: str) -> int:
        """How often the path was asked for, query or not."""
        return sum(head.split(" ")[1].startswith(f"/{path}") for head in self.requests)

    def close(self) -> None:
        self._stop.set()
        socket.create_connection(("127.0.0.1", self.port)).close()  # wakes accept()
        self._thread.join(LIMIT)
        self._listener.close()

    def _listen(self) -> None:
        while not self._stop.is_set():
            sock, _ = self._listener.accept()
            Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        with sock:
            try:
                sock.settimeout(LIMIT)
                head = b""
                while b"\r\n\r\n" not in head:
                    more = sock.recv(65536)
                    if not more:
                        return
                    head += more
                path = head.split(b" ")[1].decode("latin-1")
                name = path.strip("/").partition("?")[0].partition("/")[0]
                with self._lock:
                    self.requests.append(head.decode("latin-1"))
                    visit = self.asked(name)
                line = Line(sock, self._stop, path, visit, self.port, head.decode("latin-1"))
                BEHAVIOURS[name](line)
            except OSError:
                pass  # the client went away, as it should


BEHAVIOURS: dict[str, Callable[[Line], None]] = {}


def behaviour(function: Callable[[Line], None]) -> Callable[[Line], None]:
    BEHAVIOURS[function.__name__] = function
    return function


@cache
def zeros(packer: str, size: int = 60_000_000) -> bytes:
    """A bomb: zeros, packed about a thousandfold."""
    if packer == "gzip":
        return gzip.compress(bytes(size), 6, mtime=0)
    return zlib.compress(bytes(size), 6)


# ---- slow


@behaviour
def hang(line: Line) -> None:
    for _ in line.ticks(0.1):
        pass


@behaviour
def drip_header(line: Line) -> None:
    line.send(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    for _ in line.ticks(0.05):
        line.send(b"a")


@behaviour
def drip_header_lines(line: Line) -> None:
    line.send(b"HTTP/1.1 200 OK\r\n")
    for number in line.ticks(0.05):
        line.send(f"X-{number}: a\r\n".encode())


@behaviour
def drip_body(line: Line) -> None:
    line.head("200 OK", "Content-Length: 100000")
    for _ in line.ticks(0.05):
        line.send(b"a")


@behaviour
def drip_chunks(line: Line) -> None:
    line.head("200 OK", "Transfer-Encoding: chunked")
    for _ in line.ticks(0.05):
        line.send(b"1\r\na\r\n")


@behaviour
def hang_in_body(line: Line) -> None:
    line.head("200 OK", f"Content-Length: {len(ARTICLE)}")
    line.send(ARTICLE[:500])
    hang(line)


@behaviour
def endless_continue(line: Line) -> None:
    for _ in line.ticks(0.01):
        line.send(b"HTTP/1.1 100 Continue\r\n\r\n")


@behaviour
def slow_redirects(line: Line) -> None:
    for _ in line.ticks(0.2):
        line.answer(b"", f"Location: /slow_redirects/{line.visit}", status="302 Found")
        return


# ---- broken


@behaviour
def reset(line: Line) -> None:
    line.reset()


@behaviour
def hang_up(line: Line) -> None:
    pass


@behaviour
def reset_in_body(line: Line) -> None:
    line.head("200 OK", f"Content-Length: {len(ARTICLE)}")
    line.send(ARTICLE[:500])
    for _ in line.ticks(0.1):  # so that the first part is read before the reset discards it
        line.reset()
        return


@behaviour
def bad_status_line(line: Line) -> None:
    line.send(b"HTTP/1.1 \x1b[31mfine\r\nContent-Type: text/html\r\n\r\n" + ARTICLE)


@behaviour
def no_http(line: Line) -> None:
    line.send(b"SSH-2.0-OpenSSH_9.6\r\n")


@behaviour
def no_head(line: Line) -> None:
    line.send(ARTICLE)


@behaviour
def huge_header(line: Line) -> None:
    line.send(b"HTTP/1.1 200 OK\r\nX-Huge: " + b"a" * 300_000 + b"\r\n\r\n")


@behaviour
def endless_headers(line: Line) -> None:
    line.send(b"HTTP/1.1 200 OK\r\n")
    while True:
        line.send(b"X-More: aaaaaaaaaaaaaaaa\r\n" * 1000)


@behaviour
def two_lengths(line: Line) -> None:
    line.head("200 OK", f"Content-Length: {len(ARTICLE)}", "Content-Length: 10")
    line.send(ARTICLE)


@behaviour
def length_is_a_word(line: Line) -> None:
    line.head("200 OK", "Content-Length: all")
    line.send(ARTICLE)


@behaviour
def packed_transfer(line: Line) -> None:
    line.head("200 OK", "Transfer-Encoding: gzip, chunked")
    line.send(b"5\r\nhello\r\n0\r\n\r\n")


# ---- cut short


@behaviour
def length_too_long(line: Line) -> None:
    line.head("200 OK", f"Content-Length: {len(ARTICLE) + 1}")
    line.send(ARTICLE)


@behaviour
def length_too_short(line: Line) -> None:
    line.head("200 OK", f"Content-Length: {len(ARTICLE) // 2 + 7}")
    line.send(ARTICLE)


@behaviour
def chunked_cut(line: Line) -> None:
    line.head("200 OK", "Transfer-Encoding: chunked")
    line.send(b"%x\r\n" % len(ARTICLE) + ARTICLE + b"\r\n")


@behaviour
def chunked_garbage(line: Line) -> None:
    line.head("200 OK", "Transfer-Encoding: chunked")
    line.send(b"5\r\nhello\r\nzz\r\nworld\r\n0\r\n\r\n")


@behaviour
def gzip_cut(line: Line) -> None:
    line.answer(gzip.compress(ARTICLE)[:-12], "Content-Encoding: gzip")


@behaviour
def gzip_without_its_checksum(line: Line) -> None:
    line.answer(gzip.compress(ARTICLE)[:-8], "Content-Encoding: gzip")


@behaviour
def gzip_corrupt(line: Line) -> None:
    packed = bytearray(gzip.compress(ARTICLE))
    packed[-6] ^= 0xFF  # in the checksum
    line.answer(bytes(packed), "Content-Encoding: gzip")


@behaviour
def gzip_in_name_only(line: Line) -> None:
    line.answer(ARTICLE, "Content-Encoding: gzip")


@behaviour
def gzip_and_more(line: Line) -> None:
    line.answer(gzip.compress(ARTICLE) + b"<p>and more", "Content-Encoding: gzip")


@behaviour
def gzip_in_two_members(line: Line) -> None:
    line.answer(gzip.compress(ARTICLE[:99]) + gzip.compress(ARTICLE[99:]), "Content-Encoding: gzip")


# ---- too much


@behaviour
def gzip_bomb(line: Line) -> None:
    line.answer(zeros("gzip"), "Content-Encoding: gzip")


@behaviour
def deflate_bomb(line: Line) -> None:
    line.answer(zeros("deflate"), "Content-Encoding: deflate")


@behaviour
def large(line: Line) -> None:
    line.head("200 OK")
    for _ in range(20):
        line.send(b"a" * 1_000_000)


@behaviour
def large_on_the_wire(line: Line) -> None:
    """Within what an unpacked page may be, beyond what a page may cost on its way."""
    line.head("200 OK")
    for _ in range(9):
        line.send(b"a" * 1_000_000)


@behaviour
def large_with_length(line: Line) -> None:
    line.head("200 OK", "Content-Length: 20000000")
    for _ in range(20):
        line.send(b"a" * 1_000_000)


@behaviour
def length_of_a_disk(line: Line) -> None:
    line.head("200 OK", "Content-Length: 9999999999999")
    line.send(ARTICLE)


@behaviour
def endless_chunks(line: Line) -> None:
    line.head("200 OK", "Transfer-Encoding: chunked")
    while True:
        line.send(b"10000\r\n" + b"a" * 65536 + b"\r\n")


@behaviour
def packed_twice(line: Line) -> None:
    line.answer(gzip.compress(gzip.compress(ARTICLE)), "Content-Encoding: gzip, gzip")


@behaviour
def packed_twice_in_two_lines(line: Line) -> None:
    line.answer(
        gzip.compress(zlib.compress(ARTICLE)), "Content-Encoding: deflate", "Content-Encoding: gzip"
    )


@behaviour
def packed_twice_said_once(line: Line) -> None:
    line.answer(gzip.compress(gzip.compress(ARTICLE)), "Content-Encoding: gzip")


@behaviour
def brotli(line: Line) -> None:
    line.answer(b"\x0b\x02\x80hello\x03", "Content-Encoding: br")


# ---- something else


@behaviour
def pdf(line: Line) -> None:
    line.answer(b"%PDF-1.7\n", type="Content-Type: application/pdf")


@behaviour
def pdf_as_html(line: Line) -> None:
    line.answer(b"\n%PDF-1.7\n" + ARTICLE)


@behaviour
def png_as_html(line: Line) -> None:
    line.answer(b"\x89PNG\r\n\x1a\n" + ARTICLE)


@behaviour
def zip_without_type(line: Line) -> None:
    line.answer(b"PK\x03\x04" + ARTICLE, type="")


@behaviour
def json(line: Line) -> None:
    line.answer(b'{"article": "BTC"}', type="Content-Type: application/json")


@behaviour
def svg(line: Line) -> None:
    line.answer(b"<svg/>", type="Content-Type: image/svg+xml")


@behaviour
def binary_as_text(line: Line) -> None:
    line.answer(b"BTC\x00\x01\x02" + ARTICLE, type="Content-Type: text/plain")


@behaviour
def empty(line: Line) -> None:
    line.answer(b"")


@behaviour
def blank(line: Line) -> None:
    line.answer(b" \r\n\t" * 50)


@behaviour
def no_content(line: Line) -> None:
    line.head("204 No Content")


@behaviour
def part(line: Line) -> None:
    line.answer(
        ARTICLE[:700], f"Content-Range: bytes 0-699/{len(ARTICLE)}", status="206 Partial Content"
    )


# ---- elsewhere


@behaviour
def redirect_circle(line: Line) -> None:
    line.answer(b"", f"Location: /redirect_circle?{line.visit % 2}", status="302 Found")


@behaviour
def redirect_on_and_on(line: Line) -> None:
    line.answer(b"", f"Location: /redirect_on_and_on/{line.visit}", status="301 Moved Permanently")


@behaviour
def redirect_five_times(line: Line) -> None:
    if line.visit <= 5:
        place = f"Location: /redirect_five_times/{line.visit}"
        cookie = "Set-Cookie: id=secret; Path=/"
        line.answer(b"", place, cookie, status="307 Temporary Redirect")
    else:
        line.answer()


@behaviour
def redirect_to(line: Line) -> None:
    """The query is the place, `PORT` in it the server's own."""
    place = line.path.partition("?")[2].replace("PORT", str(line.port)).replace("%23", "#")
    line.answer(b"", f"Location: {place}", status="302 Found")


@behaviour
def redirect_nowhere(line: Line) -> None:
    line.answer(b"", status="301 Moved Permanently")


# ---- not now


@behaviour
def status(line: Line) -> None:
    number = line.path.rpartition("/")[2]
    line.answer(ARTICLE, status=f"{number} No")


@behaviour
def come_back(line: Line) -> None:
    """`/come_back/429?2` twice answers 429 with `Retry-After: 0`, then the article."""
    number, _, times = line.path.rpartition("/")[2].partition("?")
    if line.visit <= int(times):
        line.answer(b"", "Retry-After: 0", status=f"{number} Later")
    else:
        line.answer()


@behaviour
def come_back_after(line: Line) -> None:
    wait = line.path.partition("?")[2].replace("%20", " ")
    line.answer(b"", f"Retry-After: {wait}", status="429 Too Many Requests")


# ---- odd, and yet good


@behaviour
def good(line: Line) -> None:
    line.answer()


@behaviour
def good_gzip(line: Line) -> None:
    line.answer(gzip.compress(ARTICLE), "Content-Encoding: gzip")


@behaviour
def good_deflate(line: Line) -> None:
    line.answer(zlib.compress(ARTICLE), "Content-Encoding: Deflate")


@behaviour
def good_chunked(line: Line) -> None:
    line.head("200 OK", "Transfer-Encoding: chunked")
    line.send(b"".join(b"1\r\n%c\r\n" % byte for byte in ARTICLE) + b"0\r\nX-Trailer: a\r\n\r\n")


@behaviour
def good_until_close(line: Line) -> None:
    line.head("200 OK")
    line.send(ARTICLE)


@behaviour
def good_with_a_line_end_too_many(line: Line) -> None:
    line.answer()
    line.send(b"\r\n")


@behaviour
def good_without_type(line: Line) -> None:
    line.answer(type="")


@behaviour
def good_with_two_types(line: Line) -> None:
    line.answer(ARTICLE, HTML)


@behaviour
def wrong_charset(line: Line) -> None:
    line.answer(type='Content-Type: text/html; charset="no-such-charset"')


@behaviour
def utf_16(line: Line) -> None:
    line.answer(ARTICLE.decode().encode("utf-16"), type="Content-Type: text/html")


# ---- caching


@behaviour
def visits(line: Line) -> None:
    """The article with the number of the visit, under the header in the query.

    It is 304 for one who asks whether it has changed.
    """
    header = line.path.partition("?")[2].replace("%20", " ")
    if "if-none-match" in line.asked or "if-modified-since" in line.asked:
        line.head("304 Not Modified", header, type="")
    else:
        line.answer(ARTICLE.replace(b"Tuesday", b"visit %d" % line.visit), header)


@behaviour
def heavy(line: Line) -> None:
    line.answer(ARTICLE + b"<!-- " + b"x" * 100_000 + b" -->", "Cache-Control: max-age=600")
