"""Report -> rows of its facts or calls, and a data frame of them."""

from collections.abc import Iterable, Iterator
from typing import Any, Literal

from summarizer.errors import UsageError
from summarizer.models import Call, Fact, Report

Table = Literal["facts", "calls"]
Row = dict[str, Any]

_OF_ARTICLE = "report_id url title source domain published_at credibility".split()
_NOT_FLAT = frozenset(("evidence", "target"))
COLUMNS: dict[str, list[str]] = {
    "facts": [*_OF_ARTICLE, *(name for name in Fact.model_fields if name not in _NOT_FLAT)],
    "calls": [*_OF_ARTICLE, *(name for name in Call.model_fields if name not in _NOT_FLAT)],
}
COLUMNS["facts"] += ["quote", "start", "end"]
COLUMNS["calls"] += ["target_value", "target_unit", "target_quote"]


def list_rows(reports: Iterable[Row], table: str) -> Iterator[Row]:
    """The rows of reports (plain JSON): each has all COLUMNS of the table."""
    for report in reports:
        about = {name: report["article"].get(name) for name in _OF_ARTICLE}
        about |= {"report_id": report["id"], "credibility": report["credibility"]["level"]}
        for part in report[table]:
            row = about | {name: value for name, value in part.items() if name not in _NOT_FLAT}
            row |= part["evidence"] if table == "facts" else _flatten_target(part["target"])
            yield {name: row.get(name) for name in COLUMNS[table]}


def _flatten_target(target: Row | None) -> Row:
    if target is None:
        return {}
    return {
        "target_value": target["value"],
        "target_unit": target["unit"],
        "target_quote": target["evidence"]["quote"],
    }


def make_frame(report: Report, table: Table = "facts") -> Any:
    """A pandas data frame of the report's facts or calls, or a polars one where only that is
    installed. Raises UsageError where neither is."""
    rows = list(list_rows([report.to_dict()], table))
    try:
        import pandas

        return pandas.DataFrame(rows, columns=COLUMNS[table])
    except ImportError:
        pass
    try:
        import polars

        schema = None if rows else COLUMNS[table]
        return polars.DataFrame(rows, schema=schema, infer_schema_length=None)
    except ImportError as error:
        advice = "pip install pandas, or polars"
        raise UsageError("a data frame needs pandas or polars", advice=advice) from error
