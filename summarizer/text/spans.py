"""Text, and places in it: the one normalisation, exact evidence, and cleaning for display.

Offsets everywhere are code points, half open; `text[start:end] == quote` always.
"""

import json
import re
import unicodedata
from typing import NamedTuple

# Invisible characters carry no words for a reader, yet split numbers and hide orders to a model:
# zero-width, soft hyphen, bidi controls, variation selectors, tag characters (U+E0000…).
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
                        "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff]")  # fmt: skip
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_BLANKS = re.compile(r"[^\S\n]+")
_BREAKS = re.compile(r" *\n *(?:\n *)*")
# A terminal escape sequence: CSI, OSC (to BEL or ST) and the two-character ones.
_ESCAPE = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|[\x1b\x9d]\]?[^\x07\x1b\x9c]{0,4096}(?:\x07|\x1b\\|\x9c)|\x9b[0-?]*[ -/]*[@-~]|\x1b."
)
_UNSAFE_JSON = re.compile(_INVISIBLE.pattern + r"|[\x7f-\x9f\ud800-\udfff\u2028\u2029]")
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")


class Span(NamedTuple):
    """A half-open range of code points."""

    start: int
    end: int


def normalise(text: str) -> str:
    """The text every span points into: white space folded, invisible characters gone, words as printed.

    Idempotent. Lines that held text stay apart by one newline; NFC, so that one letter is one code point.

    >>> normalise("BTC\\u200b fell\\u00a0 to\\r\\n\\r\\n $58,000 ")
    'BTC fell to\\n$58,000'
    """
    text = _LINE_ENDS.sub("\n", text)
    text = _INVISIBLE.sub("", _CONTROL.sub("", text))
    text = _BREAKS.sub("\n", _BLANKS.sub(" ", unicodedata.normalize("NFC", text)))
    text = _INVISIBLE.sub("", text)
    return text.strip()


def clean(text: str) -> str:
    """Text that is safe to show: no escape sequence, control, bidi or zero-width character.

    >>> clean("\\x1b[31mup\\x1b[0m\\u202e [bold]")
    'up [bold]'
    """
    text = _LINE_ENDS.sub("\n", _ESCAPE.sub("", text)).replace("\t", " ")
    return _INVISIBLE.sub("", _CONTROL.sub("", text))


def mend(text: str) -> str:
    """Text that every encoder takes: a lone surrogate, which JSON can smuggle in, becomes U+FFFD.

    >>> mend("a\\ud800b") == "a\ufffdb"
    True
    """
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def escape_json(dumped: str) -> str:
    """JSON with every character escaped that a terminal would obey, or that some reader takes for a line end: nothing is lost.

    >>> escape_json('{"title": "up\u202e\u2028"}')
    '{"title": "up\\\\u202e\\\\u2028"}'
    """
    return _UNSAFE_JSON.sub(lambda found: json.dumps(found[0])[1:-1], dumped)


def is_whole(text: str, start: int, end: int) -> bool:
    """Whether the span neither begins nor ends inside a word or a number.

    >>> is_whole("$58,000", 2, 7), is_whole("$58,000", 1, 7)
    (False, True)
    """
    return not (_joined(text, start) or _joined(text, end))


def _joined(text: str, cut: int) -> bool:
    if not 0 < cut < len(text):
        return False
    before, after = text[cut - 1], text[cut]
    if before.isalnum() and after.isalnum():
        return True
    # "58" and "000" hang together through the separator: digit , digit / digit . digit
    if after in ".," and before.isdigit() and cut + 1 < len(text) and text[cut + 1].isdigit():
        return True
    return before in ".," and after.isdigit() and cut > 1 and text[cut - 2].isdigit()


def find_evidence(text: str, quote: str, near: int = 0) -> Span | None:
    """Where `quote` stands in `text`, exactly and on whole words; the first place at or after `near`, else the first.

    >>> find_evidence("fell to $58,000", "8,000") is None
    True
    """
    if not quote.strip():
        return None
    found = None
    start = text.find(quote)
    while start >= 0:
        if is_whole(text, start, start + len(quote)):
            found = Span(start, start + len(quote))
            if start >= near:
                return found
        start = text.find(quote, start + 1)
    return found
