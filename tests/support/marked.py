"""Expected spans, written as markup in a test's text: `BTC slid to <price BTC>$58,000</price>`."""

import re
from typing import NamedTuple

_MARK = re.compile(r"<([^<>/][^<>]*)>(.*?)</[^<>]*>", re.DOTALL)


class Mark(NamedTuple):
    """What a test expects at a place of its text: `text[start:end] == words`."""

    label: str
    start: int
    end: int
    words: str


def unmark(marked: str) -> tuple[str, list[Mark]]:
    """The text without its marks, and the marks in order.

    >>> unmark("slid to <price BTC>$58,000</price> on Monday")
    ('slid to $58,000 on Monday', [Mark(label='price BTC', start=8, end=15, words='$58,000')])
    """
    text, marks, last = "", [], 0
    for match in _MARK.finditer(marked):
        text += marked[last : match.start()]
        marks.append(Mark(match[1], len(text), len(text) + len(match[2]), match[2]))
        text += match[2]
        last = match.end()
    return text + marked[last:], marks
