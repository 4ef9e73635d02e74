"""Phrases found in a run of words, in one pass: what the cue tables of kinds.py and the like are matched with."""

import re
from collections.abc import Iterable
from typing import Generic, TypeVar

from summarizer.text.assets import WORD

T = TypeVar("T")


class Lexicon(Generic[T]):
    """Phrases of lower-case words -> values. `*` at the end of a word stands for any ending.

    >>> lexicon = Lexicon([("open interest", 1), ("liquidat*", 2)])
    >>> [(hit[0], hit[1], hit[2]) for hit in lexicon.find("Open interest fell after liquidations".lower().split())]
    [(0, 2, 1), (4, 5, 2)]
    """

    def __init__(self, entries: Iterable[tuple[str, T]]):
        self._by_first: dict[str, list[tuple[tuple[str, ...], T]]] = {}
        self._stems: dict[str, list[tuple[tuple[str, ...], T]]] = {}
        for phrase, value in entries:
            parts = tuple(re.findall(r"[a-z0-9]+\*?|[^\sa-z0-9*]", phrase.lower()))
            table = self._stems if parts[0].endswith("*") else self._by_first
            table.setdefault(parts[0].rstrip("*"), []).append((parts, value))
        self._lengths = sorted({len(stem) for stem in self._stems})
        self._starts: dict[str, list[tuple[list[str], bool, T]]] = {}

    def find(self, words: list[str]) -> list[tuple[int, int, T]]:
        """(first word, past the last word, value) of every phrase that occurs, in order."""
        found = []
        for i, word in enumerate(words):
            entries = self._starts.get(word)
            if entries is None:
                entries = self._starts[word] = self._starting(word)
            for parts, is_exact, value in entries:
                past = i + len(parts)
                if (words[i + 1 : past] == parts[1:]) if is_exact else _fits(parts, words, i):
                    found.append((i, past, value))
        return found

    def _starting(self, word: str) -> list[tuple[list[str], bool, T]]:
        """The phrases that begin with the word, and whether the rest of each stands for itself alone."""
        entries = list(self._by_first.get(word, ()))
        for length in self._lengths:
            entries += self._stems.get(word[:length], ()) if len(word) >= length else ()
        return [
            (list(parts), not any(part.endswith("*") for part in parts[1:]), value)
            for parts, value in entries
        ]


def _fits(parts: list[str], words: list[str], at: int) -> bool:
    if at + len(parts) > len(words):
        return False
    return all(
        words[at + k].startswith(part[:-1]) if part.endswith("*") else words[at + k] == part
        for k, part in enumerate(parts[1:], 1)
    )


def lower_words(text: str) -> tuple[list[re.Match[str]], list[str]]:
    """The words of `text` with their places, and the same in lower case; hyphens are words of their own."""
    words = list(WORD.finditer(text))
    return words, [word[0].lower() for word in words]
