"""Edge: the SQLite database. Opening and migrating it, transactions, reports in and out, search.

WAL, synchronous=FULL, BEGIN IMMEDIATE: what was committed survives kill -9 and a power cut. data/schema/*.sql is the schema.
"""

import json
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any

from summarizer.errors import StorageError
from summarizer.models import Article, Evidence, Report

APPLICATION = 0x63727970  # "cryp": tells our databases from others
BUSY_SECONDS = 30.0  # a writer waits for the others; each holds the lock for milliseconds
_ADVICE = (
    ("not a database", "Name another file: this one is something else"),
    (
        "malformed",
        "Its backup stands beside it, if it was ever migrated; sqlite3 FILE .recover saves what can be read",
    ),
    ("unable to open", "The folder must exist and be writable"),
    ("exists", "A file stands where its folder should be"),
    ("readonly", "The file and its folder must be writable"),
    ("disk is full", "Make room, then run the same command again: what was done is kept"),
    ("locked", "Another program holds it; run the same command again when it has ended"),
)


class Store:
    """An open database. Safe to share between threads; a transaction is held by one of them at a time."""

    def __init__(self, path: Path, connection: sqlite3.Connection):
        self.path = path
        self._connection = connection
        self._lock = threading.RLock()

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it is kept, or nothing. Raises StorageError. No network and no analysis inside."""
        with self._lock, naming(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")
                raise

    def read(self, sql: str, values: Sequence[Any] | dict[str, Any] = ()) -> list[sqlite3.Row]:
        """The rows of a query. Raises StorageError."""
        with self._lock, naming(self.path):
            return self._connection.execute(sql, values).fetchall()

    def close(self) -> None:
        with self._lock, naming(self.path):
            self._connection.close()


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Whatever SQLite or the disk says becomes a StorageError that names the file and what to do."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        said = str(error) if isinstance(error, sqlite3.Error) else error.strerror or str(error)
        advice = next((advice for words, advice in _ADVICE if words in said), None)
        raise StorageError(f"{path}: {said}", advice=advice) from error


def open_store(path: Path, *, create: bool = True) -> Store:
    """The database at `path`, made or brought to the present schema. Raises StorageError (exit 4)."""
    with naming(path):
        if create:
            path.parent.mkdir(parents=True, exist_ok=True)
        elif not path.exists():
            raise StorageError(
                f"{path}: there is no such database", advice="summarizer batch makes one"
            )
        connection = sqlite3.connect(
            path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        migrate(connection, path, load_migrations())
        connection.execute("PRAGMA journal_mode = WAL")
    return Store(path, connection)


def load_migrations() -> list[str]:
    """The numbered scripts, the first makes schema 1."""
    folder = resources.files("summarizer") / "data" / "schema"
    return [
        entry.read_text("utf-8")
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".sql")
    ]


def migrate(connection: sqlite3.Connection, path: Path, migrations: Sequence[str]) -> None:
    """Apply what is missing, in one transaction, after a backup beside the database (`NAME.v1.bak`)."""

    def version() -> int:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])

    _refuse_strangers(connection, path, version(), len(migrations))
    if version() == len(migrations):
        return
    if version():
        backup = sqlite3.connect(path.with_name(f"{path.name}.v{version()}.bak"))
        connection.backup(backup)
        backup.close()
    connection.execute("BEGIN IMMEDIATE")
    try:
        for script in migrations[version() :]:  # asked again: another process may have been faster
            for statement in _statements(script):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(migrations)}")
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _refuse_strangers(
    connection: sqlite3.Connection, path: Path, version: int, newest: int
) -> None:
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if tables and connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION:
        raise StorageError(
            f"{path}: this database belongs to another program", advice="Name another file"
        )
    if version > newest:
        raise StorageError(
            f"{path}: a newer version of this program made it (schema {version})",
            advice="Update the program",
        )


def _statements(script: str) -> Iterator[str]:
    part = ""
    for line in script.splitlines(keepends=True):
        part += line
        if sqlite3.complete_statement(part):
            yield part
            part = ""


def format_time(seconds: float) -> str:
    """Unix seconds as the database writes times."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def utc_now() -> str:
    return format_time(time.time())


def find_version(store: Store, item_id: int, content_hash: str) -> bool:
    """Whether this text of the item has its report."""
    return bool(
        store.read(
            "SELECT 1 FROM articles WHERE item_id = ? AND content_hash = ?", (item_id, content_hash)
        )
    )


def save_report(
    connection: sqlite3.Connection, item_id: int, article: Article, report: Report, made_by: str
) -> None:
    """The article and its report as rows, within the caller's transaction. The same text again replaces its report."""
    content = article.content_hash
    connection.execute(
        "DELETE FROM articles WHERE item_id = ? AND content_hash = ?", (item_id, content)
    )
    version = connection.execute(
        "SELECT 1 + coalesce(max(version), 0) FROM articles WHERE item_id = ?", (item_id,)
    ).fetchone()[0]
    told = report.to_dict()
    about = told["article"]
    key = connection.execute(
        f"INSERT INTO articles VALUES (NULL{', ?' * 13})",
        (item_id, version, about["url"], about["title"], about["source"], about["domain"], json.dumps(about["authors"], ensure_ascii=False),
         about["published_at"], about["language"], about["words"], content, article.text, utc_now()),
    ).lastrowid  # fmt: skip
    spoke, overall = report.analyst, report.overall
    connection.execute(
        f"INSERT INTO reports VALUES (?{', ?' * 16})",
        (key, report.id, report.summary, overall.direction, overall.tone, overall.confidence, report.timeframe.horizon,
         report.credibility.level, json.dumps(report.flags), spoke.name, spoke.model, spoke.prompt_sha256, spoke.input_tokens,
         spoke.output_tokens, spoke.cost_usd, made_by, json.dumps(told, ensure_ascii=False)),
    )  # fmt: skip
    evidence: list[tuple[str, int | None, str | None, Evidence]] = []
    for fact in report.facts:
        row = connection.execute(
            f"INSERT INTO facts VALUES (NULL{', ?' * 12})",
            (key, fact.kind, fact.subject, fact.value, fact.unit, fact.period, fact.venue, fact.qualifier, fact.attributed_to,
             fact.condition, fact.as_of, fact.origin),
        ).lastrowid  # fmt: skip
        evidence.append(("fact", row, None, fact.evidence))
    for call in report.calls:
        target = (call.target.value, call.target.unit) if call.target else (None, None)
        until = call.until.isoformat() if call.until else None
        row = connection.execute(
            f"INSERT INTO calls VALUES (NULL{', ?' * 9})",
            (
                key,
                call.asset,
                call.direction,
                call.tone,
                call.confidence,
                until,
                *target,
                call.rationale,
            ),
        ).lastrowid
        evidence += [("call", row, None, part) for part in call.evidence]
        evidence += [("target", row, None, call.target.evidence)] if call.target else []
    evidence += [
        ("signal", None, signal.name, signal.evidence)
        for signal in report.credibility.signals
        if signal.evidence
    ]
    evidence += [
        ("narrative", None, narrative.name, narrative.evidence) for narrative in report.narratives
    ]
    rows = [
        (key, part, ident, name, found.quote, found.start, found.end)
        for part, ident, name, found in evidence
    ]
    connection.executemany("INSERT INTO evidence VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    seen = [
        (key, finding.check, finding.where, finding.verdict, finding.detail)
        for finding in report.findings
    ]
    connection.executemany("INSERT INTO findings VALUES (?, ?, ?, ?, ?)", seen)


_REPORTS = """SELECT a.id, a.text, a.stored_at, r.report, i.given_id FROM reports r JOIN articles a ON a.id = r.article_id
    JOIN items i ON i.id = a.item_id """


def load_reports(
    store: Store, *, where: str = "1", values: Sequence[Any] | dict[str, Any] = ()
) -> Iterator[tuple[int, dict[str, Any], str]]:
    """(article's row, report as plain JSON with its text, when it was stored), in the order of arrival. `where` is SQL of ours."""
    keys = store.read(f"SELECT a.id FROM reports r JOIN articles a ON a.id = r.article_id WHERE {where} ORDER BY a.item_id, a.version", values)  # fmt: skip
    for start in range(
        0, len(keys), 200
    ):  # so that a large database does not have to fit into memory
        some = [row["id"] for row in keys[start : start + 200]]
        rows = {
            row["id"]: row
            for row in store.read(f"{_REPORTS} WHERE a.id IN ({', '.join('?' * len(some))})", some)
        }
        for key in some:
            row = rows[key]
            told = json.loads(row["report"])
            told["article"]["text"] = row["text"]
            yield key, told, row["stored_at"]


NEWEST = "a.version = (SELECT max(b.version) FROM articles b WHERE b.item_id = a.item_id)"  # edits: the last is what stands

# what a run's inputs name: themselves, and the entries of their feeds
OF_RUN = """SELECT item_id FROM run_items WHERE run_id = :run
    UNION SELECT s.item_id FROM sources s JOIN run_items r ON r.item_id = s.feed_id WHERE r.run_id = :run"""


def with_unique_ids(reports: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The reports; an id that came before gets `~2`, `~3` (the same words at two addresses, an id used twice)."""
    seen: dict[str, int] = {}
    for told in reports:
        ident = str(told["id"])
        seen[ident] = seen.get(ident, 0) + 1
        yield told if seen[ident] == 1 else told | {"id": f"{ident}~{seen[ident]}"}


def find_reports(store: Store, name: str) -> list[int]:
    """Rows of the articles that `name` means, newest first: a row's number, an id or its beginning, or an address."""
    if (
        name.isdigit()
        and len(name) < 12
        and (
            rows := store.read("SELECT article_id AS id FROM reports WHERE article_id = ?", (name,))
        )
    ):
        return [int(row["id"]) for row in rows]
    escaped = name.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    rows = store.read(
        """SELECT a.id FROM articles a JOIN reports r ON r.article_id = a.id JOIN items i ON i.id = a.item_id
        WHERE a.url = :name OR i.url = :name OR r.id = :name OR (length(:name) >= 6 AND (r.id LIKE :start ESCAPE '\\'
        OR r.id LIKE 'sha256:' || :start ESCAPE '\\')) ORDER BY a.id DESC""",
        {"name": name, "start": escaped + "%"},
    )
    return [int(row["id"]) for row in rows]


def search_articles(store: Store, words: str, limit: int) -> list[sqlite3.Row]:
    """The articles that hold all the words, the best first: id, title, source, url, published_at, direction, snippet."""
    terms = " ".join(
        '"' + word.replace('"', '""') + '"' for word in words.replace("\0", " ").split()
    )
    if not terms:
        return []
    return store.read(
        """SELECT a.id, a.title, coalesce(a.source, a.domain) AS source, a.url, a.published_at, r.direction, r.credibility,
        snippet(search, 1, '', '', '…', 24) AS snippet FROM search JOIN articles a ON a.id = search.rowid
        JOIN reports r ON r.article_id = a.id WHERE search MATCH ? ORDER BY bm25(search, 4.0, 1.0), a.id DESC LIMIT ?""",
        (terms, limit),
    )
