"""Reports against labels, by the labelling guide. Failures count as wrong; ids that do not match are refused."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from summarizer.errors import BadRecord

Record = dict[str, Any]
DIRECTIONS = ("bullish", "bearish", "neutral")


def load_jsonl(path: Path) -> list[Record]:
    """The objects of a JSONL file. Raises BadRecord, naming the line."""
    records = []
    for number, line in enumerate(path.read_text("utf-8").split("\n"), 1):
        if line.strip():
            try:
                records.append(json.loads(line))
            except ValueError as error:
                raise BadRecord(f"line {number} of {path.name} is not JSON") from error
    return records


def score_reports(labelled: list[Record], reports: list[Record]) -> dict[str, Any]:
    """Every figure by name; a missing report is an empty one. Raises BadRecord for ids that no label has."""
    by_id = {str(report.get("id")): report for report in reports}
    known = {str(record["id"]) for record in labelled}
    if unknown := sorted(set(by_id) - known):
        raise BadRecord(f"reports hold ids that no label has: {', '.join(unknown[:3])}")
    pairs = [(record["labels"], by_id.get(str(record["id"]), {})) for record in labelled]
    figures: dict[str, Any] = {"n": len(pairs), "missing": len(known - set(by_id))}
    figures |= _score_facts(pairs)
    figures |= _score_calls(pairs)
    for part, key in (("overall", "direction"), ("timeframe", "horizon"), ("credibility", "level")):
        figures |= _score_choice(pairs, part, key)
    return figures


def is_same_fact(fact: Record, label: Record) -> bool:
    """The strict rule of the guide: kind, subject and unit agree, value within 0.5 %."""
    kinds = {label["kind"], *(label.get("acceptable_kinds") or ())}
    subjects = {label["subject"], *(label.get("acceptable_subjects") or ())}
    value = fact.get("value")
    if fact.get("kind") not in kinds or fact.get("subject") not in subjects or fact.get("unit") != label["unit"]:
        return False
    return isinstance(value, int | float) and abs(value - label["value"]) <= 0.005 * abs(label["value"]) + 1e-15


def match_facts(facts: list[Record], labels: list[Record]) -> tuple[list[tuple[int, int]], list[int], list[int]]:
    """(pairs of fact and label, facts left over, labels left over); each is used once, in order."""
    free = dict(enumerate(labels))
    pairs, extra = [], []
    for i, fact in enumerate(facts):
        hit = next((j for j, label in free.items() if is_same_fact(fact, label)), None)
        if hit is None:
            extra.append(i)
        else:
            pairs.append((i, hit))
            del free[hit]
    return pairs, extra, list(free)


def _score_facts(pairs: list[tuple[Record, Record]]) -> dict[str, Any]:
    right = wrong = missed = 0
    for labels, report in pairs:
        facts, gold = report.get("facts") or [], labels.get("facts") or []
        matched, extra, left = match_facts(facts, gold)
        right += sum(not gold[j].get("optional") and gold[j]["kind"] != "other" for _, j in matched)
        wrong += sum(facts[i].get("kind") != "other" for i in extra)
        missed += sum(not gold[j].get("optional") and gold[j]["kind"] != "other" for j in left)
    precision, recall = _ratio(right, right + wrong), _ratio(right, right + missed)
    return {"facts.n": right + missed, "facts.precision": precision, "facts.recall": recall, "facts.f1": _f1(precision, recall)}


def _score_calls(pairs: list[tuple[Record, Record]]) -> dict[str, Any]:
    n = acceptable = first = 0
    confusion: Counter[tuple[str, str | None]] = Counter()
    for labels, report in pairs:
        made = {call.get("asset"): call for call in report.get("calls") or []}
        for label in labels.get("calls") or []:
            if not label.get("required", True):
                continue
            n += 1
            said = (made.get(label["asset"]) or {}).get("direction")
            acceptable += said in {label["direction"], *(label.get("acceptable") or ())}
            first += said == label["direction"]
            confusion[label["direction"], said] += 1
    return {
        "calls.n": n,
        "calls.acceptable": _ratio(acceptable, n),
        "calls.first_choice": _ratio(first, n),
        "calls.macro_f1": _macro_f1(confusion),
    }


def _score_choice(pairs: list[tuple[Record, Record]], part: str, key: str) -> dict[str, Any]:
    acceptable = first = n = 0
    for labels, report in pairs:
        if part not in labels:
            continue
        n += 1
        said = (report.get(part) or {}).get(key)
        acceptable += said in {labels[part][key], *(labels[part].get("acceptable") or ())}
        first += said == labels[part][key]
    return {f"{part}.n": n, f"{part}.acceptable": _ratio(acceptable, n), f"{part}.first_choice": _ratio(first, n)}


def _macro_f1(confusion: Counter[tuple[str, str | None]]) -> float:
    scores = []
    for name in DIRECTIONS:
        right = confusion[name, name]
        said = sum(count for (_, made), count in confusion.items() if made == name)
        true = sum(count for (label, _), count in confusion.items() if label == name)
        if true or said:
            scores.append(_f1(_ratio(right, said), _ratio(right, true)))
    return sum(scores) / len(scores) if scores else 0.0


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0
