"""WORDS -> PHRASES: splits a text into words, and finds the phrases of a cue table among them in
one pass.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import Generic, TypeVar

T = TypeVar("T")

WORD = re.compile(r"[A-Za-z0-9]+|[^\sA-Za-z0-9]")
_PHRASE_WORD = re.compile(r"[a-z0-9]+\*?|[^\sa-z0-9*]")
# First word, or its stem -> the other words of each phrase, whether one of them is a stem, and its
# value
_Phrases = dict[str, list[tuple[list[str], bool, T]]]
_REMEMBERED = 20_000  # words whose phrases are kept at hand; more than a hundred articles hold


class Lexicon(Generic[T]):
    """Phrases of lower-case words -> values. `*` at the end of a word stands for any ending.

    >>> lexicon = Lexicon([("open interest", 1), ("liquidat*", 2)])
    >>> lexicon.find("open interest fell after liquidations".split())
    [(0, 2, 1), (4, 5, 2)]
    """

    def __init__(self, entries: Iterable[tuple[str, T]]):
        self._words: _Phrases[T] = defaultdict(list)
        self._stems: _Phrases[T] = defaultdict(list)
        for phrase, value in entries:
            first, *others = _PHRASE_WORD.findall(phrase.lower())
            phrases = self._stems if first.endswith("*") else self._words
            phrases[first.rstrip("*")].append((others, "*" in "".join(others), value))
        self._lengths = sorted({len(stem) for stem in self._stems})
        self._starting = lru_cache(_REMEMBERED)(self._find_starting)

    def find(self, words: list[str]) -> list[tuple[int, int, T]]:
        """(index of the first word, index past the last word, value) of every phrase that occurs,
        in order.
        """
        hits = []
        seconds = [*words[1:], ""]
        for i, phrases in enumerate(map(self._starting, words)):
            for others, has_stem, value in phrases:
                if others and not has_stem and seconds[i] != others[0]:
                    continue  # most phrases with this first word end here, before any list is made
                past = i + 1 + len(others)
                following = words[i + 1 : past]
                if following == others or (has_stem and _fits(following, others)):
                    hits.append((i, past, value))
        return hits

    def _find_starting(self, word: str) -> list[tuple[list[str], bool, T]]:
        """The phrases that begin with the word."""
        phrases = list(self._words.get(word, ()))
        for length in self._lengths:
            if length <= len(word):
                phrases += self._stems.get(word[:length], ())
        return phrases


def _fits(words: list[str], parts: list[str]) -> bool:
    """Whether the words are an example of a phrase's words, some of which are stems."""
    return len(words) == len(parts) and all(
        word.startswith(part[:-1]) if part.endswith("*") else word == part
        for word, part in zip(words, parts, strict=True)
    )


def lower_words(text: str) -> tuple[list[re.Match[str]], list[str]]:
    """The words of `text` with their places, and the same in lower case; a punctuation mark is a
    word.
    """
    words = list(WORD.finditer(text))
    return words, [word[0].lower() for word in words]
