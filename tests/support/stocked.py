"""A database of many reports: the project's own articles, told again under other names and days."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from summarizer.batch.items import Item
from summarizer.batch.reports import save_report
from summarizer.batch.states import settle_item
from summarizer.batch.store import open_store
from summarizer.models import Report
from summarizer.pipeline import analyze_text
from summarizer.settings import Settings

ARTICLES = Path(__file__).parents[2] / "eval" / "data" / "articles.jsonl"
LAST = datetime(2026, 2, 10, 18, 0, tzinfo=UTC)  # when the latest article was published
APART = timedelta(minutes=7)
OUTLETS = ("Harbour Wire", "Coin Ledger", "The Block Post", "Evening Tape", "Chain Courier")


def stock_database(path: Path, count: int, originals: int = 20) -> None:
    """Store `count` reports, the latest of LAST and each APART from the next."""
    reports = list(_analyse_articles(originals))
    store = open_store(path)
    for start in range(0, count, 1000):
        with store.write() as db:
            for number in range(start, min(start + 1000, count)):
                report = _retell(reports[number % len(reports)], number)
                item = Item(f"url:{report.article.url}", "address", report.article.url)
                save_report(db, settle_item(db, item), report, "stocked")
    store.close()


def _analyse_articles(count: int) -> Iterator[Report]:
    settings = Settings(offline=True)
    with ARTICLES.open(encoding="utf-8") as lines:
        for line, _ in zip(lines, range(count), strict=False):
            record = json.loads(line)
            text = record.get("text") or record["body"]
            yield analyze_text(text, title=record["title"], settings=settings)


def _retell(report: Report, number: int) -> Report:
    """The report under another address, outlet, day and hash."""
    outlet = OUTLETS[number * 7 // 3 % len(OUTLETS)]
    domain = f"{outlet.lower().replace(' ', '')}.example"
    about = {
        "url": f"https://{domain}/news/{number}",
        "source": outlet,
        "domain": domain,
        "published_at": LAST - number * APART,
        "content_hash": f"sha256:{number:064x}",
    }
    article = report.article.model_copy(update=about)
    return report.model_copy(update={"id": article.content_hash, "article": article})
