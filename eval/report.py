"""Scores as tables, in the terminal and as one HTML page that needs nothing from elsewhere: no script, no font, no request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from eval.compare import Difference, Fault, find_faults, list_changes
from eval.metrics import RESAMPLES, SEED, Counts, Estimate, Sums, reliability
from eval.outcomes import RIVALS
from eval.score import CLASSES, FIGURES, confusion, count_reports, estimate_all, kinds_of, stories
from eval.tally import Record
from summarizer.render.html import make_environment
from summarizer.spans import clean

_FAILURES = 12  # articles that the page shows, those with most faults first
_FAULTS = 6  # of one article
_AROUND = 140  # characters of the article on either side of the marked words
_FEW_CALLS = 10


@dataclass(frozen=True)
class Table:
    """Rows of words under a title; `shades` are 0 to 1, one a cell, where the table is a picture too."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""
    shades: Sequence[Sequence[float]] = ()


@dataclass(frozen=True)
class Passage:
    """A fault and the words of the article that it is about."""

    fault: str
    before: str = ""
    marked: str = ""
    after: str = ""


@dataclass
class Page:
    """Everything that the HTML report shows."""

    title: str
    about: str
    tables: list[Table] = field(default_factory=list)
    reliability: list[tuple[float, float, int, float, float]] = field(default_factory=list)
    curve: list[tuple[float, float, float]] = field(default_factory=list)
    verdicts: list[str] = field(default_factory=list)
    failures: list[tuple[str, int, list[Passage]]] = field(default_factory=list)


def show(value: float, digits: int = 3) -> str:
    return f"{value:.{digits}f}"


def _cells(found: Estimate) -> list[str]:
    return [show(found.value), f"{show(found.low)} – {show(found.high)}", str(found.n)] if found.n else ["–", "–", "0"]


def score_tables(labelled: Sequence[Record], reports: Sequence[Record], rivals: Mapping[str, Sequence[Record]]) -> tuple[list[Table], Sums]:
    """Figures beside the trivial rivals', kinds, confusions and reliability; and the sums that they come from."""
    counts = Counts(count_reports(labelled, reports), stories(labelled))
    total, found = counts.total, estimate_all(counts)
    beside = {name: Counts(count_reports(labelled, made)).total for name, made in rivals.items()}
    rows = [
        [
            figure.name,
            *_cells(found[figure.name]),
            *(show(float(figure.formula(sums))) if figure.n(sums) > 0 else "–" for sums in beside.values()),
        ]
        for figure in FIGURES
    ]
    note = f"{len(labelled)} articles, {int(total['missing'])} without a report (wrong everywhere). 95 % intervals: {RESAMPLES} resamples of articles, seed {SEED}."
    tables = [Table("Figures", ["figure", "value", "interval", "n", *beside], rows, note)]
    kinds = sorted(kinds_of(total), key=lambda kind: -found[f"facts.{kind}.recall"].n)
    rows = [
        [kind, *_cells(found[f"facts.{kind}.f1"]), *(show(found[f"facts.{kind}.{what}"].value) for what in ("precision", "recall"))]
        for kind in kinds
    ]
    tables.append(
        Table("Facts by kind", ["kind", "F1", "interval", "n", "precision", "recall"], rows, "n is the number of required labels.")
    )
    tables += [_confusion_table(part, total) for part in CLASSES if total[f"{part}.n"] > 0]
    table = [
        [show(said, 2), show(right, 2), f"{show(low, 2)} – {show(high, 2)}", str(n)]
        for said, right, n, low, high in reliability(total, "calls")
    ]
    tables.append(Table("Reliability of calls", ["mean confidence", "share right", "interval (Wilson)", "n"], table))
    return tables, total


def _confusion_table(part: str, total: Sums) -> Table:
    table = confusion(total, part)
    shades = [[0.0, *(float(cell) / max(1.0, float(row.sum())) for cell in row)] for row in table]
    rows = [[name, *(str(int(cell)) for cell in row)] for name, row in zip(CLASSES[part], table, strict=True)]
    return Table(f"Confusion: {part}", ["labelled", *CLASSES[part], "no answer"], rows, "Rows: the annotator's first choice.", shades)


def outcome_tables(result: Record) -> list[Table]:
    """Every horizon, then the same by source, model and asset, and what was left out."""
    head = ["n", "stretches", "right", *RIVALS.values(), "return", "always-up return", "scaled return", "Brier"]
    rows = [[name, *_outcome_row(found)] for name, found in result["horizons"].items()]
    note = "Stretches of time that do not overlap are what the intervals draw from. Brier is of the stated confidence; a coin has 0.250."
    tables, left = [Table("Outcomes", ["horizon", *head], rows, note)], dict(result["skipped"])
    for group, horizons in result["by"].items():
        flat = [(name, horizon, found) for horizon, groups in horizons.items() for name, found in groups.items()]
        rows = [[name, horizon, *_outcome_row(found)] for name, horizon, found in flat if found["hit"].n >= _FEW_CALLS]
        if small := len({name for name, _, found in flat if found["hit"].n < _FEW_CALLS}):
            left[f"not shown: {group} with fewer than {_FEW_CALLS} calls (see --json)"] = small
        if rows and len({name for name, _, _ in flat}) > 1:
            tables.append(Table(f"Outcomes by {group}", [group, "horizon", *head], rows, "Of many rows, some look good by chance alone."))
    return [*tables, Table("Left out", ["reason", "n"], [[reason, str(n)] for reason, n in sorted(left.items())])]


def _outcome_row(found: Mapping[str, Estimate]) -> list[str]:
    def share(name: str, form: str = ".1%", *, span: bool = False) -> str:
        one = found[name]
        return (f"{one.value:{form}} [{one.low:{form}}, {one.high:{form}}]" if span else f"{one.value:{form}}") if one.n else "–"

    rivals = [share(rival) for rival in RIVALS]
    returns = [
        share("return", "+.1%", span=True),
        share("up_return", "+.1%"),
        share("scaled_return", "+.2f", span=True),
        share("brier", ".3f"),
    ]
    return [str(found["hit"].n), str(found["blocks"].n), share("hit", span=True), *rivals, *returns]


def compare_tables(differences: Sequence[Difference], labelled: Sequence[Record], a: Sequence[Record], b: Sequence[Record]) -> list[Table]:
    """The figures' differences, then gains and losses article by article."""
    rows = [
        [
            d.name,
            show(d.a),
            show(d.b),
            f"{d.b - d.a:+.3f}",
            f"{d.low:+.3f} – {d.high:+.3f}",
            str(d.n),
            "" if d.verdict == "same" else d.verdict,
        ]
        for d in differences
    ]
    changes = [list(change) for change in list_changes(labelled, a, b)]
    note = "Paired: both are drawn with the same articles. Of many figures, one in twenty passes its interval by chance."
    return [
        Table("Differences", ["figure", "A", "B", "B − A", "interval", "n", "verdict"], rows, note),
        Table("Changes", ["article", "B has a", "what"], changes, f"{sum(c[1] == 'gain' for c in changes)} gains, {sum(c[1] == 'loss' for c in changes)} losses."),
    ]  # fmt: skip


def find_failures(labelled: Sequence[Record], reports: Sequence[Record]) -> list[tuple[str, int, list[Passage]]]:
    """(title, how many faults, the first of them with the article's words) of the articles with most faults."""
    by_id = {str(report["id"]): report for report in reports}
    found = []
    for record in labelled:
        report = by_id.get(str(record["id"]))
        faults = list(find_faults(record["labels"], report or {}))
        passages = [_mark(fault, str(record.get("gold") or "")) for fault in faults[:_FAULTS]]
        if passages:
            found.append((f"{record.get('title') or record['id']}{'' if report else ' (no report)'}", len(faults), passages))
    return sorted(found, key=lambda item: -item[1])[:_FAILURES]


def _mark(fault: Fault, text: str) -> Passage:
    """The fault's words in the article, with whole words around them."""
    what = f"{fault.what}: {fault.said}" if fault.said else fault.what
    at = text.find(fault.quote) if fault.quote else -1
    if at < 0 or not fault.quote:
        return Passage(what, marked=fault.quote or "")
    end = at + len(fault.quote)
    before, after = text[max(0, at - _AROUND) : at], text[end : end + _AROUND]
    if at > _AROUND:
        before = f"… {before.partition(' ')[2]}"
    if end + _AROUND < len(text):
        after = f"{after.rpartition(' ')[0]} …"
    return Passage(what, before, fault.quote, after)


def print_tables(tables: Sequence[Table], console: Console | None = None) -> None:
    """The tables in the terminal; words from articles and reports cannot drive it."""
    console = console or Console()
    for table in tables:
        shown = RichTable(title=table.title, title_justify="left", caption=Text(clean(table.note)), caption_justify="left")
        for i, column in enumerate(table.columns):
            shown.add_column(column, no_wrap=i == 0, justify="left" if i == 0 or not _is_numeric(table, i) else "right")
        for row in table.rows:
            shown.add_row(*(Text(clean(cell)) for cell in row))
        console.print(shown)


def _is_numeric(table: Table, column: int) -> bool:
    return all(row[column][:1] in "0123456789+-−–" for row in table.rows)


def render_html(page: Page) -> str:
    """The page as HTML; every word from outside is escaped."""
    environment = make_environment(Path(__file__).parent / "templates")
    return environment.get_template("scores.html").render(page=page, numeric=_is_numeric, curve=_plot(page.curve))


def _plot(curve: Sequence[tuple[float, float, float]]) -> dict[str, Any]:
    """The curve in a box of 600 by 220: points of both lines, a call a step, and what its edges stand for."""
    if len(curve) < 2:
        return {}
    low, high = min(0.0, *(v for _, *pair in curve for v in pair)), max(0.0, *(v for _, *pair in curve for v in pair))
    reach = (high - low) or 1.0

    def y(value: float) -> float:
        return round(220 - 220 * (value - low) / reach, 1)

    def line(which: int) -> str:
        return " ".join(f"{600 * i / (len(curve) - 1):.1f},{y(point[which])}" for i, point in enumerate(curve))

    days = [datetime.fromtimestamp(at, UTC).date().isoformat() for at in (curve[0][0], curve[-1][0])]
    return {"calls": line(1), "up": line(2), "zero": y(0.0), "low": f"{low:+.1%}", "high": f"{high:+.1%}", "days": days,
            "ends": [f"{curve[-1][1]:+.2%}", f"{curve[-1][2]:+.2%}"]}  # fmt: skip
