"""REPORTS -> FOLDER: static pages, feeds and notes, for any web server, feed reader or notebook."""

import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from summarizer.batch.export import replacing
from summarizer.batch.store import Store, storage_errors
from summarizer.errors import UsageError
from summarizer.models import Report
from summarizer.overviews import ReportRow
from summarizer.render.html import render_html, render_list
from summarizer.serve.feeds import ENTRIES, Feed, page_path, render_atom, render_json_feed
from summarizer.serve.notes import find_notes, write_note
from summarizer.serve.view import FILTERS, Filter, list_reports, load_report

TITLE = "Crypto news reports"
_NOT_A_NAME = re.compile(r"[^a-z0-9]+")


class Published(NamedTuple):
    """How many reports stand in the folder, and how many notes were left as the user has them."""

    reports: int
    edited_notes: int


def read_searches(searches: Mapping[str, str | dict[str, str]]) -> dict[str, Filter]:
    """The saved searches of the settings by name: words, or a table of FILTERS. Raises UsageError.

    >>> read_searches({"etf": {"q": "inflows", "asset": "BTC"}})["etf"].asset
    'BTC'
    """
    filters = {}
    for name, wanted in searches.items():
        values = {"q": wanted} if isinstance(wanted, str) else wanted
        try:
            is_known = values.keys() <= set(FILTERS)
            is_text = all(isinstance(value, str) for value in values.values())
        except AttributeError:  # a number, a list: the file may hold anything
            is_known = is_text = False
        if not (is_known and is_text):
            advice = f"Words, or texts for {', '.join(FILTERS)}"
            raise UsageError(f"the search {name} in [searches] cannot be read", advice=advice)
        filters[name] = Filter(**values)
    return filters


def publish_reports(
    store: Store, folder: Path, site: str = "", searches: Mapping[str, Filter] | None = None
) -> Published:
    """Bring a folder up to date with the database; `site` is the address at which it is served.

    Each of the `searches` gets a feed of its own. A file that says the same already is not touched.
    Raises StorageError.
    """
    site = f"{site.rstrip('/')}/" if site else ""
    with storage_errors(folder):
        for name in ("reports", "assets", "searches", "notes"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        notes = find_notes(folder / "notes")
        rows: list[ReportRow] = []
        edited = 0
        feeds = {"feed": ""}  # the path of each feed, and its asset or search
        latest: defaultdict[str, list[tuple[ReportRow, Report]]] = defaultdict(list)
        for row in list_reports(store):
            report = load_report(store, row.number)
            if report is None:  # another process has replaced it just now
                continue
            rows.append(row)
            _write(folder / page_path(row), render_html(report))
            edited += not write_note(folder / "notes", row, report, notes)
            paths = {_name_feed(call.asset): call.asset for call in row.calls}
            feeds = paths | feeds
            for path in ("feed", *paths):
                if len(latest[path]) < ENTRIES:
                    latest[path].append((row, report))
        feeds = dict(sorted(feeds.items(), key=lambda feed: feed[1]))
        for name, wanted in (searches or {}).items():
            path = f"searches/{name}"
            feeds[path] = name
            latest[path] = _load_latest(store, wanted)
        for path, name in feeds.items():
            title = f"{TITLE}: {name}" if name else TITLE
            feed = Feed(title, path, site, latest[path])
            _write(folder / f"{path}.xml", render_atom(feed))
            _write(folder / f"{path}.json", render_json_feed(feed))
        links = [(row, page_path(row)) for row in rows]
        index = render_list("index.html", title=TITLE, rows=links, feeds=feeds)
        _write(folder / "index.html", index)
    return Published(len(rows), edited)


def _load_latest(store: Store, wanted: Filter) -> list[tuple[ReportRow, Report]]:
    """The latest reports that match, as many as a feed holds."""
    rows = list_reports(store, wanted, ENTRIES)
    reports = ((row, load_report(store, row.number)) for row in rows)
    return [(row, report) for row, report in reports if report]


def _name_feed(asset: str) -> str:
    """The feed of an asset, without its ending: `assets/btc`."""
    return f"assets/{_NOT_A_NAME.sub('-', asset.lower())}"


def _write(path: Path, text: str) -> None:
    """Put the text in place, unless it stands there."""
    if path.is_file() and path.read_bytes() == text.encode():
        return
    with replacing(path) as stream:
        stream.write(text)
