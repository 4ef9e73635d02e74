"""Keeps the answers that were paid for in a file of the user's cache, or in a folder that machines
share, so that none is paid twice.

The key is everything that was asked: article, facts, prompt, model, endpoint and schema. What is
kept is the model's words, which are verified anew each time. The file may be deleted at any time.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from summarizer.analyst.llm.completion import Completion
from summarizer.errors import StorageError, UsageError
from summarizer.storage import is_remote, open_folder

BUSY = 10.0  # seconds to wait for another process that writes
_FAULTS = (sqlite3.Error, OSError, StorageError, UsageError)


def answer_key(*question: Any) -> str:
    """The same key for the same question alone."""
    return hashlib.sha256(json.dumps(question, sort_keys=True).encode()).hexdigest()


def find_answer(path: str | None, key: str) -> Completion | None:
    """The answer kept under the key; None where there is none, or no file can be had."""
    if path is None:
        return None
    try:
        if _is_folder(path):
            kept = open_folder(path).read(_name_of(key))
        else:
            with _open(path) as db:
                row = db.execute("SELECT answer FROM answers WHERE key = ?", (key,)).fetchone()
            kept = row and row[0]
        return replace(Completion(**json.loads(kept)), kept=True) if kept else None
    except (*_FAULTS, ValueError, TypeError):  # TypeError: another version kept it
        return None


def keep_answer(path: str | None, key: str, answer: Completion) -> bool:
    """Keep the answer; False where the file cannot be written.

    The report says so then, and the answer is used all the same.
    """
    if path is None:
        return True
    words = json.dumps(asdict(answer))
    try:
        if _is_folder(path):
            open_folder(path).put(_name_of(key), words.encode())
        else:
            with _open(path) as db:
                db.execute("INSERT OR REPLACE INTO answers VALUES (?, ?)", (key, words))
    except _FAULTS:
        return False
    return True


def _is_folder(path: str) -> bool:
    """Whether each answer is an object of a folder, which many machines may share."""
    return is_remote(path) or path.endswith("/")


def _name_of(key: str) -> str:
    return f"{key[:2]}/{key}.json"


@contextmanager
def _open(path: str) -> Iterator[sqlite3.Connection]:
    """The file, made where it is missing. Raises sqlite3.Error or OSError."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path, timeout=BUSY)) as db, db:
        with suppress(sqlite3.OperationalError):  # another, who opens it now, does it: none waits
            db.execute("PRAGMA journal_mode = WAL")
        table = "answers (key TEXT PRIMARY KEY, answer TEXT NOT NULL)"
        db.execute(f"CREATE TABLE IF NOT EXISTS {table}")
        yield db
