"""The types that are trusted on the way from a page to its report, in the order in which they
travel. What an analyst says, and nobody has checked yet, stands in analysis.py.

The labels and what they mean: README, "The report". The words below a field describe it; they are
its description in the JSON schema too.
"""

from datetime import date, datetime
from importlib import import_module
from typing import Annotated, Literal

from pydantic import Field

from summarizer.schemas import Model
from summarizer.shown import Shown

Direction = Literal["bullish", "bearish", "neutral"]
Horizon = Literal["short_term", "medium_term", "long_term"]
Level = Literal["high", "medium", "low"]
Verdict = Literal["supported", "dropped", "changed", "inconsistent"]
ConfidenceSource = Literal["evidence", "tokens", "samples"]
Tone = Annotated[float, Field(ge=-1, le=1)]
Share = Annotated[float, Field(ge=0, le=1)]
UNTITLED = "Untitled article"


# ---- what comes in


class Page(Model):
    """What an address, a file or stdin held, before anything was read out of it."""

    url: str | None = None
    """where it was fetched; null for a file"""
    body: bytes
    """the bytes as they came"""
    content_type: str | None = None
    """as the server said it, else guessed from the name"""


class Article(Model):
    """The text that every span points into, and what is known of it."""

    url: str | None = None
    """where it was published"""
    title: str | None = None
    """its headline"""
    source: str | None = None
    """the outlet's name"""
    domain: str | None = None
    """the host of the address without www"""
    authors: tuple[str, ...] = ()
    """who wrote it, as the page names them"""
    section: str | None = None
    """the outlet's name for the part of it that the article stands in"""
    published_at: datetime | None = None
    """aware, UTC"""
    updated_at: datetime | None = None
    """aware, UTC; null where it is not later than published_at"""
    language: str | None = None
    """ISO 639-1"""
    words: int = 0
    """how many words the text has"""
    content_hash: str = ""
    """sha256 of the text, with its prefix"""
    text: str = ""
    """normalised; written out only with --with-text"""
    flags: tuple[str, ...] = Field((), exclude=True)
    """what is wrong with the text, such as partial_text; a report shows them among its own"""

    @property
    def outlet(self) -> str | None:
        """The outlet's name, else its domain."""
        return self.source or self.domain

    @property
    def name(self) -> str:
        """The title, or else the first sentence of the text, cut at a word to 90 letters; without
        both what is known of the article: `Article of coindesk, 01 Aug 2018`.
        """
        sentences = import_module("summarizer.text.sentences")  # a layer above, imported if used
        named = self.title or sentences.name_text(self.text)
        day = f"{self.published_at:%d %b %Y}" if self.published_at else ""
        about = ", ".join(filter(None, (self.outlet, day)))
        return named or (f"Article of {about}" if about else UNTITLED)

    def __repr__(self) -> str:
        return f"<Article {(self.title or self.text[:40])!r}: {self.words} words>"

    __str__ = __repr__


# ---- what the rules find


class Evidence(Model):
    """Words of the article: `text[start:end] == quote`, code points, half open."""

    quote: str
    """the words as printed"""
    start: int
    """the place of the first code point"""
    end: int
    """the place after the last code point"""


class Fact(Model):
    """One number that the article states, with the words that state it."""

    kind: str
    """what the number is: price, funding_rate, etf_flow, …"""
    subject: str
    """ticker, index code, company or project; MARKET for crypto as a whole"""
    value: float
    """plain units, signed where the text says so"""
    unit: str
    """ISO 4217 code, %, an asset's ticker, ratio, index, bps or count"""
    period: str | None = None
    """1h … 1y, ytd, annualized, or a tenor"""
    venue: str | None = None
    """exchange, issuer or data provider"""
    qualifier: str | None = None
    """round of a raise, long or short, all-time high, a level that is broken, …"""
    attributed_to: str | None = None
    """who said it"""
    condition: str | None = None
    """what it hangs on, in the article's words"""
    as_of: str | None = None
    """the date it is about, in the article's words"""
    origin: Literal["rule", "model"] = "rule"
    """whether the rules read it so, or a model did"""
    confidence: Share | None = None
    """how often such facts are right on labelled articles; null where a model read the numbers"""
    unsure: bool = False
    """whether that is too rare to show the fact, or to use it as a reason"""
    corrected_from: str | None = None
    """what the rules had read where a model read otherwise, such as `price BTC $61,300`"""
    evidence: Evidence
    """the words that state it"""


class Narrative(Model):
    """A theme that the article treats."""

    name: str
    """one of the names in data/narratives.tsv"""
    evidence: Evidence
    """the first words that show it"""


class Signal(Model):
    """Something that raises or lowers belief in the article, seen in its words or its page."""

    name: str
    """one of the names in data/signals.toml"""
    evidence: Evidence | None = None
    """the words that show it; null where the page does"""


# ---- what goes out: the verified report


class Analyst(Model):
    """Who spoke, and what it cost. Unknown usage is null, never 0."""

    name: Literal["embedded", "llm"]
    """embedded, or llm for a model behind an endpoint"""
    model: str | None = None
    """the model that answered"""
    prompt: str | None = None
    """name of the prompt"""
    prompt_sha256: str | None = None
    """fingerprint of the prompt"""
    confidence_from: ConfidenceSource = "evidence"
    """weighed evidence, chances of tokens, or agreement of samples"""
    input_tokens: int | None = 0
    """tokens of the questions"""
    cached_tokens: int | None = 0
    """those of them that the endpoint had kept"""
    output_tokens: int | None = 0
    """tokens of the answers"""
    cost_usd: float | None = 0.0
    """what the answers cost, in US dollars"""
    seconds: float = 0.0
    """how long the analysis took"""


class Target(Model):
    """The level that a call aims at."""

    value: float
    """as in its fact"""
    unit: str
    """as in its fact"""
    evidence: Evidence
    """the words that state it"""


class Call(Model):
    """A verified direction for one asset."""

    asset: str
    """its ticker"""
    direction: Direction
    """where its price goes by the article's evidence"""
    tone: Tone
    """how the text speaks of the asset"""
    confidence: Share
    """how often such calls have the annotator's own direction on labelled articles, if measured"""
    until: date | None = None
    """the call's last day"""
    target: Target | None = None
    """a level of the article, on the right side of the price"""
    rationale: str
    """why, in sentences that the article supports"""
    evidence: tuple[Evidence, ...] = ()
    """the facts and sentences that it rests on"""


class Overall(Model):
    """The direction of crypto as a whole, or of the one asset of the article."""

    direction: Direction
    """bullish, bearish or neutral"""
    tone: Tone
    """how the text speaks of it"""
    confidence: Share
    """0 to 1"""


class Timeframe(Model):
    """The time over which the calls hold."""

    horizon: Horizon
    """days, weeks to months, or years"""
    rationale: str
    """why that time"""


class Credibility(Model):
    """How far the article can be relied on."""

    level: Level
    """as high as the signals allow"""
    note: str
    """why, in a sentence"""
    signals: tuple[Signal, ...] = ()
    """what was seen that raises or lowers it"""


class Finding(Model):
    """What verification saw: a claim kept, changed or dropped, an article at odds with itself."""

    check: str
    """name of the check, such as number_in_text"""
    where: str
    """the part of the analysis, such as calls[0].target"""
    verdict: Verdict
    """what became of it"""
    detail: str
    """why, in words that a model can act on"""


class Report(Shown):
    """The only thing that is shown, stored or scored; made by verification.verify alone."""

    schema_version: Literal[1] = 1
    """version of this form"""
    id: str
    """the input record's id, else the article's content hash"""
    article: Article
    """what was read"""
    summary: str
    """one to four sentences"""
    facts: tuple[Fact, ...]
    """the numbers that the article states"""
    narratives: tuple[Narrative, ...] = ()
    """the themes that it treats"""
    calls: tuple[Call, ...] = ()
    """a direction for each asset that it is about, with a reason or a target"""
    undecided: tuple[str, ...] = ()
    """assets that it is about and gives no clear direction for"""
    overall: Overall
    """the direction for crypto as a whole"""
    timeframe: Timeframe
    """how long the calls hold"""
    credibility: Credibility
    """how far it can be relied on"""
    findings: tuple[Finding, ...] = ()
    """what verification saw"""
    flags: tuple[str, ...] = ()
    """what a reader should know, such as partial_text"""
    analyst: Analyst
    """who analysed it, and what that cost"""

    def __repr__(self) -> str:
        title = (self.article.title or self.summary or "untitled")[:60]
        calls = ", ".join(f"{call.asset} {call.direction}" for call in self.calls[:5])
        return f"<Report {title!r}: {calls or 'no call'}; {len(self.facts)} facts>"

    __str__ = __repr__
