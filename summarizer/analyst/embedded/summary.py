"""TEXT -> SUMMARY: the article's own key sentences, shortened.

An article of one story gets the two sentences that say most, in the article's order; one of
several stories gets a sentence of each.
"""

import re
from collections.abc import Mapping, Sequence

from summarizer.analysis import Claim
from summarizer.analyst.embedded.prose import is_empty, is_past, shorten
from summarizer.analyst.embedded.reasons import Reasons
from summarizer.text.assets import MARKET

_CONTENT = re.compile(r"[a-z][a-z]{3,}|\d[\d.,]*\d|(?<=\$)\d")
_QUOTED = re.compile('[“"][^”"]{25,}[”"]')
_FIGURE = re.compile(r"\d[\d.,]*\d")
_STEM = 6  # letters of a word by which it is the same word: slashes, slashed
_STOP = frozenset(
    "this that with from have will been their they which would could about after into over than"
    " what when where were more also says said".split()
)
_SENTENCES = 2  # of an article of one story
_FIGURE_WORTH = 2.0  # what a figure of the title counts for, besides being a word of it
_MISSED = 1.25  # a sentence that tells so many times as much of the title comes before the others
_MAX_OVERLAP = 0.5  # share of the words of the shorter of two sentences that both may have
_EMPTY = 2.0  # what a sentence that tells no news loses: as much as the first gains by its place
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


def write_summary(reasons: Reasons, main: str | None) -> tuple[Claim, ...]:
    """One to four claims, each resting on one sentence of the article; `main` is its main asset."""
    places = _choose_stories(reasons) or _choose_sentences(reasons, main)
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
        chosen += [i for i in fitting if not is_empty(reasons.sentence(i))][:1]
    return list(dict.fromkeys(chosen))[:_STORIES] if len(chosen) > 1 else []


def _is_below_heading(reasons: Reasons, i: int) -> bool:
    """Whether the line before sentence i is a heading: short, and without a stop at its end."""
    span, before = reasons.text.sentences[i], reasons.text.sentences[i - 1]
    is_new_line = "\n" in reasons.text.string[before.end - 1 : span.start + 1]
    heading = reasons.sentence(i - 1)
    return is_new_line and len(heading.split()) <= 12 and heading[-1] not in '.,;”"'


def _choose_sentences(reasons: Reasons, main: str | None) -> list[int]:
    """The sentence that tells the news, then one that says what it means for the market.

    Both are chosen by how much they say, and do not repeat each other.
    """
    fitting = _list_fitting(reasons)
    words = {i: _content(reasons.sentence(i)) for i in fitting}
    title = _content(reasons.text.article.title or "")
    scores = {i: _score(reasons, i, main, words[i], title) for i in fitting}
    ranked = sorted(fitting, key=lambda i: (-scores[i], i))
    headline = max(ranked, key=lambda i: _share(words[i], title), default=None)
    if headline is not None and _is_missed(words, title, ranked[:_SENTENCES], headline):
        ranked.remove(headline)
        ranked.insert(0, headline)
    chosen: list[int] = []
    for i in ranked:
        is_new = not any(_repeats(words[i], words[k]) for k in chosen)
        is_news = not chosen or not is_empty(reasons.sentence(i))
        if is_new and is_news and len(chosen) < _SENTENCES:
            chosen.append(i)
    return sorted(chosen)


def _list_fitting(reasons: Reasons) -> list[int]:
    """The sentences that a summary may quote: adverts only where the article is nothing else."""
    fitting = [i for i in reasons.about(MARKET) if reasons.stands_alone(i)]
    return [i for i in fitting if i not in reasons.promotion.sentences] or fitting


def _repeats(words: set[str], others: set[str]) -> bool:
    """Whether two sentences share most of the words of the shorter one."""
    return len(words & others) >= _MAX_OVERLAP * min(len(words), len(others))


def _share(words: set[str], title: set[str]) -> float:
    """How much of the title's news the words tell, counted in words: a figure is worth three."""
    shared = words & title
    return len(shared) + _FIGURE_WORTH * sum(bool(_FIGURE.fullmatch(word)) for word in shared)


def _is_missed(
    words: Mapping[int, set[str]], title: set[str], first: Sequence[int], headline: int
) -> bool:
    """Whether the sentences that come first tell much less of the title than another one does."""
    of_first = set().union(*(words[i] for i in first))
    return _share(words[headline], title) >= _MISSED * max(1.0, _share(of_first, title))


def _score(reasons: Reasons, i: int, main: str | None, words: set[str], title: set[str]) -> float:
    """How much sentence i says: more if early, factual, about the main asset, like the title."""
    start, end = reasons.text.sentences[i]
    facts = sum(
        start <= fact.evidence.start < end and fact.kind != "other"
        for fact in reasons.facts.values()
    )
    sentence = reasons.sentence(i)
    shared = words & title
    score = (
        2.5 / (1 + reasons.places[i] / 2)
        + min(1.2, 0.5 * facts)
        + 0.8 * (main in reasons.subjects[i])
    )
    score += 2.0 * len(shared) / max(4, len(title)) + min(0.8, 0.25 * len(reasons.cues[i]))
    score += 0.8 * any(map(_FIGURE.fullmatch, shared))  # the headline's figure
    score -= _EMPTY * is_empty(sentence)
    score -= _EMPTY * is_past(sentence, reasons.text.article.published_at)
    return score - (0.8 * bool(_QUOTED.search(sentence)) + 0.4 * (len(sentence.split()) > 45))


def _content(text: str) -> set[str]:
    """The words and figures that carry news, a word by its first letters: slashes, slashed."""
    return {word[:_STEM] for word in _CONTENT.findall(text.lower()) if word not in _STOP}
