"""TEXT -> SENTENCES: splits a text into its sentences, as spans.

A heading that was flattened onto the sentence behind it becomes a sentence of its own where that
shows: by the capitals of its words, and by a word that begins a sentence, or that the heading has
said already.
"""

import re
from collections.abc import Iterable
from itertools import islice

from summarizer.tables import match_any
from summarizer.text.spans import Span, is_whole, shorten_words

_END = re.compile(r"[.!?…](?:[\"”’')\]]{0,3})\s+(?=<\||[\"“‘'(\[]?[A-Z0-9$€£@#])|\n")
_ABBREVIATED = re.compile(rf"\b(?:[A-Z]|[A-Z]\.[A-Z]|{match_any('abbreviation')})\.\s+\Z")
# A table or a list flattened into one line has no sentence ends: it is cut at a blank, so that no
# step looks at all of it
# at once. The longest sentence of 921 real articles has 2,002 code points; only such lines come
# near.
LONGEST = 2400
_NAME = 90  # code points of a name that is taken from the text: about what a headline has
_LEAST_NAME = 4  # words; a line of fewer is a byline or a dateline
HEADING = 3  # words of a heading, at least: fewer may be a name
_LONGEST_HEADING = 40  # words
_AHEAD = 3  # words in which a sentence comes to one that no heading would leave without a capital
_WORD = re.compile(r"\S+")
_QUOTES_AND_STOPS = "\"“”‘'(),.:;!?’"
_SMALL = frozenset(
    "a an and as at but by for from in nor of off on or over per the to up via vs with".split()
)
BEGINNINGS = frozenset(
    """
    a according after although amid an as at before but by despite during following for from he
    however if in it its on over she since some that the their there these they this those though
    today unlike we when whether while with
    """.split()
)


def split_sentences(text: str) -> tuple[Span, ...]:
    """Sentences of `text`, in order, without the blanks between them.

    >>> text = "U.S. CPI rose. BTC fell to $58,000. It held."
    >>> [text[start:end] for start, end in split_sentences(text)]
    ['U.S. CPI rose.', 'BTC fell to $58,000.', 'It held.']
    """
    spans: list[Span] = []
    start = 0
    for match in _END.finditer(text):
        if match[0] != "\n" and _ABBREVIATED.search(text, max(0, match.start() - 8), match.end()):
            continue
        spans += _cut(text, start, match.start() + len(match[0].rstrip()))
        start = match.end()
    return (*spans, *_cut(text, start, start + len(text[start:].rstrip())))


def name_text(text: str) -> str:
    """What a text without a headline is called: its first sentence of four words, else its first,
    cut at a word.

    >>> name_text("By Ilse Moreau\\nEther fell to $2,000. It held.")
    'Ether fell to $2,000.'
    """
    sentences = [text[start:end] for start, end in split_sentences(text[:LONGEST])]
    whole = [sentence for sentence in sentences if len(sentence.split()) >= _LEAST_NAME]
    return shorten_words([*whole, *sentences, ""][0], _NAME)


def _cut(text: str, start: int, end: int) -> list[Span]:
    """The sentence, a heading before it by itself, in pieces where it is too long; nothing for an
    empty one.
    """
    spans = []
    if (body := _find_heading(text, start, end)) is not None:
        spans.append(Span(start, start + len(text[start:body].rstrip())))
        start = body
    while end - start > LONGEST:
        past = _find_cut(text, start)
        spans.append(Span(start, past))
        start = past + (text[past] == " ")
    return [*spans, Span(start, end)] if text[start:end].strip() else spans


def _find_cut(text: str, start: int) -> int:
    """The last place where a piece that begins at `start` may end: at a blank, else between two
    words.
    """
    furthest = start + LONGEST
    blank = text.rfind(" ", start + 1, furthest)
    if blank >= 0:
        return blank
    places = range(furthest, start, -1)
    return next((place for place in places if is_whole(text, place, place)), furthest)


def _find_heading(text: str, start: int, end: int) -> int | None:
    """Where the sentence begins that a heading was flattened onto: `Price Eyes New High In a post
    on Monday, …`.
    """
    names: set[str] = set()
    last = ""
    for i, match in enumerate(islice(_WORD.finditer(text, start, end), _LONGEST_HEADING)):
        word = match[0].strip(_QUOTES_AND_STOPS)
        name = word.lower().removesuffix("’s").removesuffix("'s").rstrip("’'")
        if word[:1].islower() and name not in _SMALL:
            return None
        if word[:1].isupper():
            is_beginning = i >= HEADING and (name in BEGINNINGS or name in names)
            if is_beginning and _may_end(last):
                ahead = islice(_WORD.finditer(text, match.end(), end), _LONGEST_HEADING - 1 - i)
                if name == "according" or _is_prose(islice(ahead, _AHEAD)):
                    return match.start()
            if name not in _SMALL:
                names.add(name)
        last = match[0]
    return None


def _may_end(word: str) -> bool:
    """Whether a heading may end with a word: not with a small one, nor before a comma or a dash."""
    return word.strip(_QUOTES_AND_STOPS).lower() not in _SMALL and word[-1] not in ",&-–—"


def _is_prose(words: Iterable[re.Match[str]]) -> bool:
    """Whether one of the words stands in small letters though a heading would give it a capital."""
    plain = (word[0].strip(_QUOTES_AND_STOPS) for word in words)
    return any(word[:1].islower() and word not in _SMALL for word in plain)
