"""Links, markup and HTML out of an analyst's words: a report holds plain text (RELIABILITY 33)."""

import re
from collections.abc import Callable

_MARKUP = (
    (re.compile(r"!\[[^\]]*\]\([^)]*\)"), " "),
    (re.compile(r"\[([^\]]*)\]\([^)]*\)"), r"\1"),
    (
        re.compile(
            r"<(?:script|style)\b.*?(?:</(?:script|style)\s*>|\Z)", re.IGNORECASE | re.DOTALL
        ),
        " ",
    ),
    (re.compile(r"</?[A-Za-z!][^>\n]{0,400}(?:>|\Z)"), " "),
    (
        re.compile(
            r"(?:\b[a-z][a-z0-9+.-]{1,12}://|\b(?:javascript|data|mailto):|\bwww\.)\S+",
            re.IGNORECASE,
        ),
        " ",
    ),
    (re.compile(r"\*\*|__|~~|`+|^\s*[#>]+\s", re.MULTILINE), ""),
)
_DOMAIN = re.compile(
    r"\b(?:[\w-]+\.)+(?:com|net|org|io|xyz|app|fi|ai|gg|me|info|finance|exchange|link|ly|click|top|site|online)\b(?:/\S*)?",
    re.IGNORECASE,
)


def without_markup(text: str, printed: Callable[[str], bool]) -> tuple[str, bool]:
    """The text without links and markup, and whether there were any. A name such as Crypto.com stays where it is `printed`.

    >>> without_markup("See [here](https://evil.example/x) <b>now</b>", lambda name: False)
    ('See here now', True)
    """
    before = text
    for pattern, put in _MARKUP:
        text = pattern.sub(put, text)
    text = _DOMAIN.sub(lambda match: match[0] if printed(match[0]) else " ", text)
    return (re.sub(r"[ \t]+", " ", text).strip(), True) if text != before else (text, False)
