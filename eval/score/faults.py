"""What a report has wrong, fault by fault, and which faults one set of reports has over another."""

from collections.abc import Iterator
from typing import NamedTuple

from eval.records import Record, Records, pair_reports
from eval.score.match import OTHER, is_required, match_facts
from eval.score.tally import find_choices


class Fault(NamedTuple):
    """`what` is wrong, in words that are the same whichever wrong answer the report gives.

    `detail` is that answer; `quote` is the article's words on it.
    """

    what: str
    detail: str = ""
    quote: str | None = None


def find_faults(labels: Record, report: Record) -> Iterator[Fault]:
    """Facts missed and made up, then calls and choices that no annotator would accept."""
    _, extra, missed = match_facts(report.get("facts") or [], labels.get("facts") or [])
    for label in missed:
        if is_required(label):
            yield Fault(f"missed {_describe_fact(label)}", quote=label.get("quote"))
    for fact in extra:
        if fact.get("kind") != OTHER:
            yield Fault(f"wrong {_describe_fact(fact)}", quote=_quote(fact.get("evidence")))
    for choice in find_choices(labels, report):
        if choice.is_right or not (choice.answer or choice.is_required):
            continue
        what = f"call on {choice.label['asset']}" if choice.part == "calls" else choice.part
        evidence = next(iter(choice.answer.get("evidence") or []), None)
        detail = f"said {choice.reported or 'nothing'}"
        if choice.forecast:
            detail += f" at {choice.forecast[0]}"
        yield Fault(f"{what} is not {choice.first}", detail, _quote(evidence))


def _quote(evidence: Record | None) -> str | None:
    return (evidence or {}).get("quote")


def _describe_fact(fact: Record) -> str:
    value = fact.get("value")
    figure = f"{value:,.10g}" if isinstance(value, int | float) else value
    return f"{fact.get('kind')} {fact.get('subject')} {figure} {fact.get('unit')}"


def list_changes(labelled: Records, a: Records, b: Records) -> list[tuple[str, str, str]]:
    """(article, gain or loss, what) for each thing that B alone or A alone has right."""
    changes = []
    faults = (
        [
            {fault.what for fault in find_faults(record["labels"], report)}
            for record, report in pair_reports(labelled, reports)
        ]
        for reports in (a, b)
    )
    for record, faults_a, faults_b in zip(labelled, *faults, strict=True):
        id = str(record["id"])
        changes += [(id, "gain", what) for what in sorted(faults_a - faults_b)]
        changes += [(id, "loss", what) for what in sorted(faults_b - faults_a)]
    return changes
