"""Two sets of reports of the same articles: paired differences with intervals, and what each article gained and lost.

Both are drawn with the same articles in every resample, so that what is hard for both cancels out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from eval.score.metrics import LEVEL, RESAMPLES, SEED, count_of, interval
from eval.score.score import FIGURES, count_reports, is_cost, is_lower_better
from eval.score.tally import OTHER, Record, acceptable, find_choices, is_required, match_facts

# What a change must not lose. A loss is one whose interval lies wholly below zero at a level that allows for as many figures
# as are watched (Bonferroni): a change that only shuffles errors passes.
WATCHED = (
    "facts.f1", "facts.precision", "facts.recall", "calls.acceptable", "calls.macro_f1", "calls.precision", "calls.brier", "targets.right",
    "overall.acceptable", "timeframe.acceptable", "credibility.acceptable", "credibility.signals.f1", "narratives.f1",
    "summary.faithful", "summary.coverage",
)  # fmt: skip


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
    labelled: Sequence[Record], a: Sequence[Record], b: Sequence[Record], *, names: Sequence[str] = FIGURES,
    resamples: int = RESAMPLES, seed: int = SEED, level: float = LEVEL,
) -> list[Difference]:  # fmt: skip
    """The difference of every figure that is over something. Raises BadRecord for ids that no label has."""
    sides = [count_reports(labelled, reports) for reports in (a, b)]
    (total_a, total_b), (drawn_a, drawn_b) = (
        [side.total for side in sides],
        [side.draw(resamples, seed) for side in sides],
    )
    found = []
    for name in names:
        (all_a, some_a), (all_b, some_b) = drawn_a[name], drawn_b[name]
        low, high = interval((all_b - all_a)[(some_a > 0) | (some_b > 0)], level)
        worse, better = (low > 0, high < 0) if is_lower_better(name) else (high < 0, low > 0)
        verdict = "same" if is_cost(name) else "gain" if better else "loss" if worse else "same"
        if n := round(float(max(count_of(name, total_a), count_of(name, total_b)))):
            found.append(
                Difference(
                    name, float(total_a[name][0]), float(total_b[name][0]), low, high, n, verdict
                )
            )
    return found


def find_losses(
    labelled: Sequence[Record], baseline: Sequence[Record], reports: Sequence[Record]
) -> tuple[list[Difference], list[Difference]]:
    """(all watched differences, the significant losses), over the articles that the baseline knows."""
    known = {str(report["id"]) for report in baseline}
    shared = [record for record in labelled if str(record["id"]) in known]
    after = [report for report in reports if str(report["id"]) in known]
    found = compare_reports(shared, baseline, after, names=WATCHED, level=1 - 0.05 / len(WATCHED))
    return found, [difference for difference in found if difference.verdict == "loss"]


def list_changes(
    labelled: Sequence[Record], a: Sequence[Record], b: Sequence[Record]
) -> list[tuple[str, str, str]]:
    """(article, gain or loss, what) for everything that one set has right and the other has not, article by article."""
    left, right = ({str(report["id"]): report for report in reports} for reports in (a, b))
    changes = []
    for record in labelled:
        id = str(record["id"])
        before, after = (
            {fault.what for fault in find_faults(record["labels"], side.get(id) or {})}
            for side in (left, right)
        )
        changes += [(id, "gain", what) for what in sorted(before - after)] + [
            (id, "loss", what) for what in sorted(after - before)
        ]
    return changes


class Fault(NamedTuple):
    """`what` is wrong, in words that are the same whichever wrong answer was given; what was `said`; the article's words on it."""

    what: str
    said: str = ""
    quote: str | None = None


def find_faults(labels: Record, report: Record) -> Iterator[Fault]:
    """What a report has wrong: facts missed and made up, calls and choices that no annotator would accept."""
    facts, gold = report.get("facts") or [], labels.get("facts") or []
    _, extra, left = match_facts(facts, gold)
    yield from (
        Fault(f"missed {_words(gold[j])}", quote=gold[j].get("quote"))
        for j in left
        if is_required(gold[j])
    )
    for i in extra:
        if facts[i].get("kind") != OTHER:
            yield Fault(
                f"wrong {_words(facts[i])}", quote=(facts[i].get("evidence") or {}).get("quote")
            )
    made = {call.get("asset"): call for call in reversed(report.get("calls") or [])}
    for label in labels.get("calls") or []:
        call = made.get(label["asset"])
        if (call or label.get("required", True)) and (call or {}).get(
            "direction"
        ) not in acceptable(label, label["direction"]):
            quote = next(
                (evidence.get("quote") for evidence in (call or {}).get("evidence") or []), None
            )
            said = (
                f"said {call.get('direction')} at {call.get('confidence')}" if call else "no call"
            )
            yield Fault(f"call on {label['asset']} is not {label['direction']}", said, quote)
    for choice in find_choices(labels, report):
        if choice.part != "calls" and not choice.is_right:
            yield Fault(f"{choice.part} is not {choice.first}", f"said {choice.said}")


def _words(fact: Record) -> str:
    value = fact.get("value")
    return f"{fact.get('kind')} {fact.get('subject')} {f'{value:,.10g}' if isinstance(value, int | float) else value} {fact.get('unit')}"
