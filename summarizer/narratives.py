"""TEXT -> NARRATIVES: the themes that an article treats, each with the words that show it.

The themes and their cues are in `data/narratives.tsv`.
"""

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

# A theme is treated where the weights give it this chance. Held out, 0.83 of those shown are right
# and 0.59 found (F1 0.69; at 0.3 it is 0.71, with 0.74 right): editors mind a wrong one more.
LIKELY = 0.5
_LEAD = 600  # code points of an article that say what it is about
_LEAD_FACTOR = 1.5  # what a cue of the lead counts
_LONGEST_EVIDENCE = 240  # code points; of a longer sentence only the cue is shown


@dataclass(frozen=True)
class CuedNarrative:
    """A theme that the text has cues for: their weight, and whether one stands in the lead."""

    narrative: Narrative
    weight: float
    is_in_lead: bool

    @property
    def name(self) -> str:
        """The name of the theme."""
        return self.narrative.name


def find_narratives(text: Text) -> tuple[CuedNarrative, ...]:
    """Every theme that the text has a cue for, the weightiest first."""
    weights: dict[str, float] = defaultdict(float)
    cues: dict[str, Span] = {}
    for first, past, (name, weight) in _lexicon().find(text.lowered):
        cue = Span(text.words[first].start(), text.words[past - 1].end())
        weights[name] += weight * (_LEAD_FACTOR if cue.start < _LEAD else 1)
        cues.setdefault(name, cue)
    return tuple(
        CuedNarrative(
            Narrative(name=name, evidence=text.evidence(_widen(text, cues[name]))),
            weights[name],
            cues[name].start < _LEAD,
        )
        for name in sorted(weights, key=lambda name: (-weights[name], name))
    )


def choose_narratives(text: Text, cued: Sequence[CuedNarrative]) -> tuple[str, ...]:
    """The names of the themes that the article treats, by the weights of narratives.model.tsv."""
    likely = likely_labels("narratives", describe_narratives(text, cued), LIKELY)
    return tuple(theme.name for theme in cued if theme.name in likely)


def describe_narratives(text: Text, cued: Iterable[CuedNarrative]) -> list[tuple[str, float]]:
    """Features: the weight of each theme's cues, whether any stand in the title or the lead, and
    the article's words.
    """
    features = [("bias", 1.0)]
    for theme in cued:
        features.append((f"cues:{theme.name}", math.log1p(theme.weight)))
        features.append((f"any:{theme.name}", 1.0))
        if theme.is_in_lead:
            features.append((f"lead:{theme.name}", 1.0))
    _, titled = lower_words(text.article.title or "")
    names = dict.fromkeys(name for _, _, (name, _) in _lexicon().find(titled))
    features += [(f"titled:{name}", 1.0) for name in names]
    return features + text.for_people.wording


@cache
def _lexicon() -> Lexicon[tuple[str, float]]:
    return Lexicon(
        (phrase, (name, float(weight)))
        for name, weight, phrases in read_rows("narratives.tsv")
        for phrase in phrases.split("|")
    )


def _widen(text: Text, cue: Span) -> Span:
    """The sentence of a cue; the cue alone where that is long or the cue crosses its end."""
    sentence = text.sentences[text.sentence_at(cue.start)]
    is_within = sentence.start <= cue.start and cue.end <= sentence.end
    is_short = sentence.end - sentence.start <= _LONGEST_EVIDENCE
    return sentence if is_within and is_short else cue
