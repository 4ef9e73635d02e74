"""Figures as ratios of sums over articles, and how far chance moves them.

An article is one row: for each figure, what it counts for and what that is out of (`{"facts.recall": (3, 4)}`). A figure is the
sum of the first over the sum of the second, so a resample is a weight for each row, and a thousand resamples are one matrix
product. Rows that belong together (a story printed twice, calls whose days overlap) share a group and are drawn together.
Two figures are made of several such ratios: macro-F1 of its classes, expected calibration error of its bins.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Row = Mapping[str, tuple[float, float]]
Ratios = dict[
    str, tuple[Array, Array]
]  # a figure's value and what it is out of: numbers, or one for each resample
RESAMPLES, SEED, LEVEL = 1000, 20261125, 0.95
BINS = 10  # of equal width over [0, 1], as expected calibration error is commonly given
_CHUNK = 100  # resamples weighed at once: 100 x 10,000 articles are 8 MB
_CLASS, _BIN, _HITS = ".class.", ".bin.", ".hits."


def choice_row(
    name: str, true: str, said: object, classes: Iterable[str]
) -> dict[str, tuple[float, float]]:
    """What one choice adds to accuracy and macro-F1 (each class's F1 as a ratio); an answer that is none of the classes is no answer."""
    right = float(true == said)
    return {
        f"{name}.first_choice": (right, 1.0),
        **{f"{name}{_CLASS}{c}": (2 * right, 1 + right) for c in classes if c in (true, said)},
    }


def forecast_row(name: str, confidence: float, right: bool) -> dict[str, tuple[float, float]]:
    """What one forecast adds to the Brier score and to the bin that its confidence falls into; 1.0 falls into the last.

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
    """Rows by name, those of one group added up."""

    def __init__(
        self,
        rows: Sequence[Row],
        groups: Sequence[Hashable] | None = None,
        names: Iterable[str] = (),
    ):
        """`names` are those of figures that are there, and 0, though no row holds them."""
        self.names = list(dict.fromkeys([*names, *sorted({name for row in rows for name in row})]))
        place = {name: i for i, name in enumerate(self.names)}
        at: dict[Hashable, int] = {}
        owner = [
            at.setdefault(group, len(at))
            for group in (groups if groups is not None else range(len(rows)))
        ]
        self._sums = np.zeros((2, len(at), len(self.names)))
        for i, row in zip(owner, rows, strict=True):
            for name, pair in row.items():
                self._sums[:, i, place[name]] += pair

    def __len__(self) -> int:
        return self._sums.shape[1]

    @property
    def total(self) -> Ratios:
        return self._ratios(self._sums.sum(axis=1))

    def draw(self, resamples: int = RESAMPLES, seed: int = SEED) -> Ratios:
        """Figures over groups drawn with replacement, as many as there are; the same draws for the same size and seed."""
        n, random = len(self), np.random.default_rng(seed)
        sums = np.zeros((2, resamples, len(self.names)))
        for start in range(0, resamples if n else 0, _CHUNK):
            drawn = random.integers(0, n, (min(_CHUNK, resamples - start), n), dtype=np.int32)
            weights = np.array([np.bincount(row, minlength=n) for row in drawn], dtype=float)
            sums[:, start : start + len(drawn)] = weights @ self._sums
        return self._ratios(sums)

    def _ratios(self, sums: Array) -> Ratios:
        found = {}
        for name, part, whole in zip(self.names, *np.moveaxis(sums, -1, 1), strict=True):
            found[name] = ratio(part, whole, nothing=float(name.endswith(".brier"))), whole
        for mark, join in ((_CLASS, _macro), (_BIN, _calibration)):
            stems: dict[str, list[int]] = defaultdict(list)
            for i, name in enumerate(self.names):
                if mark in name:
                    stems[name.partition(mark)[0]].append(i)
            for stem, columns in stems.items():
                found |= {f"{stem}{end}": pair for end, pair in join(*sums[..., columns]).items()}
        return found


def ratio(part: Array, whole: Array, nothing: float = 0.0) -> Array:
    """part / whole, and `nothing` where there is nothing to divide by."""
    found: Array = np.divide(
        part, whole, out=np.full(np.shape(whole), nothing), where=np.asarray(whole) > 0
    )
    return found


def _macro(part: Array, whole: Array) -> Ratios:
    """Mean F1 over the classes that are true or said somewhere."""
    classes = (whole > 0).sum(axis=-1).astype(float)
    return {".macro_f1": (ratio(ratio(part, whole).sum(axis=-1), classes), classes)}


def _calibration(part: Array, whole: Array) -> Ratios:
    """Mean over forecasts of |share right - mean confidence| of their bin; 1, the worst, where nothing was forecast.

    Chance alone makes it positive (about 0.25 / sqrt(n / bins) for a perfect forecaster), so read it beside n.
    """
    n = whole.sum(axis=-1)
    return {".ece": (ratio(np.abs(part).sum(axis=-1), n, nothing=1.0), n)}


def count_of(name: str, ratios: Ratios) -> Array:
    """How many things a figure is over: labels for F1, choices for macro-F1, else what it is out of."""
    stem, _, end = name.rpartition(".")
    end = {"f1": "recall", "macro_f1": "first_choice"}.get(end, end)
    return ratios[f"{stem}.{end}" if stem else end][1]


def is_figure(name: str) -> bool:
    """Whether a name is a figure to show, not a part of one."""
    return not any(mark in name for mark in (_CLASS, _BIN, _HITS))


@dataclass(frozen=True)
class Estimate:
    """A figure, its percentile interval, and how many things it is over."""

    value: float
    low: float
    high: float
    n: int


def estimate_all(
    counts: Counts, resamples: int = RESAMPLES, seed: int = SEED, level: float = LEVEL
) -> dict[str, Estimate]:
    """Every figure with its percentile bootstrap interval.

    Draws with nothing to judge are left out. An interval at the bound (1.0 to 1.0) says that no error was seen in n, not
    that there is none.
    """
    total, drawn = counts.total, counts.draw(resamples, seed)
    found = {}
    for name in filter(is_figure, total):
        values, wholes = drawn[name]
        found[name] = Estimate(
            float(total[name][0]),
            *interval(values[wholes > 0], level),
            round(float(count_of(name, total))),
        )
    return found


def interval(values: Array, level: float = LEVEL) -> tuple[float, float]:
    """The central share `level` of resampled values."""
    low, high = (
        np.quantile(values, [(1 - level) / 2, (1 + level) / 2]) if values.size else (0.0, 0.0)
    )
    return float(low), float(high)
