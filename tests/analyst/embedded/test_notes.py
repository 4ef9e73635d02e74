"""What a timeframe is told to rest on."""

import pytest

from summarizer.analyst.embedded.notes import explain_horizon
from summarizer.analyst.embedded.reasons import Reasons
from summarizer.models import Evidence, Fact
from summarizer.narratives import find_narratives
from tests.support.observed import read

ARTICLE = (
    "Bitcoin trades at $60,000, down 4% in a day and 9% in a year. Support sits at $58,000, and a"
    " floor far below at $30,000. Funding on Binance is -0.02%. Larkfund raised $40 million."
)


def state(kind: str, value: float, quote: str, **about) -> Fact:
    start = ARTICLE.index(quote)
    evidence = Evidence(quote=quote, start=start, end=start + len(quote))
    fields = {"subject": "BTC", "unit": "USD", **about}
    return Fact(kind=kind, value=value, evidence=evidence, **fields)


PRICE = state("price", 60_000, "$60,000")
DAY = state("price_change", -4, "4%", unit="%", period="24h")
YEAR = state("price_change", -9, "9%", unit="%", period="1y")
NEAR = state("support_level", 58_000, "$58,000")
FAR = state("support_level", 30_000, "$30,000")
FUNDING = state("funding_rate", -0.02, "-0.02%", unit="%", venue="Binance")
RAISE = state("fund_raise", 40e6, "$40 million", subject="Larkfund")


@pytest.mark.parametrize(
    ("horizon", "facts", "words"),
    [
        ("short_term", [DAY], "It rests on the latest moves (BTC {N0} over 24h)."),
        ("short_term", [YEAR], ""),
        ("short_term", [PRICE, NEAR], "It rests on price levels near by (BTC {N1})."),
        ("short_term", [PRICE, FAR], ""),
        ("short_term", [NEAR], ""),
        ("short_term", [RAISE], ""),
        ("long_term", [DAY, RAISE], "It rests on a funding round (Larkfund {N1})."),
        (
            "short_term",
            [FUNDING, DAY, PRICE, NEAR],
            (
                "It rests on positioning in derivatives (BTC {N0} on Binance)"
                " and the latest moves (BTC {N1} over 24h)."
            ),
        ),
        ("short_term", [DAY.model_copy(update={"unsure": True, "confidence": 0.2})], ""),
    ],
)
def test_a_timeframe_rests_on_sure_facts_of_its_time(horizon, facts, words):
    assert explain_horizon(horizon, Reasons(read(ARTICLE), facts), ()).text == words


def test_a_theme_shows_a_timeframe_where_the_lead_has_it():
    theme = "Regulators sued an exchange: the SEC filed a lawsuit over securities law."
    filler = "Traders met in Oslo on a quiet day and spoke of little else. " * 12
    for string, words in [
        (f"{theme} {filler}", "It rests on law and regulation."),
        (f"{filler}{theme}", ""),
    ]:
        text = read(string)
        themes = [each for each in find_narratives(text) if each.name in ("regulation",)]
        assert themes
        assert explain_horizon("long_term", Reasons(text, []), themes).text == words


def test_no_timeframe_rests_on_a_holding_that_was_sold_nor_on_a_round_of_a_coin_itself():
    string = "Larkfund holds 8,000 ETH, down from 27,000. The round brought bitcoin $2 million."
    for kind, horizon, figure, subject in (
        ("treasury_holding", "medium_term", "8,000 ETH", "ETH"),
        ("fund_raise", "long_term", "$2 million", "BTC"),
    ):
        start = string.index(figure)
        evidence = Evidence(quote=figure, start=start, end=start + len(figure))
        fact = Fact(
            kind=kind, value=1, unit="USD", subject=subject, venue="Larkfund", evidence=evidence
        )
        assert explain_horizon(horizon, Reasons(read(string), [fact]), ()).text == ""
