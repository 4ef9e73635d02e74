"""DATABASE -> VIEW: stored reports in rows, one of them whole, the digest of a period.

Pages, feeds and files show what is read here, and compute nothing.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, date, datetime, timedelta

from summarizer.batch.reports import NEWEST, find_reports, load_reports, match_all
from summarizer.batch.store import Store
from summarizer.digest.digest import ANY, MAX_STORIES, Threshold, make_digest
from summarizer.models import Article, Direction, Report
from summarizer.overviews import Digest, Figure, ReportRow
from summarizer.page.article import PASTE
from summarizer.serve.advice import find_advice
from summarizer.serve.charts import Level
from summarizer.text.dates import parse_time
from summarizer.web.urls import canonical_url

ROWS = 25  # on one page
RETRYABLE = ("address", "url", "entry", "record", "file")  # items; a feed is the next batch's
MAX_CALLS = 500  # of a timeline, the latest
LEVEL_ARTICLES = 60  # whose levels stand on an asset's ladder, the latest
_BEGINNING = 600  # code points of a text that hold its first sentence
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
        iif(coalesce(a.title, '') = '', substr(a.text, 1, {_BEGINNING}), '') AS text,
        (
            SELECT json_group_array(json_object('asset', c.asset, 'direction', c.direction))
            FROM calls c WHERE c.article_id = a.id
        ) AS calls
    FROM wanted JOIN articles a USING (id) JOIN reports r ON r.article_id = a.id
        JOIN items i ON i.id = a.item_id
    ORDER BY coalesce(a.published_at, a.stored_at) DESC, a.id DESC
"""
# The figures of a kind that stored articles of before the period state.
_EARLIER = """
    SELECT DISTINCT f.value, f.unit
    FROM facts f JOIN articles a ON a.id = f.article_id
    WHERE f.subject = ? AND f.kind = ?
        AND julianday(coalesce(a.published_at, a.stored_at)) < julianday(?)
"""


# By the indices; what else a name may mean, find_reports looks for among all.
_BY_NAME = f"""
    SELECT a.id FROM items i JOIN articles a ON a.item_id = i.id WHERE i.key = :key AND {NEWEST}
    UNION ALL
    SELECT article_id FROM reports WHERE id = :name ORDER BY 1 DESC
"""
_CALLS = f"""
    SELECT coalesce(a.published_at, a.stored_at) AS at, c.direction
    FROM calls c JOIN articles a ON a.id = c.article_id
    WHERE c.asset = :asset AND {NEWEST}
    ORDER BY at DESC LIMIT {MAX_CALLS}
"""
# The levels that the latest articles state, from the reports: `facts` does not say which are sure.
_LEVELS = f"""
    WITH latest AS (
        SELECT a.id, coalesce(a.source, a.domain, a.id) AS outlet
        FROM articles a
        WHERE {NEWEST} AND a.id IN (
            SELECT article_id FROM facts WHERE subject = :asset AND unit = 'USD'
                AND kind IN ('price', 'support_level', 'resistance_level', 'price_target')
        )
        ORDER BY coalesce(a.published_at, a.stored_at) DESC, a.id DESC
        LIMIT {LEVEL_ARTICLES}
    )
    SELECT l.id, l.outlet, f.value ->> 'kind' AS kind, f.value ->> 'value' AS value
    FROM latest l JOIN reports r ON r.article_id = l.id, json_each(r.report, '$.facts') f
    WHERE f.value ->> 'subject' = :asset AND f.value ->> 'unit' = 'USD'
        AND NOT f.value ->> 'unsure' AND f.value ->> 'value' > 0
        AND kind IN ('price', 'support_level', 'resistance_level', 'price_target')
"""
_LATEST = """
    SELECT coalesce(published_at, stored_at) AS at FROM articles ORDER BY at DESC LIMIT 1
"""
_FAILURES = """
    SELECT id, kind, coalesce(title, payload ->> 'title', payload ->> '$.record.title', given_id)
        AS title, url, state, stage, code, message, finished_at
    FROM items WHERE state IN ('failed', 'deferred')
    ORDER BY finished_at DESC, id DESC LIMIT :limit OFFSET :offset
"""


@dataclass(frozen=True)
class Failure:
    """A stored failure: what was to be read, why it was not, and what to do about it.

    `url` may be None, as `title`; `is_final` says that no later run tries it by itself.
    """

    number: int
    title: str | None
    url: str | None
    code: str
    message: str
    advice: str | None
    failed_at: datetime | None
    is_final: bool
    can_retry: bool


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
    """A report of a list; one without a headline is called by the beginning of its text."""
    key = hashlib.sha256(str(row["key"]).encode("utf-8", "replace")).hexdigest()[:12]
    known = {name: row[name] for name in ("title", "published_at")}
    article = Article(text=row.pop("text"), source=row["outlet"], **known)
    changes = {
        "key": key,
        "title": article.name,
        "calls": json.loads(str(row["calls"])),
    }
    return ReportRow.model_validate(row | changes)


def find_report(store: Store, name: str) -> Report | None:
    """The report that `name` means, with its article's text.

    It is a number, the beginning of an id, or an address.
    """
    if name.isascii() and name.isdigit() and len(name) < 19:  # quicker than by all its names
        report = load_report(store, int(name))
        if report:
            return report
    found = store.read(_BY_NAME, {"name": name, "key": f"url:{canonical_url(name)}"})
    numbers = [row["id"] for row in found] or find_reports(store, name)
    return load_report(store, numbers[0]) if numbers else None


def load_report(store: Store, number: int) -> Report | None:
    """The report of this number, with its article's text; None where it is no more."""
    found = next(load_reports(store, "a.id = ?", [number]), None)
    return Report.model_validate(found) if found else None


def list_calls(store: Store, asset: str) -> list[tuple[datetime, Direction]]:
    """The directions of the latest calls on an asset, the latest first, each with its time."""
    rows = store.read(_CALLS, {"asset": asset})
    return [(datetime.fromisoformat(row["at"]), row["direction"]) for row in rows]


def list_levels(store: Store, asset: str) -> list[Level]:
    """The levels of an asset that the latest articles state, and the latest price of them all."""
    outlets: defaultdict[tuple[str, float], set[str]] = defaultdict(set)
    price: float | None = None
    for row in store.read(_LEVELS, {"asset": asset}):
        if row["kind"] != "price":
            outlets[row["kind"], row["value"]].add(row["outlet"])
        elif price is None:
            price = row["value"]
    levels = [Level(kind, value, len(names)) for (kind, value), names in outlets.items()]
    return [*levels, Level("price", price)] if price else levels


def find_latest_day(store: Store) -> date | None:
    """The day of the latest stored article."""
    rows = store.read(_LATEST)
    return datetime.fromisoformat(rows[0]["at"]).date() if rows else None


def list_failures(store: Store, limit: int = -1, offset: int = 0) -> list[Failure]:
    """What could not be read or analysed, the latest first."""
    rows = store.read(_FAILURES, {"limit": limit, "offset": offset})
    return [
        Failure(
            number=row["id"],
            title=row["title"],
            url=row["url"],
            code=row["code"] or "",
            message=str(row["message"] or "").removeprefix(f"{row['code']}: ").removesuffix(PASTE),
            advice=find_advice(row["code"] or ""),
            failed_at=parse_time(row["finished_at"]),
            is_final=row["state"] == "failed",
            can_retry=row["kind"] in RETRYABLE,
        )
        for row in rows
    ]


def load_digest(
    store: Store,
    since: datetime,
    until: datetime | None = None,
    assets: Sequence[str] = (),
    limit: int = MAX_STORIES,
    threshold: Threshold = ANY,
) -> Digest:
    """What the articles say together that were published, or else stored, from `since` on.

    Until now, if no end is given; what is published in the hours ahead is of today.
    """
    start, end = since.isoformat(), until or datetime.now(UTC)
    last = until or end + timedelta(days=1)
    time = "coalesce(a.published_at, a.stored_at)"
    where = f"{time} >= date(?) AND julianday({time}) BETWEEN julianday(?) AND julianday(?)"
    reports = load_reports(store, f"{NEWEST} AND {where}", [start, start, last.isoformat()])
    digest = make_digest(reports, since, end, assets, limit, threshold)
    kinds = {(figure.subject, figure.kind) for figure in digest.levels + digest.flows}
    earlier = {kind: set(map(tuple, store.read(_EARLIER, (*kind, start)))) for kind in kinds}

    def tell_news(figure: Figure) -> Figure:
        stated = earlier[figure.subject, figure.kind]
        is_new = (figure.value, figure.unit) not in stated if stated else None
        return figure.model_copy(update={"is_new": is_new})

    levels, flows = (tuple(map(tell_news, found)) for found in (digest.levels, digest.flows))
    return digest.model_copy(update={"levels": levels, "flows": flows})
