"""The two readers of numbers: the fast one goes by fitted weights alone, the careful one averages
them with an encoder, which the extra `[reader]` runs.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from summarizer.facts.candidates import Candidate
from summarizer.facts.choice import KindChooser
from summarizer.facts.confidence import SURE
from summarizer.facts.encoder import WEIGHTS, Encoder
from summarizer.facts.subjects import Subjects
from summarizer.facts.windows import Windows
from summarizer.linear import Linear, load_linear
from summarizer.text.reading import Text

_LOADING = threading.Lock()
_CLEAR = 0.9  # chance at which the weights need no second reader: saves a fifth, and loses nothing
_MOST_WINDOWS = 100  # of one article; the longest of 4,000 real ones has fewer


@dataclass(frozen=True)
class Reader:
    """What numbers are read with: weights for kinds, subjects and confidence, and an encoder."""

    kinds: Linear
    subjects: Linear
    confidence: Linear
    sure: float  # confidence from which a fact is shown
    encoder: Encoder | None = None

    def choose_kinds(
        self, text: Text, candidates: Sequence[Candidate], subjects: Subjects
    ) -> list[tuple[str, float]]:
        """The kind of each candidate and its chance, as KindChooser gives them."""
        chooser = KindChooser(text, candidates, self.kinds)
        kinds = chooser.choose()
        if self.encoder is None:
            return kinds
        asked = 0
        for window in Windows(text, candidates, subjects, self.encoder.vocabulary):
            numbers = [candidates[i] for i, _, _ in window.numbers]
            is_clear = all(max(number.chances) >= _CLEAR for number in numbers)
            if not is_clear and asked < _MOST_WINDOWS:
                asked += 1
                for i, reading in self.encoder.read(window):
                    candidates[i].reading = reading
        return chooser.choose()


def load_reader(name: str) -> Reader:
    """The reader `fast` or `careful`, read once; the careful one needs the extra `[reader]`."""
    with _LOADING:
        return _load(name)


@cache
def _load(name: str) -> Reader:
    return Reader(
        load_linear("kinds"),
        load_linear("subjects"),
        load_linear(f"confidence_{name}"),
        SURE[name],
        Encoder(WEIGHTS) if name == "careful" else None,
    )
