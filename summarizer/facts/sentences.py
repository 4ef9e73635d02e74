"""Text -> sentences and clauses, as spans. Flattened headings stay with the sentence that follows them."""

import re

from summarizer.spans import Span, is_whole

_END = re.compile(r"[.!?…](?:[\"”’')\]]{0,3})\s+(?=<\||[\"“‘'(\[]?[A-Z0-9$€£@#])|\n")
_ABBREVIATED = re.compile(
    r"(?:\b(?:[A-Z]|Mr|Mrs|Ms|Dr|Prof|St|Inc|Ltd|Corp|Co|vs|No|approx|est|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Sept|Oct|Nov"
    r"|Dec|Gen|Gov|Sen|Rep|Jr|Sr|[ap]\.m|[A-Z]\.[A-Z]|e\.g|i\.e))\.\s+\Z"
)


# A table or a list flattened into one line has no sentence ends: it is cut at a blank, so that no step looks at all of it at once.
# The longest sentence of 921 real articles has 2,002 code points; only such lines come near.
LONGEST = 2400


def split_sentences(text: str) -> list[Span]:
    """Sentences of `text`, in order, without the blanks between them.

    >>> [text[s.start:s.end] for text in ["U.S. CPI rose. BTC fell to $58,000. It held."] for s in split_sentences(text)]
    ['U.S. CPI rose.', 'BTC fell to $58,000.', 'It held.']
    """
    spans, start = [], 0
    for match in _END.finditer(text):
        if match[0] != "\n" and _ABBREVIATED.search(text, max(0, match.start() - 8), match.end()):
            continue
        end = match.start() + len(match[0].rstrip())
        spans += _cut(text, start, end)
        start = match.end()
    return spans + _cut(text, start, start + len(text[start:].rstrip()))


def _cut(text: str, start: int, end: int) -> list[Span]:
    """The sentence, in pieces where it is too long; nothing for an empty one."""
    spans = []
    while end - start > LONGEST:
        furthest = start + LONGEST
        past = text.rfind(" ", start + 1, furthest)
        if past < 0:
            past = next((place for place in range(furthest, start, -1) if is_whole(text, place, place)), furthest)
        spans.append(Span(start, past))
        start = past + (text[past] == " ")
    return [*spans, Span(start, end)] if end > start else spans
