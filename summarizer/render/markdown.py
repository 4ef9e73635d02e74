"""Report -> a Markdown note to paste."""

from summarizer.facts.figures import distance, format_value, group_facts, spell
from summarizer.models import Call, Report
from summarizer.render.parts import UNTITLED, list_doubts
from summarizer.text.spans import clean

_ESCAPES = str.maketrans({c: "\\" + c for c in "\\`*_[]<>|#!"})
_CALLS = "| asset | call | target | confidence | why |\n| --- | --- | --- | --- | --- |"


def escape(text: str) -> str:
    """Text of others as plain Markdown text: one line, no links, images or markup.

    >>> escape("[up](javascript:x) | <b>")
    '\\\\[up\\\\](javascript:x) \\\\| \\\\<b\\\\>'
    """
    return " ".join(clean(text).split()).translate(_ESCAPES)


def render_markdown(report: Report, *, with_text: bool = False) -> str:  # noqa: ARG001  a note is short
    """The report as a note: summary, calls, facts, timeframe, credibility; never the text."""
    article, overall, timeframe = report.article, report.overall, report.timeframe
    blocks = [f"# {escape(article.title or UNTITLED)}"]
    day = f"{article.published_at:%Y-%m-%d}" if article.published_at else None
    if about := " · ".join(filter(None, (article.source or article.domain, day))):
        blocks.append(f"*{escape(about)}*")
    blocks.append(escape(report.summary))
    if report.calls:
        blocks.append("\n".join([_CALLS, *(_render_row(call, report) for call in report.calls)]))
    for name, rows in group_facts(report.facts):
        blocks.append(f"**{name}**")
        blocks.append("\n".join(f"- {kind}: {escape(figures)}" for kind, figures in rows))
    blocks += [
        f"**Overall** {overall.direction} ({overall.confidence:.0%})",
        f"**Timeframe** {spell(timeframe.horizon)}: {escape(timeframe.rationale)}",
        f"**Credibility** {report.credibility.level}: {escape(report.credibility.note)}",
        "\n".join(f"> {doubt.verdict}: {escape(doubt.detail)}" for doubt in list_doubts(report)),
    ]
    return "\n\n".join(blocks).rstrip() + "\n"


def _render_row(call: Call, report: Report) -> str:
    target, away = "–", distance(call, report.facts)
    if call.target:
        target = format_value(call.target.value, call.target.unit)
    if away is not None:
        target += f" ({away:+.1f}%)"
    cells = f"{escape(call.asset)} | {call.direction} | {target} | {call.confidence:.0%}"
    return f"| {cells} | {escape(call.rationale)} |"
