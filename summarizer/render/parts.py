"""Wording that the formats of a report share, and those of a digest: all of it is plain text."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from summarizer.credibility import SIGNALS
from summarizer.facts.figures import distance, format_fact, format_value, spell
from summarizer.models import Analyst, Article, Call, Evidence, Fact, Finding, Report
from summarizer.overviews import AssetView, Digest, DigestStory, Figure
from summarizer.text.sentences import split_sentences
from summarizer.text.spans import clean
from summarizer.web.urls import is_web

LOOK = {"bullish": ("▲", "green"), "bearish": ("▼", "red"), "neutral": ("■", "yellow")}
AUTHORS = 3  # named in the head, at most
COLUMNS = ("Asset", "View", "", "Stories", "Up/Down/Flat")
TOP_ASSETS = 15  # rows of the table; --json has them all
_MARKS = "■▲▼"  # by the sign of a view: 0, 1, -1
# Flags of what is no news of crypto that could be read, and why nothing is called then.
_NO_NEWS = {
    "off_topic": "the article is not about crypto",
    "not_english": "the article is not in English, and only its figures were read",
    "too_short": "the text is too short to judge",
}
_ARGUED = 5  # assets whose dissent is told, with two voices each
_ON_A_LINE = 5  # figures of one kind
_TIME = "%d %b %Y %H:%M UTC"
_AGES = {"year": 24 * 365, "month": 24 * 30, "day": 24, "hour": 1}  # in hours


def describe_article(article: Article, now: datetime | None = None) -> list[str]:
    """Outlet, section, authors and times of an article, as far as they are known.

    Its age is added where `now`, the reader's time, is given.
    """
    authors = ", ".join(article.authors[:AUTHORS])
    about = [article.outlet, article.section, authors]
    if article.published_at:
        age = f" ({_describe_age(now - article.published_at)})" if now else ""
        about.append(f"{article.published_at:{_TIME}}{age}")
    if article.updated_at:
        about.append(f"updated {article.updated_at:{_TIME}}")
    return [part for part in about if part]


def _describe_age(age: timedelta) -> str:
    hours = age.total_seconds() / 3600
    if hours < 0:
        return "in the future"
    for name, size in _AGES.items():
        if hours >= size:
            return f"{count_things(int(hours // size), name)} ago"
    return "under an hour ago"


def count_things(count: int, name: str, plural: str | None = None) -> str:
    """A count with its noun: `1 article`, `2 articles`."""
    return f"{count} {name if count == 1 else plural or f'{name}s'}"


def choose_facts(report: Report, show_all: bool) -> Report:
    """The report with the facts that are shown: with `show_all` those too that are likely wrong."""
    facts = tuple(fact for fact in report.facts if show_all or not fact.unsure)
    return report.model_copy(update={"facts": facts})


def describe_target(call: Call, facts: tuple[Fact, ...]) -> tuple[str, str]:
    """A call's target, and how far it lies from the article's price: `$68,160`, `−2.6% away`.

    The first is `–` where there is no target, the second empty where the distance is not known.
    """
    if not call.target:
        return "–", ""
    away = distance(call, facts)
    target = format_value(call.target.value, call.target.unit)
    return target, "" if away is None else f"{'+' if away > 0 else '−'}{abs(away):.1f}% away"


def list_evidence(report: Report) -> list[tuple[str, Evidence]]:
    """Each fact, call and signal as words, with the article's words that it rests on."""
    evidence = [
        (f"{spell(fact.kind)} {fact.subject} {format_fact(fact)}", fact.evidence)
        for fact in report.facts
    ]
    evidence += [(name_call(call), part) for call in report.calls for part in call.evidence]
    return evidence + [
        (f"signal {spell(signal.name)}", signal.evidence)
        for signal in report.credibility.signals
        if signal.evidence
    ]


def name_call(call: Call) -> str:
    """What stands for a call where evidence is listed."""
    return f"call {call.asset}"


def describe_no_call(report: Report) -> str:
    """Of which assets no call is made, and why there is none at all; empty where all are called."""
    for flag, why in _NO_NEWS.items():
        if flag in report.flags and not report.calls:
            return f"No call: {why}."
    if report.undecided:
        return f"No clear direction for {', '.join(report.undecided)}."
    return "" if report.calls else "No call: the article gives no view of any asset's price."


def is_news(report: Report) -> bool:
    """Whether the article is news of crypto that could be read, and so has a timeframe."""
    return _NO_NEWS.keys().isdisjoint(report.flags)


def describe_payment(report: Report) -> str:
    """A warning that somebody may have paid for the article; empty where nothing shows it."""
    kinds = [SIGNALS[s.name] for s in report.credibility.signals if s.name in SIGNALS]
    notes = [kind.note for kind in kinds if kind.is_paid]
    return f"Careful: {notes[0]}." if notes else ""


# Checks whose findings are about the article, and not about the analyst.
_DOUBTS = ("parts_of_total",)


def list_doubts(report: Report) -> list[Finding]:
    """Where the article is at odds with itself; how an analyst was corrected stands in the JSON."""
    return [finding for finding in report.findings if finding.check in _DOUBTS]


def describe_analyst(analyst: Analyst) -> list[str]:
    """Name, model, time and, for a language model, tokens and cost of the analyst."""
    model = f" {analyst.model}" if analyst.model else ""
    about = [f"{analyst.name} analyst{model}", f"{analyst.seconds:.2f} s"]
    if analyst.name == "llm":
        about.append(f"{analyst.input_tokens} + {analyst.output_tokens} tokens")
        about.append(format_cost(analyst.cost_usd))
    return about


def format_cost(cost_usd: float | None) -> str:
    """What a model's answers cost: `$0.0012`, or that it is not known."""
    return "cost unknown" if cost_usd is None else f"${cost_usd:.4f}"


# ---- a digest


def list_outlets(story: DigestStory) -> dict[str, str | None]:
    """The story's outlets by name, each with its address if a Markdown link may lead there."""
    links: dict[str, str | None] = {}
    for outlet in story.outlets:
        links.setdefault(outlet.name, find_link(outlet.url))
    return links


def find_link(url: str | None) -> str | None:
    """The address, if a Markdown link may lead there."""
    is_safe = is_web(url) and not set("<>\\ \n") & set(str(url))
    return clean(str(url)) if is_safe else None


LENGTHS = {"short": 1, "medium": 2, "long": 3}  # sentences of a summary


def shorten(report: Report, length: str | None) -> Report:
    """The report with a summary of so many sentences, at most."""
    if length is None:
        return report
    spans = split_sentences(report.summary)[: LENGTHS[length]]
    summary = report.summary[: spans[-1].end] if spans else ""
    return report.model_copy(update={"summary": summary})


def describe_period(digest: Digest) -> str:
    """`09 Feb 12:00 to 10 Feb 2026 12:00 UTC · 17 articles · 4 assets`."""
    year = "" if digest.since.year == digest.until.year else " %Y"
    period = f"{digest.since:%d %b{year} %H:%M} to {digest.until:%d %b %Y %H:%M} UTC"
    articles = count_things(digest.articles, "article")
    return f"{period} · {articles} · {count_things(len(digest.assets), 'asset')}"


def count_stories(view: AssetView) -> tuple[str, ...]:
    """The last three columns of an asset's row: its view, its stories, and how they are divided."""
    return f"{view.view:+.2f}", str(view.stories), f"{view.bullish}/{view.bearish}/{view.neutral}"


def list_sections(digest: Digest) -> list[tuple[str, list[str]]]:
    """The lists of a digest that hold something, each with its name."""
    sections = {
        "Against the view": list(_list_dissent(digest.assets)),
        "Levels": _list_figures(digest.levels),
        "Flows and events": _list_figures(digest.flows),
    }
    return [(name, lines) for name, lines in sections.items() if lines]


def _list_dissent(views: Iterable[AssetView]) -> Iterator[str]:
    """`BTC bearish, a.example: Its headline`, for the assets that most stories speak of."""
    for view in [view for view in views if view.dissent][:_ARGUED]:
        for voice in view.dissent[:2]:
            yield f"{view.asset} {voice.direction}, {voice.outlet.name}: {voice.title}"


def _list_figures(figures: Iterable[Figure]) -> list[str]:
    """A line for each subject and kind: `BTC support level: $58,000 (3 outlets), $55,000`."""
    return [
        f"{subject} {kind}: {', '.join(map(describe_figure, group))}"
        for (subject, kind), group in group_figures(figures)
    ]


def group_figures(figures: Iterable[Figure]) -> list[tuple[tuple[str, str], list[Figure]]]:
    """The figures by subject and kind, `("BTC", "support level")`, the first few of each."""
    groups: defaultdict[tuple[str, str], list[Figure]] = defaultdict(list)
    for figure in figures:
        groups[figure.subject, spell(figure.kind)].append(figure)
    return [(name, group[:_ON_A_LINE]) for name, group in groups.items()]


def describe_figure(figure: Figure) -> str:
    """`$58,000 (new, 3 outlets)`."""
    period = f" {figure.period}" if figure.period else ""
    outlets = f"{figure.outlets} outlets" if figure.outlets > 1 else ""
    about = ", ".join(filter(None, ("new" if figure.is_new else "", outlets)))
    return f"{format_value(figure.value, figure.unit)}{period}{f' ({about})' if about else ''}"


def describe_story(story: DigestStory) -> str:
    """`told by 3 outlets · BTC ▲, ETH ▼ · credibility high`, with the three strongest views."""
    views = sorted(story.views.items(), key=lambda view: -abs(view[1]))[:3]
    marks = ", ".join(f"{asset} {_MARKS[(view > 0) - (view < 0)]}" for asset, view in views)
    outlets = f"told by {story.corroboration} outlets" if story.corroboration > 1 else ""
    return " · ".join(filter(None, (outlets, marks, f"credibility {story.credibility}")))
