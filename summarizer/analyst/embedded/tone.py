"""How a sentence speaks of one asset: up, down or neither, by a linear model over its words, where they stand, and its cues.

The weights (`data/tone.model.tsv`) are fitted by `python -m eval train` on the project's own labelled sentences and
on SEntFiN (MIT). A name that is spoken of is TARGET, any other asset is OTHER: the model knows no asset by name.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

from summarizer.linear import load_linear, softmax
from summarizer.text.spans import Span

LABELS = ("negative", "neutral", "positive")
_WORD = re.compile(r"[a-z]+(?:['’][a-z]+)?|\d[\d,.]*%?|[$€%?!:;,\"“]")
_CLAUSE = frozenset(
    (
        ":",
        ";",
        ",",
        "as",
        "while",
        "but",
        "whereas",
        "although",
        "after",
        "despite",
        "and",
        "amid",
        "before",
        "with",
        "than",
    )
)
_NEGATIONS = frozenset(
    (
        "not",
        "no",
        "never",
        "without",
        "cannot",
        "nor",
        "denies",
        "denied",
        "fails",
        "failed",
        "fail",
        "unlikely",
        "n't",
        "isn't",
        "doesn't",
    )
)
_SCOPE = 3  # words that a negation reaches
_ENDINGS = (("ies", "y"), ("ing", ""), ("ed", ""), ("es", "e"), ("s", ""))


def measure_tone(
    sentence: str, cues: Sequence[str], target: Span | None, others: Sequence[Span] = ()
) -> float:
    """How `sentence` speaks of the name at `target`, from -1 to 1; None asks about the sentence as a whole."""
    negative, _, positive = softmax(
        load_linear("tone").scores(describe_tone(sentence, cues, target, others))
    )
    return positive - negative


def describe_tone(
    sentence: str, cues: Sequence[str], target: Span | None, others: Sequence[Span] = ()
) -> list[tuple[str, float]]:
    """The features of the sentence as it stands to the target, each with value 1."""
    words = _words(sentence, target, others)
    at = words.index("TARGET") if "TARGET" in words else None
    names = {f"w:{word}" for word in words} | {f"p:{a}_{b}" for a, b in pairwise(words)}
    names |= {f"s:{a}_{c}" for a, _, c in zip(words, words[1:], words[2:], strict=False)}
    if at is not None:
        low = max((i + 1 for i in range(at) if words[i] in _CLAUSE), default=0)
        high = min(
            (i for i in range(at + 1, len(words)) if words[i] in _CLAUSE), default=len(words)
        )
        names |= {f"c:{word}" for word in words[low:high]}
        names |= {f"<:{word}" for word in words[:at]} | {f">:{word}" for word in words[at + 1 :]}
        names |= {f"o:{word}" for word in (*words[:low], *words[high:])}
        names |= {
            f"{k:+d}:{words[at + k]}" for k in (-3, -2, -1, 1, 2, 3) if 0 <= at + k < len(words)
        }
        if "OTHER" in words:
            first = words.index("OTHER")
            names |= {
                f"{'TO' if at < first else 'OT'}:{word}"
                for word in words[min(at, first) + 1 : max(at, first)]
            }
    names |= {f"g:{group}" for group in cues}
    names.add("bias")
    return [(name, 1.0) for name in sorted(names)]


def _words(sentence: str, target: Span | None, others: Sequence[Span]) -> list[str]:
    """Stemmed words, names replaced, figures as #, and what a negation reaches marked."""
    places: Iterable[tuple[Span, str]] = [
        *([(target, "TARGET")] if target else []),
        *((span, "OTHER") for span in others if span != target),
    ]
    pieces, start = [], 0
    for span, name in sorted(places):
        if span.start < start:
            continue
        pieces += [*_plain(sentence[start : span.start]), name]
        start = span.end
    pieces += _plain(sentence[start:])
    reach, marked = 0, []
    for word in pieces:
        if word in _NEGATIONS or word.endswith(("n't", "n’t")):
            reach = _SCOPE
            marked.append("not")
            continue
        marked.append(f"not_{word}" if reach and word not in ("TARGET", "OTHER") else word)
        reach = 0 if word in _CLAUSE else max(0, reach - 1)
    return marked


def _plain(text: str) -> list[str]:
    return ["#" if word[0].isdigit() else _stem(word) for word in _WORD.findall(text.lower())]


@lru_cache(16_384)
def _stem(word: str) -> str:
    """The word without a common ending: cheap, and alike for training and use.

    >>> _stem("rallies"), _stem("falling"), _stem("gas")
    ('rally', 'fall', 'gas')
    """
    for ending, put in _ENDINGS:
        if (
            word.endswith(ending)
            and len(word) - len(ending) >= 3
            and not word.endswith(("ss", "us", "is"))
        ):
            return word[: -len(ending)] + put
    return word
