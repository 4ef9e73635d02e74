"""OUTCOME -> STATE: writes to an item's row what became of it.

Each function is part of the caller's transaction.
"""

import time
from dataclasses import dataclass
from sqlite3 import Connection

from summarizer.batch.episodes import Run
from summarizer.batch.items import ItemKind, ItemState, Lease, Outcome, Stage
from summarizer.batch.store import utc_now
from summarizer.errors import SummarizerError
from summarizer.web.urls import host_of

MAX_ATTEMPTS = 3  # runs in which an item or a feed may fail before it is given up or paused
PAUSE = 24 * 3600.0  # seconds that a paused feed is left alone, then it is asked once more

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
        payload = CASE kind WHEN 'record' THEN NULL ELSE payload END,
        stage = NULL, code = NULL, retryable = NULL, message = NULL
    WHERE id = :id
"""
_KEEP_FEED = """
    UPDATE items SET
        kind = 'feed', title = coalesce(:title, title), address = coalesce(:address, address),
        host = CASE WHEN :address IS NULL THEN host ELSE :host END
    WHERE id = :id
"""


@dataclass(frozen=True)
class Failure:
    """A failure of an item, and what follows from it.

    A feed is left alone until `next_at` (seconds since 1970).
    """

    error: SummarizerError
    stage: Stage
    state: ItemState = ItemState.FAILED
    attempts: int = 1
    next_at: float = 0.0


def judge_failure(lease: Lease, error: SummarizerError, stage: Stage, backoff: float) -> Failure:
    """Whether the item failed for good, and until when it is left alone if it is a feed.

    A feed is left alone for `backoff` seconds, each time twice as long; a page is asked again by
    the next run.
    """
    is_feed = lease.kind == ItemKind.FEED
    # whatever is wrong with a feed today may be mended tomorrow, unless it says that it is gone
    is_final = error.code == "http_410" if is_feed else not error.retryable
    is_final = is_final or lease.attempts >= MAX_ATTEMPTS
    asked = getattr(error, "retry_after", None) or 0.0
    wait = PAUSE if is_final else min(PAUSE, max(asked, backoff * 2 ** (lease.attempts - 1)))
    return Failure(
        error,
        stage,
        ItemState.FAILED if is_final else ItemState.DEFERRED,
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
        "retryable": failure.state == ItemState.DEFERRED or error.retryable,
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
