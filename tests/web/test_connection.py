"""Connections to pages and to the model's endpoint: TLS that is none, look-ups, dead addresses."""

import time
from pathlib import Path
from shutil import which
from threading import Event

import httpcore2
import pytest

from summarizer.errors import FetchError
from summarizer.web.connection import Deadline, open_endpoint_client
from summarizer.web.fetch import Fetcher
from tests.support.hostile_server import ARTICLE, HostileServer
from tests.support.model_answers import GOOD, ask
from tests.support.tls_server import make_certificate, serve_tls

HEAD = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(ARTICLE)}\r\n\r\n"
ANSWER = HEAD.encode() + ARTICLE
NEWS = "http://news.example/good"


def failure(fetcher: Fetcher, url: str) -> FetchError:
    with pytest.raises(FetchError) as caught:
        fetcher.fetch(url)
    return caught.value


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> Path:
    openssl = which("openssl")
    if not openssl:
        pytest.skip("no openssl command to make a certificate with")
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    make_certificate(openssl, path)
    return path


# ---- look-ups and dead addresses


def test_a_hanging_look_up_ends():
    over = Event()
    fetcher = Fetcher(deadline=0.3, resolver=lambda host, port: over.wait(5) and [])
    error = failure(fetcher, NEWS)
    over.set()
    assert error.code == "timeout"


@pytest.mark.parametrize("answer", [OSError("no such name"), UnicodeError("label too long"), []])
def test_a_name_that_does_not_resolve(answer):
    def resolver(host, port):
        if answer:
            raise answer
        return []

    assert failure(Fetcher(resolver=resolver), NEWS).code == "connection"


def test_a_dead_address_gives_way_to_the_next():
    def connector(address, port, seconds):
        if address == "1.1.1.1":
            raise httpcore2.ConnectTimeout
        return httpcore2.SyncBackend().connect_tcp("127.0.0.1", server.port, timeout=seconds)

    server = HostileServer()
    two = Fetcher(resolver=lambda host, port: ["1.1.1.1", "8.8.8.8"], connector=connector)
    assert two.fetch(NEWS).body == ARTICLE
    one = Fetcher(resolver=lambda host, port: ["1.1.1.1"], connector=connector)
    assert failure(one, NEWS).code == "connection"
    server.close()


# ---- TLS


def test_tls_that_is_none():
    port, thread = serve_tls(None, ANSWER)
    error = failure(Fetcher(allow_private=("127.0.0.1",)), f"https://127.0.0.1:{port}/")
    thread.join(5)
    assert (error.code, error.retryable) == ("tls", False)


def test_a_certificate_that_nobody_trusts_is_refused_and_one_that_is_trusted_is_not(
    certificate, monkeypatch
):
    fetcher = Fetcher(allow_private=("127.0.0.1",))
    port, thread = serve_tls(certificate, ANSWER)
    error = failure(fetcher, f"https://127.0.0.1:{port}/")
    thread.join(5)
    assert error.code == "tls" and "self-signed" in str(error)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.with_suffix(".crt")))
    port, thread = serve_tls(certificate, ANSWER)
    assert fetcher.fetch(f"https://127.0.0.1:{port}/").body == ARTICLE
    thread.join(5)


def test_a_certificate_of_another_name_is_refused(certificate, monkeypatch):
    def connector(address, _, seconds):
        return httpcore2.SyncBackend().connect_tcp("127.0.0.1", port, timeout=seconds)

    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.with_suffix(".crt")))
    port, thread = serve_tls(certificate, ANSWER)
    fetcher = Fetcher(resolver=lambda host, _: ["1.1.1.1"], connector=connector)
    error = failure(fetcher, "https://news.example/")
    thread.join(5)
    assert error.code == "tls"


# ---- the model's endpoint


def test_a_certificate_that_nobody_trusts_is_refused_of_an_endpoint_too(certificate):
    port, thread = serve_tls(certificate, ANSWER)
    with (
        open_endpoint_client(Deadline(time.monotonic() + 10)) as client,
        pytest.raises(FetchError) as caught,
    ):
        client.get(f"https://127.0.0.1:{port}/")
    thread.join(5)
    assert caught.value.code == "tls"


def test_an_endpoint_is_asked_through_no_proxy_of_the_environment(monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    report, server = ask(GOOD)
    assert (report.analyst.name, len(server.asked)) == ("llm", 1)
