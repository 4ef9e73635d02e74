"""A model that lies in every field, over whole articles: nothing of it that can be checked reaches the report."""

import json
import random
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.analyst.llm.schema import make_analysis, read_answer
from summarizer.batch.inputs import record_article
from summarizer.facts.figures import format_fact
from summarizer.models import Analysis, Analyst, Article, CallClaim, Claim, ClaimedFact, Fact
from summarizer.page.article import make_article
from summarizer.text.asset_table import load_assets
from summarizer.verification.verify import verify
from tests.support.observed import Observed

DATA = Path(__file__).parents[2] / "eval" / "data"
RECORDS = [json.loads(line) for line in (DATA / "articles.jsonl").read_text("utf-8").splitlines()]
ARTICLES = [
    record_article(record, DATA) for record in RECORDS if record.get("text") or record.get("html")
]
MOVES = {True: ("fell", "lost", "dropped"), False: ("rose", "gained", "climbed")}
NAMES = {"price": "price", "open_interest": "open interest", "support_level": "support", "resistance_level": "resistance",
         "etf_flow": "ETF flow", "funding_rate": "funding rate", "market_cap": "market cap", "tvl": "TVL", "trading_volume": "trading volume"}  # fmt: skip


class Liar:
    """Writes answers of the right form in which every sentence that holds a figure, a quotation or a name is a lie."""

    def __init__(self, article: Article, facts: list[Fact], seed: int):
        self.article, self.facts, self.chance = article, facts, random.Random(seed)
        self.subjects = sorted(
            {f.subject for f in facts if f.subject in load_assets().tickers} | {"BTC", "ETH", "SOL"}
        )

    def lie(self) -> str:
        tellers = [self.invented, self.quotation, self.stranger, self.in_words]
        return self.chance.choice(
            tellers
            + [self.wrong_asset, self.wrong_asset_typed, self.turned, self.other_kind]
            * bool(self.facts)
        )()

    def wrong_asset(self) -> str:
        i = self.chance.randrange(len(self.facts))
        fact = self.facts[i]
        other = self.chance.choice(
            [s for s in self.subjects if s not in (fact.subject, fact.unit)] or ["DOGE"]
        )
        if fact.unit == fact.subject or fact.venue == other:
            return self.invented()
        return f"{other} {NAMES.get(fact.kind, 'figure')} is {{F{i}}}."

    def wrong_asset_typed(self) -> str:
        fact = self.chance.choice(self.facts)
        theirs = {(f.subject, abs(f.value)) for f in self.facts}
        others = [
            s
            for s in self.subjects
            if (s, abs(fact.value)) not in theirs and s not in (fact.unit, fact.venue)
        ]
        return f"{self.chance.choice(others or ['DOGE'])} {NAMES.get(fact.kind, 'figure')} is {format_fact(fact)}."

    def turned(self) -> str:
        moved = [i for i, f in enumerate(self.facts) if f.kind == "price_change" and f.value]
        if not moved:
            return self.invented()
        i = self.chance.choice(moved)
        return f"{self.facts[i].subject} {self.chance.choice(MOVES[self.facts[i].value > 0])} {{F{i}}}."

    def other_kind(self) -> str:
        i = self.chance.randrange(len(self.facts))
        kind = self.facts[i].kind
        named = self.chance.choice(
            [name for other, name in NAMES.items() if other[:5] != kind[:5] and other != "price"]
        )
        return (
            f"The {named} of {self.facts[i].subject} is {{F{i}}}."
            if kind != "other"
            else self.invented()
        )

    def invented(self) -> str:
        level, gain = (
            self.chance.randrange(1_000_001, 9_999_999),
            self.chance.randrange(1001, 9999) / 7,
        )
        return f"{self.chance.choice(self.subjects)} is heading to ${level:,} and will gain {gain:.3f}%."

    def quotation(self) -> str:
        return f"“{self.chance.choice(self.subjects)} is sure to moon by {self.chance.randrange(2041, 2099)}” said the source."

    def stranger(self) -> str:
        return (
            f"Buy Zorblax Prime at 9.99 on https://evil.example/{self.chance.randrange(999)} now."
        )

    def in_words(self) -> str:
        return f"{self.chance.choice(self.subjects)} will go up seventy-{self.chance.choice(['three', 'seven'])} percent."

    def call(self) -> dict[str, object]:
        asset = self.chance.choice([*self.subjects, "WIF", "MSTR", "MARKET", "Zorblax"])
        place, target = (
            self.chance.randrange(60),
            self.chance.choice([None, self.chance.randrange(60)]),
        )
        direction = self.chance.choice(["bullish", "bearish", "neutral"])
        return {
            "asset": asset,
            "rationale": self.lie(),
            "facts": [place],
            "sentences": [place],
            "direction": direction,
            "tone": 100,
            "target": target,
        }

    def answer(self) -> dict[str, object]:
        added = [
            {
                "kind": "price",
                "subject": "BTC",
                "figure": "$1,234,567",
                "quote": "Bitcoin trades at $1,234,567",
            },
            {
                "kind": "price",
                "subject": "BTC",
                "figure": "$77",
                "quote": " ".join(self.article.text.split()[:9])[:240],
            },
        ]
        return {
            "summary": [{"text": self.lie(), "sentences": [0]} for _ in range(3)], "calls": [self.call() for _ in range(6)],
            "overall": "bullish", "overall_tone": 100, "horizon": "long_term", "horizon_rationale": self.lie(),
            "credibility": "high", "credibility_note": self.lie(), "narratives": ["airdrop", "cbdc"], "added_facts": added,
        }  # fmt: skip


def count_false(article: Article, facts: list[Fact], answer: dict[str, object]) -> list[str]:
    """What of a hostile answer reached the report, and is not so."""
    observed = Observed(article)
    signals = observed.signals
    analysis = make_analysis(read_answer(json.dumps(answer)), Analyst(name="llm"))
    report = observed.verify(analysis, facts)
    shown = [
        report.summary,
        report.timeframe.rationale,
        report.credibility.note,
        *(call.rationale for call in report.calls),
    ]
    false = [words for words in shown if re.search(r"\d|percent|“|Zorblax|://", words)]
    false += [f"fact {fact}" for fact in report.facts[len(facts) :]]
    named = {m for fact in facts for m in (fact.subject,)}
    for call in report.calls:
        if call.asset in ("WIF", "MSTR", "MARKET", "Zorblax") and call.asset not in named | set(
            article.text.split()
        ):
            false.append(f"call on {call.asset}")
        levels = [
            f
            for f in facts
            if f.subject == call.asset and f.value == (call.target.value if call.target else None)
        ]
        if call.target and (not levels or call.direction == "neutral"):
            false.append(f"target {call.target.value} of {call.asset}")
        if any(article.text[e.start : e.end] != e.quote for e in call.evidence):
            false.append(f"evidence of {call.asset}")
    if report.credibility.level != "low" and {
        "sponsored",
        "press_release",
        "ai_directed_instructions",
    } & {s.name for s in signals}:
        false.append("credibility")
    return false


@pytest.mark.parametrize("article", ARTICLES, ids=[str(i) for i in range(len(ARTICLES))])
def test_a_hostile_model_gets_nothing_false_into_a_report(article):
    facts = Observed(article).facts
    for seed in range(8):
        assert count_false(article, facts, Liar(article, facts, seed).answer()) == []


def test_the_embedded_analyst_passes_the_same_verification():
    """At most 2 % of its claims are dropped: what is dropped there is read wrongly here, or told wrongly there."""
    claims = dropped = 0
    for article in ARTICLES:
        observed = Observed(article)
        findings = observed.verify(observed.analyze()).findings
        claims += sum(finding.verdict in ("supported", "dropped") for finding in findings)
        dropped += sum(finding.verdict == "dropped" for finding in findings)
    assert claims > 50
    assert dropped <= 0.02 * claims


WORDS = st.lists(
    st.sampled_from(["{F0}", "{F1}", "{D3}", "{F9999}", "{", "}", "Bitcoin", "ether", "fell", "rose", "not", "support", "at", ",", ".", "“", '"', "‘",
                     "$", "5", "%", "−", "½", "and", "<b", "[x](y)", "\n", "\x00", "\u202e", "24h", "$WIF", "will", "over", "week"])
    | st.text(max_size=6),
    max_size=14,
).map(" ".join)  # fmt: skip
PLACES = st.lists(st.integers(-5, 10**6), max_size=3).map(tuple)
CLAIMS = st.builds(Claim, text=WORDS, sentences=PLACES)


@given(
    CLAIMS,
    CLAIMS,
    PLACES,
    st.none() | st.integers(-9, 99),
    st.text(max_size=9),
    WORDS,
    st.floats(allow_nan=False, allow_infinity=False),
)
def test_verification_never_raises_and_shows_no_figure_of_its_own(
    summary, rationale, facts, target, asset, quote, value
):
    observed = Observed(ARTICLES[0])
    call = CallClaim(
        asset=asset,
        direction="bullish",
        target=target,
        rationale=rationale,
        facts=facts,
        tone=value,
        confidence=value,
    )
    added = ClaimedFact(kind="price", subject=asset, value=value, unit="USD", quote=quote)
    analysis = Analysis(
        summary=(summary,), calls=(call, call.model_copy(update={"asset": "BTC"})), horizon_rationale=rationale,
        credibility_note=summary, added_facts=(added,), narratives=(asset,), analyst=Analyst(name="llm"),
    )  # fmt: skip
    report = observed.verify(analysis)
    assert not re.search(
        r"[\x00\u202e]|\{F",
        report.model_dump_json(include={"summary", "calls", "timeframe", "credibility"}),
    )


def test_who_is_paid_for_a_rise_is_not_believed_much():
    article = make_article(
        "Sponsored: Bitcoin (BTC) trades at $60,000 and is set to soar to $90,000, a record. Bitcoin bulls rally hard."
    )
    observed = Observed(article)
    claim = CallClaim(
        asset="BTC", direction="bullish", confidence=0.99, rationale=Claim(text="", sentences=(0,))
    )
    analysis = Analysis(calls=(claim,), analyst=Analyst(name="embedded"))
    unpaid = verify(observed.text, observed.facts, analysis)
    assert unpaid.calls[0].confidence > 0.6
    paid = observed.verify(analysis)
    assert "sponsored" in {signal.name for signal in observed.signals}
    assert paid.calls[0].confidence < 0.6
    assert "promotion" in {finding.check for finding in paid.findings}
