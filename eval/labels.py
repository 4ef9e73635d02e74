"""LABELS -> whether they have the form of eval/README.md: a fault is one line that names its record
and its field."""

import json
import math
from collections.abc import Iterator
from typing import Any

from summarizer.errors import BadRecord

_WORDS = "a string"
_NUMBER = "a number"
_TRUTH = "true or false"
_PLACE = "a whole number of 0 or more"
_DIRECTION = ("bullish", "bearish", "neutral")
_HORIZON = ("short_term", "medium_term", "long_term")
_LEVEL = ("high", "medium", "low")
_TARGET = {"value!": _NUMBER, "unit!": _WORDS}
# A field's form: the words that name it, the values that it may have, an object's fields, or a list
# of one form. `!` marks a field that must be there, `?` one that may be null.
_FORM: dict[str, Any] = {
    "facts": [
        {
            "kind!": _WORDS,
            "subject!": _WORDS,
            "value!": _NUMBER,
            "unit!": _WORDS,
            "period?": _WORDS,
            "venue?": _WORDS,
            "qualifier?": _WORDS,
            "quote?": _WORDS,
            "optional": _TRUTH,
            "acceptable_kinds": [_WORDS],
            "acceptable_subjects": [_WORDS],
            "start": _PLACE,
            "end": _PLACE,
            "num_start": _PLACE,
            "num_end": _PLACE,
        }
    ],
    "calls": [
        {
            "asset!": _WORDS,
            "direction!": _DIRECTION,
            "acceptable": [_DIRECTION],
            "required": _TRUTH,
            "target?": _TARGET,
            "acceptable_targets": [_TARGET],
        }
    ],
    "overall": {"direction!": _DIRECTION, "acceptable": [_DIRECTION]},
    "timeframe": {"horizon!": _HORIZON, "acceptable": [_HORIZON]},
    "credibility": {"level!": _LEVEL, "acceptable": [_LEVEL], "signals": [_WORDS]},
    "narratives": [_WORDS],
    "summary_points": [_WORDS],
}


def check_record(record: dict[str, Any], number: int, file: str) -> None:
    """Raises BadRecord for a labelled record that cannot be scored against.

    >>> check_record({"id": "a", "labels": {"facts": 3}}, 2, "f.jsonl")
    Traceback (most recent call last):
    ...
    summarizer.errors.BadRecord: bad_record: record 2 (a) of f.jsonl: labels.facts is 3, not a list
    """
    name = f"record {number} of {file}"
    if "id" not in record or not isinstance(record.get("labels"), dict):
        raise BadRecord(f"{name} has no id or no labels")
    if isinstance(record["id"], bool) or not isinstance(record["id"], str | int):
        raise BadRecord(f"{name}: id is {_show(record['id'])}, not a string")
    name = f"record {number} ({_show(record['id']).strip(chr(34))}) of {file}"
    about = dict.fromkeys(("text?", "html?", "body?", "url?", "title?", "source?"), _WORDS)
    faults = [*_find_faults(record, about, ""), *_find_faults(record["labels"], _FORM, "labels.")]
    if faults:
        raise BadRecord(f"{name}: {faults[0]}")


def _find_faults(value: dict[str, Any], form: dict[str, Any], place: str) -> Iterator[str]:
    for key, wanted in form.items():
        name = key.rstrip("!?")
        if name not in value:
            if key.endswith("!"):
                yield f"{place}{name} is missing"
        elif value[name] is not None or not key.endswith("?"):
            yield from _compare(value[name], wanted, place + name)


def _compare(value: Any, form: Any, place: str) -> Iterator[str]:
    if isinstance(form, dict):
        if isinstance(value, dict):
            yield from _find_faults(value, form, f"{place}.")
        else:
            yield f"{place} is {_show(value)}, not an object"
    elif isinstance(form, list):
        if not isinstance(value, list):
            yield f"{place} is {_show(value)}, not a list"
            return
        for at, each in enumerate(value):
            yield from _compare(each, form[0], f"{place}[{at}]")
    elif isinstance(form, tuple):
        if not isinstance(value, str) or value not in form:
            yield f"{place} is {_show(value)}, not one of {', '.join(form)}"
    elif not _has_form(value, form):
        yield f"{place} is {_show(value)}, not {form}"


def _has_form(value: Any, form: str) -> bool:
    if form == _TRUTH:
        return isinstance(value, bool)
    if isinstance(value, bool):
        return False
    if form == _PLACE:
        return isinstance(value, int) and value >= 0
    if form == _NUMBER:
        return isinstance(value, int | float) and math.isfinite(value)
    return isinstance(value, str)


def _show(value: object) -> str:
    """A value as JSON would have it, cut where it is long."""
    shown = json.dumps(value, ensure_ascii=False, default=str)
    return shown if len(shown) < 60 else f"{shown[:57]}…"
