"""SENTENCE -> TONE: how a sentence speaks of one asset, from negative to positive.

A linear model weighs the sentence's words, where they stand, and its cues. Its weights
(`data/tone.model.tsv`) are fitted by `python -m eval train` on the project's own labelled sentences
and on SEntFiN (MIT). The name that is spoken of is TARGET and any other asset is OTHER: the model
knows no asset by name.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from summarizer.linear import load_linear, softmax
from summarizer.text.spans import Span

LABELS = ("negative", "neutral", "positive")
_WORD = re.compile(r"[a-z]+(?:['’][a-z]+)?|\d[\d,.]*%?|[$€%?!:;,\"“]")
_CLAUSE = frozenset(
    ": ; , as while but whereas although after despite and amid before with than".split()
)
_NEGATIONS = frozenset(
    "not no never without cannot nor denies denied fails failed fail unlikely".split()
)
_REACH = 3  # words that a negation reaches
_NEAR = 3  # words beside the target whose distance counts
_ENDINGS = (("ies", "y"), ("ing", ""), ("ed", ""), ("es", "e"), ("s", ""))


def measure_tone(
    sentence: str, cues: Sequence[str], target: Span | None, others: Sequence[Span] = ()
) -> float:
    """How the sentence speaks of the name at `target`, from -1 to 1.

    None asks about the sentence as a whole.
    """
    names = _name_features(sentence, cues, target, others)
    negative, _, positive = softmax(load_linear("tone").scores_of(names))
    return positive - negative


def describe_tone(
    sentence: str, cues: Sequence[str], target: Span | None, others: Sequence[Span] = ()
) -> list[tuple[str, float]]:
    """The features of the sentence as it stands to the target, each with value 1."""
    return [(name, 1.0) for name in _name_features(sentence, cues, target, others)]


def _name_features(
    sentence: str, cues: Sequence[str], target: Span | None, others: Sequence[Span]
) -> dict[str, None]:
    words = _mark_negated(_split_words(sentence, target, others))
    names = ["bias", *(f"g:{group}" for group in cues), *(f"w:{word}" for word in words)]
    names += [f"p:{left}_{right}" for left, right in pairwise(words)]
    names += [f"s:{left}_{right}" for left, right in zip(words, words[2:], strict=False)]
    if "TARGET" in words:
        names += _describe_places(words, words.index("TARGET"))
    return dict.fromkeys(names)


def _describe_places(words: Sequence[str], at: int) -> list[str]:
    """Where each word stands to the target, which is word `at`."""
    before, after = words[:at], words[at + 1 :]
    low = max((i + 1 for i, word in enumerate(before) if word in _CLAUSE), default=0)
    high = next((i for i, word in enumerate(after, at + 1) if word in _CLAUSE), len(words))
    names = [f"c:{word}" for word in words[low:high]]
    names += [f"o:{word}" for word in (*words[:low], *words[high:])]
    names += [f"<:{word}" for word in before] + [f">:{word}" for word in after]
    names += [f"-{k}:{word}" for k, word in enumerate(before[: -_NEAR - 1 : -1], 1)]
    names += [f"+{k}:{word}" for k, word in enumerate(after[:_NEAR], 1)]
    if "OTHER" in words:
        other = words.index("OTHER")
        order, between = ("TO", words[at:other]) if at < other else ("OT", words[other:at])
        names += [f"{order}:{word}" for word in between[1:]]
    return names


def _split_words(sentence: str, target: Span | None, others: Sequence[Span]) -> list[str]:
    """The words without common endings, names replaced and figures as #."""
    places = [(span, "OTHER") for span in others if span != target]
    if target:
        places.append((target, "TARGET"))
    words: list[str] = []
    start = 0
    for span, name in sorted(places):
        if span.start >= start:
            words += [*_plain(sentence[start : span.start]), name]
            start = span.end
    return words + _plain(sentence[start:])


def _mark_negated(words: list[str]) -> list[str]:
    """The words, those that a negation reaches marked: "did not rise" is did, not, not_rise."""
    if "not" not in words:
        return words
    marked = []
    reach = 0
    for word in words:
        if word == "not":
            marked.append(word)
            reach = _REACH
        else:
            is_negated = reach and word not in ("TARGET", "OTHER")
            marked.append(f"not_{word}" if is_negated else word)
            reach = 0 if word in _CLAUSE else max(0, reach - 1)
    return marked


def _plain(text: str) -> list[str]:
    return list(map(_simplify, _WORD.findall(text.lower())))


@lru_cache(16_384)
def _simplify(word: str) -> str:
    """The word without a common ending, # for a figure, not for any negation.

    >>> _simplify("rallies"), _simplify("falling"), _simplify("gas"), _simplify("didn't")
    ('rally', 'fall', 'gas', 'not')
    """
    stem = _stem(word)
    if word[0].isdigit():
        return "#"
    return "not" if stem in _NEGATIONS or stem.endswith(("n't", "n’t")) else stem


def _stem(word: str) -> str:
    for ending, replacement in _ENDINGS:
        is_short = len(word) - len(ending) < 3
        if word.endswith(ending) and not is_short and not word.endswith(("ss", "us", "is")):
            return word.removesuffix(ending) + replacement
    return word
