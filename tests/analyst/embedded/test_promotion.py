"""Which sentences of an article are adverts: those of a coin that it sells, and no news."""

import pytest

from summarizer.analyst.embedded.promotion import Promotion, find_promotion
from tests.support.observed import read

NEWS = "Bitcoin fell 3% to $61,000 on Monday. Traders at Larkfund sold for a third day in a row."
ADVERT = (
    "Quiver Exchange (QVX) is the best meme coin to buy this summer. "
    "The QVX presale has raised $2 million, and half of its holders are said to have bought twice."
)


def promotion_of(string: str) -> Promotion:
    text = read(string)
    sentences = [text.quote(span) for span in text.sentences]
    mentions = [text.mentions_in(span) for span in text.sentences]
    return find_promotion(sentences, mentions, ())


def test_the_advert_at_the_end_of_the_news_is_found_and_the_news_is_none():
    promotion = promotion_of(f"{NEWS} Its buyers waited. Funds were quiet. {ADVERT}")
    assert promotion.assets == {"QVX"}
    assert promotion.sentences == {4, 5}
    assert not promotion.is_all


def test_an_article_that_is_an_advert_for_the_most_part_is_one_as_a_whole():
    assert promotion_of(ADVERT).is_all


@pytest.mark.parametrize(
    "news",
    [
        "Coinbase is to join the S&P 500 on Friday.",
        "A rate cut is not guaranteed, the minutes say.",
        "Traders who fear missing out bought ether.",
        "The GENIUS Act now heads to the president.",
    ],
)
def test_words_that_news_uses_as_often_make_no_advert(news):
    assert promotion_of(news) == Promotion(frozenset(), frozenset(), is_all=False)
