"""Text -> sentences and clauses, as spans. Flattened headings stay with the sentence that follows them."""

import re

from summarizer.spans import Span

_END = re.compile(r"[.!?…](?:[\"”’')\]]{0,3})\s+(?=[\"“‘'(\[]?[A-Z0-9$€£@#])|\n")
_ABBREVIATED = re.compile(
    r"(?:\b(?:[A-Z]|Mr|Mrs|Ms|Dr|Prof|St|Inc|Ltd|Corp|Co|vs|No|approx|est|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Sept|Oct|Nov"
    r"|Dec|Gen|Gov|Sen|Rep|Jr|Sr|[ap]\.m|[A-Z]\.[A-Z]|e\.g|i\.e))\.\s+\Z"
)


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
        if end > start:
            spans.append(Span(start, end))
        start = match.end()
    if text[start:].strip():
        spans.append(Span(start, len(text)))
    return spans
