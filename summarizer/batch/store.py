"""The SQLite database: opens it, brings it to the present schema, reads and writes.

WAL, synchronous=FULL, BEGIN IMMEDIATE: what was committed survives kill -9 and a power cut. The
schema is data/schema/*.sql.

Also the names of processes, which hold leases, and whether they still run.
"""

import os
import socket
import sqlite3
import threading
import time
from array import array
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from summarizer.errors import StorageError

APPLICATION = 0x63727970  # "cryp": tells our databases from others
BUSY_SECONDS = 30.0  # a writer waits for the others; each holds the lock for milliseconds
_MALFORMED = (
    "Its backup stands beside it, if it was ever migrated; "
    "sqlite3 FILE .recover saves what can be read"
)
# What to do, by words of the message of SQLite or of the disk.
_ADVICE = (
    ("not a database", "Name another file: this one is something else"),
    ("malformed", _MALFORMED),
    ("unable to open", "The folder must exist and be writable"),
    ("exists", "A file stands where its folder should be"),
    ("readonly", "The file and its folder must be writable"),
    ("disk is full", "Make room, then run the same command again: what was done is kept"),
    ("locked", "Another program holds it; run the same command again when it has ended"),
)


@dataclass(frozen=True)
class Store:
    """An open database.

    Safe to share between threads; a transaction is held by one of them at a time.
    """

    path: Path
    connection: sqlite3.Connection
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it is kept, or nothing. Raises StorageError.

        Others wait until it ends, so that nothing is fetched or analysed inside.
        """
        with self._lock, storage_errors(self.path), _transaction(self.connection):
            yield self.connection

    def read(self, sql: str, values: Sequence[Any] | dict[str, Any] = ()) -> list[sqlite3.Row]:
        """The rows of a query. Raises StorageError."""
        with self._lock, storage_errors(self.path):
            return self.connection.execute(sql, values).fetchall()

    def read_numbers(self, sql: str, values: Sequence[Any] | dict[str, Any] = ()) -> "array[int]":
        """The first column of a query's rows, whole numbers, of which millions fit into memory."""
        with self._lock, storage_errors(self.path):
            return array("q", (row[0] for row in self.connection.execute(sql, values)))

    def close(self) -> None:
        with self._lock, storage_errors(self.path):
            self.connection.close()


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Commits what was written, or rolls it back when an error is raised."""
    with connection:  # which commits and rolls back, but begins nothing
        connection.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Raises errors of SQLite and the disk as a StorageError that says what to do."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        detail = getattr(error, "strerror", None) or str(error)
        advice = next((advice for words, advice in _ADVICE if words in detail), None)
        raise StorageError(f"{path}: {detail}", advice=advice) from error


def open_store(path: Path, *, create: bool = True) -> Store:
    """The database at `path`, made or brought to the present schema.

    Raises StorageError (exit 4).
    """
    with storage_errors(path):
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
        connection.create_function("is_dead", 1, is_dead)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        migrate(connection, path, load_migrations())
        connection.execute("PRAGMA journal_mode = WAL")
    return Store(path, connection)


@contextmanager
def open_copy(path: Path) -> Iterator[Store]:
    """A copy of the database at `path`, empty where there is none; gone when the block ends."""
    with TemporaryDirectory() as folder:
        copy = Path(folder) / path.name
        if path.exists():
            with (
                storage_errors(path),
                closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as source,
                closing(sqlite3.connect(copy)) as target,
            ):
                source.backup(target)
        store = open_store(copy)
        try:
            yield store
        finally:
            store.close()


def load_migrations() -> list[str]:
    """The numbered scripts in their order; the first makes schema 1."""
    folder = resources.files("summarizer") / "data" / "schema"
    scripts = sorted(folder.iterdir(), key=lambda entry: entry.name)
    return [entry.read_text("utf-8") for entry in scripts if entry.name.endswith(".sql")]


def migrate(connection: sqlite3.Connection, path: Path, migrations: Sequence[str]) -> None:
    """Apply what is missing, in one transaction, after a backup beside the database.

    The backup of schema 1 is `NAME.v1.bak`. Raises StorageError for a database of another program,
    or of a newer version of this one.
    """
    tables = _read_number(connection, "SELECT count(*) FROM sqlite_master")
    if tables and _read_number(connection, "PRAGMA application_id") != APPLICATION:
        raise StorageError(
            f"{path}: this database belongs to another program", advice="Name another file"
        )
    version = _read_number(connection, "PRAGMA user_version")
    if version > len(migrations):
        raise StorageError(
            f"{path}: a newer version of this program made it (schema {version})",
            advice="Update the program",
        )
    if version == len(migrations):
        return
    if version:
        with closing(sqlite3.connect(path.with_name(f"{path.name}.v{version}.bak"))) as backup:
            connection.backup(backup)
    with _transaction(connection):
        # read anew: another process may have been faster
        for script in migrations[_read_number(connection, "PRAGMA user_version") :]:
            for statement in _statements(script):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(migrations)}")
        connection.execute(f"PRAGMA application_id = {APPLICATION}")


def _read_number(connection: sqlite3.Connection, query: str) -> int:
    return int(connection.execute(query).fetchone()[0])


def _statements(script: str) -> Iterator[str]:
    """The statements of a script one by one, so that all of them fit into one transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def format_time(seconds: float) -> str:
    """Seconds since 1970 as the database writes times: ISO 8601, UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def utc_now() -> str:
    """The present time as the database writes times."""
    return format_time(time.time())


# ---- processes


def process_name() -> str:
    """The name of this process: machine, number and start, as numbers are used again."""
    return f"{socket.gethostname()}:{os.getpid()}:{_start_of(os.getpid())}"


def is_dead(owner: str) -> bool:
    """Whether the process of this name, or of a lease that it holds, is known to have ended.

    Of a process on another machine that is not known.
    """
    host, pid, start, *_ = [*owner.split(":"), "", "", ""]
    is_here = host == socket.gethostname() and pid.isdigit()
    if not is_here or os.name != "posix":  # kill(pid, 0) is a real kill on Windows
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return start != _start_of(int(pid))


def _start_of(pid: int) -> str:
    """When the process started, in the system's ticks; "" where the system does not say."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
