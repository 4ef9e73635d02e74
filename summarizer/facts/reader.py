"""Article -> facts: candidates, what each is about, what each is, and the rest of what its sentence says of it."""

import re

from summarizer.facts import attributes
from summarizer.facts.assets import MARKET
from summarizer.facts.reading import SPLIT, Candidate, Reading
from summarizer.facts.roles import best_kind, score_roles
from summarizer.facts.subjects import CARRIED_ORGANISATION, MARKET_WIDE, ORGANISATIONAL, Subjects
from summarizer.models import Article, Fact
from summarizer.spans import Span

_SIGNED = frozenset({"price_change", "open_interest_change", "etf_flow", "macro_indicator"})
_PERIODIC = frozenset(
    [
        "price_change",
        "open_interest_change",
        "liquidations",
        "liquidation_share",
        "futures_basis",
        "options_skew",
        "etf_flow",
        "trading_volume",
        "funding_rate",
    ]
)
_VENUED = frozenset(
    [
        "funding_rate",
        "open_interest",
        "liquidations",
        "etf_flow",
        "price",
        "liquidation_level",
        "treasury_holding",
        "treasury_purchase",
        "implied_volatility",
        "trading_volume",
    ]
)
_PLAIN_UNIT = {"put_call_ratio": "ratio", "sentiment_index": "index", "funding_rate": "%", "implied_volatility": "%",
               "options_skew": "%", "macro_indicator": "index"}  # fmt: skip
_POINTER = re.compile(
    r"\b(?:Related Reading|Also Read|Read More|Read Also|See Also|Recommended Articles?|RELATED|ALSO READ)\s?[:|–-]\s?[^.?!\n]{10,160}[.?!\n]?",
    re.IGNORECASE,
)
MAX_FACTS = 400  # an article states no more; a price list may


def extract_facts(article: Article) -> list[Fact]:
    """Every market number that the article states, in reading order, each with exact evidence. Never raises.

    Indices in the list are what `{F3}` in an analyst's words refers to.
    """
    reading = Reading(article.text)
    subjects = Subjects(reading, article.title)
    furniture = _furniture(article)
    candidates = [c for c in reading.candidates() if not any(span.start <= c.number.start < span.end for span in furniture)]
    for candidate in candidates:
        candidate.subject = subjects.of(candidate)
    score_roles(reading, candidates)
    facts = []
    for candidate in candidates:
        kind = best_kind(candidate)
        if kind:
            facts.append(_fact(reading, subjects, candidate, kind))
    return _without_repeats(facts)[:MAX_FACTS]


def _furniture(article: Article) -> list[Span]:
    """Places of the text whose numbers are not the article's: its title said again, pointers to other articles."""
    spans = [Span(match.start(), match.end()) for match in _POINTER.finditer(article.text)]
    if article.title and len(article.title) > 20:
        start = article.text.find(article.title)
        if 0 <= start < 1500:
            spans.append(Span(start, start + len(article.title)))
    return spans


def _fact(reading: Reading, subjects: Subjects, candidate: Candidate, kind: str) -> Fact:
    value = candidate.number.value
    if kind in _SIGNED and not candidate.number.is_signed:
        value *= attributes.sign(reading, candidate)
    qualifier = attributes.find_qualifier(reading, candidate, kind)
    split = SPLIT.match(reading.text, candidate.number.start) if kind == "liquidation_share" else None
    if split:
        qualifier = split[3].rstrip("s")
    unit = candidate.unit or _PLAIN_UNIT.get(kind, "%" if kind == "liquidation_share" else "count")
    return Fact(
        kind=kind, subject=_subject(subjects, candidate, kind), value=value, unit=unit,
        period=attributes.find_period(reading, candidate) if kind in _PERIODIC else None,
        venue=attributes.find_venue(reading, candidate) if kind in _VENUED else None, qualifier=qualifier,
        attributed_to=attributes.find_speaker(reading, candidate), condition=attributes.find_condition(reading, candidate),
        as_of=attributes.find_date(reading, candidate), evidence=attributes.evidence(reading, candidate),
    )  # fmt: skip


def _subject(subjects: Subjects, candidate: Candidate, kind: str) -> str:
    if kind in ORGANISATIONAL:
        return subjects.organisation(candidate) or candidate.subject or MARKET
    if kind in CARRIED_ORGANISATION and not candidate.mentions and (name := subjects.acted_last(candidate)):
        return name
    if kind == "sentiment_index":
        return MARKET
    if kind in MARKET_WIDE:
        return subjects.market_wide(candidate)
    return candidate.subject or MARKET


def _without_repeats(facts: list[Fact]) -> list[Fact]:
    seen, kept = set(), []
    for fact in facts:
        key = (fact.kind, fact.subject, fact.value, fact.unit)
        if key not in seen:
            seen.add(key)
            kept.append(fact)
    return kept
