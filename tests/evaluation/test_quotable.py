"""Samples of the models that choose a summary's sentences."""

from eval.records import Labelled
from eval.train import quotable
from eval.train.samples import TrainingData
from summarizer.page.article import make_article

TEXT = (
    "Welcome to our daily letter. Halcyon fell 14% to $20 on Monday after its bridge was drained."
    " It recovered later. A fund in Oslo sold 3,000 coins of Halcyon on the same day."
)
NEWS, LEANING, MEANING = map(TEXT.index, ("Halcyon fell", "It recovered", "A fund in"))


WHY = (
    "Spot bitcoin funds took in $410 million on Tuesday, and bulls expect a rally to $80,000."
    " Bitcoin holders keep buying as inflows surge, said Ann Writer, who trades for Quay Desk."
    " Bitcoin was founded by a person who is not known."
)


def views(direction: str, why: list[int]) -> TrainingData:
    view = {"BTC": {"direction": direction, "sure": True, "why": why}}
    article = make_article(WHY, title="Bitcoin bulls expect a rally as inflows surge")
    return TrainingData([], [], [], reasoned=[Labelled(article, {"id": "a", "labels": view})])


def make_data(news: list[int], meaning: list[int]) -> TrainingData:
    labels = {"news": news, "meaning": meaning, "unfit": [0, LEANING]}
    article = make_article(TEXT, title="Halcyon falls 14% as its bridge is drained")
    return TrainingData([], [], [], [Labelled(article, {"id": "a", "labels": labels})])


def test_each_article_is_one_choice_of_news_and_one_of_what_stands_beside_it():
    data = make_data([NEWS], [MEANING])
    (news,), (beside,) = quotable.news(data), quotable.beside(data)
    assert (len(news.options), news.right) == (4, [1])
    assert (len(beside.options), beside.right) == (3, [2])
    assert [sample.right for sample in quotable.unfit(data)] == [
        ("unfit",),
        ("fit",),
        ("unfit",),
        ("fit",),
    ]


def test_an_article_without_news_is_no_choice():
    data = make_data([], [MEANING])
    assert not list(quotable.news(data))
    assert not list(quotable.beside(data))
    assert len(list(quotable.unfit(data))) == 4


def test_a_sentence_is_described_by_place_title_and_what_it_leans_on():
    (news,), (beside,) = (
        quotable.news(make_data([NEWS], [])),
        [*quotable.beside(make_data([NEWS], [MEANING]))],
    )
    assert {"place:1", "alone:1", "title_figure:True", "digit"} <= {*news.options[1]}
    assert {"leaning:2", "title_figure:False", "first:it"} <= {*news.options[2]}
    assert "leans_on_it" in beside.options[1]


def test_a_view_that_the_analyst_shares_is_a_choice_of_its_reasons():
    second = WHY.index("Bitcoin holders")
    (shared,) = quotable.why(views("bullish", [second]))
    assert "none" in shared.options[0]
    assert [shared.options[k] for k in shared.right] == [shared.options[2]]
    (opposed,) = quotable.why(views("bearish", [second]))
    (unsaid,) = quotable.why(views("bullish", []))
    assert opposed.right == unsaid.right == [0]  # no reason
