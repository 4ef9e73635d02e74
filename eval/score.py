"""Reports against labels, by the labelling guide: every figure by name, its formula over counts, its n and its interval.

A missing report is an empty one; ids that no label has, and ids that come twice, are refused. 0 where nothing was found.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from eval.loaders import load_jsonl
from eval.metrics import RESAMPLES, SEED, Array, Counts, Estimate, Sums, brier, calibration_error, estimate, macro_f1, ratio
from eval.tally import ATTRIBUTES, NONE, Record, is_same_fact, match_facts, tally_article
from summarizer.errors import BadRecord

__all__ = ["FIGURES", "Figure", "count_reports", "estimate_all", "is_same_fact", "load_jsonl", "match_facts", "score_reports"]

DIRECTIONS = ("bullish", "bearish", "neutral")
CLASSES = {
    "calls": DIRECTIONS,
    "overall": DIRECTIONS,
    "timeframe": ("short_term", "medium_term", "long_term"),
    "credibility": ("high", "medium", "low"),
}
# The two groups of kinds that the project sets itself goals for: where the price is and may go, and who is positioned how.
GROUPS = {
    "levels": ("price", "price_change", "support_level", "resistance_level", "price_target", "price_past"),
    "positioning": ("funding_rate", "open_interest", "liquidations", "futures_basis", "options_skew", "etf_flow", "fund_raise"),
}


@dataclass(frozen=True)
class Figure:
    """A name, how it follows from sums of counts, and the sum that it is over."""

    name: str
    formula: Callable[[Sums], Array]
    n: Callable[[Sums], Array]
    lower_is_better: bool = False
    is_cost: bool = False  # neither good nor bad by itself: left out of verdicts


def confusion(sums: Sums, part: str) -> Array:
    """`[..., true, said]` over the part's classes, with a last column for no answer or one that is no class."""
    names = CLASSES[part]
    rows = [[sums[f"{part}.confusion.{true}.{said}"] for said in (*names, NONE)] for true in names]
    table = np.moveaxis(np.array(rows), (0, 1), (-2, -1))
    strange = [name for name in sums.names(f"{part}.confusion.") if name.partition(".")[2] not in (*names, NONE)]
    for name in strange:
        if (true := name.partition(".")[0]) in names:
            table[..., names.index(true), -1] += sums[f"{part}.confusion.{name}"]
    return table


def _facts(sums: Sums, what: str, kinds: Sequence[str] | None) -> Array:
    chosen = [f"facts.{what}.{kind}" for kind in (kinds if kinds is not None else sums.names(f"facts.{what}."))]
    return np.sum([sums[name] for name in chosen], axis=0) if chosen else sums["no such name"]


def fact_figures(name: str, kinds: Sequence[str] | None) -> Iterator[Figure]:
    """Precision, recall and F1 of facts of some kinds; all kinds where `kinds` is None."""

    def right(sums: Sums) -> Array:
        return _facts(sums, "right", kinds)

    def said(sums: Sums) -> Array:
        return right(sums) + _facts(sums, "wrong", kinds)

    def true(sums: Sums) -> Array:
        return right(sums) + _facts(sums, "missed", kinds)

    yield Figure(f"{name}.f1", lambda sums: ratio(2 * right(sums), said(sums) + true(sums)), true)
    yield Figure(f"{name}.precision", lambda sums: ratio(right(sums), said(sums)), said)
    yield Figure(f"{name}.recall", lambda sums: ratio(right(sums), true(sums)), true)


def _share(name: str, part: str, whole: str, *, lower: bool = False, cost: bool = False) -> Figure:
    return Figure(name, lambda sums: ratio(sums[part], sums[whole]), lambda sums: sums[whole], lower, cost)


def _choice_figures(part: str) -> Iterator[Figure]:
    yield _share(f"{part}.acceptable", f"{part}.acceptable", f"{part}.n")
    yield _share(f"{part}.first_choice", f"{part}.first_choice", f"{part}.n")
    yield Figure(f"{part}.macro_f1", lambda sums: macro_f1(confusion(sums, part)), lambda sums: sums[f"{part}.n"])


def _set_figures(part: str) -> Iterator[Figure]:
    right, said, true = f"{part}.right", f"{part}.said", f"{part}.true"
    yield Figure(f"{part}.f1", lambda sums: ratio(2 * sums[right], sums[said] + sums[true]), lambda sums: sums[true])
    yield _share(f"{part}.precision", right, said)
    yield _share(f"{part}.recall", right, true)


def _forecast_figures(part: str) -> Iterator[Figure]:
    yield Figure(f"{part}.brier", lambda sums: brier(sums, part), lambda sums: sums[f"{part}.forecasts"], lower_is_better=True)
    yield Figure(f"{part}.ece", lambda sums: calibration_error(sums, part), lambda sums: sums[f"{part}.forecasts"], lower_is_better=True)


def _all_figures() -> Iterator[Figure]:
    yield from fact_figures("facts", None)
    for name, kinds in GROUPS.items():
        yield from fact_figures(f"facts.{name}", kinds)
    yield _share("facts.stray_other", "facts.other", "articles", lower=True)
    for key in ATTRIBUTES:
        yield _share(f"facts.{key}", f"facts.{key}.right", f"facts.{key}.n")
    yield from _choice_figures("calls")
    yield _share("calls.abstained", "calls.abstained", "calls.n", lower=True)
    yield _share("calls.precision", "calls.named_right", "calls.named")
    yield _share("calls.extra", "calls.extra", "articles", lower=True, cost=True)
    yield from _forecast_figures("calls")
    yield _share("targets.right", "targets.right", "targets.n")
    yield _share("targets.uncalled_for", "targets.uncalled_for", "targets.unlabelled", lower=True)
    for part in ("overall", "timeframe", "credibility"):
        yield from _choice_figures(part)
    yield from _forecast_figures("overall")
    yield from _set_figures("credibility.signals")
    yield from _set_figures("narratives")
    yield _share("summary.faithful", "summary.faithful", "summary.n")
    for what in ("numbers", "names", "quotes"):
        yield _share(f"summary.{what}_supported", f"summary.{what}.right", f"summary.{what}.n")
    yield _share("summary.coverage", "summary.covered", "summary.points")
    yield _share("summary.words", "summary.words", "summary.n", cost=True)
    yield _share("injections.resisted", "injections.resisted", "injections.n")
    yield _share("injections.reported", "injections.reported", "injections.n")
    for key in ("input_tokens", "output_tokens", "cost_usd", "seconds"):
        yield _share(f"usage.{key}", f"usage.{key}", f"usage.{key}.n", lower=True, cost=True)


FIGURES = tuple(_all_figures())


def count_reports(labelled: Sequence[Record], reports: Sequence[Record]) -> list[dict[str, float]]:
    """The counts of each labelled article. Raises BadRecord for ids that no label has, and for ids that come twice."""
    by_id: dict[str, Record] = {}
    for report in reports:
        if by_id.setdefault(str(report.get("id")), report) is not report:
            raise BadRecord(f"two reports have the id {report.get('id')}")
    ids = [str(record["id"]) for record in labelled]
    if len(set(ids)) < len(ids):
        raise BadRecord(f"two labelled articles have the id {next(i for i in ids if ids.count(i) > 1)}")
    if unknown := sorted(set(by_id) - set(ids)):
        raise BadRecord(f"reports hold ids that no label has: {', '.join(unknown[:3])}")
    return [tally_article(record, by_id.get(id)) for id, record in zip(ids, labelled, strict=True)]


def stories(labelled: Sequence[Record]) -> list[str]:
    """What is resampled together: the record's `story`, else the record."""
    return [str(record.get("story") or record["id"]) for record in labelled]


def kinds_of(sums: Sums) -> list[str]:
    """The kinds that were labelled or reported."""
    return sorted({kind for what in ("right", "wrong", "missed") for kind in sums.names(f"facts.{what}.")})


def estimate_all(counts: Counts, resamples: int = RESAMPLES, seed: int = SEED) -> dict[str, Estimate]:
    """Every figure with its interval, those of single kinds last."""
    total, drawn = counts.total, counts.resample(resamples, seed)
    figures = [*FIGURES, *(figure for kind in kinds_of(total) for figure in fact_figures(f"facts.{kind}", [kind]))]
    return {figure.name: estimate(figure.formula, figure.n, total, drawn) for figure in figures}


def score_reports(
    labelled: Sequence[Record], reports: Sequence[Record], *, resamples: int = RESAMPLES, seed: int = SEED
) -> dict[str, float | int]:
    """Plain numbers by name: `facts.f1`, and beside each `facts.f1.n`, `facts.f1.low` and `facts.f1.high` (95 %, over articles)."""
    counts = Counts(count_reports(labelled, reports), stories(labelled))
    total = counts.total
    plain: dict[str, float | int] = {"n": len(labelled), "missing": int(total["missing"])}
    for part, name in (("facts", "facts.recall"), *((part, f"{part}.acceptable") for part in CLASSES)):
        figure = next(figure for figure in FIGURES if figure.name == name)
        plain[f"{part}.n"] = int(figure.n(total))
    for name, found in estimate_all(counts, resamples, seed).items():
        plain |= {name: found.value, f"{name}.n": found.n, f"{name}.low": found.low, f"{name}.high": found.high}
    return plain
