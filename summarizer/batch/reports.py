"""REPORT -> ROWS and back: reports in the database, found by name or by the words of articles."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from sqlite3 import Connection, Row
from typing import Any

from summarizer.batch.store import Store, utc_now
from summarizer.models import Evidence, Report

# Of an article that was edited, the last version is what stands.
NEWEST = "a.version = (SELECT max(b.version) FROM articles b WHERE b.item_id = a.item_id)"

# What the inputs of a run name: themselves, and the entries of their feeds.
OF_RUN = """
    SELECT item_id FROM run_items WHERE run_id = :run
    UNION
    SELECT s.item_id FROM sources s JOIN run_items r ON r.item_id = s.feed_id WHERE r.run_id = :run
"""

_INSERT_ARTICLE = """
    INSERT INTO articles VALUES (
        NULL, :item_id,
        (SELECT 1 + coalesce(max(version), 0) FROM articles WHERE item_id = :item_id),
        :url, :title, :source, :domain, :authors, :published_at, :language, :words,
        :content_hash, :text, :stored_at
    )
"""
_INSERT_REPORT = """
    INSERT INTO reports VALUES (
        :article_id, :id, :summary, :direction, :tone, :confidence, :horizon, :level, :flags,
        :name, :model, :prompt_sha256, :input_tokens, :output_tokens, :cost_usd, :made_by, :report
    )
"""
_INSERT_FACT = """
    INSERT INTO facts VALUES (
        NULL, :article_id, :kind, :subject, :value, :unit, :period, :venue,
        :qualifier, :attributed_to, :condition, :as_of, :origin
    )
"""
_INSERT_CALL = """
    INSERT INTO calls VALUES (
        NULL, :article_id, :asset, :direction, :tone, :confidence, :until,
        :target_value, :target_unit, :rationale
    )
"""
_INSERT_EVIDENCE = """
    INSERT INTO evidence VALUES (:article_id, :part, :part_id, :name, :quote, :start, :end)
"""
_INSERT_FINDING = """
    INSERT INTO findings VALUES (:article_id, :check, :where, :verdict, :detail)
"""
_IDS_IN_ORDER = """
    SELECT a.id FROM reports r JOIN articles a ON a.id = r.article_id
    WHERE {where}
    ORDER BY a.item_id, a.version
"""
_REPORT_BY_ID = """
    SELECT a.text, r.report, (SELECT count(*) FROM reports o WHERE o.id = r.id) > 1
    FROM reports r JOIN articles a ON a.id = r.article_id
    WHERE a.id = ?
"""
_BY_NAME = """
    SELECT a.id
    FROM articles a JOIN reports r ON r.article_id = a.id JOIN items i ON i.id = a.item_id
    WHERE :name IN (CAST(a.id AS TEXT), a.url, i.url, r.id) OR (
        length(:name) >= 6 AND (
            lower(substr(r.id, 1, length(:name))) = lower(:name)
            OR lower(substr(r.id, 1, length('sha256:' || :name))) = lower('sha256:' || :name)
        )
    )
    ORDER BY CAST(a.id AS TEXT) = :name DESC, a.id DESC
"""
_SEARCH = """
    SELECT a.id, a.title, coalesce(a.source, a.domain) AS source, a.url, a.published_at,
        r.direction, r.credibility, snippet(search, 1, '', '', '…', 24) AS snippet
    FROM search JOIN articles a ON a.id = search.rowid JOIN reports r ON r.article_id = a.id
    WHERE search MATCH ?
    ORDER BY bm25(search, 4.0, 1.0), a.id DESC LIMIT ?
"""


def has_version(store: Store, item_id: int, content_hash: str) -> bool:
    """Whether this text of the item has its report."""
    return bool(
        store.read(
            "SELECT 1 FROM articles WHERE item_id = ? AND content_hash = ?", (item_id, content_hash)
        )
    )


def save_report(db: Connection, item_id: int, report: Report, made_by: str) -> int:
    """Write a report and its article as rows, within the caller's transaction.

    Returns the article's number. The same text again replaces its report.
    """
    whole = report.to_dict()
    about = whole["article"] | {
        "item_id": item_id,
        "authors": json.dumps(report.article.authors, ensure_ascii=False),
        "text": report.article.text,
        "stored_at": utc_now(),
    }
    db.execute(
        "DELETE FROM articles WHERE item_id = ? AND content_hash = ?",
        (item_id, report.article.content_hash),
    )
    article_id: int = db.execute(_INSERT_ARTICLE, about).lastrowid or 0
    # the fields of these parts are columns of the same names
    row = whole["overall"] | whole["timeframe"] | whole["credibility"] | whole["analyst"]
    row |= {
        "article_id": article_id,
        "id": report.id,
        "summary": report.summary,
        "flags": json.dumps(report.flags),
        "made_by": made_by,
        "report": json.dumps(whole, ensure_ascii=False),
    }
    db.execute(_INSERT_REPORT, row)
    evidence = [
        {"article_id": article_id, "part": part, "part_id": part_id, "name": name}
        | quote.model_dump()
        for part, part_id, name, quote in _save_parts(db, article_id, report)
    ]
    db.executemany(_INSERT_EVIDENCE, evidence)
    findings = [{"article_id": article_id, **finding.model_dump()} for finding in report.findings]
    db.executemany(_INSERT_FINDING, findings)
    return article_id


def _save_parts(
    db: Connection, article_id: int, report: Report
) -> Iterator[tuple[str, int | None, str | None, Evidence]]:
    """Write the facts and calls as rows.

    Yields all evidence with its part, and the row's number or the name of that part.
    """
    for fact in report.facts:
        row = db.execute(_INSERT_FACT, {"article_id": article_id, **fact.model_dump()}).lastrowid
        yield "fact", row, None, fact.evidence
    for call in report.calls:
        target = call.target
        values = call.model_dump(mode="json") | {
            "article_id": article_id,
            "target_value": target.value if target else None,
            "target_unit": target.unit if target else None,
        }
        row = db.execute(_INSERT_CALL, values).lastrowid
        for quote in call.evidence:
            yield "call", row, None, quote
        if target:
            yield "target", row, None, target.evidence
    for signal in report.credibility.signals:
        if signal.evidence:
            yield "signal", None, signal.name, signal.evidence
    for narrative in report.narratives:
        yield "narrative", None, narrative.name, narrative.evidence


def load_reports(
    store: Store,
    where: str = "1",
    values: Sequence[Any] | dict[str, Any] = (),
    *,
    with_text: bool = True,
) -> Iterator[dict[str, Any]]:
    """Reports as plain JSON, in the order in which their items arrived.

    `where` is SQL of ours, in which `a` is the article and `r` the report. An id that came before
    gets `~2`, `~3`: the same words may stand at two addresses, and an input may use an id twice.
    """
    seen: Counter[str] = Counter()
    # one by one: a large database does not have to fit into memory
    for article_id in store.read_numbers(_IDS_IN_ORDER.format(where=where), values):
        for text, dumped, is_repeated in store.read(_REPORT_BY_ID, (article_id,)):
            report = json.loads(dumped)
            name = report["id"]
            seen[name] += is_repeated
            if seen[name] > 1:
                report["id"] = f"{name}~{seen[name]}"
            if with_text:
                report["article"]["text"] = text
            yield report


def find_reports(store: Store, name: str) -> list[int]:
    """Numbers of the articles that `name` means: that of this number, then the newest first.

    It is a number, a report's id or the beginning of one, or an address.
    """
    return [row["id"] for row in store.read(_BY_NAME, {"name": name})]


def search_articles(store: Store, words: str, limit: int) -> list[Row]:
    """The articles that hold all the words, the best first.

    Each has id, title, source, url, published_at, direction, credibility and snippet.
    """
    terms = match_all(words)
    return store.read(_SEARCH, (terms, limit)) if terms else []


def match_all(words: str) -> str:
    """The words as a query of the full-text index that asks for all of them.

    >>> match_all('funding "rate')
    '"funding" \"""rate"'
    """
    quoted = (word.replace('"', '""') for word in words.replace("\0", " ").split())
    return " ".join(f'"{word}"' for word in quoted)
