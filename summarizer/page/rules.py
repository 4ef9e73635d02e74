"""How pages name and word what is no article: the patterns of data/furniture.tsv and
data/walls.tsv.

A row of those tables holds the name of its rule, one of the rule's patterns, an example that the
pattern must match and one that it must not; the tests try every row.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache

from summarizer.tables import read_rows

# How the patterns of a rule are joined, by the last part of its name; others stand as they are.
_FORMS = {
    "name": "-(?:{})(?=-)",  # whole parts of a name that split_name has split
    "hint": "-(?:{})(?=-)",
    "box": "^(?:{})$",
    "text": r"\b(?:{})",
    "vote": r"\b(?:{})\b",
    # Inside a word a phrase begins with a capital, a sign or the f of "featured" alone; all other
    # letters there are passed over at once.
    "run": r"(?:(?<![a-z])|(?=[A-Z@.f]))(?:{})",
}
_CASED = frozenset("bio byline run self".split())  # the others match in any case


@cache
def _load_patterns() -> Mapping[str, list[str]]:
    """The patterns of each rule in the order of the tables."""
    patterns = defaultdict(list)
    for name, pattern, *_ in (*read_rows("furniture.tsv"), *read_rows("walls.tsv")):
        patterns[name].append(pattern)
    return dict(patterns)


@cache
def load_rule(name: str) -> re.Pattern[str]:
    """All patterns of one rule as one, so that a text is searched once for all of them."""
    return compile_rule(name, _load_patterns()[name])


def compile_rule(name: str, patterns: Iterable[str]) -> re.Pattern[str]:
    """Some patterns of a rule as one regular expression."""
    form = _FORMS.get(name.rpartition(".")[2], "{}")
    joined = "|".join(f"(?:{pattern})" for pattern in patterns)
    return re.compile(form.format(joined), 0 if name in _CASED else re.IGNORECASE)
