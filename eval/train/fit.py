"""Fits the linear models that the product ships: regressions with an L2 penalty, deterministic."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from scipy.special import softmax

from eval.score.metrics import Array
from summarizer.linear import Linear

_Features = Sequence[tuple[str, float]]
_TINY = 1e-12  # keeps the logarithm of a chance of 0 finite
_KEEP_IN_RANKING = 0.005


@dataclass(frozen=True)
class Sample:
    """One thing to classify.

    `right` are the right labels, the annotator's first choice first; any of them will do. Samples
    of one `group`, an article, stay on one side of a split. `offset` is what each label's score
    starts from.
    """

    features: _Features
    right: tuple[str, ...]
    group: str
    offset: Sequence[float] | None = None
    weight: float = 1.0

    def chances(self, model: Linear) -> list[float]:
        """The chance that a model gives each of its labels."""
        return list(softmax(np.add(model.scores(self.features), self.offset or 0.0)))

    def answer(self, model: Linear) -> str:
        """The label that a model finds likeliest."""
        return model.labels[int(np.argmax(self.chances(model)))]


@dataclass(frozen=True)
class RankedChoice:
    """One choice among options, each given by the names of its features.

    `right` are the places of the right options.
    """

    options: Sequence[Sequence[str]]
    right: Sequence[int]
    group: str

    def answer(self, model: Linear) -> int:
        """The place of the option that a model ranks first."""
        return model.best(self.options)


def fit_one(
    samples: Sequence[Sample],
    labels: Sequence[str],
    *,
    penalty: float,
    least: int = 2,
    keep: float = 0.01,
) -> Linear:
    """The model of highest penalised likelihood that one of the right labels is given.

    _Features seen in fewer than `least` samples are left out, and so are weights below `keep`.
    """
    names, x = _matrix([sample.features for sample in samples], least)
    place = {label: i for i, label in enumerate(labels)}
    right = np.zeros((len(samples), len(labels)))
    for i, sample in enumerate(samples):
        right[i, [place[label] for label in sample.right]] = 1.0
    start = np.array([sample.offset or [0.0] * len(labels) for sample in samples])
    worth = np.array([sample.weight for sample in samples])[:, None]

    def loss(flat: Array) -> tuple[float, Array]:
        weights = flat.reshape(len(names), len(labels))
        shares = softmax(x @ weights + start, axis=1)
        hit = (shares * right).sum(axis=1, keepdims=True) + _TINY
        slope = x.T @ (worth * (shares - shares * right / hit))
        return -(worth * np.log(hit)).sum(), slope.ravel()

    weights = _minimise(loss, len(names) * len(labels), 80, penalty)
    return _linear(labels, names, weights.reshape(len(names), len(labels)), keep)


def fit_each(
    samples: Sequence[Sample], *, penalty: float, least: int = 3, keep: float = 0.0
) -> Linear:
    """One yes-or-no model for each label that `least` samples have, in one table.

    A score is the label's log odds. Weights below `keep` are left out.
    """
    counts = Counter(label for sample in samples for label in sample.right)
    labels = sorted(label for label, count in counts.items() if count >= least)
    table: dict[str, list[tuple[int, float]]] = {}
    for i, label in enumerate(labels):
        is_label = [replace(s, right=("yes" if label in s.right else "no",)) for s in samples]
        model = fit_one(is_label, ("no", "yes"), penalty=2 * penalty, least=least)
        for name, pairs in model.weights.items():
            weights = dict(pairs)
            odds = weights.get(1, 0.0) - weights.get(0, 0.0)
            if abs(odds) >= keep:
                table.setdefault(name, []).append((i, _three_digits(odds)))
    return Linear.of(labels, {name: tuple(pairs) for name, pairs in sorted(table.items())})


def fit_ranking(choices: Sequence[RankedChoice], *, penalty: float, least: int = 2) -> Linear:
    """The weights of one score by which the right options of each choice rank first.

    This is a conditional logit.
    """
    rows = [[(name, 1.0) for name in option] for choice in choices for option in choice.options]
    names, x = _matrix(rows, least)
    bounds = np.cumsum([0, *(len(choice.options) for choice in choices)])
    owner = np.repeat(np.arange(len(choices)), np.diff(bounds))
    right = np.zeros(len(rows), dtype=bool)
    for start, choice in zip(bounds, choices, strict=False):
        right[[start + i for i in choice.right]] = True

    def loss(weights: Array) -> tuple[float, Array]:
        scores = x @ weights
        powers = np.exp(scores - np.maximum.reduceat(scores, bounds[:-1])[owner])
        shares = powers / np.add.reduceat(powers, bounds[:-1])[owner]
        right_shares = np.where(right, shares, 0.0)
        hit = np.maximum(np.add.reduceat(right_shares, bounds[:-1]), _TINY)
        return -np.log(hit).sum(), x.T @ (shares - right_shares / hit[owner])

    weights = _minimise(loss, len(names), 200, penalty)
    return _linear(["right"], names, weights[:, None], _KEEP_IN_RANKING)


def _matrix(rows: Sequence[_Features], least: int) -> tuple[list[str], csr_matrix]:
    """The names of the features that `least` rows or more have, and the rows' values of them."""
    counts = Counter(name for row in rows for name, _ in row)
    names = sorted(name for name, count in counts.items() if count >= least)
    column = {name: i for i, name in enumerate(names)}
    cells = [
        (value, i, column[name])
        for i, row in enumerate(rows)
        for name, value in row
        if name in column
    ]
    values, *places = np.array(cells).reshape(-1, 3).T
    return names, csr_matrix((values, places), shape=(len(rows), len(names)))


def _minimise(
    loss: Callable[[Array], tuple[float, Array]], size: int, steps: int, penalty: float
) -> Array:
    """The weights of least loss and penalty; `loss` gives a value and its slope."""

    def penalised(weights: Array) -> tuple[float, Array]:
        value, slope = loss(weights)
        return value + 0.5 * penalty * (weights**2).sum(), slope + penalty * weights

    start, options = np.zeros(size), {"maxiter": steps}
    weights: Array = minimize(penalised, start, jac=True, method="L-BFGS-B", options=options).x
    return weights


def _linear(labels: Sequence[str], names: Iterable[str], weights: Array, keep: float) -> Linear:
    """The model of the weights whose size is `keep` or more."""
    table = {}
    for name, row in zip(names, weights, strict=True):
        pairs = tuple((i, _three_digits(w)) for i, w in enumerate(row) if abs(w) >= keep)
        if pairs:
            table[name] = pairs
    return Linear.of(labels, table)


def _three_digits(weight: float) -> float:
    return float(f"{weight:.3g}")
