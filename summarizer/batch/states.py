"""ITEMS and OUTCOMES -> QUEUE: enters what inputs and feeds name, and writes what became of it.

What is new or edited is to do. Each function is part of the caller's transaction.
"""

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from sqlite3 import Connection, Row
from typing import Any

from summarizer.batch.episodes import Run
from summarizer.batch.items import Item, ItemState, Lease, Outcome, Stage
from summarizer.batch.store import utc_now
from summarizer.errors import SummarizerError
from summarizer.web.urls import host_of

MAX_ATTEMPTS = 3  # runs in which an item or a feed may fail before it is given up or paused
PAUSE = 24 * 3600.0  # seconds that a paused feed is left alone, then it is asked once more
_SETTLED = ("done", "failed", "deferred")
# What the user names by its address is asked anew by each run: it may have changed.
_ASKED_ANEW = ("address", "feed")

_INSERT_ITEM = """
    INSERT INTO items (key, kind, url, given_id, host, payload, fingerprint, first_seen_at)
    VALUES (:key, :kind, :url, :given_id, :host, :payload, :fingerprint, :now)
"""
_CLOSE_SAVED_FEED = """
    UPDATE items SET state = 'done', stage = NULL, code = NULL, message = NULL
    WHERE id = ?
"""
_NAME_IN_FEED = """
    INSERT INTO sources VALUES (?, ?, ?)
    ON CONFLICT DO UPDATE SET fingerprint = excluded.fingerprint
"""
_RENEW_ITEM = """
    UPDATE items SET
        state = 'pending', attempts = 0, redo = :redo,
        payload = :payload, fingerprint = :fingerprint
    WHERE id = :id
"""
# Of feeds that carry the same story, the first by its address words it, whichever answered sooner.
_TAKE_WORDS_OF_FEED = """
    UPDATE items SET payload = :payload, url = :url
    WHERE id = :id AND state = 'pending' AND :feed < json_extract(payload, '$.feed')
"""
_RENEW_FEED = """
    UPDATE items SET state = 'pending'
    WHERE id = ? AND state IN ('done', 'failed', 'deferred') AND next_at <= ?
"""
_RENEW_ENTRIES = """
    UPDATE items SET state = 'pending', redo = :redo
    WHERE (recheck = 1 OR :redo) AND state = 'done' AND episode <> :episode
        AND id IN (SELECT item_id FROM sources WHERE feed_id = :feed)
"""
_FAIL_ITEM = """
    UPDATE items SET
        state = :state, owner = NULL, leased_until = NULL,
        attempts = :attempts, episode = :episode, finished_at = :now, next_at = :next_at,
        stage = :stage, code = :code, retryable = :retryable, message = :message
    WHERE id = :id
"""
# A record's text is not kept twice: it now stands in `articles`.
_CLOSE_ITEM = """
    UPDATE items SET
        state = 'done', owner = NULL, leased_until = NULL,
        redo = 0, recheck = :recheck, attempts = :attempts, episode = :episode,
        etag = :etag, last_modified = :last_modified, next_at = 0, finished_at = :now,
        payload = json_remove(payload, '$.record', '$.keys'),
        stage = NULL, code = NULL, retryable = NULL, message = NULL
    WHERE id = :id
"""
_SETTLE_ITEM = """
    UPDATE items SET
        state = :state, finished_at = :now,
        stage = :stage, code = :code, retryable = :retryable, message = :message
    WHERE id = :id
"""
_KEEP_FEED = """
    UPDATE items SET
        kind = 'feed', title = coalesce(:title, title), address = coalesce(:address, address),
        host = CASE WHEN :address IS NULL THEN host ELSE :host END
    WHERE id = :id
"""


def enter_items(db: Connection, run: Run, items: Iterable[Item], feed: int | None = None) -> int:
    """Enter items that the run's inputs name, or that the `feed` with this number lists.

    Returns how many articles are to do now that were not before.
    """
    return sum(_enter_item(db, run, item, feed) for item in items)


def _enter_item(db: Connection, run: Run, item: Item, feed: int | None) -> int:
    """Enter one item. Returns how many more articles are to do."""
    known = db.execute("SELECT * FROM items WHERE key = ?", (item.key,)).fetchone()
    item_id = int(known["id"]) if known else _insert_item(db, item)
    to_do = 0
    if item.error:
        fail_item(db, run, item_id, Failure(item.error, "read"))
    elif item.entries is not None:
        to_do = enter_items(db, run, item.entries, item_id)
        db.execute(_CLOSE_SAVED_FEED, (item_id,))
    elif known is None:
        to_do = int(item.kind != "feed")
    elif known["kind"] != "feed":
        to_do = int(_renew_item(db, run, item, known, feed))
    elif feed is None:
        # else a feed lists it, and feeds that list each other must end somewhere
        db.execute(_RENEW_FEED, (item_id, time.time()))
        entries = {"redo": run.redo, "episode": run.episode, "feed": item_id}
        to_do = db.execute(_RENEW_ENTRIES, entries).rowcount  # those that lack a page
    if feed is None:
        db.execute("INSERT OR IGNORE INTO run_items VALUES (?, ?)", (run.id, item_id))
    else:
        db.execute(_NAME_IN_FEED, (item_id, feed, item.fingerprint))
    return to_do


def settle_item(
    db: Connection, item: Item, error: SummarizerError | None = None, stage: Stage = "analyze"
) -> int:
    """Enter an item that was read outside any run, as done or as failed; returns its number.

    One that a batch holds or is to read is the batch's, and one that is done stays so.
    """
    known = db.execute("SELECT id, state FROM items WHERE key = ?", (item.key,)).fetchone()
    item_id = int(known["id"]) if known else _insert_item(db, item)
    values = {
        "id": item_id,
        "state": "failed" if error else "done",
        "now": utc_now(),
        "stage": stage if error else None,
        "code": error.code if error else None,
        "retryable": error.retryable if error else None,
        "message": str(error) if error else None,
    }
    if known is None or known["state"] in ("failed", "deferred"):
        db.execute(_SETTLE_ITEM, values)
    return item_id


def _insert_item(db: Connection, item: Item) -> int:
    add_host(db, item.host)
    values = vars(item) | {"payload": _dump(item.payload), "now": utc_now()}
    return int(db.execute(_INSERT_ITEM, values).lastrowid or 0)


def _renew_item(db: Connection, run: Run, item: Item, known: Row, feed: int | None) -> bool:
    """Put a known item back into the queue if it was edited, or is asked for anew.

    Returns whether it is to do.
    """
    before = known["fingerprint"]
    if feed is not None:
        # feeds word a story differently: only a change in the same feed is an edit
        row = db.execute(
            "SELECT fingerprint FROM sources WHERE item_id = ? AND feed_id = ?", (known["id"], feed)
        ).fetchone()
        before = row["fingerprint"] if row else item.fingerprint
    is_edited = item.fingerprint != before
    is_again = (
        known["state"] == "done"
        and known["episode"] != run.episode
        and (run.redo or item.kind in _ASKED_ANEW)
    )
    values = vars(item) | {
        "id": known["id"],
        "payload": _dump(item.payload),
        "feed": item.payload.get("feed"),
        "redo": run.redo,
    }
    if known["state"] in _SETTLED and (is_edited or is_again):
        db.execute(_RENEW_ITEM, values)
        return True
    db.execute(_TAKE_WORDS_OF_FEED, values)
    return False


def _dump(payload: dict[str, Any]) -> str:
    return json.dumps(payload, ensure_ascii=False)


@dataclass(frozen=True)
class Failure:
    """A failure of an item, and what follows from it.

    A feed is left alone until `next_at` (seconds since 1970).
    """

    error: SummarizerError
    stage: Stage
    state: ItemState = "failed"
    attempts: int = 1
    next_at: float = 0.0


def judge_failure(lease: Lease, error: SummarizerError, stage: Stage, backoff: float) -> Failure:
    """Whether the item failed for good, and until when it is left alone if it is a feed.

    A feed is left alone for `backoff` seconds, each time twice as long; a page is asked again by
    the next run.
    """
    is_feed = lease.kind == "feed"
    # whatever is wrong with a feed today may be mended tomorrow, unless it says that it is gone
    is_final = error.code == "http_410" if is_feed else not error.retryable
    is_final = is_final or lease.attempts >= MAX_ATTEMPTS
    asked = getattr(error, "retry_after", None) or 0.0
    wait = PAUSE if is_final else min(PAUSE, max(asked, backoff * 2 ** (lease.attempts - 1)))
    return Failure(
        error,
        stage,
        "failed" if is_final else "deferred",
        lease.attempts,
        time.time() + wait if is_feed and wait else 0.0,
    )


def fail_item(db: Connection, run: Run, item_id: int, failure: Failure) -> None:
    """The item failed, for good or until another run."""
    error = failure.error
    values = vars(failure) | {
        "id": item_id,
        "episode": run.episode,
        "now": utc_now(),
        "code": error.code,
        "retryable": failure.state == "deferred" or error.retryable,
        "message": str(error),
    }
    db.execute(_FAIL_ITEM, values)


def close_item(db: Connection, run: Run, lease: Lease, outcome: Outcome) -> None:
    """The item is done.

    One that was done from its feed's words is asked again by later runs, up to MAX_ATTEMPTS of
    them.
    """
    values = vars(outcome) | {
        "id": lease.id,
        "recheck": outcome.recheck and lease.attempts < MAX_ATTEMPTS,
        "attempts": lease.attempts if outcome.recheck else 0,
        "episode": run.episode,
        "now": utc_now(),
    }
    db.execute(_CLOSE_ITEM, values)


def keep_feed(db: Connection, item_id: int, outcome: Outcome) -> None:
    """The item is a feed from now on, with its title and the address that it moved to."""
    host = host_of(outcome.address or "")
    add_host(db, host)
    db.execute(_KEEP_FEED, vars(outcome) | {"id": item_id, "host": host})


def add_host(db: Connection, host: str) -> None:
    """Enter a host, so that its turns are kept."""
    db.execute("INSERT OR IGNORE INTO hosts (host) VALUES (?)", (host,))
