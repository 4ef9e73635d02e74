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

    `lines` holds a feature's weights by its name, both as a model's file has them: a few of many
    are ever needed, and parsed then.
    """

    def __init__(self, labels: Sequence[str], lines: Mapping[bytes, bytes]):
        self.labels = tuple(labels)
        self._lines = lines
        self._rows: dict[str, Row] = {}  # of the features met so far
        self._nothing: Row = (0.0,) * len(self.labels)

    @classmethod
    def of(cls, labels: Sequence[str], weights: Mapping[str, Weights]) -> "Linear":
        """The model of these weights, to three digits."""
        lines = {
            name.encode(): " ".join(f"{i}:{weight:.3g}" for i, weight in pairs).encode()
            for name, pairs in weights.items()
        }
        return cls(labels, lines)

    @property
    def weights(self) -> dict[str, Weights]:
        """The weights of every feature."""
        return {name.decode(): _parse_line(line) for name, line in self._lines.items()}

    def row(self, name: str) -> Row:
        """The weights of a feature, one a label; an unknown one weighs nothing."""
        is_known = name in self._rows or name.encode() in self._lines
        return self._rows.get(name) or (self._read_row(name) if is_known else self._nothing)

    def _read_row(self, name: str) -> Row:
        weights = [0.0] * len(self.labels)
        for pair in self._lines[name.encode()].split(b" "):
            i, _, weight = pair.partition(b":")
            weights[int(i)] = float(weight)
        row = self._rows[name] = tuple(weights)
        return row

    def scores(self, features: Iterable[tuple[str, float]]) -> list[float]:
        """One score a label: the sum of weight times value over the features; an unknown feature
        weighs nothing.
        """
        find, lines = self._rows.get, self._lines
        known = [
            (row, value)
            for name, value in features
            if (row := find(name) or (self._read_row(name) if name.encode() in lines else None))
        ]
        if not known:
            return [0.0] * len(self.labels)
        rows, values = zip(*known, strict=True)
        return [sum(map(mul, column, values)) for column in zip(*rows, strict=True)]

    def scores_of(self, names: Iterable[str]) -> list[float]:
        """The scores of features that all have the value 1."""
        find, lines = self._rows.get, self._lines
        rows = [
            row
            for name in names
            if (row := find(name) or (self._read_row(name) if name.encode() in lines else None))
        ]
        return list(map(sum, zip(*rows, strict=True))) or [0.0] * len(self.labels)

    def best(self, options: Iterable[Iterable[str]]) -> int:
        """The place of the option, each given by the features that it has, that a model of one
        label ranks first.

        >>> Linear.parse(b"right\\nnear\\t0:2\\nfar\\t0:-1\\n").best([["far"], ["near", "new"], []])
        1
        """
        totals = [self.scores_of(option) for option in options]
        return totals.index(max(totals))

    def dump(self) -> bytes:
        """The model as the file that `parse` reads."""
        lines = [b"%b\t%b\n" % line for line in sorted(self._lines.items())]
        return "\t".join(self.labels).encode() + b"\n" + b"".join(lines)

    @classmethod
    def parse(cls, data: bytes) -> "Linear":
        """The model that `dump` wrote.

        >>> Linear.parse(b"down\\tup\\nfell\\t0:1.5 1:-1\\n").scores([("fell", 2.0)])
        [3.0, -2.0]
        """
        labels, _, lines = data.rstrip(b"\n").partition(b"\n")
        cells = lines.replace(b"\n", b"\t").split(b"\t") if lines else []
        return cls(labels.decode().split("\t"), dict(zip(cells[::2], cells[1::2], strict=True)))


def _parse_line(line: bytes) -> Weights:
    """The index of a label and the weight in each part of `2:0.41 5:-0.2`."""
    pairs = (pair.split(b":") for pair in line.split(b" "))
    return tuple((int(i), float(weight)) for i, weight in pairs)


def softmax(scores: Sequence[float]) -> list[float]:
    """Scores as probabilities that add up to 1."""
    highest = max(scores)
    powers = [math.exp(score - highest) for score in scores]
    total = sum(powers)
    return [power / total for power in powers]


@cache
def load_linear(name: str) -> Linear:
    """The shipped model of this name, read once."""
    return Linear.parse((files("summarizer") / "data" / f"{name}.model.tsv").read_bytes())


def forget_models() -> None:
    """Let the models be read again, since they were fitted again."""
    load_linear.cache_clear()


def likely_labels(name: str, features: Iterable[tuple[str, float]], least: float) -> set[str]:
    """The labels that a shipped model, which judges each by itself, gives this chance or more."""
    model = load_linear(name)
    bound = math.log(least / (1 - least))
    scores = zip(model.labels, model.scores(features), strict=True)
    return {label for label, score in scores if score >= bound}
