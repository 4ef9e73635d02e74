"""TEXT -> NARRATIVES: the themes of `data/narratives.tsv` that an article treats, each with the words that show it."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from summarizer.linear import likely_labels
from summarizer.models import Narrative
from summarizer.tables import read_rows
from summarizer.text.lexicon import Lexicon, lower_words
from summarizer.text.reading import Text
from summarizer.text.spans import Span

LIKELY = (
    0.3  # a theme is treated where the weights give it this chance: best F1 by cross-validation
)
_LEAD = 600  # code points of an article that say what it is about
_LEAD_FACTOR = 1.5  # what a cue of the lead counts
_LONGEST_EVIDENCE = 240  # code points; of a longer sentence only the cue is shown


@dataclass(frozen=True)
class CuedNarrative:
    """A theme that the text has cues for: their weight, the first of them, and the words to show."""

    name: str
    weight: float
    first: Span
    narrative: Narrative


def find_narratives(text: Text) -> tuple[CuedNarrative, ...]:
    """Every theme that the text has a cue for, the weightiest first."""
    weights, places = _weigh_cues([word.start() for word in text.words], text.lowered)
    cued = []
    for name in sorted(weights, key=lambda name: (-weights[name], name)):
        first, past = places[name]
        cue = Span(text.words[first].start(), text.words[past - 1].end())
        narrative = Narrative(name=name, evidence=text.evidence(_widen(text, cue)))
        cued.append(CuedNarrative(name, weights[name], cue, narrative))
    return tuple(cued)


def choose_narratives(text: Text, cued: Sequence[CuedNarrative]) -> tuple[str, ...]:
    """The names of the themes that the article materially treats, by `data/narratives.model.tsv`."""
    likely = likely_labels("narratives", describe_narratives(text, cued), LIKELY)
    return tuple(theme.name for theme in cued if theme.name in likely)


def describe_narratives(text: Text, cued: Iterable[CuedNarrative]) -> list[tuple[str, float]]:
    """Features: the weight of each theme's cues in the article, and whether they stand in its title and its lead."""
    features = [("bias", 1.0)]
    for theme in cued:
        features.append((f"cues:{theme.name}", math.log1p(theme.weight)))
        features.append((f"any:{theme.name}", 1.0))
        if theme.first.start < _LEAD:
            features.append((f"lead:{theme.name}", 1.0))
    words, lowered = lower_words(text.article.title or "")
    titled, _ = _weigh_cues([word.start() for word in words], lowered)
    return features + [(f"title:{name}", 1.0) for name in titled]


@cache
def _lexicon() -> Lexicon[tuple[str, float]]:
    return Lexicon(
        (phrase, (name, float(weight)))
        for name, weight, phrases in read_rows("narratives.tsv")
        for phrase in phrases.split("|")
    )


def _weigh_cues(
    starts: Sequence[int], lowered: list[str]
) -> tuple[dict[str, float], dict[str, tuple[int, int]]]:
    """The weight of each theme's cues, and the first word of the first one with the word after its last."""
    weights: dict[str, float] = defaultdict(float)
    places: dict[str, tuple[int, int]] = {}
    for first, past, (name, weight) in _lexicon().find(lowered):
        weights[name] += weight * (_LEAD_FACTOR if starts[first] < _LEAD else 1)
        places.setdefault(name, (first, past))
    return weights, places


def _widen(text: Text, cue: Span) -> Span:
    """The sentence of a cue, or the cue alone where the sentence is long or the cue crosses its end."""
    sentence = text.sentences[text.sentence_at(cue.start)]
    is_within = sentence.start <= cue.start and cue.end <= sentence.end
    is_short = sentence.end - sentence.start <= _LONGEST_EVIDENCE
    return sentence if is_within and is_short else cue
