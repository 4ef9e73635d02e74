"""Linear models over named features, fitted by `python -m eval train` and shipped as text in
`summarizer/data/`.

A file's first line names the labels; every other line is a feature and its weight for each label
that has one: `word:funding<TAB>2:0.41 5:-0.2`. No numpy: a few hundred look-ups an article.
"""

import math
import threading
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files

Weights = tuple[tuple[int, float], ...]  # (index of a label, weight) for each label that has one


class Linear:
    """Labels, and the weight of each feature for each of them."""

    def __init__(self, labels: Sequence[str], weights: dict[str, Weights]):
        self.labels = tuple(labels)
        self.weights = weights

    def scores(self, features: Iterable[tuple[str, float]]) -> list[float]:
        """One score a label: the sum of weight times value over the features; an unknown feature
        weighs nothing.
        """
        totals = [0.0] * len(self.labels)
        find = self.weights.get
        for name, value in features:
            for i, weight in find(name, ()):
                totals[i] += weight * value
        return totals

    def best(self, options: Iterable[Iterable[str]]) -> int:
        """The place of the option, each given by the features that it has, that a model of one
        label ranks first.

        >>> Linear.parse("right\\nnear\\t0:2\\nfar\\t0:-1\\n").best([["far"], ["near", "new"], []])
        1
        """
        totals = [self.scores([(name, 1.0) for name in option]) for option in options]
        return totals.index(max(totals))

    def dump(self) -> str:
        """The model as the text that `parse` reads."""
        lines = ["\t".join(self.labels)]
        for name, pairs in sorted(self.weights.items()):
            lines.append(f"{name}\t{' '.join(f'{i}:{weight:.3g}' for i, weight in pairs)}")
        return "\n".join(lines) + "\n"

    @classmethod
    def parse(cls, text: str) -> "Linear":
        """The model that `dump` wrote.

        >>> Linear.parse("down\\tup\\nfell\\t0:1.5 1:-1\\n").scores([("fell", 2.0)])
        [3.0, -2.0]
        """
        labels, *lines = text.rstrip("\n").split("\n")
        weights: dict[str, Weights] = {}
        for line in lines:
            name, row = line.split("\t")
            numbers = row.replace(":", " ").split(" ")  # "2:0.41 5:-0.2"
            places, values = map(int, numbers[::2]), map(float, numbers[1::2])
            weights[name] = tuple(zip(places, values, strict=True))
        return cls(labels.split("\t"), weights)


def softmax(scores: Sequence[float]) -> list[float]:
    """Scores as probabilities that add up to 1."""
    highest = max(scores)
    powers = [math.exp(score - highest) for score in scores]
    total = sum(powers)
    return [power / total for power in powers]


_LOADING = threading.Lock()


def load_linear(name: str) -> Linear:
    """The shipped model of this name, read once, however many threads want it at first."""
    with _LOADING:
        return _read_model(name)


@cache
def _read_model(name: str) -> Linear:
    return Linear.parse((files("summarizer") / "data" / f"{name}.model.tsv").read_text("utf-8"))


def forget_models() -> None:
    """Let the models be read again, since they were fitted again."""
    _read_model.cache_clear()


def likely_labels(name: str, features: Iterable[tuple[str, float]], least: float) -> set[str]:
    """The labels that a shipped model, which judges each by itself, gives this chance or more."""
    model = load_linear(name)
    bound = math.log(least / (1 - least))
    scores = zip(model.labels, model.scores(features), strict=True)
    return {label for label, score in scores if score >= bound}
