"""MESSAGES -> RECEIVERS: what waits in the database, one message a run, tried again next run.

A receiver's address stands in no table: the database knows it by a slow, salted hash of 32 bits,
which tells the few receivers of one user apart and is of little use to whoever guesses passwords.
"""

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from sqlite3 import Connection, Row
from typing import NamedTuple

from summarizer.batch.store import Store
from summarizer.errors import UsageError
from summarizer.render.message import Message
from summarizer.render.parts import count_things
from summarizer.settings import Receiver

MAX_WAITING = 20  # messages for one receiver; the oldest give way
MAX_ATTEMPTS = 10
MAX_AGE = 7 * 24 * 3600.0  # seconds
CLAIM = 180.0  # seconds for which a message that is being sent is left alone by other processes
_SCRYPT = {"n": 2**14, "r": 8, "p": 1, "dklen": 4}  # OWASP's least parameters; 50 ms


class Told(NamedTuple):
    """What became of a receiver's messages, as a line for the user, and whether that is a fault."""

    line: str
    is_fault: bool = False


# Sends one receiver its messages as one; what is wrong in our own words, or None if it went.
Send = Callable[[Receiver, Sequence[Message]], str | None]

_CLAIM = """
    UPDATE messages SET claimed_until = :until, attempts = attempts + 1
    WHERE receiver = :receiver AND claimed_until < :now
    RETURNING id, title, text, page
"""
_STALE = """
    DELETE FROM messages WHERE receiver = :receiver AND claimed_until < :now AND (
        attempts >= :attempts OR made_at < :now - :age OR id NOT IN (
            SELECT id FROM messages WHERE receiver = :receiver ORDER BY id DESC LIMIT :most
        )
    )
"""


def identify(store: Store, receiver: Receiver) -> str:
    """The name under which the database knows a receiver."""
    salt = store.read("SELECT value FROM salt")[0][0]
    return hashlib.scrypt(receiver.address.encode(), salt=salt, **_SCRYPT).hex()


def add_message(db: Connection, name: str, message: Message) -> None:
    """Let a message wait for the receiver of this name, within the caller's transaction."""
    sql = "INSERT INTO messages (receiver, title, text, page, made_at) VALUES (?, ?, ?, ?, ?)"
    db.execute(sql, (name, *message, time.time()))


class Quiet(NamedTuple):
    """Hours of the day in which nothing is sent, in minutes since midnight, local time."""

    start: int
    end: int

    def covers(self, now: datetime) -> bool:
        """Whether `now` lies within; the end is outside, and the hours may go over midnight."""
        minute = now.hour * 60 + now.minute
        if self.start <= self.end:
            return self.start <= minute < self.end
        return minute >= self.start or minute < self.end


def parse_quiet(written: str | None) -> Quiet | None:
    """Quiet hours as they are written: `22-7`, `22:30-07:00`. Raises UsageError.

    >>> parse_quiet("22-7:30")
    Quiet(start=1320, end=450)
    """
    if not written:
        return None
    try:
        start, end = (datetime.strptime(_pad(part), "%H:%M") for part in written.split("-"))  # noqa: DTZ007  a time of day has no zone
    except ValueError as error:
        advice = "Such as 22-7 or 22:30-07:00"
        raise UsageError(f"quiet hours {written!r} are no hours", advice=advice) from error
    return Quiet(start.hour * 60 + start.minute, end.hour * 60 + end.minute)


def _pad(time_of_day: str) -> str:
    time_of_day = time_of_day.strip()
    return time_of_day if ":" in time_of_day else f"{time_of_day}:00"


def deliver(
    store: Store, names: dict[str, Receiver], send: Send, *, is_quiet: bool
) -> Iterator[Told]:
    """Send each receiver all that waits for it, as one message.

    Yields a line for whatever was sent, waits, or is given up. Raises StorageError alone.
    """
    for name, receiver in names.items():
        now = time.time()
        if lost := _drop_stale(store, name, now):
            yield Told(f"{receiver.name}: {count_things(lost, 'old message')} given up", True)
        if is_quiet:
            if waiting := _count(store, name):
                messages = count_things(waiting, "message")
                yield Told(f"{receiver.name}: {messages} kept until the quiet hours end")
            continue
        rows = _claim(store, name, now)
        if not rows:
            continue
        fault = send(receiver, [Message(row["title"], row["text"], row["page"]) for row in rows])
        _settle(store, rows, is_sent=fault is None)
        messages = count_things(len(rows), "message")
        if fault:
            line = f"{receiver.name}: {messages} not delivered ({fault}); the next run tries again"
            yield Told(line, True)
        else:
            yield Told(f"{receiver.name}: {messages} sent")


def _drop_stale(store: Store, name: str, now: float) -> int:
    limits = {"attempts": MAX_ATTEMPTS, "age": MAX_AGE, "most": MAX_WAITING}
    with store.write() as db:
        return db.execute(_STALE, {"receiver": name, "now": now, **limits}).rowcount


def _count(store: Store, name: str) -> int:
    rows = store.read("SELECT count(*) FROM messages WHERE receiver = ?", (name,))
    return int(rows[0][0])


def _claim(store: Store, name: str, now: float) -> list[Row]:
    """The receiver's messages that no other process is sending, the oldest first."""
    values = {"receiver": name, "now": now, "until": now + CLAIM}
    with store.write() as db:
        rows = db.execute(_CLAIM, values).fetchall()
    return sorted(rows, key=lambda row: row["id"])


def _settle(store: Store, rows: Sequence[Row], *, is_sent: bool) -> None:
    done = "DELETE FROM messages" if is_sent else "UPDATE messages SET claimed_until = 0"
    with store.write() as db:
        db.executemany(f"{done} WHERE id = ?", [(row["id"],) for row in rows])
