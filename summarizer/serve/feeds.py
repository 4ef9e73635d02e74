"""REPORTS -> FEED: Atom (RFC 4287) and JSON Feed 1.1, each entry with its whole report as HTML.

A feed's time is that of its newest report: the same reports give the same bytes.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree

from summarizer.models import Report
from summarizer.overviews import ReportRow
from summarizer.render.html import render_body
from summarizer.render.json import format_json
from summarizer.text.spans import clean
from summarizer.web.urls import is_web

ENTRIES = 100  # of one feed, the latest
PROGRAM = "crypto-news-summarizer"
_ATOM = "http://www.w3.org/2005/Atom"
_NOT_XML = re.compile("[\ufffe\uffff]")  # all else that XML 1.0 forbids, `clean` takes out
_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)


class Feed(NamedTuple):
    """What a feed is called and where it stands.

    `path` leads to it from the published folder, without its ending: `feed`, `assets/btc`.
    `site` is the address of that folder, which ends in `/`; empty where it is not known.
    """

    title: str
    path: str
    site: str
    entries: Sequence[tuple[ReportRow, Report]]

    @property
    def home(self) -> str:
        """The way to the folder: its address, else a relative one."""
        return self.site or "../" * self.path.count("/") or "./"


def page_path(row: ReportRow) -> str:
    """Where a report's page stands in the published folder."""
    return f"reports/{row.key}.html"


def render_atom(feed: Feed) -> str:
    """The feed as Atom."""
    ElementTree.register_namespace("", _ATOM)
    root = ElementTree.Element(f"{{{_ATOM}}}feed")
    updated = max((row.stored_at for row, _ in feed.entries), default=_NO_TIME)
    _add(root, "id", _urn(f"{feed.site}{feed.path}"))
    _add(root, "title", feed.title)
    _add(root, "updated", updated.isoformat())
    _add(_add(root, "author"), "name", PROGRAM)
    _add(root, "generator", PROGRAM)
    _add(root, "link", rel="alternate", type="text/html", href=f"{feed.home}index.html")
    if feed.site:
        href = f"{feed.site}{feed.path}.xml"
        _add(root, "link", rel="self", type="application/atom+xml", href=href)
    for row, report in feed.entries:
        entry = _add(root, "entry")
        _add(entry, "id", _urn(row.key))
        _add(entry, "title", row.title)
        _add(entry, "updated", row.stored_at.isoformat())
        if row.published_at:
            _add(entry, "published", row.published_at.isoformat())
        href = f"{feed.home}{page_path(row)}"
        _add(entry, "link", rel="alternate", type="text/html", href=href)
        if is_web(row.url):
            _add(entry, "link", rel="related", type="text/html", href=row.url or "")
        for call in row.calls:
            _add(entry, "category", term=call.asset, label=f"{call.asset} {call.direction}")
        _add(entry, "summary", row.summary)
        _add(entry, "content", render_body(report), type="html")
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ElementTree.tostring(root, "unicode")}\n'


def render_json_feed(feed: Feed) -> str:
    """The feed as JSON Feed 1.1."""
    items = [_make_item(feed, row, report) for row, report in feed.entries]
    about = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": clean(feed.title),
        "language": "en",
        "authors": [{"name": PROGRAM}],
    }
    if feed.site:
        about["home_page_url"] = f"{feed.site}index.html"
        about["feed_url"] = f"{feed.site}{feed.path}.json"
    return format_json(about | {"items": items}) + "\n"


def _make_item(feed: Feed, row: ReportRow, report: Report) -> dict[str, object]:
    item: dict[str, object] = {
        "id": _urn(row.key),
        "title": clean(row.title),
        "summary": clean(row.summary),
        "content_html": render_body(report),
        "date_modified": row.stored_at.isoformat(),
        "tags": [call.asset for call in row.calls],
    }
    if row.published_at:
        item["date_published"] = row.published_at.isoformat()
    if feed.site:  # the specification wants whole addresses
        item["url"] = f"{feed.site}{page_path(row)}"
    if is_web(row.url):
        item["external_url"] = row.url
    return item


def _urn(name: str) -> str:
    """A name that stays: feed readers know an entry by it."""
    return f"urn:uuid:{uuid5(NAMESPACE_URL, f'{PROGRAM}:{name}')}"


def _add(
    parent: ElementTree.Element, name: str, text: str = "", **attributes: str
) -> ElementTree.Element:
    element = ElementTree.SubElement(parent, f"{{{_ATOM}}}{name}")
    element.attrib |= {key: _only_xml(value) for key, value in attributes.items()}
    element.text = _only_xml(text) or None
    return element


def _only_xml(text: str) -> str:
    return _NOT_XML.sub("", clean(text))
