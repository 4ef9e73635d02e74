"""Every type that travels, in the order in which it travels. Meaning of the labels: README, "The report"."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Direction = Literal["bullish", "bearish", "neutral"]
Horizon = Literal["short_term", "medium_term", "long_term"]
Level = Literal["high", "medium", "low"]
Verdict = Literal["supported", "dropped", "changed", "inconsistent"]
ConfidenceSource = Literal["evidence", "tokens", "samples"]


class Model(BaseModel):
    """Frozen, and strict about what it is given: no unknown field, no NaN."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


# ---- what comes in


class Page(Model):
    """What an address, a file or stdin held, before anything was read out of it."""

    url: str | None = None
    body: bytes
    content_type: str | None = Field(
        None, description="as the server said it, else guessed from the name"
    )


class Article(Model):
    """The text that every span points into, and what is known of it."""

    url: str | None = None
    title: str | None = None
    source: str | None = Field(None, description="the outlet's name")
    domain: str | None = None
    authors: tuple[str, ...] = ()
    section: str | None = Field(
        None, description="the outlet's name for the part of it that the article stands in"
    )
    published_at: datetime | None = Field(None, description="aware, UTC")
    updated_at: datetime | None = Field(
        None, description="aware, UTC; null where it is not later than published_at"
    )
    language: str | None = Field(None, description="ISO 639-1")
    words: int = 0
    content_hash: str = Field("", description="sha256 of the text, with its prefix")
    text: str = Field("", description="normalised; written out only with --with-text")
    flags: tuple[str, ...] = Field((), exclude=True)

    @property
    def outlet(self) -> str | None:
        """The outlet's name, else its domain."""
        return self.source or self.domain


# ---- what the rules find


class Evidence(Model):
    """Words of the article: `text[start:end] == quote`, code points, half open."""

    quote: str
    start: int
    end: int


class Fact(Model):
    """One number that the article states, with the words that state it."""

    kind: str = Field(description="what the number is: price, funding_rate, etf_flow, …")
    subject: str = Field(
        description="ticker, index code, company or project; MARKET for crypto as a whole"
    )
    value: float = Field(description="plain units, signed where the text says so")
    unit: str = Field(description="ISO 4217 code, %, an asset's ticker, ratio, index, bps or count")
    period: str | None = Field(None, description="1h … 1y, ytd, annualized, or a tenor")
    venue: str | None = Field(None, description="exchange, issuer or data provider")
    qualifier: str | None = Field(
        None, description="round of a raise, long or short, all-time high, …"
    )
    attributed_to: str | None = Field(None, description="who said it")
    condition: str | None = Field(None, description="what it hangs on, in the article's words")
    as_of: str | None = Field(None, description="the date it is about, in the article's words")
    origin: Literal["rule", "model"] = "rule"
    evidence: Evidence


class Narrative(Model):
    """A theme of the guide's list that the article treats."""

    name: str
    evidence: Evidence


class Signal(Model):
    """Something that raises or lowers belief in the article, seen in its words or its page."""

    name: str
    evidence: Evidence | None = None


# ---- what an analyst says: not yet trusted


class Claim(Model):
    """A sentence of an analyst. `{F3}` stands for fact 3; `sentences` are those of the article that it rests on."""

    text: str
    sentences: tuple[int, ...] = ()


class CallClaim(Model):
    """A direction for one asset, as the analyst states it. `target` and `facts` are indices into the facts."""

    asset: str
    direction: Direction
    tone: float = 0.0
    confidence: float = 0.5
    target: int | None = None
    rationale: Claim
    facts: tuple[int, ...] = ()


class ClaimedFact(Model):
    """A fact that a model adds: it counts only when the fact parser reads the same from the quote."""

    kind: str
    subject: str
    value: float
    unit: str
    quote: str


class Analysis(Model):
    """An analyst's words."""

    summary: tuple[Claim, ...] = ()
    calls: tuple[CallClaim, ...] = ()
    overall: Direction = "neutral"
    overall_tone: float = 0.0
    overall_confidence: float = 0.5
    horizon: Horizon = "short_term"
    horizon_rationale: Claim = Claim(text="")
    credibility: Level = "medium"
    credibility_note: Claim = Claim(text="")
    narratives: tuple[str, ...] = ()
    added_facts: tuple[ClaimedFact, ...] = ()
    other_directions: tuple[tuple[str, Direction], ...] = Field(
        (), description="asset or overall: what the other analyst says"
    )
    flags: tuple[str, ...] = ()
    analyst: "Analyst"


# ---- what goes out: the verified report


class Target(Model):
    value: float
    unit: str
    evidence: Evidence


class Call(Model):
    """A verified direction for one asset."""

    asset: str
    direction: Direction
    tone: float = Field(ge=-1, le=1, description="how the text speaks of the asset")
    confidence: float = Field(
        ge=0,
        le=1,
        description="how often a call like this has the annotator's own direction on labelled articles, where that was measured",
    )
    until: date | None = Field(None, description="the call's last day")
    target: Target | None = Field(
        None, description="a level of the article, on the right side of the price"
    )
    rationale: str
    evidence: tuple[Evidence, ...] = ()


class Overall(Model):
    direction: Direction
    tone: float = Field(ge=-1, le=1)
    confidence: float = Field(ge=0, le=1)


class Timeframe(Model):
    horizon: Horizon
    rationale: str


class Credibility(Model):
    level: Level
    note: str
    signals: tuple[Signal, ...] = ()


class Finding(Model):
    """What verification saw: a claim kept, changed or dropped, or the article at odds with itself."""

    check: str
    where: str
    verdict: Verdict
    detail: str


class Analyst(Model):
    """Who spoke, and what it cost. Unknown usage is null, never 0."""

    name: Literal["embedded", "llm"]
    model: str | None = None
    prompt: str | None = None
    prompt_sha256: str | None = None
    confidence_from: ConfidenceSource = Field(
        "evidence", description="weighed evidence, chances of tokens, or agreement of samples"
    )
    input_tokens: int | None = 0
    cached_tokens: int | None = 0
    output_tokens: int | None = 0
    cost_usd: float | None = 0.0
    seconds: float = 0.0


class Report(Model):
    """The only thing that is shown, stored or scored; made by verification.verify alone."""

    schema_version: Literal[1] = 1
    id: str
    article: Article
    summary: str
    facts: tuple[Fact, ...]
    narratives: tuple[Narrative, ...] = ()
    calls: tuple[Call, ...] = ()
    overall: Overall
    timeframe: Timeframe
    credibility: Credibility
    findings: tuple[Finding, ...] = ()
    flags: tuple[str, ...] = ()
    analyst: Analyst

    def to_dict(self, *, with_text: bool = False) -> dict[str, Any]:
        """The report as plain JSON values; the article's text only on request."""
        return self.model_dump(mode="json", exclude=None if with_text else {"article": {"text"}})


# ---- what is told of many reports


class Outlet(Model):
    name: str
    url: str | None = None
    published_at: datetime | None = None


class DigestStory(Model):
    """One event, its most credible article standing for all."""

    title: str
    summary: str
    outlets: tuple[Outlet, ...]
    corroboration: int  # independent outlets
    credibility: Level
    views: dict[str, float]  # asset -> view, -1 to 1
    weight: float


class Dissent(Model):
    outlet: Outlet
    title: str
    direction: str


class AssetView(Model):
    """What the period's stories say of one asset. `view` is -1 (bearish) to 1, weighted by credibility and confidence."""

    asset: str
    direction: Direction
    view: float
    stories: int
    bullish: int
    bearish: int
    neutral: int
    dissent: tuple[Dissent, ...] = ()


class Figure(Model):
    """A level or a flow, and how many outlets state it."""

    kind: str
    subject: str
    value: float
    unit: str
    period: str | None
    outlets: int
    url: str | None


class Digest(Model):
    since: datetime
    until: datetime
    articles: int
    assets: tuple[AssetView, ...]
    levels: tuple[Figure, ...]
    flows: tuple[Figure, ...]
    stories: tuple[DigestStory, ...]


Analysis.model_rebuild()
