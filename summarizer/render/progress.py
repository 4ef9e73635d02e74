"""How far a batch is: a live line on a terminal, a plain line now and then elsewhere; at the end a table. All on stderr."""

import time
from pathlib import Path
from types import TracebackType

from rich.console import Console
from rich.table import Table
from rich.text import Text

from summarizer.spans import clean
from summarizer.tally import Result, Tally

EVERY = 10.0  # seconds between plain lines: a log of an hour is 360 of them
MAX_SHOWN = 20  # failures in the closing table; all stand in the failures file or the database


class Progress:
    """Shows a Tally. Use as a context manager; `close` prints what became of it."""

    def __init__(self, console: Console | None = None):
        self._console = console or Console(stderr=True, highlight=False, soft_wrap=True)
        self._live = self._console.status("") if self._console.is_terminal else None
        self._started = self._told = time.monotonic()

    def __enter__(self) -> "Progress":
        if self._live:
            self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._live:
            self._live.stop()

    def say(self, message: str) -> None:
        """A message for the user, on a line of its own."""
        self._console.print(Text(f"summarizer: {clean(message)}"))

    def show(self, tally: Tally) -> None:
        """The present state; on a terminal at once, elsewhere every EVERY seconds."""
        if self._live:
            self._live.update(Text(self._line(tally)))
        elif time.monotonic() - self._told >= EVERY:
            self._told = time.monotonic()
            self._console.print(Text(self._line(tally)))

    def _line(self, tally: Tally) -> str:
        over = tally.done + tally.unchanged + tally.failed + tally.deferred
        rate = over / max(time.monotonic() - self._started, 0.001)
        parts = [f"{over}/{max(tally.to_do, over)} articles", f"{rate:.1f}/s"]
        parts += [f"{tally.failed + tally.deferred} failed"] if tally.failed + tally.deferred else []
        parts += [f"{tally.feeds} feeds"] if tally.feeds else []
        parts += [] if tally.cost_usd == 0 else ["cost unknown" if tally.cost_usd is None else f"${tally.cost_usd:.4f}"]
        if rate and over < tally.to_do:
            parts.append(f"about {_span((tally.to_do - over) / rate)} left")
        return " · ".join(parts)

    def close(self, result: Result, database: Path | None) -> None:
        """The closing table: what is in which state, and what failed why."""
        states, tally = result.states, result.tally
        line = f"{states['done']} done, {states['failed']} failed, {states['deferred']} for the next run"
        waiting = states["pending"] + states["leased"]
        line += f", {waiting} waiting: the same command goes on" if waiting else ""
        line += f"; {tally.done} analysed now in {_span(time.monotonic() - self._started)}"
        line += "" if tally.cost_usd == 0 else ", cost unknown" if tally.cost_usd is None else f", ${tally.cost_usd:.4f}"
        self._console.print(Text(line))
        if result.failures:
            table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
            for name in ("stage", "code", "what"):
                table.add_column(name, overflow="fold")
            for failure in result.failures[:MAX_SHOWN]:
                what = failure["url"] or failure["id"] or (f"line {failure['line']}" if failure["line"] else failure["message"])
                table.add_row(*(Text(clean(str(part))) for part in (failure["stage"], failure["code"], what)))
            self._console.print(table)
            if (more := len(result.failures) - MAX_SHOWN) > 0:
                self._console.print(Text(f"and {more} more"))
        if database:
            self._console.print(Text(f"in {database}"))


def _span(seconds: float) -> str:
    """A span as people say it: `40 s`, `3 min`, `2 h`."""
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"
