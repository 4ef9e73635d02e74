"""What is seen once in an article and used by every step of fact finding: words, sentences, mentions, cues, numbers."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from summarizer.text.assets import Mention, find_mentions
from summarizer.text.lexicon import lower_words
from summarizer.text.numbers import Number, find_numbers
from summarizer.text.sentences import split_sentences
from summarizer.text.spans import Span

CLAUSE = re.compile(
    r"[;:—–]\s|, (?:while|with|as|but|and|which|after|although|whereas|followed|or|then|compared|before|who|where|bringing)\b"
    r"|\b(?:while|whereas|but|although|though|as well as|because|after|before)\b|\. "
)


@dataclass(slots=True)
class Candidate:
    """A number on its way to a fact. `at` and `past` are its first word and the word after its last."""

    number: Number
    unit_class: str  # money, coins, percent, bps or plain
    unit: str
    end: int
    at: int
    past: int
    sentence: int
    mentions: Sequence[Mention] = ()
    scores: dict[str, float] = field(default_factory=dict)
    subject: str | None = None

    @property
    def is_large(self) -> bool:
        """Money of millions and up: a flow or a size, never a price."""
        return abs(self.number.value) >= 1_500_000


class Reading:
    """An article's text, split and marked once."""

    def __init__(self, text: str):
        self.text = text
        self.words, self.lowered = lower_words(text)
        self.word_starts = [word.start() for word in self.words]
        self.sentences = split_sentences(text)
        self._sentence_starts = [s.start for s in self.sentences]
        self.mentions = find_mentions(text)
        self._mention_starts = [m.start for m in self.mentions]
        self.numbers = find_numbers(text)
        self._number_starts = [number.start for number in self.numbers]
        ends = [match.span() for match in CLAUSE.finditer(text)]
        self._clause_starts, self._clause_ends = (
            [start for start, _ in ends],
            [end for _, end in ends],
        )

    def sentence_at(self, place: int) -> int:
        """The index of the sentence that holds a place of the text."""
        return max(0, bisect_right(self._sentence_starts, place) - 1)

    def word_range(self, span: Span) -> tuple[int, int]:
        """Indices of the words of a span, half open."""
        return bisect_left(self.word_starts, span.start), bisect_left(self.word_starts, span.end)

    def mentions_in(self, span: Span) -> tuple[Mention, ...]:
        """The assets named within a span."""
        return self.mentions[
            bisect_left(self._mention_starts, span.start) : bisect_left(
                self._mention_starts, span.end
            )
        ]

    def numbers_between(self, start: int, end: int) -> list[Number]:
        """The numbers that begin between two places."""
        return self.numbers[
            bisect_left(self._number_starts, start) : bisect_left(self._number_starts, end)
        ]

    def crosses_clause(self, start: int, end: int) -> bool:
        """Whether a clause ends between two places of one sentence."""
        at = bisect_left(self._clause_starts, start)
        return at < len(self._clause_ends) and self._clause_ends[at] <= end

    def candidates(self) -> list[Candidate]:
        """Every number that could be a market number, with its unit."""
        found = []
        mentions: Sequence[Mention] = ()
        last = -1
        for number in self.numbers:
            sentence = self.sentence_at(number.start)
            if sentence != last:
                mentions, last = self.mentions_in(self.sentences[sentence]), sentence
            unit_class, unit, end = self._unit(number, mentions)
            if _REST.search(self.text, max(0, number.start - 12), number.start):
                continue  # "others ($16 million)" is about no asset
            if unit_class == "plain" and not self._may_be_plain(number):
                continue
            if unit_class == "plain" and any(m.start <= number.start < m.end for m in mentions):
                continue  # the 20 of "CoinDesk 20"
            at, past = (
                bisect_right(self.word_starts, number.start) - 1,
                bisect_left(self.word_starts, end),
            )
            found.append(Candidate(number, unit_class, unit, end, at, past, sentence, mentions))
        return found

    def _unit(self, number: Number, mentions: Sequence[Mention]) -> tuple[str, str, int]:
        if number.unit in ("%", "bps"):
            return {"%": "percent", "bps": "bps"}[number.unit], number.unit, number.end
        if SPLIT.match(self.text, number.start):
            return "percent", "%", number.end
        if number.unit == "BTC":
            return "coins", "BTC", number.end
        if number.unit:
            return "money", number.unit, number.end
        for mention in mentions:
            gap = self.text[number.end : mention.start] if mention.start >= number.end else None
            if (
                gap is not None
                and len(gap) <= 3
                and gap.strip(" $-") == ""
                and mention.group == "coin"
            ):
                return "coins", mention.subject, mention.end
        written = self.text[number.start : number.end]
        if (
            written[-1:] in "kK"
            and number.value >= 1000
            and not re.match(r"\s[a-z]{4,}s\b", self.text[number.end : number.end + 20])
        ):
            return "money", "USD", number.end
        return "plain", "", number.end

    def _may_be_plain(self, number: Number) -> bool:
        written = self.text[number.start : number.end]
        if 1900 <= number.value <= 2100 and written.isdigit():
            return False
        if _RANK.search(self.text, max(0, number.start - 10), number.start):
            return False
        before, after = (
            self.text[max(0, number.start - 14) : number.start],
            self.text[number.end : number.end + 14],
        )
        return not (_DATE_BEFORE.search(before) and number.value < 32) and not _COUNTED_TIME.match(
            after
        )


SPLIT = re.compile(
    r"(\d{1,2})\s?[-–/:]\s?(\d{1,2})\s(?:split|ratio)\sbetween\s(?:the\s)?(longs|shorts|long|short|bulls|bears)"
)
_REST = re.compile(r"\bothers?\s?[(:]?\s?\Z", re.IGNORECASE)
_DATE_BEFORE = re.compile(r"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?\s\Z")
_RANK = re.compile(
    r"\b(?:top|past|last|next|first|No\.|Phase|Layer|Web|Stage|Tier|Q)[ -]?\Z", re.IGNORECASE
)
_COUNTED_TIME = re.compile(
    r"[- ](?:day|hour|week|month|year|minute|second|delta|January|February|March|April|May|June|July|August|September|October"
    r"|November|December|a\.m|p\.m|AM|PM|ET|EST|UTC)"
)
