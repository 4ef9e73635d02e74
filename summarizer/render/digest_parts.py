"""Wording that both forms of a digest share, the terminal's and the Markdown note."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from summarizer.facts.figures import format_value, spell
from summarizer.models import AssetView, Digest, DigestStory, Figure
from summarizer.render.parts import count_things
from summarizer.text.spans import clean
from summarizer.web.urls import is_web

COLUMNS = ("Asset", "View", "", "Stories", "Up/Down/Flat")
TOP_ASSETS = 15  # rows of the table; --json has them all
_MARKS = {1: "▲", 0: "■", -1: "▼"}  # by the sign of a view
_ARGUED = 5  # assets whose dissent is told, with two voices each
_ON_A_LINE = 5  # figures of one kind


def list_outlets(story: DigestStory) -> dict[str, str | None]:
    """The story's outlets by name, each with its address if a Markdown link may lead there."""
    links: dict[str, str | None] = {}
    for outlet in story.outlets:
        is_safe = is_web(outlet.url) and not set("<>\\ \n") & set(str(outlet.url))
        links.setdefault(outlet.name, clean(str(outlet.url)) if is_safe else None)
    return links


def describe_period(digest: Digest) -> str:
    """`09 Feb 12:00 to 10 Feb 2026 12:00 UTC · 17 articles · 4 assets`."""
    year = "" if digest.since.year == digest.until.year else " %Y"
    period = f"{digest.since:%d %b{year} %H:%M} to {digest.until:%d %b %Y %H:%M} UTC"
    articles = count_things(digest.articles, "article")
    return f"{period} · {articles} · {count_things(len(digest.assets), 'asset')}"


def count_stories(view: AssetView) -> tuple[str, ...]:
    """The last three columns of an asset's row: its view, its stories, and how they are divided."""
    return f"{view.view:+.2f}", str(view.stories), f"{view.bullish}/{view.bearish}/{view.neutral}"


def list_sections(digest: Digest) -> list[tuple[str, list[str]]]:
    """The lists of a digest that hold something, each with its name."""
    sections = {
        "Against the view": list(_list_dissent(digest.assets)),
        "Levels": _list_figures(digest.levels),
        "Flows and events": _list_figures(digest.flows),
    }
    return [(name, lines) for name, lines in sections.items() if lines]


def _list_dissent(views: Iterable[AssetView]) -> Iterator[str]:
    """`BTC bearish, a.example: Its headline`, for the assets that most stories speak of."""
    for view in [view for view in views if view.dissent][:_ARGUED]:
        for voice in view.dissent[:2]:
            yield f"{view.asset} {voice.direction}, {voice.outlet.name}: {voice.title}"


def _list_figures(figures: Iterable[Figure]) -> list[str]:
    """A line for each subject and kind: `BTC support level: $58,000 (3 outlets), $55,000`."""
    lines: defaultdict[str, list[str]] = defaultdict(list)
    for figure in figures:
        period = f" {figure.period}" if figure.period else ""
        outlets = f" ({figure.outlets} outlets)" if figure.outlets > 1 else ""
        shown = f"{format_value(figure.value, figure.unit)}{period}{outlets}"
        lines[f"{figure.subject} {spell(figure.kind)}"].append(shown)
    return [f"{name}: {', '.join(values[:_ON_A_LINE])}" for name, values in lines.items()]


def describe_story(story: DigestStory) -> str:
    """`told by 3 outlets · BTC ▲, ETH ▼ · credibility high`, with the three strongest views."""
    views = sorted(story.views.items(), key=lambda view: -abs(view[1]))[:3]
    marks = ", ".join(f"{asset} {_MARKS[(view > 0) - (view < 0)]}" for asset, view in views)
    outlets = f"told by {story.corroboration} outlets" if story.corroboration > 1 else ""
    return " · ".join(filter(None, (outlets, marks, f"credibility {story.credibility}")))
