"""Reported facts against labelled facts: which fact of a report is which label.

The rule is that of `eval/LABELLING.md`: kind, subject and unit agree, and the value is near enough.
"""

from itertools import product
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import linear_sum_assignment

from eval.records import Record, Records

OTHER = "other"  # market numbers of no kind: neither required nor wrong
ATTRIBUTES = ("venue", "period", "qualifier")
_REQUIRED, _PAIR = 1e8, 1e4  # what a match is worth, next to likenesses below 8
_TOLERANCE = 0.005  # a value within 0.5 % of the label is right


def list_targets(label: Record) -> Records:
    """The targets that a labelled call may have."""
    targets = (label.get("target"), *(label.get("acceptable_targets") or ()))
    return list(filter(None, targets))


class FactMatch(NamedTuple):
    """Pairs of (fact, label), then the facts and the labels left over."""

    pairs: list[tuple[Record, Record]]
    extra: Records
    missed: Records


def is_same_value(value: Any, label: float) -> bool:
    """Whether a reported number is the labelled one, within 0.5 %."""
    return isinstance(value, (int, float)) and abs(value - label) <= _TOLERANCE * abs(label) + 1e-15


def is_same_fact(fact: Record, label: Record) -> bool:
    """Whether kind, subject and unit agree and the value is the same."""
    if fact.get("unit") != label["unit"] or not is_same_value(fact.get("value"), label["value"]):
        return False
    return all(
        fact.get(key) in (label[key], *(label.get(f"acceptable_{key}s") or ()))
        for key in ("kind", "subject")
    )


def is_required(label: Record) -> bool:
    """Whether it costs something to miss this labelled fact."""
    return not label.get("optional") and label["kind"] != OTHER


def match_facts(facts: Records, labels: Records) -> FactMatch:
    """The matching with as many required labels, then as many pairs, as there can be.

    Each fact and each label is used once. Of the facts that fit a label, one of its first kind and
    with its attributes is preferred.
    """
    worths = np.zeros((len(facts), len(labels)))
    for (i, fact), (j, label) in product(enumerate(facts), enumerate(labels)):
        if is_same_fact(fact, label):
            worths[i, j] = _worth(fact, label)
    rows, columns = linear_sum_assignment(worths, maximize=True)
    label_of_fact = {i: j for i, j in zip(rows, columns, strict=True) if worths[i, j]}
    matched = set(label_of_fact.values())
    return FactMatch(
        [(facts[i], labels[j]) for i, j in label_of_fact.items()],
        [fact for i, fact in enumerate(facts) if i not in label_of_fact],
        [label for j, label in enumerate(labels) if j not in matched],
    )


def _worth(fact: Record, label: Record) -> float:
    """What a pair is worth: any likeness less than a pair, any pairs less than a required label."""
    same = sum(is_same_word(fact.get(key), label.get(key)) for key in ATTRIBUTES)
    likeness = 4 * int(fact.get("kind") == label["kind"]) + same
    return _REQUIRED * is_required(label) + _PAIR + likeness


def is_same_word(a: Any, b: Any) -> bool:
    """Whether two attributes are the same but for case; null and empty are the same."""
    return a == b or str(a or "").casefold() == str(b or "").casefold()
