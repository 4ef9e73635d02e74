"""Text -> the themes of the guide's list that it treats, each with the words that show it."""

import math
from collections import defaultdict
from functools import cache, lru_cache
from importlib.resources import files

from summarizer.linear import likely_labels
from summarizer.models import Article, Evidence, Narrative
from summarizer.text.lexicon import Lexicon, lower_words
from summarizer.text.sentences import split_sentences

LIKELY = (
    0.3  # a theme is treated where the weights give it this chance: best F1 by cross-validation
)
_LEAD = 600  # code points of an article that say what it is about


@cache
def _lexicon() -> Lexicon[tuple[str, float]]:
    entries = []
    for line in (files("summarizer") / "data" / "narratives.tsv").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            name, weight, phrases = line.split("\t")
            entries += [(phrase, (name, float(weight))) for phrase in phrases.split("|")]
    return Lexicon(entries)


def choose_narratives(article: Article) -> tuple[str, ...]:
    """The themes that the article materially treats, by the weights of data/narratives.model.tsv, each named by a cue in it."""
    likely = likely_labels("narratives", describe_narratives(article), LIKELY)
    return tuple(
        narrative.name for narrative in find_narratives(article.text) if narrative.name in likely
    )


def describe_narratives(article: Article) -> list[tuple[str, float]]:
    """Features: each theme's cues in the article by their weight, and whether they stand in its title and its lead."""
    weights, places = _weigh(article.text)
    features = [(f"cues:{name}", math.log1p(weight)) for name, weight in weights.items()] + [
        (f"any:{name}", 1.0) for name in weights
    ]
    features += [(f"lead:{name}", 1.0) for name, (start, _) in places.items() if start < _LEAD]
    return [
        *features,
        *((f"title:{name}", 1.0) for name in _weigh(article.title or "")[0]),
        ("bias", 1.0),
    ]


def find_narratives(text: str) -> tuple[Narrative, ...]:
    """Every theme of the guide that the text has a cue for, the weightiest first, with the first words that show it."""
    weights, places = _weigh(text)
    sentences = split_sentences(text)
    found = []
    for name, _ in sorted(weights.items(), key=lambda item: (-item[1], item[0])):
        start, end = places[name]
        around = next((s for s in sentences if s.start <= start and end <= s.end), None)
        if around and around.end - around.start <= 240:
            start, end = around
        found.append(
            Narrative(name=name, evidence=Evidence(quote=text[start:end], start=start, end=end))
        )
    return tuple(found)


@lru_cache(maxsize=4)  # the analyst weighs them, and names those that verification finds
def _weigh(text: str) -> tuple[dict[str, float], dict[str, tuple[int, int]]]:
    """The weight of each theme's cues, those of the lead counting half as much again, and where the first one stands."""
    words, lowered = lower_words(text)
    weights: dict[str, float] = defaultdict(float)
    places: dict[str, tuple[int, int]] = {}
    for first, last, (name, weight) in _lexicon().find(lowered):
        weights[name] += weight * (1.5 if words[first].start() < _LEAD else 1)
        places.setdefault(name, (words[first].start(), words[last - 1].end()))
    return weights, places
