"""Pages that stand where an article should: challenges, consent and login walls, missing pages, shells; and teasers."""

import re
from functools import cache
from pathlib import Path

WALLS = Path(__file__).parent / "data" / "walls.tsv"
WALL_WORDS = 120  # an article text of so many words is an article, whatever else the page says
CROWDED_WORDS = 200  # a page with so many words beside a brief article is a whole page, its cookie notice a banner
TITLED_WORDS = 350  # the same where the page's very title names the wall: missing pages list other stories
TEASER_WORDS = 25  # with fewer words before a paywall there is nothing to report on
TEASED_WORDS = 400  # an article marked as not free is whole where it has more
WHOLE_SHARE = 0.7  # of the word count that the page gives for itself

_ELLIPSIS = re.compile(r"(?:\[(?:…|\.\.\.)\]|…|\.\.\.)[\s”\"’)]*$")


@cache
def _patterns() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    rows = (line.split("\t") for line in WALLS.read_text("utf-8").splitlines() if "\t" in line and not line.startswith("#"))
    return tuple((kind, where, re.compile(pattern, re.I)) for kind, where, pattern in rows)


def _matches(kind: str, where: str, text: str) -> bool:
    return any(pattern.search(text) for name, place, pattern in _patterns() if (name, place) == (kind, where))


def find_wall(title: str, visible: str, markup: str, text: str) -> str | None:
    """The kind of wall that the page is, as the end of a `wall_<kind>` code, or None. `text` was found as the article.

    A shell that only scripts would fill is None too: there is no article, and nothing that bars it.
    """
    words = len(text.split())
    if words >= TITLED_WORDS:
        return None
    for kind in ("challenge", "soft404", "cookie", "login"):
        if _matches(kind, "title", title.strip()) and (words < WALL_WORDS or _matches(kind, "text", visible)):
            return kind
    if words >= WALL_WORDS:
        return None
    crowded = len(visible.split()) > CROWDED_WORDS
    if words < TEASER_WORDS and _matches("challenge", "markup", markup) and not (text and crowded):
        return "challenge"
    for kind in ("consent", "challenge", "soft404", "login", "cookie"):
        if _matches(kind, "text", text if words >= TEASER_WORDS or (text and crowded) else visible):
            return kind
    return "paywall" if words < TEASER_WORDS and _matches("paywall", "text", visible) else None


def is_shell(visible: str) -> bool:
    """Whether the page says that scripts would fill it."""
    return _matches("shell", "text", visible)


def is_teaser(text: str, after: str, *, is_free: bool | None, said_words: int | None) -> bool:
    """Whether the text is only an article's beginning: `after` are the page's words outside it."""
    words = len(text.split())
    counts_letters = said_words and WHOLE_SHARE * len(text) < said_words < 2 * len(text)  # as one large outlet's pages do
    if said_words and words < WHOLE_SHARE * said_words and not counts_letters:
        return True
    if is_free is False and words < TEASED_WORDS:
        return True
    return words < TEASED_WORDS and (bool(_ELLIPSIS.search(text)) or _matches("paywall", "text", after))
