"""Whether a clause states its figure: the words around the number decide, whatever its kind."""

import pytest

from summarizer.facts.candidates import find_candidates
from summarizer.facts.statements import is_stated
from tests.support.observed import read


def is_stated_in(string: str, kind: str) -> bool:
    """Whether the last number of the text is stated to be of the kind."""
    text = read(string)
    return is_stated(text, find_candidates(text)[-1], kind)


STATED = [
    ("price_change", "Bitcoin fell 4% on Monday.", True),
    ("price_change", "Ann Writer predicts bitcoin to rally 70%.", False),
    ("price_change", "Bitcoin could fall another 12%.", False),
    ("price_change", "Bitcoin is likely to rise by about 9%.", False),
    ("price_change", "Bitcoin fell 12%, as it was expected.", True),
    ("price_change", "Ether, at 61%, remains the lower of both.", False),
    ("price_change", "If bitcoin fell 20%, miners would stop.", False),
    ("price_change", "Bitcoin gave back all of its 8% rally.", False),
    ("price_change", "Bitcoin did not fall 8%.", False),
    ("price_change", "Did bitcoin fall 8%?", False),
    ("price_change", "Gas fees on Ethereum fell 12%.", False),
    ("price_change", "Larkfund holds 12% of the supply.", False),
    ("price", "Bitcoin is at $64,000.", True),
    ("resistance_level", "Resistance lies at the 0.618 retracement.", False),
    ("resistance_level", "Fib levels are near; the shelf is at 0.65.", False),
    ("resistance_level", "Resistance lies at 0.618.", True),
    ("resistance_level", "A retracement to 0.61 is near.", True),
    ("price", "Bitcoin was up about $750.", False),
    ("price", "Bitcoin climbed by $750.", False),
    ("price", "Bitcoin is $3,080 away from its high.", False),
    ("price", "Bitcoin stands $3,080 below its record high.", False),
    ("price", "He set a stop-loss at $64,000.", False),
    ("price", "Traders hold the $64,000 strike.", False),
    ("price", "Her net worth is $64,000.", False),
    ("price_past", "Bitcoin was never at $64,000.", True),
    ("price", "Bitcoin was never at $64,000.", False),
    ("market_cap", "Crypto is worth $2 trillion.", True),
    ("market_cap", "The crash wiped out $200 billion.", False),
    ("exploit_loss", "Halcyon lost $500 million.", True),
    ("exploit_loss", "Halcyon has not lost $500 million.", False),
    ("etf_flow", "Funds saw an outflow of $1 billion.", True),
    ("etf_flow", "Funds saw no $1 billion outflow.", False),
    ("etf_flow", "Open interest of the funds rose to $1 billion.", False),
]


@pytest.mark.parametrize(("kind", "string", "stated"), STATED)
def test_a_figure_is_stated_by_the_words_around_it(kind, string, stated):
    assert is_stated_in(string, kind) is stated
