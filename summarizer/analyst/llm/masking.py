"""Masks the key in whatever an endpoint says, before anybody else sees it."""

import re

from summarizer.text.spans import clean

MASK = "***"
# Letters of a key. Local servers take any word for one ("none", "EMPTY"): those are no secrets, and
# an answer may hold them.
LEAST_LETTERS = 6
_SECRET = re.compile(r"\b(?:sk|pk|key)-[\w*.-]{6,}|\bBearer\s+\S+", re.IGNORECASE)
# \u0073, but no quote, backslash, control or half a character; and \/
_ESCAPED = re.compile(r"\\u(?!00[01]|0022|005[cC]|[dD][89a-fA-F])([0-9a-fA-F]{4})|\\(/)")


def mask_key(words: str, key: str | None) -> str:
    """The words without the key, also where JSON escapes or invisible characters hide it.

    >>> mask_key('{"a": "sk-\\\\u0031234"}', "sk-1234")
    '{"a": "***"}'
    """
    if key is None or len(key) < LEAST_LETTERS:
        return words
    for respell in (str, clean, _unescape, lambda text: clean(_unescape(text))):
        spelt = respell(words)
        if key in spelt:
            words = spelt.replace(key, MASK)
    return words


def quote(words: str, key: str | None) -> str:
    """A server's words for a message: cleaned, without any key, one line of 200 characters."""
    line = " ".join(clean(words).split())
    return _SECRET.sub(MASK, mask_key(line, key))[:200]


def _unescape(text: str) -> str:
    return _ESCAPED.sub(lambda match: match[2] or chr(int(match[1], 16)), text)
