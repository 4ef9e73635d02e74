"""How far two labelling passes of the same articles agree: what a perfect analyst could reach.

Facts and sets are compared as a report is with labels, the second pass in the report's place, so
F1 is the same both ways but for what one pass lets be either way. Choices are compared first choice
with first choice: the share that is the same, and Cohen's kappa, which is 0 where two annotators
agree no more often than their habits make them.
"""

from collections import defaultdict

from sklearn.metrics import cohen_kappa_score

from eval.records import Record, Records, pair_reports
from eval.score.match import OTHER
from eval.score.metrics import Counts, Estimate, estimate_all
from eval.score.score import count_reports
from eval.score.tally import CLASSES, FigureRow, find_choices

# What is compared -> how often it is the same, with its interval, and the kappa of choices.
Agreement = dict[str, tuple[Estimate, float | None]]
_SETS = ("facts.f1", "targets.right", "credibility.signals.f1", "narratives.f1")


def measure_agreement(first: Records, second: Records) -> Agreement:
    """Agreement over the articles that the second pass labelled.

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
    return agreement | _choice_agreement(shared, reports)


def _choice_agreement(labelled: Records, reports: Records) -> Agreement:
    rows = []
    pairs: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for record, report in pair_reports(labelled, reports):
        row = FigureRow()
        for choice in find_choices(record["labels"], report):
            row.add(choice.part, choice.reported == choice.first)
            pairs[choice.part].append((choice.first, choice.reported or "none"))
        rows.append(row)
    agreement: Agreement = {}
    for part, same in estimate_all(Counts(rows)).items():
        classes = [*CLASSES[part], "none"]
        kappa = cohen_kappa_score(*zip(*pairs[part], strict=True), labels=classes)
        agreement[part] = same, float(kappa)
    return agreement


def _bare_facts(record: Record) -> Record:
    """The facts of a pass by its first choices alone, none of them optional."""
    keys = ("kind", "subject", "value", "unit")
    facts = record["labels"]["facts"]
    return {"facts": [{key: f[key] for key in keys} for f in facts if f["kind"] != OTHER]}
