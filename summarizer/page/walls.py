"""Pages that stand where an article should: robot checks, consent and login walls, missing pages,
pages that are empty until a script runs; and previews of articles that are sold.

Their wording is data, in `data/walls.tsv`.
"""

import re
from dataclasses import dataclass

from summarizer.page.rules import load_rule
from summarizer.page.words import count_words

WALL_WORDS = 120  # an article text of so many words is an article, whatever else the page says
# The same where the page's very title names the wall: missing pages list other stories.
TITLED_WORDS = 350
# A text of fewer words, on a page that says of itself nothing that articles' pages do, may be a
# notice.
BRIEF_WORDS = 60
TEASER_WORDS = 25  # with fewer words before a paywall there is nothing to report on
VOTES = 2  # different words of one kind of wall
# A page with more words beside a brief article is a whole page, and its cookie notice a banner.
CROWDED_WORDS = 200
TEASED_WORDS = 400  # an article marked as not free is whole where it has more
WHOLE_SHARE = 0.7  # of the word count that the page gives for itself

# Kinds of wall in the order in which they are looked for: the surer the words, the earlier.
_TITLED = ("challenge", "soft404", "cookie", "login", "consent")
_WORDED = ("consent", "challenge", "soft404", "login", "cookie")
_VOTED = ("challenge", "cookie", "soft404", "login", "consent", "paywall")
_NEWS = re.compile(
    r"""\d%|[$€£¥]\s?\d|\d{3}  # a figure
    |\b(?:bitcoin|ether(?:eum)?|crypto\w*|blockchain|tokens?|coins?|stablecoins?|nfts?|defi|exchange)\b
    """,
    re.I | re.VERBOSE,
)
_ELLIPSIS = re.compile(r"(?:\[(?:…|\.\.\.)\]|…|\.\.\.)[\s”\"’)]*$")


@dataclass(frozen=True)
class PageView:
    """A page as its visitor sees it, beside what was found on it as the article."""

    title: str  # of the window
    heading: str  # the first h1
    visible: str  # every word of the page
    markup: str
    text: str  # of the article
    is_typed: bool  # whether the page declares itself an article, or gives it a date

    @property
    def words(self) -> int:
        """Words of the article."""
        return count_words(self.text)

    @property
    def visible_words(self) -> int:
        return count_words(self.visible)

    @property
    def is_crowded(self) -> bool:
        return self.visible_words > CROWDED_WORDS

    @property
    def has_article(self) -> bool:
        """Whether the text is an article, if a brief one: then what stands around it does not
        count."""
        return self.words >= TEASER_WORDS or (bool(self.text) and self.is_crowded)


def find_wall(view: PageView) -> str | None:
    """The kind of wall that the page is, as the end of a `wall_<kind>` code, or None.

    A shell that only scripts would fill is None too: there is no article, and nothing that bars it.
    """
    if view.words >= TITLED_WORDS:
        return None
    titled = _find_by_title(view)
    if titled or view.words >= WALL_WORDS:
        return titled
    if not view.has_article and load_rule("challenge.markup").search(view.markup):
        return "challenge"
    return _find_by_words(view) or _find_by_votes(view)


def _find_by_title(view: PageView) -> str | None:
    """`<title>Just a moment...</title>`; above a longer text the page's other words must agree."""
    for kind in _TITLED:
        rule = load_rule(f"{kind}.title")
        if (rule.search(view.title) or rule.search(view.heading)) and (
            view.words < WALL_WORDS or load_rule(f"{kind}.text").search(view.visible)
        ):
            return kind
    return None


def _find_by_words(view: PageView) -> str | None:
    """`You have been blocked`; within what may be an article one phrase is too little."""
    text = view.text if view.has_article else view.visible
    if not view.has_article or _vote(text):
        for kind in _WORDED:
            if load_rule(f"{kind}.text").search(text):
                return kind
    is_teased = view.words < TEASER_WORDS and load_rule("paywall.text").search(view.visible)
    return "paywall" if is_teased else None


def _find_by_votes(view: PageView) -> str | None:
    """`Our firewall saw too many requests from your network`: worded as no product words it."""
    is_news_page = view.is_typed and view.words >= TEASER_WORDS
    if is_news_page or view.is_crowded or view.words >= BRIEF_WORDS:
        return None
    return _vote(f"{view.title} {view.heading} {view.visible}")


def _vote(text: str) -> str | None:
    """The kind with most of its words in a short text that speaks to its reader, as a brief on
    the news does not; None where that are too few."""
    if not load_rule("reader.vote").search(text):
        return None
    votes = {
        kind: len({word.lower() for word in load_rule(f"{kind}.vote").findall(text)})
        for kind in _VOTED
    }
    kind = max(votes, key=votes.__getitem__)
    return kind if votes[kind] >= VOTES else None


def is_notice(view: PageView) -> bool:
    """Whether a whole page that declares nothing of itself says too little to be news. A fragment
    of markup, which has no title, is an article because its sender says so."""
    if not view.title or view.is_typed or _NEWS.search(view.text):
        return False
    if view.words >= BRIEF_WORDS or view.visible_words >= CROWDED_WORDS:
        return False
    if view.words < TEASER_WORDS:
        return True
    is_addressed = load_rule("second.vote").search(view.text)
    return bool(is_addressed) and not _NEWS.search(f"{view.title} {view.heading}")


def is_shell(view: PageView) -> bool:
    """Whether the page says that scripts would fill it, and they have not."""
    return view.words < TEASER_WORDS and bool(load_rule("shell.text").search(view.visible))


def is_teaser(text: str, after: str, *, is_free: bool | None, stated_words: int | None) -> bool:
    """Whether the text is only an article's beginning. `after` are the page's words outside it,
    `stated_words` the length that the page gives for it."""
    words = count_words(text)
    stated = stated_words or 0
    counts_letters = WHOLE_SHARE * len(text) < stated < 2 * len(text)  # one large outlet does
    if words < WHOLE_SHARE * stated and not counts_letters:
        return True
    if words >= TEASED_WORDS:
        return False
    if is_free is False or _ELLIPSIS.search(text):
        return True
    return load_rule("paywall.text").search(after) is not None
