import re
from pathlib import Path

import pytest

from eval.records import load_own, load_real
from summarizer.page.article import make_article
from summarizer.page.furniture import is_bio, is_furniture_line, strip_furniture
from summarizer.text.spans import normalise
from tests.support.clock import within

SEED = Path(__file__).parents[3] / "shared" / "seed" / "000_9d70647d97340972.txt"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (
            "Share this article Copy link X icon X (Twitter) LinkedIn Facebook Email Bitcoin fell.",
            "Bitcoin fell.",
        ),
        (
            "It fell. STORY CONTINUES BELOW You agree to our terms and privacy policy . It rose.",
            "It fell. It rose.",
        ),
        ("It fell.\nRelated Reading: Ether slips to $2,000\nIt rose.", "It fell.\nIt rose."),
        ("It fell.\nAdvertisement\nSign up for our newsletter\nIt rose.", "It fell.\nIt rose."),
        ("It fell. BTC $68,632.97 ▲ 0.34% ETH $2,009.89 ▼ 0.84% WLD $0.3936 ▲ 3.24%", "It fell."),
        ("It fell.\nBTC $68,632.97 +0.34%\nETH $2,009.89 -0.84%", "It fell."),
        ("Bitcoin BTC $ 68,632.97 is struggling.", "Bitcoin BTC $ 68,632.97 is struggling."),
        ("Bitcoin BTC $68,632.97 ▲0.3% is struggling.", "Bitcoin BTC $68,632.97 is struggling."),
        ("It fell. .box-a { margin: 0; padding: 4px } It rose.", "It fell. It rose."),
        ("It rose. The post Coin rises to $5 appeared first on Daily Coin .", "It rose."),
        (
            "It fell.\nBy Ana Ruiz · 7 Nov 2025 · 3 min · 1,204 reads\nIt rose.",
            "It fell.\nIt rose.",
        ),
        (
            "It fell.\nAna Ruiz·Follow4 min read · Nov 27, 2023612 claps\nIt rose.",
            "It fell.\nIt rose.",
        ),
        (
            "It fell.\nBTC/USD, daily. Chart: the Gazette\nMedia contact: a@b.example\nIt rose.",
            "It fell.\nIt rose.",
        ),
        (
            "It rose. The post Coin rises to $5 appeared first on Daily Coin News It fell later.",
            "It rose. It fell later.",
        ),
        ("It fell. Continue Reading: Coin Rises To $5! Here Are the Details", "It fell."),
        (
            "It fell. @media (max-width: 580px) { } @media print { a { } It rose.",
            "It fell. @media print { a { } It rose.",
        ),
        (
            "It fell. Never Miss a Beat! Stay ahead. Subscribe var a = []; function ask(b) { }",
            "It fell.",
        ),
        # what must stay
        (
            "Continue reading: it fell.\nThen it rose. Let us see: var is a function of risk.",
            "Continue reading: it fell.\nThen it rose. Let us see: var is a function of risk.",
        ),
        (
            "BTC $68,000 +2%, ETH $2,009 -1% and SOL were mixed.",
            "BTC $68,000 +2%, ETH $2,009 -1% and SOL were mixed.",
        ),
        (
            "U.S. rules { see below: none } help. Related tokens fell 4%.",
            "U.S. rules { see below: none } help. Related tokens fell 4%.",
        ),
        ("Sign of the times: shares fell.", "Sign of the times: shares fell."),
        (
            "The post office said it would accept bitcoin.",
            "The post office said it would accept bitcoin.",
        ),
        ("Subscribe rates rose 4% at the exchange.", "Subscribe rates rose 4% at the exchange."),
    ],
)
def test_pasted_text(text, left):
    assert strip_furniture(text) == left


@pytest.mark.parametrize(
    "line",
    [
        "0.61",
        "42 and 58",
        "Correction",
        "So what happens Friday?",
        "Source says SOL may fall",
        "What it costs",
        "By Tuesday, the pair had lost 4% since May 2025",
        "Made by hand: 2,000 charts a year",
        "Premium | chart: 4% a year. Basis: 3%",
    ],
)
def test_a_subhead_is_no_furniture(line):
    assert not is_furniture_line(line)


@pytest.mark.timed
@pytest.mark.parametrize(
    "piece",
    [
        *(".a{:", ".a{" + ":" * 500_000, "a.b,c>d:", "@media {", "var a = ", "let a = function b"),
        *(
            "The post ",
            "Share this article ",
            "STORY CONTINUES BELOW ",
            "By signing up, you agree ",
        ),
        *(
            "Sign me up ",
            "Featured image from ",
            "Related: ",
            "Follow us on X ",
            "Continue Reading: ",
        ),
        *("Never Miss a Beat! Stay ahead ", ". And In this article ", "BTC BTC ", "BTC $1 ▲"),
        *("BTC $1 +1% ", "A ", "x" * 1000),
    ],
    ids=range(22),
)
def test_hostile_text_takes_no_squared_time(piece):
    text = piece * (600_000 // len(piece))
    with within(2):
        strip_furniture(text)


def test_the_seed_loses_its_page_and_keeps_its_article():
    if not SEED.is_file():
        pytest.skip("the seed is looked for in ../shared/seed, beside the checkout")
    text = make_article(SEED.read_text("utf-8").splitlines()[4]).text
    furniture = "Copy link|STORY CONTINUES|newsletters|privacy policy|In this article|◢|LinkedIn"
    assert not re.search(furniture, text)
    assert "Bitcoin BTC $ 68,632.97 is struggling" in text and "WLD $ 0.3936 , co-founded" in text
    assert "“careful consideration.”" in text


def test_no_labelled_quote_is_cut():
    cut = []
    for labelled in [*load_own(), *load_real()]:
        text = normalise(labelled.record.get("text") or "") or labelled.article.text
        quotes = [fact["quote"] for fact in labelled.labels["facts"] if fact["quote"] in text]
        cut += [(labelled.id, quote) for quote in quotes if quote not in labelled.article.text]
    assert not cut


@pytest.mark.parametrize(
    ("line", "bio"),
    [
        ("Ana Ruiz covers derivatives from Lisbon. She holds BTC and ETH.", True),
        ("Ana is a markets reporter in Madrid.", True),
        ("He holds BTC, SOL and ETH above the disclosure threshold.", True),
        ("Ms. Ruiz does not own ARVL. She owns 40 SOL.", True),
        ("Ms. Lee owns 40 SOL, filings show.", False),
        ("He sees support at $58,000.", False),
        ("Strategy holds 629,376 BTC.", False),
        (
            "Ana Botín said that her bank would wait, because nobody knows what the Fed will do.",
            False,
        ),
    ],
)
def test_lines_about_the_author(line, bio):
    assert is_bio(line, ("Ana Ruiz",)) is bio
