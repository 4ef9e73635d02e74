"""What every test can rely on: no connection beyond this machine, nothing of the user's settings, nothing left by another test."""

import ipaddress
import os
import sys

import hypothesis
import pytest

from tests.support.book import Book

# an example may take as long as a busy machine makes it: time is measured by tests marked `timed` alone
hypothesis.settings.register_profile("tests", deadline=None)
hypothesis.settings.load_profile("tests")

_refused: list[str] = []


def _refuse_other_machines(event: str, args: tuple) -> None:
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


sys.addaudithook(_refuse_other_machines)


@pytest.fixture(autouse=True)
def refused_hosts():
    """The hosts that a test was kept from. One that is left in the list fails the test, even where the code swallowed the refusal."""
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
    monkeypatch.setenv("SUMMARIZER_CONFIG", str(folder / "no-config.toml"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    monkeypatch.setenv("XDG_DATA_HOME", str(folder / "data"))


@pytest.fixture(autouse=True)
def no_endpoint_is_known():
    """What was learnt of an endpoint is kept for the process, and a port may come back as another endpoint: it is forgotten."""
    yield
    endpoint = sys.modules.get("summarizer.analyst.llm.endpoint")
    if endpoint:
        endpoint.forget_endpoints()


@pytest.fixture
def book(tmp_path):
    book = Book(tmp_path / "b.db")
    yield book
    book.store.close()
