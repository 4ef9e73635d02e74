"""ITEM -> LEASE -> OUTCOME: what an input names, who works on it, and what became of it.

Also how far a run is and how it ended, for whoever watches it.
"""

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from summarizer.errors import SummarizerError
from summarizer.models import Article, Report

# What an item is, which decides how it is read.
ItemKind = Literal[
    "feed",
    "address",  # given by the user: a page, or a feed if that is what it turns out to be
    "url",  # the page of a feed's entry
    "entry",  # a feed's entry that links no page: the feed's own words are the article
    "record",
    "file",
]
# Where an item stands. It is in exactly one state.
ItemState = Literal[
    "pending",
    "leased",
    "done",
    "failed",  # for good; a feed: paused
    "deferred",  # worth another run
]
# Where a failure happened, in the words of the failures file.
Stage = Literal[
    "read",  # the input itself, such as a line that is no record
    "feed",
    "robots",
    "fetch",
    "extract",
    "analyze",
]


@dataclass(frozen=True)
class Item:
    """Something to read, as an input names it.

    The same `key` is the same item, whichever input names it.
    """

    key: str
    kind: ItemKind
    url: str | None = None
    given_id: str | None = None  # the input record's id
    host: str = ""  # whose server is asked; "" for what needs no network
    payload: dict[str, Any] = field(default_factory=dict)  # what the input says of it, as JSON
    fingerprint: str | None = None  # changes when the input says that it was edited
    error: SummarizerError | None = None  # why it cannot even be started
    entries: tuple["Item", ...] | None = None  # of a feed that was read from a file


@dataclass(frozen=True)
class Lease:
    """An item that one worker alone holds.

    `owner` names the lease: the process, and a number within it.
    """

    id: int
    kind: ItemKind
    url: str | None
    host: str
    address: str | None  # where a feed moved to
    given_id: str | None
    payload: dict[str, Any]
    etag: str | None
    last_modified: str | None
    attempts: int  # runs in which it failed, if this attempt fails too
    redo: bool
    owner: str


@dataclass(frozen=True)
class Outcome:
    """What became of a lease: an article and its report, a feed's entries, or a failure.

    With none of them there was nothing new.
    """

    article: Article | None = None
    report: Report | None = None
    entries: tuple[Item, ...] | None = None
    title: str | None = None  # of the feed
    address: str | None = None  # where the feed moved to
    failure: SummarizerError | None = None
    stage: Stage = "analyze"
    etag: str | None = None
    last_modified: str | None = None
    recheck: bool = False  # done from the feed's text after a failure that may pass


def hash_text(text: str) -> str:
    """32 characters that tell texts apart."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


@dataclass
class RunTally:
    """What this process has done so far: articles by what became of them, and feeds.

    `to_do` is how many articles there are to do, `cost_usd` None once a cost is not known.
    """

    to_do: int = 0
    done: int = 0
    unchanged: int = 0
    failed: int = 0
    deferred: int = 0
    feeds: int = 0
    feeds_failed: int = 0
    cost_usd: float | None = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def over(self) -> int:
        """Articles that are settled in this run."""
        return self.done + self.unchanged + self.failed + self.deferred

    def add(self, **counts: int) -> None:
        """Raise each named count. Safe to call from any thread."""
        with self._lock:
            for name, count in counts.items():
                setattr(self, name, getattr(self, name) + count)


@dataclass(frozen=True)
class Hooks:
    """Who hears of each stored report, of each message, of each item that is settled, of the end of
    each visit of `watch`, and, ten times a second, of the tally."""

    report: Callable[[Report], None] = lambda _: None
    message: Callable[[str], None] = lambda _: None
    tick: Callable[[RunTally], None] = lambda _: None
    settled: Callable[[Lease, Outcome, ItemState], None] = lambda *_: None
    visited: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class RunResult:
    """How a run ended: its articles by state, its failures, and what stopped it early.

    The failures are those of Queue.failures.
    """

    states: dict[str, int]
    failures: list[dict[str, Any]]
    tally: RunTally
    error: SummarizerError | None = None
    signal: int | None = None

    @property
    def exit_status(self) -> int:
        """The program's exit code."""
        if self.signal:
            return 128 + self.signal
        if self.error:
            return self.error.exit_status
        return 1 if self.failures else 0
