"""The child process that reads pages: its side of sandbox.py."""

import os
import pickle
import signal
import sys
from contextlib import suppress

OUT_OF_MEMORY = 3  # exit status of a child whose page takes too much


def serve(limit: int) -> None:
    """Answers each pickled (body, url, content type) on stdin with an ExtractedPage as a line of
    JSON, until stdin closes, within `limit` bytes of address space."""
    stdin, stdout = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # nothing that a library prints may come between the answers
    # Ctrl-C reaches the whole group of processes, and the parent decides when to stop
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _limit_memory(limit)
    from summarizer.page.extraction import read_page  # after the above, for it takes 0.5 s

    with suppress(EOFError):
        while True:
            try:
                line = read_page(*pickle.load(stdin)).to_json()  # noqa: S301  the parent wrote it
            except MemoryError:
                os._exit(OUT_OF_MEMORY)
            stdout.write(line + b"\n")
            stdout.flush()


def _limit_memory(limit: int) -> None:
    """At most `limit` bytes of address space, where the system can hold a process to it."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
