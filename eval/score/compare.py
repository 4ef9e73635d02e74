"""Two sets of reports, or of labels, of the same articles.

Of two sets of reports: paired differences of every figure, with intervals. Both are drawn with the
same articles in every resample, so that what is hard for both cancels out. Of two labelling passes:
how far they agree, which is what a perfect analyst could reach.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sklearn.metrics import cohen_kappa_score

from eval.records import Record, Records
from eval.score.match import OTHER
from eval.score.metrics import LEVEL, Estimate, count_of, estimate_all, interval
from eval.score.score import FIGURES, count_reports, is_cost, is_lower_better
from eval.score.tally import CLASSES, list_choices

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
    level: float = LEVEL,
) -> list[Difference]:
    """The difference of every figure that is over something.

    Raises BadRecord for ids that no label has.
    """
    counts = [count_reports(labelled, reports) for reports in (a, b)]
    total_a, total_b = (one.total for one in counts)
    drawn_a, drawn_b = (one.draw() for one in counts)
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


def compare_watched(labelled: Records, baseline: Records, reports: Records) -> list[Difference]:
    """The watched differences over the articles of the baseline; only significant ones count."""
    known = {str(report["id"]) for report in baseline}
    shared = [record for record in labelled if str(record["id"]) in known]
    after = [report for report in reports if str(report["id"]) in known]
    level = 1 - 0.05 / len(WATCHED)
    return compare_reports(shared, baseline, after, names=WATCHED, level=level)


# ---- agreement of two labelling passes

# What is compared -> how often it is the same, with its interval, and the kappa of choices.
Agreement = dict[str, tuple[Estimate, float | None]]
_SETS = ("facts.f1", "targets.right", "credibility.signals.f1", "narratives.f1")


def measure_agreement(first: Records, second: Records) -> Agreement:
    """Agreement over the articles that the second pass labelled.

    Facts and sets are compared as a report is with labels, the second pass in the report's place,
    so F1 is the same both ways but for what one pass lets be either way. Choices are compared first
    choice with first choice: the share that is the same, and Cohen's kappa, which is 0 where two
    annotators agree no more often than their habits make them.

    Raises BadRecord for an article that the first pass did not label.
    """
    ids = {str(record["id"]) for record in second}
    shared = [record for record in first if str(record["id"]) in ids]
    reports = []
    for record in second:
        facts = [fact for fact in record["labels"]["facts"] if not fact.get("optional")]
        reports.append({"id": record["id"], **record["labels"], "facts": facts})
    estimates = estimate_all(count_reports(shared, reports))
    agreement: Agreement = {name: (estimates[name], None) for name in _SETS}
    to_the_letter = count_reports(
        [{**record, "labels": _bare_facts(record)} for record in shared],
        [{"id": record["id"], **_bare_facts(record)} for record in second],
    )
    agreement["facts, to the letter"] = estimate_all(to_the_letter)["facts.f1"], None
    choices = list_choices(shared, reports)
    for part, classes in CLASSES.items():
        pairs = [(c.first, c.reported or "none") for c in choices if c.part == part]
        if pairs:
            kappa = cohen_kappa_score(*zip(*pairs, strict=True), labels=[*classes, "none"])
            agreement[part] = estimates[f"{part}.first_choice"], float(kappa)
    return agreement


def _bare_facts(record: Record) -> Record:
    """The facts of a pass by its first choices alone, none of them optional."""
    keys = ("kind", "subject", "value", "unit")
    facts = record["labels"]["facts"]
    return {"facts": [{key: f[key] for key in keys} for f in facts if f["kind"] != OTHER]}
