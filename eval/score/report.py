"""Scores, differences and agreement as tables."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from scipy.stats import binomtest
from sklearn.metrics import confusion_matrix

from eval.records import Records, pair_reports
from eval.score.agreement import Agreement
from eval.score.compare import Difference
from eval.score.faults import list_changes
from eval.score.metrics import BINS, RESAMPLES, SEED, Counts, Estimate, count_of, estimate_all
from eval.score.score import FIGURES, count_reports
from eval.score.tables import Table, show_estimate, show_range, show_value
from eval.score.tally import CLASSES, KIND_GROUPS, Choice, find_choices


def score_tables(
    labelled: Records, reports: Records, rivals: Mapping[str, Records]
) -> tuple[list[Table], Counts]:
    """Figures beside the trivial rivals', facts by kind, confusions and reliability.

    Yields the counts that they come from too.
    """
    counts = count_reports(labelled, reports)
    estimates = estimate_all(counts)
    totals = [count_reports(labelled, rival).total for rival in rivals.values()]
    rows = []
    for name in FIGURES:
        beside = [show_value(float(t[name][0])) if count_of(name, t) else "–" for t in totals]
        rows.append([name, *show_estimate(estimates[name]), *beside])
    note = (
        f"{len(labelled)} articles, {len(labelled) - len(reports)} without a report"
        f" (wrong everywhere). 95 % intervals: {RESAMPLES} resamples of articles, seed {SEED}."
    )
    tables = [
        Table("Figures", ["figure", "value", "interval", "n", *rivals], rows, note),
        _kind_table(estimates),
        *_confusion_tables(labelled, reports),
        _reliability_table(counts),
    ]
    return tables, counts


def _kind_table(estimates: Mapping[str, Estimate]) -> Table:
    names = (name.split(".") for name in estimates)
    kinds = {name[1] for name in names if name[0] == "facts" and name[2:] == ["f1"]} - set(
        KIND_GROUPS
    )
    rows = []
    for kind in sorted(kinds, key=lambda kind: (-estimates[f"facts.{kind}.recall"].n, kind)):
        f1, precision, recall = (
            estimates[f"facts.{kind}.{figure}"] for figure in ("f1", "precision", "recall")
        )
        rows.append(
            [kind, *show_estimate(f1), show_value(precision.value), show_value(recall.value)]
        )
    columns = ["kind", "F1", "interval", "n", "precision", "recall"]
    return Table("Facts by kind", columns, rows, "n is required labels.")


def _confusion_tables(labelled: Records, reports: Records) -> list[Table]:
    """What was reported for what was labelled; abstentions are a column of their own."""
    choices = [
        choice
        for record, report in pair_reports(labelled, reports)
        for choice in find_choices(record["labels"], report)
    ]
    by_part = {part: [c for c in choices if c.part == part] for part in CLASSES}
    return [_confusion_table(part, choices) for part, choices in by_part.items() if choices]


def _confusion_table(part: str, choices: Sequence[Choice]) -> Table:
    classes = CLASSES[part]
    columns = [*classes, "no answer"]
    true = [choice.first for choice in choices]
    answers = [c.reported if c.reported in classes else "no answer" for c in choices]
    counts = confusion_matrix(true, answers, labels=columns)[:-1]
    rows = [[name, *map(str, row)] for name, row in zip(classes, counts, strict=True)]
    shades = [[0.0, *(float(cell) / max(1, row.sum()) for cell in row)] for row in counts]
    note = "Rows: the annotator's first choice."
    return Table(f"Confusion: {part}", ["labelled", *columns], rows, note, shades)


class ReliabilityBin(NamedTuple):
    """Forecasts of like confidence, and Wilson's 95 % interval of the share that is right."""

    confidence: float  # their mean
    share_right: float
    n: int
    low: float
    high: float


def reliability_bins(counts: Counts, name: str = "calls") -> list[ReliabilityBin]:
    """The bins that hold a forecast, the least confident first."""
    bins, total = [], counts.total
    for k in range(BINS):
        error, whole = total.get(f"{name}.bin.{k}", (0, 0))
        n = round(float(whole))
        if n:
            right = round(float(total[f"{name}.hits.{k}"][0]) * n)
            low, high = binomtest(right, n).proportion_ci(method="wilson")
            bins.append(ReliabilityBin(right / n - float(error), right / n, n, low, high))
    return bins


def _reliability_table(counts: Counts) -> Table:
    rows = [
        [
            show_value(b.confidence, 2),
            show_value(b.share_right, 2),
            show_range(b.low, b.high, 2),
            str(b.n),
        ]
        for b in reliability_bins(counts)
    ]
    columns = ["mean confidence", "share right", "interval (Wilson)", "n"]
    return Table("Reliability of calls", columns, rows)


def agreement_table(agreement: Agreement, articles: int) -> Table:
    """How often two labelling passes over so many articles are the same."""
    rows = [
        [name, *show_estimate(same), "–" if kappa is None else show_value(kappa)]
        for name, (same, kappa) in agreement.items()
    ]
    columns = ["what", "the same", "interval", "n", "Cohen's kappa"]
    return Table(f"Agreement of two passes, {articles} articles", columns, rows)


def compare_tables(
    differences: Sequence[Difference], labelled: Records, a: Records, b: Records
) -> list[Table]:
    """The figures' differences, then gains and losses article by article."""
    rows = []
    for d in differences:
        gap, span = f"{d.b - d.a:+.3f}", f"{d.low:+.3f}–{d.high:+.3f}"
        verdict = d.verdict.replace("same", "")
        rows.append([d.name, show_value(d.a), show_value(d.b), gap, span, str(d.n), verdict])
    changes = list_changes(labelled, a, b)
    gains = sum(change[1] == "gain" for change in changes)
    note = (
        "Paired: both are drawn with the same articles."
        " Of many figures, one in twenty passes its interval by chance."
    )
    columns = ["figure", "A", "B", "B − A", "interval", "n", "verdict"]
    count = f"{gains} gains, {len(changes) - gains} losses."
    return [
        Table("Differences", columns, rows, note),
        Table("Changes", ["article", "B has a", "what"], changes, count),
    ]
