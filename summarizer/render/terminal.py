"""Report -> the terminal. The only importer of rich. Text of others is shown as Text, never as markup."""

from datetime import UTC, datetime

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from summarizer.facts.figures import group_facts
from summarizer.models import Call, Report
from summarizer.render.parts import (
    LOOK,
    describe_analyst,
    describe_article,
    describe_target,
    list_evidence,
)
from summarizer.text.spans import clean

_LEVEL = {"high": "green", "medium": "yellow", "low": "red"}
MAX_WIDTH = 120  # longer lines are hard to read
_TABLE_WIDTH = 64  # in fewer columns a call's reasons stand below it, not beside it


def print_report(report: Report, *, evidence: bool = False, now: datetime | None = None) -> None:
    """The report on stdout, readable from 40 columns up. `now` is the reader's time: the head tells the article's age."""
    console = Console(highlight=False)
    console.width = min(console.width, MAX_WIDTH)
    now = now or datetime.now(UTC)
    _head(console, report, now)
    if report.summary:
        console.print(Text(clean(report.summary)))
    console.print()
    _calls(console, report)
    _facts(console, report, evidence)
    _judgement(console, report)
    _foot(console, report)


def _head(console: Console, report: Report, now: datetime) -> None:
    article = report.article
    console.print(Text(clean(article.title or "Untitled article"), style="bold"))
    if about := describe_article(article, now):
        console.print(Text(clean(" · ".join(about)), style="dim"))
    passed = sorted({call.until for call in report.calls if call.until and call.until < now.date()})
    if passed:  # every call has the same last day but where the article names an event
        days = " and ".join(f"{day:%d %b %Y}" for day in dict.fromkeys((passed[0], passed[-1])))
        console.print(
            Text(f"Its time passed on {days}: the calls below are history.", style="yellow")
        )
    if report.flags:
        console.print(
            Text(
                "Flags: " + ", ".join(clean(flag).replace("_", " ") for flag in report.flags),
                style="yellow",
            )
        )
    console.print()


def _calls(console: Console, report: Report) -> None:
    if not report.calls:
        console.print(Text("No call: the article is materially about no asset.", style="dim"))
        console.print()
        return
    is_narrow = console.width < _TABLE_WIDTH
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("Asset", "Call", "Target", "Conf."):
        table.add_column(name, no_wrap=True, header_style="bold")
    table.add_column("Why", header_style="bold", ratio=1)
    for call in report.calls:
        mark, colour = LOOK[call.direction]
        why = Text(clean(call.rationale))
        said = Text(f"{mark} {call.direction}", style=colour)
        if is_narrow:
            console.print(
                Text(" ").join(
                    [
                        Text(clean(call.asset)),
                        said,
                        _target(call, report, " "),
                        Text(f"{call.confidence:.0%}"),
                    ]
                )
            )
            console.print(Padding(why, (0, 0, 0, 2)))
        else:
            table.add_row(
                Text(clean(call.asset)), said, _target(call, report), f"{call.confidence:.0%}", why
            )
    if not is_narrow:
        console.print(table)
    console.print()


def _target(call: Call, report: Report, gap: str = "\n") -> Text:
    said, away = describe_target(call, report.facts, gap)
    return Text(said).append(away, style="dim")


def _facts(console: Console, report: Report, evidence: bool) -> None:
    for name, rows in group_facts(report.facts):
        console.print(Text(name, style="bold"))
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(no_wrap=True, min_width=16)
        table.add_column(ratio=1)
        for kind, said in rows:
            table.add_row(Text(kind, style="cyan"), Text(clean(said)))
        console.print(Padding(table, (0, 0, 0, 2)))
    if evidence:
        _evidence(console, report)
    console.print()


def _evidence(console: Console, report: Report) -> None:
    console.print(Text("Evidence", style="bold"))
    for what, part in list_evidence(report):
        line = Text(clean(what)).append(
            f"  “{clean(part.quote)}” [{part.start}:{part.end}]", style="dim"
        )
        console.print(Padding(line, (0, 0, 0, 2)))


def _judgement(console: Console, report: Report) -> None:
    _, colour = LOOK[report.overall.direction]
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(ratio=1)
    table.add_row(
        Text("Overall", style="bold"),
        Text(f"{report.overall.direction}", style=colour).append(
            f" ({report.overall.confidence:.0%})", style="dim"
        ),
    )
    table.add_row(
        Text("Timeframe", style="bold"),
        Text(report.timeframe.horizon.replace("_", " ")).append(
            f": {clean(report.timeframe.rationale)}"
        ),
    )
    table.add_row(
        Text("Credibility", style="bold"),
        Text(report.credibility.level, style=_LEVEL[report.credibility.level]).append(
            f": {clean(report.credibility.note)}", style="default"
        ),
    )
    if report.narratives:
        table.add_row(
            Text("Narratives", style="bold"),
            Text(", ".join(n.name.replace("_", " ") for n in report.narratives)),
        )
    for finding in report.findings:
        if finding.verdict != "supported":
            table.add_row(
                Text("Finding", style="bold yellow"),
                Text(f"{finding.verdict}: {clean(finding.detail)}"),
            )
    console.print(table)


def _foot(console: Console, report: Report) -> None:
    console.print(Text(clean(" · ".join(describe_analyst(report.analyst))), style="dim"))


def print_weights(weighed: dict[str, list[tuple[str, float, str]]], rows: int = 12) -> None:
    """What the embedded analyst weighed for each asset, the strongest first, and the sum. Above 0 is bullish."""
    console = Console(highlight=False)
    for asset, pieces in weighed.items():
        console.print()
        console.print(
            Text(f"{clean(asset)}: sum {sum(pull for _, pull, _ in pieces):+.2f}", style="bold")
        )
        table = Table.grid(padding=(0, 2, 0, 0))
        for name, pull, words in pieces[:rows]:
            table.add_row(
                f"{pull:+.2f}", Text(name.replace("_", " ")), Text(clean(words)[:90], style="dim")
            )
        console.print(table)
        if len(pieces) > rows:
            console.print(Text(f"and {len(pieces) - rows} weaker pieces", style="dim"))
