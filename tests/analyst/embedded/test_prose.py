"""Which sentences a reader understands alone, and what is left of one that is trimmed."""

from datetime import UTC, datetime

import pytest

from summarizer.analyst.embedded.prose import is_past, shorten, stands_alone


@pytest.mark.parametrize(
    "sentence",
    [
        "Halcyon fell 4% on Tuesday after a fund sold its coins.",
        "Meanwhile, Halcyon fell 4% on Tuesday after a fund sold.",
        "“We sold half of our coins on Monday,” said Maria Lopez of Larkfund.",
        "This week Halcyon rose to its highest price since March.",
        "Larkfund Opens A New Office In The South The fund said on Tuesday that it holds 40 coins.",
    ],
)
def test_whole_sentences_stand_alone(sentence):
    assert stands_alone(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "The move came after a fund sold all of its coins.",
        "On the same day, the price of Halcyon fell to $40.",
        "After those losses Halcyon traded at $40 on Tuesday.",
        "Out of these, Halcyon and Larkspur rose by a fifth today.",
        "Last year, the company raised 20 million dollars in funding.",
        "As seen in the above chart, Halcyon has lost its support.",
        "We expect Halcyon to rise to $50 within a month or two.",
        "“We anticipate that Halcyon will rise to $50 within a month.",
        "What comes next for Halcyon? Traders wait for the vote on Friday.",
        "The post Halcyon Falls appeared first on the Harbour Ledger today.",
        "Liquidity Pools: Funds that traders share in order to lend coins.",
        "Halcyon Gains Strength Amid Strong Market Demand Mara Quill said that buyers return.",
        "Trading was quiet over the weekend Over the past week Halcyon rose by a tenth.",
        "According To Expert Quill compared these coins to the tulips of another century.",
        "HLC: $48 million in Liquidations Halcyon’s large figure was a surprise to some traders.",
        "Holdings in April: about 400 coins Holdings in June: about 900 coins were the fund’s.",
        "Nor Fund buys coins by the thousand Nor Fund has said that it will buy more of them.",
        "It has low fees Fast payouts in a day Friendly people on the phone Old reports online.",
        "At the time, the price of Halcyon had risen to nearly $40 on the exchange.",
        "Halcyon, on the other hand, trades just 4% below its highest price of the year.",
    ],
)
def test_what_leans_on_other_words_or_is_furniture_does_not(sentence):
    assert not stands_alone(sentence)


@pytest.mark.parametrize(
    ("sentence", "left"),
    [
        ("Similarly, Halcyon (HLC) rose to $40 .", "Halcyon rose to $40."),
        ("Sales Reach New High Last week’s sales beat those of March.", "Last week’s sales beat"),
        ("One change stands out: Maria Lopez has left the board of the fund on Monday.", "Maria"),
        ("The rumour is false: Maria Lopez has left the board of the fund on Monday.", "The rum"),
        ("Halcyon''s price rose to $40 on Monday.", "Halcyon's price rose"),
        (
            "He was beaten with a pipe not in an alley, but in the court that heard his case.",
            "He was beaten with a pipe not in an alley, but in the court",
        ),
        (
            "The fund in Oslo pays 4 % – on coins that it lends – as well as a bonus on this rate.",
            "The fund in Oslo pays 4 %.",
        ),
    ],
)
def test_a_sentence_loses_its_heading_its_lead_in_and_half_open_clauses(sentence, left):
    shortened = shorten(sentence, most=12)
    assert shortened.startswith(left)
    assert (shortened.count("–") % 2, shortened[-1]) == (0, ".")


def test_no_name_is_cut_as_a_heading():
    for sentence in (
        "Bank of America and Morgan Stanley hold more coins than before.",
        "On Friday The Harbour Ledger wrote that Halcyon had been sold.",
        "Former Larkfund Chief Maria Lopez sold her coins on Tuesday.",
    ):
        assert shorten(sentence) == sentence


def test_only_what_names_no_later_year_is_past():
    published_at = datetime(2026, 3, 1, tzinfo=UTC)
    assert is_past("In May 2022, Larkspur launched a new chain.", published_at)
    assert not is_past("Larkspur, founded in 2022, plans a new chain by 2027.", published_at)
    assert not is_past("Larkspur plans a new chain.", published_at)
