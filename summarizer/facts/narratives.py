"""Text -> the themes of the guide's list that it treats, each with the words that show it."""

from collections import defaultdict
from functools import cache, lru_cache
from importlib.resources import files

from summarizer.facts.lexicon import Lexicon, lower_words
from summarizer.facts.sentences import split_sentences
from summarizer.models import Evidence, Narrative

_MIN_WEIGHT = 1.4  # cues of a theme in the text, the first in an article counting double


@cache
def _lexicon() -> Lexicon[tuple[str, float]]:
    entries = []
    for line in (files("summarizer") / "data" / "narratives.tsv").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            name, weight, phrases = line.split("\t")
            entries += [(phrase, (name, float(weight))) for phrase in phrases.split("|")]
    return Lexicon(entries)


@lru_cache(maxsize=4)  # the analyst names them, verification finds them
def find_narratives(text: str) -> tuple[Narrative, ...]:
    """The article's themes, the weightiest first."""
    words, lowered = lower_words(text)
    weights: dict[str, float] = defaultdict(float)
    place: dict[str, tuple[int, int]] = {}
    for first, last, (name, weight) in _lexicon().find(lowered):
        weights[name] += weight * (1.5 if words[first].start() < 600 else 1)
        place.setdefault(name, (words[first].start(), words[last - 1].end()))
    sentences = split_sentences(text)
    found = []
    for name, weight in sorted(weights.items(), key=lambda item: (-item[1], item[0])):
        if weight >= _MIN_WEIGHT:
            start, end = place[name]
            around = next((s for s in sentences if s.start <= start and end <= s.end), None)
            if around and around.end - around.start <= 240:
                start, end = around
            found.append(Narrative(name=name, evidence=Evidence(quote=text[start:end], start=start, end=end)))
    return tuple(found)
