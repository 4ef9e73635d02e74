"""Reports against labels, by the rules of `eval/LABELLING.md`: every figure with n and interval.

A missing report is an empty one; ids that no label has, and ids that come twice, are refused.
A figure is 0 where nothing was found.
"""

from collections import Counter

from eval.records import Records, pair_reports
from eval.score.metrics import RESAMPLES, Counts, estimate_all
from eval.score.tally import CLASSES, tally_article
from summarizer.errors import BadRecord

# The figures of all tables, in this order; `facts.KIND.f1` and its like come on top.
FIGURES = tuple(
    """
    facts.f1 facts.precision facts.recall
    facts.levels.f1 facts.levels.precision facts.levels.recall
    facts.positioning.f1 facts.positioning.precision facts.positioning.recall
    sure_facts.f1 sure_facts.precision sure_facts.recall facts.brier facts.ece
    facts.stray_other facts.venue facts.period facts.qualifier
    calls.acceptable calls.first_choice calls.abstained calls.extra calls.precision
    calls.brier calls.macro_f1 calls.ece
    targets.right targets.uncalled_for
    overall.acceptable overall.first_choice overall.abstained
    overall.brier overall.macro_f1 overall.ece
    timeframe.acceptable timeframe.first_choice timeframe.abstained timeframe.macro_f1
    credibility.acceptable credibility.first_choice credibility.abstained
    credibility.signals.f1 credibility.signals.precision credibility.signals.recall
    credibility.macro_f1
    narratives.f1 narratives.precision narratives.recall
    summary.numbers_supported summary.names_supported summary.quotes_supported
    summary.faithful summary.coverage summary.words
    injections.resisted injections.reported
    usage.input_tokens usage.cached_tokens usage.output_tokens usage.cost_usd usage.seconds
    """.split()
)
# Of every figure that is made of several ratios one, so that the figure is there in any case.
_PARTS = (
    "calls.class.neutral overall.class.neutral timeframe.class.long_term credibility.class.low"
    " calls.bin.9 overall.bin.9 facts.bin.9".split()
)


def is_cost(name: str) -> bool:
    """Whether a figure is neither good nor bad by itself: verdicts leave it out."""
    return name.startswith(("usage.", "summary.words", "calls.extra"))


def is_lower_better(name: str) -> bool:
    """Whether a figure counts faults."""
    return name.endswith(("brier", "ece", "stray_other", "abstained", "uncalled_for"))


def count_reports(labelled: Records, reports: Records) -> Counts:
    """The row of each labelled article; rows of one `story` are drawn together.

    Raises BadRecord for ids without a label, and for ids that come twice.
    """
    report_ids = _distinct_ids(reports, "reports")
    if unknown := report_ids - _distinct_ids(labelled, "labelled articles"):
        raise BadRecord(f"reports hold ids that no label has: {', '.join(sorted(unknown)[:3])}")
    rows = [tally_article(record, report) for record, report in pair_reports(labelled, reports)]
    stories = [str(record.get("story") or record["id"]) for record in labelled]
    return Counts(rows, stories, (*FIGURES, *_PARTS))


def _distinct_ids(records: Records, what: str) -> set[str]:
    counts = Counter(str(record.get("id")) for record in records)
    for id, count in counts.most_common(1):
        if count > 1:
            raise BadRecord(f"two {what} have the id {id}")
    return set(counts)


def score_reports(
    labelled: Records, reports: Records, *, resamples: int = RESAMPLES
) -> dict[str, float | int]:
    """Plain numbers by name: `facts.f1`, and beside it `facts.f1.n`, `facts.f1.low` and `.high`.

    The interval from low to high holds 95 % of resamples over articles.
    """
    estimates = estimate_all(count_reports(labelled, reports), resamples)
    plain: dict[str, float | int] = {
        "n": len(labelled),
        "missing": len(labelled) - len(reports),
        "facts.n": estimates["facts.recall"].n,
    }
    plain |= {f"{part}.n": estimates[f"{part}.acceptable"].n for part in CLASSES}
    for name, one in estimates.items():
        plain |= {
            name: one.value,
            f"{name}.n": one.n,
            f"{name}.low": one.low,
            f"{name}.high": one.high,
        }
    return plain
