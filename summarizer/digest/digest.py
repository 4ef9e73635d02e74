"""Reports of a period -> Digest: each asset's view, who disagrees, levels and flows, top stories.

A story counts once, however often it is reprinted; it weighs as much as the most credible outlet
that tells it.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean
from typing import Any, NamedTuple

from summarizer.digest.stories import Telling, group_stories
from summarizer.errors import UsageError
from summarizer.models import UNTITLED, Direction, Level
from summarizer.overviews import AssetView, Digest, DigestStory, Dissent, Figure, Outlet
from summarizer.text.asset_table import find_ticker
from summarizer.text.dates import parse_time

# A story of a low source counts a fifth: it is seen, but it turns nothing around.
WEIGHTS = {"high": 1.0, "medium": 0.6, "low": 0.2}
# Half a certain story of high credibility, and neutral: one low outlet alone does not make a view
# of +1.00.
PRIOR = 0.5
LEAN = 0.2  # a view beyond this is bullish or bearish, as a tone is elsewhere in the program
SIDES: dict[Direction, int] = {"bullish": 1, "neutral": 0, "bearish": -1}
LEVEL_KINDS = "support_level resistance_level price_target liquidation_level max_pain".split()
FLOW_KINDS = """
    etf_flow liquidations open_interest_change treasury_purchase token_unlock exploit_loss
    fund_raise
""".split()
MAX_STORIES = 10
MAX_FIGURES = 30
MAX_DISSENT = 5
_SINCE = re.compile(r"(\d{1,5})\s*([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_FIGURE = ("kind", "subject", "value", "unit", "period")  # facts alike in these are one figure


class Threshold(NamedTuple):
    """What a report and its calls must reach to count: a credibility, and a confidence, 0 to 1."""

    credibility: Level = "low"
    confidence: float = 0.0


ANY = Threshold()


@dataclass(frozen=True)
class _Report(Telling):
    """A stored report, as far as a digest looks at it."""

    stored: dict[str, Any]
    weight: float
    calls: dict[str, tuple[Direction, float]]  # asset -> (direction, confidence)
    published: str  # ISO text, empty if unknown


@dataclass(frozen=True)
class _Story:
    reports: list[_Report]  # the most credible first
    weight: float
    views: dict[str, tuple[float, float]]  # asset -> (view, confidence)

    @property
    def outlets(self) -> set[str]:
        return {report.outlet.name for report in self.reports}


def parse_since(written: str, now: datetime, option: str = "--since") -> datetime:
    """An end of a period: `24h`, `7d`, `2w` before `now`, or an ISO time. Raises UsageError.

    >>> parse_since("24h", parse_time("2026-02-10T06:00")).isoformat()
    '2026-02-09T06:00:00+00:00'
    """
    if match := _SINCE.fullmatch(written.strip().lower()):
        return now - timedelta(**{_UNITS[match[2]]: int(match[1])})
    time = parse_time(written)
    if time is None:
        advice = "Give 24h, 7d, 2w or 2026-02-10T06:00"
        raise UsageError(f"{option} {written!r} is no time", advice=advice)
    return time


def make_digest(
    stored: Iterable[dict[str, Any]],
    since: datetime,
    until: datetime,
    names: Iterable[str] | str | None = None,
    limit: int = MAX_STORIES,
    threshold: Threshold = ANY,
) -> Digest:
    """The digest of stored reports (plain JSON, with their text), with `limit` stories; of the
    asset or assets with these names or tickers, if any is given. What does not reach the
    `threshold` is left out."""
    reports = _read_reports(stored, threshold)
    names = [names] if isinstance(names, str) else names or ()
    asked = {_find_spelling(name, reports) for name in names}
    if asked:
        reports = [report for report in reports if asked & report.calls.keys()]
    stories = [_make_story([reports[i] for i in group]) for group in group_stories(reports)]
    assets = sorted({name for story in stories for name in story.views})
    views = [_make_view(name, stories) for name in assets if not asked or name in asked]
    ranked = sorted(stories, key=_rank, reverse=True)
    return Digest(
        since=since,
        until=until,
        articles=len(reports),
        assets=tuple(sorted(views, key=lambda view: -view.stories)),
        levels=_list_figures(reports, LEVEL_KINDS, asked),
        flows=_list_figures(reports, FLOW_KINDS, asked),
        stories=tuple(_describe(story) for story in ranked[:limit]),
    )


def _find_spelling(name: str, reports: Sequence[_Report]) -> str:
    """The asset as the calls spell it: `altcoins`, `BTC`; also for its name, `bitcoin`."""
    called = {asset.lower(): asset for report in reports for asset in report.calls}
    key = name.strip().lower()
    if key in called:
        return called[key]
    return find_ticker(key) or name.strip().upper()


def _read_reports(stored: Iterable[dict[str, Any]], threshold: Threshold) -> list[_Report]:
    """The reports that are credible enough, with those of their calls that are sure enough."""
    reports = [_read_report(report, threshold.confidence) for report in stored]
    least = WEIGHTS[threshold.credibility]
    return [report for report in reports if report.weight >= least]


def _read_report(report: dict[str, Any], least: float) -> _Report:
    article = report["article"]
    published = article["published_at"]
    name = article["domain"] or article["source"] or "unknown"
    return _Report(
        title=article["title"] or "",
        text=article["text"],
        outlet=Outlet(name=name, url=article["url"], published_at=published),
        stored=report,
        weight=WEIGHTS[report["credibility"]["level"]],
        calls={
            call["asset"]: (call["direction"], call["confidence"])
            for call in report["calls"]
            if call["confidence"] >= least
        },
        published=published or "",
    )


def _make_story(reports: list[_Report]) -> _Story:
    """A story of its reports.

    An outlet's view of an asset counts once, however often it is told, by the outlet's credibility.
    """
    reports.sort(key=lambda r: (-r.weight, r.published or "~", r.outlet.url or ""))
    voices: defaultdict[str, dict[str, tuple[float, float, int]]] = defaultdict(dict)
    for report in reports:
        for asset, (direction, confidence) in report.calls.items():
            voice = (report.weight, report.weight * confidence, SIDES[direction])
            voices[asset].setdefault(report.outlet.name, voice)
    views = {}
    for asset, by_outlet in voices.items():
        weights, pulls, sides = zip(*by_outlet.values(), strict=True)
        view = fmean(sides, pulls) if any(pulls) else 0.0
        views[asset] = (view, sum(pulls) / sum(weights))
    return _Story(reports, reports[0].weight, views)


def _rank(story: _Story) -> tuple[float, str]:
    """Stories of many credible outlets that say much about an asset rank high; then the newest."""
    strengths = (abs(view) * confidence for view, confidence in story.views.values())
    strength = max(strengths, default=-1.0)  # a bank's data leak: no asset at all
    newest = max(report.published for report in story.reports)
    return story.weight * (len(story.outlets) + strength), newest


def _make_view(asset: str, stories: Sequence[_Story]) -> AssetView:
    stories = [story for story in stories if asset in story.views]
    views = [story.views[asset][0] for story in stories]
    weights = [story.weight * story.views[asset][1] for story in stories]
    view = fmean([*views, 0.0], [*weights, PRIOR])
    direction = _direction(view)
    sides = [*map(_direction, views)]
    dissent = [
        Dissent(outlet=report.outlet, title=report.title, direction=report.calls[asset][0])
        for story in sorted(stories, key=lambda story: -story.weight)
        for report in story.reports
        if asset in report.calls and SIDES[report.calls[asset][0]] * SIDES[direction] < 0
    ]
    return AssetView(
        asset=asset,
        direction=direction,
        view=round(view, 3),
        stories=len(stories),
        **{name: sides.count(name) for name in SIDES},
        dissent=tuple(dissent[:MAX_DISSENT]),
    )


def _direction(view: float) -> Direction:
    if abs(view) <= LEAN:
        return "neutral"
    return "bullish" if view > 0 else "bearish"


def _list_figures(
    reports: Sequence[_Report], kinds: Sequence[str], asked: Collection[str]
) -> tuple[Figure, ...]:
    """The period's figures of these kinds, of the assets that are asked for if there are any.

    Those that most outlets state come first; the same figure in several reports is one.
    """
    urls: defaultdict[tuple[Any, ...], dict[str, str | None]] = defaultdict(dict)  # by outlet
    counts: Counter[str] = Counter()
    for report in reports:
        for fact in report.stored["facts"]:
            is_asked = (not asked or fact["subject"] in asked) and not fact.get("unsure")
            if is_asked and fact["kind"] in kinds and fact["value"] != 0:
                figure = tuple(fact[name] for name in _FIGURE)
                urls[figure].setdefault(report.outlet.name, report.outlet.url)
                counts[fact["subject"]] += 1

    def rank(figure: tuple[Any, ...]) -> tuple[Any, ...]:
        kind, subject, value, *_ = figure
        place = kinds.index(kind)
        return -len(urls[figure]), -counts[subject], subject, place, -abs(value), str(figure)

    return tuple(
        Figure(
            **dict(zip(_FIGURE, figure, strict=True)),
            outlets=len(urls[figure]),
            url=next(iter(urls[figure].values())),
        )
        for figure in sorted(urls, key=rank)[:MAX_FIGURES]
    )


def _describe(story: _Story) -> DigestStory:
    lead = story.reports[0]
    outlets = {
        f"{report.outlet.name}{report.outlet.url}": report.outlet for report in story.reports
    }
    return DigestStory(
        title=lead.title or UNTITLED,
        summary=lead.stored["summary"],
        outlets=tuple(outlets.values()),
        corroboration=len(story.outlets),
        credibility=lead.stored["credibility"]["level"],
        views={asset: round(view, 3) for asset, (view, _) in story.views.items()},
        weight=story.weight,
    )
