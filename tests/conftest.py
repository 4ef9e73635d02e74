"""No test reaches beyond this machine: a connection to any other address is refused before a packet leaves, and fails the test."""

import ipaddress
import sys

import pytest

from tests.support.book import Book

_refused: list[str] = []


def _guard(event: str, args: tuple) -> None:
    """An audit hook: it sees every connection of this process's Python code, whichever library makes it."""
    if event not in ("socket.connect", "socket.sendto"):
        return
    address = args[1]
    host = address[0] if isinstance(address, tuple) else None
    if host is not None and not _is_loopback(str(host)):
        _refused.append(str(host))
        raise ConnectionRefusedError(f"a test must not connect to {host}")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


sys.addaudithook(_guard)


@pytest.fixture(autouse=True)
def stays_on_this_machine():
    """Fails a test that tried to leave, even where the code under test swallowed the refusal. Yields the hosts refused."""
    _refused.clear()
    yield _refused
    assert not _refused, f"connections to {_refused}"


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch, tmp_path_factory):
    """No key, endpoint, config file, cache or database of whoever runs the tests."""
    for name in (
        "OPENAI_API_KEY",
        "OPENAI_BASE_URL",
        "SUMMARIZER_MODEL",
        "SUMMARIZER_BASE_URL",
        "SUMMARIZER_TIMEOUT",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SUMMARIZER_CACHE", "")
    monkeypatch.setenv("SUMMARIZER_CONFIG", str(tmp_path_factory.getbasetemp() / "no-config.toml"))
    for name in ("CACHE", "DATA"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path_factory.getbasetemp() / name.lower()))


@pytest.fixture
def book(tmp_path):
    book = Book(tmp_path / "b.db")
    yield book
    book.store.close()
