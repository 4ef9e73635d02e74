"""DATABASE -> VIEW: stored reports in rows, one of them whole, the digest of a period.

Pages, feeds and files show what is read here, and compute nothing.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, timedelta

from summarizer.batch.reports import NEWEST, find_reports, load_reports, match_all
from summarizer.batch.store import Store
from summarizer.digest.digest import MAX_STORIES, make_digest
from summarizer.models import Article, Digest, Figure, Report, ReportRow

ROWS = 50  # on one page
_SELECT = f"""
    WITH wanted AS (
        SELECT a.id FROM reports r JOIN articles a ON a.id = r.article_id
        WHERE {NEWEST}
            AND (:q = '' OR a.id IN (SELECT rowid FROM search WHERE search MATCH :q))
            AND (:asset = '' OR a.id IN (
                SELECT article_id FROM calls
                WHERE asset IN (:asset, upper(:asset), lower(:asset))
                    AND :direction IN ('', direction)
            ))
            AND (:asset != '' OR :direction IN ('', r.direction))
            AND (:source = '' OR lower(:source) IN (lower(a.source), lower(a.domain)))
            AND :credibility IN ('', r.credibility)
            AND (:since = '' OR coalesce(a.published_at, a.stored_at) >= :since)
            AND (:until = '' OR substr(coalesce(a.published_at, a.stored_at), 1, 10) <= :until)
        ORDER BY coalesce(a.published_at, a.stored_at) DESC, a.id DESC
        LIMIT :limit OFFSET :offset
    )
    SELECT a.id AS number, r.id, i.key, a.url, a.title, coalesce(a.source, a.domain) AS outlet,
        a.published_at, a.stored_at, r.direction, r.credibility, r.summary,
        (
            SELECT json_group_array(json_object('asset', c.asset, 'direction', c.direction))
            FROM calls c WHERE c.article_id = a.id
        ) AS calls
    FROM wanted JOIN articles a USING (id) JOIN reports r ON r.article_id = a.id
        JOIN items i ON i.id = a.item_id
    ORDER BY coalesce(a.published_at, a.stored_at) DESC, a.id DESC
"""
# How many stored articles of before the period state a kind of figure, and how many this one.
_EARLIER = """
    SELECT count(*), coalesce(sum(f.value = :value AND f.unit = :unit), 0)
    FROM facts f JOIN articles a ON a.id = f.article_id
    WHERE f.subject = :subject AND f.kind = :kind
        AND julianday(coalesce(a.published_at, a.stored_at)) < julianday(:start)
"""


@dataclass(frozen=True)
class Filter:
    """Which reports to list; what is empty does not count.

    `q` are words that the article holds, all of them. `direction` is that of the call on `asset`,
    or else the overall one. `since` and `until` are days, `2026-02-10`.
    """

    q: str = ""
    asset: str = ""
    direction: str = ""
    source: str = ""
    credibility: str = ""
    since: str = ""
    until: str = ""


FILTERS = tuple(field.name for field in fields(Filter))


def list_reports(
    store: Store, wanted: Filter | None = None, limit: int = -1, offset: int = 0
) -> list[ReportRow]:
    """The newest version of each report that is wanted, the latest first; all without `limit`."""
    values = asdict(wanted or Filter())
    values |= {"q": match_all(values["q"]), "limit": limit, "offset": offset}
    return [_read_row(dict(row)) for row in store.read(_SELECT, values)]


def _read_row(row: dict[str, object]) -> ReportRow:
    key = hashlib.sha256(str(row["key"]).encode("utf-8", "replace")).hexdigest()[:12]
    changes = {
        "key": key,
        "title": row["title"] or "",
        "calls": json.loads(str(row["calls"])),
    }
    read = ReportRow.model_validate(row | changes)
    article = Article(title=read.title, source=read.outlet, published_at=read.published_at)
    return read.model_copy(update={"title": article.name})


def find_report(store: Store, name: str) -> Report | None:
    """The report that `name` means, with its article's text.

    It is a number, the beginning of an id, or an address.
    """
    if name.isascii() and name.isdigit() and len(name) < 19:  # quicker than by all its names
        report = load_report(store, int(name))
        if report:
            return report
    numbers = find_reports(store, name)
    return load_report(store, numbers[0]) if numbers else None


def load_report(store: Store, number: int) -> Report | None:
    """The report of this number, with its article's text; None where it is no more."""
    found = next(load_reports(store, "a.id = ?", [number]), None)
    return Report.model_validate(found) if found else None


def load_digest(
    store: Store,
    since: datetime,
    until: datetime | None = None,
    assets: Sequence[str] = (),
    limit: int = MAX_STORIES,
) -> Digest:
    """What the articles say together that were published, or else stored, from `since` on.

    Until now, if no end is given; what is published in the hours ahead is of today.
    """
    start, end = since.isoformat(), until or datetime.now(UTC)
    last = until or end + timedelta(days=1)
    time = "julianday(coalesce(a.published_at, a.stored_at))"
    where = f"{NEWEST} AND {time} >= julianday(?) AND {time} <= julianday(?)"
    reports = load_reports(store, where, [start, last.isoformat()])
    digest = make_digest(reports, since, end, assets, limit)
    figures = {
        name: tuple(_tell_news(store, figure, start) for figure in getattr(digest, name))
        for name in ("levels", "flows")
    }
    return digest.model_copy(update=figures)


def _tell_news(store: Store, figure: Figure, start: str) -> Figure:
    values = {"start": start, **figure.model_dump(include={"kind", "subject", "value", "unit"})}
    ((earlier, same),) = store.read(_EARLIER, values)
    return figure.model_copy(update={"is_new": not same}) if earlier else figure
