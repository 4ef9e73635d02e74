"""SENTENCE -> CUES: the groups of phrases that it uses, such as up_strong or inflow.

The phrases are written by hand (`data/cues.tsv`), and weighed by the fitted models.
"""

from functools import cache

from summarizer.tables import read_rows
from summarizer.text.lexicon import Lexicon, lower_words

_NEGATIONS = frozenset(
    "not no never without fails failed unlikely lack avoid avoided despite".split()
)
_REACH = 3  # words that a negation reaches


def find_cues(sentence: str) -> tuple[str, ...]:
    """The cue groups of a sentence, each once; `not_` before one that a negation reaches.

    >>> find_cues("Bitcoin did not crash, it soared")
    ('not_down_strong', 'up_strong')
    """
    _, words = lower_words(sentence)
    return find_cues_among(words)


def find_cues_among(words: list[str]) -> tuple[str, ...]:
    """The cue groups of a sentence that is given by its words in lower case."""
    groups: dict[str, None] = {}
    for first, _, group in _cues().find(words):
        is_negated = not _NEGATIONS.isdisjoint(words[max(0, first - _REACH) : first])
        groups[f"not_{group}" if is_negated else group] = None
    return tuple(groups)


@cache
def _cues() -> Lexicon[str]:
    return Lexicon(
        (phrase, group) for group, phrases in read_rows("cues.tsv") for phrase in phrases.split("|")
    )
