"""Reads pages, files and feeds in child processes, so that none can hang this one, exhaust its
memory or crash it. A large batch has its articles analysed there too, and so uses all cores.

Children are kept warm: one that has answered waits for the next page. A page may take SECONDS of
wall clock and BYTES of memory; what takes more is killed with its child, and the next page gets a
new one. Safe to call from threads, each of which gets a child of its own. A child ends when its
stdin closes, so none outlives this process, however that ends.

No pool library serves: they rest on multiprocessing, whose spawned children run the caller's script
again and see its keys, and whose forked children copy a process in the middle of its threads.
"""

import atexit
import json
import os
import pickle
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from typing import Any, TypeVar

from summarizer.errors import InputError, NoArticle
from summarizer.page.child import OUT_OF_MEMORY
from summarizer.page.extracted import ExtractedPage
from summarizer.page.formats import read_page

SECONDS = 10.0  # for one page; the slowest of 87 real pages takes 0.3
BYTES = 1_000_000_000  # of address space for a child; a warm one has about 0.2
RECYCLE = 300_000_000  # bytes of memory held after a page from which a child is not kept
MAX_LINE = 64_000_000  # bytes of an answer: no page that was let in holds so much text
TICK = 0.2  # seconds between two looks at which children are late

Answer = TypeVar("Answer")
_START = (
    "import sys; sys.path[:] = {path!r}; from summarizer.page.child import serve; {first}"
    "serve({limit})"
)
_WARM = "import summarizer.page.extraction; "  # which takes longest of what reading a page imports
_SECRET = re.compile(r"KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL", re.I)


class Child:
    """One process that reads."""

    def __init__(self, limit: int, first: str = ""):
        path = [entry or str(Path.cwd()) for entry in sys.path]
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-c", _START.format(path=path, limit=limit, first=first)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # a page's parser needs no keys
            env={name: value for name, value in os.environ.items() if not _SECRET.search(name)},
        )

    def ask(self, question: tuple[Any, ...]) -> dict[str, Any]:
        """What the child answers to a question (function, arguments). Raises OSError, ValueError
        or TypeError where it died, or was killed, before it answered."""
        assert self.process.stdin and self.process.stdout  # both are pipes
        self.process.stdin.write(pickle.dumps(question, pickle.HIGHEST_PROTOCOL))
        self.process.stdin.flush()
        return dict(json.loads(self.process.stdout.readline(MAX_LINE)))

    def memory_held(self) -> int:
        """Bytes in memory now; 0 where the system does not say."""
        with suppress(OSError, ValueError):
            pages = Path(f"/proc/{self.process.pid}/statm").read_text("ascii").split()[1]
            return int(pages) * os.sysconf("SC_PAGE_SIZE")
        return 0

    def close(self) -> int:
        """Ends the process and waits for its end, so that no zombie stays; its exit status."""
        with suppress(OSError), self.process:
            self.process.kill()
        return self.process.returncode


class Sandbox:
    """A pool of warm children, one for each caller at work."""

    def __init__(self, seconds: float = SECONDS, limit: int = BYTES):
        self._seconds = seconds
        self._limit = limit
        self._idle: list[Child] = []  # append and pop are atomic: no lock
        self._turns: AbstractContextManager[Any] = nullcontext()
        self._ends: dict[Child, float] = {}  # when each child that is at work will be killed
        self._watch: threading.Thread | None = None

    def read(
        self, body: bytes, *, url: str | None = None, content_type: str | None = None
    ) -> ExtractedPage:
        """What formats.read_page finds on the page. Raises as `call` does."""
        arguments = (body, url, content_type)
        return self.call(read_page, arguments, load=ExtractedPage.from_json, url=url)

    def limit_to(self, number: int) -> None:
        """From now on, so many children work at once; who calls meanwhile waits for a turn."""
        self._turns = threading.Semaphore(number)

    def call(
        self,
        function: Callable[..., object],
        arguments: tuple[object, ...],
        *,
        load: Callable[[Any], Answer],
        url: str | None = None,
        seconds: float | None = None,
    ) -> Answer:
        """What a function of a module answers in a child, `load`ed from JSON. Raises InputError
        where it does, and NoArticle `parse_timeout` (after `seconds`, if they are given),
        `parse_memory` or `parse_crash`."""
        with self._turns:
            child = self._take()
            return self._ask(child, (function, arguments), load, url, seconds or self._seconds)

    def _ask(
        self,
        child: Child,
        question: tuple[Any, ...],
        load: Callable[[Any], Answer],
        url: str | None,
        seconds: float,
    ) -> Answer:
        is_fit = False
        started = time.monotonic()
        self._ends[child] = started + seconds
        self._keep_watch()
        try:
            result = child.ask(question)
            is_fit = child.memory_held() < RECYCLE
            if error := result.get("error"):
                kind = NoArticle if result["class"] == "NoArticle" else InputError
                raise kind(**error, url=url)
            return load(result["answer"])
        except (OSError, ValueError, TypeError, KeyError) as error:
            is_late = time.monotonic() - started >= seconds
            is_fit = False
            if child.close() == OUT_OF_MEMORY:
                detail = "reading it takes too much memory"
                raise NoArticle(detail, code="parse_memory", url=url) from error
            if is_late:
                detail = f"reading it takes longer than {seconds:.0f} s"
                raise NoArticle(detail, code="parse_timeout", url=url) from error
            raise NoArticle("it broke its reader", code="parse_crash", url=url) from error
        finally:
            del self._ends[child]
            if is_fit:
                self._idle.append(child)
            else:
                child.close()

    def warm(self) -> None:
        """Starts a child for the first page, which imports what that takes while the caller does
        something else."""
        if not self._idle:
            self._idle.append(Child(self._limit, _WARM))

    def _take(self) -> Child:
        try:
            return self._idle.pop()
        except IndexError:
            return Child(self._limit)

    def _keep_watch(self) -> None:
        """One thread watches all children: a timer for each question would take a tenth of the
        time of a small page."""
        if self._watch is None:
            self._watch = threading.Thread(target=self._kill_late, daemon=True)
            self._watch.start()

    def _kill_late(self) -> None:
        while True:
            time.sleep(TICK)
            now = time.monotonic()
            for child, end in self._ends.copy().items():
                if now >= end:
                    child.process.kill()

    def close(self) -> None:
        """Ends the idle children."""
        while self._idle:
            self._take().close()

    def forget(self) -> None:
        """In a forked process the children are the parent's, and no thread keeps watch."""
        self._idle.clear()
        self._ends.clear()
        self._watch = None


SANDBOX = Sandbox()
atexit.register(SANDBOX.close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=SANDBOX.forget)
