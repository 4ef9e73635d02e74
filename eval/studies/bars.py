"""Price bars of one asset, read from a file and looked up by time."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from pyarrow import ArrowException
from pyarrow.csv import read_csv
from pyarrow.parquet import read_table

from eval.score.metrics import Array
from summarizer.errors import BadRecord, UsageError

HOUR, DAY = 3600, 86400
_SLACK = 2  # bars that may be missing at either end
_VOLATILITY = 30 * DAY  # the time before a call that its volatility is taken from
_LEAST_BARS = 24  # within that time
_TIMES = ("ts", "timestamp", "time", "date", "open_time")
_MILLISECONDS = 1e11  # a larger number of time counts milliseconds: as seconds it is the year 5138


class Bars:
    """Bars in the order of time: `at` is when each opens, in seconds since 1970; `step` their
    length.

    Raises BadRecord for fewer than two times, and for prices that are not above 0.
    """

    def __init__(self, at: Array, opens: Array, closes: Array):
        order = np.argsort(at, kind="stable")
        self.at, self.open, self.close = at[order], opens[order], closes[order]
        self.step = float(np.median(np.diff(self.at))) if len(at) > 1 else 0.0
        prices = np.concatenate([self.open, self.close])
        if self.step <= 0 or not (prices > 0).all() or not np.isfinite(self.open).all():
            raise BadRecord("bars need at least two times and prices above 0")

    def enter(self, at: float) -> int | None:
        """The first bar that opens at or after `at`, if it does so soon."""
        i = int(np.searchsorted(self.at, at, side="left"))
        return i if i < len(self.at) and self.at[i] - at <= _SLACK * self.step else None

    def leave(self, entry: int, at: float) -> int | None:
        """The last bar closed by `at`, if shortly before; None if it began before the entry."""
        i = int(np.searchsorted(self.at + self.step, at, side="right")) - 1
        return i if i >= entry and at - (self.at[i] + self.step) < _SLACK * self.step else None

    def volatility(self, entry: int, seconds: float) -> float | None:
        """Standard deviation of returns over `seconds`, from the 30 days before the entry.

        None where fewer than 24 bars precede, or where nothing moved.
        """
        first = max(1, entry - int(_VOLATILITY / self.step))
        if entry - first < _LEAST_BARS:
            return None
        moves = np.diff(np.log(self.close[first - 1 : entry]))
        return math.sqrt((moves**2).mean() * seconds / self.step) or None

    def momentum(self, entry: int, seconds: float) -> int | None:
        """Sign of the return over the `seconds` before the entry; None where bars are missing."""
        first = self.enter(self.at[entry] - seconds)
        if first is None or first >= entry:
            return None
        return int(np.sign(self.open[entry] - self.open[first]))


def load_prices(pairs: Sequence[str]) -> dict[str, Bars]:
    """Bars by asset, of options `BTC=file`. Raises UsageError where one names no file."""
    bars = {}
    for name, _, path in (pair.partition("=") for pair in pairs):
        if not Path(path).is_file():
            raise UsageError(f"--prices {name} names no file", advice="Write BTC=bars.csv")
        bars[name.upper()] = load_bars(Path(path))
    return bars


def load_bars(path: Path) -> Bars:
    """Bars from CSV, CSV.gz or Parquet with a time, `open` and `close`.

    The time's column is `ts`, `timestamp`, `time`, `date` or `open_time`: ISO times, or seconds or
    milliseconds since 1970, naive ones UTC. Raises BadRecord for another file.
    """
    try:
        table = (read_table if path.suffix == ".parquet" else read_csv)(path)
        columns = {
            str(name).strip().lower(): column.to_numpy()
            for name, column in zip(table.column_names, table.columns, strict=True)
        }
        at = next(columns[name] for name in _TIMES if name in columns)
        if at.dtype.kind == "M":
            at = at.astype("datetime64[ms]").astype("int64")
        at = at.astype(float)
        seconds = np.where(at > _MILLISECONDS, at / 1000, at)
        return Bars(seconds, columns["open"].astype(float), columns["close"].astype(float))
    except (OSError, KeyError, ValueError, StopIteration, ArrowException) as error:
        raise BadRecord(
            f"{path.name} holds no bars with a time, open and close: {error!r}"
        ) from error
