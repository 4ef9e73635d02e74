"""Shows on stderr how far a batch is: a bar on a terminal, elsewhere a line now and then.

At the end it prints what failed, and a table.
"""

import time
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TextColumn
from rich.progress import Progress as Bar
from rich.table import Column, Table
from rich.text import Text

from summarizer.batch.items import ItemState, Lease, Outcome, RunResult, RunTally
from summarizer.render.parts import count_things, format_cost
from summarizer.text.spans import clean

EVERY = 10.0  # seconds between plain lines: a log of an hour is 360 of them
# Failures printed at the end, and addresses of each kind of failure; the failures file or the
# database holds them all.
MAX_LINES = 40
MAX_ADDRESSES = 2


class Progress:
    """Shows a RunTally. Use as a context manager; `close` prints what became of it."""

    def __init__(self, console: Console | None = None, *, is_quiet: bool = False):
        self._is_quiet = is_quiet
        self._console = console or Console(stderr=True, highlight=False, soft_wrap=True)
        self._started = self._shown_at = time.monotonic()
        column = Column(no_wrap=True, overflow="ellipsis")
        line = TextColumn("{task.description}", markup=False, table_column=column)
        bar = BarColumn(bar_width=12)
        self._bar = Bar(
            SpinnerColumn(),
            bar,
            line,
            console=self._console,
            transient=True,
            disable=is_quiet or not self._console.is_terminal,
        )
        self._task = self._bar.add_task("starting", total=None)

    def __enter__(self) -> "Progress":
        if not self._bar.disable:  # else rich before 14.1 prints an empty line when it stops
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if not self._bar.disable:
            self._bar.stop()

    def say(self, message: str) -> None:
        """A message for the user, on a line of its own."""
        if not self._is_quiet:
            self._print(f"summarizer: {message}")

    def tell(self, lease: Lease, outcome: Outcome, state: ItemState) -> None:
        """What became of an item, on a line of its own."""
        self._print(describe(lease, outcome, state))

    def show(self, tally: RunTally) -> None:
        """The present state; on a terminal at once, elsewhere every EVERY seconds."""
        if self._is_quiet:
            return
        line = self._describe(tally)
        if self._console.is_terminal:
            total = tally.to_do or None
            self._bar.update(self._task, total=total, completed=tally.over, description=line)
        elif time.monotonic() - self._shown_at >= EVERY:
            self._shown_at = time.monotonic()
            self._print(line)

    def _print(self, line: str) -> None:
        self._console.print(Text(clean(line)))

    def _describe(self, tally: RunTally) -> str:
        """`1220/2000 · 12.2/s · 20 failed · 20 feeds · $0.0123 · 64 s left`, without what is 0."""
        rate = tally.over / max(time.monotonic() - self._started, 0.001)
        lost = tally.failed + tally.deferred + tally.feeds_failed
        left = tally.to_do - tally.over
        parts = (
            f"{tally.over}/{max(tally.to_do, tally.over)}",
            f"{rate:.1f}/s",
            lost and f"{lost} failed",
            tally.feeds and count_things(tally.feeds, "feed"),
            tally.cost_usd != 0 and format_cost(tally.cost_usd),
            rate and left > 0 and f"{_format_seconds(left / rate)} left",
        )
        return " · ".join(str(part) for part in parts if part)

    def close(self, result: RunResult, where: Path | str) -> None:
        """Prints why articles failed, and a table of how many are in which state.

        The reports are in `where`. A quiet one tells only why a run failed altogether.
        """
        if self._is_quiet and result.states["done"]:
            return
        for line in islice(_group_failures(result.failures), MAX_LINES):
            self._print(line)
        if self._is_quiet:
            return
        states, tally = result.states, result.tally
        seconds = time.monotonic() - self._started
        rate = tally.over / max(seconds, 0.001)
        cost = format_cost(tally.cost_usd) if tally.cost_usd != 0 else None
        rows = {
            "done": (states["done"], f"{tally.done} analysed now; in {where}"),
            "failed": (states["failed"], ""),
            "deferred": (states["deferred"], "tried again by the next run"),
            "waiting": (states["pending"] + states["leased"], "the same command goes on"),
            "feeds": (tally.feeds, f"{tally.feeds_failed} failed"),
            "time": (_format_seconds(seconds), f"{rate:.1f} articles a second"),
            "cost": (cost, ""),
        }
        table = Table.grid("", Column(justify="right"), padding=(0, 2, 0, 0))
        for name, (value, note) in rows.items():
            if value or name in ("done", "failed"):
                table.add_row(name, str(value), Text(clean(note), overflow="fold"))
        self._console.print(table)


def _group_failures(failures: list[dict[str, Any]]) -> Iterator[str]:
    """`12 × fetch http_404: the server answered 404`, then some of the addresses.

    The most frequent kind of failure comes first.
    """
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for failure in failures:
        stage, code, url = failure["stage"], failure["code"], failure["url"]
        message = failure["message"].removeprefix(f"{code}: ").replace(f" ({url})", "")
        line = f"line {failure['line']}" if failure["line"] else ""
        groups[f"{stage} {code}: {message}"].append(url or failure["id"] or line)
    for name, places in sorted(groups.items(), key=lambda group: -len(group[1])):
        yield f"{len(places)} × {name}"
        yield from (f"    {place}" for place in places[:MAX_ADDRESSES])
        if (more := len(places) - MAX_ADDRESSES) > 0:
            yield f"    and {more} more"


def describe(lease: Lease, outcome: Outcome, state: ItemState) -> str:
    """`done bearish "Bitcoin slides" https://…`, or `deferred fetch http_500 https://…`."""
    name = lease.url or lease.given_id or lease.payload.get("path") or f"item {lease.id}"
    if failure := outcome.failure:
        return f"{state} {outcome.stage} {failure.code} {name}: {failure.detail}"
    if outcome.entries is not None:
        return f"{state} feed of {len(outcome.entries)} {name}"
    if not outcome.report:
        return f"unchanged {name}"
    report = outcome.report
    return f'{state} {report.overall.direction} "{report.article.title or ""}" {name}'


def _format_seconds(seconds: float) -> str:
    """A span of time as people say it: `40 s`, `3 min`, `2.5 h`."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    if seconds < 6000:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
