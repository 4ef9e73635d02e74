"""What every test can rely on: no connection beyond this machine, and no settings of the user."""

import ipaddress
import os
import signal
import socket
from typing import Any

import hypothesis
import pytest

from tests.support.book import Book

# a busy machine may be slow with an example: only tests marked `timed` measure time
hypothesis.settings.register_profile("tests", deadline=None)
hypothesis.settings.load_profile("tests")

# A shell starts what runs in its background deaf to Ctrl-C, and tests send that to programs.
signal.signal(signal.SIGINT, signal.default_int_handler)

_refused: list[str] = []


def _guard(name: str) -> None:
    """Let a method of every socket refuse an address, its last argument, of another machine.

    An audit hook would do the same, but Python 3.11 cannot trace threads, as coverage does, while
    there is one.
    """
    method = getattr(socket.socket, name)

    def guarded(self: socket.socket, *args: Any) -> Any:
        host = args[-1][0] if isinstance(args[-1], tuple) else None
        if host is not None and not _is_loopback(str(host)):
            _refused.append(str(host))
            raise ConnectionRefusedError(f"a test must not connect to {host}")
        return method(self, *args)

    setattr(socket.socket, name, guarded)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


for _name in ("connect", "connect_ex", "sendto"):
    _guard(_name)


@pytest.fixture(autouse=True)
def refused_hosts():
    """The hosts that a test was kept from.

    One that is left in the list fails the test, even where the code swallowed the refusal.
    """
    _refused.clear()
    yield _refused
    assert not _refused, f"connections to {_refused}"


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch, tmp_path_factory):
    """No key, endpoint, config file, cache or database of whoever runs the tests."""
    for name in os.environ:
        if name.startswith(("OPENAI_", "SUMMARIZER_")):
            monkeypatch.delenv(name)
    folder = tmp_path_factory.getbasetemp()
    monkeypatch.setenv("SUMMARIZER_CACHE", "")
    monkeypatch.setenv("SUMMARIZER_READER", "fast")  # the same wherever the tests run
    monkeypatch.setenv("SUMMARIZER_CONFIG", str(folder / "no-config.toml"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    monkeypatch.setenv("XDG_DATA_HOME", str(folder / "data"))


@pytest.fixture
def book(tmp_path):
    book = Book(tmp_path / "b.db")
    yield book
    book.store.close()
