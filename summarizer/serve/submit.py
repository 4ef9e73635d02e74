"""URL or TEXT -> stored REPORT: what someone pastes into the local page, or posts to it."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from summarizer.analyst.llm.gate import Gate
from summarizer.batch.items import Item, hash_text
from summarizer.batch.reports import save_report
from summarizer.batch.run import fingerprint
from summarizer.batch.states import add_done_item
from summarizer.batch.store import Store
from summarizer.errors import InputError
from summarizer.models import Article, Report
from summarizer.page.article import extract_article, make_article
from summarizer.pipeline import analyze_article, load_page
from summarizer.settings import Settings
from summarizer.text.dates import parse_time
from summarizer.web.urls import canonical_url, host_of, is_web

FIELDS = ("url", "text", "title", "source", "published_at")
_AT_ONCE = 4  # articles in work


@dataclass
class Desk:
    """Analyses what is submitted, a few at once, and stores each report."""

    store: Store
    settings: Settings
    gate: Gate = field(default_factory=lambda: Gate(_AT_ONCE))
    _turns: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(_AT_ONCE))

    @cached_property
    def _made_by(self) -> str:
        return fingerprint(self.settings)

    def analyze_submission(self, submission: Mapping[str, object]) -> tuple[int, Report]:
        """The number and the report of an article: of its `url`, or its `text` and what is known.

        Raises a SummarizerError.
        """
        values = _check(submission)
        with self._turns:
            article = self._read(values)
            report = analyze_article(article, self.settings, self.gate)
        url = values["url"]
        item = Item(f"text:{hash_text(article.text)}", "record")
        if url:  # the item under which a batch would enter it
            item = Item(f"url:{canonical_url(url)}", "address", url=url, host=host_of(url))
        with self.store.write() as db:
            return save_report(db, add_done_item(db, item), report, self._made_by), report

    def _read(self, values: dict[str, str]) -> Article:
        if not values["text"]:
            return extract_article(load_page(values["url"], self.settings))
        return make_article(
            values["text"],
            url=values["url"] or None,
            title=values["title"] or None,
            source=values["source"] or None,
            published_at=parse_time(values["published_at"]) if values["published_at"] else None,
        )


def _check(submission: Mapping[str, object]) -> dict[str, str]:
    """The fields, all of them text. Raises InputError."""
    advice = f"Give url, or text; the fields are {', '.join(FIELDS)}"
    if unknown := sorted(submission.keys() - set(FIELDS)):
        raise InputError(f"unknown field {unknown[0]!r}", advice=advice)
    values = {}
    for name in FIELDS:
        value = submission.get(name)
        if value is not None and not isinstance(value, str):
            raise InputError(f"{name} must be text", advice=advice)
        # what neither the database nor UTF-8 can hold
        value = (value or "").encode("utf-8", "replace").decode().replace("\0", "")
        values[name] = value.strip()
    if values["published_at"] and parse_time(values["published_at"]) is None:
        raise InputError("published_at is no time", advice="Such as 2026-02-10T06:00:00Z")
    if values["url"] and not is_web(values["url"]):
        raise InputError("the url is no http or https address", code="bad_url", advice=advice)
    if not values["url"] and not values["text"]:
        raise InputError("there is neither a url nor a text", code="empty_body", advice=advice)
    return values
