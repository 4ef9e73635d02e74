"""Reports against labels, by the labelling guide: every figure with its n and its interval.

A missing report is an empty one; ids that no label has, and ids that come twice, are refused. 0 where nothing was found.
"""

from collections.abc import Sequence

from eval.score.metrics import RESAMPLES, SEED, Counts, estimate_all, is_figure
from eval.score.tally import CLASSES, Record, tally_article
from summarizer.errors import BadRecord

# An article with every part labelled, and a report of it: the names of the figures that every table shows.
_CALLS: list[Record] = [
    {"asset": "BTC", "direction": "bearish", "target": {"value": 1, "unit": "USD"}},
    {"asset": "ETH", "direction": "neutral"},
]
_LABELS = {"facts": [], "calls": _CALLS, "overall": {"direction": "neutral"}, "timeframe": {"horizon": "short_term"}, "credibility": {"level": "low"}}  # fmt: skip
_REPORT = {
    "calls": [{**call, "confidence": 1.0} for call in _CALLS],
    "overall": {"direction": "neutral", "confidence": 1.0},
}
NAMES = tuple(tally_article({"labels": _LABELS, "text": "."}, _REPORT))
_PARTS = (
    "facts",
    "calls",
    "targets",
    "overall",
    "timeframe",
    "credibility",
    "narratives",
    "summary",
    "injections",
    "usage",
)
FIGURES = tuple(
    sorted(
        filter(is_figure, Counts([], names=NAMES).total),
        key=lambda name: _PARTS.index(name.partition(".")[0]),
    )
)

_LOWER = ("brier", "ece", "stray_other", "abstained", "uncalled_for")
_COSTS = (
    "usage.",
    "summary.words",
    "calls.extra",
)  # neither good nor bad by themselves: left out of verdicts


def is_cost(name: str) -> bool:
    """Whether a figure is neither good nor bad by itself."""
    return name.startswith(_COSTS)


def is_lower_better(name: str) -> bool:
    """Whether a figure counts faults."""
    return name.endswith(_LOWER)


def count_reports(labelled: Sequence[Record], reports: Sequence[Record]) -> Counts:
    """The row of each labelled article; rows of one `story` are one. Raises BadRecord for ids without a label, and for ids that come twice."""
    by_id: dict[str, Record] = {}
    for report in reports:
        if by_id.setdefault(str(report.get("id")), report) is not report:
            raise BadRecord(f"two reports have the id {report.get('id')}")
    ids = [str(record["id"]) for record in labelled]
    if len(set(ids)) < len(ids):
        raise BadRecord(
            f"two labelled articles have the id {next(i for i in ids if ids.count(i) > 1)}"
        )
    if unknown := sorted(set(by_id) - set(ids)):
        raise BadRecord(f"reports hold ids that no label has: {', '.join(unknown[:3])}")
    rows = [tally_article(record, by_id.get(id)) for id, record in zip(ids, labelled, strict=True)]
    return Counts(rows, [str(record.get("story") or record["id"]) for record in labelled], NAMES)


def score_reports(
    labelled: Sequence[Record],
    reports: Sequence[Record],
    *,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> dict[str, float | int]:
    """Plain numbers by name: `facts.f1`, and beside each `facts.f1.n`, `facts.f1.low` and `facts.f1.high` (95 %, over articles)."""
    found = estimate_all(count_reports(labelled, reports), resamples, seed)
    plain: dict[str, float | int] = {
        "n": len(labelled),
        "missing": len(labelled) - len(reports),
        "facts.n": found["facts.recall"].n,
    }
    plain |= {f"{part}.n": found[f"{part}.acceptable"].n for part in CLASSES}
    for name, one in found.items():
        plain |= {
            name: one.value,
            f"{name}.n": one.n,
            f"{name}.low": one.low,
            f"{name}.high": one.high,
        }
    return plain
