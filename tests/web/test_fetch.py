"""Fetching from a server that means harm.

Whatever it does, a fetch ends in time with the code that says what was wrong.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path

import httpx2
import pytest

from summarizer.errors import FetchError, UsageError
from summarizer.web.fetch import Fetcher
from tests.support.hostile_server import ARTICLE, BEHAVIOURS, HostileServer

DEADLINE = 0.6
SLOW = """
    hang drip_header drip_header_lines drip_body drip_chunks hang_in_body endless_continue
    slow_redirects
""".split()

# behaviour -> (code, requests that it may cost, worth another run)
REFUSED = {
    **dict.fromkeys(SLOW, ("timeout", None, True)),
    "reset": ("connection", 1, True),
    "hang_up": ("connection", 1, True),
    "bad_status_line": ("connection", 1, True),
    "no_http": ("connection", 1, True),
    "no_head": ("connection", 1, True),
    "huge_header": ("connection", 1, True),
    "endless_headers": ("connection", 1, True),
    "two_lengths": ("connection", 1, True),
    "length_is_a_word": ("connection", 1, True),
    "packed_transfer": ("connection", 1, True),
    "reset_in_body": ("truncated", 1, True),
    "length_too_long": ("truncated", 1, True),
    "length_too_short": ("truncated", 1, True),
    "chunked_cut": ("truncated", 1, True),
    "chunked_garbage": ("truncated", 1, True),
    "gzip_cut": ("truncated", 1, True),
    "gzip_without_its_checksum": ("truncated", 1, True),
    "gzip_corrupt": ("truncated", 1, True),
    "gzip_in_name_only": ("truncated", 1, True),
    "gzip_in_two_members": ("truncated", 1, True),
    "gzip_and_more": ("truncated", 1, True),
    "gzip_bomb": ("too_large", 1, False),
    "deflate_bomb": ("too_large", 1, False),
    "large": ("too_large", 1, False),
    "large_on_the_wire": ("too_large", 1, False),
    "large_with_length": ("too_large", 1, False),
    "length_of_a_disk": ("too_large", 1, False),
    "endless_chunks": ("too_large", 1, False),
    "packed_twice": ("content_encoding", 1, False),
    "packed_twice_in_two_lines": ("content_encoding", 1, False),
    "packed_twice_said_once": ("content_type", 1, False),
    "brotli": ("content_encoding", 1, False),
    "pdf": ("content_type", 1, False),
    "pdf_as_html": ("content_type", 1, False),
    "png_as_html": ("content_type", 1, False),
    "zip_without_type": ("content_type", 1, False),
    "json": ("content_type", 1, False),
    "svg": ("content_type", 1, False),
    "binary_as_text": ("content_type", 1, False),
    "empty": ("empty_body", 1, False),
    "blank": ("empty_body", 1, False),
    "no_content": ("empty_body", 1, False),
    "part": ("http_206", 1, False),
    "redirect_circle": ("too_many_redirects", 3, False),
    "redirect_on_and_on": ("too_many_redirects", 6, False),
    "redirect_nowhere": ("http_301", 1, False),
    "redirect_to?file:///etc/passwd": ("blocked_scheme", 1, False),
    "redirect_to?javascript:alert(1)": ("blocked_scheme", 1, False),
    "redirect_to?http://10.0.0.1/": ("blocked_address", 1, False),
    "redirect_to?//169.254.169.254/latest/meta-data/": ("blocked_address", 1, False),
    "redirect_to?http://2130706433/": ("blocked_address", 1, False),
    "redirect_to?http://localhost:PORT/good": ("blocked_port", 1, False),
    "redirect_to?http://127.0.0.1/": ("blocked_address", 1, False),
    "redirect_to?http://user:hunter2@127.0.0.1:PORT/good": ("bad_url", 1, False),
    "redirect_to?http://[::1/": ("bad_url", 1, False),
    "redirect_to?http://a..b/": ("bad_url", 1, False),
    **{
        f"status/{n}": (f"http_{n}", 1, False)
        for n in (400, 401, 402, 403, 404, 410, 451, 304, 600)
    },
    **{f"status/{n}": (f"http_{n}", 3, True) for n in (408, 425, 429, 500, 502, 503, 504)},
    "come_back/503?3": ("http_503", 3, True),
    "come_back_after?61": ("http_429", 1, True),
    "come_back_after?59": ("http_429", 1, True),  # a minute is more than the deadline has left
    "come_back_after?99999999999999999999999999": ("http_429", 1, True),
    "come_back_after?Fri, 31 Dec 2100 23:59:59 GMT": ("http_429", 1, True),
}
GOOD = [
    *(name for name in BEHAVIOURS if name.startswith("good")),
    *"wrong_charset redirect_five_times redirect_to?/good come_back/503?2 come_back/429?1".split(),
    "redirect_to?http://127.0.0.1:PORT/good%23part",
]


@pytest.fixture
def server() -> Iterator[HostileServer]:
    server = HostileServer()
    yield server
    server.close()


def fetcher_for(server: HostileServer, **settings) -> Fetcher:
    usual = {"allow_private": (server.host,), "deadline": 15.0, "sleep": lambda seconds: None}
    return Fetcher(**usual | settings)


def failure(fetcher: Fetcher, url: str) -> FetchError:
    with pytest.raises(FetchError) as caught:
        fetcher.fetch(url)
    return caught.value


def refusal(path: str, server: HostileServer) -> FetchError:
    deadline = DEADLINE if path in SLOW else 15.0
    return failure(fetcher_for(server, deadline=deadline), server.url(path.replace(" ", "%20")))


@pytest.mark.parametrize("path", REFUSED)
def test_harm_ends_with_its_code(path, server):
    code, requests, retryable = REFUSED[path]
    error = refusal(path, server)
    assert (error.code, error.retryable) == (code, retryable)
    assert requests is None or len(server.requests) == requests
    assert error.url and "hunter2" not in str(error)


@pytest.mark.timed
@pytest.mark.parametrize("path", REFUSED)
def test_harm_ends_in_time(path, server):
    started = time.monotonic()
    refusal(path, server)
    assert time.monotonic() - started < (DEADLINE if path in SLOW else 4.0) + 1


@pytest.mark.parametrize("path", GOOD)
def test_odd_and_yet_good(path, server):
    page = fetcher_for(server).fetch(server.url(path))
    assert page.body == ARTICLE
    assert page.url and page.url.startswith(f"http://{server.host}/") and "#" not in page.url


def test_utf_16_is_text(server):
    assert fetcher_for(server).fetch(server.url("utf_16")).body.decode("utf-16").encode() == ARTICLE


def test_every_behaviour_of_the_server_is_tested():
    tested = {
        path.partition("?")[0].partition("/")[0]
        for path in [*REFUSED, *GOOD, "utf_16", "visits", "heavy"]
    }
    assert tested == set(BEHAVIOURS) and len(BEHAVIOURS) >= 25


def test_the_page_has_the_final_address_and_the_type_as_sent(server):
    page = fetcher_for(server).fetch(server.url("redirect_to?/wrong_charset"))
    assert (page.url, page.content_type) == (
        server.url("wrong_charset"),
        'text/html; charset="no-such-charset"',
    )


def test_requests_are_honest_and_carry_nothing_of_the_server_or_the_environment(
    server, monkeypatch, tmp_path
):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password word\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    # each redirect sets a cookie
    Fetcher(allow_private=(server.host,)).fetch(server.url("redirect_five_times"))
    assert len(server.requests) == 6
    for head in server.requests:
        names = {line.partition(":")[0].lower() for line in head.splitlines()[1:] if line}
        assert names == {"host", "user-agent", "accept", "accept-encoding"}
        assert "crypto-news-summarizer/" in head


def test_the_user_is_told_to_paste_what_is_forbidden(server):
    error = failure(fetcher_for(server), server.url("status/403"))
    assert "summarizer -" in str(error)


def test_waits_grow_and_a_server_that_names_its_wait_is_obeyed_up_to_a_minute(server):
    def waits(path: str) -> list[float]:
        slept: list[float] = []
        failure(fetcher_for(server, sleep=slept.append, deadline=90), server.url(path))
        return slept

    assert waits("status/503") == [0.5, 1.0]
    assert waits("come_back_after?59") == [59, 59]
    assert waits("come_back_after?61") == []
    assert waits("come_back_after?soon") == [0.5, 1.0]
    date = formatdate(time.time() + 30, usegmt=True).replace(" ", "%20")
    dated = waits(f"come_back_after?{date}")
    assert len(dated) == 2 and all(28 <= wait <= 30 for wait in dated)


def answering(answer) -> Fetcher:
    """A fetcher whose requests go to a function, and to no network."""
    return Fetcher(transport=lambda connect: httpx2.MockTransport(answer))


def moved(status: int, location: str | bytes) -> httpx2.Response:
    return httpx2.Response(status, headers={"location": location})


def test_https_does_not_give_way_to_http():
    fetcher = answering(lambda request: moved(301, "http://a.example/"))
    assert failure(fetcher, "https://a.example/").code == "blocked_redirect"


def test_http_may_move_to_https_on_another_site():
    replies = {
        "http://a.example/": moved(308, "//b.example/ü?q=1#x".encode()),
        "http://b.example/%C3%BC?q=1": moved(302, "https://b.example/"),
        "https://b.example/": httpx2.Response(200, content=iter([b"<p>BTC"])),
    }
    fetcher = answering(lambda request: replies[str(request.url)])
    assert fetcher.fetch("http://a.example/#top").url == "https://b.example/"


@pytest.mark.parametrize(
    "error, code",
    [(httpx2.ReadTimeout("slow"), "timeout"), (httpx2.ConnectError("no"), "connection")],
)
def test_errors_of_an_injected_transport_are_wrapped(error, code):
    def raise_it(request):
        raise error

    assert failure(answering(raise_it), "http://a.example/").code == code


def test_a_host_that_cannot_be_named_is_refused_before_it_is_used():
    with pytest.raises(UsageError):
        Fetcher(allow_private=("http://a.example/",)).fetch("http://a.example/")


MEASURE = """
import sys
from summarizer.errors import FetchError
from summarizer.web.fetch import Fetcher

def peak():
    lines = open("/proc/self/status")
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024

def fetcher(seconds):
    return Fetcher(allow_private=(host,), deadline=seconds, sleep=lambda _: None)

host, deadline, codes = sys.argv[1], float(sys.argv[2]), []
quick, patient = fetcher(deadline), fetcher(15.0)
article = patient.fetch(f"http://{host}/good").body
before = peak()
for code, path in (one.split(" ", 1) for one in sys.argv[3:]):
    try:
        (quick if code == "timeout" else patient).fetch(f"http://{host}/{path}")
    except FetchError as error:
        codes.append(error.code)
    assert patient.fetch(f"http://{host}/good").body == article, path
print(peak() - before, *codes)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from /proc")
def test_one_process_meets_every_harm_reads_the_next_page_and_grows_by_less_than_50_mb(server):
    asked = [f"{code} {path.replace(' ', '%20')}" for path, (code, _, _) in REFUSED.items()]
    command = [sys.executable, "-c", MEASURE, server.host, str(DEADLINE), *asked]
    ran = subprocess.run(command, check=False, capture_output=True, text=True, timeout=100)
    assert ran.returncode == 0, ran.stderr
    grown, *codes = ran.stdout.split()
    assert codes == [code for code, _, _ in REFUSED.values()] and len(BEHAVIOURS) >= 35
    assert float(grown) < 50, grown


def test_importing_fetch_does_not_import_the_http_library():
    code = "import sys, summarizer.web.fetch; sys.exit(bool(sys.modules.keys() & sys.argv[1:]))"
    command = [sys.executable, "-c", code, "httpx2", "httpcore2"]
    assert subprocess.run(command, check=False, timeout=60).returncode == 0
