"""No bad address is ever dialled, whichever way it comes.

It may be a literal, a DNS answer, one answer of several, a redirect's target, or the answer to a
second look-up.
"""

from pathlib import Path

import httpcore2
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from summarizer.errors import FetchError, UsageError
from summarizer.web.addresses import is_public, parse_allowed, vet_answers, vet_url
from summarizer.web.fetch import Fetcher

BAD_V4 = """
    0.0.0.0 0.1.2.3 10.0.0.0 10.20.30.40 10.255.255.255 100.64.0.0 100.127.255.255 127.0.0.1
    127.0.0.53 127.255.255.255 169.254.0.1 169.254.169.254 169.254.170.23 169.254.255.255 172.16.0.0
    172.31.255.255 192.0.0.1 192.0.0.171 192.0.2.77 192.31.196.1 192.52.193.1 192.88.99.2
    192.168.0.0 192.168.255.255 192.175.48.1 198.18.0.0 198.19.255.255 198.51.100.9 203.0.113.200
    224.0.0.251 232.1.1.1 239.255.255.255 240.1.1.1 254.0.0.1 255.255.255.255 168.63.129.16
"""
BAD_V6 = """
    :: ::1 ::2 ::10.1.2.3 ::ffff:10.1.2.3 ::ffff:8.8.8.8 ::ffff:a9fe:a9fe ::ffff:0:192.168.0.1
    64:ff9b::10.0.0.1 64:ff9b::8.8.8.8 64:ff9b:1::1 64:ff9b:1:ffff:: 100::5 100:0:0:1::1 1fff::1
    2001::1 2001:0:7f00:1::1 2001:2::1 2001:10::9 2001:20::9 2001:30::1 2001:db8:1::1 2002:a00:1::1
    2002:c0a8:101::1 2620:4f:8000::1 3fff:: 3fff:fff::1 4000::1 5f00::2 fc00::2 fd12:3456:789a::1
    fd00:ec2::254 fd20:ce::254 fe80::1 fe80::a9fe:a9fe febf::1 fec0::2 ff02::fb ff05::1 ff0e::2
    fe80::1%1 2606:4700::1111%1
"""
SPELLINGS = """
    localhost LOCALHOST localhost. a.localhost lOcAlHoSt 127.1 127.0.1 10.1 0 00 1 2130706433
    2852039166 4294967296 0x7f000001 0X7F.1 0x7f.0.0.1 0x 017700000001 0177.0.0.1 127.0.0.01
    127.0.0.0x1 127.000.000.001 010.8.8.8 8.8.8.8.0 1.1.1.256 127.0.0.1. １２７.0.0.1 ①②⑦.0.0.1
    127。0。0。1 127．0．0．1 ⓛocalhost ᴸocalhost ０x7f.1 ١٢٧.٠.٠.١ 127.0.0.١ [::1]
    [0:0:0:0:0:0:0:1] [::ffff:127.0.0.1] [::127.0.0.1] [fe80::1%25eth0] [::FFFF:7F00:1]
"""
TRICKS = """
    http://user@127.0.0.1/ http://1.1.1.1@127.0.0.1/ http://127.0.0.1@1.1.1.1/
    http://news.example:pw@10.0.0.1/ http://news.example\\@10.0.0.1/
    http://127.0.0.1\\.news.example/ http://127.0.0.1%00.news.example/ http://%31%32%37.0.0.1/
    http://[127.0.0.1]/ http://[::1]x/ http://[::1 http://::1/ http://127.0.0.1%2f.news.example/
    http:/127.0.0.1/ http:127.0.0.1 http:///127.0.0.1/ http:// http://. http://..
    http://localhost../ http://10.0.0.1../ http://a..b/ //127.0.0.1/ 127.0.0.1
    http://127.0.0.1:80:80/ http://10.0.0.1:x/ http://news.example:99999/ http://12\u200b7.0.0.1/
    http://loc\u00adalhost/ http://a\u2100b.example/ http://[v1.fe80::a]/
"""
SPACED = [
    "http://127.0.0.1\t/",
    " http://127.0.0.1/",
    "http://news.example/\r\nHost: a",
    "http://news .example/",
    "http://a\x00.example/",
    "",
]
PUBLIC = """
    1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.1
    151.101.1.69 168.63.129.17 169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 192.0.1.1
    192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 203.0.112.1 203.0.114.1 223.255.255.255
    2001:200::1 2001:4860:4860::8888 2003::1 2400:cb00::1 2606:4700:4700::1111
    2a00:1450:4001:81b::200e 2a04:4e42::645 3ffe::1
"""

SHARED = Path(__file__).parents[3] / "shared" / "data" / "hostile" / "addresses.txt"
OUR_OWN = f"{BAD_V4} {BAD_V6} {SPELLINGS}".split()
FIRST = "93.184.215.14"  # public; nothing is ever sent there
NEWS = "http://news.example/"


class Recorder:
    """A connector that notes each address and never dials.

    What it "connects" to FIRST redirects to `location`.
    """

    def __init__(self, location: str | None = None):
        self.dialled: list[str] = []
        self._location = location

    def __call__(self, address: str, port: int, seconds: float) -> httpcore2.NetworkStream:
        self.dialled.append(address)
        if self._location is None or address != FIRST:
            raise httpcore2.ConnectError("nothing is dialled here")
        lines = ["HTTP/1.1 302 Found", f"Location: {self._location}", "Content-Length: 0"]
        head = "\r\n".join([*lines, "Connection: close", "", ""])
        return httpcore2.MockStream([head.encode()])


def in_url(address: str) -> str:
    return f"http://[{address}]/" if ":" in address and "[" not in address else f"http://{address}/"


def refusal(
    url: str, connector: Recorder, *answers: list[str], allow_private: tuple[str, ...] = ()
) -> FetchError:
    """The error of a fetch whose n-th look-up is answered by the n-th of `answers`."""
    script = iter(answers)
    fetcher = Fetcher(allow_private, connector=connector, resolver=lambda host, port: next(script))
    with pytest.raises(FetchError) as caught:
        fetcher.fetch(url)
    return caught.value


def assert_never_dialled(address: str) -> None:
    def assert_blocked(why: str, connector: Recorder, *answers: list[str], url: str = NEWS) -> None:
        assert refusal(url, connector, *answers).code == "blocked_address", why

    connector = Recorder()
    assert_blocked("as a literal", connector, [FIRST], url=in_url(address))
    among = ["2606:4700::1111", FIRST, address]
    for several in ([address], [FIRST, address], [address, FIRST], among):
        assert_blocked(f"among {several}", connector, several, url="https://news.example/")
    assert connector.dialled == []
    moved, turned = Recorder(in_url(address)), Recorder("/again")
    elsewhere = Recorder("http://other.example/")
    assert_blocked("after a redirect", moved, [FIRST], [FIRST])
    assert_blocked("when DNS changes its mind", turned, [FIRST], [address])
    assert_blocked("behind a redirect's name", elsewhere, [FIRST], [FIRST, address])
    for connector in (moved, turned, elsewhere):
        assert connector.dialled == [FIRST]


@pytest.mark.parametrize("address", OUR_OWN)
def test_our_own_bad_addresses(address):
    assert_never_dialled(address)


@pytest.mark.skipif(not SHARED.exists(), reason="../shared/data/hostile/addresses.txt is not here")
def test_the_shared_bad_addresses():
    lines = [line.strip() for line in SHARED.read_text("utf-8").splitlines()]
    bad = [line for line in lines if line and not line.startswith("#")]
    assert len(bad) > 50
    for address in bad:
        assert_never_dialled(address)


def test_the_list_is_long_enough():
    assert len(set(OUR_OWN)) == len(OUR_OWN) >= 40


@pytest.mark.parametrize("url", [*TRICKS.split(), *SPACED])
def test_tricks_are_refused_before_any_look_up(url):
    connector = Recorder()
    error = refusal(url, connector)  # a look-up would find no answer to give
    assert error.code in ("bad_url", "blocked_address")
    assert connector.dialled == []
    assert "pw" not in str(error)


@pytest.mark.parametrize("address", PUBLIC.split())
def test_public_addresses_are_public(address):
    assert is_public(address)
    connector = Recorder()
    assert refusal("http://news.example/", connector, [address]).code == "connection"
    assert connector.dialled == [address]


@pytest.mark.parametrize(
    "url, code",
    [
        ("ftp://news.example/", "blocked_scheme"),
        ("file:///etc/passwd", "blocked_scheme"),
        ("gopher://127.0.0.1:70/", "blocked_scheme"),
        ("javascript:alert(1)", "blocked_scheme"),
        ("data:text/html,x", "blocked_scheme"),
        ("unix:/run/a.sock", "blocked_scheme"),
        ("news.example/a", "bad_url"),
        ("http://news.example:22/", "blocked_port"),
        ("https://news.example:0/", "blocked_port"),
        ("http://news.example:8080/", "blocked_port"),
        ("http://-.example\ud800/", "bad_url"),
        ("http://" + "a" * 64 + "ü.example/", "bad_url"),
        ("http://xn--\u00fc.example/", "bad_url"),
    ],
)
def test_schemes_ports_and_hosts(url, code):
    connector = Recorder()
    assert refusal(url, connector).code == code
    assert connector.dialled == []


def test_the_url_is_rebuilt_from_what_was_vetted():
    assert vet_url("HTTP://News.Example.:80?q=1#top") == "http://news.example/?q=1"
    assert vet_url("https://news.example:80/a b") == "https://news.example:80/a b"
    assert vet_url("https://[2606:4700:0::1111]:443/") == "https://[2606:4700::1111]/"


@given(st.text() | st.from_regex(r"https?://[^/]{0,20}[:/@\\]{0,3}[^/]{0,20}/.{0,9}"))
@example("http://[::1%1]/")
def test_vetting_refuses_or_yields_what_it_would_yield_again(url):
    try:
        vetted = vet_url(url)
    except FetchError as error:
        assert error.code in ("bad_url", "blocked_scheme", "blocked_port", "blocked_address")
    else:
        assert vet_url(vetted) == vetted


@given(st.ip_addresses())
def test_only_ordinary_unicast_passes(ip):
    if is_public(str(ip)):
        assert not (ip.is_private or ip.is_loopback or ip.is_multicast or ip.is_link_local)
        assert not (ip.is_reserved or ip.is_unspecified)


# ---- --allow-private lifts both rules, for the host that is named and no other


@pytest.mark.parametrize("entry", ["10.0.0.5", "10.0.0.5:8080", "１0.0.0.5:8080"])
def test_a_named_host_is_dialled(entry):
    connector = Recorder()
    assert refusal("http://10.0.0.5:8080/", connector, allow_private=(entry,)).code == "connection"
    assert connector.dialled == ["10.0.0.5"]


def test_a_named_name_is_dialled_where_it_resolves_to():
    connector = Recorder()
    answers, allowed = ["10.0.0.7", "fd00::7"], ("wiki.corp:8080",)
    error = refusal("http://Wiki.corp:8080/", connector, answers, allow_private=allowed)
    assert error.code == "connection"
    assert connector.dialled == answers


@pytest.mark.parametrize(
    "url, code",
    [
        ("http://10.0.0.6/", "blocked_address"),
        ("http://10.0.0.5:81/", "blocked_port"),
        ("http://10.0.0.5/", "blocked_address"),  # 8080 was named, 80 was not
        ("http://wiki.corp.news.example/", "blocked_address"),
        ("http://0x0a000005:8080/", "blocked_address"),
        ("https://user@10.0.0.5:8080/", "bad_url"),
        ("ftp://10.0.0.5:8080/", "blocked_scheme"),
    ],
)
def test_nothing_but_the_named_host_is_let_through(url, code):
    connector = Recorder()
    allowed = ("10.0.0.5:8080", "wiki.corp")
    assert refusal(url, connector, ["10.0.0.5"], allow_private=allowed).code == code
    assert connector.dialled == []


def test_redirects_of_a_named_host_are_vetted():
    connector = Recorder("http://10.0.0.6/")
    error = refusal("http://wiki.corp:8080/", connector, [FIRST], allow_private=("wiki.corp",))
    assert error.code == "blocked_address"
    assert connector.dialled == [FIRST]


def test_answers_are_each_dialled_once():
    answers = ["1.1.1.1", "8.8.8.8", "1.1.1.1"]
    assert vet_answers("news.example", 80, answers) == ["1.1.1.1", "8.8.8.8"]


NO_HOSTS = "http://a.example a.example/x user@a.example a.example:x *.example 0x7f.1 [::1".split()


@pytest.mark.parametrize("entry", ["", "a b", *NO_HOSTS])
def test_an_entry_that_names_no_host(entry):
    with pytest.raises(UsageError):
        parse_allowed([entry])
