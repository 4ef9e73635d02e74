"""A Digest as people read it: in the terminal and as Markdown."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from summarizer.figures import format_value
from summarizer.models import AssetView, Digest, DigestStory, Figure
from summarizer.render.markdown import escape
from summarizer.render.terminal import MAX_WIDTH
from summarizer.spans import clean
from summarizer.urls import is_web

_LOOK = {"bullish": ("▲", "green"), "bearish": ("▼", "red"), "neutral": ("■", "yellow")}
_TOP_ASSETS = 15  # rows on a screen; --json has them all


def _head(digest: Digest) -> str:
    return f"{digest.since:%d %b %H:%M} to {digest.until:%d %b %Y %H:%M} UTC · {digest.articles} articles · {len(digest.assets)} assets"


def _counts(view: AssetView) -> str:
    return f"{view.bullish} up, {view.bearish} down, {view.neutral} flat"


def _figure(figure: Figure) -> str:
    said = f"{figure.subject} {figure.kind.replace('_', ' ')} {format_value(figure.value, figure.unit)}"
    return said + (f" {figure.period}" if figure.period else "") + (f" ({figure.outlets} outlets)" if figure.outlets > 1 else "")


def _told_by(story: DigestStory) -> str:
    names = list(dict.fromkeys(outlet.name for outlet in story.outlets))
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")


def print_digest(digest: Digest) -> None:
    """The digest on stdout."""
    console = Console(highlight=False)
    console.width = min(console.width, MAX_WIDTH)
    console.print(Text(_head(digest), style="bold"))
    if not digest.articles:
        console.print(Text("No article in this period.", style="dim"))
        return
    console.print()
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("Asset", "View", "", "Stories"):
        table.add_column(name, no_wrap=True, header_style="bold")
    table.add_column("Against it", header_style="bold", ratio=1)
    for view in digest.assets[:_TOP_ASSETS]:
        mark, colour = _LOOK[view.direction]
        against = "; ".join(f"{clean(part.outlet.name)}: {clean(part.title)}" for part in view.dissent[:2])
        look = Text(f"{mark} {view.direction}", style=colour)
        table.add_row(Text(clean(view.asset)), look, f"{view.view:+.2f}", _counts(view), Text(against, style="dim"))
    console.print(table)
    for name, figures in (("Levels", digest.levels), ("Flows and events", digest.flows)):
        if figures:
            console.print()
            console.print(Text(name, style="bold"))
            for figure in figures:
                console.print(Text(f"  {clean(_figure(figure))}"))
    console.print()
    console.print(Text("Top stories", style="bold"))
    for number, story in enumerate(digest.stories, 1):
        console.print(Text(f"{number}. {clean(story.title)}", style="bold"))
        console.print(Text(f"   {clean(story.summary)}"))
        about = f"   {clean(_told_by(story))} · credibility {story.credibility}"
        about += f" · told by {story.corroboration} outlets" if story.corroboration > 1 else ""
        console.print(Text(about, style="dim"))
        if url := next((outlet.url for outlet in story.outlets if is_web(outlet.url)), None):
            console.print(Text(f"   {clean(url)}", style="dim"), soft_wrap=True)


def render_digest(digest: Digest) -> str:
    """The digest as a Markdown note."""
    lines = [f"# Crypto digest, {digest.until:%d %b %Y}", "", escape(_head(digest)), ""]
    if digest.assets:
        lines += ["| asset | view | | stories | against it |", "| --- | --- | --- | --- | --- |"]
        for view in digest.assets[:_TOP_ASSETS]:
            against = "; ".join(f"{part.outlet.name}: {part.title}" for part in view.dissent[:2])
            lines.append(f"| {escape(view.asset)} | {view.direction} | {view.view:+.2f} | {_counts(view)} | {escape(against)} |")
        lines.append("")
    for name, figures in (("Levels", digest.levels), ("Flows and events", digest.flows)):
        if figures:
            lines += [f"## {name}", "", *(f"- {escape(_figure(figure))}" for figure in figures), ""]
    if digest.stories:
        lines += ["## Top stories", ""]
    for number, story in enumerate(digest.stories, 1):
        lines += [f"{number}. **{escape(story.title)}** {escape(story.summary)}", f"   {_links(story)} · credibility {story.credibility}"]
    return "\n".join(lines).rstrip() + "\n"


def _links(story: DigestStory) -> str:
    """Each outlet once, linked where its address is one of the web."""
    told: dict[str, str] = {}
    for outlet in story.outlets:
        safe = is_web(outlet.url) and not set("<>\\ \n") & set(str(outlet.url))
        told.setdefault(outlet.name, f"[{escape(outlet.name)}](<{clean(str(outlet.url))}>)" if safe else escape(outlet.name))
    return ", ".join(told.values())
