"""WORDS -> PIECES: the vocabulary of the encoder, which splits rare words into pieces it knows."""

import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import accumulate

START, END, UNKNOWN = "[CLS]", "[SEP]", "[UNK]"
_LONGEST = 40  # letters; a longer word is an address or a key, and says nothing
_REMEMBERED = 20_000  # words whose pieces are kept at hand


class Vocabulary:
    """The pieces that an encoder knows, each with its number; `##` begins one inside a word.

    >>> vocabulary = Vocabulary(["[UNK]", "[CLS]", "[SEP]", "fund", "##ing", "$"])
    >>> vocabulary.split(["funding", "$", "x"])
    ([3, 4, 5, 0], [0, 2, 3, 4])
    """

    def __init__(self, pieces: Sequence[str]):
        self.pieces = pieces
        self._numbers = {piece: i for i, piece in enumerate(pieces)}
        self.start, self.end = self._numbers[START], self._numbers[END]
        self._split = lru_cache(_REMEMBERED)(self._split_word)

    def split(self, words: Iterable[str]) -> tuple[list[int], list[int]]:
        """The numbers of the pieces of lower-case words, and at which piece each word begins; the
        last of these is the number of all pieces.
        """
        split = [self._split(word) for word in words]
        starts = accumulate(map(len, split), initial=0)
        return [piece for pieces in split for piece in pieces], list(starts)

    def _split_word(self, word: str) -> list[int]:
        """The longest known piece from the left, and so on; one unknown piece if nothing fits."""
        if not word.isascii():
            word = unicodedata.normalize("NFD", word)[:1]  # "é" is a word by itself
        numbers: list[int] = []
        start = 0
        while start < len(word):
            prefix = "##" if start else ""
            ends = range(min(len(word), start + _LONGEST), start, -1)
            end = next((end for end in ends if prefix + word[start:end] in self._numbers), None)
            if end is None or len(word) > _LONGEST:
                return [self._numbers[UNKNOWN]]
            numbers.append(self._numbers[prefix + word[start:end]])
            start = end
        return numbers
