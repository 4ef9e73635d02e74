"""CLAIM -> PLAIN TEXT: takes links, markup and HTML out, since a report holds none."""

import re
from collections.abc import Callable

_MARKUP = [
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"!\[[^\]]*\]\([^)]*\)", " "),  # ![chart](https://…)
        (r"\[([^\]]*)\]\([^)]*\)", r"\1"),  # [chart](https://…)
        (r"(?is)<(?:script|style)\b.*?(?:</(?:script|style)\s*>|\Z)", " "),
        (r"</?[A-Za-z!][^>\n]{0,400}(?:>|\Z)", " "),  # <b>
        (r"(?i)(?:\b[a-z][a-z0-9+.-]{1,12}://|\b(?:javascript|data|mailto):|\bwww\.)\S+", " "),
        (r"(?m)\*\*|__|~~|`+|^\s*[#>]+\s", ""),  # **bold**, # heading
    )
]
_DOMAIN = re.compile(
    r"""
    \b(?:[\w-]+\.)+(?:com|net|org|io|xyz|app|fi|ai|gg|me|info|finance|exchange|link|ly|click|top
        |site|online)\b(?:/\S*)?
    """,
    re.IGNORECASE | re.VERBOSE,
)


def without_markup(text: str, is_printed: Callable[[str], bool]) -> tuple[str, bool]:
    """The text without links and markup, and whether there were any.

    A name such as Crypto.com stays where the article prints it.

    >>> without_markup("See [here](https://evil.example/x) <b>now</b>", lambda name: False)
    ('See here now', True)
    """
    plain = text
    for pattern, replacement in _MARKUP:
        plain = pattern.sub(replacement, plain)
    plain = _DOMAIN.sub(lambda match: match[0] if is_printed(match[0]) else " ", plain)
    return (text, False) if plain == text else (re.sub(r"[ \t]+", " ", plain).strip(), True)
