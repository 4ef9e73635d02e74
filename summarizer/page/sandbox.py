"""Runs extraction.read_page in a child process, so that no page can hang this one, exhaust its memory or crash it.

Children are kept warm: one that has answered waits for the next page. A page may take SECONDS of wall clock and BYTES of
memory; what takes more is killed with its child, and the next page gets a new one. Safe to call from threads, each of which
gets a child of its own. A child ends when its stdin closes, so none outlives this process, however that ends.
"""

import atexit
import json
import os
import re
import signal
import struct
import subprocess
import sys
import threading
from contextlib import suppress
from typing import IO, Any

from summarizer.errors import NoArticle

SECONDS = 10.0  # for one page, RELIABILITY item 13; the slowest of 87 real pages takes 0.3
BYTES = 1_000_000_000  # of address space for a child, RELIABILITY item 13; a warm one has about 0.2
RECYCLE = 300_000_000  # bytes of memory held after a page from which a child is not kept
MAX_ANSWER = 64_000_000  # bytes: no page that was let in holds so much text

_HEAD = struct.Struct(">II")  # bytes of the JSON request, bytes of the page
_SIZE = struct.Struct(">I")  # bytes of the JSON answer
_START = (
    "import sys; sys.path[:] = {path!r}; from summarizer.page.sandbox import serve; serve({limit})"
)
_SECRET = re.compile(r"KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL", re.I)


class Child:
    """One process that reads pages."""

    def __init__(self, limit: int = BYTES):
        kept = {
            name: value for name, value in os.environ.items() if not _SECRET.search(name)
        }  # a page's parser needs no keys
        code = _START.format(path=[entry or os.getcwd() for entry in sys.path], limit=limit)  # noqa: PTH109  sys.path holds strings
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=kept,
        )

    def ask(self, body: bytes, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        """The child's answer. Raises TimeoutError after `seconds`, EOFError where the child died or answers nonsense."""
        late = threading.Event()

        def end() -> None:
            late.set()
            self._process.kill()

        timer = threading.Timer(seconds, end)
        timer.daemon = True
        timer.start()
        try:
            head = json.dumps(request).encode()
            stdin, stdout = self._pipes()
            stdin.write(_HEAD.pack(len(head), len(body)) + head)
            stdin.write(body)
            stdin.flush()
            (size,) = _SIZE.unpack(_read(stdout, _SIZE.size))
            if size > MAX_ANSWER:
                raise EOFError
            answer = json.loads(_read(stdout, size))
        except (OSError, EOFError, ValueError) as error:
            raise (TimeoutError() if late.is_set() else EOFError()) from error
        finally:
            timer.cancel()
        if not isinstance(answer, dict):
            raise EOFError
        return answer

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise EOFError
        return stdin, stdout

    def close(self) -> None:
        """Ends the process and waits for its end: no zombie stays."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                if pipe:
                    pipe.close()
        self._process.wait()


class Sandbox:
    """A pool of warm children, one for each caller at work."""

    def __init__(self, seconds: float = SECONDS, limit: int = BYTES):
        self._seconds = seconds
        self._limit = limit
        self._idle: list[Child] = []
        self._lock = threading.Lock()

    def read(
        self, body: bytes, *, url: str | None = None, content_type: str | None = None
    ) -> dict[str, Any]:
        """What extraction.read_page says of the page. Raises NoArticle `parse_timeout`, `parse_memory` or `parse_crash`."""
        with self._lock:
            child = self._idle.pop() if self._idle else None
        child = child or Child(self._limit)
        kept = False
        try:
            answer = child.ask(body, {"url": url, "content_type": content_type}, self._seconds)
            if answer.get("error") == "memory":
                raise NoArticle(
                    "reading the page takes too much memory", code="parse_memory", url=url
                )
            kept = answer.get("held", 0) < RECYCLE
        except TimeoutError as error:
            raise NoArticle(
                f"reading the page takes longer than {self._seconds:.0f} s",
                code="parse_timeout",
                url=url,
            ) from error
        except EOFError as error:
            raise NoArticle("the page broke its reader", code="parse_crash", url=url) from error
        finally:
            if kept:
                with self._lock:
                    self._idle.append(child)
            else:
                child.close()
        return answer

    def close(self) -> None:
        """Ends the idle children."""
        with self._lock:
            idle, self._idle = self._idle, []
        for child in idle:
            child.close()

    def forget(self) -> None:
        """In a forked process: the children are the parent's, and so is whoever held the lock."""
        self._idle, self._lock = [], threading.Lock()


def _read(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data


SANDBOX = Sandbox()
atexit.register(SANDBOX.close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=SANDBOX.forget)


# ---- the child's side


def serve(limit: int) -> None:
    """Answers pages on stdin until it closes."""
    stdin, stdout = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # nothing that a library prints may come between the answers
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C reaches the whole group: the parent decides when to stop
    _limit_memory(limit)
    from summarizer.page.extraction import (
        read_page,
    )  # only here: the parent never imports trafilatura

    while len(head := stdin.read(_HEAD.size)) == _HEAD.size:
        request_size, body_size = _HEAD.unpack(head)
        request = json.loads(stdin.read(request_size))
        body = stdin.read(body_size)
        try:
            answer = read_page(body, request["url"], request["content_type"])
        except MemoryError:
            answer = {"error": "memory"}
        del body
        data = json.dumps({**answer, "held": _memory_held()}).encode()
        stdout.write(_SIZE.pack(len(data)) + data)
        stdout.flush()


def _limit_memory(limit: int) -> None:
    """At most `limit` bytes of address space, where the system can hold a process to it."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _memory_held() -> int:
    """Bytes in memory now; 0 where the system does not say."""
    with suppress(OSError, ValueError), open("/proc/self/statm", encoding="ascii") as stat:  # noqa: PTH123  pathlib takes longer
        return int(stat.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0
