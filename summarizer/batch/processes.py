"""Processes by name: who holds a lease, and whether it is still there."""

import os
import socket
from pathlib import Path


def process_name() -> str:
    """This process: machine, number and start, so that a number used again is told apart."""
    return f"{socket.gethostname()}:{os.getpid()}:{_start_of(os.getpid())}"


def is_dead(owner: str) -> bool:
    """Whether the process is known to have ended. One on another machine is not known to."""
    host, pid, start, *_ = [*owner.split(":"), "", "", ""]
    if (
        host != socket.gethostname() or not pid.isdigit() or os.name != "posix"
    ):  # kill(pid, 0) is a real kill on Windows
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return start != _start_of(int(pid))


def _start_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
