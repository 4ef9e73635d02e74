"""Work queue in SQLite: items, leases and runs, shared by threads and processes.

    pending -> leased -> done | failed (for good; a feed: paused) | deferred (worth another run)

A feed is an item whose result is more items. All feeds, and addresses that may turn out to be
feeds, are entered and read before any page: so a story that stands in two feeds gets the same
report, whichever feed answers first. Records and files wait for nothing.

A lease names the process that holds it. It ends with that process (seen at once on the same
machine) or after LEASE seconds; the result of a worker that comes later is dropped.
"""

import itertools
import json
import sqlite3
import time
from collections.abc import Iterable
from typing import Any, get_args

from summarizer.batch.episodes import begin_run, end_run
from summarizer.batch.items import Item, ItemState, Lease, Outcome, RunTally
from summarizer.batch.reports import OF_RUN, save_report
from summarizer.batch.states import close_item, enter_items, fail_item, judge_failure, keep_feed
from summarizer.batch.store import Store

LEASE = 300.0  # seconds; the longest item takes 20 to fetch, 10 to parse, 120 to ask a model
# Leases whose process died before the item itself is suspected. With 3, a user who kills runs often
# would condemn items that were just in flight.
MAX_CRASHES = 10
MAX_PARALLEL = 2  # requests at once to one host
NO_LIMIT = 1 << 30
MAX_DELAY = 3600.0  # seconds; a host's turn further away than this is due to a clock that jumped

# The first pending item of each host whose turn it is, then the first of those, feeds before all
# else. An item that crashed comes last, and no page comes before the last feed was read.
_NEXT_ITEM = """
    SELECT i.id, i.kind, i.url, i.host, i.address, i.given_id, i.etag, i.last_modified, i.redo,
        i.attempts + (i.episode <> :episode) AS attempts, coalesce(i.payload, '{}') AS payload
    FROM hosts h JOIN items i ON i.id = (
        SELECT id FROM items
        WHERE state = 'pending' AND host = h.host AND (
            kind IN ('feed', 'address', 'record', 'file') OR NOT (:is_entering OR EXISTS (
                SELECT 1 FROM items
                WHERE kind IN ('feed', 'address') AND state IN ('pending', 'leased')
            ))
        )
        ORDER BY crashes, id LIMIT 1
    )
    WHERE (h.next_at <= :now OR h.next_at > :far)
        AND (h.host = '' OR :parallel > (
            SELECT count(*) FROM items WHERE state = 'leased' AND host = h.host
        ))
    ORDER BY i.kind NOT IN ('feed', 'address'), i.crashes, i.id LIMIT 1
"""
_RELEASE_ALL = """
    UPDATE items SET state = 'pending', owner = NULL, leased_until = NULL
    WHERE state = 'leased' AND owner LIKE ? || ':%'
"""
# Held by a process that died, or for too long. A lease that ends too far ahead is due to a clock
# that jumped.
_IS_LOST = "state = 'leased' AND (is_dead(owner) OR leased_until NOT BETWEEN :now AND :latest)"
_FREE_LOST = f"""
    UPDATE items SET
        state = CASE WHEN crashes + 1 >= :max_crashes THEN 'failed' ELSE 'pending' END,
        crashes = crashes + 1, owner = NULL, leased_until = NULL,
        stage = 'analyze', code = 'poison', retryable = 0,
        message = 'poison: the process died each time it was at it'
    WHERE {_IS_LOST}
"""
_COUNT_WAITING = """
    SELECT count(*) FROM items WHERE state IN ('pending', 'leased') AND kind <> 'feed'
"""
_COUNT_STATES = f"""
    SELECT state, count(*) AS n FROM items
    WHERE id IN ({OF_RUN}) AND kind <> 'feed'
    GROUP BY state
"""
_FAILURES = f"""
    SELECT given_id AS id, json_extract(payload, '$.line') AS line,
        coalesce(url, json_extract(payload, '$.path')) AS url,
        stage, code, retryable, message
    FROM items
    WHERE id IN ({OF_RUN}) AND state IN ('failed', 'deferred')
    ORDER BY items.id
"""
_RESTING_FEEDS = f"""
    SELECT url, state, next_at - :now AS wait FROM items
    WHERE kind = 'feed' AND next_at > :now AND id IN ({OF_RUN})
"""
_lease_numbers = itertools.count()


class Queue:
    """The queue as one run sees it.

    `made_by`, the fingerprint of the program and its analyst, is kept with each report. A feed that
    fails is left alone for `backoff` seconds, each time twice as long.
    """

    def __init__(
        self,
        store: Store,
        made_by: str = "",
        *,
        retry_failed: bool = False,
        redo: bool = False,
        backoff: float = 0.0,
    ):
        self.store = store
        self.made_by = made_by
        self.tally = RunTally()
        self.is_entering = False  # whether the inputs may name more than they have so far
        self._backoff = backoff
        self.free_leases()
        with store.write() as db:
            self.run = begin_run(db, redo=redo, retry_failed=retry_failed)

    def end(self) -> None:
        """End the run, and with it those of its episode that were killed or stopped."""
        counts = self.count()
        with self.store.write() as db:
            end_run(db, self.run, counts, self.tally.cost_usd)

    def add(self, items: Iterable[Item]) -> None:
        """Enter what the run's inputs name; what is new, edited or asked for anew is to do."""
        with self.store.write() as db:
            to_do = enter_items(db, self.run, items)
        self.tally.add(to_do=to_do)

    # ---- leases

    def lease(self, rate: float) -> Lease | None:
        """Lease the next item whose host may be asked now; None when there is none just now.

        `rate` is in requests a second to one host, 0 for no limit.
        """
        now = time.time()
        values = {
            "now": now,
            "far": now + MAX_DELAY,
            "parallel": MAX_PARALLEL if rate else NO_LIMIT,
            "episode": self.run.episode,
            "is_entering": self.is_entering,
        }
        if not self.store.read(_NEXT_ITEM, values):  # no lock: idle workers disturb nobody
            return None
        with self.store.write() as db:
            row = db.execute(_NEXT_ITEM, values).fetchone()
            if row is None:
                return None
            owner = f"{self.run.process}:{next(_lease_numbers)}"
            db.execute(
                "UPDATE items SET state = 'leased', owner = ?, leased_until = ? WHERE id = ?",
                (owner, now + LEASE, row["id"]),
            )
            if row["host"] and rate:
                db.execute(
                    "UPDATE hosts SET next_at = ? + max(?, delay) WHERE host = ?",
                    (now, 1 / rate, row["host"]),
                )
        return Lease(**dict(row) | {"payload": json.loads(row["payload"])}, owner=owner)

    def finish(self, lease: Lease, outcome: Outcome) -> ItemState | None:
        """Store the result and the item's state in one commit.

        Returns the state, or None when the lease had passed to another worker, whose result counts.
        """
        with self.store.write() as db:
            if not db.execute(
                "SELECT 1 FROM items WHERE id = ? AND owner = ? AND state = 'leased'",
                (lease.id, lease.owner),
            ).fetchone():
                return None
            to_do = 0
            state: ItemState = "done"
            if outcome.failure:
                failure = judge_failure(lease, outcome.failure, outcome.stage, self._backoff)
                state = failure.state
                fail_item(db, self.run, lease.id, failure)
            else:
                to_do = self._store_result(db, lease, outcome)
        if outcome.entries is not None or lease.kind == "feed":
            self.tally.add(to_do=to_do, feeds=1, feeds_failed=bool(outcome.failure))
        elif outcome.failure or outcome.report:
            self.tally.add(**{state: 1})
        else:
            self.tally.add(unchanged=1)
        return state

    def _store_result(self, db: sqlite3.Connection, lease: Lease, outcome: Outcome) -> int:
        """Write entries or a report, and close the item.

        Returns how many more articles are to do.
        """
        to_do = 0
        if outcome.entries is not None:
            to_do = enter_items(db, self.run, outcome.entries, lease.id)
            to_do -= lease.kind != "feed"  # an address was counted as an article until now
            keep_feed(db, lease.id, outcome)
        if outcome.report:
            save_report(db, lease.id, outcome.report, self.made_by)
        close_item(db, self.run, lease, outcome)
        return to_do

    def release(self) -> None:
        """Give back whatever this process holds: it stops, and nothing of it failed."""
        with self.store.write() as db:
            db.execute(_RELEASE_ALL, (self.run.process,))

    def free_leases(self) -> None:
        """Put back what dead or hung workers held.

        An item whose workers died MAX_CRASHES times fails for good.
        """
        now = time.time()
        values = {"now": now, "latest": now + LEASE + 1, "max_crashes": MAX_CRASHES}
        if self.store.read(f"SELECT 1 FROM items WHERE {_IS_LOST} LIMIT 1", values):
            with self.store.write() as db:
                db.execute(_FREE_LOST, values)

    # ---- counts and lists

    def is_left(self) -> bool:
        """Whether an item is waiting, in work, here or in another process, or may yet be named."""
        return self.is_entering or bool(
            self.store.read("SELECT 1 FROM items WHERE state IN ('pending', 'leased') LIMIT 1")
        )

    def waiting(self) -> int:
        """How many articles are to do, whoever named them."""
        return int(self.store.read(_COUNT_WAITING)[0][0])

    def count(self) -> dict[str, int]:
        """How many articles that this run's inputs name are in each state."""
        rows = self.store.read(_COUNT_STATES, {"run": self.run.id})
        return dict.fromkeys(get_args(ItemState), 0) | {row["state"]: row["n"] for row in rows}

    def failures(self) -> list[dict[str, Any]]:
        """Each item of this run that failed: {id, line, url, stage, code, retryable, message}."""
        rows = self.store.read(_FAILURES, {"run": self.run.id})
        return [dict(row) | {"retryable": bool(row["retryable"])} for row in rows]

    def resting_feeds(self) -> list[sqlite3.Row]:
        """Feeds of this run that are not asked now: url, state, and `wait`, the seconds left."""
        return self.store.read(_RESTING_FEEDS, {"run": self.run.id, "now": time.time()})
