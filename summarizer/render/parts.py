"""Wording that the formats of a report share: head, a call's target, evidence, analyst."""

from datetime import datetime, timedelta

from summarizer.facts.figures import distance, format_fact, format_value, spell
from summarizer.models import Analyst, Article, Call, Evidence, Fact, Finding, Report

LOOK = {"bullish": ("▲", "green"), "bearish": ("▼", "red"), "neutral": ("■", "yellow")}
UNTITLED = "Untitled article"
AUTHORS = 3  # named in the head, at most
_TIME = "%d %b %Y %H:%M UTC"
_AGES = {"year": 24 * 365, "month": 24 * 30, "day": 24, "hour": 1}  # in hours


def describe_article(article: Article, now: datetime | None = None) -> list[str]:
    """Outlet, section, authors and times of an article, as far as they are known.

    Its age is added where `now`, the reader's time, is given.
    """
    authors = ", ".join(article.authors[:AUTHORS])
    about = [article.source or article.domain, article.section, authors]
    if article.published_at:
        age = f" ({_describe_age(now - article.published_at)})" if now else ""
        about.append(f"{article.published_at:{_TIME}}{age}")
    if article.updated_at:
        about.append(f"updated {article.updated_at:{_TIME}}")
    return [part for part in about if part]


def _describe_age(age: timedelta) -> str:
    hours = age.total_seconds() / 3600
    if hours < 0:
        return "in the future"
    for name, size in _AGES.items():
        if hours >= size:
            return f"{count_things(int(hours // size), name)} ago"
    return "under an hour ago"


def count_things(count: int, name: str) -> str:
    """A count with its noun: `1 article`, `2 articles`."""
    return f"{count} {name}{'' if count == 1 else 's'}"


def describe_target(call: Call, facts: tuple[Fact, ...], gap: str = " ") -> tuple[str, str]:
    """A call's target, and behind `gap` how far it lies from the article's price.

    The first is `–` where there is no target, the second empty where the distance is not known.
    """
    if not call.target:
        return "–", ""
    away = distance(call, facts)
    target = format_value(call.target.value, call.target.unit)
    return target, "" if away is None else f"{gap}{'+' if away > 0 else '−'}{abs(away):.1f}% away"


def list_evidence(report: Report) -> list[tuple[str, Evidence]]:
    """Each fact, call and signal as words, with the article's words that it rests on."""
    evidence = [
        (f"{spell(fact.kind)} {fact.subject} {format_fact(fact)}", fact.evidence)
        for fact in report.facts
    ]
    evidence += [(name_call(call), part) for call in report.calls for part in call.evidence]
    return evidence + [
        (f"signal {spell(signal.name)}", signal.evidence)
        for signal in report.credibility.signals
        if signal.evidence
    ]


def name_call(call: Call) -> str:
    """What stands for a call where evidence is listed."""
    return f"call {call.asset}"


def list_doubts(report: Report) -> list[Finding]:
    """What verification found that a reader should know: all but the claims that it supports."""
    return [finding for finding in report.findings if finding.verdict != "supported"]


def describe_analyst(analyst: Analyst) -> list[str]:
    """Name, model, time and, for a language model, tokens and cost of the analyst."""
    model = f" {analyst.model}" if analyst.model else ""
    about = [f"{analyst.name} analyst{model}", f"{analyst.seconds:.2f} s"]
    if analyst.name == "llm":
        about.append(f"{analyst.input_tokens} + {analyst.output_tokens} tokens")
        about.append(format_cost(analyst.cost_usd))
    return about


def format_cost(cost_usd: float | None) -> str:
    """What a model's answers cost: `$0.0012`, or that it is not known."""
    return "cost unknown" if cost_usd is None else f"${cost_usd:.4f}"
