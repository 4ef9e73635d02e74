"""One spelling for one address, so that a story linked twice is fetched, analysed and paid once."""

import re
from urllib.parse import urlsplit, urlunsplit

from summarizer.web.addresses import PORTS

# What is added to a link to see who clicked it. Everything else stays: `?id=1` and `?id=2` are two
# pages.
_TRACKING = re.compile(
    r"""(?:utm_\w+|at_(?:medium|campaign|custom\d|link_\w+)   # BBC
    |fbclid|gclid|gbraid|wbraid|gad_source|dclid|msclkid|yclid|twclid|ttclid|igshid|li_fat_id|srsltid
    |mc_[ce]id|_hs(?:enc|mi)|hsctatracking|mkt_tok|oly_(?:anon|enc)_id|vero_(?:conv|id)|_openstat
    |guccounter|guce_referr\w*)(?:=.*)?
    |(?:source|src|ref|from|cmpid|ncid)=(?:rss|feed)\b.*      # Medium: source=rss-1111------2
    """,
    re.IGNORECASE | re.VERBOSE,
)


def canonical_url(url: str) -> str:
    """The address without what does not tell pages apart.

    That is the case of the host, the default port, the fragment, and tracking parameters. The
    result does not change when it is canonicalised again; what is no http(s) address comes back as
    it is.

    >>> canonical_url("HTTPS://News.Example.com:443/a?utm_source=rss&id=2#top")
    'https://news.example.com/a?id=2'
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return url
    if parts.scheme not in PORTS or not parts.hostname:
        return url
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname.removesuffix(".")
    netloc = host if port in (None, PORTS[parts.scheme]) else f"{host}:{port}"
    pairs = parts.query.split("&")
    query = "&".join(pair for pair in pairs if not _TRACKING.fullmatch(pair))
    # stripped, for blanks that stood before the fragment
    return urlunsplit((parts.scheme, netloc, parts.path or "/", query, "")).strip()


# The host of an address that was copied without its scheme: "www.coindesk.com", "decrypt.co".
_HOST = re.compile(
    r"(?://)?(?:[a-z0-9](?:[\w-]{0,62})\.)+([a-z]{2,24})(?::\d{1,5})?", re.IGNORECASE
)
_FILES = frozenset(  # endings of files, which are no names of hosts
    "atom bz2 csv db doc docx eml epub gif gz htm html ini jpeg jpg js json jsonl log markdown mbox"
    " mht mhtml ndjson odt opml parquet pdf png ppt pptx py rdf rss rtf sqlite tar toml tsv txt"
    " webarchive webp xhtml xls xlsx xml yaml yml zip".split()
)


def complete_url(name: str) -> str | None:
    """The address that a person may have meant, with its scheme; None for what reads like a file.

    >>> complete_url("decrypt.co/123/btc"), complete_url("notes.txt"), complete_url("a/b.html")
    ('https://decrypt.co/123/btc', None, None)
    """
    name = name.strip().strip("<>")
    if is_web(name):
        return name
    host = re.split("[/?#]", name.removeprefix("//"), maxsplit=1)[0]
    found = _HOST.fullmatch(host)
    if not found or re.search(r"\s", name) or found[1].lower() in _FILES:
        return None
    return f"https://{name.removeprefix('//')}"


def host_of(url: str) -> str:
    """Host and port of an address, the unit of politeness; "" for what has none."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""


def is_web(url: str | None) -> bool:
    """Whether it is an http or https address with a host: what may be fetched and clicked.

    >>> is_web("https://a.example/x"), is_web("javascript:alert(1)"), is_web(None)
    (True, False, False)
    """
    return bool(url and re.match(r"https?://[^\s/]", url, re.IGNORECASE) and host_of(url))
