"""How far a batch is: a bar on a terminal, a plain line now and then elsewhere; at the end a table. All on stderr."""

import time
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TextColumn
from rich.progress import Progress as Bar
from rich.table import Column, Table
from rich.text import Text

from summarizer.batch.tally import RunResult, RunTally
from summarizer.text.spans import clean

EVERY = 10.0  # seconds between plain lines: a log of an hour is 360 of them
MAX_LINES, ADDRESSES = (
    40,
    2,
)  # of failures told at the end, and of each kind; all stand in the failures file or the database


class Progress:
    """Shows a RunTally. Use as a context manager; `close` prints what became of it."""

    def __init__(self, console: Console | None = None):
        self._console = console or Console(stderr=True, highlight=False, soft_wrap=True)
        self._started = self._told = time.monotonic()
        line = TextColumn(
            "{task.description}",
            markup=False,
            table_column=Column(no_wrap=True, overflow="ellipsis"),
        )
        self._bar = Bar(
            SpinnerColumn(), BarColumn(bar_width=12), line, console=self._console, transient=True
        )
        self._task = self._bar.add_task("starting", total=None)

    def __enter__(self) -> "Progress":
        if self._console.is_terminal:
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._console.is_terminal:
            self._bar.stop()

    def say(self, message: str) -> None:
        """A message for the user, on a line of its own."""
        self._console.print(Text(f"summarizer: {clean(message)}"))

    def show(self, tally: RunTally) -> None:
        """The present state; on a terminal at once, elsewhere every EVERY seconds."""
        if self._console.is_terminal:
            self._bar.update(
                self._task,
                total=tally.to_do or None,
                completed=tally.over,
                description=self._line(tally),
            )
        elif time.monotonic() - self._told >= EVERY:
            self._told = time.monotonic()
            self._console.print(Text(self._line(tally)))

    def _line(self, tally: RunTally) -> str:
        rate = tally.over / max(time.monotonic() - self._started, 0.001)
        lost = tally.failed + tally.deferred + tally.feeds_failed
        parts = [f"{tally.over}/{max(tally.to_do, tally.over)}", f"{rate:.1f}/s"]
        parts += [f"{lost} failed"] if lost else []
        parts += [f"{tally.feeds} feed{'s'[: tally.feeds != 1]}"] if tally.feeds else []
        parts += [_money(tally.cost_usd)] if tally.cost_usd != 0 else []
        parts += (
            [f"{_span((tally.to_do - tally.over) / rate)} left"]
            if rate and tally.over < tally.to_do
            else []
        )
        return " · ".join(parts)

    def close(self, result: RunResult, where: Path) -> None:
        """What failed why, and the closing table: how many articles are in which state. `where` the reports are."""
        for line in islice(_group(result.failures), MAX_LINES):
            self._console.print(Text(clean(line)))
        states, tally = result.states, result.tally
        seconds = time.monotonic() - self._started
        rows: list[tuple[str, Any, str]] = [
            ("done", states["done"], f"{tally.done} analysed now; in {where}"),
            ("failed", states["failed"], ""),
        ]
        rows += (
            [("deferred", states["deferred"], "tried again by the next run")]
            if states["deferred"]
            else []
        )
        if waiting := states["pending"] + states["leased"]:
            rows.append(("waiting", waiting, "the same command goes on"))
        rows += [("feeds", tally.feeds, f"{tally.feeds_failed} failed")] if tally.feeds else []
        rows.append(
            ("time", _span(seconds), f"{tally.over / max(seconds, 0.001):.1f} articles a second")
        )
        rows += [("cost", _money(tally.cost_usd), "")] if tally.cost_usd != 0 else []
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column()
        table.add_column(justify="right")
        for name, value, note in rows:
            table.add_row(name, str(value), Text(clean(note), overflow="fold"))
        self._console.print(table)


def _group(failures: list[dict[str, Any]]) -> Iterator[str]:
    """`12 × fetch http_404: the server answered 404`, then some of the addresses; the most frequent first."""
    groups: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
    for failure in failures:
        said = (
            failure["message"]
            .removeprefix(f"{failure['code']}: ")
            .replace(f" ({failure['url']})", "")
        )
        which = (
            failure["url"]
            or failure["id"]
            or (f"line {failure['line']}" if failure["line"] else "")
        )
        groups[failure["stage"], failure["code"], said].append(str(which))
    for (stage, code, said), places in sorted(groups.items(), key=lambda group: -len(group[1])):
        yield f"{len(places)} × {stage} {code}: {said}"
        yield from (f"    {place}" for place in places[:ADDRESSES])
        if (more := len(places) - ADDRESSES) > 0:
            yield f"    and {more} more"


def _money(cost_usd: float | None) -> str:
    return "cost unknown" if cost_usd is None else f"${cost_usd:.4f}"


def _span(seconds: float) -> str:
    """A span as people say it: `40 s`, `3 min`, `2 h`."""
    return (
        f"{seconds:.0f} s"
        if seconds < 100
        else f"{seconds / 60:.0f} min"
        if seconds < 6000
        else f"{seconds / 3600:.1f} h"
    )
