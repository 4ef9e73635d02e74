"""REPORTS -> flat tables of their facts and calls, a row each, for whatever calculates with tables.

As Parquet, times are timestamps in UTC without a zone, and days are dates: DuckDB needs no
extension for them.
"""

from collections.abc import Iterable
from datetime import date, datetime
from itertools import islice
from typing import Any, TextIO

from summarizer.batch.export import ROWS, clean_cell, format_cells, import_arrow, write_jsonl
from summarizer.render.frame import COLUMNS, Row

_NUMBERS = frozenset("value tone confidence target_value".split())
_WHOLE = frozenset(("start", "end"))


def _write_csv(stream: TextIO, rows: Iterable[Row], table: str) -> None:
    """Rows as CSV. No cell is a formula to a spreadsheet."""
    stream.write(format_cells(COLUMNS[table]))
    for row in rows:
        stream.write(format_cells([clean_cell(value) for value in row.values()]))


def _write_parquet(stream: TextIO, rows: Iterable[Row], table: str) -> None:
    """Rows as flat columns. Raises UsageError without the extra `parquet`."""
    arrow, parquet = import_arrow()

    def type_of(name: str) -> Any:
        if name == "published_at":
            return arrow.timestamp("us")
        if name == "until":
            return arrow.date32()
        if name == "unsure":
            return arrow.bool_()
        if name in _NUMBERS:
            return arrow.float64()
        return arrow.int64() if name in _WHOLE else arrow.string()

    schema = arrow.schema([(name, type_of(name)) for name in COLUMNS[table]])
    rows = iter(rows)
    with parquet.ParquetWriter(stream.buffer, schema) as writer:
        while chunk := [_with_times(row) for row in islice(rows, ROWS)]:
            writer.write_table(arrow.Table.from_pylist(chunk, schema=schema))


def _with_times(row: Row) -> Row:
    """The row with a timestamp, in UTC without its zone, and a date in the place of their words."""
    row = dict(row)
    if row["published_at"]:
        row["published_at"] = datetime.fromisoformat(row["published_at"]).replace(tzinfo=None)
    if row.get("until"):
        row["until"] = date.fromisoformat(row["until"])
    return row


def write_table(form: str, stream: TextIO, rows: Iterable[Row], table: str) -> None:
    """Rows of a table as jsonl, csv or parquet."""
    if form == "jsonl":
        write_jsonl(stream, rows)
    elif form == "csv":
        _write_csv(stream, rows, table)
    else:
        _write_parquet(stream, rows, table)
