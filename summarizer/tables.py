"""The word lists and tables of `summarizer/data/`, read from package data."""

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


def read_rows(name: str) -> list[list[str]]:
    """The rows of a tab-separated file of package data, without blank lines and comments."""
    text = (files("summarizer") / "data" / name).read_text("utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]


def read_toml(name: str) -> dict[str, Any]:
    """The entries of a TOML file of package data, in their order."""
    return tomllib.loads((files("summarizer") / "data" / name).read_text("utf-8"))


@cache
def load_words() -> dict[str, tuple[str, ...]]:
    """The word lists of `data/words.tsv` by group; the file says what each group is for."""
    return {group: tuple(words.split("|")) for group, words in read_rows("words.tsv")}


@cache
def word_set(*groups: str) -> frozenset[str]:
    """The words of one or more groups of `data/words.tsv`."""
    return frozenset(word for group in groups for word in load_words()[group])


@cache
def common_words() -> frozenset[str]:
    """Words that journalists write in small letters: a capital on one is a headline's or a
    sentence's.
    """
    return frozenset(word for row in read_rows("common_words.txt") for word in row)


def match_any(*groups: str) -> str:
    """A regular expression for any word of some groups of `data/words.tsv`, the longest first."""
    words = sorted(word_set(*groups), key=lambda word: (-len(word), word))
    return f"(?:{'|'.join(map(re.escape, words))})"
