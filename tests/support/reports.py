"""A report that holds all that a reader may meet, made by hand: rendering alone is tested."""

import random
from datetime import UTC, date, datetime
from typing import Any

from summarizer.models import (
    Analyst,
    Article,
    Call,
    Credibility,
    Evidence,
    Fact,
    Finding,
    Narrative,
    Overall,
    Report,
    Signal,
    Target,
    Timeframe,
)

NOW = datetime(2026, 2, 10, 14, 0, tzinfo=UTC)
TEXT = (
    "BTC slid to $70,000 and may fall to $68,160, data from CoinGlass shows. "
    "Funding on Binance is -7%."
)


def evidence(quote: str) -> Evidence:
    start = TEXT.index(quote)
    return Evidence(quote=quote, start=start, end=start + len(quote))


def fact(kind: str, value: float, unit: str, quote: str, **about: Any) -> Fact:
    return Fact(kind=kind, subject="BTC", value=value, unit=unit, evidence=evidence(quote), **about)


ARTICLE = Article(
    url="https://example.com/a",
    title="Bitcoin slides",
    source="CoinDesk",
    domain="example.com",
    authors=("Ann Writer",),
    published_at=datetime(2026, 2, 10, 11, 50, tzinfo=UTC),
    language="en",
    words=20,
    content_hash="sha256:0",
    text=TEXT,
)
CALL = Call(
    asset="BTC",
    direction="bearish",
    tone=-0.7,
    confidence=0.81,
    until=date(2026, 2, 24),
    target=Target(value=68160, unit="USD", evidence=evidence("$68,160")),
    rationale="Funding is −7% on Binance.",
    evidence=(evidence("Funding on Binance is -7%"),),
)
REPORT = Report(
    id="sha256:0",
    article=ARTICLE,
    summary="BTC slid to $70,000.",
    facts=(
        fact("price", 70000, "USD", "$70,000"),
        fact("price_target", 68160, "USD", "$68,160"),
        fact("funding_rate", -7, "%", "-7%", venue="Binance"),
    ),
    narratives=(Narrative(name="deleveraging", evidence=evidence("Funding on Binance")),),
    calls=(CALL,),
    overall=Overall(direction="bearish", tone=-0.5, confidence=0.78),
    timeframe=Timeframe(horizon="short_term", rationale="It is about the day."),
    credibility=Credibility(
        level="high",
        note="Its figures name their source.",
        signals=(Signal(name="data_attributed", evidence=evidence("data from CoinGlass")),),
    ),
    findings=(
        Finding(
            check="parts_of_total",
            where="summary[1]",
            verdict="dropped",
            detail="$1 is not in the text",
        ),
        Finding(
            check="number_in_text",
            where="summary[0]",
            verdict="supported",
            detail="figures checked: 1",
        ),
    ),
    flags=("partial_text",),
    analyst=Analyst(name="embedded", seconds=0.04),
)


def make_report(**changes: Any) -> Report:
    """REPORT, changed: `article` changes its article, the rest changes the report."""
    article = ARTICLE.model_copy(update=changes.pop("article", {}))
    return Report(**dict(REPORT) | {"article": article} | changes)


_VOCABULARY = [
    start + end
    for start in "ba ko re mi tu sal ven dor pil qua".split()
    for end in "der ling tor mond sky pan rel vik zen lo".split()
]


def words(chance: random.Random, count: int) -> str:
    """Text that means nothing, and that no other seed gives."""
    return " ".join(chance.choice(_VOCABULARY) for _ in range(count))
