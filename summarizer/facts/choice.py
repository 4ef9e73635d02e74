"""The kind of each number: what the cues say, corrected by weights fitted on labelled numbers (`data/kinds.model.tsv`)."""

from collections.abc import Sequence

from summarizer.facts.features import describe, follow
from summarizer.facts.kinds import KINDS
from summarizer.linear import load_linear, softmax
from summarizer.text.reading import Candidate, Reading

NONE = "none"
LABELS = (NONE, *dict.fromkeys(kind.name for kind in KINDS))
_PLACE = {name: i for i, name in enumerate(LABELS)}
# What a cue's score, being the best by cues, and being no fact are worth before the fitted weights: from the same fit.
_CUE_WORTH, _BEST_WORTH, _NONE_WORTH = 1.2, 1.2, 1.2
FORBIDDEN = -1e9
SURE = 0.42  # a kind less likely than this is not reported: best F1 by cross-validation
SURE_OTHER = 0.6  # a market number of no kind is reported where it is plainly one
_OTHER = _PLACE["other"]
_NAMED = [i for i, name in enumerate(LABELS) if name not in (NONE, "other")]


def choose_kinds(
    reading: Reading, candidates: Sequence[Candidate], title: str | None
) -> list[tuple[str, float]]:
    """For each candidate its kind, `none` for a number that is no fact, and the kind's chance.

    The candidates' cue scores and subjects have been filled in.
    """
    model = load_linear("kinds")
    chosen: list[tuple[str, float]] = []
    previous = None
    for candidate, names in zip(candidates, describe(reading, candidates, title), strict=True):
        names += follow(previous, chosen[-1][0] if chosen else NONE, candidate, reading)
        previous = candidate
        scores = [
            a + b
            for a, b in zip(
                model.scores((name, 1.0) for name in names), start_scores(candidate), strict=True
            )
        ]
        chances = softmax(scores)
        best = max(_NAMED, key=chances.__getitem__)
        if chances[best] < SURE:
            best = _OTHER if chances[_OTHER] >= SURE_OTHER else 0
        chosen.append((LABELS[best], chances[best]))
    return chosen


def start_scores(candidate: Candidate) -> list[float]:
    """What each label starts from: its cues, and out of question where the number's unit forbids it."""
    offset = [_NONE_WORTH] + [FORBIDDEN] * (len(LABELS) - 1)
    for kind in KINDS:
        if candidate.unit_class in kind.units and (
            kind.scaled is None
            or candidate.unit_class not in ("money", "plain")
            or kind.scaled == candidate.is_large
        ):
            offset[_PLACE[kind.name]] = _CUE_WORTH * candidate.scores.get(kind.name, 0.0)
    if candidate.scores:
        best = max(candidate.scores, key=lambda name: candidate.scores[name])
        offset[_PLACE[best]] += _BEST_WORTH
    return offset
