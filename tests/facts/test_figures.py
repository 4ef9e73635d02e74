import pytest

from summarizer.facts.figures import describe_fact, distance, format_value, group_facts
from summarizer.models import Call, Evidence, Fact, Target

HERE = Evidence(quote="x", start=0, end=1)


def fact(kind="price", subject="BTC", value=58000.0, unit="USD", **about):
    return Fact(kind=kind, subject=subject, value=value, unit=unit, evidence=HERE, **about)


def call(target=None, direction="bearish"):
    level = Target(value=target, unit="USD", evidence=HERE) if target else None
    return Call(
        asset="BTC", direction=direction, tone=0, confidence=0.5, target=level, rationale=""
    )


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (15_900_000_000, "USD", "$15.9B"),
        (-15_900_000_000, "USD", "−$15.9B"),
        (52_000_000, "USD", "$52M"),
        (2.4e12, "USD", "$2.4T"),
        (1e15, "USD", "$1,000T"),
        (999_999_999, "USD", "$1B"),
        (68160, "USD", "$68,160"),
        (68632.97, "USD", "$68,632.97"),
        (999.99999, "USD", "$1,000"),
        (71284.1, "USD", "$71,284.10"),
        (144.9, "USD", "$144.90"),
        (2.5, "EUR", "€2.50"),
        (2.5, "BTC", "2.5 BTC"),
        (0.3936, "USD", "$0.3936"),
        (0, "USD", "$0"),
        (0.0000123, "USD", "$0.0000123"),
        (1.234e-13, "USD", "$0.0000000000001234"),
        (52000, "EUR", "€52,000"),
        (44000, "GBP", "£44,000"),
        (8.9e6, "JPY", "¥8.9M"),
        (234e7, "INR", "₹2.34B"),
        (5e7, "CHF", "50M CHF"),
        (1142, "BTC", "1,142 BTC"),
        (12.5e6, "XRP", "12.5M XRP"),
        (-7, "%", "−7%"),
        (0.012, "%", "0.012%"),
        (1250, "%", "1,250%"),
        (200, "bps", "200 bps"),
        (0.74, "ratio", "0.74"),
        (23, "index", "23"),
        (1_250_000, "count", "1,250,000"),
    ],
)
def test_values_are_written_as_people_write_them(value, unit, shown):
    assert format_value(value, unit) == shown


@pytest.mark.parametrize(
    ("stated", "shown"),
    [
        (fact("price_change", value=21, unit="%", period="24h"), "+21% 24h"),
        (fact("price_change", value=-3.2, unit="%"), "−3.2%"),
        (fact("funding_rate", value=-7, unit="%", venue="Binance"), "−7% Binance"),
        (fact("etf_flow", value=5e6), "+$5M"),
        (fact("price"), "$58,000"),
        (fact("dominance", value=58, unit="%"), "58%"),
        (fact("fund_raise", subject="Zebra", value=3e6, qualifier="series_a"), "$3M series a"),
    ],
)
def test_a_fact_says_what_narrows_it_down(stated, shown):
    assert describe_fact(stated) == shown


def test_facts_are_grouped_in_a_readers_order():
    facts = (
        fact("funding_rate", value=-7, unit="%"),
        fact("price_change", "ETH", -4, "%"),
        fact(),
        fact("price", "ETH", 2000),
        fact(value=59000),
    )
    assert group_facts(facts) == [
        ("Prices", [("price", "BTC $58,000, $59,000; ETH $2,000"), ("price change", "ETH −4%")]),
        ("Derivatives", [("funding rate", "BTC −7%")]),
    ]
    assert group_facts(()) == []


def test_distance_is_in_percent_of_the_price():
    assert distance(call(55100), (fact(),)) == pytest.approx(-5)
    assert distance(call(60900, "bullish"), (fact(),)) == pytest.approx(5)
    assert distance(call(55100), (fact(subject="ETH"),)) is None
    assert distance(call(), (fact(),)) is None


def test_levels_are_sorted_the_nearest_to_the_price_first():
    facts = [
        fact(kind, value=value)
        for value in (3, 1, 2)
        for kind in ("support_level", "resistance_level")
    ]
    ((_, rows),) = group_facts(facts)
    assert dict(rows) == {"support level": "BTC $3, $2, $1", "resistance level": "BTC $1, $2, $3"}


def test_an_earlier_value_stands_behind_the_later_one():
    def stated(value, quote, start, **about):
        place = Evidence(quote=quote, start=start, end=start + len(quote))
        return fact("open_interest", value=value, **about).model_copy(update={"evidence": place})

    later = stated(33.6e9, "fell to $33.6 billion", 0)
    earlier = stated(36.9e9, "$33.6 billion from $36.9 billion", 8, as_of="a week ago")
    for facts in ([later, earlier], [earlier, later]):
        assert group_facts(facts)[0][1] == [("open interest", "BTC $33.6B, from $36.9B a week ago")]
    assert group_facts([earlier])[0][1] == [("open interest", "BTC $36.9B")]


@pytest.mark.parametrize(
    ("quote", "shown"),
    [
        ("slipped under $900 billion", "under $900B"),
        ("a value of more than $900 billion", "over $900B"),
        ("nearly $900 billion", "nearly $900B"),
        ("is just below $900 billion", "nearly $900B"),
        ("up to $900 billion)", "up to $900B"),
        ("$900 billion", "$900B"),
        ("over the weekend at $900 billion", "$900B"),
    ],
)
def test_a_bound_is_shown_with_its_figure(quote, shown):
    cap = fact("market_cap", "MARKET", 9e11).model_copy(
        update={"evidence": Evidence(quote=quote, start=0, end=len(quote))}
    )
    assert describe_fact(cap) == shown


def test_a_level_that_the_price_has_passed_is_called_broken():
    levels = [fact("resistance_level", value=value) for value in (60_000.0, 55_000.0)]
    (_, prices), (_, rows) = group_facts([fact(), *levels])
    assert prices == [("price", "BTC $58,000")]
    assert rows == [("resistance level", "BTC $55,000 broken, $60,000")]
    assert group_facts(levels)[0][1] == [("resistance level", "BTC $55,000, $60,000")]
