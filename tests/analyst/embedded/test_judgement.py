"""Whether an article speaks of a name as of something that is bought and sold."""

import pytest

from summarizer.analyst.embedded.judgement import is_traded
from summarizer.analyst.embedded.reasons import Reasons
from tests.support.observed import read


def is_traded_in(string: str, asset: str, title: str | None = None) -> bool:
    return is_traded(Reasons(read(string, title), []), asset)


@pytest.mark.parametrize(
    ("asset", "string"),
    [
        ("BTC", "Bitcoin was discussed in Oslo on Monday."),
        ("HLYN", "Halcyon Yards (HLYN) fell again. Holders of the token HLYN wait for Friday."),
        ("QVRX", "$QVRX slid by a tenth on Monday as a fund sold its coins."),
        ("MSTR", "Shares of MicroStrategy fell 4% on Monday."),
        ("COIN", "Coinbase stock fell 4% on Monday."),
        ("COIN", "Coinbase (NASDAQ: COIN) reported a loss on Monday."),
    ],
)
def test_what_is_called_a_coin_or_a_stock_is_traded(asset, string):
    assert is_traded_in(string, asset)


@pytest.mark.parametrize(
    ("asset", "string"),
    [
        ("MSTR", "MicroStrategy bought 400 bitcoin on Monday, it said in Oslo."),
        ("HLYN", "The Halcyon Yards Network (HLYN) met in Oslo on Monday, its members said."),
    ],
)
def test_a_company_that_acts_and_a_name_of_something_else_are_not(asset, string):
    assert not is_traded_in(string, asset)


def test_a_sector_is_where_the_title_names_it():
    string = "Traders of memecoins sold on Monday, and memecoins fell by a tenth."
    (sector,) = {m.subject for m in read(string).mentions if m.group == "sector"}
    assert is_traded_in(string, sector, title="Memecoins fall")
    assert not is_traded_in(string, sector, title="Traders sell")
