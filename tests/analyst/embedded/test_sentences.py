"""Which sentences an editor would quote, by the shipped weights."""

from summarizer.analyst.embedded.reasons import Reasons
from summarizer.analyst.embedded.sentences import Sentences
from tests.support.observed import read

TITLE = "Larkfund raises $30M for a Halcyon exchange"
NEWS = "Larkfund raised $30 million on Monday from three banks to build a Halcyon exchange in Oslo."
UNFIT = (
    "In the ever-evolving landscape of coins, one name stands out.",
    "An exchange is a platform that lets its users buy and sell coins.",
    "It did so for the third time.",
    "Subscribe to our newsletter for more on this story!",
    "So what does this mean for you?",
)


def sentences(*others: str) -> Sentences:
    return Reasons(read(" ".join((NEWS, *others)), TITLE), []).quotable


def test_the_news_is_ranked_before_every_unfit_sentence():
    for unfit in UNFIT:
        found = sentences(unfit)
        assert found.rank_news()[0] == 0, unfit
        assert found.unfit(1) > 0.5 > found.unfit(0), unfit


def test_sentences_that_say_the_same_repeat_each_other():
    found = sentences("Larkfund raised $30 million from banks for its Halcyon exchange.", UNFIT[1])
    assert found.overlap(1, 0) > 0.5
    assert found.overlap(2, 0) < 0.2


def test_what_stands_beside_the_news_is_another_sentence():
    found = sentences("Two of the banks said that they would list 40 coins by June.", *UNFIT)
    ranked = found.rank_beside(0)
    assert sorted(ranked) == list(range(1, 7))
    assert ranked[0] == 1
