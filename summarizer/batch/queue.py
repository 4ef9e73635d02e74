"""Who does what, and what is done: items, leases, hosts and runs, in the database that all processes share.

    pending -> leased -> done | failed (for good; a feed: paused) | deferred (worth another run)

A feed is an item whose result is more items; no entry is taken while a feed, or an address that may be one, is still to be read,
so that a story in two feeds is told alike whichever answers first. A lease names its process. It ends with the process (seen at
once on the same machine) or after LEASE seconds; a late worker's result is dropped. An *episode* is a run with those that resume
it after a kill or go on beside it: within one, nothing fails twice, so that ten interrupted runs count as one.
"""

import itertools
import json
import sqlite3
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from summarizer.batch.processes import is_dead, process_name
from summarizer.batch.store import OF_RUN, Store, format_time, save_report, utc_now
from summarizer.batch.tally import Tally
from summarizer.errors import SummarizerError
from summarizer.models import Article, Report
from summarizer.web.urls import host_of

LEASE = 300.0  # seconds; the longest item takes 20 to fetch, 10 to parse, 120 to ask a model
MAX_ATTEMPTS = 3  # runs in which an item or a feed may fail before it is given up or paused
# Leases that may die before the item itself is suspected. Not 3: who kills a run often would condemn items that were just in flight
MAX_CRASHES = 10
# Seconds after which a run that never ended is not resumed: its process may be on a machine, or in a container, that is no more
EPISODE = 24 * 3600.0
PAUSE = 24 * 3600.0  # seconds that a dead feed is left alone, then it is asked once more
MAX_PARALLEL = 2  # requests at once to one host
MAX_DELAY = 3600.0  # seconds; a host's turn further away than this is a clock that jumped
_numbers = itertools.count()


@dataclass(frozen=True)
class Item:
    """Something to read, as an input names it. `again` asks a page anew that was read before."""

    key: str
    kind: str
    url: str | None = None
    given_id: str | None = None
    host: str = ""
    payload: dict[str, Any] = field(default_factory=dict)
    fingerprint: str | None = None
    again: bool = False
    error: SummarizerError | None = None  # it cannot even be started
    entries: tuple["Item", ...] | None = None  # of a feed that was read from a file


@dataclass(frozen=True)
class Claim:
    """An item that this worker alone holds. `address` is where a feed moved to; `tried` counts this attempt if it fails."""

    id: int
    kind: str
    url: str | None
    address: str | None
    given_id: str | None
    payload: dict[str, Any]
    etag: str | None
    last_modified: str | None
    tried: int
    redo: bool
    owner: str


@dataclass(frozen=True)
class Outcome:
    """What became of a claim: an article and its report, a feed's entries, a failure, or, with none of them, nothing new."""

    article: Article | None = None
    report: Report | None = None
    entries: tuple[Item, ...] | None = None
    title: str | None = None  # of the feed
    address: str | None = None
    failure: SummarizerError | None = None
    stage: str = "analyze"
    etag: str | None = None
    last_modified: str | None = None
    recheck: bool = False  # done from the feed's text after a failure that may pass


class Ledger:
    """The books of one run. A feed that fails is left alone for `backoff` seconds, each time twice as long."""

    def __init__(
        self,
        store: Store,
        made_by: str = "",
        *,
        retry_failed: bool = False,
        redo: bool = False,
        backoff: float = 0.0,
    ):
        self.store, self.made_by, self.backoff, self._redo = store, made_by, backoff, redo
        self.process = process_name()
        self.tally = Tally()
        self.free_leases()
        with store.write() as db:
            over = db.execute(
                "SELECT DISTINCT r.id, owner FROM runs r JOIN run_items ON run_id = r.id WHERE ended_at IS NOT NULL"
            ).fetchall()
            db.executemany(
                "DELETE FROM run_items WHERE run_id = ?",
                [(row["id"],) for row in over if self._is_past(row["owner"])],
            )
            recent = format_time(time.time() - EPISODE)
            first = db.execute(
                "SELECT episode FROM runs WHERE ended_at IS NULL AND started_at > ? ORDER BY id",
                (recent,),
            ).fetchone()
            values = (self.process, utc_now(), first["episode"] if first else None)
            self.run = int(
                db.execute(
                    "INSERT INTO runs (owner, started_at, episode) VALUES (?, ?, ?)", values
                ).lastrowid
                or 0
            )
            self.episode = int(first["episode"]) if first else self.run
            db.execute("UPDATE runs SET episode = ? WHERE id = ?", (self.episode, self.run))
            db.execute(
                "UPDATE items SET state = 'pending' WHERE state = 'deferred' AND kind <> 'feed' AND episode <> ?",
                (self.episode,),
            )
            if retry_failed:  # but for what cannot be tried again, such as a line that is no record
                db.execute("UPDATE items SET attempts = 0, next_at = 0 WHERE kind = 'feed'")
                db.execute(
                    """UPDATE items SET state = 'pending', attempts = 0, crashes = 0
                    WHERE state = 'failed' AND kind <> 'feed' AND stage <> 'read'"""
                )

    def _is_past(self, owner: str) -> bool:
        """Whether the process of an earlier run is over: it died, or it is this one, which has begun another."""
        return owner == self.process or is_dead(owner)

    def end(self) -> None:
        """The run has come to its end; with it, those of its episode that were killed or stopped."""
        count, now = self.count(), utc_now()
        with self.store.write() as db:
            for row in db.execute(
                "SELECT id, owner FROM runs WHERE ended_at IS NULL AND episode = ?", (self.episode,)
            ).fetchall():
                if self._is_past(row["owner"]):
                    db.execute("UPDATE runs SET ended_at = ? WHERE id = ?", (now, row["id"]))
            db.execute("UPDATE runs SET done = ?, failed = ?, deferred = ?, cost_usd = ? WHERE id = ?",
                       (count["done"], count["failed"], count["deferred"], self.tally.cost_usd, self.run))  # fmt: skip

    # ---- items in

    def add(self, items: Iterable[Item]) -> None:
        """Enter what the run's inputs name into the books; what is new, edited or asked for anew is to do."""
        with self.store.write() as db:
            self._add(db, items, None)

    def _add(self, db: sqlite3.Connection, items: Iterable[Item], feed: int | None) -> int:
        """How many of the items are to do."""
        to_do = 0
        for item in items:
            known = db.execute("SELECT * FROM items WHERE key = ?", (item.key,)).fetchone()
            ident = int(known["id"]) if known else self._insert(db, item)
            if item.error:
                self._fail(db, ident, item.error, "read", "failed", 1)
            elif item.entries is not None:
                self._add(db, item.entries, ident)
                db.execute(
                    "UPDATE items SET state = 'done', stage = NULL, code = NULL, message = NULL WHERE id = ?",
                    (ident,),
                )
            elif known and known["kind"] == "feed":
                if feed is None:  # feeds that list each other must end somewhere
                    self._renew_feed(db, known)
            elif known is None or self._renew(db, item, known, feed):
                to_do += 1
            if feed is None:
                db.execute("INSERT OR IGNORE INTO run_items VALUES (?, ?)", (self.run, ident))
            else:
                sql = "INSERT INTO sources VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET fingerprint = excluded.fingerprint"
                db.execute(sql, (ident, feed, item.fingerprint))
        return to_do

    def _insert(self, db: sqlite3.Connection, item: Item) -> int:
        db.execute("INSERT OR IGNORE INTO hosts (host) VALUES (?)", (item.host,))
        payload = json.dumps(item.payload, ensure_ascii=False)
        values = (
            item.key,
            item.kind,
            item.url,
            item.given_id,
            item.host,
            payload,
            item.fingerprint,
            utc_now(),
        )
        sql = """INSERT INTO items (key, kind, url, given_id, host, payload, fingerprint, first_seen_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""
        return int(db.execute(sql, values).lastrowid or 0)

    def _renew(
        self, db: sqlite3.Connection, item: Item, known: sqlite3.Row, feed: int | None
    ) -> bool:
        """Whether an item that is known is to be done again: edited, asked for anew, or all of them (--redo)."""
        before = known["fingerprint"]
        if (
            feed is not None
        ):  # feeds word the same story differently: only a change in the same one is an edit
            row = db.execute(
                "SELECT fingerprint FROM sources WHERE item_id = ? AND feed_id = ?",
                (known["id"], feed),
            ).fetchone()
            before = row["fingerprint"] if row else item.fingerprint
        edited = item.fingerprint != before
        over = known["state"] in ("done", "failed", "deferred")
        again = (
            known["state"] == "done"
            and known["episode"] != self.episode
            and (item.again or self._redo)
        )
        payload = json.dumps(item.payload, ensure_ascii=False)
        if over and (edited or again):
            sql = "UPDATE items SET state = 'pending', payload = ?, fingerprint = ?, redo = ?, attempts = 0 WHERE id = ?"
            db.execute(sql, (payload, item.fingerprint, self._redo, known["id"]))
            return True
        first, mine = json.loads(known["payload"] or "{}").get("feed"), item.payload.get("feed")
        if (
            known["state"] == "pending" and first and mine and mine < first
        ):  # whichever feed answered sooner
            db.execute(
                "UPDATE items SET payload = ?, url = ? WHERE id = ?",
                (payload, item.url, known["id"]),
            )
        return False

    def _renew_feed(self, db: sqlite3.Connection, known: sqlite3.Row) -> None:
        """A known feed is to be asked again unless it is left alone; of its old entries, those whose page was not to be had."""
        db.execute(
            "UPDATE items SET state = 'pending' WHERE id = ? AND state IN ('done', 'failed', 'deferred') AND next_at <= ?",
            (known["id"], time.time()),
        )
        db.execute(
            """UPDATE items SET state = 'pending', redo = :redo WHERE (recheck = 1 OR :redo) AND state = 'done' AND episode <> :episode
            AND id IN (SELECT item_id FROM sources WHERE feed_id = :feed)""",
            {"redo": self._redo, "episode": self.episode, "feed": known["id"]},
        )

    # ---- leases

    def claim(self, rate: float) -> Claim | None:
        """The next item whose host may be asked now, leased to this process; None when there is none just now.

        `rate` is in requests a second to one host, 0 for no limit.
        """
        now = time.time()
        parallel = MAX_PARALLEL if rate else 1 << 30
        values = {
            "now": now,
            "far": now + MAX_DELAY,
            "parallel": parallel,
            "first": bool(self.store.read(_FIRST)),
        }
        if not self.store.read(
            _NEXT, values
        ):  # looks without a lock, so that idle workers disturb nobody
            return None
        with self.store.write() as db:
            row = db.execute(_NEXT, values).fetchone()
            if row is None:
                return None
            owner = f"{self.process}:{next(_numbers)}"
            db.execute(
                "UPDATE items SET state = 'leased', owner = ?, leased_until = ? WHERE id = ?",
                (owner, now + LEASE, row["id"]),
            )
            if row["host"] and rate:
                db.execute(
                    "UPDATE hosts SET next_at = ? + max(?, delay) WHERE host = ?",
                    (now, 1 / rate, row["host"]),
                )
        return Claim(
            row["id"], row["kind"], row["url"], row["address"], row["given_id"], json.loads(row["payload"] or "{}"), row["etag"],
            row["last_modified"], row["attempts"] + (row["episode"] != self.episode), bool(row["redo"]), owner,
        )  # fmt: skip

    def finish(self, claim: Claim, outcome: Outcome) -> str | None:
        """Result and state in one commit; the state, or None when the lease had passed to another, whose result counts."""
        to_do, feed = 0, outcome.entries is not None or claim.kind == "feed"
        with self.store.write() as db:
            if not db.execute(
                "SELECT 1 FROM items WHERE id = ? AND owner = ? AND state = 'leased'",
                (claim.id, claim.owner),
            ).fetchone():
                return None
            if outcome.failure:
                state = "failed" if self._is_last(claim, outcome.failure) else "deferred"
                self._fail(
                    db,
                    claim.id,
                    outcome.failure,
                    outcome.stage,
                    state,
                    claim.tried,
                    self._wait(claim, outcome.failure, state),
                )
            else:
                state = "done" if outcome.report or feed else "unchanged"
                if outcome.entries is not None:
                    to_do = self._add(db, outcome.entries, claim.id) - (claim.kind != "feed")
                    self._keep_feed(db, claim, outcome)
                if outcome.article and outcome.report:
                    save_report(db, claim.id, outcome.article, outcome.report, self.made_by)
                self._close(db, claim, outcome)
        self.tally.add(to_do=to_do, **{"feeds" if feed else state: 1})
        if feed and outcome.failure:
            self.tally.add(feeds_failed=1)
        return state

    @staticmethod
    def _is_last(claim: Claim, error: SummarizerError) -> bool:
        if (
            claim.kind == "feed"
        ):  # whatever is wrong with it today, it may be mended tomorrow, unless it says that it is gone
            return error.code == "http_410" or claim.tried >= MAX_ATTEMPTS
        return not error.retryable or claim.tried >= MAX_ATTEMPTS

    def _wait(self, claim: Claim, error: SummarizerError, state: str) -> float:
        """Seconds that a feed is left alone; a page is asked again by the next run."""
        if claim.kind != "feed":
            return 0.0
        wait = max(
            getattr(error, "retry_after", None) or 0.0, self.backoff * 2 ** (claim.tried - 1)
        )
        return PAUSE if state == "failed" else min(wait, PAUSE)

    @staticmethod
    def _keep_feed(db: sqlite3.Connection, claim: Claim, outcome: Outcome) -> None:
        db.execute(
            "INSERT OR IGNORE INTO hosts (host) VALUES (?)", (host_of(outcome.address or ""),)
        )
        db.execute(
            """UPDATE items SET kind = 'feed', title = coalesce(:title, title), address = coalesce(:address, address),
            host = CASE WHEN :address IS NULL THEN host ELSE :host END WHERE id = :id""",
            {
                "title": outcome.title,
                "address": outcome.address,
                "host": host_of(outcome.address or ""),
                "id": claim.id,
            },
        )

    def _close(self, db: sqlite3.Connection, claim: Claim, outcome: Outcome) -> None:
        db.execute(
            """UPDATE items SET state = 'done', owner = NULL, leased_until = NULL, redo = 0, recheck = :again, episode = :episode,
            attempts = :attempts, etag = :etag, last_modified = :modified, next_at = 0, finished_at = :now,
            payload = CASE kind WHEN 'record' THEN NULL ELSE payload END,
            stage = NULL, code = NULL, retryable = NULL, message = NULL WHERE id = :id""",  # a record's text stands in `articles` now
            {"again": outcome.recheck and claim.tried < MAX_ATTEMPTS, "episode": self.episode,
             "attempts": claim.tried if outcome.recheck else 0, "etag": outcome.etag, "modified": outcome.last_modified,
             "now": utc_now(), "id": claim.id},
        )  # fmt: skip

    def _fail(
        self, db: sqlite3.Connection, ident: int, error: SummarizerError, stage: str, state: str, tried: int, wait: float = 0.0
    ) -> None:  # fmt: skip
        db.execute(
            """UPDATE items SET state = ?, owner = NULL, leased_until = NULL, attempts = ?, episode = ?, finished_at = ?, next_at = ?,
            stage = ?, code = ?, retryable = ?, message = ? WHERE id = ?""",
            (state, tried, self.episode, utc_now(), time.time() + wait if wait else 0.0, stage, error.code,
             state == "deferred" or error.retryable, str(error), ident),
        )  # fmt: skip

    def release(self) -> None:
        """Give back whatever this process holds: it stops, and nothing of it failed."""
        with self.store.write() as db:
            db.execute(
                "UPDATE items SET state = 'pending', owner = NULL, leased_until = NULL WHERE state = 'leased' AND owner LIKE ? || ':%'",
                (self.process,),
            )

    def free_leases(self) -> None:
        """Take up again what dead or hung workers held."""
        leased = self.store.read(
            "SELECT id, owner, leased_until, crashes FROM items WHERE state = 'leased'"
        )
        now = time.time()
        over = [
            row
            for row in leased
            if is_dead(row["owner"]) or not now <= row["leased_until"] <= now + LEASE + 1
        ]
        if not over:
            return
        with self.store.write() as db:
            for row in over:
                values = (row["crashes"] + 1 >= MAX_CRASHES, row["id"], row["owner"])
                db.execute(
                    """UPDATE items SET state = CASE WHEN ? THEN 'failed' ELSE 'pending' END, crashes = crashes + 1, owner = NULL,
                    leased_until = NULL, stage = 'analyze', code = 'poison', retryable = 0,
                    message = 'poison: the process died each time it was at it' WHERE id = ? AND owner = ? AND state = 'leased'""",
                    values,
                )

    # ---- what there is to tell

    def is_left(self) -> bool:
        """Whether an item is waiting or in work, here or in another process."""
        return bool(
            self.store.read("SELECT 1 FROM items WHERE state IN ('pending', 'leased') LIMIT 1")
        )

    def waiting(self) -> int:
        """How many articles are to do, whoever named them."""
        return int(
            self.store.read(
                "SELECT count(*) FROM items WHERE state IN ('pending', 'leased') AND kind <> 'feed'"
            )[0][0]
        )

    def count(self) -> dict[str, int]:
        """How many articles that this run's inputs name are in each state."""
        sql = f"SELECT state, count(*) AS n FROM items WHERE id IN ({OF_RUN}) AND kind <> 'feed' GROUP BY state"
        rows = self.store.read(sql, {"run": self.run})
        return dict.fromkeys(("done", "failed", "deferred", "pending", "leased"), 0) | {
            row["state"]: row["n"] for row in rows
        }

    def failures(self) -> list[dict[str, Any]]:
        """Each item of this run that failed: {id, line, url, stage, code, retryable, message}."""
        rows = self.store.read(
            f"""SELECT given_id AS id, json_extract(payload, '$.line') AS line, coalesce(url, json_extract(payload, '$.path')) AS url,
            stage, code, retryable, message FROM items WHERE id IN ({OF_RUN}) AND state IN ('failed', 'deferred') ORDER BY items.id""",
            {"run": self.run},
        )
        return [dict(row) | {"retryable": bool(row["retryable"])} for row in rows]

    def resting_feeds(self) -> list[sqlite3.Row]:
        """Feeds of this run that are not asked now: url, state, and the seconds left."""
        sql = f"SELECT url, state, next_at - :now AS wait FROM items WHERE kind = 'feed' AND next_at > :now AND id IN ({OF_RUN})"
        return self.store.read(sql, {"run": self.run, "now": time.time()})

    # ---- hosts

    def robots(self, host: str, max_age: float) -> str | None:
        """The host's robots.txt as last read, when that is not too long ago."""
        rows = self.store.read(
            "SELECT robots FROM hosts WHERE host = ? AND robots_at > ?",
            (host, time.time() - max_age),
        )
        return rows[0]["robots"] if rows else None

    def keep_robots(self, host: str, text: str, delay: float) -> None:
        with self.store.write() as db:
            db.execute(
                """INSERT INTO hosts (host, robots, robots_at, delay) VALUES (:host, :text, :now, :delay)
                ON CONFLICT DO UPDATE SET robots = :text, robots_at = :now, delay = :delay""",
                {"host": host, "text": text, "now": time.time(), "delay": delay},
            )


_FIRST = "SELECT 1 FROM items WHERE kind IN ('feed', 'address') AND state IN ('pending', 'leased') LIMIT 1"
_NEXT = """SELECT i.* FROM hosts h JOIN items i ON i.id = (SELECT id FROM items WHERE state = 'pending' AND host = h.host
        AND (kind IN ('feed', 'address') OR NOT :first) ORDER BY crashes, id LIMIT 1)
    WHERE (h.next_at <= :now OR h.next_at > :far)
        AND (h.host = '' OR (SELECT count(*) FROM items WHERE state = 'leased' AND host = h.host) < :parallel)
    ORDER BY i.crashes, i.id LIMIT 1"""
