"""Scores, differences and agreement as tables."""

from collections.abc import Mapping, Sequence
from typing import Any

from sklearn.metrics import confusion_matrix

from eval.records import Records
from eval.score.compare import Agreement, Difference
from eval.score.faults import list_changes
from eval.score.metrics import (
    BINS,
    RESAMPLES,
    SEED,
    Counts,
    Estimate,
    count_of,
    estimate_all,
    estimate_share,
)
from eval.score.score import FIGURES, count_reports
from eval.score.tables import Table, show
from eval.score.tally import CLASSES, KIND_GROUPS, list_choices

# The mean confidence of a bin of forecasts, and how many of them are right.
ReliabilityBin = tuple[float, Estimate]


def score_tables(
    labelled: Records, reports: Records, rivals: Mapping[str, Records]
) -> tuple[list[Table], list[ReliabilityBin]]:
    """Figures beside the trivial rivals', facts by kind, confusions and reliability.

    Yields the bins that reliability is shown by too.
    """
    counts = count_reports(labelled, reports)
    estimates, bins = estimate_all(counts), reliability_bins(counts)
    totals = [count_reports(labelled, rival).total for rival in rivals.values()]
    rows = []
    for name in FIGURES:
        beside = [float(t[name][0]) if count_of(name, t) else None for t in totals]
        rows.append([name, estimates[name], estimates[name].n, *beside])
    note = (
        f"{len(labelled)} articles, {len(labelled) - len(reports)} without a report"
        f" (wrong everywhere). 95 % intervals: {RESAMPLES} resamples of articles, seed {SEED}."
    )
    columns = ["mean confidence", "share right (Wilson)", "n"]
    tables = [
        Table("Figures", ["figure", "value", "n", *rivals], rows, note),
        _kind_table(estimates),
        *_confusion_tables(labelled, reports),
        Table("Reliability of calls", columns, [[mean, share, share.n] for mean, share in bins]),
        Table(
            "Reliability of facts",
            columns,
            [[mean, share, share.n] for mean, share in reliability_bins(counts, "facts")],
            "The facts are those that are required, and those that no label has.",
        ),
    ]
    return tables, bins


def _kind_table(estimates: Mapping[str, Estimate]) -> Table:
    rows: list[list[Any]] = []
    for name, recall in estimates.items():
        part, _, kind = name.removesuffix(".recall").partition(".")
        if name.endswith(".recall") and part == "facts" and kind and kind not in KIND_GROUPS:
            f1, precision = estimates[f"facts.{kind}.f1"], estimates[f"facts.{kind}.precision"]
            rows.append([kind, f1, recall.n, precision.value, recall.value])
    rows.sort(key=lambda row: (-row[2], row[0]))
    columns = ["kind", "F1", "n", "precision", "recall"]
    return Table("Facts by kind", columns, rows, "n is required labels.")


def _confusion_tables(labelled: Records, reports: Records) -> list[Table]:
    """What was reported for what was labelled; abstentions are a column of their own."""
    choices, note = list_choices(labelled, reports), "Rows: the annotator's first choice."
    tables = []
    for part, classes in CLASSES.items():
        columns = [*classes, "no answer"]
        of_part = [choice for choice in choices if choice.part == part]
        if not of_part:
            continue
        true = [choice.first for choice in of_part]
        answers = [c.reported if c.reported in classes else "no answer" for c in of_part]
        counts = confusion_matrix(true, answers, labels=columns)[:-1]
        rows = [[name, *row] for name, row in zip(classes, counts, strict=True)]
        shades = [[0.0, *(float(cell) / max(1, row.sum()) for cell in row)] for row in counts]
        tables.append(Table(f"Confusion: {part}", ["labelled", *columns], rows, note, shades))
    return tables


def reliability_bins(counts: Counts, part: str = "calls") -> list[ReliabilityBin]:
    """The bins of calls, or of facts, that hold a forecast, the least confident first."""
    bins, total = [], counts.total
    for k in range(BINS):
        error, whole = total.get(f"{part}.bin.{k}", (0, 0))
        if n := round(float(whole)):
            share = estimate_share(round(float(total[f"{part}.hits.{k}"][0]) * n), n)
            bins.append((share.value - float(error), share))
    return bins


def agreement_table(agreement: Agreement, articles: int) -> Table:
    """How often two labelling passes over so many articles are the same."""
    rows = [[name, same, same.n, kappa] for name, (same, kappa) in agreement.items()]
    columns = ["what", "the same", "n", "Cohen's kappa"]
    return Table(f"Agreement of two passes, {articles} articles", columns, rows)


def compare_tables(
    differences: Sequence[Difference], labelled: Records, a: Records, b: Records
) -> list[Table]:
    """The figures' differences, then gains and losses article by article."""
    rows = []
    for d in differences:
        gap = show(Estimate(d.b - d.a, d.low, d.high, d.n), "+.3f")
        rows.append([d.name, d.a, d.b, gap, d.n, d.verdict.replace("same", "")])
    changes = list_changes(labelled, a, b)
    gains = sum(change[1] == "gain" for change in changes)
    note = (
        "Paired: both are drawn with the same articles."
        " Of many figures, one in twenty passes its interval by chance."
    )
    columns = ["figure", "A", "B", "B − A", "n", "verdict"]
    count = f"{gains} gains, {len(changes) - gains} losses."
    return [
        Table("Differences", columns, rows, note),
        Table("Changes", ["article", "B has a", "what"], changes, count),
    ]
