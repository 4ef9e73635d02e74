"""Tables of words, and how the terminal shows them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from eval.score.metrics import Estimate
from summarizer.text.spans import clean


@dataclass
class Table:
    """Rows under a title, given as values and held as the words that `show` makes of them.

    A heat map has `shades`, one a cell, from 0 to 1.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    note: str = ""
    shades: Sequence[Sequence[float]] = ()
    form: str = ".3f"

    def __post_init__(self) -> None:
        self.rows = [[show(cell, self.form) for cell in row] for row in self.rows]

    def is_numeric(self, column: int) -> bool:
        """Whether every cell of the column begins like a number."""
        return all(row[column][:1] in "0123456789+-−–" for row in self.rows)


def show(cell: Any, form: str = ".3f") -> str:
    """A cell in words: a figure with its interval, and a dash where it is over nothing.

    >>> show(Estimate(0.5, 0.25, 0.75, 8), ".0%"), show(0.5), show(None)
    ('50% (25% to 75%)', '0.500', '–')
    """
    if cell is None:
        return "–"
    if isinstance(cell, float):
        return f"{cell:{form}}"
    if not isinstance(cell, Estimate):
        return str(cell)
    if not cell.n:
        return "–"
    return f"{cell.value:{form}} ({cell.low:{form}} to {cell.high:{form}})"


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
