"""What every test can rely on: no connection beyond this machine, and no settings of the user."""

import ipaddress
import os
import signal
import socket
from collections import Counter, defaultdict
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


def pytest_addoption(parser):
    words = "print, for each test of several examples, how many there are and how many are right"
    parser.addoption("--table", action="store_true", help=words)


def pytest_terminal_summary(terminalreporter, config):
    """The table that `--table` asks for; examples that are known to be wrong (xfail) count too."""
    if not config.getoption("--table"):
        return
    counts = defaultdict(Counter)
    for outcome in ("passed", "failed", "error", "xfailed"):
        for report in terminalreporter.getreports(outcome):
            test, bracket, _ = report.nodeid.partition("[")
            if bracket and (report.when == "call" or outcome == "error"):
                counts[test][outcome] += 1
    terminalreporter.section("right, of how many examples")
    for test, outcomes in sorted(counts.items()):
        terminalreporter.line(f"{outcomes['passed']:5} {outcomes.total():5}  {test}")


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
