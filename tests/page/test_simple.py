"""Files that hold an article in simple markup, and pages that list others, read in this process."""

import lxml.html
import pytest

from summarizer.page.listing import count_listed
from summarizer.page.simple import read_simple


def test_the_first_heading_is_the_title_and_the_rest_the_text():
    title, text = read_simple("<h1>Bitcoin slips</h1><p>Bitcoin fell 2% to $60,000.</p>")
    assert (title, text) == ("Bitcoin slips", "Bitcoin fell 2% to $60,000.")


def test_a_title_that_is_known_stays_and_a_power_is_no_digit():
    title, text = read_simple("<p>Some 10<sup>2</sup> traders sold.</p>", title="Known")
    assert title == "Known"
    assert "102" not in text


CARDS = [
    f"Traders of the city wait for a sign of spring, part {number} of many" for number in range(12)
]
LIST = "".join(
    f'<div><h3><a href="/story-{i}">{card}</a></h3></div>' for i, card in enumerate(CARDS)
)


@pytest.mark.parametrize(
    ("head", "is_list"),
    [("", True), ('<meta property="og:type" content="article">', False)],
    ids=["a front page", "an article with a list"],
)
def test_what_a_page_lists_is_counted_unless_it_says_that_it_is_an_article(head, is_list):
    tree = lxml.html.document_fromstring(f"<html><head>{head}</head><body>{LIST}</body></html>")
    count = count_listed(tree, "\n".join(CARDS), "https://news.example/")
    assert (count > 0) is is_list
