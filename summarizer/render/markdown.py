"""Report -> a Markdown note to paste."""

from summarizer.figures import format_fact, format_value
from summarizer.models import Report
from summarizer.spans import clean

_ESCAPES = str.maketrans({c: "\\" + c for c in "\\`*_[]<>|#!"})


def escape(text: str) -> str:
    """Text of others as plain Markdown text: one line, no links, images or markup."""
    return clean(text).replace("\n", " ").translate(_ESCAPES)


def render_markdown(report: Report) -> str:
    """The report as a note: summary, calls, facts, timeframe, credibility."""
    lines = [f"# {escape(report.article.title or 'Article')}", "", escape(report.summary), ""]
    lines += ["| asset | call | target | confidence | why |", "| --- | --- | --- | --- | --- |"]
    for call in report.calls:
        target = format_value(call.target.value, call.target.unit) if call.target else "–"
        lines.append(f"| {escape(call.asset)} | {call.direction} | {target} | {call.confidence:.0%} | {escape(call.rationale)} |")
    lines += ["", "**Facts**", ""]
    lines += [f"- {fact.kind.replace('_', ' ')} {escape(fact.subject)}: {escape(format_fact(fact))}" for fact in report.facts]
    lines += ["", f"**Timeframe** {report.timeframe.horizon.replace('_', ' ')}: {escape(report.timeframe.rationale)}", ""]
    lines += [f"**Credibility** {escape(report.credibility.note)}", ""]
    return "\n".join(lines)
