"""Who does what, and what is done: items, leases, feeds, hosts and runs, in the database that all processes share.

    pending -> leased -> done | failed (for good) | deferred (worth another run)

A lease names its process. It ends with the process (seen at once on the same machine) or after LEASE seconds; a late worker's
result is dropped. An *episode* is a run with those that resume it after a kill or go on beside it: within one, nothing is tried
twice, so that ten interrupted runs count as one.
"""

import itertools
import json
import sqlite3
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from summarizer.errors import SummarizerError
from summarizer.models import Article, Report
from summarizer.processes import is_dead, process_name
from summarizer.store import Store, save_report, utc_now

LEASE = 300.0  # seconds; the longest item takes 20 to fetch, 10 to parse, 120 to ask a model
MAX_ATTEMPTS = 3  # runs in which an item or a feed may fail before it is given up or paused
# Leases that may die before the item itself is suspected. Not 3: who kills a run often would condemn items that were just in flight
MAX_CRASHES = 10
PAUSE = 24 * 3600.0  # seconds that a dead feed is left alone, then it is asked once more
MAX_PARALLEL = 2  # requests at once to one host
MAX_DELAY = 3600.0  # seconds; a host's turn further away than this is a clock that jumped
_numbers = itertools.count()


@dataclass(frozen=True)
class Item:
    """Something to analyse, as an input names it. `again` asks a page anew that was read before."""

    key: str
    kind: str
    url: str | None = None
    given_id: str | None = None
    host: str = ""
    payload: dict[str, Any] = field(default_factory=dict)
    fingerprint: str | None = None
    again: bool = False
    error: SummarizerError | None = None  # it cannot even be started


@dataclass(frozen=True)
class Claim:
    """An item that this worker alone holds."""

    id: int
    kind: str
    url: str | None
    given_id: str | None
    host: str
    payload: dict[str, Any]
    etag: str | None
    last_modified: str | None
    attempts: int
    redo: bool
    owner: str


@dataclass(frozen=True)
class Outcome:
    """What became of a claim; `report` None and `failure` None: nothing new."""

    article: Article | None = None
    report: Report | None = None
    failure: SummarizerError | None = None
    stage: str = "analyze"
    etag: str | None = None
    last_modified: str | None = None
    recheck: bool = False  # done from the feed's text after a failure that may pass


class Ledger:
    """The books of one run."""

    def __init__(self, store: Store, made_by: str = "", *, retry_failed: bool = False, redo: bool = False):
        self.store = store
        self.made_by = made_by
        self.process = process_name()
        self.free_leases()
        with store.write() as db:
            open_runs = db.execute("SELECT id, episode, owner FROM runs WHERE ended_at IS NULL").fetchall()
            self.resumes = bool(open_runs)
            values = (self.process, utc_now(), open_runs[0]["episode"] if open_runs else None)
            self.run = int(db.execute("INSERT INTO runs (owner, started_at, episode) VALUES (?, ?, ?)", values).lastrowid or 0)
            db.execute("UPDATE runs SET episode = coalesce(episode, id) WHERE id = ?", (self.run,))
            self.episode = int(open_runs[0]["episode"]) if open_runs else self.run
            db.execute("DELETE FROM run_items WHERE run_id IN (SELECT id FROM runs WHERE ended_at IS NOT NULL)")
            db.execute("UPDATE items SET state = 'pending' WHERE state = 'deferred' AND episode <> ?", (self.episode,))
            if retry_failed:
                db.execute("UPDATE items SET state = 'pending', attempts = 0, crashes = 0 WHERE state = 'failed' AND payload IS NOT NULL")
                db.execute("UPDATE feeds SET paused = 0, failures = 0, next_at = 0")
        self._redo = redo

    def end(self, cost: float | None) -> None:
        """The run has come to its end; with it, those of its episode that were killed."""
        count = self.count()
        with self.store.write() as db:
            now = utc_now()
            db.execute("UPDATE runs SET ended_at = ?, done = ?, failed = ?, deferred = ?, cost_usd = ? WHERE id = ?",
                       (now, count["done"], count["failed"], count["deferred"], cost, self.run))  # fmt: skip
            for row in db.execute("SELECT id, owner FROM runs WHERE ended_at IS NULL AND episode = ?", (self.episode,)).fetchall():
                if is_dead(row["owner"]):
                    db.execute("UPDATE runs SET ended_at = ? WHERE id = ?", (now, row["id"]))

    # ---- items

    def add(self, items: Iterable[Item], feed: int | None = None) -> int:
        """Enter items that are new, and those that were edited, into the books; how many there are to do."""
        with self.store.write() as db:
            return self._add(db, items, feed)

    def _add(self, db: sqlite3.Connection, items: Iterable[Item], feed: int | None) -> int:
        added = 0
        for item in items:
            known = db.execute("SELECT * FROM items WHERE key = ?", (item.key,)).fetchone()
            if known is None:
                ident = self._insert(db, item)
                added += item.error is None
            else:
                ident = int(known["id"])
                added += self._renew(db, item, known, feed)
            db.execute("INSERT OR IGNORE INTO run_items VALUES (?, ?)", (self.run, ident))
            if feed is not None:
                sql = "INSERT INTO sources VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET fingerprint = excluded.fingerprint"
                db.execute(sql, (ident, feed, item.fingerprint))
        return added

    def _insert(self, db: sqlite3.Connection, item: Item) -> int:
        db.execute("INSERT OR IGNORE INTO hosts (host) VALUES (?)", (item.host,))
        payload = json.dumps(item.payload, ensure_ascii=False)
        values = (item.key, item.kind, item.url, item.given_id, item.host, payload, item.fingerprint, utc_now())
        sql = """INSERT INTO items (key, kind, url, given_id, host, payload, fingerprint, first_seen_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""
        ident = int(db.execute(sql, values).lastrowid or 0)
        if item.error:
            self._fail(db, ident, item.error, "read", "failed")
        return ident

    def _renew(self, db: sqlite3.Connection, item: Item, known: sqlite3.Row, feed: int | None) -> bool:
        """Whether an item that is known is to be done again: edited, asked for anew, or all of them (--redo)."""
        before = known["fingerprint"]
        if feed is not None:  # feeds word the same story differently: only a change in the same one is an edit
            row = db.execute("SELECT fingerprint FROM sources WHERE item_id = ? AND feed_id = ?", (known["id"], feed)).fetchone()
            before = row["fingerprint"] if row else item.fingerprint
        edited = item.fingerprint != before
        over = known["state"] in ("done", "failed", "deferred")
        again = known["state"] == "done" and known["episode"] != self.episode and (item.again or self._redo)
        payload = json.dumps(item.payload, ensure_ascii=False)
        if over and (edited or again):
            sql = "UPDATE items SET state = 'pending', payload = ?, fingerprint = ?, redo = ?, attempts = 0 WHERE id = ?"
            db.execute(sql, (payload, item.fingerprint, self._redo, known["id"]))
            return True
        first = json.loads(known["payload"] or "{}").get("feed")
        if known["state"] == "pending" and first and str(item.payload.get("feed")) < first:  # whichever feed answered sooner
            db.execute("UPDATE items SET payload = ?, url = ? WHERE id = ?", (payload, item.url, known["id"]))
        return False

    def claim(self, rate: float, *, addresses: bool = False) -> Claim | None:
        """The next item whose host may be asked now, leased to this process; None when there is none just now.

        `rate` is in requests a second to one host, 0 for no limit; `addresses` takes only what the user typed or listed.
        """
        now = time.time()
        parallel = MAX_PARALLEL if rate else 1 << 30
        values = {"now": now, "far": now + MAX_DELAY, "parallel": parallel, "addresses": addresses}
        if not self.store.read(_NEXT, values):  # looks without a lock, so that idle workers disturb nobody
            return None
        with self.store.write() as db:
            row = db.execute(_NEXT, values).fetchone()
            if row is None:
                return None
            owner = f"{self.process}:{next(_numbers)}"
            db.execute("UPDATE items SET state = 'leased', owner = ?, leased_until = ? WHERE id = ?", (owner, now + LEASE, row["id"]))
            self._take_turn(db, row["host"], rate, now)
        return Claim(
            row["id"], row["kind"], row["url"], row["given_id"], row["host"], json.loads(row["payload"] or "{}"), row["etag"],
            row["last_modified"], row["attempts"], bool(row["redo"]), owner,
        )  # fmt: skip

    def take_turn(self, host: str, rate: float) -> bool:
        """Whether the host may be asked now; if so, its next turn is set."""
        now = time.time()
        with self.store.write() as db:
            row = db.execute("SELECT next_at FROM hosts WHERE host = ?", (host,)).fetchone()
            if row and now < row["next_at"] <= now + MAX_DELAY:
                return False
            self._take_turn(db, host, rate, now)
        return True

    @staticmethod
    def _take_turn(db: sqlite3.Connection, host: str, rate: float, now: float) -> None:
        if host and rate:
            db.execute(
                """INSERT INTO hosts (host, next_at) VALUES (:host, :now + :pause)
                ON CONFLICT DO UPDATE SET next_at = :now + max(:pause, delay)""",
                {"host": host, "now": now, "pause": 1 / rate},
            )

    def finish(self, claim: Claim, outcome: Outcome) -> bool:
        """Result and state in one commit; False when the lease had passed to another, whose result counts."""
        with self.store.write() as db:
            if not db.execute("SELECT 1 FROM items WHERE id = ? AND owner = ? AND state = 'leased'", (claim.id, claim.owner)).fetchone():
                return False
            if outcome.failure:
                last = not outcome.failure.retryable or claim.attempts + 1 >= MAX_ATTEMPTS
                self._fail(db, claim.id, outcome.failure, outcome.stage, "failed" if last else "deferred")
                return True
            if outcome.article and outcome.report:
                save_report(db, claim.id, outcome.article, outcome.report, self.made_by)
            again = outcome.recheck and claim.attempts + 1 < MAX_ATTEMPTS
            db.execute(
                """UPDATE items SET state = 'done', owner = NULL, leased_until = NULL, redo = 0, recheck = :again, episode = :episode,
                attempts = CASE WHEN :partial THEN attempts + 1 ELSE 0 END, etag = :etag, last_modified = :modified,
                finished_at = :now, stage = NULL, code = NULL, retryable = NULL, message = NULL WHERE id = :id""",
                {"again": again, "partial": outcome.recheck, "episode": self.episode, "etag": outcome.etag,
                 "modified": outcome.last_modified, "now": utc_now(), "id": claim.id},
            )  # fmt: skip
            if claim.kind == "record":  # its text stands in `articles` now
                db.execute("UPDATE items SET payload = NULL WHERE id = ?", (claim.id,))
        return True

    def _fail(self, db: sqlite3.Connection, ident: int, error: SummarizerError, stage: str, state: str) -> None:
        db.execute(
            """UPDATE items SET state = ?, owner = NULL, leased_until = NULL, attempts = attempts + 1, episode = ?, finished_at = ?,
            stage = ?, code = ?, retryable = ?, message = ? WHERE id = ?""",
            (state, self.episode, utc_now(), stage, error.code, error.retryable, str(error), ident),
        )

    def become_feed(self, claim: Claim) -> None:
        """The item was the address of a feed, and is none."""
        with self.store.write() as db:
            db.execute("DELETE FROM items WHERE id = ? AND owner = ?", (claim.id, claim.owner))

    def release(self) -> None:
        """Give back whatever this process holds: it stops, and nothing of it failed."""
        with self.store.write() as db:
            db.execute(
                "UPDATE items SET state = 'pending', owner = NULL, leased_until = NULL WHERE state = 'leased' AND owner LIKE ? || ':%'",
                (self.process,),
            )

    def free_leases(self) -> None:
        """Take up again what dead or hung workers held."""
        leased = self.store.read("SELECT id, owner, leased_until, crashes FROM items WHERE state = 'leased'")
        now = time.time()
        over = [row for row in leased if is_dead(row["owner"]) or not now <= row["leased_until"] <= now + LEASE + 1]
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

    def is_left(self, *, addresses: bool = False) -> bool:
        """Whether an item is waiting or in work, here or in another process."""
        sql = "SELECT 1 FROM items WHERE state IN ('pending', 'leased') AND (kind = 'address' OR NOT ?) LIMIT 1"
        return bool(self.store.read(sql, (addresses,)))

    def count(self) -> dict[str, int]:
        """How many of the items that this run's inputs name are in each state."""
        rows = self.store.read(
            "SELECT state, count(*) AS n FROM run_items JOIN items ON items.id = item_id WHERE run_id = ? GROUP BY state", (self.run,)
        )
        return dict.fromkeys(("done", "failed", "deferred", "pending", "leased"), 0) | {row["state"]: row["n"] for row in rows}

    def failures(self) -> list[dict[str, Any]]:
        """Each item of this run that failed, and each feed: {id, line, url, stage, code, retryable, message}."""
        rows = self.store.read(
            """SELECT given_id, payload, coalesce(url, json_extract(payload, '$.path')) AS url, stage, code, retryable, message
            FROM run_items JOIN items ON items.id = item_id WHERE run_id = ? AND state IN ('failed', 'deferred') ORDER BY items.id""",
            (self.run,),
        )
        told = [
            {"id": row["given_id"], "line": json.loads(row["payload"] or "{}").get("line"), "url": row["url"], "stage": row["stage"],
             "code": row["code"], "retryable": bool(row["retryable"]), "message": row["message"]}
            for row in rows
        ]  # fmt: skip
        feeds = self.store.read("SELECT url, code, message, paused FROM feeds WHERE failed_in = ? AND code IS NOT NULL", (self.episode,))
        return told + [
            {"id": None, "line": None, "url": row["url"], "stage": "feed", "code": row["code"], "retryable": not row["paused"],
             "message": row["message"]} for row in feeds
        ]  # fmt: skip

    # ---- feeds and hosts

    def find_feed(self, url: str) -> sqlite3.Row | None:
        """The feed that was given as `url`, when it is known."""
        return next(iter(self.store.read("SELECT * FROM feeds WHERE url = ?", (url,))), None)

    def add_feed(self, url: str, address: str | None = None) -> sqlite3.Row:
        """The feed given as `url`, entered into the books if it is new."""
        with self.store.write() as db:
            db.execute("INSERT OR IGNORE INTO feeds (url, address) VALUES (?, ?)", (url, address or url))
        found = self.find_feed(url)
        assert found is not None
        return found

    def feed_read(
        self, feed: int, title: str | None, items: Sequence[Item], *, etag: str | None = None, last_modified: str | None = None,
        address: str | None = None,
    ) -> int:  # fmt: skip
        """A feed was had: its entries and its validators in one commit, so that a kill between them loses none."""
        with self.store.write() as db:
            added = self._add(db, items, feed)
            db.execute(
                """UPDATE feeds SET title = coalesce(?, title), etag = ?, last_modified = ?, address = coalesce(?, address), failures = 0, paused = 0,
                next_at = 0, code = NULL, message = NULL, polled_at = ? WHERE id = ?""",
                (title, etag, last_modified, address, utc_now(), feed),
            )
            self._touch(db, feed)
        return added

    def feed_unchanged(self, feed: int, address: str | None = None) -> None:
        """A feed said that nothing changed; its known entries belong to this run all the same."""
        with self.store.write() as db:
            db.execute(
                """UPDATE feeds SET failures = 0, paused = 0, next_at = 0, code = NULL, message = NULL, polled_at = ?, address = coalesce(?, address)
                WHERE id = ?""",
                (utc_now(), address, feed),
            )
            self._touch(db, feed)

    def feed_failed(self, feed: int, error: SummarizerError, wait: float = 0.0) -> bool:
        """A feed was not to be had; True when that was once too often and it is paused now."""
        gone = error.code == "http_410"
        now = time.time()
        with self.store.write() as db:
            db.execute(
                """UPDATE feeds SET failures = failures + (failed_in <> :episode), failed_in = :episode, code = :code, message = :message,
                next_at = CASE WHEN :gone OR failures + (failed_in <> :episode) >= :most THEN :pause ELSE :next END,
                paused = :gone OR failures + (failed_in <> :episode) >= :most, polled_at = :now WHERE id = :id""",
                {"episode": self.episode, "code": error.code, "message": str(error), "next": now + wait, "pause": now + PAUSE,
                 "gone": gone, "most": MAX_ATTEMPTS, "now": utc_now(), "id": feed},
            )  # fmt: skip
            self._touch(db, feed)
            return bool(db.execute("SELECT paused FROM feeds WHERE id = ?", (feed,)).fetchone()[0])

    def _touch(self, db: sqlite3.Connection, feed: int) -> None:
        db.execute("INSERT OR IGNORE INTO run_items SELECT ?, item_id FROM sources WHERE feed_id = ?", (self.run, feed))
        db.execute(
            """UPDATE items SET state = 'pending', redo = :redo WHERE (recheck = 1 OR :redo) AND state = 'done' AND episode <> :episode
            AND id IN (SELECT item_id FROM sources WHERE feed_id = :feed)""",
            {"redo": self._redo, "episode": self.episode, "feed": feed},
        )

    def robots(self, host: str, max_age: float) -> str | None:
        """The host's robots.txt as last read, when that is not too long ago."""
        rows = self.store.read("SELECT robots FROM hosts WHERE host = ? AND robots_at > ?", (host, time.time() - max_age))
        return rows[0]["robots"] if rows else None

    def keep_robots(self, host: str, text: str, delay: float) -> None:
        with self.store.write() as db:
            db.execute(
                """INSERT INTO hosts (host, robots, robots_at, delay) VALUES (:host, :text, :now, :delay)
                ON CONFLICT DO UPDATE SET robots = :text, robots_at = :now, delay = :delay""",
                {"host": host, "text": text, "now": time.time(), "delay": delay},
            )


_NEXT = """SELECT i.* FROM hosts h JOIN items i ON i.id =
        (SELECT id FROM items WHERE state = 'pending' AND host = h.host AND (kind = 'address' OR NOT :addresses) ORDER BY crashes, id LIMIT 1)
    WHERE (h.next_at <= :now OR h.next_at > :far)
        AND (h.host = '' OR (SELECT count(*) FROM items WHERE state = 'leased' AND host = h.host) < :parallel)
    ORDER BY i.crashes, i.id LIMIT 1"""
