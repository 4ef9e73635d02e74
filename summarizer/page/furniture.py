"""What surrounds an article and is none of it, known by its words: rules for lines and for pasted
text.

The patterns are data, in `data/furniture.tsv`. A rule cuts only what no sentence of an article
looks like: what it leaves in costs a reader a moment, what it takes out wrongly is a lost fact.
"""

import re

from summarizer.page.rules import load_rule

LABEL_WORDS = 30  # a line that begins like a teaser or a notice and is longer is part of the story
# So many capitalised words between the last sentence and "In this article" are the page's tags.
TAG_WORDS = 12
BIO_WORDS = 80  # a longer paragraph is no note on its author
NAMED_BIO_WORDS = 40  # a shorter one that begins with the author's name is such a note

_TITLES = frozenset("Mr. Ms. Mrs. Dr. Mr Ms Mrs Dr".split())
_PRONOUNS = frozenset("He She They".split())
_ARROW = "[◢◣◤◥▲▼△▽↑↓]"
_PRICE = r"[$€£]\s?\d[\d,.]*"
_MOVE = rf"(?:{_ARROW}\s*[+−-]?\d[\d,.]*\s?%|\(?[+−-]\s?\d[\d,.]*\s?%\)?)"
_QUOTED = rf"(?:[A-Z][A-Z0-9]{{1,9}}\s+){{1,2}}{_PRICE}\s*{_MOVE}"
# "In this article BTC BTC $ 68,632.97 ◢ 0.34 % ETH ETH $ 2,009.89 ◢ 0.84 %"
_STRIP = re.compile(
    rf"(?=[A-Z])(?:In this article:?\s+)?(?<!\w)(?:{_QUOTED}[\s|•·]*(?:\n|$|(?=\S))){{2,}}"
)
# "It fell. Markets Bitcoin In this article"
_TAGS = re.compile(
    r"(?<=[.!?”\"])\s+"
    rf"(?:(?:[A-Z][\w&’'-]*|of|and|the)\s+){{1,{TAG_WORDS}}}In this article\s*:?\s*$"
)
_DANGLING = re.compile(r"\s*\bIn this article\s*:?\s*$")
# "Bitcoin BTC $68,632.97 ▲0.3% is struggling": the move is the widget's, not the author's
_INLINE_MOVE = re.compile(
    rf"(\b[A-Z][A-Z0-9]{{1,9}} {_PRICE})\s*[◢◣◤◥▲▼△▽]\s*[+−-]?\d[\d,.]*\s?%(?=\s?[,.;a-z])"
)


def is_furniture_line(line: str) -> bool:
    """Whether a line by itself is a label, a teaser, a button or a notice.

    >>> is_furniture_line("Related Reading: Ether slips"), is_furniture_line("Related tokens fell")
    (True, False)
    """
    if load_rule("whole").fullmatch(line) or read_byline(line) or _STRIP.fullmatch(line):
        return True
    return len(line.split()) <= LABEL_WORDS and load_rule("lead").match(line) is not None


def strip_furniture(text: str) -> str:
    """Normalised text without the page around it, where that is sure: share buttons, sign-up boxes,
    teasers, ticker strips.

    >>> strip_furniture("Bitcoin fell. In this article BTC $ 68,632 ◢ 0.3 % ETH $ 2,009 ◢ 1 %")
    'Bitcoin fell.'
    """
    text = load_rule("run").sub("", text)
    without = _STRIP.sub(" In this article ", text).rstrip()
    if without != text.rstrip():
        text = _DANGLING.sub("", _TAGS.sub("", without)).replace(" In this article ", " ")
    text = _INLINE_MOVE.sub(r"\1", text)
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return "\n".join(line for line in lines if line and not is_furniture_line(line))


def read_byline(line: str) -> str | None:
    """The name in a line that says who wrote the article, and when.

    >>> read_byline("By Ana Ruiz, August 28, 2025"), read_byline("By Tuesday, it had lost 4%")
    ('Ana Ruiz', None)
    """
    byline = load_rule("byline").fullmatch(line)
    return byline["name"] if byline else None


def is_bio(text: str, authors: tuple[str, ...]) -> bool:
    """Whether a closing line is about the author, or what the author holds, rather than part of the
    story.

    >>> is_bio("Ms. Ruiz owns 40 SOL.", ("Ana Ruiz",)), is_bio("He sees $58,000.", ("Ana Ruiz",))
    (True, False)
    """
    words = text.split()
    if not words or len(words) > BIO_WORDS:
        return False
    if load_rule("self").search(text):
        return True
    names = tuple(filter(None, authors))
    if text.startswith(names) and len(words) < NAMED_BIO_WORDS:
        return True
    return _names_author(text, names) and load_rule("bio").search(text) is not None


def _names_author(text: str, names: tuple[str, ...]) -> bool:
    """Whether a text begins with an author: "Ana Ruiz", "Ana's", "Ms. Ruiz", or "She"."""
    first, *rest = text.split()
    if text.startswith(names) or first in _PRONOUNS:
        return True
    if any(first.rstrip(",'’s") == name.split()[0] for name in names):
        return True
    return first in _TITLES and any(rest[:1] == name.split()[-1:] for name in names)
