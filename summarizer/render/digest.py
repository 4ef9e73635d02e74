"""A Digest as people read it: in the terminal and as Markdown."""

import textwrap
from collections import defaultdict
from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from summarizer.facts.figures import format_value
from summarizer.models import AssetView, Digest, DigestStory, Figure
from summarizer.render.markdown import escape
from summarizer.render.parts import LOOK
from summarizer.render.terminal import MAX_WIDTH
from summarizer.text.spans import clean
from summarizer.web.urls import is_web

_COLUMNS = ("Asset", "View", "", "Stories", "Up/Down/Flat")
_NARROW = 60  # columns below which a view is its mark alone
_TOP_ASSETS = 15  # rows on a screen; --json has them all
_ARGUED = 5  # assets whose dissent is told, with two voices each
_ON_A_LINE = 5  # figures of one kind


def _head(digest: Digest) -> str:
    start = (
        f"{digest.since:%d %b %Y %H:%M}"
        if digest.since.year != digest.until.year
        else f"{digest.since:%d %b %H:%M}"
    )
    counts = (
        f"{count} {name}{'' if count == 1 else 's'}"
        for count, name in ((digest.articles, "article"), (len(digest.assets), "asset"))
    )
    return f"{start} to {digest.until:%d %b %Y %H:%M} UTC · {' · '.join(counts)}"


def _counts(view: AssetView) -> tuple[str, ...]:
    return f"{view.view:+.2f}", str(view.stories), f"{view.bullish}/{view.bearish}/{view.neutral}"


def _dissent(views: Iterable[AssetView]) -> Iterator[str]:
    """`BTC bearish, a.example: Its headline`, for the assets that most stories speak of."""
    for view in [view for view in views if view.dissent][:_ARGUED]:
        yield from (
            f"{view.asset} {part.direction}, {part.outlet.name}: {part.title}"
            for part in view.dissent[:2]
        )


def _figures(figures: Iterable[Figure]) -> list[str]:
    """A line for each subject and kind: `BTC support level: $58,000 (3 outlets), $55,000`."""
    lines: defaultdict[str, list[str]] = defaultdict(list)
    for figure in figures:
        outlets = f" ({figure.outlets} outlets)" if figure.outlets > 1 else ""
        period = f" {figure.period}" if figure.period else ""
        lines[f"{figure.subject} {figure.kind.replace('_', ' ')}"].append(
            f"{format_value(figure.value, figure.unit)}{period}{outlets}"
        )
    return [f"{name}: {', '.join(values[:_ON_A_LINE])}" for name, values in lines.items()]


def _about(story: DigestStory) -> str:
    """`told by 3 outlets · BTC ▲, ETH ▼ · credibility high`: the strongest views."""
    views = sorted(story.views.items(), key=lambda view: -abs(view[1]))[:3]
    marks = ", ".join(
        f"{name} {'▲' if view > 0 else '▼' if view < 0 else '■'}" for name, view in views
    )
    told = f"told by {story.corroboration} outlets" if story.corroboration > 1 else ""
    return " · ".join(part for part in (told, marks, f"credibility {story.credibility}") if part)


def _lists(digest: Digest) -> Iterator[tuple[str, list[str]]]:
    for name, lines in (
        ("Against the view", list(_dissent(digest.assets))),
        ("Levels", _figures(digest.levels)),
        ("Flows and events", _figures(digest.flows)),
    ):
        if lines:
            yield name, lines


def print_digest(digest: Digest) -> None:
    """The digest on stdout."""
    console = Console(highlight=False)
    console.width = min(console.width, MAX_WIDTH)

    def tell(words: str, style: str = "", first: str = "   ") -> None:
        lines = textwrap.wrap(
            clean(words),
            console.width,
            initial_indent=first,
            subsequent_indent=" " * max(len(first), 3),
        )
        console.print(Text("\n".join(lines), style=style))

    console.print(Text(_head(digest), style="bold"))
    if not digest.articles:
        console.print(Text("No article in this period.", style="dim"))
        return
    console.print()
    narrow = console.width < _NARROW
    table = Table(box=None, pad_edge=False, padding=(0, 1 if narrow else 2, 0, 0))
    for name in _COLUMNS:
        table.add_column(
            name,
            no_wrap=True,
            header_style="bold",
            justify="left" if name in ("Asset", "View") else "right",
        )
    for view in digest.assets[:_TOP_ASSETS]:
        mark, colour = LOOK[view.direction]
        table.add_row(
            Text(clean(view.asset)),
            Text(mark if narrow else f"{mark} {view.direction}", style=colour),
            *_counts(view),
        )
    console.print(table)
    for name, lines in _lists(digest):
        console.print(Text(f"\n{name}", style="bold"))
        for line in lines:
            tell(line, first="  · ")
    console.print(Text("\nTop stories", style="bold"))
    for number, story in enumerate(digest.stories, 1):
        tell(story.title, "bold", first=f"{number}. ")
        tell(story.summary)
        tell(_about(story), "dim")
        for url in list(
            dict.fromkeys(str(outlet.url) for outlet in story.outlets if is_web(outlet.url))
        )[:3]:
            console.print(Text(f"   {clean(url)}", style="dim"), soft_wrap=True)


def render_digest(digest: Digest) -> str:
    """The digest as a Markdown note."""
    lines = [f"# Crypto digest, {digest.until:%d %b %Y}", "", escape(_head(digest)), ""]
    if digest.assets:
        lines += [f"| {' | '.join(_COLUMNS)} |", "| --- | --- |" + " ---: |" * (len(_COLUMNS) - 2)]
        for view in digest.assets[:_TOP_ASSETS]:
            lines.append(f"| {' | '.join((escape(view.asset), view.direction, *_counts(view)))} |")
        lines.append("")
    for name, told in _lists(digest):
        lines += [f"## {name}", "", *(f"- {escape(line)}" for line in told), ""]
    if digest.stories:
        lines += ["## Top stories", ""]
    for number, story in enumerate(digest.stories, 1):
        lines += [
            f"{number}. **{escape(story.title)}** {escape(story.summary)}",
            f"   {_links(story)} · {escape(_about(story))}",
        ]
    return "\n".join(lines).rstrip() + "\n"


def _links(story: DigestStory) -> str:
    """Each outlet once, linked where its address is one of the web."""
    told: dict[str, str] = {}
    for outlet in story.outlets:
        safe = is_web(outlet.url) and not set("<>\\ \n") & set(str(outlet.url))
        told.setdefault(
            outlet.name,
            f"[{escape(outlet.name)}](<{clean(str(outlet.url))}>)" if safe else escape(outlet.name),
        )
    return ", ".join(told.values())
