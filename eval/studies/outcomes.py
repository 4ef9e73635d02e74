"""Calls against what prices then did: hit rate, return and Brier score, beside trivial rivals.

The rivals cost nothing: always up, momentum, and the same calls on shuffled dates.

A call enters at the open of the first bar that opens at or after its publication and leaves at
the close of the last bar that has closed by the horizon; no bar that began before publication
prices it. Earlier bars serve only what was known by then: the volatility of the last 30 days,
which scales returns, and momentum. A time of exactly midnight is a day without a time, so its
call enters when that day is over: entering at its start would look ahead. Calls whose days
overlap are drawn together (block bootstrap; blocks of at least a day and twice the horizon), all
assets in one block, because they move as one.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import NamedTuple

import numpy as np

from eval.records import Record, Records
from eval.score.metrics import RESAMPLES, Counts, Estimate, Row, estimate_all, forecast_row
from eval.score.tables import Table, show
from eval.studies.bars import DAY, HOUR, Bars
from summarizer.text.dates import parse_time

HORIZONS: dict[str, int | None] = {"1h": HOUR, "24h": DAY, "7d": 7 * DAY, "until": None}
FEW_BLOCKS = 10  # below this an interval means nothing
_FEW_CALLS = 10  # groups with fewer are not shown in tables
RIVALS = {"up": "always up", "momentum": "momentum", "shuffled": "shuffled dates"}
_LEADS = {rival: f"over_{rival}" for rival in RIVALS}
_NAMES = ("hit", "return", "up_return", "scaled_return", *RIVALS, *_LEADS.values(), "said.brier")
_SIGNS = {"bullish": 1, "bearish": -1}

Estimates = Mapping[str, Estimate]
CurvePoint = tuple[float, float, float]  # time, the calls' return so far, always-up's


class Trade(NamedTuple):
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
    reports: Records, prices: Mapping[str, Bars], since: str | None = None
) -> tuple[dict[str, list[Trade]], Counter[str]]:
    """The trades of each horizon, and how many calls were left out for which reason.

    `since` leaves out articles before a day: a model that was trained later may have read how they
    ended.
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
    """When an article was surely out: its time, or the end of its day if it has no time.

    A time of exactly midnight stands for none.

    >>> from datetime import UTC
    >>> knowable_at(datetime(2022, 1, 24, tzinfo=UTC)).isoformat()
    '2022-01-25T00:00:00+00:00'
    """
    return published if published.time() > time.min else published + timedelta(days=1)


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
        asset=call["asset"],
        source=str(article.get("source") or article.get("domain") or "unknown"),
        model=str(analyst.get("model") or analyst.get("name") or "unknown"),
        entry_at=entry_at,
        seconds=seconds,
        sign=_SIGNS[call["direction"]],
        gain=float(bars.close[leave] / bars.open[entry] - 1),
        volatility=bars.volatility(entry, seconds),
        momentum=bars.momentum(entry, seconds),
        confidence=call.get("confidence"),
    )


def _measure(trades: Sequence[Trade], resamples: int) -> Estimates:
    """Hit rate, returns, rivals, leads over them, Brier score, and how many blocks there are.

    Trades are drawn in blocks of time.
    """
    signs: dict[str, list[int]] = defaultdict(list)
    for trade in trades:
        signs[trade.asset].append(trade.sign)
    bullish = {asset: both.count(1) / len(both) for asset, both in signs.items()}
    width = max(DAY, 2 * float(np.median([trade.seconds for trade in trades])))
    rows = [_trade_row(trade, bullish[trade.asset]) for trade in trades]
    counts = Counts(rows, [int(trade.entry_at // width) for trade in trades], _NAMES)
    blocks = len(counts)
    return estimate_all(counts, resamples) | {"blocks": Estimate(blocks, blocks, blocks, blocks)}


def _trade_row(trade: Trade, bullish: float) -> Row:
    """The figures of one trade; `bullish` is the share of its asset's calls that say up.

    With it `shuffled` is exact: the mean over all shufflings of an asset's calls over its dates.
    """
    up, down = float(trade.gain > 0), float(trade.gain < 0)
    hit, gain = float(trade.sign * trade.gain > 0), trade.sign * trade.gain
    figures = {"hit": hit, "return": gain, "up_return": trade.gain}
    rivals = {"up": up, "shuffled": bullish * up + (1 - bullish) * down}
    if trade.momentum is not None:
        rivals["momentum"] = float(trade.momentum * trade.gain > 0)
    figures |= rivals | {_LEADS[rival]: hit - right for rival, right in rivals.items()}
    if trade.volatility is not None:
        figures["scaled_return"] = gain / trade.volatility
    row = {name: (value, 1.0) for name, value in figures.items()}
    if trade.confidence is not None:
        row |= forecast_row("said", trade.confidence, bool(hit))
    return row


def _judge(name: str, figures: Estimates) -> str:
    """One plain sentence.

    An edge is claimed only where the calls beat every rival and each lead's interval is above 0.
    """
    hit, blocks = figures["hit"], figures["blocks"].n
    best = max(RIVALS, key=lambda rival: figures[rival].value if figures[rival].n else -1.0)
    lead = figures[_LEADS[best]]
    text = (
        f"{hit.value:.1%} right of {hit.n} calls [{hit.low:.1%}, {hit.high:.1%}]"
        f"; {RIVALS[best]} {figures[best].value:.1%},"
        f" lead {lead.value:+.1%} [{lead.low:+.1%}, {lead.high:+.1%}]"
    )
    if blocks < FEW_BLOCKS:
        return f"{name}: too few to tell: {text} in only {blocks} separate stretches of time"
    has_edge = all(figures[over].low > 0 for rival, over in _LEADS.items() if figures[rival].n)
    return f"{name}: {'an edge' if has_edge else 'no edge'}: {text}"


@dataclass(frozen=True)
class Outcomes:
    """Every horizon's figures and verdict, what was left out, and the curve of 24 h returns.

    `by` holds the same figures by source, model and asset, then horizon, then group.
    """

    horizons: Mapping[str, Estimates]
    by: Mapping[str, Mapping[str, Mapping[str, Estimates]]]
    verdicts: Sequence[str]
    skipped: Mapping[str, int]
    curve: Sequence[CurvePoint]


def score_outcomes(
    reports: Records,
    prices: Mapping[str, Bars],
    *,
    since: str | None = None,
    resamples: int = RESAMPLES,
) -> Outcomes:
    """The outcomes of all calls in the reports on assets that have prices."""
    trades, skipped = make_trades(reports, prices, since)
    horizons = {name: _measure(some, resamples) for name, some in trades.items() if some}
    by = {
        field: {name: _measure_groups(some, field, resamples) for name, some in trades.items()}
        for field in ("source", "model", "asset")
    }
    verdicts = [_judge(name, estimates) for name, estimates in horizons.items()]
    return Outcomes(horizons, by, verdicts, skipped, return_curve(trades["24h"]))


def _measure_groups(trades: Iterable[Trade], field: str, resamples: int) -> dict[str, Estimates]:
    """The figures of each group, the largest first."""
    groups: dict[str, list[Trade]] = defaultdict(list)
    for trade in trades:
        groups[getattr(trade, field)].append(trade)
    by_size = sorted(groups.items(), key=lambda item: -len(item[1]))
    return {group: _measure(some, resamples) for group, some in by_size}


def return_curve(trades: Sequence[Trade]) -> list[CurvePoint]:
    """(entry time, calls' returns so far, always-up's so far), each call weighing 1 / n.

    It ends at the mean returns.
    """
    ordered = sorted(trades, key=lambda trade: trade.entry_at)
    n = max(1, len(ordered))
    calls = np.cumsum([trade.sign * trade.gain for trade in ordered]) / n
    up = np.cumsum([trade.gain for trade in ordered]) / n
    return [(t.entry_at, float(a), float(b)) for t, a, b in zip(ordered, calls, up, strict=True)]


# ---- tables


def outcome_tables(outcomes: Outcomes) -> list[Table]:
    """Every horizon, then a day by source, model and asset, and what was left out."""
    tables, left_out = _tables("", outcomes.horizons), dict(outcomes.skipped)
    for field, horizons in outcomes.by.items():
        groups = horizons["24h"]
        large = {name: f for name, f in groups.items() if f["hit"].n >= _FEW_CALLS}
        if small := len(groups) - len(large):
            left_out[f"not shown: {field} with fewer than {_FEW_CALLS} calls (see --json)"] = small
        if large and len(groups) > 1:
            tables += _tables(f" in 24 h, by {field}", large)
    return [*tables, Table("Left out", ["reason", "n"], sorted(left_out.items()))]


def _tables(title: str, rows: Mapping[str, Estimates]) -> list[Table]:
    hits, returns = [], []
    for name, figures in rows.items():
        hit, blocks = figures["hit"], figures["blocks"]
        rivals = [figures[rival].value if figures[rival].n else None for rival in RIVALS]
        hits.append([name, hit.n, blocks.n, hit, *rivals])
        scaled, brier = show(figures["scaled_return"], "+.2f"), show(figures["said.brier"])
        returns.append([name, figures["return"], figures["up_return"], scaled, brier])
    note = "Intervals are drawn from blocks of time that do not overlap."
    if title:
        note = "Of many rows, some look good by chance alone."
    hit_columns = ["", "n", "blocks", "right", *RIVALS.values()]
    return_columns = ["", "return", "always-up return", "scaled return", "Brier"]
    brier_note = "Brier is of the stated confidence; a coin has 0.250."
    return [
        Table(f"Outcomes{title}", hit_columns, hits, note, form=".1%"),
        Table(f"Returns{title}", return_columns, returns, brier_note, form="+.1%"),
    ]
