"""Text, and places in it: the one normalisation, exact evidence, and cleaning for display.

Offsets everywhere are code points, half open; `text[start:end] == quote` always.
"""

import json
import re
import unicodedata
from typing import NamedTuple

# Invisible characters carry no words for a reader, yet split numbers and hide orders to a model:
# zero-width, soft hyphen, bidi controls, variation selectors, tag characters (U+E0000…).
_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_UNREADABLE = re.compile(f"[{_INVISIBLE}\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_UNSAFE_JSON = re.compile(f"[{_INVISIBLE}\x7f-\x9f\ud800-\udfff\u2028\u2029]")
_BLANKS = re.compile(r"[^\S\n]{2,}|[^\S\n ]")
_BREAKS = re.compile(r" ?\n[ \n]*")
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_DOUBLED = re.compile(r"(?<=\w)''(?=\w)|(?<=s)''(?= )")
_ESCAPE = re.compile(  # a terminal escape sequence
    r"""
    \x1b\[[0-?]*[ -/]*[@-~]                                        # CSI: "red", "move up"
    | [\x1b\x9d]\]?[^\x07\x1b\x9c]{0,4096}(?:\x07|\x1b\\|\x9c)   # OSC, to BEL or ST: a link
    | \x9b[0-?]*[ -/]*[@-~]                                        # CSI as one character
    | \x1b.
    """,
    re.VERBOSE,
)


class Span(NamedTuple):
    """A half-open range of code points."""

    start: int
    end: int


def normalise(text: str) -> str:
    """The text every span points into: white space folded, invisible characters gone, words as
    printed.

    Idempotent. Lines that held text stay apart by one newline; NFC, so that one letter is one code
    point.

    >>> normalise("BTC\\u200b fell\\u00a0 to\\r\\n\\r\\n $58,000 ")
    'BTC fell to\\n$58,000'
    """
    text = _UNREADABLE.sub("", _LINE_ENDS.sub("\n", text))
    text = _BLANKS.sub(" ", unicodedata.normalize("NFC", text))
    return _BREAKS.sub("\n", text).strip()


def clean(text: str) -> str:
    """Text that is safe to show: no escape sequence, control, bidi or zero-width character.

    >>> clean("\\x1b[31mup\\x1b[0m\\u202e [bold]")
    'up [bold]'
    """
    if text.isascii() and text.isprintable():  # as most words are
        return text
    text = _LINE_ENDS.sub("\n", _ESCAPE.sub("", text))
    return _UNREADABLE.sub("", text.replace("\t", " "))


def single_apostrophes(text: str) -> str:
    """The text with one apostrophe where some feeds print two.

    >>> single_apostrophes("Halcyon''s holders'' gains")
    "Halcyon's holders' gains"
    """
    return _DOUBLED.sub("'", text)


def escape_json(dumped: str) -> str:
    """JSON with every character escaped that a terminal would obey, or that some reader takes for a
    line end.

    >>> escape_json('{"title": "up\u202e\u2028"}')
    '{"title": "up\\\\u202e\\\\u2028"}'
    """
    return _UNSAFE_JSON.sub(lambda match: json.dumps(match[0])[1:-1], dumped)


def is_whole(text: str, start: int, end: int) -> bool:
    """Whether the span neither begins nor ends inside a word or a number.

    >>> is_whole("$58,000", 2, 7), is_whole("$58,000", 1, 7)
    (False, True)
    """
    return not (_joined(text, start) or _joined(text, end))


def _joined(text: str, cut: int) -> bool:
    """Whether a place lies inside a word or a number, whose separators part nothing: "58,000"."""
    before, after = text[max(0, cut - 1) : cut], text[cut : cut + 1]
    if after and after in ".,":
        return before.isdigit() and text[cut + 1 : cut + 2].isdigit()
    if before and before in ".,":
        return text[max(0, cut - 2) : cut - 1].isdigit() and after.isdigit()
    return before.isalnum() and after.isalnum()


def shorten_words(text: str, length: int) -> str:
    """The text in at most so many characters, cut between words.

    >>> shorten_words("Bitcoin slips below support", 20)
    'Bitcoin slips below…'
    """
    if len(text) <= length:
        return text
    words = text[:length].rpartition(" ")[0] or text[: length - 1]
    return f"{words.rstrip(' ,;:–-')}…"
