"""REASONS -> SENTENCES: which of an article's sentences an editor would quote, by fitted weights.

Three models, fitted on the sentences that editors chose (`eval/data/summaries.jsonl`): `news` ranks
the sentences that tell the news, `beside` those that may stand beside one of them, and `unfit`
tells those that must not be quoted.
"""

import re
from bisect import bisect
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from summarizer.analyst.embedded.prose import is_past, trim
from summarizer.linear import load_linear, softmax
from summarizer.text.assets import MARKET

if TYPE_CHECKING:
    from summarizer.analyst.embedded.reasons import Reasons

_CONTENT = re.compile(r"[a-z][a-z]{3,}|\d[\d.,]*\d|(?<=\$)\d")
_STEM = 6  # letters of a word by which it is the same word: slashes, slashed
_STOP = frozenset(
    "this that with from have will been their they which would could about after into over than"
    " what when where were more also says said".split()
)
_FIGURE = re.compile(r"\d[\d.,]*\d")
_FIGURE_WORTH = 2.0  # what a figure of the title counts for, besides being a word of it
_NAME = re.compile(r"\b[A-Z][\w’'-]*")
_QUOTED = re.compile('[“"][^”"]{25,}[”"]')
_MONEY = re.compile(r"[$€£]\s?\d|\d\s?%")
# Where a new value of a feature begins.
_LENGTHS = (7, 10, 14, 20, 28, 38, 50, 70)  # words
_SHARES = (0.01, 0.15, 0.3, 0.45, 0.6, 0.75)  # of the title's words
_RANKS = (1, 2, 3, 5, 9)
_OVERLAPS = (0.05, 0.15, 0.25, 0.35, 0.5)  # of the words of the shorter of two sentences
_LAST_PLACE, _FAR = 8, 5  # sentences behind which all places, and all distances, are alike


class Sentences:
    """The sentences of an article that are meant for people, described for the three models."""

    def __init__(self, reasons: "Reasons"):
        self._reasons = reasons
        self.indices = reasons.about(MARKET)
        title = reasons.text.article.title or ""
        self._words = {i: _content(reasons.sentence(i)) for i in self.indices}
        self._title_words, self._title_names = _content(title), _list_names(title)
        self._title_assets = {mention.subject for mention in reasons.text.title_mentions}
        self._features: dict[int, list[str]] = {}

    def overlap(self, i: int, other: int) -> float:
        """The share of the words of the shorter of two sentences that both have, 0 to 1."""
        words, others = self._words[i], self._words[other]
        return len(words & others) / max(1, min(len(words), len(others)))

    def unfit(self, i: int) -> float:
        """The chance that an editor finds sentence i unfit to be quoted."""
        model = load_linear("unfit")
        return softmax(model.scores_of(self.describe(i)))[model.labels.index("unfit")]

    def rank_news(self) -> list[int]:
        """The sentences, those first that tell the news best."""
        return _rank("news", {i: self.describe(i) for i in self.indices})

    def rank_beside(self, first: int) -> list[int]:
        """The other sentences, those first that fit best beside sentence `first`."""
        others = [i for i in self.indices if i != first]
        return _rank("beside", {i: self.describe_beside(i, first) for i in others})

    def words(self, i: int) -> set[str]:
        """The words and figures of sentence i that carry news, a word by its first letters."""
        return self._words[i]

    def describe(self, i: int) -> list[str]:
        """The features of sentence i."""
        if i not in self._features:
            self._features[i] = [*self._describe_words(i), *self._describe_place(i)]
        return self._features[i]

    def describe_beside(self, i: int, first: int) -> list[str]:
        """The features of sentence i as one that is quoted beside sentence `first`."""
        untold = self._title_words - self._words[first]
        gap = (
            self._reasons.places[i] - self._reasons.places[first]
        )  # orders to machines not counted
        features = [
            *self.describe(i),
            f"overlap:{bisect(_OVERLAPS, self.overlap(i, first))}",
            f"gap:{max(-_FAR, min(_FAR, gap))}",
            f"untold:{min(3, len(untold & self._words[i]))}",
        ]
        subjects = self._reasons.subjects
        if set(subjects[first]) & set(subjects[i]):
            features.append("same_subject")
        if gap == 1 and not self._reasons.stands_alone(i):
            features.append("leans_on_it")
        return features

    def _describe_words(self, i: int) -> list[str]:
        """What the sentence says and how: words, facts, cues, figures, quotations, its ends."""
        reasons = self._reasons
        sentence = reasons.sentence(i)
        words = trim(sentence).split()
        kinds = [fact.kind for fact in reasons.facts_in(i)]
        features = [
            f"words:{bisect(_LENGTHS, len(words))}",
            f"facts:{min(3, len(kinds))}",
            f"named:{min(3, len({mention.subject for mention in reasons.mentions[i]}))}",
            f"first:{words[0].lower() if words else ''}",
            f"last:{sentence.rstrip()[-1:]}",
            *(f"fact:{kind}" for kind in dict.fromkeys(kinds)),
            *(f"cue:{cue}" for cue in dict.fromkeys(reasons.cues[i])),
            *(f"word:{word}" for word in sorted(self._words[i]) if word[0].isalpha()),
        ]
        said = {
            "quoted": _QUOTED.search(sentence),
            "digit": any(map(str.isdigit, sentence)),
            "money": _MONEY.search(sentence),
            "past": is_past(sentence, reasons.text.article.published_at),
            "advert": i in reasons.promotion.sentences,
        }
        return features + [name for name, is_so in said.items() if is_so]

    def _describe_place(self, i: int) -> list[str]:
        """Where the sentence stands, whether it leans on others, what of the title it tells."""
        reasons, shared = self._reasons, self._words[i] & self._title_words
        place = min(_LAST_PLACE, reasons.places[i])
        named = {mention.subject for mention in reasons.mentions[i]}
        names = self._title_names & _list_names(trim(reasons.sentence(i)))
        told, untold = named & self._title_assets, self._title_assets - named
        title_figures = [word for word in self._title_words if _FIGURE.fullmatch(word)]
        features = [
            f"place:{place}",
            f"{'alone' if reasons.stands_alone(i) else 'leaning'}:{min(4, place)}",
            f"title:{bisect(_SHARES, len(shared) / max(1, len(self._title_words)))}",
            f"title_rank:{bisect(_RANKS, self._title_ranks[i])}",
            f"title_names:{min(4, len(names))}",
            f"title_assets:{min(2, len(told))} of {min(2, len(untold)) + min(2, len(told))}",
        ]
        if title_figures:
            features.append(f"title_figure:{any(word in shared for word in title_figures)}")
        return features

    @cached_property
    def _title_ranks(self) -> dict[int, int]:
        """How many sentences tell more of the title than each does."""
        shares = {i: self._title_share(i) for i in self.indices}
        ranked = sorted(self.indices, key=lambda i: (-shares[i], i))
        return {i: rank for rank, i in enumerate(ranked)}

    def _title_share(self, i: int) -> float:
        shared = self._words[i] & self._title_words
        return len(shared) + _FIGURE_WORTH * sum(bool(_FIGURE.fullmatch(word)) for word in shared)


def _content(text: str) -> set[str]:
    """The words and figures that carry news, a word by its first letters: slashes, slashed."""
    return {word[:_STEM] for word in _CONTENT.findall(text.lower()) if word not in _STOP}


def _list_names(text: str) -> set[str]:
    """The words with a capital, in small letters and without a genitive's ending."""
    return {word.lower().rstrip("’'s") for word in _NAME.findall(text)}


def _rank(name: str, described: Mapping[int, Sequence[str]]) -> list[int]:
    """The sentences by the score that a model gives their features, the highest first."""
    model = load_linear(name)
    scores = {i: model.scores_of(features)[0] for i, features in described.items()}
    return sorted(scores, key=lambda i: -scores[i])
