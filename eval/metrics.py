"""Figures as functions of counts, and how far chance moves them.

Every figure here (F1, Brier, hit rate, …) is a function of sums over articles. So an article is one row of counts, a resample
is a weight for each row, and a thousand resamples are one matrix product. Rows that belong together (a story printed twice,
calls whose days overlap) share a group and are drawn together.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
RESAMPLES, SEED, LEVEL = 1000, 20261125, 0.95
BINS = 10  # of equal width over [0, 1], as expected calibration error is commonly given
_CHUNK = 100  # resamples weighed at once: 100 x 10,000 articles are 8 MB


class Sums:
    """Sums by name: numbers, or one for each resample along the first axis. A name that nothing was counted under is 0."""

    def __init__(self, places: Mapping[str, int], values: Array):
        self._places, self._values = places, values

    def __getitem__(self, name: str) -> Array:
        place = self._places.get(name)
        return np.zeros(self._values.shape[:-1]) if place is None else np.asarray(self._values[..., place])

    def under(self, prefix: str) -> "Sums":
        """The sums whose names begin with `prefix`, by the rest of their names."""
        return Sums({name.removeprefix(prefix): i for name, i in self._places.items() if name.startswith(prefix)}, self._values)

    def names(self, prefix: str) -> list[str]:
        """What follows `prefix` in the names that begin with it, sorted."""
        return sorted(name.removeprefix(prefix) for name in self._places if name.startswith(prefix))


class Counts:
    """One row of counts for each article, rows of one group added up."""

    def __init__(self, rows: Sequence[Mapping[str, float]], groups: Sequence[Hashable] | None = None):
        names = sorted({name for row in rows for name in row})
        self._places = {name: i for i, name in enumerate(names)}
        at: dict[Hashable, int] = {}
        owner = [at.setdefault(group, len(at)) for group in (groups if groups is not None else range(len(rows)))]
        self._matrix = np.zeros((len(at), len(names)))
        for i, row in zip(owner, rows, strict=True):
            for name, value in row.items():
                self._matrix[i, self._places[name]] += value

    def __len__(self) -> int:
        return len(self._matrix)

    @property
    def total(self) -> Sums:
        return Sums(self._places, self._matrix.sum(axis=0))

    def resample(self, resamples: int = RESAMPLES, seed: int = SEED) -> Sums:
        """Sums over groups drawn with replacement, as many as there are; the same draws for the same size and seed."""
        n = len(self)
        random = np.random.default_rng(seed)
        sums = np.zeros((resamples, self._matrix.shape[1]))
        for start in range(0, resamples if n else 0, _CHUNK):
            size = min(_CHUNK, resamples - start)
            drawn = random.integers(0, n, (size, n), dtype=np.int32)
            weights = np.array([np.bincount(row, minlength=n) for row in drawn], dtype=float)
            sums[start : start + size] = weights @ self._matrix
        return Sums(self._places, sums)


@dataclass(frozen=True)
class Estimate:
    """A figure, its percentile interval, and how many things it is over."""

    value: float
    low: float
    high: float
    n: int


Formula = Callable[[Sums], Array]


def estimate(formula: Formula, whole: Formula, total: Sums, drawn: Sums, level: float = LEVEL) -> Estimate:
    """The figure over `whole` things, with its percentile bootstrap interval.

    Draws with nothing to judge are left out. An interval at the bound (1.0 to 1.0) says that no error was seen in n, not
    that there is none.
    """
    low, high = interval(formula(drawn)[whole(drawn) > 0], level)
    return Estimate(float(formula(total)), low, high, round(float(whole(total))))


def interval(values: Array, level: float = LEVEL) -> tuple[float, float]:
    """The central share `level` of resampled values."""
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2]) if values.size else (0.0, 0.0)
    return float(low), float(high)


def ratio(part: Array, whole: Array) -> Array:
    """part / whole, and 0 where there is nothing to divide by."""
    part, whole = np.broadcast_arrays(np.asarray(part, float), np.asarray(whole, float))
    return np.divide(part, whole, out=np.zeros(whole.shape), where=whole > 0)


def macro_f1(confusion: Array) -> Array:
    """Mean F1 over the classes that are true or said somewhere; `confusion[..., true, said]` may have more columns (no answer) than rows.

    >>> round(float(macro_f1(np.array([[2.0, 0.0], [1.0, 1.0]]))), 4)
    0.7333
    """
    k = confusion.shape[-2]
    right = np.diagonal(confusion[..., :k], axis1=-2, axis2=-1)
    either = confusion.sum(axis=-1) + confusion[..., :k].sum(axis=-2)
    return ratio(ratio(2 * right, either).sum(axis=-1), (either > 0).sum(axis=-1).astype(float))


def bin_of(confidence: float) -> int:
    """The bin of the reliability table that a confidence falls into; 1.0 falls into the last.

    >>> bin_of(0.0), bin_of(0.61), bin_of(1.0)
    (0, 6, 9)
    """
    return min(BINS - 1, max(0, int(confidence * BINS + 1e-9)))


def count_forecast(name: str, confidence: float, right: bool) -> dict[str, float]:
    """What one forecast adds to the counts that `brier`, `calibration_error` and `reliability` read."""
    k = f"{name}.bin.{bin_of(confidence)}"
    forecast = {f"{name}.forecasts": 1.0, f"{name}.squares": (confidence - right) ** 2, f"{name}.hits": float(right)}
    return {**forecast, f"{k}.n": 1.0, f"{k}.confidence": confidence, f"{k}.right": float(right)}


def brier(sums: Sums, name: str) -> Array:
    """Mean squared distance of confidence and outcome; 1, the worst, where nothing was forecast."""
    n = sums[f"{name}.forecasts"]
    return np.where(n > 0, ratio(sums[f"{name}.squares"], n), 1.0)


def calibration_error(sums: Sums, name: str) -> Array:
    """Expected calibration error: mean over forecasts of |share right - mean confidence| of their bin; 1 where nothing was forecast.

    Chance alone makes it positive (about 0.25 / sqrt(n / bins) for a perfect forecaster), so read it beside n.
    """
    n = sums[f"{name}.forecasts"]
    gaps = [np.abs(sums[f"{name}.bin.{k}.right"] - sums[f"{name}.bin.{k}.confidence"]) for k in range(BINS)]
    return np.where(n > 0, ratio(np.sum(gaps, axis=0), n), 1.0)


def reliability(total: Sums, name: str) -> list[tuple[float, float, int, float, float]]:
    """(mean confidence, share right, n, low, high) of each bin that holds a forecast."""
    rows = []
    for k in range(BINS):
        n, right = float(total[f"{name}.bin.{k}.n"]), float(total[f"{name}.bin.{k}.right"])
        if n:
            rows.append((float(total[f"{name}.bin.{k}.confidence"]) / n, right / n, round(n), *wilson(right, n)))
    return rows


def wilson(right: float, n: float, z: float = 1.959964) -> tuple[float, float]:
    """Wilson's 95 % interval of a share, for counts too small to resample.

    >>> [round(x, 3) for x in wilson(8, 10)]
    [0.49, 0.943]
    """
    if not n:
        return 0.0, 1.0
    p = right / n
    middle, reach = p + z * z / (2 * n), z * float(np.sqrt(p * (1 - p) / n + z * z / (4 * n * n)))
    return (middle - reach) / (1 + z * z / n), (middle + reach) / (1 + z * z / n)


def isotonic(x: Sequence[float], y: Sequence[float], prior: float = 0.0) -> list[tuple[float, float]]:
    """Knots (x, frequency) of the non-decreasing map that is nearest to y in least squares: pool adjacent violators.

    `prior` is how many outcomes at the overall rate each knot is mixed with, so that three lucky calls are no certainty.

    >>> isotonic([0.1, 0.2, 0.3], [0, 1, 0])
    [(0.1, 0.0), (0.25, 0.5)]
    """
    pools: list[list[float]] = []  # [sum of x, sum of y, n]
    for a, b in sorted(zip(x, y, strict=True)):
        if pools and a == pools[-1][0] / pools[-1][2]:
            pools[-1] = [pools[-1][0] + a, pools[-1][1] + b, pools[-1][2] + 1]
        else:
            pools.append([a, b, 1.0])
    merged: list[list[float]] = []
    for pool in pools:
        merged.append(pool)
        while len(merged) > 1 and merged[-2][1] / merged[-2][2] >= merged[-1][1] / merged[-1][2]:
            last = merged.pop()
            merged[-1] = [p + q for p, q in zip(merged[-1], last, strict=True)]
    rate = sum(y) / len(y) if len(y) else 0.0
    return [(a / n, (b + prior * rate) / (n + prior)) for a, b, n in merged]
