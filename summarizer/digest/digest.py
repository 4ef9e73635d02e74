"""Reports of a period -> Digest: the market's view per asset, who disagrees, new levels and flows, the top stories.

A story counts once, however often it is reprinted; it weighs as much as the most credible outlet that tells it.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from summarizer.digest.stories import Told, group_stories
from summarizer.errors import UsageError
from summarizer.models import AssetView, Digest, DigestStory, Direction, Dissent, Figure, Outlet
from summarizer.text.dates import parse_time

WEIGHTS = {
    "high": 1.0,
    "medium": 0.6,
    "low": 0.2,
}  # a story of a low source counts a fifth: seen, but it turns nothing around
PRIOR = 0.5  # half a certain story of high credibility, and neutral: one low outlet alone does not make a view of +1.00
LEAN = 0.2  # a view beyond this is bullish or bearish: the band within which the product calls a tone neutral
SIDES = {"bullish": 1, "neutral": 0, "bearish": -1}
LEVELS = ("support_level", "resistance_level", "price_target", "liquidation_level", "max_pain")
FLOWS = (
    "etf_flow",
    "liquidations",
    "open_interest_change",
    "treasury_purchase",
    "token_unlock",
    "exploit_loss",
    "fund_raise",
)
TOP, FIGURES = 10, 30  # stories and figures in a digest
_SINCE = re.compile(r"(\d{1,5})\s*(m|h|d|w)")


@dataclass(frozen=True)
class _Story:
    reports: list[dict[str, Any]]  # the most credible first
    weight: float
    views: dict[str, tuple[float, float]]  # asset -> (view, confidence)


def parse_since(written: str, now: datetime) -> datetime:
    """The beginning of a period: `24h`, `7d`, `2w` before `now`, or an ISO time. Raises UsageError.

    >>> parse_since("24h", parse_time("2026-02-10T06:00")).isoformat()
    '2026-02-09T06:00:00+00:00'
    """
    if found := _SINCE.fullmatch(written.strip().lower()):
        return (
            now
            - int(found[1])
            * {
                "m": timedelta(minutes=1),
                "h": timedelta(hours=1),
                "d": timedelta(days=1),
                "w": timedelta(weeks=1),
            }[found[2]]
        )
    time = parse_time(written)
    if time is None:
        raise UsageError(
            f"--since {written!r} is no time", advice="Give 24h, 7d, 2w or 2026-02-10T06:00"
        )
    return time


def make_digest(
    reports: Iterable[dict[str, Any]], since: datetime, until: datetime, asset: str | None = None
) -> Digest:
    """The digest of reports (plain JSON, with their text), of one asset if it is named."""
    chosen = list(reports)
    if asset is not None:  # as it is spelt in the calls: `altcoins`, `BTC`
        asset = next(
            (
                call["asset"]
                for told in chosen
                for call in told["calls"]
                if call["asset"].lower() == asset.lower()
            ),
            asset,
        )
        chosen = [told for told in chosen if any(call["asset"] == asset for call in told["calls"])]
    articles = [
        Told(
            told["article"]["title"] or "", told["article"]["text"], _time(told), _outlet(told).name
        )
        for told in chosen
    ]
    stories = [_weigh([chosen[index] for index in group]) for group in group_stories(articles)]
    assets = sorted(
        {name for story in stories for name in story.views} if asset is None else {asset}
    )
    views = [view for name in assets if (view := _view(name, stories)).stories]
    views.sort(key=lambda view: (-view.stories, view.asset))
    ranked = sorted(stories, key=_rank, reverse=True)
    return Digest(
        since=since, until=until, articles=len(chosen), assets=tuple(views),
        levels=_figures(chosen, LEVELS, asset), flows=_figures(chosen, FLOWS, asset), stories=tuple(_tell(story) for story in ranked[:TOP]),
    )  # fmt: skip


def _time(told: dict[str, Any]) -> datetime | None:
    return parse_time(told["article"]["published_at"])


def _weigh(reports: list[dict[str, Any]]) -> _Story:
    """A story of its reports; within it, an outlet's view counts by its credibility, once however often it tells it."""
    reports.sort(
        key=lambda told: (
            -WEIGHTS[told["credibility"]["level"]],
            told["article"]["published_at"] or "~",
            told["article"]["url"] or "",
        )
    )
    sums: defaultdict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    heard: set[tuple[str, str]] = set()
    for told in reports:
        for call in told["calls"]:
            if (spoke := (_outlet(told).name, call["asset"])) in heard:
                continue
            heard.add(spoke)
            weight = WEIGHTS[told["credibility"]["level"]]
            part = sums[call["asset"]]
            part[0] += weight * call["confidence"] * SIDES[call["direction"]]
            part[1] += weight * call["confidence"]
            part[2] += weight
    views = {
        name: (side / total if total else 0.0, total / weight)
        for name, (side, total, weight) in sums.items()
    }
    return _Story(reports, WEIGHTS[reports[0]["credibility"]["level"]], views)


def _rank(story: _Story) -> tuple[float, str]:
    """The more outlets tell it, the more credible they are and the more it says about an asset; then the newest."""
    says = max(
        (abs(view) * confidence for view, confidence in story.views.values()), default=-1.0
    )  # a bank's data leak: no asset at all
    return story.weight * (len(_names(story)) + says), max(
        told["article"]["published_at"] or "" for told in story.reports
    )


def _view(asset: str, stories: Sequence[_Story]) -> AssetView:
    told = [(story, *story.views[asset]) for story in stories if asset in story.views]
    total = sum(story.weight * confidence for story, _, confidence in told)
    view = sum(story.weight * confidence * side for story, side, confidence in told) / (
        total + PRIOR
    )
    direction = _direction(view)
    counts = {name: sum(_direction(side) == name for _, side, _ in told) for name in SIDES}
    against = {"bullish": "bearish", "bearish": "bullish"}.get(direction)
    dissent = [
        Dissent(
            outlet=_outlet(report), title=report["article"]["title"] or "", direction=str(against)
        )
        for story, _, _ in sorted(told, key=lambda part: -part[0].weight)
        for report in story.reports
        if any(call["asset"] == asset and call["direction"] == against for call in report["calls"])
    ]
    return AssetView(
        asset=asset,
        direction=direction,
        view=round(view, 3),
        stories=len(told),
        **counts,
        dissent=tuple(dissent[:5]),
    )


def _direction(view: float) -> Direction:
    return "bullish" if view > LEAN else "bearish" if view < -LEAN else "neutral"


def _outlet(told: dict[str, Any]) -> Outlet:
    article = told["article"]
    return Outlet(
        name=article["domain"] or article["source"] or "unknown",
        url=article["url"],
        published_at=article["published_at"],
    )


def _names(story: _Story) -> set[str]:
    return {_outlet(told).name for told in story.reports}


def _figures(
    reports: Sequence[dict[str, Any]], kinds: Sequence[str], asset: str | None
) -> tuple[Figure, ...]:
    """The period's figures of these kinds, those that most outlets state first. The same figure is one."""
    found: dict[tuple[Any, ...], tuple[dict[str, Any], set[str]]] = {}
    spoken: Counter[str] = Counter()
    for told in reports:
        for fact in told["facts"]:
            if (
                fact["kind"] in kinds
                and fact["value"] != 0
                and (asset is None or fact["subject"] == asset)
            ):
                key = (fact["kind"], fact["subject"], fact["value"], fact["unit"], fact["period"])
                found.setdefault(key, (told, set()))[1].add(_outlet(told).name)
                spoken[fact["subject"]] += 1
    ranked = sorted(
        found.items(),
        key=lambda item: (
            -len(item[1][1]),
            -spoken[item[0][1]],
            item[0][1],
            kinds.index(item[0][0]),
            -abs(item[0][2]),
            str(item[0]),
        ),
    )
    return tuple(
        Figure(
            kind=kind,
            subject=subject,
            value=value,
            unit=unit,
            period=period,
            outlets=len(names),
            url=told["article"]["url"],
        )
        for (kind, subject, value, unit, period), (told, names) in ranked[:FIGURES]
    )


def _tell(story: _Story) -> DigestStory:
    lead = story.reports[0]
    outlets = {outlet.name + str(outlet.url): outlet for outlet in map(_outlet, story.reports)}
    return DigestStory(
        title=lead["article"]["title"] or "Untitled article", summary=lead["summary"], outlets=tuple(outlets.values()),
        corroboration=len(_names(story)), credibility=lead["credibility"]["level"],
        views={name: round(view, 3) for name, (view, _) in story.views.items()}, weight=story.weight,
    )  # fmt: skip
