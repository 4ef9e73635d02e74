"""Linear models over named features, fitted by `python -m eval train` and shipped as text in
`summarizer/data/`.

A file's first line names the labels; every other line is a feature and its weight for each label
that has one: `word:funding<TAB>2:0.41 5:-0.2`. No numpy: a few hundred look-ups an article.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from operator import mul

Weights = tuple[tuple[int, float], ...]  # (index of a label, weight) for each label that has one
Row = tuple[float, ...]  # a weight for every label


class Linear:
    """Labels, and the weight of each feature for each of them.

    Weights may be given as the text of a model's line: it is read when the feature is first met.
    """

    def __init__(self, labels: Sequence[str], weights: Mapping[str, Weights | str]):
        self.labels = tuple(labels)
        self._given = weights
        self._rows: dict[str, Row] = {}  # of the features met so far

    @property
    def weights(self) -> dict[str, Weights]:
        """The weights of every feature."""
        rows = {name: self._read_row(name) for name in self._given}
        return {
            name: tuple((i, weight) for i, weight in enumerate(row) if weight)
            for name, row in rows.items()
        }

    def _read_row(self, name: str) -> Row:
        row = [0.0] * len(self.labels)
        given = self._given[name]
        pairs: Iterable[Iterable[str | float]]
        pairs = (pair.split(":") for pair in given.split(" ")) if isinstance(given, str) else given
        for i, weight in pairs:
            row[int(i)] = float(weight)
        return self._rows.setdefault(name, tuple(row))

    def scores(self, features: Iterable[tuple[str, float]]) -> list[float]:
        """One score a label: the sum of weight times value over the features; an unknown feature
        weighs nothing.
        """
        find, given = self._rows.get, self._given
        known = [
            (row, value)
            for name, value in features
            if (row := find(name) or (self._read_row(name) if name in given else None))
        ]
        columns = zip(*(row for row, _ in known), strict=True)
        values = [value for _, value in known]
        return [sum(map(mul, column, values)) for column in columns] or [0.0] * len(self.labels)

    def scores_of(self, names: Iterable[str]) -> list[float]:
        """The scores of features that all have the value 1."""
        find, given = self._rows.get, self._given
        rows = [
            row
            for name in names
            if (row := find(name) or (self._read_row(name) if name in given else None))
        ]
        return list(map(sum, zip(*rows, strict=True))) or [0.0] * len(self.labels)

    def best(self, options: Iterable[Iterable[str]]) -> int:
        """The place of the option, each given by the features that it has, that a model of one
        label ranks first.

        >>> Linear.parse("right\\nnear\\t0:2\\nfar\\t0:-1\\n").best([["far"], ["near", "new"], []])
        1
        """
        totals = [self.scores_of(option) for option in options]
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
        labels, _, lines = text.rstrip("\n").partition("\n")
        cells = lines.replace("\n", "\t").split("\t") if lines else []
        return cls(labels.split("\t"), dict(zip(cells[::2], cells[1::2], strict=True)))


def softmax(scores: Sequence[float]) -> list[float]:
    """Scores as probabilities that add up to 1."""
    highest = max(scores)
    powers = [math.exp(score - highest) for score in scores]
    total = sum(powers)
    return [power / total for power in powers]


@cache
def load_linear(name: str) -> Linear:
    """The shipped model of this name, read once."""
    return Linear.parse((files("summarizer") / "data" / f"{name}.model.tsv").read_text("utf-8"))


def forget_models() -> None:
    """Let the models be read again, since they were fitted again."""
    load_linear.cache_clear()


def likely_labels(name: str, features: Iterable[tuple[str, float]], least: float) -> set[str]:
    """The labels that a shipped model, which judges each by itself, gives this chance or more."""
    model = load_linear(name)
    bound = math.log(least / (1 - least))
    scores = zip(model.labels, model.scores(features), strict=True)
    return {label for label, score in scores if score >= bound}
