"""Article -> signals that raise or lower belief in it, each shown by the article's own words.

What may show a signal is in `data/signals.tsv`; whether it does is weighed by `data/signals.model.tsv`, fitted by
`python -m eval train`.
"""

import math
import re
from collections.abc import Collection, Iterable
from functools import cache
from importlib.resources import files

from summarizer.linear import likely_labels
from summarizer.models import Level, Signal
from summarizer.text.reading import Text
from summarizer.text.spans import Span

# Outlets with named editors and a corrections policy, by name without blanks or by the first part of the domain.
_OUTLETS = frozenset(
    "coindesk theblock cointelegraph decrypt blockworks dlnews bloomberg reuters associatedpress ap apnews forbes cnbc fortune wsj"
    " thewallstreetjournal ft financialtimes nytimes thenewyorktimes bbc theguardian economist theeconomist barrons axios politico"
    " seekingalpha techcrunch wired".split()
)
_BYLINE = re.compile(r"(?:^|\s)(By [A-Z][a-z]+ [A-Z][\w'’-]+)")
_CERTAIN = frozenset(
    {"byline", "sponsored", "press_release", "ai_directed_instructions"}
)  # told of wherever they are seen
CAPPED_LOW = frozenset({"sponsored", "press_release", "ai_directed_instructions"})
LIKELY = 0.4  # any other signal is told of where the weights give it this chance: best F1 by cross-validation


def find_signals(text: Text) -> tuple[Signal, ...]:
    """The signals of the labelling guide that this article shows."""
    places = _look(text)
    likely = likely_labels("signals", _describe(text, places), LIKELY)
    shown: dict[str, Span | None] = {}
    for (name, is_strict), place in places.items():
        if name in likely or (is_strict and name in _CERTAIN):
            shown.setdefault(name, place)
    return tuple(
        Signal(name=name, evidence=text.evidence(place) if place else None)
        for name, place in shown.items()
    )


def describe_signals(text: Text) -> list[tuple[str, float]]:
    """Features of data/signals.model.tsv: what is met, how often, and the outlet."""
    return _describe(text, _look(text))


def _describe(text: Text, places: Collection[tuple[str, bool]]) -> list[tuple[str, float]]:
    features = [(f"{'told' if is_strict else 'hinted'}:{name}", 1.0) for name, is_strict in places]
    counted = [
        (name, pattern)
        for name, is_strict, pattern in _patterns()
        if is_strict and (name, True) in places
    ]
    features += [
        (f"times:{name}", math.log1p(len(pattern.findall(text.string))))
        for name, pattern in counted
    ]
    return [
        *features,
        (f"source:{(text.article.source or text.article.domain or 'unknown').lower()}", 1.0),
        ("bias", 1.0),
    ]


@cache
def _patterns() -> tuple[tuple[str, bool, re.Pattern[str]], ...]:
    """(signal, whether these words tell of it by themselves, the words), what tells before what hints."""
    rows = (files("summarizer") / "data" / "signals.tsv").read_text("utf-8").splitlines()
    table = [row.split("\t") for row in rows if row and not row.startswith("#")]
    return tuple(
        (name, kind == "strict", re.compile(words, re.IGNORECASE if case == "any" else 0))
        for name, kind, case, words in table
    )


def _look(text: Text) -> dict[tuple[str, bool], Span | None]:
    """(signal, whether it is told by itself) -> the words that show it; None where the article's data do."""
    article = text.article
    found: dict[tuple[str, bool], Span | None] = {}
    if text.orders:
        found["ai_directed_instructions", True] = text.orders[0]
    if match := _BYLINE.search(text.string, 0, 1500):
        found["byline", True] = Span(*match.span(1))
    elif article.authors:
        found["byline", True] = None
    if (article.source or "").lower().replace(" ", "") in _OUTLETS or (article.domain or "").split(
        "."
    )[0] in _OUTLETS:
        found["established_outlet", True] = None
    for name, is_strict, pattern in _patterns():
        if match := pattern.search(text.string):
            found[name, is_strict] = Span(*match.span())
    return found


def cap_level(level: Level, signals: Iterable[Signal]) -> Level:
    """The level that the signals allow: low for what is paid for or speaks to machines, at most medium for an unverified
    claim that nobody is named for."""
    names = {signal.name for signal in signals}
    if names & CAPPED_LOW:
        return "low"
    if level == "high" and "unverified_claim" in names and "named_sources" not in names:
        return "medium"
    return level
