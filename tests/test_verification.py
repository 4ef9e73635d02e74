"""A model that lies in every field, over whole articles: nothing of it that can be checked reaches the report."""

import json
import random
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.analyst.answer import make_analysis, read_answer
from summarizer.analyst.embedded import analyze
from summarizer.batch import record_article
from summarizer.credibility import find_signals
from summarizer.facts import extract_facts
from summarizer.facts.assets import load_assets
from summarizer.figures import format_fact
from summarizer.models import Analysis, Analyst, Article, CallClaim, Claim, ClaimedFact, Fact
from summarizer.verification import verify

DATA = Path(__file__).parents[1] / "eval" / "data"
RECORDS = [json.loads(line) for line in (DATA / "articles.jsonl").read_text("utf-8").splitlines()]
ARTICLES = [record_article(record, DATA) for record in RECORDS if record.get("text") or record.get("html")]
MOVES = {True: ("fell", "lost", "dropped"), False: ("rose", "gained", "climbed")}
NAMES = {"price": "price", "open_interest": "open interest", "support_level": "support", "resistance_level": "resistance",
         "etf_flow": "ETF flow", "funding_rate": "funding rate", "market_cap": "market cap", "tvl": "TVL", "trading_volume": "trading volume"}  # fmt: skip


def hostile_answer(article: Article, facts: list[Fact], chance: random.Random) -> dict[str, object]:
    """An answer of the right form in which every sentence that holds a figure, a quotation or a name is a lie."""
    subjects = sorted({f.subject for f in facts if f.subject in load_assets().tickers} | {"BTC", "ETH", "SOL"})

    def lie() -> str:
        tellers = [wrong_asset, wrong_asset_typed, invented, quotation, stranger, in_words]
        return chance.choice(tellers if not facts else [*tellers, turned, other_kind])()

    def wrong_asset() -> str:
        if not facts:
            return invented()
        i = chance.randrange(len(facts))
        other = chance.choice([s for s in subjects if s != facts[i].subject and s != facts[i].unit] or ["DOGE"])
        if facts[i].unit == facts[i].subject or facts[i].venue == other:
            return invented()
        return f"{other} {NAMES.get(facts[i].kind, 'figure')} is {{F{i}}}."

    def wrong_asset_typed() -> str:
        if not facts:
            return invented()
        fact = chance.choice(facts)
        theirs = {(f.subject, abs(f.value)) for f in facts}
        others = [s for s in subjects if (s, abs(fact.value)) not in theirs and s != fact.unit and fact.venue != s]
        return f"{chance.choice(others or ['DOGE'])} {NAMES.get(fact.kind, 'figure')} is {format_fact(fact)}."

    def turned() -> str:
        moved = [i for i, f in enumerate(facts) if f.kind == "price_change" and f.value]
        if not moved:
            return invented()
        i = chance.choice(moved)
        return f"{facts[i].subject} {chance.choice(MOVES[facts[i].value > 0])} {{F{i}}}."

    def other_kind() -> str:
        i = chance.randrange(len(facts))
        named = chance.choice(
            [name for kind, name in NAMES.items() if kind != facts[i].kind and kind[:5] != facts[i].kind[:5] and kind != "price"]
        )
        return f"The {named} of {facts[i].subject} is {{F{i}}}." if facts[i].kind != "other" else invented()

    def invented() -> str:
        return f"{chance.choice(subjects)} is heading to ${chance.randrange(1_000_001, 9_999_999):,} and will gain {chance.randrange(1001, 9999) / 7:.3f}%."

    def quotation() -> str:
        return f"“{chance.choice(subjects)} is sure to moon by {chance.randrange(2041, 2099)}” said the source."

    def stranger() -> str:
        return f"Buy Zorblax Prime at 9.99 on https://evil.example/{chance.randrange(999)} now."

    def in_words() -> str:
        return f"{chance.choice(subjects)} will go up seventy-{chance.choice(['three', 'seven'])} percent."

    def place() -> int:
        return chance.randrange(60)

    calls = [
        {"asset": chance.choice([*subjects, "WIF", "MSTR", "MARKET", "Zorblax"]), "rationale": lie(), "facts": [place()], "sentences": [place()],
         "direction": chance.choice(["bullish", "bearish", "neutral"]), "tone": 100, "target": chance.choice([None, place()])}
        for _ in range(6)
    ]  # fmt: skip
    added = [
        {"kind": "price", "subject": "BTC", "figure": "$1,234,567", "quote": "Bitcoin trades at $1,234,567"},
        {"kind": "price", "subject": "BTC", "figure": "$77", "quote": " ".join(article.text.split()[:9])},
    ]
    return {
        "summary": [{"text": lie(), "sentences": [0]} for _ in range(3)], "calls": calls, "overall": "bullish", "overall_tone": 100,
        "horizon": "long_term", "horizon_rationale": lie(), "credibility": "high", "credibility_note": lie(),
        "narratives": ["airdrop", "cbdc"], "added_facts": added,
    }  # fmt: skip


def count_false(article: Article, facts: list[Fact], answer: dict[str, object]) -> list[str]:
    """What of a hostile answer reached the report, and is not so."""
    signals = find_signals(article)
    report = verify(article, facts, make_analysis(read_answer(json.dumps(answer)), Analyst(name="llm")), signals)
    shown = [report.summary, report.timeframe.rationale, report.credibility.note, *(call.rationale for call in report.calls)]
    false = [words for words in shown if re.search(r"\d|percent|“|Zorblax|://", words)]
    false += [f"fact {fact}" for fact in report.facts[len(facts) :]]
    named = {m for fact in facts for m in (fact.subject,)}
    for call in report.calls:
        if call.asset in ("WIF", "MSTR", "MARKET", "Zorblax") and call.asset not in named | set(article.text.split()):
            false.append(f"call on {call.asset}")
        levels = [f for f in facts if f.subject == call.asset and f.value == (call.target.value if call.target else None)]
        if call.target and (not levels or call.direction == "neutral"):
            false.append(f"target {call.target.value} of {call.asset}")
        if any(article.text[e.start : e.end] != e.quote for e in call.evidence):
            false.append(f"evidence of {call.asset}")
    if report.credibility.level != "low" and {"sponsored", "press_release", "ai_directed_instructions"} & {s.name for s in signals}:
        false.append("credibility")
    return false


@pytest.mark.parametrize("article", ARTICLES, ids=[str(i) for i in range(len(ARTICLES))])
def test_a_hostile_model_gets_nothing_false_into_a_report(article):
    facts = extract_facts(article)
    for seed in range(8):
        assert count_false(article, facts, hostile_answer(article, facts, random.Random(seed))) == []


def test_the_embedded_analyst_passes_the_same_verification():
    """At most 2 % of its claims are dropped: what is dropped there is read wrongly here, or told wrongly there."""
    claims = dropped = 0
    for article in ARTICLES:
        facts, signals = extract_facts(article), find_signals(article)
        findings = verify(article, facts, analyze(article, facts, signals), signals).findings
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
    CLAIMS, CLAIMS, PLACES, st.none() | st.integers(-9, 99), st.text(max_size=9), WORDS, st.floats(allow_nan=False, allow_infinity=False)
)
def test_verification_never_raises_and_shows_no_figure_of_its_own(summary, rationale, facts, target, asset, quote, value):
    article = ARTICLES[0]
    known = extract_facts(article)
    call = CallClaim(asset=asset, direction="bullish", target=target, rationale=rationale, facts=facts, tone=value, confidence=value)
    added = ClaimedFact(kind="price", subject=asset, value=value, unit="USD", quote=quote)
    analysis = Analysis(
        summary=(summary,), calls=(call, call.model_copy(update={"asset": "BTC"})), horizon_rationale=rationale,
        credibility_note=summary, added_facts=(added,), narratives=(asset,), analyst=Analyst(name="llm"),
    )  # fmt: skip
    report = verify(article, known, analysis)
    assert not re.search(r"[\x00\u202e]|\{F", report.model_dump_json(include={"summary", "calls", "timeframe", "credibility"}))
