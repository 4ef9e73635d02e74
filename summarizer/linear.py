"""Linear models over named features, fitted by `python -m eval train` and shipped as text in `summarizer/data/`.

A file's first line names the labels; every other line is a feature and its weight for each label that has one:
`word:funding<TAB>2:0.41 5:-0.2`. No numpy: a few hundred look-ups an article.
"""

import math
import threading
from collections.abc import Iterable, Sequence
from importlib.resources import files
from pathlib import Path


class Linear:
    """Labels, and the weight of each feature for each of them."""

    def __init__(self, labels: Sequence[str], weights: dict[str, tuple[tuple[int, float], ...]]):
        self.labels = tuple(labels)
        self.weights = weights
        self._ranks = (
            {name: pairs[0][1] for name, pairs in weights.items()} if len(self.labels) == 1 else {}
        )

    def scores(self, features: Iterable[tuple[str, float]]) -> list[float]:
        """One score a label: the sum of weight times value over the features; an unknown feature weighs nothing."""
        totals = [0.0] * len(self.labels)
        find = self.weights.get
        for name, value in features:
            for i, weight in find(name, ()):
                totals[i] += weight * value
        return totals

    def best(self, options: Iterable[Iterable[str]]) -> int:
        """The place of the option, each given by the features that it has, that a model of one label ranks first.

        >>> Linear.parse("right\\nnear\\t0:2\\nfar\\t0:-1\\n").best([["far"], ["near", "new"], []])
        1
        """
        find = self._ranks.get
        totals = [sum([find(name, 0.0) for name in option]) for option in options]
        return totals.index(max(totals))

    def dump(self) -> str:
        """The model as the text that `parse` reads."""
        lines = ["\t".join(self.labels)]
        lines += [
            f"{name}\t{' '.join(f'{i}:{weight:.3g}' for i, weight in pairs)}"
            for name, pairs in sorted(self.weights.items())
        ]
        return "\n".join(lines) + "\n"

    @classmethod
    def parse(cls, text: str) -> "Linear":
        """The model that `dump` wrote.

        >>> Linear.parse("down\\tup\\nfell\\t0:1.5 1:-1\\n").scores([("fell", 2.0)])
        [3.0, -2.0]
        """
        head, *rest = text.rstrip("\n").split("\n")
        weights = {}
        for line in rest:
            name, pairs = line.split("\t")
            weights[name] = tuple(
                (int(i), float(weight))
                for i, weight in (pair.split(":") for pair in pairs.split(" "))
            )
        return cls(head.split("\t"), weights)


def softmax(scores: Sequence[float]) -> list[float]:
    """Scores as probabilities that add up to 1."""
    highest = max(scores)
    powers = [math.exp(score - highest) for score in scores]
    whole = sum(powers)
    return [power / whole for power in powers]


_MODELS: dict[str, Linear] = {}
_LOADING = threading.Lock()


def load_linear(name: str) -> Linear:
    """The shipped model of this name, read once, however many threads want it at first."""
    if name not in _MODELS:
        with _LOADING:
            if name not in _MODELS:
                _MODELS[name] = Linear.parse(
                    Path(str(files("summarizer") / "data" / f"{name}.model.tsv")).read_text("utf-8")
                )
    return _MODELS[name]


def forget_models() -> None:
    """Read the models anew: they were fitted again."""
    _MODELS.clear()


def likely_labels(name: str, features: Iterable[tuple[str, float]], least: float) -> set[str]:
    """The labels that a shipped model, which judges each by itself, gives this chance or more."""
    model = load_linear(name)
    bound = math.log(least / (1 - least))
    return {
        label
        for label, score in zip(model.labels, model.scores(features), strict=True)
        if score >= bound
    }
