"""Tables of words, and how the terminal shows them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from eval.score.metrics import Estimate
from summarizer.text.spans import clean


@dataclass(frozen=True)
class Table:
    """Rows of words under a title; a heat map has `shades`, one a cell, from 0 to 1."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""
    shades: Sequence[Sequence[float]] = ()

    def is_numeric(self, column: int) -> bool:
        """Whether every cell of the column begins like a number."""
        return all(row[column][:1] in "0123456789+-−–" for row in self.rows)


def show_value(value: float, digits: int = 3) -> str:
    """A figure in words: three digits after the point."""
    return f"{value:.{digits}f}"


def show_range(low: float, high: float, digits: int = 3) -> str:
    """An interval in words."""
    return f"{show_value(low, digits)}–{show_value(high, digits)}"


def show_estimate(estimate: Estimate) -> list[str]:
    """The cells for value, interval and n; dashes where the figure is over nothing."""
    if not estimate.n:
        return ["–", "–", "0"]
    return [show_value(estimate.value), show_range(estimate.low, estimate.high), str(estimate.n)]


def print_tables(tables: Iterable[Table], console: Console | None = None) -> None:
    """Shows the tables in the terminal; words from articles and reports cannot drive it."""
    console = console or Console()
    for table in tables:
        rich_table = RichTable(
            title=table.title,
            title_justify="left",
            caption=Text(clean(table.note)),
            caption_justify="left",
            box=None,
            padding=(0, 1, 0, 0),
        )
        for i, column in enumerate(table.columns):
            rich_table.add_column(
                column,
                no_wrap=i == 0,
                overflow="fold",
                justify="right" if i and table.is_numeric(i) else "left",
            )
        for row in table.rows:
            rich_table.add_row(*(Text(clean(cell)) for cell in row))
        console.print(rich_table, "")
