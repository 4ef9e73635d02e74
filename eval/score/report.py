"""Scores as tables, in the terminal and as one HTML page that needs nothing from elsewhere: no script, no font, no request."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text
from scipy.stats import binomtest
from sklearn.metrics import confusion_matrix

from eval.score.agreement import Agreement
from eval.score.compare import Difference, Fault, find_faults, list_changes
from eval.score.metrics import BINS, RESAMPLES, SEED, Counts, Estimate, count_of, estimate_all
from eval.score.score import FIGURES, count_reports
from eval.score.tally import CLASSES, GROUPS, Record, find_choices
from eval.studies.outcomes import RIVALS
from summarizer.render.html import make_environment
from summarizer.text.spans import clean

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
    return (
        [show(found.value), f"{show(found.low)}–{show(found.high)}", str(found.n)]
        if found.n
        else ["–", "–", "0"]
    )


# ---- scores


def score_tables(
    labelled: Sequence[Record], reports: Sequence[Record], rivals: Mapping[str, Sequence[Record]]
) -> tuple[list[Table], Counts]:
    """Figures beside the trivial rivals', kinds, confusions and reliability; and the counts that they come from."""
    counts = count_reports(labelled, reports)
    found, beside = (
        estimate_all(counts),
        [count_reports(labelled, made).total for made in rivals.values()],
    )
    rows = [
        [
            name,
            *_cells(found[name]),
            *(show(float(total[name][0])) if count_of(name, total) else "–" for total in beside),
        ]
        for name in FIGURES
    ]
    note = f"{len(labelled)} articles, {len(labelled) - len(reports)} without a report (wrong everywhere). 95 % intervals: {RESAMPLES} resamples of articles, seed {SEED}."
    tables = [Table("Figures", ["figure", "value", "interval", "n", *rivals], rows, note)]
    kinds = [
        name.split(".")[1]
        for name in found
        if name.count(".") == 2 and name.startswith("facts.") and name.endswith(".f1")
    ]
    rows = [
        [
            kind,
            *_cells(found[f"facts.{kind}.f1"]),
            *(show(found[f"facts.{kind}.{what}"].value) for what in ("precision", "recall")),
        ]
        for kind in sorted(
            set(kinds) - set(GROUPS), key=lambda kind: -found[f"facts.{kind}.recall"].n
        )
    ]
    tables.append(
        Table(
            "Facts by kind",
            ["kind", "F1", "interval", "n", "precision", "recall"],
            rows,
            "n is required labels.",
        )
    )
    tables += confusion_tables(labelled, reports)
    rows = [
        [show(said, 2), show(right, 2), f"{show(low, 2)}–{show(high, 2)}", str(n)]
        for said, right, n, low, high in reliability(counts)
    ]
    return [
        *tables,
        Table(
            "Reliability of calls",
            ["mean confidence", "share right", "interval (Wilson)", "n"],
            rows,
        ),
    ], counts


def confusion_tables(labelled: Sequence[Record], reports: Sequence[Record]) -> list[Table]:
    """What was said for what was labelled; abstentions are a column of their own."""
    by_id = {str(report["id"]): report for report in reports}
    choices = [
        choice
        for record in labelled
        for choice in find_choices(record["labels"], by_id.get(str(record["id"])) or {})
    ]
    tables = []
    for part, classes in CLASSES.items():
        true = [choice.first for choice in choices if choice.part == part]
        said = [
            choice.said if choice.said in classes else "no answer"
            for choice in choices
            if choice.part == part
        ]
        if true:
            names = [*classes, "no answer"]
            counts = confusion_matrix(true, said, labels=names)[:-1]
            shades = [[0.0, *(float(cell) / max(1, row.sum()) for cell in row)] for row in counts]
            rows = [[name, *map(str, row)] for name, row in zip(classes, counts, strict=True)]
            tables.append(
                Table(
                    f"Confusion: {part}",
                    ["labelled", *names],
                    rows,
                    "Rows: the annotator's first choice.",
                    shades,
                )
            )
    return tables


def reliability(
    counts: Counts, name: str = "calls"
) -> list[tuple[float, float, int, float, float]]:
    """(mean confidence, share right, n, low, high) of each bin that holds a forecast, with Wilson's 95 % interval."""
    rows, total = [], counts.total
    for k in range(BINS):
        n = round(float(total.get(f"{name}.bin.{k}", (0, 0))[1]))
        if n:
            right = round(float(total[f"{name}.hits.{k}"][0]) * n)
            said = right / n - float(total[f"{name}.bin.{k}"][0])
            rows.append((said, right / n, n, *binomtest(right, n).proportion_ci(method="wilson")))
    return rows


def agreement_table(found: Agreement, articles: int) -> Table:
    rows = [
        [name, *_cells(one), show(kappa) if kappa is not None else "–"]
        for name, (one, kappa) in found.items()
    ]
    return Table(
        f"Agreement of two passes, {articles} articles",
        ["what", "the same", "interval", "n", "Cohen's kappa"],
        rows,
    )


def compare_tables(
    differences: Sequence[Difference],
    labelled: Sequence[Record],
    a: Sequence[Record],
    b: Sequence[Record],
) -> list[Table]:
    """The figures' differences, then gains and losses article by article."""
    rows = [
        [
            d.name,
            show(d.a),
            show(d.b),
            f"{d.b - d.a:+.3f}",
            f"{d.low:+.3f}–{d.high:+.3f}",
            str(d.n),
            d.verdict.replace("same", ""),
        ]
        for d in differences
    ]
    changes = list_changes(labelled, a, b)
    gains = sum(change[1] == "gain" for change in changes)
    note = "Paired: both are drawn with the same articles. Of many figures, one in twenty passes its interval by chance."
    return [
        Table("Differences", ["figure", "A", "B", "B − A", "interval", "n", "verdict"], rows, note),
        Table(
            "Changes",
            ["article", "B has a", "what"],
            changes,
            f"{gains} gains, {len(changes) - gains} losses.",
        ),
    ]


# ---- outcomes


def outcome_tables(result: Record) -> list[Table]:
    """Every horizon, then a day by source, model and asset, and what was left out."""
    tables, left = _outcome_tables("", result["horizons"]), dict(result["skipped"])
    for group, horizons in result["by"].items():
        many = {
            name: found for name, found in horizons["24h"].items() if found["hit"].n >= _FEW_CALLS
        }
        if small := len(horizons["24h"]) - len(many):
            left[f"not shown: {group} with fewer than {_FEW_CALLS} calls (see --json)"] = small
        if many and len(horizons["24h"]) > 1:
            tables += _outcome_tables(f" in 24 h, by {group}", many)
    return [
        *tables,
        Table(
            "Left out", ["reason", "n"], [[reason, str(n)] for reason, n in sorted(left.items())]
        ),
    ]


def _outcome_tables(title: str, rows: Mapping[str, Mapping[str, Estimate]]) -> list[Table]:
    def share(one: Estimate, form: str = ".1%", *, span: bool = False) -> str:
        return (
            (
                f"{one.value:{form}} [{one.low:{form}},{one.high:{form}}]"
                if span
                else f"{one.value:{form}}"
            )
            if one.n
            else "–"
        )

    hits = [
        [
            name,
            str(f["hit"].n),
            str(f["blocks"].n),
            share(f["hit"], span=True),
            *(share(f[rival]) for rival in RIVALS),
        ]
        for name, f in rows.items()
    ]
    returns = [
        [name, share(f["return"], "+.1%", span=True), share(f["up_return"], "+.1%"), share(f["scaled_return"], "+.2f", span=True),
         share(f["said.brier"], ".3f")] for name, f in rows.items()
    ]  # fmt: skip
    note = (
        "Of many rows, some look good by chance alone."
        if title
        else "Intervals are drawn from blocks of time that do not overlap."
    )
    return [
        Table(f"Outcomes{title}", ["", "n", "blocks", "right", *RIVALS.values()], hits, note),
        Table(f"Returns{title}", ["", "return", "always-up return", "scaled return", "Brier"], returns,
              "Brier is of the stated confidence; a coin has 0.250."),
    ]  # fmt: skip


# ---- failures, and the page


def find_failures(
    labelled: Sequence[Record], reports: Sequence[Record]
) -> list[tuple[str, int, list[Passage]]]:
    """(title, how many faults, the first of them with the article's words) of the articles with most faults."""
    by_id = {str(report["id"]): report for report in reports}
    found = []
    for record in labelled:
        report = by_id.get(str(record["id"]))
        faults = list(find_faults(record["labels"], report or {}))
        if passages := [_mark(fault, str(record.get("gold") or "")) for fault in faults[:_FAULTS]]:
            found.append(
                (
                    f"{record.get('title') or record['id']}{'' if report else ' (no report)'}",
                    len(faults),
                    passages,
                )
            )
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


def print_tables(tables: Iterable[Table], console: Console | None = None) -> None:
    """The tables in the terminal; words from articles and reports cannot drive it."""
    console = console or Console()
    for table in tables:
        note = Text(clean(table.note))
        shown = RichTable(
            title=table.title,
            title_justify="left",
            caption=note,
            caption_justify="left",
            box=None,
            padding=(0, 1, 0, 0),
        )
        for i, column in enumerate(table.columns):
            right = i > 0 and _is_numeric(table, i)
            shown.add_column(
                column, no_wrap=i == 0, overflow="fold", justify="right" if right else "left"
            )
        for row in table.rows:
            shown.add_row(*(Text(clean(cell)) for cell in row))
        console.print(shown, "")


def _is_numeric(table: Table, column: int) -> bool:
    return all(row[column][:1] in "0123456789+-−–" for row in table.rows)


def render_html(page: Page) -> str:
    """The page as HTML; every word from outside is escaped."""
    environment = make_environment(Path(__file__).parents[1] / "templates")
    return environment.get_template("scores.html").render(
        page=page, numeric=_is_numeric, curve=_plot(page.curve)
    )


def _plot(curve: Sequence[tuple[float, float, float]]) -> dict[str, Any]:
    """The curve in a box of 600 by 220: points of both lines, a call a step, and what its edges stand for."""
    if len(curve) < 2:
        return {}
    low, high = (
        min(0.0, *(v for _, *pair in curve for v in pair)),
        max(0.0, *(v for _, *pair in curve for v in pair)),
    )
    reach = (high - low) or 1.0

    def y(value: float) -> float:
        return round(220 - 220 * (value - low) / reach, 1)

    def line(which: int) -> str:
        return " ".join(
            f"{600 * i / (len(curve) - 1):.1f},{y(point[which])}" for i, point in enumerate(curve)
        )

    days = [
        datetime.fromtimestamp(at, UTC).date().isoformat() for at in (curve[0][0], curve[-1][0])
    ]
    return {"calls": line(1), "up": line(2), "zero": y(0.0), "low": f"{low:+.1%}", "high": f"{high:+.1%}", "days": days,
            "ends": [f"{curve[-1][1]:+.2%}", f"{curve[-1][2]:+.2%}"]}  # fmt: skip
