"""PAGE -> FEEDS: whether a page is a feed, and which feeds an OPML file or a site's page names.

The only importer of listparser.
"""

import html
import re
from urllib.parse import urljoin, urlsplit

from summarizer.models import Page
from summarizer.page.formats import is_feed
from summarizer.web.urls import is_web

HEAD = 300_000  # bytes of a page that are searched for its feed

_LINK = re.compile(r"<link\b[^<>]{1,2000}>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_FEED_TYPE = re.compile(r"application/(?:rss\+xml|atom\+xml|rdf\+xml|feed\+json)(?:;.*)?")
# <meta property="og:type" content="article">, in either order
_ARTICLE = re.compile(
    rb"""<meta\b[^<>]{0,500}?og:type[^<>]{0,500}?["']article["']
    |<meta\b[^<>]{0,500}?["']article["'][^<>]{0,500}?og:type
    """,
    re.IGNORECASE | re.VERBOSE,
)
# The last part of an article's address: four words, a number of five digits, or a file of HTML.
_SLUG = re.compile(r"(?:[^/-]+-){3}[^/]*|[^/]*\d{5}[^/]*|[^/]+\.html?")


def looks_like_feed(body: bytes, content_type: str | None) -> bool:
    """Whether it claims to be a feed: by its type, else by its first element."""
    media = (content_type or "").split(";")[0].strip().lower()
    if media.endswith(("json", "rss+xml", "atom+xml", "rdf+xml")):
        return True
    return is_feed(body)


def parse_opml(body: bytes) -> list[str]:
    """The addresses of the feeds that an OPML file lists, in its order."""
    import listparser

    outlines = listparser.parse(body).feeds  # bytes: a str that is an address would be fetched
    addresses = [(outline.url or "").strip() for outline in outlines]
    return list(dict.fromkeys(filter(is_web, addresses)))


def find_site_feed(page: Page) -> str | None:
    """The feed of a site's front page; None for an article, though it may declare one too."""
    slug = urlsplit(page.url or "").path.rstrip("/").rpartition("/")[2]
    if _SLUG.fullmatch(slug) or _ARTICLE.search(page.body[:HEAD]):
        return None
    return find_feed_link(page)


def find_feed_link(page: Page) -> str | None:
    """The first feed that an HTML page declares; None where it declares none."""
    for tag in _LINK.findall(page.body[:HEAD].decode("utf-8", "replace")):
        attributes = {
            name.lower(): html.unescape(double or single or bare)
            for name, double, single, bare in _ATTRIBUTE.findall(tag)
        }
        is_alternate = "alternate" in attributes.get("rel", "").lower().split()
        if is_alternate and _FEED_TYPE.fullmatch(attributes.get("type", "").strip().lower()):
            link = resolve_link(page.url or "", attributes.get("href", ""))
            if is_web(link):
                return link
    return None


def resolve_link(base: str, link: str) -> str | None:
    """A link as an address of its own; None for one that cannot be read, such as `https://[`."""
    try:
        return urljoin(base, link.strip())
    except ValueError:
        return None
