"""The cue groups of a sentence, by `data/cues.tsv`: phrases written by hand, weighed by the fitted models."""

from functools import cache
from importlib.resources import files

from summarizer.text.lexicon import Lexicon, lower_words

_NEGATIONS = frozenset(
    [
        "not",
        "no",
        "never",
        "without",
        "fails",
        "failed",
        "unlikely",
        "lack",
        "avoid",
        "avoided",
        "despite",
    ]
)


def find_cues(sentence: str) -> tuple[str, ...]:
    """The cue groups of a sentence, each once; `not_` before one that a negation reaches.

    >>> find_cues("Bitcoin did not crash, it soared")
    ('not_down_strong', 'up_strong')
    """
    _, lowered = lower_words(sentence)
    groups: dict[str, None] = {}
    for first, _, group in _cues().find(lowered):
        negated = any(word in _NEGATIONS for word in lowered[max(0, first - 3) : first])
        groups[f"not_{group}" if negated else group] = None
    return tuple(groups)


@cache
def _cues() -> Lexicon[str]:
    lines = (files("summarizer") / "data" / "cues.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return Lexicon((phrase, group) for group, phrases in rows for phrase in phrases.split("|"))
