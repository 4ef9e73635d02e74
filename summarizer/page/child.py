"""The child process that reads pages, files and feeds: its side of sandbox.py."""

import json
import os
import pickle
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import is_dataclass
from datetime import date

from summarizer.errors import SummarizerError

OUT_OF_MEMORY = 3  # exit status of a child whose page takes too much


def serve(limit: int) -> None:
    """Answers each pickled (function, arguments) on stdin with a line of JSON, until stdin closes,
    within `limit` bytes of address space: {"answer": …}, or {"error": …} for a SummarizerError."""
    stdin, stdout = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # nothing that a library prints may come between the answers
    # Ctrl-C reaches the whole group of processes, and the parent decides when to stop
    for name in ("SIGINT", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    _limit_memory(limit)
    with suppress(EOFError):
        while True:
            try:
                function, arguments = pickle.load(stdin)  # noqa: S301  the parent wrote it
                line = _dump(function, arguments)
            except MemoryError:
                os._exit(OUT_OF_MEMORY)
            stdout.write(line + b"\n")
            stdout.flush()


def _dump(function: Callable[..., object], arguments: tuple[object, ...]) -> bytes:
    try:
        result = {"answer": function(*arguments)}
    except SummarizerError as error:
        about = {name: getattr(error, name) for name in ("detail", "code", "advice")}
        result = {"error": about, "class": type(error).__name__}
    return json.dumps(result, default=_to_plain).encode()


def _to_plain(value: object) -> object:
    """A model, a dataclass or a time as JSON values."""
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value):
        return vars(value)
    return dict(value)  # type: ignore[call-overload]  # a model: all of its fields


def _limit_memory(limit: int) -> None:
    """At most `limit` bytes of address space, where the system can hold a process to it."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
