"""A model that lies in every field: nothing of it that can be checked reaches the report."""

import json
import random
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from summarizer.analysis import Analysis, CallClaim, Cited, Claim, RowClaim
from summarizer.analyst.llm.schema import make_analysis, read_answer
from summarizer.batch.records import record_article
from summarizer.facts.figures import format_fact
from summarizer.models import Analyst, Article, Call, Fact
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
NAMES = {
    "price": "price",
    "open_interest": "open interest",
    "support_level": "support",
    "resistance_level": "resistance",
    "etf_flow": "ETF flow",
    "funding_rate": "funding rate",
    "market_cap": "market cap",
    "tvl": "TVL",
    "trading_volume": "trading volume",
}


class Liar:
    """Writes answers of the right form in which every sentence that can be checked is a lie."""

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
        return f"{other} {NAMES.get(fact.kind, 'figure')} is {{N{i}}}."

    def wrong_asset_typed(self) -> str:
        fact = self.chance.choice(self.facts)
        theirs = {(f.subject, abs(f.value)) for f in self.facts}
        others = [
            s
            for s in self.subjects
            if (s, abs(fact.value)) not in theirs and s not in (fact.unit, fact.venue)
        ]
        other = self.chance.choice(others or ["DOGE"])
        return f"{other} {NAMES.get(fact.kind, 'figure')} is {format_fact(fact)}."

    def turned(self) -> str:
        moved = [i for i, f in enumerate(self.facts) if f.kind == "price_change" and f.value]
        if not moved:
            return self.invented()
        i = self.chance.choice(moved)
        move = self.chance.choice(MOVES[self.facts[i].value > 0])
        return f"{self.facts[i].subject} {move} {{N{i}}}."

    def other_kind(self) -> str:
        i = self.chance.randrange(len(self.facts))
        kind = self.facts[i].kind
        named = self.chance.choice(
            [name for other, name in NAMES.items() if other[:5] != kind[:5] and other != "price"]
        )
        return (
            f"The {named} of {self.facts[i].subject} is {{N{i}}}."
            if kind != "other"
            else self.invented()
        )

    def invented(self) -> str:
        level = self.chance.randrange(1_000_001, 9_999_999)
        gain = self.chance.randrange(1001, 9999) / 7
        subject = self.chance.choice(self.subjects)
        return f"{subject} is heading to ${level:,} and will gain {gain:.3f}%."

    def quotation(self) -> str:
        subject, year = self.chance.choice(self.subjects), self.chance.randrange(2041, 2099)
        return f"“{subject} is sure to moon by {year}” said the source."

    def stranger(self) -> str:
        return (
            f"Buy Zorblax Prime at 9.99 on https://evil.example/{self.chance.randrange(999)} now."
        )

    def in_words(self) -> str:
        subject, unit = self.chance.choice(self.subjects), self.chance.choice(["three", "seven"])
        return f"{subject} will go up seventy-{unit} percent."

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
            "rows": [place],
            "sentences": [place],
            "direction": direction,
            "tone": 100,
            "target": target,
        }

    def answer(self) -> dict[str, object]:
        added = {"row": 900, "kind": "price", "subject": "BTC", "sign": None, "period": None}
        added |= {"venue": None, "past": False, "sentence": 0}
        return {
            "summary": [{"text": self.lie(), "sentences": [0]} for _ in range(3)],
            "calls": [self.call() for _ in range(6)],
            "overall": "bullish",
            "overall_tone": 100,
            "horizon": "long_term",
            "horizon_rationale": self.lie(),
            "credibility": "high",
            "credibility_note": self.lie(),
            "signals": [{"name": "named_sources", "sentence": 997}],
            "narratives": [{"name": "airdrop", "sentence": 998}],
            "rows": [],
            "added": [added | {"figure": figure} for figure in ("$1,234,567", "$77")],
        }


def find_false(article: Article, facts: list[Fact], answer: dict[str, object]) -> list[str]:
    """What of a hostile answer reached the report, and is not so."""
    observed = Observed(article)
    analysis = make_analysis(read_answer(json.dumps(answer)), Analyst(name="llm"))
    report = observed.verify(analysis, facts)
    shown = [
        report.summary,
        report.timeframe.rationale,
        report.credibility.note,
        *(call.rationale for call in report.calls),
    ]
    false = [words for words in shown if re.search(r"\d|percent|“|Zorblax|://", words)]
    false += [f"fact {fact}" for fact in report.facts if fact not in facts]
    for call in report.calls:
        false += list_false(call, article, facts)
    lowering = {"sponsored", "press_release", "ai_directed_instructions"}
    if report.credibility.level != "low" and lowering & {s.name for s in observed.signals}:
        false.append("credibility")
    return false


def list_false(call: Call, article: Article, facts: list[Fact]) -> list[str]:
    """What of a call is not so."""
    false = []
    named = {fact.subject for fact in facts} | set(article.text.split())
    if call.asset in ("WIF", "MSTR", "MARKET", "Zorblax") and call.asset not in named:
        false.append(f"call on {call.asset}")
    if call.target:
        stated = {(fact.subject, fact.value) for fact in facts}
        is_stated = (call.asset, call.target.value) in stated
        if not is_stated or call.direction == "neutral":
            false.append(f"target {call.target.value} of {call.asset}")
    if any(article.text[e.start : e.end] != e.quote for e in call.evidence):
        false.append(f"evidence of {call.asset}")
    return false


@pytest.mark.parametrize("article", ARTICLES, ids=[str(i) for i in range(len(ARTICLES))])
def test_a_hostile_model_gets_nothing_false_into_a_report(article):
    facts = Observed(article).facts
    for seed in range(8):
        assert find_false(article, facts, Liar(article, facts, seed).answer()) == []


def test_the_embedded_analyst_passes_the_same_verification():
    """At most 2 % of its claims are dropped: those are told wrongly, or checked wrongly."""
    claims = dropped = 0
    for article in ARTICLES:
        observed = Observed(article)
        findings = observed.verify(observed.analyze()).findings
        claims += sum(finding.verdict in ("supported", "dropped") for finding in findings)
        dropped += sum(finding.verdict == "dropped" for finding in findings)
    assert claims > 50
    assert dropped <= 0.02 * claims


WORDS = st.lists(
    st.sampled_from(
        [
            *'{N0} {N1} {D3} {N9999} { } Bitcoin ether fell rose not support at , . “ "'.split(),
            *"‘ $ 5 % − ½ and <b [x](y) \u202e 24h $WIF will over week".split(),
            "\n",
            "\x00",
        ]
    )
    | st.text(max_size=6),
    max_size=14,
).map(" ".join)
PLACES = st.lists(st.integers(-5, 10**6), max_size=3).map(tuple)
CLAIMS = st.builds(Claim, text=WORDS, sentences=PLACES)


@settings(deadline=None)
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
    row = RowClaim(row=abs(target or 0), kind="price", subject=asset, venue=quote, figure=quote)
    analysis = Analysis(
        summary=(summary,),
        calls=(call, call.model_copy(update={"asset": "BTC"})),
        horizon_rationale=rationale,
        credibility_note=summary,
        rows=(row, row.model_copy(update={"row": 999, "sentence": target})),
        narratives=(Cited(name=asset), Cited(name="airdrop", sentence=target)),
        signals=(Cited(name=asset, sentence=target),),
        analyst=Analyst(name="llm"),
    )
    report = observed.verify(analysis)
    assert not re.search(
        r"[\x00\u202e]|\{N",
        report.model_dump_json(include={"summary", "calls", "timeframe", "credibility"}),
    )


def test_who_is_paid_for_a_rise_is_not_believed_much():
    article = make_article(
        "Sponsored: Bitcoin (BTC) trades at $60,000 and is set to soar to $90,000, a record."
        " Bitcoin bulls rally hard."
    )
    observed = Observed(article)
    claim = CallClaim(
        asset="BTC",
        direction="bullish",
        confidence=0.99,
        rationale=Claim(text="Bitcoin bulls rally hard.", sentences=(1,)),
    )
    analysis = Analysis(calls=(claim,), analyst=Analyst(name="embedded"))
    unpaid = verify(observed.text, observed.rows, analysis)
    assert unpaid.calls[0].confidence > 0.6
    paid = observed.verify(analysis)
    assert "sponsored" in {signal.name for signal in observed.signals}
    assert paid.calls[0].confidence < 0.6
    assert "promotion" in {finding.check for finding in paid.findings}
