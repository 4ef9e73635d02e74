"""ARTICLE -> TEXT: an article read once into sentences, words, names, numbers, clauses and orders
to machines.

Every later step takes the `Text` and reads nothing again. What only some steps need is read when it
is first asked for. A `Text` belongs to one thread.
"""

import math
import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from typing import TypeVar

from summarizer.models import Article, Evidence
from summarizer.text.assets import Mention, find_mentions
from summarizer.text.lexicon import lower_words
from summarizer.text.names import find_names
from summarizer.text.numbers import Number, find_numbers
from summarizer.text.orders import find_orders
from summarizer.text.sentences import split_sentences
from summarizer.text.spans import Span
from summarizer.text.topic import find_topic_flags

T = TypeVar("T", Mention, Number)

CLAUSE_END = re.compile(
    r"""
    [;:—–]\s
    | ,[ ](?:while|with|as|but|and|which|after|although|whereas|followed|or|then|compared
        |before|who|where|bringing)\b
    | \b(?:while|whereas|but|although|though|as[ ]well[ ]as|because|after|before)\b
    | \.[ ]
    """,
    re.VERBOSE,
)


_LETTERS = re.compile(r"[a-z]{3,}")
# These bring words to the size of other features, since one penalty holds all weights small.
_WORD_SCALE, _TITLE_WORD = 4.0, 0.5
_LEAST_WORDS = 100  # in a shorter text no single word decides


def read_text(article: Article) -> "Text":
    """The article as every later step reads it."""
    return Text(article)


class Text:
    """An article with what is found in it.

    Places are code points of `string`, which is the article's text.
    """

    def __init__(self, article: Article):
        self.article = article
        self.string = article.text
        self.sentences = split_sentences(self.string)
        self.orders = find_orders(self.string, self.sentences)
        self.words, self.lowered = lower_words(self.string)  # a punctuation mark is a word

    @cached_property
    def lowered_string(self) -> str:
        """The string in small letters; all places stay the same."""
        return self.string.replace("İ", "i").lower()  # the one letter that becomes two

    @cached_property
    def mentions(self) -> tuple[Mention, ...]:
        """The assets named in the text, in reading order."""
        return find_mentions(self.string, (self.words, self.lowered))

    @cached_property
    def title_mentions(self) -> tuple[Mention, ...]:
        """The assets named in the title; places are those of the title."""
        return find_mentions(self.article.title or "")

    @cached_property
    def topic_flags(self) -> tuple[str, ...]:
        """What makes it no crypto news in English that can be judged; empty where it is that."""
        title = self.article.title or ""
        return find_topic_flags(self.lowered_string, title, self.mentions, self.title_mentions)

    @cached_property
    def names(self) -> list[tuple[int, str]]:
        """The names of companies and projects, each with its place."""
        return find_names(self.string)

    @cached_property
    def numbers(self) -> list[Number]:
        """Every number, in reading order."""
        return find_numbers(self.string)

    @cached_property
    def wording(self) -> list[tuple[str, float]]:
        """Features of fitted models: the words of the text by their share, and those of the title,
        alone and in pairs.
        """
        titled = _LETTERS.findall((self.article.title or "").lower())
        names = [f"title:{word}" for word in dict.fromkeys(titled)]
        names += [f"title:{left}_{right}" for left, right in dict.fromkeys(pairwise(titled))]
        words = spread("word", Counter(_LETTERS.findall(self.lowered_string)), _LEAST_WORDS)
        return words + [(name, _TITLE_WORD) for name in names]

    @cached_property
    def word_starts(self) -> list[int]:
        """The place of each word."""
        return [word.start() for word in self.words]

    @cached_property
    def _clause_ends(self) -> list[Span]:
        return [Span(*match.span()) for match in CLAUSE_END.finditer(self.string)]

    def quote(self, span: Span) -> str:
        """The words of a span."""
        return self.string[span.start : span.end]

    def evidence(self, span: Span) -> Evidence:
        """The words of a span with their place."""
        return Evidence(quote=self.quote(span), start=span.start, end=span.end)

    def sentence_at(self, place: int) -> int:
        """The index of the sentence that holds a place of the text."""
        return max(0, bisect_right(self.sentences, (place, math.inf)) - 1)

    def word_range(self, span: Span) -> tuple[int, int]:
        """Indices of the words of a span, half open."""
        return bisect_left(self.word_starts, span.start), bisect_left(self.word_starts, span.end)

    def mentions_in(self, span: Span) -> Sequence[Mention]:
        """The assets named within a span."""
        return _from_to(self.mentions, *span)

    def numbers_between(self, start: int, end: int) -> Sequence[Number]:
        """The numbers that begin between two places."""
        return _from_to(self.numbers, start, end)

    def crosses_clause(self, start: int, end: int) -> bool:
        """Whether a clause ends between two places of one sentence."""
        i = bisect_left(self._clause_ends, (start,))
        return i < len(self._clause_ends) and self._clause_ends[i].end <= end

    @cached_property
    def for_people(self) -> "Text":
        """The text with blanks in place of its orders to machines; all places stay the same."""
        string = self.string
        for start, end in self.orders:
            string = string[:start] + re.sub(r"\S", " ", string[start:end]) + string[end:]
        return Text(self.article.model_copy(update={"text": string})) if self.orders else self


def spread(name: str, words: Counter[str], least: int = 1) -> list[tuple[str, float]]:
    """Each word by the root of its share, so that neither length nor repetition tells much.

    A text of fewer than `least` words counts as one of so many.
    """
    size = math.sqrt(max(least, sum(words.values())))
    return [
        (f"{name}:{word}", _WORD_SCALE * math.sqrt(count) / size) for word, count in words.items()
    ]


def _from_to(items: Sequence[T], start: int, end: int) -> Sequence[T]:
    """Those of the items, tuples in the order of their places, that begin between two places."""
    return items[bisect_left(items, (start,)) : bisect_left(items, (end,))]
