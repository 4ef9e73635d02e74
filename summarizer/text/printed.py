"""Compares sentences: whether one stands in an article's own as printed, but for what a summary
leaves out.
"""

import re
from collections.abc import Sequence

from summarizer.text.assets import find_mentions

_MIN_PRINTED = 4  # words; fewer prove nothing by standing in the article
# What may be missing before a printed sentence: a label, and words that join it to the one before;
# they say nothing themselves.
OPENING = re.compile(
    r"""
    \A
    (?:(?:summary|in[ ]brief|key[ ]takeaways?|key[ ]points|highlights|tl;?dr|at[ ]a[ ]glance)
       (?:\s?:\s+|\s+(?-i:(?=[^a-z]))))?                      # "TL;DR: ", "Summary Bitcoin …"
    (?:(?:however|meanwhile|moreover|furthermore|additionally|in[ ]addition|also|still|yet|but|and
        |so|notably|interestingly|importantly|consequently|as[ ]a[ ]result|therefore|thus|for[ ]now
        |indeed|in[ ]fact|of[ ]note|that[ ]said|on[ ]the[ ]other[ ]hand|at[ ]the[ ]same[ ]time)
       \b,?\s+(?=\S))?                                        # "As a result, "
    """,
    re.IGNORECASE | re.VERBOSE,
)
_WIDGET = re.compile(  # "Bitcoin BTC $68,632.97 is struggling"
    r"\b([A-Z][A-Za-z]+) ([A-Z][A-Z0-9]{1,5}) \$ ?[\d,]+(?:\.\d+)?(?= [a-z])"
)
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
    return _ASIDE.sub("", _WIDGET.sub(_drop_widget, sentence))


def _drop_widget(match: re.Match[str]) -> str:
    """The name alone where the ticker is its own; "Few BTC $70,000 calls" stays."""
    named = {mention.subject for mention in find_mentions(match[1])}
    return match[1] if named == {match[2]} else match[0]


def fold(sentence: str) -> str:
    """A sentence for comparison: no ticker in brackets, no case, one blank between words, no stop
    at its end.
    """
    return " ".join(without_asides(sentence).split()).casefold().rstrip(".")


def find_printed(
    sentence: str, sources: Sequence[str], last: tuple[int, int]
) -> tuple[int, int] | None:
    """(source, end) where the sentence stands in a cited one, all of them folded.

    It stands there from the beginning, but for a connective, to the end of a clause. `last` is
    where the claim's sentence before stood: this one may go on from there.
    """
    if len(sentence.split()) < _MIN_PRINTED:
        return None
    for i, source in enumerate(sources):
        place = source.find(sentence)
        if place < 0:
            continue
        end = place + len(sentence)
        start = last[1] if last[0] == i else 0
        before = source[start:place].lstrip(" ,.")
        # A folded source shows no capitals: as in a heading, all count as such
        opening = OPENING.match(source[start : place + 1].lstrip(" ,.").upper())
        begins_word = place == 0 or not source[place - 1].isalnum()
        if (
            opening
            and opening.end() == len(before)
            and begins_word
            and _CUT_HERE.match(source[end:])
        ):
            return i, end
    return None


def plain_quotes(text: str) -> str:
    """The text with straight quotation marks, for comparison."""
    for curved, straight in zip("‘’“”", "''\"\"", strict=True):
        text = text.replace(curved, straight)
    return text
