"""Pages that stand where an article should: challenges, consent and login walls, missing pages, shells; and teasers."""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from summarizer.page.furniture import count_words

WALLS = Path(__file__).parents[1] / "data" / "walls.tsv"
WALL_WORDS = 120  # an article text of so many words is an article, whatever else the page says
BRIEF_WORDS = 60  # a text of fewer words, on a page that says of itself nothing that articles' pages do, may be a notice
VOTES = 2  # different words of one kind of wall
CROWDED_WORDS = 200  # a page with so many words beside a brief article is a whole page, its cookie notice a banner
TITLED_WORDS = (
    350  # the same where the page's very title names the wall: missing pages list other stories
)
TEASER_WORDS = 25  # with fewer words before a paywall there is nothing to report on
TEASED_WORDS = 400  # an article marked as not free is whole where it has more
WHOLE_SHARE = 0.7  # of the word count that the page gives for itself

_NEWS = re.compile(
    r"\d%|[$€£¥]\s?\d|\d{3}|\b(?:bitcoin|ether(?:eum)?|crypto\w*|blockchain|tokens?|coins?|stablecoins?|nfts?|defi|exchange)\b",
    re.I,
)
_ELLIPSIS = re.compile(r"(?:\[(?:…|\.\.\.)\]|…|\.\.\.)[\s”\"’)]*$")


@cache
def _patterns() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    rows = (
        line.split("\t")
        for line in WALLS.read_text("utf-8").splitlines()
        if "\t" in line and not line.startswith("#")
    )
    return tuple((kind, where, re.compile(pattern, re.I)) for kind, where, pattern in rows)


def _matches(kind: str, where: str, text: str) -> bool:
    return any(
        pattern.search(text)
        for name, place, pattern in _patterns()
        if (name, place) == (kind, where)
    )


def find_wall(
    titles: Sequence[str], visible: str, markup: str, text: str, *, is_typed: bool = False
) -> str | None:
    """The kind of wall that the page is, as the end of a `wall_<kind>` code, or None. `titles` are the page's names for itself,
    `text` was found as the article; `is_typed` is whether the page declares itself an article, or gives it a date.

    A shell that only scripts would fill is None too: there is no article, and nothing that bars it.
    """
    words = count_words(text)
    if words >= TITLED_WORDS:
        return None
    for kind in ("challenge", "soft404", "cookie", "login", "consent"):
        if any(_matches(kind, "title", title.strip()) for title in titles) and (
            words < WALL_WORDS or _matches(kind, "text", visible)
        ):
            return kind
    if words >= WALL_WORDS:
        return None
    crowded = count_words(visible) > CROWDED_WORDS
    if words < TEASER_WORDS and _matches("challenge", "markup", markup) and not (text and crowded):
        return "challenge"
    for kind in ("consent", "challenge", "soft404", "login", "cookie"):
        whole = words >= TEASER_WORDS or (
            text and crowded
        )  # then what is around it does not count, and one phrase is too little
        if _matches(kind, "text", text if whole else visible) and (not whole or _vote(text)):
            return kind
    if words < TEASER_WORDS and _matches("paywall", "text", visible):
        return "paywall"
    return (
        None
        if (is_typed and words >= TEASER_WORDS) or crowded or words >= BRIEF_WORDS
        else _vote(f"{' '.join(titles)} {visible}")
    )


def _vote(said: str) -> str | None:
    """The kind whose words the few words of a page are, where they speak to the reader; a brief on the news does not."""
    votes = {
        kind: len({found.lower() for found in pattern.findall(said)})
        for kind, place, pattern in _patterns()
        if place == "vote"
    }
    if not votes.pop("reader"):
        return None
    kind = max(votes, key=lambda name: votes[name])
    return kind if votes[kind] >= VOTES else None


def is_notice(text: str) -> bool:
    """Whether words are said to their reader."""
    return _matches("second", "text", text)


def is_news(text: str) -> bool:
    """Whether the few words of a page that declares nothing can be news: they hold a figure, or speak of the trade."""
    return _NEWS.search(text) is not None


def is_shell(visible: str) -> bool:
    """Whether the page says that scripts would fill it."""
    return _matches("shell", "text", visible)


def is_teaser(text: str, after: str, *, is_free: bool | None, said_words: int | None) -> bool:
    """Whether the text is only an article's beginning: `after` are the page's words outside it."""
    words = count_words(text)
    counts_letters = said_words and WHOLE_SHARE * len(text) < said_words < 2 * len(
        text
    )  # as one large outlet's pages do
    if said_words and words < WHOLE_SHARE * said_words and not counts_letters:
        return True
    if is_free is False and words < TEASED_WORDS:
        return True
    return words < TEASED_WORDS and (
        bool(_ELLIPSIS.search(text)) or _matches("paywall", "text", after)
    )
