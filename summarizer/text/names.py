"""TEXT -> NAMES: companies and projects as printed, for the kinds whose subject is one: a raise, a
hack, a fine.
"""

import re
from collections import Counter

from summarizer.tables import word_set

_NAME = re.compile(  # "Zebra & Sons of Berlin", "dYdX", "Pump.fun"
    r"""
    (?<![\w’'.-])
    (?:[A-Z][\w&’'-]*|[a-z]?[A-Z0-9][\w]+)
    (?:[ ](?:[A-Z][\w&-]*|of(?=\s[A-Z])|&))*
    (?:\.(?:com|fun|io|fi|ai|xyz))?
    """,
    re.VERBOSE,
)
_SMALL = re.compile(r"(?<![\w’'-])[a-z]{3,}(?![\w’'-])")
_LONGEST = 5  # words; a longer run is a headline
_POSSESSIVE = re.compile(r"[’']s?\Z")


def find_names(text: str) -> list[tuple[int, str]]:
    """(start, name) of runs of capitalised words.

    A run loses what only begins a sentence, what stands in small letters elsewhere in the text, and
    what comes from a title or a headline's verb on ("CoinDCX CEO Sumit Gupta", "Bitzero Raises
    $25M").

    >>> find_names("On Monday Merkle Trade’s founders raised $2 million")
    [(10, 'Merkle Trade')]
    """
    small = set(_SMALL.findall(text))
    no_names, ends = word_set("no_name"), word_set("name_end")
    names = []
    for match in _NAME.finditer(text):
        parts = _POSSESSIVE.sub("", match[0]).split(" ")
        kept = [
            i for i, part in enumerate(parts) if part not in no_names and part.lower() not in small
        ]
        if not kept:
            continue
        first = kept[0]
        past = next(
            (i for i in range(first + 1, len(parts)) if parts[i].lower() in ends), len(parts)
        )
        past = max(i for i in kept if i < past) + 1
        name = _POSSESSIVE.sub("", " ".join(parts[first:past]))
        if len(name) > 1 and not name[0].isdigit() and past - first <= _LONGEST:
            start = match.start() + sum(len(part) + 1 for part in parts[:first])
            names.append((start, name))
    return names


def longest_form(name: str, names: list[tuple[int, str]]) -> str:
    """The fuller name that begins with the same words: "Merkle" is "Merkle Trade"."""
    counts = Counter(other for _, other in names if other.startswith(name + " "))
    return max(counts, key=lambda other: (counts[other], -len(other))) if counts else name
