"""Scores as one HTML page that needs nothing from elsewhere: no script, no font, no request."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from eval.records import Records, pair_reports
from eval.score.faults import Fault, find_faults
from eval.score.report import ReliabilityBin
from eval.score.tables import Table
from eval.studies.outcomes import Outcomes
from summarizer.render.html import make_environment

_FAILURES = 12  # articles that the page shows, those with most faults first
_FAULTS = 6  # of one article
_AROUND = 140  # characters of the article on either side of the marked words


class FaultPassage(NamedTuple):
    """A fault and the words of the article that it is about."""

    fault: str
    before: str = ""
    marked: str = ""
    after: str = ""


class Failure(NamedTuple):
    """An article's title, how many faults its report has, and the first of them."""

    title: str
    faults: int
    passages: list[FaultPassage]


def find_failures(labelled: Records, reports: Records) -> list[Failure]:
    """The articles whose reports have most faults, the worst first."""
    failures = []
    for record, report in pair_reports(labelled, reports):
        faults = list(find_faults(record["labels"], report))
        if faults:
            title = f"{record.get('title') or record['id']}{'' if report else ' (no report)'}"
            text = str(record.get("gold") or "")
            passages = [_mark(fault, text) for fault in faults[:_FAULTS]]
            failures.append(Failure(title, len(faults), passages))
    return sorted(failures, key=lambda failure: -failure.faults)[:_FAILURES]


def _mark(fault: Fault, text: str) -> FaultPassage:
    """The fault's words in the article, with whole words around them."""
    what = f"{fault.what}: {fault.detail}" if fault.detail else fault.what
    quote = fault.quote or ""
    at = text.find(quote) if quote else -1
    if at < 0:
        return FaultPassage(what, marked=quote)
    end = at + len(quote)
    before, after = text[max(0, at - _AROUND) : at], text[end : end + _AROUND]
    if at > _AROUND:
        before = f"… {before.partition(' ')[2]}"
    if end + _AROUND < len(text):
        after = f"{after.rpartition(' ')[0]} …"
    return FaultPassage(what, before, quote, after)


def render_score_page(
    about: str,
    tables: Sequence[Table],
    reliability: Sequence[ReliabilityBin],
    failures: Sequence[Failure],
    outcomes: Outcomes | None,
) -> str:
    """The page as HTML; every word from outside is escaped."""
    environment = make_environment(Path(__file__).parents[1] / "templates")
    return environment.get_template("scores.html").render(
        about=about,
        tables=tables,
        reliability=reliability,
        failures=failures,
        outcomes=outcomes,
        day=_day,
    )


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).date().isoformat()
