"""A good analysis, corrupted one way at a time: each lie has to be caught and left out."""

import re

import pytest

from summarizer.analysis import Analysis, CallClaim, Claim
from summarizer.models import Analyst, Evidence, Fact, Report
from summarizer.page.article import make_article
from tests.support.observed import Observed

TEXT = (
    "Bitcoin fell 4.2% in the past 24 hours and is trading at $61,300, according to CoinGlass. "
    "Ether rose 3.1% in the past 24 hours and is trading at $3,050. "
    "Open interest in bitcoin futures is $15.9 billion, and funding rates on Binance turned "
    "negative at -0.02%, while Bybit shows -0.05%. "
    "Analysts at Kaiko see bitcoin support at $60,000 and resistance at $64,000. "
    "Spot bitcoin ETFs saw outflows of $120 million on Monday. "
    "Liquidations across the crypto market reached $290 million. "
    "“Traders are cautious,” said Jane Miller of Kaiko. "
    "Analysts doubt that ether will reach $4,000."
)
OBSERVED = Observed(make_article(TEXT, title="Bitcoin falls as ether gains", source="CoinDesk"))


def _fact(kind: str, subject: str, value: float, unit: str, quote: str, **more: str) -> Fact:
    start = TEXT.index(quote)
    return Fact(
        kind=kind,
        subject=subject,
        value=value,
        unit=unit,
        evidence=Evidence(quote=quote, start=start, end=start + len(quote)),
        **more,
    )


FACTS = [
    _fact("price_change", "BTC", -4.2, "%", "fell 4.2%", period="24h"),  # F0
    _fact("price", "BTC", 61_300, "USD", "$61,300"),  # F1
    _fact("price_change", "ETH", 3.1, "%", "rose 3.1%", period="24h"),  # F2
    _fact("price", "ETH", 3_050, "USD", "$3,050"),  # F3
    _fact("open_interest", "BTC", 15.9e9, "USD", "$15.9 billion"),  # F4
    _fact("funding_rate", "BTC", -0.02, "%", "-0.02%", venue="Binance"),  # F5
    _fact("funding_rate", "BTC", -0.05, "%", "-0.05%", venue="Bybit"),  # F6
    _fact("support_level", "BTC", 60_000, "USD", "$60,000"),  # F7
    _fact("resistance_level", "BTC", 64_000, "USD", "$64,000"),  # F8
    _fact("etf_flow", "BTC", -120e6, "USD", "outflows of $120 million"),  # F9
    _fact("liquidations", "MARKET", 290e6, "USD", "$290 million"),  # F10
    _fact("price_target", "ETH", 4_000, "USD", "$4,000"),  # F11
]
OBSERVED.facts = FACTS
GOOD = (
    "Bitcoin fell {N0} over 24 hours and is trading at {N1}, while ether rose {N2}.",
    "Bitcoin funding on Binance is negative at {N5}, and open interest is {N4}.",
    "Bitcoin support at {N7} lies {D7}, resistance at {N8} {D8}.",
    "Spot bitcoin ETFs had outflows of {N9}.",
    "Across the crypto market, liquidations reached {N10}.",
    "“Traders are cautious,” said Jane Miller of Kaiko.",
    "Ether trades at $3,050, up 3.1%.",
    "Bitcoin fell to a price of {N1}.",
    "Bitcoin trades above support at {N7}.",
    "Open interest in bitcoin futures is $15.9 billion.",
    "Bitcoin looks weak on Monday.",
    "Analysts see bitcoin support at {N7} and resistance at {N8}.",
    "Bitcoin slipped {N0} over the past day to {N1}.",
    "Negative funding ({N5} on Binance, {N6} on Bybit) and open interest of {N4} weigh on bitcoin.",
    "Bitcoin could fall to {N7}, {D7}.",
    "A break above {N8} would help bitcoin.",
    "Ether may reach {N11}, {D11}, analysts say.",
    "Bitcoin funding is between {N6} and {N5}.",
)
CALL = CallClaim(
    asset="BTC",
    direction="bearish",
    tone=-0.5,
    target=7,
    facts=(0, 7),
    rationale=Claim(text="Bitcoin fell {N0}.", sentences=(0,)),
)
LIES = {
    "another digit": "Bitcoin fell 4.3% over 24 hours.",
    "a digit more": "Bitcoin is trading at $61,3000.",
    "a digit less": "Bitcoin is trading at $6,130.",
    "a scale": "Open interest in bitcoin futures is $15.9 million.",
    "a sign by its word": "Bitcoin rose {N0}.",
    "a sign by its word, the other way": "Ether fell {N2}.",
    "a sign typed": "Bitcoin moved +4.2%.",
    "a sign left out": "The bitcoin price moved 4.2%.",
    "a sign by a typed figure's word": "Bitcoin gained 4.2%.",
    "a sign by the word after": "Bitcoin saw a {N0} gain.",
    "flows turned round": "Spot bitcoin ETFs had inflows of {N9}.",
    "funding turned round": "Bitcoin funding is positive at {N5}.",
    "a move denied": "Bitcoin did not fall {N0}.",
    "a unit": "Bitcoin fell $4.2.",
    "a unit of money": "Bitcoin is trading at €61,300.",
    "another asset's change": "Bitcoin rose {N2}.",
    "another asset's price": "Ether is trading at {N1}.",
    "another asset's price, typed": "Ether is trading at $61,300.",
    "two figures swapped": "Bitcoin rose {N2} and ether fell {N0}.",
    "two prices swapped": "Bitcoin is trading at {N3}, while ether is trading at {N1}.",
    "the market's figure on one asset": "Bitcoin liquidations reached {N10}.",
    "one asset's figure on the market": "Across the crypto market, funding is negative at {N5}.",
    "support for resistance": "Bitcoin resistance is at {N7}.",
    "resistance for support": "Bitcoin support is at {N8}.",
    "a level for the price": "Bitcoin is trading at {N7}.",
    "open interest for volume": "Bitcoin trading volume is {N4}.",
    "open interest for ETF flows": "Bitcoin ETF inflows were {N4}.",
    "funding for a price change": "The bitcoin price fell {N5}.",
    "a price for a target": "Bitcoin has a price target of {N1}.",
    "the wrong side of the price": "Bitcoin trades below {N7}.",
    "the other side of the price": "Bitcoin trades above {N8}.",
    "a move to the price that was none": "Bitcoin rose to a price of {N1}.",
    "another period": "Bitcoin fell {N0} over the past week.",
    "another venue": "Bitcoin funding is negative at {N5} on Bybit.",
    "no such fact": "Bitcoin fell {N99}.",
    "a reference that is none": "Bitcoin fell {Nx}.",
    "a distance that is none": "Bitcoin open interest lies {D4}.",
    "a number in words": "Bitcoin fell five percent.",
    "a multiple in words": "Bitcoin open interest doubled.",
    "a multiple": "Bitcoin will go 10x.",
    "a fullwidth digit": "Bitcoin fell ９%.",
    "a superscript": "Bitcoin fell to 10⁴ dollars.",
    "a fraction": "Bitcoin lost ½ of its value.",
    "a Roman numeral": "Bitcoin fell Ⅻ percent.",
    "a year": "Bitcoin may recover in 2031.",
    "a date": "Bitcoin may recover on 12 March.",
    "a day": "Bitcoin may recover on Friday.",
    "an asset that is not there": "Solana is weak too.",
    "a ticker that is not there": "Traders move into $WIF.",
    "a ticker nobody knows": "Traders move into ZZZQ.",
    "a person": "Bitcoin is weak, said John Smith.",
    "a firm": "Bitcoin is weak, according to Glassnode.",
    "a quotation": "Traders are “terrified” of bitcoin.",
    "a quotation, a word changed": "“Traders are reckless,” said Jane Miller of Kaiko.",
    "a quotation without end": "Traders are “cautious about bitcoin.",
    "another asset set apart": "Bitcoin, unlike ether, rose {N2}.",
    "a sign before a reference": "Ether moved -{N2}.",
    "a scale after a reference": "Open interest in bitcoin futures is {N4} billion.",
    "a digit before a reference": "Bitcoin is trading at 1{N1}.",
    "a digit after a reference": "Bitcoin is trading at {N1}0.",
    "a currency before a reference": "Bitcoin is trading at €{N1}.",
    "a rate": "Bitcoin fell {N0} per hour.",
    "a factor": "Bitcoin open interest is 2×{N4}.",
    "a printed sentence, a word changed": "Open interest in ether futures is $15.9 billion.",
    "a printed sentence, its head cut off": "Ether will reach $4,000.",
}


def _analysis(**change: object) -> Analysis:
    good = {
        "summary": tuple(Claim(text=text, sentences=tuple(range(8))) for text in GOOD),
        "calls": (CALL,),
        "overall": "bearish",
        "horizon_rationale": Claim(text="Moves of the day work within days."),
        "analyst": Analyst(name="llm"),
    }
    return Analysis.model_validate(good | change)


def list_dropped(report: Report) -> list[str]:
    return [f.where for f in report.findings if f.verdict == "dropped" and f.where != "narratives"]


def test_the_good_analysis_is_kept_whole():
    assert list_dropped(OBSERVED.verify(_analysis())) == []
    report = OBSERVED.verify(_analysis())
    assert report.summary.startswith(
        "Bitcoin fell 4.2% over 24 hours and is trading at $61,300, while ether rose 3.1%."
    )
    assert report.calls[0].target.value == 60_000


@pytest.mark.parametrize("where", ["summary", "rationale", "timeframe", "credibility"])
@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
def test_a_lie_is_caught_wherever_it_is_told(lie, where):
    claim = Claim(text=lie, sentences=tuple(range(8)))
    change = {
        "summary": {"summary": (claim,)},
        "rationale": {"calls": (CALL.model_copy(update={"rationale": claim}),)},
        "timeframe": {"horizon_rationale": claim},
        "credibility": {"credibility_note": claim},
    }[where]
    assert len(list_dropped(OBSERVED.verify(_analysis(**change)))) == 1
    report = OBSERVED.verify(_analysis(**change))
    shown = {
        "summary": report.summary,
        "timeframe": report.timeframe.rationale,
        "credibility": report.credibility.note,
    }
    if where == "rationale":  # what the summary says of the asset stands in its place
        assert report.summary.startswith(report.calls[0].rationale)
    else:
        assert shown[where] == ""


def test_a_reason_keeps_its_sentences_that_stand_and_else_takes_one_of_the_summary():
    lie, truth = "Bitcoin rose {N0}.", "Bitcoin fell {N0}."

    def reason_for(text: str, summary: str) -> str:
        rationale = Claim(text=text, sentences=(0,))
        claims = (Claim(text=summary, sentences=(1,)),)
        return (
            OBSERVED.verify(_analysis(**_call(rationale=rationale), summary=claims))
            .calls[0]
            .rationale
        )

    assert reason_for(f"{lie} {truth}", "Ether rose {N2}.") == "Bitcoin fell 4.2%."
    assert reason_for(lie, "Bitcoin trades at {N1}.") == "Bitcoin trades at $61,300."
    assert reason_for(lie, "Ether rose {N2}.") == ""


def _call(**change: object) -> dict[str, object]:
    return {"calls": (CALL.model_copy(update=change),)}


FALSE_STATEMENTS = {
    "a target of another asset": _call(target=11),
    "a target on the wrong side": _call(target=8),
    "a target below for bullish": _call(direction="bullish"),
    "a target for neutral": _call(direction="neutral"),
    "a target that is the price": _call(target=1),
    "a target that is a flow": _call(target=9),
    "a target that is no fact": _call(target=77),
    "a call on an asset that is not there": _call(asset="SOL"),
    "a call on a name": _call(asset="Bitcoin"),
    "a call on everything": _call(asset="MARKET"),
    "a second call on an asset": {
        "calls": (CALL, CALL.model_copy(update={"direction": "bullish", "target": None}))
    },
    "a call on another asset's facts": _call(asset="ETH", direction="bullish", target=None),
    "a call on no facts": _call(facts=(55,)),
    "a call on nothing": _call(facts=(), rationale=Claim(text="Bitcoin is weak.")),
    "a call on a sentence about another": _call(
        facts=(), rationale=Claim(text="Bitcoin is weak.", sentences=(1,))
    ),
    "a sentence that is not there": {"summary": (Claim(text="Bitcoin is weak.", sentences=(99,)),)},
    "a sentence before the first": {"summary": (Claim(text="Bitcoin is weak.", sentences=(-1,)),)},
    "a summary that cites nothing": {"summary": (Claim(text="Bitcoin is weak."),)},
}


@pytest.mark.parametrize("change", FALSE_STATEMENTS.values(), ids=FALSE_STATEMENTS.keys())
def test_a_false_statement_is_caught(change):
    assert list_dropped(OBSERVED.verify(_analysis(**change)))
    report = OBSERVED.verify(_analysis(**change))
    assert all(call.target is None or call.target.value == 60_000 for call in report.calls)
    assert {call.asset for call in report.calls} <= {"BTC"}


def test_no_figure_survives_that_is_no_facts():
    """All lies at once, in every field: the figures of the report are those of the facts."""
    claims = tuple(Claim(text=lie, sentences=(0,)) for lie in LIES.values())
    calls = tuple(
        CALL.model_copy(update={"asset": a, "rationale": c})
        for a, c in zip(["BTC", "ETH", "SOL"], claims, strict=False)
    )
    report = OBSERVED.verify(
        _analysis(
            summary=claims, calls=calls, horizon_rationale=claims[0], credibility_note=claims[1]
        ),
    )
    shown = " ".join(
        [
            report.summary,
            report.timeframe.rationale,
            report.credibility.note,
            *(call.rationale for call in report.calls),
        ]
    )
    assert re.findall(r"\d", shown) == []
