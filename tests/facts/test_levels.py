"""Which level may be a target: on the direction's side of the price, and where no price is stated,
of the other levels.
"""

import pytest

from summarizer.facts.candidates import find_candidates
from summarizer.facts.levels import is_target, tells_broken
from summarizer.models import Evidence, Fact
from tests.support.observed import read


def level(kind, value, subject="BTC"):
    return Fact(
        kind=kind,
        subject=subject,
        value=value,
        unit="USD",
        evidence=Evidence(quote="x", start=0, end=1),
    )


@pytest.mark.parametrize(
    ("others", "kind", "value", "direction", "fits"),
    [
        ([("price", 100)], "price_target", 120, "bullish", True),
        ([("price", 100)], "price_target", 120, "bearish", False),
        ([("price", 100)], "support_level", 90, "bearish", True),
        ([("price", 100)], "price_target", 100, "bullish", False),
        ([("price", 100)], "price_target", 100.4, "bullish", False),  # the price stands at it
        ([("price", 100)], "price_target", 100.6, "bullish", True),
        ([("price", 100)], "support_level", 99.6, "bearish", False),
        ([], "price_target", 120, "bullish", True),
        ([], "price_target", 120, "neutral", False),
        (
            [("support_level", 118)],
            "price_target",
            116,
            "bullish",
            False,
        ),  # what a broken support leads to is no aim of a rise
        ([("support_level", 118)], "price_target", 116, "bearish", True),
        ([("support_level", 118)], "price_target", 130, "bullish", True),
        ([("resistance_level", 118)], "price_target", 125, "bearish", False),
        ([], "support_level", 90, "bullish", False),
    ],
)
def test_a_target_lies_on_the_right_side(others, kind, value, direction, fits):
    fact = level(kind, value)
    assert is_target([*(level(*other) for other in others), fact], fact, "BTC", direction) == fits


def test_a_level_of_another_asset_is_no_target():
    fact = level("price_target", 120, "ETH")
    assert not is_target([fact], fact, "BTC", "bullish")


@pytest.mark.parametrize(
    ("string", "kind", "broken"),
    [
        ("Ether cleared a major resistance at $3,100.", "resistance_level", True),
        ("Ether broke the $3,050 and $3,100 resistances.", "resistance_level", True),
        ("Ether fell below the support at $2,900.", "support_level", True),
        ("Ether fell below the mark of $2,900.", "resistance_level", False),
        ("A close above the resistance at $3,100 may help ether.", "resistance_level", False),
        ("If ether broke the resistance at $3,100.", "resistance_level", False),
        ("Ether needs to settle above $3,100.", "resistance_level", False),
        ("Ether climbed above its average and tested $3,100.", "resistance_level", False),
        ("Ether broke out; resistance lies at $3,100.", "resistance_level", False),
    ],
)
def test_a_level_is_broken_where_the_words_before_it_say_that_the_price_has_passed_it(
    string, kind, broken
):
    text = read(string)
    assert tells_broken(text, find_candidates(text)[-1], kind) is broken
