"""Reports against labels, by the rules of `eval/LABELLING.md`: every figure with n and interval.

A missing report is an empty one; ids that no label has, and ids that come twice, are refused.
A figure is 0 where nothing was found.
"""

from eval.records import Records, pair_reports
from eval.score.metrics import RESAMPLES, Counts, estimate_all, is_figure
from eval.score.tally import CLASSES, tally_article
from summarizer.errors import BadRecord

# An article with every part labelled, and a report of it: its row names the figures of all tables.
_CALLS: Records = [
    {"asset": "BTC", "direction": "bearish", "target": {"value": 1, "unit": "USD"}},
    {"asset": "ETH", "direction": "neutral"},
]
_LABELS = {
    "calls": _CALLS,
    "overall": {"direction": "neutral"},
    "timeframe": {"horizon": "short_term"},
    "credibility": {"level": "low"},
}
_REPORT = {
    "calls": [{**call, "confidence": 1.0} for call in _CALLS],
    "overall": {"direction": "neutral", "confidence": 1.0},
}
NAMES = tuple(tally_article({"labels": _LABELS, "text": "."}, _REPORT))
_PARTS = (
    "facts calls targets overall timeframe credibility narratives summary injections usage".split()
)
FIGURES = tuple(
    sorted(
        filter(is_figure, Counts([], names=NAMES).total),
        key=lambda name: _PARTS.index(name.partition(".")[0]),
    )
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
    return Counts(rows, stories, NAMES)


def _distinct_ids(records: Records, what: str) -> set[str]:
    ids: set[str] = set()
    for id in (str(record.get("id")) for record in records):
        if id in ids:
            raise BadRecord(f"two {what} have the id {id}")
        ids.add(id)
    return ids


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
