"""Text -> sentences and clauses, as spans. A heading that was flattened onto the sentence behind it is one of its own where that shows:
by the capitals of its words, and by a word that begins a sentence, or that it has said already."""

import re
from itertools import islice

from summarizer.text.spans import Span, is_whole

_END = re.compile(r"[.!?…](?:[\"”’')\]]{0,3})\s+(?=<\||[\"“‘'(\[]?[A-Z0-9$€£@#])|\n")
_ABBREVIATED = re.compile(
    r"(?:\b(?:[A-Z]|Mr|Mrs|Ms|Dr|Prof|St|Inc|Ltd|Corp|Co|vs|No|approx|est|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Sept|Oct|Nov"
    r"|Dec|Gen|Gov|Sen|Rep|Jr|Sr|[ap]\.m|[A-Z]\.[A-Z]|e\.g|i\.e))\.\s+\Z"
)


# A table or a list flattened into one line has no sentence ends: it is cut at a blank, so that no step looks at all of it at once.
# The longest sentence of 921 real articles has 2,002 code points; only such lines come near.
LONGEST = 2400


HEADING = 3  # words of a heading, at least: fewer may be a name
AHEAD = 3  # words in which a sentence comes to one that no heading would leave without a capital
_WORD = re.compile(r"\S+")
_SMALL = frozenset(
    "a an and as at but by for from in nor of off on or over per the to up via vs with".split()
)
_BEGINS = frozenset(
    "a according after although amid an as at before but by despite during following for from he however if in it its on over she"
    " since some that the their there these they this those though today unlike we when whether while with".split()
)


def split_sentences(text: str) -> tuple[Span, ...]:
    """Sentences of `text`, in order, without the blanks between them.

    >>> [text[s.start:s.end] for text in ["U.S. CPI rose. BTC fell to $58,000. It held."] for s in split_sentences(text)]
    ['U.S. CPI rose.', 'BTC fell to $58,000.', 'It held.']
    """
    spans: list[Span] = []
    start = 0
    for match in _END.finditer(text):
        if match[0] != "\n" and _ABBREVIATED.search(text, max(0, match.start() - 8), match.end()):
            continue
        end = match.start() + len(match[0].rstrip())
        spans += _cut(text, start, end)
        start = match.end()
    return (*spans, *_cut(text, start, start + len(text[start:].rstrip())))


def _find_heading(text: str, start: int, end: int) -> int | None:
    """Where the sentence begins that a heading was flattened onto: `Price Eyes New High In a post on Monday, …`."""
    words = [
        (found.start(), found[0].strip("\"“”‘'(),.:;!?’"))
        for found in islice(_WORD.finditer(text, start, end), 40)
    ]
    said: set[str] = set()
    for at, (place, word) in enumerate(words):
        name = word.lower().removesuffix("’s").removesuffix("'s").rstrip("’'")
        if word[:1].islower() and name not in _SMALL:
            return None
        ahead = [other for _, other in words[at + 1 : at + 1 + AHEAD]]
        goes_on = (
            any(other[:1].islower() and other not in _SMALL for other in ahead)
            or name == "according"
        )
        if word[:1].isupper() and at >= HEADING and (name in _BEGINS or name in said) and goes_on:
            before = text[words[at - 1][0] : place].rstrip()
            if words[at - 1][1].lower() not in _SMALL and before[-1] not in ",&-–—":
                return place
        said |= {name} if word[:1].isupper() and name not in _SMALL else set()
    return None


def _cut(text: str, start: int, end: int) -> list[Span]:
    """The sentence, a heading before it by itself, in pieces where it is too long; nothing for an empty one."""
    spans = []
    if (body := _find_heading(text, start, end)) is not None:
        spans.append(Span(start, start + len(text[start:body].rstrip())))
        start = body
    while end - start > LONGEST:
        furthest = start + LONGEST
        past = text.rfind(" ", start + 1, furthest)
        if past < 0:
            past = next(
                (place for place in range(furthest, start, -1) if is_whole(text, place, place)),
                furthest,
            )
        spans.append(Span(start, past))
        start = past + (text[past] == " ")
    return [*spans, Span(start, end)] if text[start:end].strip() else spans
