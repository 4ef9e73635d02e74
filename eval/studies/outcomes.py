"""Calls against what prices then did: hit rate, return and Brier, beside what costs nothing (always-up, momentum, shuffled dates).

A call enters at the open of the first bar that opens at or after its publication and leaves at the close of the last bar that
has closed by the horizon; no bar that began before publication prices it. Earlier bars serve only what was known by then: the
volatility of the last 30 days, which scales returns, and momentum. A time of exactly midnight is a day without a time, so its
call enters when that day is over: entering at its start would look ahead. Calls whose days overlap are drawn together (block
bootstrap; blocks of at least a day and twice the horizon), all assets in one block, because they move as one.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from eval.records import Record
from eval.score.metrics import RESAMPLES, SEED, Array, Counts, Estimate, estimate_all, forecast_row
from summarizer.errors import BadRecord
from summarizer.text.dates import parse_time

HOUR, DAY = 3600, 86400
HORIZONS: dict[str, int | None] = {"1h": HOUR, "24h": DAY, "7d": 7 * DAY, "until": None}
SLACK = 2  # bars that may be missing at either end
_VOLATILITY = 30 * DAY
FEW_BLOCKS = 10  # below this an interval means nothing
RIVALS = {"up": "always up", "momentum": "momentum", "shuffled": "shuffled dates"}
_NAMES = (
    "hit",
    "return",
    "up_return",
    "scaled_return",
    *RIVALS,
    *(f"over_{rival}" for rival in RIVALS),
    "said.brier",
)
_SIGNS = {"bullish": 1, "bearish": -1}
_TIMES = ("ts", "timestamp", "time", "date", "open_time")


class Bars:
    """Bars of one asset in the order of time: `at` is when a bar opens, in seconds since 1970, and `step` how long it lasts."""

    def __init__(self, at: Array, opens: Array, closes: Array):
        order = np.argsort(at, kind="stable")
        self.at, self.open, self.close = at[order], opens[order], closes[order]
        self.step = float(np.median(np.diff(self.at))) if len(at) > 1 else 0.0
        if (
            len(at) < 2
            or self.step <= 0
            or not (
                np.isfinite(self.open).all() and (self.open > 0).all() and (self.close > 0).all()
            )
        ):
            raise BadRecord("bars need at least two times and prices above 0")
        moves = np.diff(np.log(self.close), prepend=math.log(self.close[0]))
        self._squares = np.concatenate([[0.0], np.cumsum(moves**2)])

    def enter(self, at: float) -> int | None:
        """The first bar that opens at or after `at`, if it does so soon."""
        i = int(np.searchsorted(self.at, at, side="left"))
        return i if i < len(self.at) and self.at[i] - at <= SLACK * self.step else None

    def leave(self, entry: int, at: float) -> int | None:
        """The last bar that has closed by `at`, if it did so shortly before; None where it began before the entry."""
        i = int(np.searchsorted(self.at + self.step, at, side="right")) - 1
        return i if i >= entry and at - (self.at[i] + self.step) < SLACK * self.step else None

    def volatility(self, entry: int, seconds: float) -> float | None:
        """Standard deviation of returns over `seconds`, from the 30 days before the entry; None where fewer than 24 bars precede."""
        first = max(1, entry - int(_VOLATILITY / self.step))
        if entry - first < 24:
            return None
        spread = math.sqrt(
            (self._squares[entry] - self._squares[first]) / (entry - first) * seconds / self.step
        )
        return spread if spread > 0 else None

    def momentum(self, entry: int, seconds: float) -> int | None:
        """Sign of the return over the `seconds` before the entry."""
        i = int(np.searchsorted(self.at, self.at[entry] - seconds, side="left"))
        if i >= entry or self.at[i] - (self.at[entry] - seconds) > SLACK * self.step:
            return None
        return int(np.sign(self.open[entry] - self.open[i]))


def load_bars(path: Path) -> Bars:
    """Bars from CSV, CSV.gz or Parquet with a time (`ts`, `timestamp`, `time`, `date`, `open_time`), `open` and `close`.

    Times are ISO or seconds or milliseconds since 1970, naive ones UTC. Raises BadRecord for another file.
    """
    from pyarrow import ArrowException
    from pyarrow.csv import read_csv
    from pyarrow.parquet import read_table

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
        return Bars(
            np.where(at > 1e11, at / 1000, at),
            columns["open"].astype(float),
            columns["close"].astype(float),
        )
    except (OSError, KeyError, ValueError, StopIteration, ArrowException) as error:
        raise BadRecord(
            f"{path.name} holds no bars with a time, open and close: {error!r}"
        ) from error


@dataclass(frozen=True)
class Trade:
    """A call at one horizon: what it said and what then happened."""

    asset: str
    source: str
    model: str
    entry_at: float
    seconds: float
    sign: int
    gain: float  # of the asset, as a share
    volatility: float | None
    momentum: int | None
    confidence: float | None


def make_trades(
    reports: Sequence[Record], prices: Mapping[str, Bars], since: str | None = None
) -> tuple[dict[str, list[Trade]], Counter[str]]:
    """The trades of each horizon, and how many calls were left out for which reason.

    `since` leaves out articles before a day: a model that was trained later may have read how they ended.
    """
    trades: dict[str, list[Trade]] = {name: [] for name in HORIZONS}
    skipped: Counter[str] = Counter()
    for report in reports:
        for call in report.get("calls") or []:
            entry = _enter(report, call, prices, since)
            if isinstance(entry, str):
                skipped[entry] += 1
                continue
            for name, seconds in HORIZONS.items():
                trade = _trade(report, call, prices[call["asset"]], entry, seconds)
                if isinstance(trade, str):
                    skipped[f"{name}: {trade}"] += 1
                else:
                    trades[name].append(trade)
    return trades, skipped


def _enter(
    report: Record, call: Record, prices: Mapping[str, Bars], since: str | None
) -> int | str:
    """The bar at which a call enters, or why it cannot."""
    published = parse_time((report.get("article") or {}).get("published_at"))
    if call.get("direction") not in _SIGNS:
        return "neutral"
    if call.get("asset") not in prices:
        return "asset without prices"
    if published is None:
        return "no time"
    if since and published.date().isoformat() < since:
        return "before --since"
    entry = prices[call["asset"]].enter(knowable_at(published).timestamp())
    return entry if entry is not None else "no bar after publication"


def knowable_at(published: datetime) -> datetime:
    """When an article was surely out: its time, or the end of its day where midnight stands for no time.

    >>> from datetime import UTC
    >>> knowable_at(datetime(2022, 1, 24, tzinfo=UTC)).isoformat()
    '2022-01-25T00:00:00+00:00'
    """
    has_time = published.hour or published.minute or published.second or published.microsecond
    return published if has_time else published + timedelta(days=1)


def _trade(
    report: Record, call: Record, bars: Bars, entry: int, seconds: float | None
) -> Trade | str:
    """What a call brought by a horizon (None: by its own `until`), or why it cannot be said."""
    entry_at = float(bars.at[entry])
    if seconds is None:
        last_day = parse_time(call.get("until"))
        if last_day is None:
            return "no last day"
        seconds = last_day.timestamp() + DAY - entry_at
        if seconds <= 0:
            return "last day before publication"
    leave = bars.leave(entry, entry_at + seconds)
    if leave is None:
        return "bars end before the horizon, or are too coarse"
    analyst, article = report.get("analyst") or {}, report.get("article") or {}
    return Trade(
        asset=call["asset"], source=str(article.get("source") or article.get("domain") or "unknown"),
        model=str(analyst.get("model") or analyst.get("name") or "unknown"), entry_at=entry_at, seconds=seconds,
        sign=_SIGNS[call["direction"]], gain=float(bars.close[leave] / bars.open[entry] - 1), volatility=bars.volatility(entry, seconds),
        momentum=bars.momentum(entry, seconds), confidence=call.get("confidence"),
    )  # fmt: skip


def count_trades(trades: Sequence[Trade]) -> Counts:
    """Rows of the trades, drawn in blocks of time. `shuffled` is exact: the mean over all shufflings of an asset's calls over its dates."""
    mix: dict[str, list[int]] = defaultdict(list)
    for trade in trades:
        mix[trade.asset].append(trade.sign)
    bullish = {asset: signs.count(1) / len(signs) for asset, signs in mix.items()}
    width = max(DAY, 2 * float(np.median([trade.seconds for trade in trades]))) if trades else DAY
    rows = []
    for trade in trades:
        up, down, hit = (
            float(trade.gain > 0),
            float(trade.gain < 0),
            float(trade.sign * trade.gain > 0),
        )
        rivals = {
            "up": up,
            "shuffled": bullish[trade.asset] * up + (1 - bullish[trade.asset]) * down,
        }
        if trade.momentum is not None:
            rivals["momentum"] = float(trade.momentum * trade.gain > 0)
        means = {"hit": hit, "return": trade.sign * trade.gain, "up_return": trade.gain, **rivals}
        means |= {f"over_{rival}": hit - right for rival, right in rivals.items()}
        if trade.volatility is not None:
            means["scaled_return"] = trade.sign * trade.gain / trade.volatility
        row = {name: (value, 1.0) for name, value in means.items()}
        rows.append(
            row
            if trade.confidence is None
            else {**row, **forecast_row("said", trade.confidence, bool(hit))}
        )
    return Counts(rows, [int(trade.entry_at // width) for trade in trades], _NAMES)


def measure(
    trades: Sequence[Trade], resamples: int = RESAMPLES, seed: int = SEED
) -> dict[str, Estimate]:
    """Hit rate, returns, rivals, what the calls have over each rival, and Brier, with block bootstrap intervals."""
    counts = count_trades(trades)
    return {
        **estimate_all(counts, resamples, seed),
        "blocks": Estimate(len(counts), len(counts), len(counts), len(counts)),
    }


def judge(name: str, found: Mapping[str, Estimate]) -> str:
    """One plain sentence: an edge is claimed only where the calls beat every rival and the interval of each lead is above 0."""
    hit = found["hit"]
    text = f"{hit.value:.1%} right of {hit.n} calls [{hit.low:.1%}, {hit.high:.1%}]"
    best = max(RIVALS, key=lambda rival: found[rival].value if found[rival].n else -1.0)
    lead = found[f"over_{best}"]
    text += f"; {RIVALS[best]} {found[best].value:.1%}, lead {lead.value:+.1%} [{lead.low:+.1%}, {lead.high:+.1%}]"
    if found["blocks"].n < FEW_BLOCKS:
        return f"{name}: too few to tell: {text} in only {found['blocks'].n} separate stretches of time"
    has_edge = all(found[f"over_{rival}"].low > 0 for rival in RIVALS if found[rival].n)
    return f"{name}: {'an edge' if has_edge else 'no edge'}: {text}"


def score_outcomes(reports: Sequence[Record], prices: Mapping[str, Bars], *, since: str | None = None,
                   resamples: int = RESAMPLES, seed: int = SEED) -> Record:  # fmt: skip
    """Every horizon's figures and verdict, the same by source, model and asset, what was left out, and the curve of 24 h returns."""
    trades, skipped = make_trades(reports, prices, since)
    horizons = {name: measure(made, resamples, seed) for name, made in trades.items() if made}
    by: dict[str, dict[str, dict[str, dict[str, Estimate]]]] = {
        field: {name: {} for name in trades} for field in ("source", "model", "asset")
    }
    for field, name in ((field, name) for field in by for name in trades):
        groups: dict[str, list[Trade]] = defaultdict(list)
        for trade in trades[name]:
            groups[getattr(trade, field)].append(trade)
        by[field][name] = {
            group: measure(made, resamples, seed)
            for group, made in sorted(groups.items(), key=lambda g: -len(g[1]))
        }
    verdicts = [judge(name, found) for name, found in horizons.items()]
    return {
        "horizons": horizons,
        "by": by,
        "verdicts": verdicts,
        "skipped": dict(skipped),
        "curve": return_curve(trades["24h"]),
    }


def return_curve(trades: Sequence[Trade]) -> list[tuple[float, float, float]]:
    """(entry time, calls' returns so far, always-up's so far), each call weighing 1 / n: it ends at the mean returns."""
    ordered = sorted(trades, key=lambda trade: trade.entry_at)
    calls = np.cumsum([trade.sign * trade.gain for trade in ordered]) / max(1, len(ordered))
    up = np.cumsum([trade.gain for trade in ordered]) / max(1, len(ordered))
    return [
        (trade.entry_at, float(a), float(b)) for trade, a, b in zip(ordered, calls, up, strict=True)
    ]
