"""What the encoder says of a number."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reading:
    """What the encoder says of one number.

    `kinds` holds a score for each label, `names` the scores of all places that name a subject, and
    `standings` a score for each of subjects.standing.
    """

    kinds: dict[str, float]
    names: dict[str, list[float]]
    standings: Sequence[float]

    def score_subject(self, subject: str, standing: int) -> float:
        """How well a subject fits: its standing in the article and each place that names it."""
        scores = [self.standings[standing], *self.names.get(subject, ())]
        highest: float = max(scores)
        return highest + math.log(sum(math.exp(score - highest) for score in scores))
