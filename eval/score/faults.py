"""What a report has wrong, fault by fault, and which faults one set of reports has over another."""

from collections.abc import Iterator
from typing import NamedTuple

from eval.records import Record, Records, pair_reports
from eval.score.match import OTHER, is_required, match_facts
from eval.score.tally import acceptable, find_choices, first_calls


class Fault(NamedTuple):
    """`what` is wrong, in words that are the same whichever wrong answer the report gives.

    `detail` is that answer; `quote` is the article's words on it.
    """

    what: str
    detail: str = ""
    quote: str | None = None


def find_faults(labels: Record, report: Record) -> Iterator[Fault]:
    """Facts missed and made up, then calls and choices that no annotator would accept."""
    yield from _fact_faults(labels.get("facts") or [], report.get("facts") or [])
    yield from _call_faults(labels.get("calls") or [], first_calls(report))
    for choice in find_choices(labels, report):
        if choice.part != "calls" and not choice.is_right:
            yield Fault(f"{choice.part} is not {choice.first}", f"said {choice.reported}")


def _fact_faults(labels: Records, facts: Records) -> Iterator[Fault]:
    _, extra, missed = match_facts(facts, labels)
    for label in missed:
        if is_required(label):
            yield Fault(f"missed {_describe_fact(label)}", quote=label.get("quote"))
    for fact in extra:
        if fact.get("kind") != OTHER:
            yield Fault(f"wrong {_describe_fact(fact)}", quote=_quote(fact.get("evidence")))


def _call_faults(labels: Records, calls: dict[str, Record]) -> Iterator[Fault]:
    for label in labels:
        call, first = calls.get(label["asset"]), label["direction"]
        what = f"call on {label['asset']} is not {first}"
        if call is None:
            if label.get("required", True):
                yield Fault(what, "no call")
        elif call.get("direction") not in acceptable(label, first):
            detail = f"said {call.get('direction')} at {call.get('confidence')}"
            yield Fault(what, detail, _quote(next(iter(call.get("evidence") or []), None)))


def _quote(evidence: Record | None) -> str | None:
    return (evidence or {}).get("quote")


def _describe_fact(fact: Record) -> str:
    value = fact.get("value")
    figure = f"{value:,.10g}" if isinstance(value, int | float) else value
    return f"{fact.get('kind')} {fact.get('subject')} {figure} {fact.get('unit')}"


def list_changes(labelled: Records, a: Records, b: Records) -> list[tuple[str, str, str]]:
    """(article, gain or loss, what) for each thing that B alone or A alone has right."""
    changes = []
    for (record, report_a), (_, report_b) in zip(
        pair_reports(labelled, a), pair_reports(labelled, b), strict=True
    ):
        faults_a, faults_b = (
            {fault.what for fault in find_faults(record["labels"], report)}
            for report in (report_a, report_b)
        )
        id = str(record["id"])
        changes += [(id, "gain", what) for what in sorted(faults_a - faults_b)]
        changes += [(id, "loss", what) for what in sorted(faults_b - faults_a)]
    return changes
