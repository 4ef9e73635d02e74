"""Report -> the terminal. The only importer of rich. Text of others is shown as Text, never as markup."""

from itertools import groupby

from rich.console import Console
from rich.table import Table
from rich.text import Text

from summarizer.figures import format_fact, format_value
from summarizer.models import Report
from summarizer.spans import clean

_COLOURS = {"bullish": "green", "bearish": "red", "neutral": "yellow"}


def print_report(report: Report, *, evidence: bool = False) -> None:
    """The report on stdout, readable from 40 columns up."""
    console = Console(highlight=False, soft_wrap=False)
    console.print(Text(clean(report.article.title or "Untitled"), style="bold"))
    console.print(Text(clean(report.summary)))
    console.print()
    table = Table(box=None, pad_edge=False)
    for name in ("Asset", "Call", "Target", "Conf.", "Why"):
        table.add_column(name)
    for call in report.calls:
        target = format_value(call.target.value, call.target.unit) if call.target else "–"
        table.add_row(Text(clean(call.asset)), Text(call.direction, style=_COLOURS[call.direction]), Text(target),
                      Text(f"{call.confidence:.0%}"), Text(clean(call.rationale)))  # fmt: skip
    console.print(table)
    console.print()
    for kind, facts in groupby(sorted(report.facts, key=lambda f: f.kind), key=lambda f: f.kind):
        shown = ", ".join(f"{fact.subject} {format_fact(fact)}{' ' + fact.venue if fact.venue else ''}" for fact in facts)
        console.print(Text(kind.replace("_", " "), style="bold").append("  ").append(Text(clean(shown), style="not bold")))
    if evidence:
        for fact in report.facts:
            console.print(Text(f"  {fact.kind} {fact.subject}: “{clean(fact.evidence.quote)}”", style="dim"))
    console.print()
    console.print(Text(f"Timeframe: {report.timeframe.horizon.replace('_', ' ')}. {clean(report.timeframe.rationale)}"))
    console.print(Text(clean(report.credibility.note)))
