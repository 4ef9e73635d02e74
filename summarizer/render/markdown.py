"""Report -> a Markdown note to paste."""

from summarizer.facts.figures import distance, format_value, group_facts
from summarizer.models import Call, Report
from summarizer.text.spans import clean

_ESCAPES = str.maketrans({c: "\\" + c for c in "\\`*_[]<>|#!"})


def escape(text: str) -> str:
    """Text of others as plain Markdown text: one line, no links, images or markup.

    >>> escape("[up](javascript:x) | <b>")
    '\\\\[up\\\\](javascript:x) \\\\| \\\\<b\\\\>'
    """
    return " ".join(clean(text).split()).translate(_ESCAPES)


def render_markdown(report: Report) -> str:
    """The report as a note: summary, calls, facts, timeframe, credibility."""
    article = report.article
    about = [
        part
        for part in (
            article.source or article.domain,
            f"{article.published_at:%Y-%m-%d}" if article.published_at else None,
        )
        if part
    ]
    lines = [f"# {escape(article.title or 'Untitled article')}", ""]
    if about:
        lines += [f"*{escape(' · '.join(about))}*", ""]
    lines += [escape(report.summary), ""]
    if report.calls:
        lines += ["| asset | call | target | confidence | why |", "| --- | --- | --- | --- | --- |"]
        lines += [_row(call, report) for call in report.calls] + [""]
    for name, rows in group_facts(report.facts):
        lines += [f"**{name}**", "", *(f"- {kind}: {escape(said)}" for kind, said in rows), ""]
    lines += [f"**Overall** {report.overall.direction} ({report.overall.confidence:.0%})", ""]
    lines += [
        f"**Timeframe** {report.timeframe.horizon.replace('_', ' ')}: {escape(report.timeframe.rationale)}",
        "",
    ]
    lines += [f"**Credibility** {report.credibility.level}: {escape(report.credibility.note)}", ""]
    noted = [finding for finding in report.findings if finding.verdict != "supported"]
    lines += [f"> {finding.verdict}: {escape(finding.detail)}" for finding in noted]
    return "\n".join(lines).rstrip() + "\n"


def _row(call: Call, report: Report) -> str:
    target = "–"
    if call.target:
        away = distance(call, report.facts)
        target = format_value(call.target.value, call.target.unit) + (
            f" ({away:+.1f}%)" if away is not None else ""
        )
    return f"| {escape(call.asset)} | {call.direction} | {target} | {call.confidence:.0%} | {escape(call.rationale)} |"
