"""Whether a sentence is the article's own: whether it stands in a cited one as printed, but for what a summary leaves out."""

import re
from collections.abc import Sequence

from summarizer.text.assets import find_mentions

_MIN_PRINTED = 4  # words; fewer prove nothing by standing in the article
# What may be missing before a printed sentence: a label, and words that join it to the one before; they say nothing themselves.
OPENING = re.compile(
    r"\A(?:(?:summary|in brief|key takeaways?|key points|highlights|tl;?dr|at a glance)(?:\s?:\s+|\s+(?-i:(?=[^a-z]))))?"
    r"(?:(?:however|meanwhile|moreover|furthermore|additionally|in addition|also|still|yet|but|and|so|notably|interestingly|importantly"
    r"|consequently|as a result|therefore|thus|for now|indeed|in fact|of note|that said|on the other hand|at the same time)\b,?\s+(?=\S))?",
    re.IGNORECASE,
)
_WIDGET = re.compile(
    r"\b([A-Z][A-Za-z]+) ([A-Z][A-Z0-9]{1,5}) \$ ?[\d,]+(?:\.\d+)?(?= [a-z])"
)  # "Bitcoin BTC $68,632.97 is struggling"
_ASIDE = re.compile(r"\s?\((?:[A-Z$][A-Z0-9]{1,9}|NASDAQ: ?\w+|NYSE: ?\w+)\)")
_CUT_HERE = re.compile(
    r"\s*(?:[.,;:!?—–”\"’]|\Z|(?:according|as per|per data|data from|citing|reports?)\b| - )"
)


def without_asides(sentence: str) -> str:
    """The sentence as it is said: no ticker in brackets, no price widget behind a name.

    >>> without_asides("Bitcoin BTC $68,632.97 is struggling, and so is ether (ETH).")
    'Bitcoin is struggling, and so is ether.'
    >>> without_asides("The BTC $70,000 call was bought.")
    'The BTC $70,000 call was bought.'
    """
    return _ASIDE.sub("", _WIDGET.sub(_without_widget, sentence))


def _without_widget(match: re.Match[str]) -> str:
    """The name alone where the ticker is its own; "Few BTC $70,000 calls" stays."""
    named = {mention.subject for mention in find_mentions(match[1])}
    return match[1] if named == {match[2]} else match[0]


def fold(sentence: str) -> str:
    """A sentence for comparison: no ticker in brackets, no case, one blank between words, no stop at its end."""
    return " ".join(without_asides(sentence).split()).casefold().rstrip(".")


def find_printed(
    sentence: str, sources: Sequence[str], last: tuple[int, int]
) -> tuple[int, int] | None:
    """(source, end) where the sentence stands in a cited one: from its beginning, but for a connective, to the end of a clause.

    `last` is where the claim's sentence before stood: this one may go on from there.
    """
    if len(sentence.split()) < _MIN_PRINTED:
        return None
    for i, source in enumerate(sources):
        at = source.find(sentence)
        if at < 0:
            continue
        start = last[1] if last[0] == i else 0
        opened = OPENING.match(
            source[start : at + 1].lstrip(" ,.").upper()
        )  # a folded source shows no capitals
        whole = not (at and source[at - 1].isalnum()) and _CUT_HERE.match(
            source[at + len(sentence) :]
        )
        if whole and opened and opened.end() == len(source[start:at].lstrip(" ,.")):
            return i, at + len(sentence)
    return None


def plain_quotes(text: str) -> str:
    """The text with straight quotation marks, for comparison."""
    return text.translate({0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"'})
