"""DIGEST -> MESSAGE: its title and its text, for chat, push and mail programs.

Chat programs give some characters a meaning: `@everyone` calls people, `<!here>` too, and
`[words](address)` is a link. Words of others lose them.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from summarizer.models import UNTITLED
from summarizer.overviews import AssetView, Digest, DigestStory
from summarizer.render.parts import LOOK, count_things, find_link
from summarizer.text.spans import clean, shorten_words

SHORT = 100  # characters of a story
MAX_STORIES = 10
MAX_ASSETS = 8
_NAMED = 3  # assets in a title
_TICKER = 12  # characters of an asset's name before a story
_PLAIN = str.maketrans("<>@[]`*~|\\", "‹›＠（）'∗∼∣∖")


class Message(NamedTuple):
    """What is sent: a title of one line, a text, and an HTML page to go with them."""

    title: str
    text: str
    page: str


def write_digest(digest: Digest) -> tuple[str, str]:
    """The title and the text of a digest's message.

    The text is a line for each asset, and for each story at most 100 characters and a link.
    """
    lines = [describe_view(view) for view in digest.assets[:MAX_ASSETS]]
    for story in digest.stories[:MAX_STORIES]:
        lines += ["", *_tell(story)]
    return f"Crypto digest, {digest.until:%d %b %Y}", "\n".join(lines).strip()


def write_news(digest: Digest, changes: Mapping[str, str | None]) -> tuple[str, str]:
    """The title and the text that tell of assets whose direction is another than before.

    `changes` are those assets with their former direction, None where there was none.
    """
    views = [view for view in digest.assets if view.asset in changes]
    names = [f"{plain(view.asset)} {view.direction}" for view in views]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    lines: list[str] = []
    told: set[str] = set()
    for view in views[:MAX_ASSETS]:
        before = changes[view.asset]
        lines += ["", describe_view(view) + (f", {before} before" if before else "")]
        story = find_reason(view, digest)
        if story and story.title not in told:
            told.add(story.title)
            lines += _tell(story)
    return ", ".join(names[:_NAMED]) + more, "\n".join(lines).strip()


def find_reason(view: AssetView, digest: Digest) -> DigestStory | None:
    """The weightiest story that sees the asset as the view does."""
    stories = (s for s in digest.stories if s.views.get(view.asset, 0.0) * view.view > 0)
    return next(stories, None)


def describe_view(view: AssetView) -> str:
    """`BTC ▼ bearish -0.34 (17 stories)`."""
    stories = count_things(view.stories, "story", "stories")
    mark = LOOK[view.direction][0]
    return f"{plain(view.asset)} {mark} {view.direction} {view.view:+.2f} ({stories})"


def _tell(story: DigestStory) -> Iterator[str]:
    yield shorten_story(story)
    links = (link for outlet in story.outlets if (link := find_link(outlet.url)))
    yield from list(links)[:1]


def shorten_story(story: DigestStory) -> str:
    """A story in at most 100 characters: what it sees most clearly, its title, cut at a word, and
    who tells it: `ETH ▲ Ether rallies (paper.example +2)`."""
    others = f" +{story.corroboration - 1}" if story.corroboration > 1 else ""
    outlet = plain(story.outlets[0].name)[: SHORT // 3] if story.outlets else ""
    end = f" ({outlet}{others})" if outlet else ""
    title = story.summary if story.title == UNTITLED else story.title
    asset, view = max(story.views.items(), key=lambda item: abs(item[1]), default=("", 0.0))
    mark = LOOK["bullish" if view > 0 else "bearish"][0]
    start = f"{plain(asset)[:_TICKER]} {mark} " if view else ""
    return start + shorten_words(plain(title), SHORT - len(start) - len(end)) + end


def plain(words: str) -> str:
    """Words of others on one line, without what a chat program reads as more than words.

    >>> plain("@everyone [free](http://x)")
    '＠everyone （free）(http://x)'
    """
    return " ".join(clean(words).split()).translate(_PLAIN)
