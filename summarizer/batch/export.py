"""REPORTS -> FILE: JSONL, CSV and Parquet, written beside its name and put in place when whole."""

import csv
import io
import json
import os
import types
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, Literal, TextIO, Union, get_args, get_origin

from summarizer.errors import StorageError, UsageError
from summarizer.models import Report
from summarizer.schemas import Model
from summarizer.text.spans import clean, escape_json

COLUMNS = (
    "id url title source published_at direction tone confidence horizon credibility "
    "calls summary flags analyst model cost_usd"
).split()
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_ARROW_TYPES = {
    int: "int64",
    float: "float64",
    bool: "bool_",
}  # all else is text, as times are in JSON
ROWS = 500  # reports in memory at once


@contextmanager
def replacing(path: Path) -> Iterator[TextIO]:
    """Yields a file to write to, which takes the place of `path` when all went well.

    Raises StorageError.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as stream:
            yield stream
        part.replace(path)
    except OSError as error:
        raise StorageError(
            f"{path}: {error.strerror or error}",
            advice="The folder must exist, be writable and have room",
        ) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def write_jsonl(stream: TextIO, rows: Iterable[dict[str, Any]]) -> None:
    """One object a line. What ends a line for some readers, or cannot be seen, is escaped."""
    for row in rows:
        stream.write(escape_json(json.dumps(row, ensure_ascii=False)) + "\n")


def write_csv(stream: TextIO, reports: Iterable[dict[str, Any]]) -> None:
    """One row a report, its calls as `BTC bearish; ETH neutral`.

    No cell is a formula to a spreadsheet. A row that was read from such a file is written as it is.
    """
    stream.write(format_cells(COLUMNS))
    for report in reports:
        stream.write(format_csv_row(report))


def format_csv_row(report: dict[str, Any]) -> str:
    """The line of a report, or of a row that was read from such a file."""
    if "article" not in report:
        return format_cells([report[column] for column in COLUMNS])
    row = _describe(report)
    return format_cells([clean_cell(row[column]) for column in COLUMNS])


def format_cells(cells: list[Any]) -> str:
    """A line of CSV."""
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()


def _describe(report: dict[str, Any]) -> dict[str, Any]:
    """The columns of a report."""
    calls = (f"{call['asset']} {call['direction']}" for call in report["calls"])
    analyst = report["analyst"]
    row: dict[str, Any] = report["article"] | report["overall"] | report["timeframe"] | analyst
    return row | {
        "id": report["id"],
        "credibility": report["credibility"]["level"],
        "calls": "; ".join(calls),
        "summary": report["summary"],
        "flags": " ".join(report["flags"]),
        "analyst": analyst["name"],
    }


def clean_cell(value: object) -> object:
    """The value as a cell that no spreadsheet calculates.

    Programs read a formula behind blanks too, and in full-width signs.
    """
    if not isinstance(value, str):
        return value
    text = clean(value)
    is_formula = text.lstrip().startswith(_FORMULA) or text.startswith("\n")
    return f"'{text}" if is_formula else text


def write_parquet(stream: TextIO, reports: Iterable[dict[str, Any]]) -> None:
    """Reports as nested columns. Raises UsageError without the extra `parquet`."""
    arrow, parquet = import_arrow()
    schema = arrow.schema(
        [(name, _arrow_type(arrow, info.annotation)) for name, info in Report.model_fields.items()]
    )
    reports = iter(reports)
    with parquet.ParquetWriter(stream.buffer, schema) as writer:
        while rows := list(islice(reports, ROWS)):
            writer.write_table(arrow.Table.from_pylist(rows, schema=schema))


def import_arrow() -> tuple[Any, Any]:
    """pyarrow and its Parquet module. Raises UsageError without the extra `parquet`."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        advice = "pip install 'crypto-news-summarizer[parquet]'"
        raise UsageError("Parquet needs pyarrow", advice=advice) from error
    return pyarrow, parquet


def _arrow_type(arrow: Any, kind: Any) -> Any:
    """The Arrow type of a field of the report, from its annotation."""
    if get_origin(kind) in (Union, types.UnionType):
        kind = next(part for part in get_args(kind) if part is not type(None))
    if get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    if get_origin(kind) is Literal:
        kind = type(get_args(kind)[0])
    if get_origin(kind) is tuple:
        return arrow.list_(_arrow_type(arrow, get_args(kind)[0]))
    if isinstance(kind, type) and issubclass(kind, Model):
        fields = [
            (name, _arrow_type(arrow, info.annotation))
            for name, info in kind.model_fields.items()
            if not info.exclude
        ]
        return arrow.struct(fields)
    return getattr(arrow, _ARROW_TYPES.get(kind, "string"))()


WRITERS = {".jsonl": write_jsonl, ".parquet": write_parquet, ".csv": write_csv}  # by ending
