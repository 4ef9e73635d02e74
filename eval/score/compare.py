"""Two sets of reports of the same articles: paired differences of every figure, with intervals.

Both are drawn with the same articles in every resample, so that what is hard for both cancels out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from eval.records import Records
from eval.score.metrics import LEVEL, RESAMPLES, count_of, interval
from eval.score.score import FIGURES, count_reports, is_cost, is_lower_better

# What a change must not lose. A loss is one whose interval lies wholly below zero at a level that
# allows for as many figures as are watched (Bonferroni): a change that only shuffles errors passes.
WATCHED = tuple(
    "facts.f1 facts.precision facts.recall calls.acceptable calls.macro_f1 calls.precision"
    " calls.brier targets.right overall.acceptable timeframe.acceptable credibility.acceptable"
    " credibility.signals.f1 narratives.f1 summary.faithful summary.coverage".split()
)


@dataclass(frozen=True)
class Difference:
    """B minus A of one figure. `verdict` is gain, loss or same (the interval holds 0)."""

    name: str
    a: float
    b: float
    low: float
    high: float
    n: int
    verdict: str


def compare_reports(
    labelled: Records,
    a: Records,
    b: Records,
    *,
    names: Sequence[str] = FIGURES,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
) -> list[Difference]:
    """The difference of every figure that is over something.

    Raises BadRecord for ids that no label has.
    """
    counts_a, counts_b = (count_reports(labelled, reports) for reports in (a, b))
    total_a, total_b = counts_a.total, counts_b.total
    drawn_a, drawn_b = (counts.draw(resamples) for counts in (counts_a, counts_b))
    differences = []
    for name in names:
        n = round(float(max(count_of(name, total_a), count_of(name, total_b))))
        if not n:
            continue
        (values_a, wholes_a), (values_b, wholes_b) = drawn_a[name], drawn_b[name]
        low, high = interval((values_b - values_a)[(wholes_a > 0) | (wholes_b > 0)], level)
        value_a, value_b = float(total_a[name][0]), float(total_b[name][0])
        verdict = _judge(name, low, high)
        differences.append(Difference(name, value_a, value_b, low, high, n, verdict))
    return differences


def _judge(name: str, low: float, high: float) -> str:
    if is_cost(name) or low <= 0 <= high:
        return "same"
    return "gain" if (high < 0) == is_lower_better(name) else "loss"


def find_losses(
    labelled: Records, baseline: Records, reports: Records
) -> tuple[list[Difference], list[Difference]]:
    """(all watched differences, the significant losses), over the articles of the baseline."""
    known = {str(report["id"]) for report in baseline}
    shared = [record for record in labelled if str(record["id"]) in known]
    after = [report for report in reports if str(report["id"]) in known]
    level = 1 - 0.05 / len(WATCHED)
    differences = compare_reports(shared, baseline, after, names=WATCHED, level=level)
    return differences, [difference for difference in differences if difference.verdict == "loss"]
