"""TEXT -> WINDOWS: the title and some sentences, with numbers and names marked.

A window is what an encoder reads at once.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from summarizer.facts.candidates import Candidate
from summarizer.facts.subjects import Subjects, list_subjects
from summarizer.facts.wordpiece import Vocabulary
from summarizer.text.lexicon import lower_words
from summarizer.text.names import find_names
from summarizer.text.reading import Text
from summarizer.text.spans import Span

LONGEST = 224  # pieces of a window
_TITLE = 40  # pieces of the title that each window begins with
_BEFORE = 110  # pieces up to which a window begins with two sentences before its first number
_AFTER = 40  # pieces of a sentence behind the last number that is taken along
_APART = 3  # sentences without numbers that a window bridges
_LEAD, _TAIL = 100, 40  # pieces around a number in a sentence that is longer than a window
# What a piece may be part of: a mark is the place in this list, 0 for nothing.
GROUPS = ("", *"name coin stock index etf sector macro market".split())
MARKS = (*GROUPS, *"money coins percent bps plain size".split())
_MARK = {name: i for i, name in enumerate(MARKS)}


class Place(NamedTuple):
    """Where a window names something: pieces, half open, and the index of its group."""

    first: int
    past: int
    group: int


@dataclass
class Window:
    """Pieces with a mark each; the first `title` of them are the title's.

    `numbers` are the window's own numbers: the index of a candidate with its first and past piece.
    `names` says where each subject is named.
    """

    pieces: list[int]
    marks: list[int]
    title: int
    numbers: list[tuple[int, int, int]] = field(default_factory=list)
    names: dict[str, list[Place]] = field(default_factory=lambda: defaultdict(list))

    def name(self, subjects: Sequence[str], first: int, past: int, group: str) -> None:
        """Note that something is named in the pieces."""
        place = Place(first, past, _MARK[group])
        for subject in dict.fromkeys(subjects):
            self.names[subject].append(place)
        self.mark(first, past, place.group)

    def mark(self, first: int, past: int, mark: int) -> None:
        """Mark pieces that have no mark yet."""
        for i in range(first, past):
            self.marks[i] = self.marks[i] or mark


class Windows:
    """Cuts one text into the windows that hold all of its candidates."""

    def __init__(
        self,
        text: Text,
        candidates: Sequence[Candidate],
        subjects: Subjects,
        vocabulary: Vocabulary,
    ):
        self._text, self._candidates, self._subjects = text, candidates, subjects
        self._vocabulary = vocabulary
        self._pieces, self._starts = vocabulary.split(text.lowered)
        self._sentences = [self._piece_range(span) for span in text.sentences]
        title = text.article.title or ""
        self._title_words, lowered = lower_words(title)
        pieces, self._title_starts = vocabulary.split(lowered)
        self._title = pieces[:_TITLE]
        self._title_names = find_names(title)
        self._room = LONGEST - len(self._title) - 3

    def __iter__(self) -> Iterator[Window]:
        i = 0
        while i < len(self._candidates):
            first, past, j = self._fit(i)
            yield self._build(first, past, range(i, j))
            i = j

    def _piece_range(self, span: Span) -> tuple[int, int]:
        first, past = self._text.word_range(span)
        return self._starts[first], self._starts[past]

    def _reach(self, i: int) -> tuple[int, int]:
        """The pieces that candidate i needs: its sentence, or what is near where that is long."""
        candidate = self._candidates[i]
        first, past = self._sentences[candidate.sentence]
        if past - first > self._room:
            first = max(first, self._starts[candidate.first_word] - _LEAD)
            past = min(past, self._starts[candidate.past_word] + _TAIL)
        return first, min(past, first + self._room)

    def _fit(self, i: int) -> tuple[int, int, int]:
        """The pieces of the window that begins with candidate i, and the index past its last."""
        first, past = self._reach(i)
        sentence = last = self._candidates[i].sentence
        for back, most in ((1, self._room), (2, min(self._room, _BEFORE))):
            if sentence >= back and past - self._sentences[sentence - back][0] <= most:
                first = self._sentences[sentence - back][0]
            else:
                break
        j = i + 1
        while j < len(self._candidates):
            reach = self._reach(j)[1]
            if self._candidates[j].sentence - last > _APART or reach - first > self._room:
                break
            past, last = max(past, reach), self._candidates[j].sentence
            j += 1
        if last + 1 < len(self._sentences):
            end = self._sentences[last + 1][1]
            if end - past <= _AFTER and end - first <= self._room:
                past = max(past, end)
        return first, past, j

    def _build(self, first: int, past: int, indices: range) -> Window:
        start, end = self._vocabulary.start, self._vocabulary.end
        pieces = [start, *self._title, end, *self._pieces[first:past], end]
        window = Window(pieces, [0] * len(pieces), len(self._title) + 2)
        shift = window.title - first
        for i, candidate in enumerate(self._candidates):
            at = self._starts[candidate.first_word]
            if first <= at < past:
                behind = min(past, max(at + 1, self._starts[candidate.past_word]))
                window.mark(at + shift, behind + shift, _unit_mark(candidate))
                if i in indices:
                    window.numbers.append((i, at + shift, behind + shift))
        self._name_text(window, first, past, shift)
        self._name_title(window)
        return window

    def _name_text(self, window: Window, first: int, past: int, shift: int) -> None:
        text = self._text
        for mention in text.mentions:
            start, end = self._piece_range(Span(mention.start, mention.end))
            if first <= start and end <= past:
                window.name(list_subjects(mention), start + shift, end + shift, mention.group)
        for place, name in text.names:
            start, end = self._piece_range(Span(place, place + len(name)))
            if first <= start < end <= past:
                company = self._subjects.companies.resolve(name)
                window.name([company], start + shift, end + shift, "name")

    def _name_title(self, window: Window) -> None:
        for mention in self._text.title_mentions:
            if pieces := self._title_range(mention.start, mention.end):
                window.name(list_subjects(mention), *pieces, mention.group)
        for place, name in self._title_names:
            if pieces := self._title_range(place, place + len(name)):
                window.name([self._subjects.companies.resolve(name)], *pieces, "name")

    def _title_range(self, start: int, end: int) -> tuple[int, int] | None:
        """The pieces of a part of the title; None where they are cut off."""
        inside = [i for i, word in enumerate(self._title_words) if start <= word.start() < end]
        if not inside or self._title_starts[inside[-1] + 1] > len(self._title):
            return None
        return 1 + self._title_starts[inside[0]], 1 + self._title_starts[inside[-1] + 1]


def _unit_mark(candidate: Candidate) -> int:
    is_size = candidate.unit_class == "money" and candidate.is_large
    return _MARK["size" if is_size else candidate.unit_class]
