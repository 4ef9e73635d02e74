"""Two sets of reports of the same articles: paired differences with intervals, and what each article gained and lost.

Both are drawn with the same articles in every resample, so that what is hard for both cancels out.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from eval.metrics import RESAMPLES, SEED, Array, Counts, Sums, interval
from eval.score import FIGURES, Figure, count_reports, stories
from eval.tally import CHOICES, OTHER, Record, acceptable, is_required, match_facts

A, B = "a|", "b|"
LEVEL = 0.95


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
    labelled: Sequence[Record], a: Sequence[Record], b: Sequence[Record], *, figures: Sequence[Figure] = FIGURES,
    resamples: int = RESAMPLES, seed: int = SEED, level: float = LEVEL,
) -> list[Difference]:  # fmt: skip
    """The difference of every figure that is over something. Raises BadRecord for ids that no label has."""
    rows = [
        {**{A + name: count for name, count in one.items()}, **{B + name: count for name, count in other.items()}}
        for one, other in zip(count_reports(labelled, a), count_reports(labelled, b), strict=True)
    ]
    counts = Counts(rows, stories(labelled))
    total, drawn = counts.total, counts.resample(resamples, seed)
    return [found for figure in figures if (found := _difference(figure, total, drawn, level)).n]


def _difference(figure: Figure, total: Sums, drawn: Sums, level: float) -> Difference:
    def both(formula: Callable[[Sums], Array], sums: Sums) -> tuple[Array, Array]:
        return formula(sums.under(A)), formula(sums.under(B))

    (a, b), (n_a, n_b) = both(figure.formula, total), both(figure.n, total)
    (drawn_a, drawn_b), (some_a, some_b) = both(figure.formula, drawn), both(figure.n, drawn)
    low, high = interval((drawn_b - drawn_a)[(some_a > 0) | (some_b > 0)], level)
    better = (high < 0) if figure.lower_is_better else (low > 0)
    worse = (low > 0) if figure.lower_is_better else (high < 0)
    verdict = "same" if figure.is_cost else "gain" if better else "loss" if worse else "same"
    return Difference(figure.name, float(a), float(b), low, high, int(max(n_a, n_b)), verdict)


def list_changes(labelled: Sequence[Record], a: Sequence[Record], b: Sequence[Record]) -> list[tuple[str, str, str]]:
    """(article, gain or loss, what) for everything that one set has right and the other has not, article by article."""
    left, right = ({str(report["id"]): report for report in reports} for reports in (a, b))
    changes = []
    for record in labelled:
        id = str(record["id"])
        before, after = ({fault.what for fault in find_faults(record["labels"], side.get(id) or {})} for side in (left, right))
        changes += [(id, "gain", what) for what in sorted(before - after)] + [(id, "loss", what) for what in sorted(after - before)]
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
    yield from (Fault(f"missed {_words(gold[j])}", quote=gold[j].get("quote")) for j in left if is_required(gold[j]))
    for i in extra:
        if facts[i].get("kind") != OTHER:
            yield Fault(f"wrong {_words(facts[i])}", quote=(facts[i].get("evidence") or {}).get("quote"))
    made = {call.get("asset"): call for call in reversed(report.get("calls") or [])}
    for label in labels.get("calls") or []:
        call = made.get(label["asset"])
        if (call or label.get("required", True)) and (call or {}).get("direction") not in acceptable(label, label["direction"]):
            quote = next((evidence.get("quote") for evidence in (call or {}).get("evidence") or []), None)
            said = f"said {call.get('direction')} at {call.get('confidence')}" if call else "no call"
            yield Fault(f"call on {label['asset']} is not {label['direction']}", said, quote)
    for part, key in CHOICES:
        choice = (report.get(part) or {}).get(key)
        if part in labels and choice not in acceptable(labels[part], labels[part][key]):
            yield Fault(f"{part} is not {labels[part][key]}", f"said {choice}")


def _words(fact: Record) -> str:
    value = fact.get("value")
    return f"{fact.get('kind')} {fact.get('subject')} {f'{value:,.10g}' if isinstance(value, int | float) else value} {fact.get('unit')}"
