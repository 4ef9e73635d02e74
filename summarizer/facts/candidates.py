"""TEXT -> CANDIDATES: the numbers that could be market numbers, each with its unit."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from summarizer.facts.reading import Reading
from summarizer.tables import match_any
from summarizer.text.assets import Mention
from summarizer.text.numbers import Number
from summarizer.text.reading import Text
from summarizer.text.spans import Span

SHARES = re.compile(  # "a 70/30 split between longs and shorts"
    r"(\d{1,2})\s?[-–/:]\s?(\d{1,2})\s(?:split|ratio)\sbetween\s(?:the\s)?"
    r"(longs|shorts|long|short|bulls|bears)"
)
_OTHERS = re.compile(r"\bothers?\s?[(:]?\s?\Z", re.IGNORECASE)  # "others ($16 million)"
_MONTH = re.compile(rf"\b{match_any('month_start')}[a-z]*\.?\s\Z")
_ORDINAL = re.compile(
    r"\b(?:top|past|last|next|first|No\.|Phase|Layer|Web|Stage|Tier|Q)[ -]?\Z", re.IGNORECASE
)
_TIME_UNIT = re.compile(
    rf"[- ](?:day|hour|week|month|year|minute|second|delta|{match_any('month')}"
    r"|a\.m|p\.m|AM|PM|ET|EST|UTC)"
)
_PLURAL_NOUN = re.compile(r"\s[a-z]{4,}s\b")
LARGE = 1_500_000  # money of this much is a flow or a size, never a price
_WORTH = {"INR": 100, "JPY": 150, "RUB": 100, "KRW": 1500}  # of a dollar, about, where it is small


@dataclass(slots=True)
class Candidate:
    """A number on its way to a fact.

    `printed` is the number with its unit as it stands in the text, `end` the place behind it;
    `first_word` and `past_word` are the index of
    its first word and the index after its last one. `sentence`, `span` and `mentions` are the
    index, the span and the assets of its sentence.
    """

    number: Number
    unit_class: str  # one of kinds.UnitClass
    unit: str
    end: int
    first_word: int
    past_word: int
    sentence: int
    span: Span
    mentions: Sequence[Mention]
    printed: str
    scores: dict[str, float] = field(default_factory=dict)
    chances: Sequence[float] = ()  # of each of choice.LABELS
    linear_chances: Sequence[float] = ()  # the same by the fitted weights alone
    reading: Reading | None = None  # what the encoder says, if it was asked
    subject: str | None = None
    doubts: Sequence[tuple[str, float]] = ()  # what tells how likely its fact is right

    @property
    def is_large(self) -> bool:
        """Whether the number is too large to be a price."""
        return abs(self.number.value) >= LARGE * _WORTH.get(self.unit, 1)

    @property
    def is_price_like(self) -> bool:
        """Whether the number is an amount of money that a price could be."""
        return self.unit_class == "money" and not self.is_large

    def gap_to(self, start: int, end: int) -> tuple[int, int]:
        """The places between the number and something that stands from `start` to `end`."""
        is_before = start < self.number.start
        return (end, self.number.start) if is_before else (self.end, start)

    def words_to(self, first: int, past: int) -> int:
        """The number of words between the number and the words from `first` to before `past`."""
        is_before = first < self.first_word
        return self.first_word - past if is_before else first - self.past_word


def find_candidates(text: Text) -> list[Candidate]:
    """Every number that could be a market number, in reading order."""
    candidates = []
    for number in text.numbers:
        if _OTHERS.search(text.string, max(0, number.start - 12), number.start):
            continue
        candidate = make_candidate(text, number)
        is_bare = candidate.unit_class == "plain"
        if not is_bare or _may_be_bare(text.string, number, candidate.mentions):
            candidates.append(candidate)
    return candidates


def make_candidate(text: Text, number: Number) -> Candidate:
    """The number with its unit and its place among the words, sentences and assets of the text."""
    sentence = text.sentence_at(number.start)
    span = text.sentences[sentence]
    mentions = text.mentions_in(span)
    unit_class, unit, end = _find_unit(text.string, number, mentions)
    first_word = bisect_right(text.word_starts, number.start) - 1
    past_word = bisect_left(text.word_starts, end)
    printed = text.string[number.start : end]
    return Candidate(
        number, unit_class, unit, end, first_word, past_word, sentence, span, mentions, printed
    )


def _find_unit(string: str, number: Number, mentions: Sequence[Mention]) -> tuple[str, str, int]:
    """The class of the number's unit, the unit, and the place where number and unit end."""
    if number.unit == "bps":
        return "bps", "bps", number.end
    if number.unit == "%" or SHARES.match(string, number.start):
        return "percent", "%", number.end
    if number.unit == "BTC":
        return "coins", "BTC", number.end
    if number.unit:
        return "money", number.unit, number.end
    for mention in mentions:  # "1,142 BTC", "500 $SOL"
        gap = string[number.end : mention.start]
        is_next = mention.start >= number.end and len(gap) <= 3 and not gap.strip(" $-")
        if is_next and mention.group == "coin":
            return "coins", mention.subject, mention.end
    if _is_thousands(string, number):
        return "money", "USD", number.end
    return "plain", "", number.end


def _is_thousands(string: str, number: Number) -> bool:
    """Whether "68k" is a price: not so in "68k followers"."""
    if string[number.end - 1] not in "kK" or number.value < 1000:
        return False
    return not _PLURAL_NOUN.match(string[number.end : number.end + 20])


def _may_be_bare(string: str, number: Number, mentions: Sequence[Mention]) -> bool:
    """Whether a number without a unit may be a figure: no year, rank, date or time, and no part of
    a name.
    """
    if 1900 <= number.value <= 2100 and string[number.start : number.end].isdigit():
        return False
    if _ORDINAL.search(string, max(0, number.start - 10), number.start):
        return False
    if number.value < 32 and _MONTH.search(string[max(0, number.start - 14) : number.start]):
        return False
    if _TIME_UNIT.match(string[number.end : number.end + 14]):
        return False
    return not any(mention.start <= number.start < mention.end for mention in mentions)
