"""Runs and episodes: when a run begins and ends, and what it takes over from earlier ones.

An *episode* is a run with the runs that resume it after a kill, or that work beside it. A failure
is not tried again within its episode. For example, a run is killed, a second one resumes it and
is killed too, and a third one ends it: an item that failed in the first is tried again only by
the next run after the third.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from sqlite3 import Connection

from summarizer.batch.store import format_time, process_name, utc_now

# Seconds after which a run that never ended is not resumed: its process may be on a machine, or
# in a container, that is gone.
MAX_EPISODE = 24 * 3600.0

# An earlier run is over when its process died, or is this one, which has begun another run.
_IS_OVER = "(owner = :process OR is_dead(owner))"
_FORGET_INPUTS = f"""
    DELETE FROM run_items
    WHERE run_id IN (
        SELECT id FROM runs
        WHERE id IN (SELECT run_id FROM run_items) AND ended_at IS NOT NULL AND {_IS_OVER}
    )
"""
# The run joins the episode of a run that never ended, or begins one under its own number.
_INSERT_RUN = """
    INSERT INTO runs (owner, started_at, episode)
    VALUES (:process, :now, coalesce(
        (
            SELECT episode FROM runs
            WHERE ended_at IS NULL AND started_at > :recent
            ORDER BY id LIMIT 1
        ),
        (SELECT coalesce(max(id), 0) + 1 FROM runs)
    ))
    RETURNING id, episode
"""
_TRY_DEFERRED_AGAIN = """
    UPDATE items SET state = 'pending'
    WHERE state = 'deferred' AND kind <> 'feed' AND episode <> ?
"""
# A failure to read the input itself stays: a line that is no record does not become one.
_TRY_FAILED_AGAIN = """
    UPDATE items SET state = 'pending', attempts = 0, crashes = 0
    WHERE state = 'failed' AND kind <> 'feed' AND stage <> 'read'
"""
_END_RUNS = f"""
    UPDATE runs SET ended_at = :now
    WHERE ended_at IS NULL AND episode = :episode AND {_IS_OVER}
"""
_KEEP_COUNTS = """
    UPDATE runs SET done = :done, failed = :failed, deferred = :deferred, cost_usd = :cost_usd
    WHERE id = :id
"""


@dataclass(frozen=True)
class Run:
    """The present run. With `redo`, what is done already is done again."""

    id: int
    episode: int
    process: str
    redo: bool


def begin_run(db: Connection, *, redo: bool, retry_failed: bool) -> Run:
    """Enter a new run, and put back what it is to try again."""
    process = process_name()
    recent = format_time(time.time() - MAX_EPISODE)
    values = {"process": process, "now": utc_now(), "recent": recent}
    db.execute(_FORGET_INPUTS, values)
    run_id, episode = db.execute(_INSERT_RUN, values).fetchone()
    db.execute(_TRY_DEFERRED_AGAIN, (episode,))
    if retry_failed:
        db.execute("UPDATE items SET attempts = 0, next_at = 0 WHERE kind = 'feed'")
        db.execute(_TRY_FAILED_AGAIN)
    return Run(run_id, episode, process, redo)


def end_run(db: Connection, run: Run, counts: Mapping[str, int], cost_usd: float | None) -> None:
    """End the run, and with it the runs of its episode that were killed or stopped."""
    values = {**vars(run), **counts, "cost_usd": cost_usd, "now": utc_now()}
    db.execute(_END_RUNS, values)
    db.execute(_KEEP_COUNTS, values)
