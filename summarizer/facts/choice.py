"""CANDIDATES -> KINDS: what each number is, by its cues and by weights fitted on labelled numbers.

The weights are `data/kinds.model.tsv`. A kind that they do not know yet is judged by its cues
alone.
"""

import math
from collections.abc import Sequence
from functools import cache

from summarizer.facts.candidates import Candidate
from summarizer.facts.features import describe_candidates, describe_previous
from summarizer.facts.kinds import KINDS
from summarizer.facts.reading import Reading
from summarizer.linear import Linear, softmax
from summarizer.text.reading import Text

NONE = "none"
LABELS = (NONE, *KINDS)
_PLACES = {name: i for i, name in enumerate(LABELS)}
# What a label scores before the fitted weights are added, chosen together with them.
_CUE_WORTH = 1.2  # for each unit of the kind's cue score
_BEST_WORTH = 1.2  # more for the kind with the highest cue score
_NONE_WORTH = 1.2  # for being no fact
FORBIDDEN = -1e9
_TINY = 1e-30  # keeps the logarithm of a chance of 0 finite
SURE = 0.42  # a kind less likely than this is not reported: best F1 by cross-validation
SURE_OTHER = 0.6  # a market number of no kind is reported where it is plainly one
_OTHER = _PLACES["other"]
_NAMED = [i for i, name in enumerate(LABELS) if name not in (NONE, "other")]


class KindChooser:
    """Chooses the kinds of the numbers of one text.

    The candidates' cue scores and subjects must have been filled in.
    """

    def __init__(self, text: Text, candidates: Sequence[Candidate], model: Linear):
        self._text, self._candidates, self._model = text, candidates, model
        self._scores = [
            _score_labels(model, features, candidate)
            for candidate, features in zip(
                candidates, describe_candidates(text, candidates), strict=True
            )
        ]

    def choose(self) -> list[tuple[str, float]]:
        """The kind of each candidate, `none` for a number that is no fact, and the chance (0 to 1)
        of that kind.

        Where the encoder has read a number, its chances are averaged with those of the weights.
        """
        choices: list[tuple[str, float]] = []
        previous, previous_kind = None, NONE
        for candidate, static in zip(self._candidates, self._scores, strict=True):
            features = describe_previous(self._text, previous, previous_kind, candidate)
            scores = _add_scores(static, self._model, features)
            candidate.linear_chances = candidate.chances = softmax(scores)
            if candidate.reading:
                candidate.chances = _average(candidate.linear_chances, candidate.reading)
            best = _find_best(candidate.chances)
            previous, previous_kind = candidate, LABELS[best]
            choices.append((previous_kind, candidate.chances[best]))
        return choices


def _find_best(chances: Sequence[float]) -> int:
    """The place of the likeliest label that is likely enough."""
    best = max(_NAMED, key=chances.__getitem__)
    if chances[best] >= SURE:
        return best
    return _OTHER if chances[_OTHER] >= SURE_OTHER else _PLACES[NONE]


def _average(chances: Sequence[float], reading: Reading) -> list[float]:
    """The mean of both readers' log-chances; a kind that the encoder does not know has the
    weights' alone.
    """
    known = [
        label
        for label, chance in zip(LABELS, chances, strict=True)
        if chance > 0 and label in reading.kinds
    ]
    read = dict(zip(known, softmax([reading.kinds[label] for label in known]), strict=True))
    logs = [math.log(max(chance, _TINY)) for chance in chances]
    return softmax(
        [
            (log + math.log(max(read[label], _TINY))) / 2 if label in read else log
            for label, log in zip(LABELS, logs, strict=True)
        ]
    )


def _score_labels(model: Linear, features: Sequence[str], candidate: Candidate) -> list[float]:
    scores = start_scores(candidate)
    for name in KINDS.keys() - model.labels:  # a kind that the weights do not know needs a cue
        if not candidate.scores.get(name):
            scores[_PLACES[name]] = FORBIDDEN
    return _add_scores(scores, model, features)


def _add_scores(scores: Sequence[float], model: Linear, features: Sequence[str]) -> list[float]:
    added = list(scores)
    for label, score in zip(model.labels, model.scores_of(features), strict=True):
        added[_PLACES[label]] += score
    return added


def start_scores(candidate: Candidate) -> list[float]:
    """What each label starts from: its cues; a kind that the number's unit or size forbids is out
    of question.
    """
    scores = list(_open_labels(candidate.unit_class, candidate.is_large))
    for name, score in candidate.scores.items():
        if scores[_PLACES[name]] != FORBIDDEN:
            scores[_PLACES[name]] = _CUE_WORTH * score
    if candidate.scores:
        best = max(candidate.scores, key=candidate.scores.__getitem__)
        scores[_PLACES[best]] += _BEST_WORTH
    return scores


@cache
def _open_labels(unit_class: str, is_large: bool) -> tuple[float, ...]:
    """Where each label starts for a number with such a unit, and of such a size."""
    kinds = (0.0 if kind.takes(unit_class, is_large) else FORBIDDEN for kind in KINDS.values())
    return (_NONE_WORTH, *kinds)
