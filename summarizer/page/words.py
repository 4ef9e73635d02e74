"""Words of a page: read out of simple markup, counted and compared."""

import html
import re
from functools import lru_cache

from summarizer.text.spans import normalise

MAX_LINES = 1_000  # whose words are kept at hand: those of one page are compared several times

_WORD = re.compile(r"\w+")
_TAG = re.compile(
    r"<!--.*?-->|<(script|style)\b.*?</\1\s*>|<[a-zA-Z/!?][^<>]*>", re.DOTALL | re.IGNORECASE
)
_BLOCK = re.compile(
    r"</?(?:p|div|br|li|ul|ol|h[1-6]|tr|table|blockquote|figure|section|article)\b[^<>]*>",
    re.IGNORECASE,
)
# Thai, Lao, kana and Han are written without blanks between words.
_UNSPACED = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


def read_plain(markup: str) -> str:
    """The words of a piece of HTML, such as a feed's entry or the text that a page gives in
    JSON-LD, a paragraph a line.

    Whole pages are read by their tree instead (paragraphs.py), and what a model wrote by
    verification/plain.py: there Markdown and links go too, and entities stay.

    >>> read_plain("<p>BTC &amp; ETH <b>fell</b></p><p>Why</p> if a < b")
    'BTC & ETH fell\\nWhy\\nif a < b'
    """
    return normalise(html.unescape(_TAG.sub("", _BLOCK.sub("\n", markup))))


def count_words(text: str) -> int:
    """Words of a text; where a script sets no blanks between them, two of its letters count as one.

    >>> count_words("BTC fell 4%"), count_words("価格は下落した")
    (3, 4)
    """
    words = len(text.split())
    return words if text.isascii() else words + len(_UNSPACED.findall(text)) // 2


@lru_cache(MAX_LINES)
def flatten(text: str) -> str:
    """The words in lower case without what stands between them, so that two printings compare
    equal.

    >>> flatten("Bitcoin’s fall: 4%")
    'bitcoin s fall 4'
    """
    return " ".join(_WORD.findall(text)).lower()
