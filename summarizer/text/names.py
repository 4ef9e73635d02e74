"""Text -> names of companies and projects as printed, for the kinds whose subject is one: a raise, a hack, a fine."""

import re
from collections import Counter
from functools import cache
from importlib.resources import files

from summarizer.tables import load_words

_NAME = re.compile(
    r"(?<![\w’'.-])(?:[A-Z][\w&’'-]*|[a-z]?[A-Z0-9][\w]+)(?:[ ](?:[A-Z][\w&-]*|of(?=\s[A-Z])|&))*(?:\.(?:com|fun|io|fi|ai|xyz))?"
)
_SMALL = re.compile(r"(?<![\w’'-])[a-z]{3,}(?![\w’'-])")
_LONGEST = 5  # words; a longer run is a headline
_POSSESSIVE = re.compile(r"[’']s?\Z")


@cache
def _breaks() -> frozenset[str]:
    """Words at which a name ends: "CoinDCX CEO Sumit Gupta", "Bitzero Raises $25M"."""
    return frozenset(load_words()["name_end"])


@cache
def _never_names() -> frozenset[str]:
    return frozenset([*load_words()["no_name"], "of", "&"])  # what is left of "End of A" is "End"


@cache
def common_words() -> frozenset[str]:
    """Words that journalists write in small letters (`data/common_words.txt`): a capital on one is a headline's or a sentence's."""
    return frozenset((files("summarizer") / "data" / "common_words.txt").read_text("utf-8").split())


def find_names(text: str) -> list[tuple[int, str]]:
    """(start, name) of runs of capitalised words, without what only begins a sentence, ends at a title or a headline's verb,
    or stands in small letters elsewhere in the text.

    >>> find_names("On Monday Merkle Trade’s founders raised $2 million")
    [(10, 'Merkle Trade')]
    """
    found = []
    small = set(_SMALL.findall(text))
    for match in _NAME.finditer(text):
        start, parts = match.start(), _POSSESSIVE.sub("", match[0]).split(" ")
        first, past = 0, len(parts)
        while first < past and (parts[first] in _never_names() or parts[first].lower() in small):
            start += len(parts[first]) + 1
            first += 1
        past = next((i for i in range(first + 1, past) if parts[i].lower() in _breaks()), past)
        while first < past and (
            parts[past - 1] in _never_names() or parts[past - 1].lower() in small
        ):
            past -= 1
        name = _POSSESSIVE.sub("", " ".join(parts[first:past]))
        if len(name) > 1 and not name[0].isdigit() and past - first <= _LONGEST:
            found.append((start, name))
    return found


def longest_form(name: str, names: list[tuple[int, str]]) -> str:
    """The fuller name of the article that begins with the same words: "Merkle" is "Merkle Trade"."""
    counts = Counter(other for _, other in names if other.startswith(name + " "))
    return max(counts, key=lambda other: (counts[other], -len(other))) if counts else name
