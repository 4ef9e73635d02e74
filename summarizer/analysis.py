"""What an analyst says of an article: not yet trusted. Verification makes a report of it.

As in models.py, the words below a field describe it.
"""

from typing import Literal

from summarizer.models import Analyst, Direction, Horizon, Level
from summarizer.schemas import Model


class Claim(Model):
    """A sentence of an analyst, or a few."""

    text: str
    """the words; {N3} stands for the fact of row 3, {D3} for its distance from the price"""
    sentences: tuple[int, ...] = ()
    """the sentences of the article that it rests on, counted from 0"""


class CallClaim(Model):
    """A direction for one asset, as the analyst states it."""

    asset: str
    """its ticker"""
    direction: Direction
    """where its price goes by the article's evidence"""
    tone: float = 0.0
    """how the text speaks of the asset, -1 to 1"""
    confidence: float = 0.5
    """0 to 1, before it is measured"""
    target: int | None = None
    """row of the fact that the call aims at"""
    rationale: Claim
    """why"""
    facts: tuple[int, ...] = ()
    """rows of the facts that the call rests on"""


class RowClaim(Model):
    """What a number of the article is, as a model reads it; it counts only where code agrees."""

    row: int
    """the number's place among the rows; a new place for a number that has no row"""
    kind: str
    """what the number is; none where it states no fact"""
    subject: str = ""
    """whose number it is"""
    sign: Literal["+", "-"] | None = None
    """of a change, a flow or a rate"""
    period: str | None = None
    """as in a fact"""
    venue: str | None = None
    """as in a fact"""
    is_past: bool = False
    """whether it is an earlier value"""
    sentence: int | None = None
    """the sentence of a number that has no row"""
    figure: str | None = None
    """that number as printed"""


class Cited(Model):
    """A signal or a theme that an analyst sees in the article."""

    name: str
    """its name"""
    sentence: int | None = None
    """the sentence that shows it, counted from 0; None for an analyst that goes by the cues"""


class Analysis(Model):
    """All that an analyst says of an article."""

    summary: tuple[Claim, ...] = ()
    """one to four sentences"""
    calls: tuple[CallClaim, ...] = ()
    """a direction for each asset that the article is about"""
    overall: Direction = "neutral"
    """the direction of crypto as a whole"""
    overall_tone: float = 0.0
    """how the text speaks of it, -1 to 1"""
    overall_confidence: float = 0.5
    """0 to 1"""
    horizon: Horizon = "short_term"
    """the time over which the calls hold"""
    horizon_rationale: Claim = Claim(text="")
    """why that time"""
    credibility: Level = "medium"
    """how far the article can be relied on"""
    credibility_note: Claim = Claim(text="")
    """why so far"""
    narratives: tuple[Cited, ...] = ()
    """the themes that the article treats"""
    signals: tuple[Cited, ...] | None = None
    """signals of credibility; None for an analyst that takes those of the rules"""
    rows: tuple[RowClaim, ...] = ()
    """numbers that the analyst reads otherwise than the rules"""
    other_directions: tuple[tuple[str, Direction], ...] = ()
    """asset or overall: what the other analyst says"""
    flags: tuple[str, ...] = ()
    """what a reader should know of the analysis, such as text_cut"""
    analyst: Analyst
    """who says it"""
