"""Which of an article's sentences are its summary."""

from summarizer.analyst.embedded.reasons import Reasons
from summarizer.analyst.embedded.summary import write_summary
from tests.support.observed import read

STORIES = {
    "Halcyon bridge drained": "Attackers took 31,000 coins from the Halcyon bridge on Thursday.",
    "Larkfund buys again": "Larkfund bought 400 bitcoin on Thursday and now holds 9,000.",
    "Oslo court rules": "A court in Oslo cleared the exchange Fjordex of fraud on Thursday.",
}
BLOG = "The markets opened quietly in Europe today.\n" + "\n".join(
    f"{heading}\n{sentence} It said no more for now, and traders wait for the evening."
    for heading, sentence in STORIES.items()
)


def summarise(title: str, string: str = BLOG) -> list[str]:
    text = read(string, title)
    claims = write_summary(Reasons(text, []))
    for claim in claims:
        (place,) = claim.sentences
        assert claim.text.rstrip(".") in text.quote(text.sentences[place])
    return [claim.text for claim in claims]


def test_a_live_blog_is_told_by_a_sentence_of_each_story():
    for title in ("LIVE: the Thursday in crypto", "Crypto as it happened", "Evening wrap: crypto"):
        assert summarise(title) == list(STORIES.values()), title


def test_no_more_than_four_stories_are_told():
    days = ("Monday", "Tuesday", "Wednesday", "Friday", "Saturday", "Sunday")
    string = "\n".join(
        f"News of {day}\nFjordex listed {n} more coins of Norwegian firms on {day}."
        for n, day in enumerate(days, 3)
    )
    assert len(summarise("Weekly recap", "Oslo was quiet for once.\n" + string)) == 4


def test_an_article_of_one_story_is_told_in_two_sentences_at_most():
    assert 1 <= len(summarise("Attackers drain the Halcyon bridge")) <= 2
    assert 1 <= len(summarise("Weekly recap", BLOG.replace("\n", " "))) <= 2  # shows no stories


def test_the_headline_is_told_wherever_the_article_tells_it():
    string = (
        "Oslo’s traders had a long week behind them when the markets opened on Monday."
        " Halcyon has been one of the better known names of the north for some years."
        " Its people met in Bergen and spoke of the weather and of the price of fish."
        " Larkfund raised $30 million from three banks to build a Halcyon exchange."
    )
    summary = summarise("Larkfund raises $30M for a Halcyon exchange", string)
    assert any("raised $30 million" in sentence for sentence in summary)


def test_no_sentence_is_told_that_the_repeated_title_runs_into():
    title = "Halcyon gains ground while Larkspur waits"
    string = f"Halcyon rose by a tenth on Monday in Oslo. {title} Prices help to make its case now."
    assert summarise(title, string) == ["Halcyon rose by a tenth on Monday in Oslo."]
