"""Reported facts against labelled facts: which fact of a report is which label.

The rule is that of `eval/LABELLING.md`: kind, subject and unit agree, and the value is near enough.
"""

from collections import defaultdict
from typing import Any, NamedTuple

from eval.records import Record, Records

OTHER = "other"  # market numbers of no kind: neither required nor wrong
ATTRIBUTES = ("venue", "period", "qualifier")
_TOLERANCE = 0.005  # a value within 0.5 % of the label is right


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
    for key in ("kind", "subject"):
        value = fact.get(key)
        if value != label[key] and value not in (label.get(f"acceptable_{key}s") or ()):
            return False
    return fact.get("unit") == label["unit"] and is_same_value(fact.get("value"), label["value"])


def is_required(label: Record) -> bool:
    """Whether it costs something to miss this labelled fact."""
    return not label.get("optional") and label["kind"] != OTHER


def match_facts(facts: Records, labels: Records) -> FactMatch:
    """The matching with as many pairs as there can be, each fact and each label used once.

    Augmenting paths (Kuhn), required labels first, so that a fact goes to the label that needs it.
    Among the facts that fit a label, one of its first kind and with its attributes is tried first.
    """
    by_kind: dict[tuple[str, Any], list[int]] = defaultdict(list)
    for i, fact in enumerate(facts):
        by_kind[str(fact.get("kind")), fact.get("unit")].append(i)
    fitting = []
    for label in labels:
        kinds = {label["kind"], *(label.get("acceptable_kinds") or ())}
        near = (i for kind in kinds for i in by_kind[kind, label["unit"]])
        fits = [i for i in near if is_same_fact(facts[i], label)]
        if len(fits) > 1:
            fits.sort(key=lambda i: (-_likeness(facts[i], label), i))
        fitting.append(fits)
    label_of_fact: dict[int, int] = {}

    def place(j: int, tried: set[int]) -> bool:
        """Finds label j a fact, moving labels that hold one to another where need be."""
        for i in fitting[j]:
            if i not in tried:
                tried.add(i)
                if i not in label_of_fact or place(label_of_fact[i], tried):
                    label_of_fact[i] = j
                    return True
        return False

    for j in sorted(range(len(labels)), key=lambda j: not is_required(labels[j])):
        place(j, set())
    matched = set(label_of_fact.values())
    return FactMatch(
        [(facts[i], labels[j]) for i, j in sorted(label_of_fact.items())],
        [fact for i, fact in enumerate(facts) if i not in label_of_fact],
        [label for j, label in enumerate(labels) if j not in matched],
    )


def _likeness(fact: Record, label: Record) -> int:
    is_first_kind = int(fact.get("kind") == label["kind"])
    same = sum(is_same_word(fact.get(key), label.get(key)) for key in ATTRIBUTES)
    return 4 * is_first_kind + same


def is_same_word(a: Any, b: Any) -> bool:
    """Whether two attributes are the same but for case; null and empty are the same."""
    return a == b or str(a or "").casefold() == str(b or "").casefold()
