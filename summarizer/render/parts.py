"""What every form of a report says in the same words: the article's head, a call's target, the evidence, who spoke."""

from datetime import datetime, timedelta

from summarizer.facts.figures import distance, format_value
from summarizer.models import Analyst, Article, Call, Evidence, Fact, Report

LOOK = {"bullish": ("▲", "green"), "bearish": ("▼", "red"), "neutral": ("■", "yellow")}
AUTHORS = 3  # named in the head, at most


def describe_article(article: Article, now: datetime | None = None) -> list[str]:
    """Outlet, section, authors and times of an article, what is not known left out; `now` adds its age."""
    about = [
        article.source or article.domain,
        article.section,
        ", ".join(article.authors[:AUTHORS]),
    ]
    if article.published_at:
        about.append(
            f"{article.published_at:%d %b %Y %H:%M} UTC"
            + (f" ({_age(now - article.published_at)})" if now else "")
        )
    if article.updated_at:
        about.append(f"updated {article.updated_at:%d %b %Y %H:%M} UTC")
    return [part for part in about if part]


def _age(span: timedelta) -> str:
    hours = span.total_seconds() / 3600
    if hours < 0:
        return "in the future"
    for size, name in ((24 * 365, "year"), (24 * 30, "month"), (24, "day"), (1, "hour")):
        if hours >= size:
            count = int(hours // size)
            return f"{count} {name}{'s' if count > 1 else ''} ago"
    return "under an hour ago"


def describe_target(call: Call, facts: tuple[Fact, ...], gap: str = " ") -> tuple[str, str]:
    """A call's target, and behind `gap` how far from the article's price it lies; `–` and nothing where there is none."""
    if not call.target:
        return "–", ""
    away = distance(call, facts)
    said = format_value(call.target.value, call.target.unit)
    return said, "" if away is None else f"{gap}{'+' if away > 0 else '−'}{abs(away):.1f}% away"


def list_evidence(report: Report) -> list[tuple[str, Evidence]]:
    """(what rests on it, the article's words) for each fact, call and signal."""
    shown = [
        (
            f"{fact.kind.replace('_', ' ')} {fact.subject} {format_value(fact.value, fact.unit)}",
            fact.evidence,
        )
        for fact in report.facts
    ]
    shown += [(name_call(call), part) for call in report.calls for part in call.evidence]
    return shown + [
        (f"signal {one.name.replace('_', ' ')}", one.evidence)
        for one in report.credibility.signals
        if one.evidence
    ]


def name_call(call: Call) -> str:
    """A call, where evidence is listed."""
    return f"call {call.asset}"


def describe_analyst(analyst: Analyst) -> list[str]:
    """Who spoke, for how long, and for how much."""
    words = [
        f"{analyst.name} analyst" + (f" {analyst.model}" if analyst.model else ""),
        f"{analyst.seconds:.2f} s",
    ]
    if analyst.name == "llm":
        words.append(f"{analyst.input_tokens} + {analyst.output_tokens} tokens")
        words.append("cost unknown" if analyst.cost_usd is None else f"${analyst.cost_usd:.4f}")
    return words
