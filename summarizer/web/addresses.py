"""Which web addresses may be visited: a URL is vetted before DNS is asked, and DNS's answers after.

Both happen before a connection is opened.
"""

import ipaddress
import re
import unicodedata
from collections.abc import Iterable, Sequence
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

from summarizer.errors import FetchError, UsageError

PORTS = {"http": 80, "https": 443}
# (host, port) pairs that the user named; port None stands for every port of that host.
Allowed = frozenset[tuple[str, int | None]]

# Written out, because `ipaddress.is_global` changed its mind between patch releases of Python and
# lets multicast through. Source: the IANA special-purpose address registries (RFC 6890 and its
# successors); 168.63.129.16 is public by number, yet Azure's own host service answers there.
_REFUSED_V4 = """
    0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 168.63.129.16/32 169.254.0.0/16 172.16.0.0/12
    192.0.0.0/24 192.0.2.0/24 192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16
    192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/3
"""
# Nothing outside 2000::/3 is public: mapped, NAT64, ULA, link-local, multicast and the rest fall
# with it. Inside it: Teredo, ORCHID and benchmarks (2001::/23), documentation, 6to4 (2002::/16
# carries any IPv4 address), AS112.
_PUBLIC_V6 = ipaddress.ip_network("2000::/3")
_REFUSED_V6 = "2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20"
_REFUSED = [ipaddress.ip_network(net) for net in f"{_REFUSED_V4} {_REFUSED_V6}".split()]

_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)*")
_NUMBER = re.compile(r"0x[0-9a-f]*|\d+")


def is_public(address: str) -> bool:
    """Whether an IP address is public unicast. What is no address is not public.

    >>> is_public("1.1.1.1"), is_public("10.0.0.1"), is_public("64:ff9b::a9fe:a9fe")
    (True, False, False)
    """
    if not is_literal(address):
        return False
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address) and (ip.scope_id or ip not in _PUBLIC_V6):
        return False
    return not any(ip in net for net in _REFUSED)


def is_literal(host: str) -> bool:
    """Whether the host is an IP address as such, in the usual spelling."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def vet_answers(
    host: str, port: int, answers: Sequence[str], allowed: Allowed = frozenset()
) -> list[str]:
    """The addresses that `host` resolves to, in their order, when every one may be dialled.

    One bad address refuses all. Raises FetchError `blocked_address`.
    """
    bad = next((answer for answer in answers if not is_public(answer)), None)
    if bad is not None and not allowed & {(host, None), (host, port)}:
        what = f"{host} is" if bad == host else f"{host} resolves to {bad}, which is"
        detail = f"{what} not a public address"
        advice = f"If you mean it: --allow-private {host}"
        raise FetchError(detail, code="blocked_address", advice=advice)
    return list(dict.fromkeys(answers))


def vet_url(url: str, allowed: Allowed = frozenset(), *, base: str = "") -> str:
    """`url` (relative to `base`), rebuilt from its vetted parts, when it may be looked up.

    No DNS is asked. Raises FetchError: `bad_url`, `blocked_scheme`, `blocked_port` or
    `blocked_address`.

    >>> vet_url("HTTPS://News.Example.com.:443/a?b=1#c")
    'https://news.example.com/a?b=1'
    """
    if _UNPRINTABLE.search(url):
        raise FetchError("the address holds control characters", code="bad_url")
    try:
        parts = urlsplit(urljoin(base, url))
        port = parts.port
    except ValueError as error:
        raise FetchError("this is no web address", code="bad_url") from error
    if parts.scheme not in PORTS:
        detail = "only http:// and https:// addresses are fetched"
        raise FetchError(detail, code="blocked_scheme" if parts.scheme else "bad_url")
    if "@" in parts.netloc:
        raise FetchError("an address with a user name in it is not fetched", code="bad_url")
    usual_port = PORTS[parts.scheme]
    port = usual_port if port is None else port
    host = _read_host(parts)
    name = f"[{host}]" if ":" in host else host
    if not allowed & {(host, None), (host, port)}:
        if port not in PORTS.values():
            detail = f"port {port} is neither 80 nor 443"
            advice = f"If you mean it: --allow-private {name}:{port}"
            raise FetchError(detail, code="blocked_port", advice=advice)
        if is_literal(host) or host.split(".")[-1] == "localhost":
            vet_answers(host, port, [host])
    netloc = name if port == usual_port else f"{name}:{port}"
    return urlunsplit((parts.scheme, netloc, parts.path or "/", parts.query, ""))


def parse_allowed(entries: Iterable[str]) -> Allowed:
    """The hosts of `--allow-private HOST[:PORT]`. Raises UsageError for one that is no host.

    >>> sorted(parse_allowed(["10.0.0.5:8080", "::1", "[fd00::1]:81", "Wiki.corp"]), key=str)
    [('10.0.0.5', 8080), ('::1', None), ('fd00::1', 81), ('wiki.corp', None)]
    """
    allowed = set()
    for entry in entries:
        bare_v6 = entry.count(":") > 1 and "[" not in entry
        try:
            parts = urlsplit(f"http://[{entry}]" if bare_v6 else f"http://{entry}")
            if set(entry) & set("/?#@"):
                raise ValueError("it is more than a host")
            allowed.add((_read_host(parts), parts.port))
        except (ValueError, FetchError) as error:
            raise UsageError(f"--allow-private {entry!r} is not HOST or HOST:PORT") from error
    return frozenset(allowed)


def _read_host(parts: SplitResult) -> str:
    """The host in the one spelling that is vetted and looked up.

    That is lower case, without a final dot, compatibility forms folded (`１２７` is 127). Raises
    FetchError for a host that is none, and for an IPv4 address in disguise.
    """
    host = unicodedata.normalize("NFKC", parts.hostname or "").replace("\u3002", ".")
    host = host.lower().removesuffix(".")
    if "[" in parts.netloc and ":" in host and is_literal(host):
        return str(ipaddress.ip_address(host))
    if "[" in parts.netloc or not _HOST.fullmatch(host):
        raise FetchError("the address names no host that can be looked up", code="bad_url")
    if _NUMBER.fullmatch(host.rpartition(".")[2]) and not is_literal(host):
        # inet_aton reads 127.1, 0177.0.0.1, 2130706433 and 0x7f.1 as loopback; no honest link does
        raise FetchError(f"{host} is an IP address in disguise", code="blocked_address")
    return host
