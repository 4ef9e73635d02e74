"""TEXT -> SUMMARY: the article's own key sentences, shortened.

An article of one story gets the sentence that tells its news and one that fits beside it; one of
several stories gets a sentence of each.
"""

import re

from summarizer.analysis import Claim
from summarizer.analyst.embedded.prose import shorten
from summarizer.analyst.embedded.reasons import Reasons
from summarizer.text.assets import MARKET

_MAX_OVERLAP = 0.5  # share of the words of the shorter of two sentences that both may have
# A second sentence is quoted only below this chance that an editor finds it unfit:
# eval/README.md, "Summaries".
_MOST_UNFIT = 0.5
# An article that calls itself one of several stories.
_SEVERAL = re.compile(
    r"""
    \b(?:live\s(?:blog|updates?|news|coverage)|as\sit\shappened|news(?:letter|\sin\sbrief)
        |(?:daily|weekly|morning|evening)\s(?:brief(?:ing)?|digest|recap|roundup|wrap(?:-up)?)
        |week\sin\sreview|round-?up|recap|here[’']s\swhat\shappened\sin\scrypto|first\smover
        |top\sstories|crypto\sbiz|hodler[’']s\sdigest)\b
    | \A\W*live\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
_STORIES = 4  # of such an article
_STORY_SENTENCES = 3  # at the start of a story, one of which tells it


def write_summary(reasons: Reasons) -> tuple[Claim, ...]:
    """One to four claims, each resting on one sentence of the article."""
    places = _choose_stories(reasons) or _choose_sentences(reasons)
    places = places or reasons.about(MARKET)[:1]
    return tuple(Claim(text=shorten(reasons.sentence(i)), sentences=(i,)) for i in places)


def _choose_stories(reasons: Reasons) -> list[int]:
    """A sentence of each story, where the title says that there are several and paragraphs show
    them: a heading, or a line of capitals, and prose below it.
    """
    if not _SEVERAL.search(reasons.text.article.title or ""):
        return []
    starts = [i for i in reasons.about(MARKET)[1:] if _is_below_heading(reasons, i)]
    chosen = []
    for start in starts:
        near = range(start, min(start + _STORY_SENTENCES, len(reasons.subjects)))
        fitting = [i for i in near if reasons.stands_alone(i)]
        chosen += sorted(fitting, key=reasons.quotable.unfit)[:1]
    return list(dict.fromkeys(chosen))[:_STORIES] if len(chosen) > 1 else []


def _is_below_heading(reasons: Reasons, i: int) -> bool:
    """Whether the line before sentence i is a heading: short, and without a stop at its end."""
    span, before = reasons.text.sentences[i], reasons.text.sentences[i - 1]
    is_new_line = "\n" in reasons.text.string[before.end - 1 : span.start + 1]
    heading = reasons.sentence(i - 1)
    return is_new_line and len(heading.split()) <= 12 and heading[-1] not in '.,;”"'


def _choose_sentences(reasons: Reasons) -> list[int]:
    """The sentence that tells the news, and one that fits beside it, if there is any, in the
    article's order.

    The first stands alone if any does, the second stands alone or right behind the first.
    """
    sentences, adverts = reasons.quotable, reasons.promotion.sentences
    ranked = sentences.rank_news()
    news = [i for i in ranked if i not in adverts] or ranked
    news = [i for i in news if reasons.stands_alone(i)] or news
    if not news:
        return []
    first = news[0]
    beside = (
        i
        for i in sentences.rank_beside(first)
        if i not in adverts
        and (i == first + 1 or reasons.stands_alone(i))
        and sentences.overlap(i, first) < _MAX_OVERLAP
        and sentences.unfit(i) < _MOST_UNFIT
    )
    return sorted({first, next(beside, first)})
