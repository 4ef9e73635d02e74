"""What surrounds an article and is none of it, known by its words: rules for lines and for pasted text.

The patterns are data, in `data/furniture.tsv`. A rule cuts only what no sentence of an article looks like: what it leaves in
costs a reader a moment, what it takes out wrongly is a lost fact.
"""

import re
from functools import cache
from pathlib import Path

FURNITURE = Path(__file__).parents[1] / "data" / "furniture.tsv"
LABEL_WORDS = 30  # a line that begins like a teaser or a notice and is longer is part of the story
TAG_WORDS = 12  # so many capitalised words between the last sentence and "In this article" are the page's tags

_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"
)  # Thai, Lao, kana, Han
_PRICE = r"[$€£]\s?\d[\d,.]*"
_MOVE = r"(?:[◢◣◤◥▲▼△▽↑↓]\s*[+−-]?\d[\d,.]*\s?%|\(?[+−-]\s?\d[\d,.]*\s?%\)?)"
_QUOTED = rf"(?:[A-Z][A-Z0-9]{{1,9}}\s+){{1,2}}{_PRICE}\s*{_MOVE}"
_TITLES = ("Mr.", "Ms.", "Mrs.", "Dr.", "Mr", "Ms", "Mrs", "Dr")
_STRIP = re.compile(rf"(?:In this article:?\s+)?(?<!\w)(?:{_QUOTED}[\s|•·]*(?:\n|$|(?=\S))){{2,}}")
_TAGS = re.compile(
    rf"(?<=[.!?”\"])\s+(?:(?:[A-Z][\w&’'-]*|of|and|the)\s+){{1,{TAG_WORDS}}}In this article\s*:?\s*$"
)
_INLINE_MOVE = re.compile(
    rf"(\b[A-Z][A-Z0-9]{{1,9}} {_PRICE})\s*[◢◣◤◥▲▼△▽]\s*[+−-]?\d[\d,.]*\s?%(?=\s?[,.;a-z])"
)  # the widget's, not the author's
_DANGLING = re.compile(r"\s*\bIn this article\s*:?\s*$")


def count_words(text: str) -> int:
    """Words of a text; where a script sets no blanks between them, two of its letters count as one.

    >>> count_words("BTC fell 4%"), count_words("価格は下落した")
    (3, 4)
    """
    return len(text.split()) + len(_UNSPACED.findall(text)) // 2


@cache
def load_patterns(kind: str) -> re.Pattern[str]:
    """The patterns of one kind in data/furniture.tsv as one."""
    rows = (
        line.split("\t", 1)
        for line in FURNITURE.read_text("utf-8").splitlines()
        if "\t" in line and not line.startswith("#")
    )
    joined = "|".join(f"(?:{pattern})" for name, pattern in rows if name == kind)
    return re.compile(
        f"-(?:{joined})(?=-)" if kind in ("name", "hint") else joined,
        0 if kind in ("bio", "byline", "run", "self") else re.I,
    )


def is_furniture_line(line: str) -> bool:
    """Whether a line by itself is a label, a teaser, a button or a notice.

    >>> is_furniture_line("Related Reading: Ether slips"), is_furniture_line("Related tokens fell 4%.")
    (True, False)
    """
    if (
        load_patterns("whole").fullmatch(line)
        or load_patterns("byline").fullmatch(line)
        or _STRIP.fullmatch(line)
    ):
        return True
    return len(line.split()) <= LABEL_WORDS and load_patterns("lead").match(line) is not None


def strip_furniture(text: str) -> str:
    """Normalised text without the page around it, where that is sure: share buttons, sign-up boxes, teasers, ticker strips.

    >>> strip_furniture("Bitcoin BTC $ 68,632.97 fell. Markets In this article BTC BTC $ 68,632.97 ◢ 0.34 % ETH ETH $ 2,009.89 ◢ 0.84 %")
    'Bitcoin BTC $ 68,632.97 fell.'
    """
    cut = load_patterns("run").sub("", text)
    without = _STRIP.sub(" In this article ", cut).rstrip()
    if without != cut.rstrip():
        cut = _DANGLING.sub("", _TAGS.sub("", without)).replace(" In this article ", " ")
    cut = _INLINE_MOVE.sub(r"\1", cut)
    lines = [
        line
        for raw in cut.split("\n")
        if (line := " ".join(raw.split())) and not is_furniture_line(line)
    ]
    return "\n".join(lines)


def read_byline(line: str) -> str | None:
    """The name in a line that says who wrote the article, and when.

    >>> read_byline("By Ana Ruiz, August 28, 2025"), read_byline("By Tuesday, bitcoin had lost 4% since May 2025")
    ('Ana Ruiz', None)
    """
    found = load_patterns("byline").fullmatch(line)
    return found["name"] if found else None


def is_bio(text: str, authors: tuple[str, ...]) -> bool:
    """Whether a closing line is about the author, or what the author holds, rather than part of the story."""
    words = text.split()
    if not words or len(words) > 80:
        return False
    full = text.startswith(tuple(name for name in authors if name))
    if load_patterns("self").search(text):
        return True
    named = full or any(words[0].rstrip(",'’s") == name.split()[0] for name in authors if name)
    named = named or (words[0] in _TITLES and words[1:2] in [name.split()[-1:] for name in authors])
    if named or words[0] in ("He", "She", "They"):
        return (full and len(words) < 40) or bool(load_patterns("bio").search(text))
    return False
