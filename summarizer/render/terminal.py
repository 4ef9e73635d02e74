"""Report, weights or Digest -> the terminal. Only this file and two of cli/ import rich.

All words are shown as rich's Text: what looks like its markup stays as it is written.
"""

import textwrap
from collections.abc import Iterator
from datetime import UTC, datetime

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Column, Table
from rich.text import Text

from summarizer.facts.figures import group_facts, spell
from summarizer.models import Report
from summarizer.overviews import Digest
from summarizer.render import parts
from summarizer.text.spans import clean
from summarizer.web.urls import is_web

MAX_WIDTH = 120  # longer lines are hard to read
_CALLS_WIDTH = 64  # in fewer columns a call's reasons stand below it, not beside it
_DIGEST_WIDTH = 60  # in fewer columns an asset's view is its mark alone
_MAX_REASONS = 12  # of one asset
_LEVEL = {"high": "green", "medium": "yellow", "low": "red"}

Parts = Iterator[RenderableType]


def print_report(
    report: Report,
    *,
    evidence: bool = False,
    show_all: bool = False,
    now: datetime | None = None,
) -> None:
    """The report on stdout, readable from 40 columns up.

    `now` is the reader's time: the head tells the article's age.
    """
    report = parts.choose_facts(report, show_all)
    console = _open_console()
    _print(console, *_show_head(report, now or datetime.now(UTC)), "")
    if report.summary:
        console.print(_text(report.summary))
    _print(console, "", *_show_calls(report, is_narrow=console.width < _CALLS_WIDTH), "")
    _print(console, *_show_facts(report))
    if evidence:
        _print(console, *_show_evidence(report))
    foot = _text(" · ".join(parts.describe_analyst(report.analyst)), "dim")
    _print(console, "", _tabulate_judgement(report), foot)


def _open_console() -> Console:
    console = Console(highlight=False)
    console.width = min(console.width, MAX_WIDTH)
    return console


def _print(console: Console, *shown: RenderableType) -> None:
    for part in shown:
        console.print(part)


def _text(words: str, style: str = "") -> Text:
    return Text(clean(words), style)


def _indent(part: RenderableType) -> Padding:
    return Padding(part, (0, 0, 0, 2))


def _make_grid(min_width: int | None = None) -> Table:
    """Two columns: names, and words that may take several lines."""
    names = Column(no_wrap=True, min_width=min_width)
    return Table.grid(names, Column(ratio=1), padding=(0, 2, 0, 0))


def _make_table(*columns: Column, gap: int = 2) -> Table:
    return Table(*columns, box=None, pad_edge=False, padding=(0, gap, 0, 0))


def _show_head(report: Report, now: datetime) -> Parts:
    article, about = report.article, " · ".join(parts.describe_article(report.article, now))
    is_named = bool(article.title or article.text)
    yield _text(article.name if is_named else about or article.name, "bold")
    if is_named and about:
        yield _text(about, "dim")
    if is_web(report.article.url):
        yield Text(clean(str(report.article.url)), "dim", no_wrap=True, overflow="ignore")
    ends = (call.until for call in report.calls if call.until)
    passed = sorted(day for day in ends if day < now.date())
    if passed:  # every call has the same last day but where the article names an event
        days = " and ".join(f"{day:%d %b %Y}" for day in dict.fromkeys((passed[0], passed[-1])))
        yield _text(f"Its time passed on {days}: the calls below are history.", "yellow")
    if warning := parts.describe_payment(report):
        yield _text(warning, "yellow")
    if report.flags:
        yield _text(f"Flags: {', '.join(map(spell, report.flags))}", "yellow")


def _show_calls(report: Report, *, is_narrow: bool) -> Parts:
    columns = [Column(name, no_wrap=True) for name in ("Asset", "Call", "Target", "Conf.")]
    table = _make_table(*columns, Column("Why", ratio=1))
    for call in report.calls:
        mark, colour = parts.LOOK[call.direction]
        target, away = parts.describe_target(call, report.facts)
        gap = " " if is_narrow else "\n"
        cells = [
            _text(call.asset),
            Text(f"{mark} {call.direction}", colour),
            Text(target).append(f"{gap}{away}" if away else "", "dim"),
            Text(f"{call.confidence:.0%}"),
        ]
        why = _text(call.rationale)
        table.add_row(*cells, why)
        if is_narrow:
            yield Text(" ").join(cells)
            yield _indent(why)
    if report.calls and not is_narrow:
        yield table
    if words := parts.describe_no_call(report):
        yield _text(words, "dim")


def _show_facts(report: Report) -> Parts:
    for name, rows in group_facts(report.facts):
        yield _text(name, "bold")
        grid = _make_grid(min_width=16)
        for kind, figures in rows:
            grid.add_row(_text(kind, "cyan"), _text(figures))
        yield _indent(grid)


def _show_evidence(report: Report) -> Parts:
    yield _text("Evidence", "bold")
    for name, part in parts.list_evidence(report):
        place = f"  “{clean(part.quote)}” [{part.start}:{part.end}]"
        yield _indent(_text(name).append(place, "dim"))


def _tabulate_judgement(report: Report) -> Table:
    overall, timeframe, credibility = report.overall, report.timeframe, report.credibility
    direction = _text(overall.direction, parts.LOOK[overall.direction][1])
    level = _text(credibility.level, _LEVEL[credibility.level])
    grid = _make_grid()

    def add_row(name: str, words: Text, style: str = "bold") -> None:
        grid.add_row(_text(name, style), words)

    if parts.is_news(report):
        add_row("Overall", direction.append(f" ({overall.confidence:.0%})", "dim"))
        parts_of_time = filter(None, (spell(timeframe.horizon), timeframe.rationale))
        add_row("Timeframe", _text(": ".join(parts_of_time)))
    note = f": {clean(credibility.note)}" if credibility.note else ""
    add_row("Credibility", level.append(note, "default"))
    if report.narratives:
        add_row("Narratives", _text(", ".join(spell(theme.name) for theme in report.narratives)))
    for doubt in parts.list_doubts(report):
        add_row("Finding", _text(f"{doubt.verdict}: {doubt.detail}"), "bold yellow")
    return grid


def print_weights(weights: dict[str, list[tuple[str, float, str]]]) -> None:
    """What the embedded analyst weighed for each asset, the strongest first, and the sum.

    A weight above 0 is bullish.
    """
    console = Console(highlight=False)
    for asset, reasons in weights.items():
        total = sum(weight for _, weight, _ in reasons)
        grid = Table.grid(padding=(0, 2, 0, 0))
        for name, weight, words in reasons[:_MAX_REASONS]:
            grid.add_row(f"{weight:+.2f}", _text(spell(name)), _text(clean(words)[:90], "dim"))
        _print(console, "", _text(f"{asset}: sum {total:+.2f}", "bold"), grid)
        if (more := len(reasons) - _MAX_REASONS) > 0:
            console.print(_text(f"and {more} weaker pieces", "dim"))


def print_digest(digest: Digest) -> None:
    """The digest on stdout."""
    console = _open_console()
    console.print(_text(parts.describe_period(digest), "bold"))
    if not digest.articles:
        console.print(Text("No article in this period.", "dim"))
        return
    _print(console, "", _tabulate_views(digest, is_narrow=console.width < _DIGEST_WIDTH))
    for name, lines in parts.list_sections(digest):
        wrapped = (_wrap(line, console.width, first="  · ") for line in lines)
        _print(console, Text(f"\n{name}", "bold"), *wrapped)
    console.print(Text("\nTop stories", "bold"))
    for number, story in enumerate(digest.stories, 1):
        _print(
            console,
            _wrap(story.title, console.width, "bold", first=f"{number}. "),
            _wrap(story.summary, console.width),
            _wrap(parts.describe_story(story), console.width, "dim"),
        )
        urls = dict.fromkeys(outlet.url for outlet in story.outlets if is_web(outlet.url))
        for url in list(urls)[:3]:
            console.print(_text(f"   {url}", "dim"), soft_wrap=True)


def _tabulate_views(digest: Digest, *, is_narrow: bool) -> Table:
    columns = [
        Column(name, no_wrap=True, justify="right" if number > 1 else "left")
        for number, name in enumerate(parts.COLUMNS)
    ]
    table = _make_table(*columns, gap=1 if is_narrow else 2)
    for view in digest.assets[: parts.TOP_ASSETS]:
        mark, colour = parts.LOOK[view.direction]
        direction = Text(mark if is_narrow else f"{mark} {view.direction}", colour)
        table.add_row(_text(view.asset), direction, *parts.count_stories(view))
    return table


def _wrap(words: str, width: int, style: str = "", first: str = "   ") -> Text:
    """The words in lines of `width`, those after the first indented."""
    rest = " " * max(len(first), 3)
    lines = textwrap.wrap(clean(words), width, initial_indent=first, subsequent_indent=rest)
    return Text("\n".join(lines), style)
