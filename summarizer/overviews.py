"""What many reports say together: the rows of a list of reports, and the digest of a period.

As in models.py, the words below a field describe it.
"""

from datetime import datetime

from summarizer.models import Direction, Level
from summarizer.schemas import Model


class CallRow(Model):
    """A call as a list shows it."""

    asset: str
    """its ticker"""
    direction: Direction
    """as in the call"""


class ReportRow(Model):
    """A stored report as a list shows it."""

    number: int
    """its number in the database"""
    id: str
    """as in the report"""
    key: str
    """12 characters that stay the article's own, in any database and when it is edited"""
    url: str | None
    """where the article was published"""
    title: str
    """its headline"""
    outlet: str | None
    """the outlet's name, else its domain"""
    published_at: datetime | None
    """aware, UTC"""
    stored_at: datetime
    """when the report was stored; aware, UTC"""
    direction: Direction
    """of crypto as a whole"""
    credibility: Level
    """as in the report"""
    summary: str
    """as in the report"""
    calls: tuple[CallRow, ...]
    """its calls"""


class Outlet(Model):
    """Where an article of a story was published."""

    name: str
    """the outlet's name"""
    url: str | None = None
    """address of its article"""
    published_at: datetime | None = None
    """aware, UTC"""


class DigestStory(Model):
    """One event, its most credible article standing for all."""

    title: str
    """of that article"""
    summary: str
    """of that article"""
    outlets: tuple[Outlet, ...]
    """all that reported it"""
    corroboration: int
    """how many independent outlets reported it"""
    credibility: Level
    """of that article"""
    views: dict[str, float]
    """asset -> view, -1 (bearish) to 1"""
    weight: float
    """how much the story counts in the digest"""


class Dissent(Model):
    """An article that disagrees with the view of an asset."""

    outlet: Outlet
    """where it was published"""
    title: str
    """its headline"""
    direction: str
    """bullish or bearish: the other side of the view"""


class AssetView(Model):
    """What the period's stories say of one asset, weighted by credibility and confidence."""

    asset: str
    """its ticker"""
    direction: Direction
    """the side of the view"""
    view: float
    """-1 (bearish) to 1"""
    stories: int
    """how many stories call it"""
    bullish: int
    """how many of them are bullish"""
    bearish: int
    """how many of them are bearish"""
    neutral: int
    """how many of them are neutral"""
    dissent: tuple[Dissent, ...] = ()
    """articles that say otherwise"""


class Figure(Model):
    """A level or a flow, and how many outlets state it."""

    kind: str
    """as in a fact"""
    subject: str
    """as in a fact"""
    value: float
    """as in a fact"""
    unit: str
    """as in a fact"""
    period: str | None
    """as in a fact"""
    outlets: int
    """how many outlets state it"""
    url: str | None
    """address of an article that states it"""
    is_new: bool | None = None
    """whether no earlier stored article states it; null where none speaks of its kind"""


class Digest(Model):
    """What the reports of a period say together."""

    since: datetime
    """start of the period, aware, UTC"""
    until: datetime
    """end of the period, aware, UTC"""
    articles: int
    """how many reports it rests on"""
    assets: tuple[AssetView, ...]
    """the view of each asset"""
    levels: tuple[Figure, ...]
    """levels that outlets name"""
    flows: tuple[Figure, ...]
    """flows that outlets name"""
    stories: tuple[DigestStory, ...]
    """the events, the weightiest first"""
