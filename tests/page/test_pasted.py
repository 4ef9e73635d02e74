"""Pasted text: broken lines are joined, and what stands above the article is read or dropped."""

import json
import textwrap
from pathlib import Path

import pytest

from summarizer.models import Page
from summarizer.page.article import extract_article
from summarizer.page.pasted import join_lines, read_pasted
from summarizer.pipeline import analyze_article
from summarizer.settings import Settings

DATA = Path(__file__).parents[2] / "eval" / "data"
SENTENCE = "Solana rose 3.1% on Monday to $148 as traders bought the dip."


def texts():
    for path in (DATA / "articles.jsonl", *sorted(DATA.glob("real_*.jsonl"))):
        for line in path.read_text("utf-8").splitlines():
            if len(text := json.loads(line).get("text") or "") > 400:
                yield text


@pytest.mark.parametrize("width", [60, 72, 100])
@pytest.mark.parametrize("on_hyphens", [True, False])
def test_wrapped_paragraphs_are_what_they_were(width, on_hyphens):
    text = (
        "Bitcoin held above $61,300 on Friday as long-term holders sold less than they had in any "
        "week since the exchange-traded funds began to trade, a desk said. It had lost 4.2%.\n"
        "Support at $60,000\n"
        "Ether is another matter: its funding rate on Binance turned negative at -0.02%, and open "
        "interest fell by $1.2 billion in a day, the most since August.\n"
        "- Resistance stands at $64,500, where the sellers of the last three weeks are waiting for it\n"
        "- The next report is due at 13:30 UTC"
    )
    wrapped = "\n\n".join(
        textwrap.fill(line, width, break_on_hyphens=on_hyphens) for line in text.split("\n")
    )
    assert [line for line in join_lines(wrapped).split("\n") if line] == text.split("\n")


def test_nearly_all_real_articles_survive_being_wrapped():
    settings = Settings(offline=True)

    def analyze(text):
        report = analyze_article(extract_article(Page(body=text.encode())), settings).to_dict()
        return report | {"analyst": None}

    sample = list(texts())[:30]
    same = 0
    for text in sample:
        wrapped = "\n\n".join(textwrap.fill(line, 72) for line in text.split("\n"))
        same += analyze(wrapped) == analyze(text)
    assert len(sample) >= 10 and same >= len(sample) - 1


@pytest.mark.parametrize(
    "text",
    [
        f"{SENTENCE}\nNobody sold.\n{SENTENCE}",
        "BTC $61,300 -4.2%\nETH $2,310 -5.1%\nSOL $148 +3.1%",
        "What to know\nSolana rose\nEther fell",
        "one\ntwo\nthree",
        SENTENCE * 5 + "\n" + SENTENCE * 4,
    ],
)
def test_lines_that_are_paragraphs_stay_apart(text):
    assert join_lines(text) == text


@pytest.mark.parametrize(
    ("broken", "joined"),
    [
        (
            "the chief execu-\ntive of a long-\nterm fund, and of\nlong-term bonds",
            "the chief executive of a long-term fund, and of long-term bonds",
        ),
        (
            "the Bitcoin-\nEther pair went up by a lot again today, as\nexpected",
            "the Bitcoin-Ether pair went up by a lot again today, as expected",
        ),
    ],
)
def test_words_that_a_pdf_parts(broken, joined):
    pad = "a line of this width is what the program set, and so is the\nnext one. "
    assert join_lines(pad + broken, is_typeset=True).endswith(joined)


@pytest.mark.parametrize(
    ("text", "title", "date", "first"),
    [
        (f"Solana climbs to $148\n\n{SENTENCE}", "Solana climbs to $148", None, "Solana climbs"),
        (f"Solana climbs: why it matters\nBy Ana Ruiz\nMar 14, 2025, 9:26 AM EST\n{SENTENCE}", "Solana climbs: why it matters", "2025-03-14T14:26", "Solana climbs"),
        (f"Will Solana climb?\nUpdated March 15, 2025\nPublished: March 14, 2025 · 3 min read\n{SENTENCE}", "Will Solana climb?", "2025-03-14T00:00", "Will Solana climb?\nSolana rose"),
        (f"Title: Solana climbs again\n{SENTENCE}", "Solana climbs again", None, "Title"),
        (f"Home\nMarkets\nPrices\nLearn\nSign In\nSolana climbs to $148\n{SENTENCE}", "Solana climbs to $148", None, "Solana climbs"),
        (f"BTC\n$61,300.12\n-4.2%\nETH\n$2,310\n▼ 5.1%\nSolana climbs to $148\n{SENTENCE}", "Solana climbs to $148", None, "Solana climbs"),
        (f"{SENTENCE}\n{SENTENCE}", None, None, SENTENCE),
        (f"Ana Ruiz\n{SENTENCE}", None, None, "Ana Ruiz"),
        (f"BTC: $61,300 (-4.2%)\nETH: $2,310 (-5.1%)\n{SENTENCE}", None, None, "BTC"),
        ("BTC $61,300 -4.2%\nETH $2,310 -5.1%", None, None, "BTC"),
        ("March 14, 2025", None, None, "March"),
        (f"In 2025, 14 desks closed.\n{SENTENCE}", None, None, "In 2025"),
        (f"Home\nPrices\nBTC $61,300 -4.2%\nETH $2,310 -5.1%\nXRP $2 +1%\nSOL $148 +3%\nSolana climbs to $148\n{SENTENCE}", "Solana climbs to $148", None, "Solana climbs"),
    ],
)  # fmt: skip
def test_what_stands_above_the_article(text, title, date, first):
    pasted = read_pasted(text)
    assert pasted.title == title
    assert (pasted.published_at and pasted.published_at.isoformat()[:16]) == date
    assert pasted.text.startswith(first)


@pytest.mark.parametrize(
    ("byline", "authors", "date"),
    [
        ("By Ana Ruiz", ("Ana Ruiz",), None),
        ("By Ana Ruiz | Mar 14, 2025, 9:26 AM UTC", ("Ana Ruiz",), "2025-03-14T09:26"),
        ("BY ANA RUIZ AND TOM LEE", (), None),
        ("By Ana Ruiz and Tom B. Lee · March 14, 2025 · 3 min read", ("Ana Ruiz", "Tom B. Lee"), "2025-03-14T00:00"),
        ("Written by: Ana Ruiz, The Ledger Post", ("Ana Ruiz",), None),
        ("By Ana Ruiz\nUpdated March 15, 2025\nMarch 14, 2025", ("Ana Ruiz",), "2025-03-14T00:00"),
        ("By Tuesday it had lost 4%, its worst day in a month.", (), None),
    ],
)  # fmt: skip
def test_who_wrote_a_pasted_article_and_when(byline, authors, date):
    pasted = read_pasted(f"Solana climbs to $148\n\n{byline}\n\n{SENTENCE}")
    assert pasted.authors == authors
    assert (pasted.published_at and pasted.published_at.isoformat()[:16]) == date
    assert (byline.split("\n")[0] in pasted.text) == (not authors)


@pytest.mark.parametrize(
    ("broken", "joined"),
    [
        ("It fell to $93,\n500 and stayed there.", "It fell to $93,500 and stayed there."),
        ("It lost 6% to\n$1.92 on Friday.", "It lost 6% to $1.92 on Friday."),
        ("Big hold-\ners sold $1 bil-\nlion of it.", "Big holders sold $1 billion of it."),
        ("Funds are long-\nterm owners of it.", "Funds are long-term owners of it."),
        (
            "Ether gains against all of its rivals as a release is now expected\nSince Monday it rose.",
            "Ether gains against all of its rivals as a release is now expected\nSince Monday it rose.",
        ),
    ],
)
def test_numbers_words_and_headings_across_lines(broken, joined):
    pad = "a line of this width is what the program set, and so is the\nnext one of it all.\n\n"
    assert join_lines(pad + broken).endswith(joined)


def test_a_quoted_mail_is_read_without_its_marks():
    pasted = read_pasted(
        "> Spot ETFs in the United States saw outflows of $312\n> million, the desk said today.\n"
    )
    assert (
        pasted.text
        == "Spot ETFs in the United States saw outflows of $312 million, the desk said today."
    )


def test_other_stories_below_the_article_are_left_out():
    others = "You may also like\nEther loses 9%\nCardano sinks to $0.51"
    assert read_pasted(f"{SENTENCE}\n{SENTENCE}\n{others}").text == f"{SENTENCE}\n{SENTENCE}"
    told = f"You may also like\n{SENTENCE}"
    assert read_pasted(f"{SENTENCE}\n{SENTENCE}\n{told}").text.endswith(SENTENCE)
