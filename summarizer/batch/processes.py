"""Processes by name: which one holds a lease, and whether it still runs."""

import os
import socket
from pathlib import Path


def process_name() -> str:
    """The name of this process: machine, number and start, as numbers are used again."""
    return f"{socket.gethostname()}:{os.getpid()}:{_start_of(os.getpid())}"


def is_dead(owner: str) -> bool:
    """Whether the process of this name, or of a lease that it holds, is known to have ended.

    Of a process on another machine that is not known.
    """
    host, pid, start, *_ = [*owner.split(":"), "", "", ""]
    is_here = host == socket.gethostname() and pid.isdigit()
    if not is_here or os.name != "posix":  # kill(pid, 0) is a real kill on Windows
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return start != _start_of(int(pid))


def _start_of(pid: int) -> str:
    """When the process started, in the system's ticks; "" where the system does not say."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
