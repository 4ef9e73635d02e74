"""How far a run is and how it ended, for whoever watches it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from summarizer.errors import SummarizerError
from summarizer.models import Report


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
    """Who hears of each stored report, of each message, and, ten times a second, of the tally."""

    report: Callable[[Report], None] = lambda _: None
    message: Callable[[str], None] = lambda _: None
    tick: Callable[[RunTally], None] = lambda _: None


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
