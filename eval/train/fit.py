"""Fits the linear models that the product ships: softmax regression with an L2 penalty, deterministic."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from summarizer.linear import Linear

Features = Sequence[tuple[str, float]]


@dataclass(frozen=True)
class Sample:
    """One thing to classify: its features, the right labels, what each label starts from, and the group it belongs to."""

    features: Features
    right: tuple[str, ...]  # the annotator's first choice first; any of them counts as right
    group: str  # samples of one article stay on one side of a split
    offset: Sequence[float] | None = None
    weight: float = 1.0


def fit(
    samples: Sequence[Sample],
    labels: Sequence[str],
    *,
    penalty: float = 1.0,
    least: int = 2,
    keep: float = 0.01,
) -> Linear:
    """The model of highest penalised likelihood that one of the right labels is given. Features seen in fewer than `least`
    samples are left out, and so are weights below `keep`."""
    counts = Counter(name for sample in samples for name, _ in sample.features)
    names = sorted(name for name, count in counts.items() if count >= least)
    x = _matrix(samples, {name: i for i, name in enumerate(names)})
    right = np.zeros((len(samples), len(labels)))
    place = {label: i for i, label in enumerate(labels)}
    for i, sample in enumerate(samples):
        right[i, [place[label] for label in sample.right]] = 1.0
    start = np.array(
        [sample.offset if sample.offset is not None else [0.0] * len(labels) for sample in samples]
    )
    worth = np.array([sample.weight for sample in samples])[:, None]

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        weights = flat.reshape(len(names), len(labels))
        scores = x @ weights + start
        scores -= scores.max(axis=1, keepdims=True)
        shares = np.exp(scores)
        shares /= shares.sum(axis=1, keepdims=True)
        hit = (shares * right).sum(axis=1, keepdims=True) + 1e-12
        value = -(worth * np.log(hit)).sum() + 0.5 * penalty * (flat**2).sum()
        slope = x.T @ (worth * (shares - shares * right / hit)) + penalty * weights
        return float(value), np.asarray(slope).ravel()

    found = minimize(
        loss,
        np.zeros(len(names) * len(labels)),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": 80},
    )
    weights = found.x.reshape(len(names), len(labels))
    table = {}
    for name, row in zip(names, weights, strict=True):
        pairs = tuple(
            (i, float(f"{weight:.3g}")) for i, weight in enumerate(row) if abs(weight) >= keep
        )
        if pairs:
            table[name] = pairs
    return Linear(labels, table)


def fit_each(samples: Sequence[Sample], *, penalty: float = 1.0, least: int = 3) -> Linear:
    """One yes-or-no model for each label that `least` samples have, in one table: a score is the label's log odds."""
    counts = Counter(label for sample in samples for label in sample.right)
    labels = sorted(label for label, count in counts.items() if count >= least)
    table: dict[str, list[tuple[int, float]]] = {}
    for i, label in enumerate(labels):
        told = [
            Sample(s.features, ("yes" if label in s.right else "no",), s.group) for s in samples
        ]
        for name, pairs in fit(
            told, ("no", "yes"), penalty=2 * penalty, least=least
        ).weights.items():
            odds = dict(pairs).get(1, 0.0) - dict(pairs).get(0, 0.0)
            table.setdefault(name, []).append((i, float(f"{odds:.3g}")))
    return Linear(labels, {name: tuple(pairs) for name, pairs in sorted(table.items())})


def fit_ranking(
    choices: Sequence[tuple[Sequence[Sequence[str]], Sequence[int]]],
    *,
    penalty: float = 1.0,
    least: int = 2,
) -> Linear:
    """The weights of one score by which the right options of each choice rank first (conditional logit).

    A choice is its options, each the names of its features, and the indices of the right ones.
    """
    rows = [option for options, _ in choices for option in options]
    counts = Counter(name for row in rows for name in row)
    names = sorted(name for name, count in counts.items() if count >= least)
    x = _matrix(
        [Sample([(name, 1.0) for name in row], (), "") for row in rows],
        {name: i for i, name in enumerate(names)},
    )
    bounds = np.cumsum([0, *(len(options) for options, _ in choices)])
    owner = np.repeat(np.arange(len(choices)), np.diff(bounds))
    right = np.zeros(len(rows), dtype=bool)
    for start, (_, best) in zip(bounds, choices, strict=False):
        right[[start + i for i in best]] = True

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        scores = x @ weights
        powers = np.exp(scores - np.maximum.reduceat(scores, bounds[:-1])[owner])
        shares = powers / np.add.reduceat(powers, bounds[:-1])[owner]
        hit = np.add.reduceat(np.where(right, shares, 0.0), bounds[:-1])
        wanted = np.where(right, shares, 0.0) / np.maximum(hit, 1e-12)[owner]
        value = -np.log(np.maximum(hit, 1e-12)).sum() + 0.5 * penalty * (weights**2).sum()
        return float(value), np.asarray(x.T @ (shares - wanted)) + penalty * weights

    found = minimize(
        loss, np.zeros(len(names)), jac=True, method="L-BFGS-B", options={"maxiter": 200}
    )
    return Linear(
        ["right"],
        {
            name: ((0, float(f"{w:.3g}")),)
            for name, w in zip(names, found.x, strict=True)
            if abs(w) >= 0.005
        },
    )


def _matrix(samples: Sequence[Sample], columns: dict[str, int]) -> csr_matrix:
    rows, cols, values = [], [], []
    for i, sample in enumerate(samples):
        for name, value in sample.features:
            if name in columns:
                rows.append(i)
                cols.append(columns[name])
                values.append(value)
    return csr_matrix((values, (rows, cols)), shape=(len(samples), len(columns)))
