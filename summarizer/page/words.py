"""Words of a page, counted and compared."""

import re

# Thai, Lao, kana and Han are written without blanks between words.
_UNSPACED = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


def count_words(text: str) -> int:
    """Words of a text; where a script sets no blanks between them, two of its letters count as one.

    >>> count_words("BTC fell 4%"), count_words("価格は下落した")
    (3, 4)
    """
    return len(text.split()) + len(_UNSPACED.findall(text)) // 2


def flatten(text: str) -> str:
    """The words in lower case without what stands between them, so that two printings compare
    equal.

    >>> flatten("Bitcoin’s fall: 4%")
    'bitcoin s fall 4'
    """
    return " ".join(re.findall(r"\w+", text)).lower()
