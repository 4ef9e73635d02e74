"""Labelled articles -> lessons: the windows that the encoder is fitted on, with the right answers.

The windows are made by the product's own functions, so that the encoder meets the same ones in use.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from eval.records import Labelled, load_texts
from eval.train.samples import label_of, right_kinds
from summarizer.facts.candidates import Candidate
from summarizer.facts.choice import FORBIDDEN, LABELS, start_scores
from summarizer.facts.extract import read_candidates
from summarizer.facts.subjects import Subjects
from summarizer.facts.windows import Window, Windows
from summarizer.facts.wordpiece import END, START, UNKNOWN, Vocabulary
from summarizer.text.lexicon import lower_words
from summarizer.text.reading import read_text

_LEAST = 3  # times that a piece must occur in crypto news to be kept


class Option(NamedTuple):
    """Something that a number could be about, by what it is to the article."""

    subject: str
    standing: int
    is_right: bool


@dataclass(frozen=True)
class Answer:
    """The right labels of a number, those that its unit allows, and its options where it is a fact;
    labels are places in LABELS.
    """

    right: tuple[int, ...]
    allowed: tuple[bool, ...]
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Lesson:
    """A window and the answers to its numbers, in their order; `group` is its article."""

    window: Window
    answers: tuple[Answer, ...]
    group: str


def make_lessons(articles: Iterable[Labelled], vocabulary: Vocabulary) -> Iterator[Lesson]:
    """Every window of every article that holds numbers."""
    for labelled in articles:
        text = read_text(labelled.article)
        candidates, subjects = read_candidates(text)
        answers = [_answer(candidate, subjects, labelled) for candidate in candidates]
        for window in Windows(text, candidates, subjects, vocabulary):
            found = tuple(answers[i] for i, _, _ in window.numbers)
            yield Lesson(window, found, labelled.id)


def _answer(candidate: Candidate, subjects: Subjects, labelled: Labelled) -> Answer:
    allowed = tuple(score > FORBIDDEN for score in start_scores(candidate))
    fact = label_of(candidate, labelled)
    kinds = (LABELS.index(kind) for kind in right_kinds(fact) if kind in LABELS)
    right = tuple(kind for kind in kinds if allowed[kind])
    if fact is None:
        return Answer(right, allowed, ())
    subject_names = {fact["subject"], *(fact.get("acceptable_subjects") or ())}
    options = tuple(
        Option(option.subject, subjects.standing(option.subject), option.subject in subject_names)
        for option in subjects.options(candidate, fact["kind"])
    )
    best = next((option for option in options if option.is_right), None)
    if best is None:
        return Answer(right, allowed, ())
    subjects.remember(candidate, fact["kind"], best.subject)
    return Answer(right, allowed, options)


def find_pieces(pieces: Sequence[str], articles: Iterable[Labelled]) -> list[int]:
    """The places of the pieces worth keeping: those of crypto news, and all that words can always
    be split into.
    """
    vocabulary, counts = Vocabulary(pieces), Counter[int]()
    labelled = (f"{one.article.title or ''}\n{one.article.text}" for one in articles)
    for text in chain(load_texts(), labelled):
        counts.update(vocabulary.split(lower_words(text)[1])[0])
    return [
        i
        for i, piece in enumerate(pieces)
        if counts[i] >= _LEAST or _is_basic(piece) or piece in (START, END, UNKNOWN)
    ]


def _is_basic(piece: str) -> bool:
    letter = piece.removeprefix("##")
    return len(letter) == 1 and letter.isascii()
