"""SENTENCE -> FIGURES: the figures of a claim's sentence, and the facts that each of them may be.

An analyst refers to the fact of row 3 as `{N3}`, and to its distance from the price as `{D3}`;
code writes both. A figure that was typed all the same must be a fact's, or a date of the article.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from summarizer.models import Fact
from summarizer.text.assets import Mention
from summarizer.text.numbers import Number, find_numbers
from summarizer.text.spans import Span
from summarizer.verification.scope import Scope
from summarizer.verification.support import Support

REFERENCE = re.compile(r"\{([ND])(\d{1,4})\}")
_UNWRITTEN = frozenset("ratio index count".split())  # units that are not written out
_SAME = 1e-9  # share by which a typed value may miss its fact's
_YEAR = re.compile(r"(?:19|20)\d\d")
_MULTIPLE = re.compile(r"\d+(?:[.,]\d+)*[xX]")
_TOKEN = re.compile(r"\S+")
_STOPS = ".,;:!?()[]'\"“”‘’"
_LETTER_AND_DIGIT = re.compile(r"[A-Za-z]-\d|\d-[A-Za-z]")
_WORD_AFTER = re.compile(r"[\s-]([A-Za-z]+)")
_WORD_BEFORE = re.compile(r"([A-Za-z]+\.?)\s\Z")
_TIME = re.compile(
    r"""
    (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\Z  # "10 February", "Feb. 10"
    | (?:second|minute|hour|day|week|month|year)s?\Z                # "24 hours"
    | (?:a\.?m|p\.?m|ET|UTC|Q)\Z                                    # "4 pm", "Q 3"
    """,
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True)
class ClaimFigure:
    """A figure of a sentence: where it stands, and the facts that it may be."""

    start: int
    end: int
    facts: tuple[Fact, ...]
    is_signed: bool  # whether it was typed with a sign, or code will write one
    is_distance: bool = False


class ClaimSentence:
    """A sentence of a claim that the article does not print: its figures and the assets it names.

    `carried` are the subjects of the sentence before; `faults` are what is wrong with its figures.
    """

    def __init__(self, sentence: str, carried: Sequence[str], support: Support):
        self.support, self.facts, self.carried = support, support.facts, carried
        self.raw = unicodedata.normalize("NFKC", sentence)  # "９%" is 9%
        # Places stay the same, and a reference holds no digits.
        self.blank = REFERENCE.sub(lambda match: "\0" * len(match[0]), self.raw)
        self.mentions = support.find_mentions(self.blank)
        self.faults: list[str] = []
        figures = (*self._read_references(), *self._read_typed())
        self.figures = sorted(figures, key=lambda figure: figure.start)

    def scope(self, k: int) -> Scope:
        """The words around figure k, up to the figures beside it and to the ends of its clause."""
        spans = [Span(figure.start, figure.end) for figure in self.figures]
        return Scope.around(self.blank, spans[k], spans, Span(0, len(self.blank)))

    def _read_references(self) -> Iterator[ClaimFigure]:
        for match in REFERENCE.finditer(self.raw):
            i, is_distance = int(match[2]), match[1] == "D"
            fact = self.support.rows[i] if i < len(self.support.rows) else None
            if fact is None:
                self.faults.append(f"{match[0]} is no row that states a fact")
            elif is_distance and self.support.distance(fact) is None:
                self.faults.append(
                    f"{match[0]} asks for the distance of a level from a price,"
                    " and the article does not give both"
                )
            else:
                yield ClaimFigure(*match.span(), (fact,), is_signed=True, is_distance=is_distance)
        for brace in re.findall(r"[{}]", REFERENCE.sub("", self.raw)):
            self.faults.append(f"{brace} stands outside a reference such as {{N3}}")

    def _read_typed(self) -> Iterator[ClaimFigure]:
        covered: list[Mention | Number] = [*self.mentions]
        for number in find_numbers(self.blank):
            if any(m.start <= number.start and number.end <= m.end for m in self.mentions):
                continue
            covered.append(number)
            facts = tuple(fact for fact in self.facts if self._is_typed(number, fact))
            if facts:
                yield ClaimFigure(number.start, self._end(number, facts), facts, number.is_signed)
            elif (number.unit or not self._is_date_or_name(number)) and not self._is_in_name(
                number
            ):
                self._refuse(self.blank[number.start : number.end].strip())
        self._refuse_other_digits(covered)

    def _is_typed(self, number: Number, fact: Fact) -> bool:
        """Whether a typed number has the fact's value, unit, and sign if one was typed."""
        value = fact.value if number.is_signed else abs(fact.value)
        if abs(value - number.value) > _SAME * abs(value):
            return False
        if number.unit:
            return number.unit == fact.unit
        return fact.unit in _UNWRITTEN or any(
            mention.subject == fact.unit and 0 <= mention.start - number.end <= 2
            for mention in self.mentions
        )

    def _end(self, number: Number, facts: Sequence[Fact]) -> int:
        """Where the figure ends: "1,142 BTC" with its asset, since code writes both."""
        if number.unit or all(fact.unit in _UNWRITTEN for fact in facts):
            return number.end
        return next(mention.end for mention in self.mentions if mention.start >= number.end)

    def _is_date_or_name(self, number: Number) -> bool:
        """Whether the article has a bare number beside the same word, or as a year.

        The word is of time ("24 hours"), or of a name before the number ("Chapter 11").
        """
        written, says = self.blank[number.start : number.end].strip(), self.support.says
        if _YEAR.fullmatch(written):
            return says(written)
        phrases = []
        after = _WORD_AFTER.match(self.blank, number.end)
        if after and _TIME.match(after[1]):
            phrases += [f"{written} {after[1]}", f"{written}-{after[1]}"]
        before = _WORD_BEFORE.search(self.blank[: number.start])
        if before and (_TIME.match(before[1]) or before[1][0].isupper()):  # "Chapter 11"
            phrases.append(f"{before[1]} {written}")
        return any(says(phrase) or says(phrase.removesuffix("s")) for phrase in phrases)

    def _is_in_name(self, number: Number) -> bool:
        """Whether the article has the word that the number is part of: "8-K", "S-1"."""
        word = next(m for m in _TOKEN.finditer(self.blank) if m.end() > number.start)[0]
        bare = word.strip(_STOPS)
        return _LETTER_AND_DIGIT.search(bare) is not None and self.support.says(bare)

    def _refuse_other_digits(self, covered: Sequence[Mention | Number]) -> None:
        """Refuse what else holds a digit, "½" and "10x" among it, unless the article prints it."""
        rest = list(self.blank)
        for each in covered:
            rest[each.start : each.end] = " " * (each.end - each.start)
        periods = {fact.period for fact in self.facts}
        for word in "".join(rest).split():
            if any(letter.isnumeric() for letter in word):
                bare = word.strip(_STOPS)
                is_known = bare in periods or self.support.says(bare)
                if _MULTIPLE.fullmatch(bare) or not is_known:
                    self._refuse(bare)

    def _refuse(self, written: str) -> None:
        self.faults.append(f"{written} was typed and is no fact")


@dataclass(frozen=True)
class Use:
    """A figure as a sentence uses it, one of the facts that it may be, and the words around it."""

    sentence: ClaimSentence
    figure: ClaimFigure
    fact: Fact
    scope: Scope

    @property
    def written(self) -> str:
        """The figure as the analyst wrote it."""
        return self.sentence.raw[self.figure.start : self.figure.end]

    @property
    def meaning(self) -> str:
        """What the figure is by its fact, for a fault."""
        return f"{self.written} is {self.fact.kind} of {self.fact.subject}"

    @property
    def printed(self) -> str:
        """The article's sentence that states the fact."""
        return self.sentence.support.sentence_of(self.fact)
