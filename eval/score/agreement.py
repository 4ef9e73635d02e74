"""How far two labelling passes of the same articles agree: what a perfect analyst could be expected to reach.

Facts and sets are compared as a report is with labels, the second pass in the report's place, so F1 is the same both ways but for
what one pass lets be either way. Choices are compared first choice with first choice: the share that is the same, and Cohen's
kappa, which is 0 where two annotators agree no more often than their habits make them.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sklearn.metrics import cohen_kappa_score

from eval.score.metrics import Counts, Estimate, estimate_all
from eval.score.score import score_reports
from eval.score.tally import CLASSES, OTHER, Record, Tally, find_choices

Agreement = dict[
    str, tuple[Estimate, float | None]
]  # what, how often it is the same with its interval, and kappa of choices
_SETS = ("facts.f1", "targets.right", "credibility.signals.f1", "narratives.f1")


def measure_agreement(first: Sequence[Record], second: Sequence[Record]) -> Agreement:
    """Agreement over the articles that the second pass labelled. Raises BadRecord for one that the first did not."""
    others = {str(record["id"]): record["labels"] for record in second}
    both = [record for record in first if str(record["id"]) in others]
    given = [
        {
            "id": id,
            **labels,
            "facts": [fact for fact in labels["facts"] if not fact.get("optional")],
        }
        for id, labels in others.items()
    ]
    figures, found = score_reports(both, given), Agreement()
    for name in _SETS:
        found[name] = _estimate(figures, name), None
    pairs: dict[str, list[tuple[str, str]]] = defaultdict(list)
    bare = [{"id": id, "facts": _bare(labels)} for id, labels in others.items()]
    figures = score_reports(
        [{**record, "labels": {"facts": _bare(record["labels"])}} for record in both], bare
    )
    found["facts, to the letter"] = _estimate(figures, "facts.f1"), None
    rows = []
    for record in both:
        rows.append(Tally())
        for choice in find_choices(record["labels"], others[str(record["id"])]):
            rows[-1].add(choice.part, choice.said == choice.first)
            pairs[choice.part].append((choice.first, choice.said or "none"))
    for part, same in estimate_all(Counts(rows)).items():
        kappa = cohen_kappa_score(*zip(*pairs[part], strict=True), labels=[*CLASSES[part], "none"])
        found[part] = same, float(kappa)
    return found


def _estimate(figures: Mapping[str, float], name: str) -> Estimate:
    return Estimate(
        figures[name], figures[f"{name}.low"], figures[f"{name}.high"], int(figures[f"{name}.n"])
    )


def _bare(labels: Record) -> list[Record]:
    """The facts of a pass by its first choices alone, none of them optional."""
    return [
        {key: fact[key] for key in ("kind", "subject", "value", "unit")}
        for fact in labels["facts"]
        if fact["kind"] != OTHER
    ]
