"""The word lists and tables of `summarizer/data/`, read from package data."""

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
    """The word lists of `data/words.tsv` by group: stop, up, down, no_name, acronym, size, rank, business and one for each period."""
    return {group: tuple(words.split("|")) for group, words in read_rows("words.tsv")}
