"""REPORTS -> flat tables of their facts and calls, a row each, for whatever calculates with tables.

As Parquet, times are timestamps in UTC without a zone, and days are dates: DuckDB needs no
extension for them.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import islice
from typing import Any, TextIO

from summarizer.batch.export import ROWS, clean_cell, format_cells, import_arrow, write_jsonl
from summarizer.models import Call, Fact

_OF_ARTICLE = "report_id url title source domain published_at credibility".split()
_NOT_FLAT = {"evidence", "target"}
TABLES: dict[str, list[str]] = {
    "facts": [*_OF_ARTICLE, *(name for name in Fact.model_fields if name not in _NOT_FLAT)],
    "calls": [*_OF_ARTICLE, *(name for name in Call.model_fields if name not in _NOT_FLAT)],
}
TABLES["facts"] += ["quote", "start", "end"]
TABLES["calls"] += ["target_value", "target_unit", "target_quote"]
_NUMBERS = frozenset("value tone confidence target_value".split())
_WHOLE = frozenset(("start", "end"))

Row = dict[str, Any]


def list_rows(reports: Iterable[Row], table: str) -> Iterator[Row]:
    """The rows of a table: each has all its columns."""
    for report in reports:
        article = report["article"]
        about = {name: article.get(name) for name in _OF_ARTICLE} | {
            "report_id": report["id"],
            "credibility": report["credibility"]["level"],
        }
        for part in report[table]:
            row = about | {name: value for name, value in part.items() if name not in _NOT_FLAT}
            row |= part["evidence"] if table == "facts" else _flatten_target(part["target"])
            yield {name: row.get(name) for name in TABLES[table]}


def _flatten_target(target: Row | None) -> Row:
    if target is None:
        return {}
    words = target["evidence"]["quote"]
    return {
        "target_value": target["value"],
        "target_unit": target["unit"],
        "target_quote": words,
    }


def _write_csv(stream: TextIO, rows: Iterable[Row], table: str) -> None:
    """Rows as CSV. No cell is a formula to a spreadsheet."""
    stream.write(format_cells(TABLES[table]))
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

    schema = arrow.schema([(name, type_of(name)) for name in TABLES[table]])
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
