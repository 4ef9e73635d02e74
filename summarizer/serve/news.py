"""DATABASE -> NEWS: what the newest articles change in the view of an asset, for each receiver.

A receiver is told of an asset once, and again when its direction turns. A neutral view tells
nothing and turns nothing.
"""

from datetime import UTC, datetime
from typing import Any

from summarizer.batch.reports import NEWEST, load_reports
from summarizer.batch.store import Store, utc_now
from summarizer.digest.digest import Threshold, make_digest
from summarizer.models import Report
from summarizer.overviews import Digest
from summarizer.render.html import render_digest_page, render_html
from summarizer.render.message import Message, write_news
from summarizer.serve.outbox import add_message

MAX_ARTICLES = 500  # of one visit, about: that many numbers of articles


def begin_news(store: Store, name: str) -> None:
    """Let the news of a receiver that is new begin with the next article."""
    sql = """
        INSERT OR IGNORE INTO receivers
        VALUES (?, (SELECT coalesce(max(id), 0) FROM articles))
    """
    with store.write() as db:
        db.execute(sql, (name,))


def find_news(store: Store, name: str, threshold: Threshold) -> bool:
    """Whether the articles since the receiver's last news turn the view of an asset.

    The message then waits in the database, in the same commit that notes what was told.
    """
    ((last,),) = store.read("SELECT last_article FROM receivers WHERE id = ?", (name,))
    ((newest,),) = store.read("SELECT coalesce(max(id), 0) FROM articles")
    if newest <= last:
        return False
    where = f"{NEWEST} AND a.id > ?"
    stored = list(load_reports(store, where, [max(last, newest - MAX_ARTICLES)]))
    now = datetime.now(UTC)
    digest = make_digest(stored, now, now, limit=MAX_ARTICLES, threshold=threshold)
    rows = store.read("SELECT asset, direction FROM told WHERE receiver = ?", (name,))
    told = {row["asset"]: row["direction"] for row in rows}
    changes = {
        view.asset: told.get(view.asset)
        for view in digest.assets
        if view.direction not in ("neutral", told.get(view.asset))
    }
    directions = {view.asset: view.direction for view in digest.assets}
    with store.write() as db:
        # another process may have told this meanwhile
        sql = "UPDATE receivers SET last_article = ? WHERE id = ? AND last_article = ?"
        if not db.execute(sql, (newest, name, last)).rowcount or not changes:
            return False
        turns = [(name, asset, directions[asset], utc_now()) for asset in changes]
        db.executemany("INSERT OR REPLACE INTO told VALUES (?, ?, ?, ?)", turns)
        add_message(db, name, _compose(digest, changes, stored))
    return True


def _compose(
    digest: Digest, changes: dict[str, str | None], stored: list[dict[str, Any]]
) -> Message:
    """The message, with the report as its page where one article says all of it."""
    views = tuple(view for view in digest.assets if view.asset in changes)
    stories = tuple(story for story in digest.stories if changes.keys() & story.views.keys())
    news = digest.model_copy(update={"assets": views, "stories": stories})
    if len(stored) == 1:
        page = render_html(Report.model_validate(stored[0]))
    else:
        page = render_digest_page(news)
    return Message(*write_news(news, changes), page)
