"""Figures as ratios of sums over articles, and the intervals in which chance moves them.

An article is one row. For each figure the row holds a pair: the article's part, and what that
part is out of (`{"facts.recall": (3, 4)}`: three of four facts). A figure is the sum of the parts
over the sum of the wholes, so a resample is a weight for each row, and a thousand resamples are
one matrix product. Rows that belong together (a story that was printed twice, calls whose days
overlap) share a group and are drawn together. Two figures are made of several such ratios:
macro-F1 of its classes, expected calibration error of its bins.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

Array = NDArray[np.float64]
Row = dict[str, tuple[float, float]]
# A figure's value and what it is out of: two numbers, or two arrays with one number a resample.
Ratios = dict[str, tuple[Array, Array]]
RESAMPLES, SEED, LEVEL = 1000, 20261125, 0.95
BINS = 10  # of equal width over [0, 1], as expected calibration error is commonly given
_CHUNK = 100  # resamples weighed at once: 100 x 10,000 articles are 8 MB
_CLASS, _BIN, _HITS = ".class.", ".bin.", ".hits."


def choice_row(name: str, true: str, answer: object, classes: Iterable[str]) -> Row:
    """What one choice adds to accuracy and to macro-F1, for which each class's F1 is a ratio.

    An answer that is none of the classes counts as no answer.
    """
    right = float(true == answer)
    return {
        f"{name}.first_choice": (right, 1.0),
        **{f"{name}{_CLASS}{c}": (2 * right, 1 + right) for c in classes if c in (true, answer)},
    }


def forecast_row(name: str, confidence: float, right: bool) -> Row:
    """What one forecast adds to the Brier score and to the bin that its confidence falls into.

    A confidence of 1.0 falls into the last bin.

    >>> forecast_row("calls", 0.75, True)
    {'calls.brier': (0.0625, 1.0), 'calls.bin.7': (0.25, 1.0), 'calls.hits.7': (1.0, 1.0)}
    """
    bin = min(BINS - 1, max(0, int(confidence * BINS + 1e-9)))
    error = right - confidence
    return {
        f"{name}.brier": (error**2, 1.0),
        f"{name}{_BIN}{bin}": (error, 1.0),
        f"{name}{_HITS}{bin}": (float(right), 1.0),
    }


class Counts:
    """The figures of all rows: those of one group are added up."""

    def __init__(
        self,
        rows: Sequence[Row],
        groups: Iterable[Hashable] | None = None,
        names: Iterable[str] = (),
    ):
        """`groups` has a key a row; `names` are figures that exist though no row has them."""
        self.names = list(dict.fromkeys([*names, *sorted({name for row in rows for name in row})]))
        column = {name: i for i, name in enumerate(self.names)}
        place: dict[Hashable, int] = {}
        owners = [place.setdefault(group, len(place)) for group in groups or range(len(rows))]
        self._sums = np.zeros((2, len(place), len(self.names)))
        for owner, row in zip(owners, rows, strict=True):
            for name, pair in row.items():
                self._sums[:, owner, column[name]] += pair

    def __len__(self) -> int:
        return self._sums.shape[1]

    @property
    def total(self) -> Ratios:
        """Every figure over all rows."""
        return self._ratios(self._sums.sum(axis=1))

    def draw(self, resamples: int = RESAMPLES, seed: int = SEED) -> Ratios:
        """Every figure over groups drawn with replacement, as many as there are, once a resample.

        The same size and seed give the same draws, so that two sets of reports can be compared in
        pairs.
        """
        n, random = len(self), np.random.default_rng(seed)
        sums = np.zeros((2, resamples, len(self.names)))
        for start in range(0, resamples if n else 0, _CHUNK):
            drawn = random.integers(0, n, (min(_CHUNK, resamples - start), n), dtype=np.int32)
            weights = np.array([np.bincount(row, minlength=n) for row in drawn], dtype=float)
            sums[:, start : start + len(drawn)] = weights @ self._sums
        return self._ratios(sums)

    def _ratios(self, sums: Array) -> Ratios:
        ratios = {}
        for name, part, whole in zip(self.names, *np.moveaxis(sums, -1, 1), strict=True):
            ratios[name] = ratio(part, whole, nothing=float(name.endswith(".brier"))), whole
        for mark, end, join in (
            (_CLASS, ".macro_f1", _macro_f1),
            (_BIN, ".ece", _calibration_error),
        ):
            columns: dict[str, list[int]] = defaultdict(list)
            for i, name in enumerate(self.names):
                if mark in name:
                    columns[name.partition(mark)[0]].append(i)
            for stem, places in columns.items():
                ratios[stem + end] = join(*sums[..., places])
        return ratios


def ratio(part: Array, whole: Array, nothing: float = 0.0) -> Array:
    """part / whole, and `nothing` where there is nothing to divide by."""
    quotient: Array = np.divide(
        part, whole, out=np.full(np.shape(whole), nothing), where=np.asarray(whole) > 0
    )
    return quotient


def _macro_f1(part: Array, whole: Array) -> tuple[Array, Array]:
    """Mean F1 over the classes that are true or answered somewhere."""
    classes = (whole > 0).sum(axis=-1).astype(float)
    return ratio(ratio(part, whole).sum(axis=-1), classes), classes


def _calibration_error(part: Array, whole: Array) -> tuple[Array, Array]:
    """Mean over forecasts of |share right - mean confidence| of their bin; 1, the worst, without
    forecasts.

    Chance alone makes it positive (about 0.25 / sqrt(n / bins) for a perfect forecaster), so read
    it beside n.
    """
    n = whole.sum(axis=-1)
    return ratio(np.abs(part).sum(axis=-1), n, nothing=1.0), n


def count_of(name: str, ratios: Ratios) -> Array:
    """How many things a figure is over: labels for F1, choices for macro-F1, else its whole."""
    stem, _, end = name.rpartition(".")
    end = {"f1": "recall", "macro_f1": "first_choice"}.get(end, end)
    return ratios[f"{stem}.{end}" if stem else end][1]


@dataclass(frozen=True)
class Estimate:
    """A figure, its percentile interval, and how many things it is over."""

    value: float
    low: float
    high: float
    n: int


def estimate_all(counts: Counts, resamples: int = RESAMPLES) -> dict[str, Estimate]:
    """Every figure with its 95 % percentile bootstrap interval.

    Draws with nothing to judge are left out. An interval at the bound (1.0 to 1.0) says that no
    error was seen in n, not that there is none.
    """
    total, drawn = counts.total, counts.draw(resamples)
    estimates = {}
    for name in total:
        if any(mark in name for mark in (_CLASS, _BIN, _HITS)):
            continue  # a part of a figure
        values, wholes = drawn[name]
        low, high = interval(values[wholes > 0])
        n = round(float(count_of(name, total)))
        estimates[name] = Estimate(float(total[name][0]), low, high, n)
    return estimates


def estimate_share(right: int, n: int) -> Estimate:
    """A share of `n` things, one at least, with Wilson's 95 % interval."""
    low, high = binomtest(right, n).proportion_ci(method="wilson")
    return Estimate(right / n, low, high, n)


def interval(values: Array, level: float = LEVEL) -> tuple[float, float]:
    """The central share `level` of resampled values; (0, 0) where there are none."""
    if not values.size:
        return 0.0, 0.0
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
