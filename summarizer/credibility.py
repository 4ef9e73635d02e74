"""Article -> signals that raise or lower belief in it, each shown by the article's own words.

What may show a signal is in `data/signals.tsv`; whether it does is weighed by `data/signals.model.tsv`, fitted by
`python -m eval train`.
"""

import math
import re
from collections.abc import Collection
from functools import cache
from importlib.resources import files

from summarizer.linear import likely_labels
from summarizer.models import Article, Evidence, Signal
from summarizer.text.orders import find_orders
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
LIKELY = 0.4  # any other signal is told of where the weights give it this chance: best F1 by cross-validation


def find_signals(article: Article) -> tuple[Signal, ...]:
    """The signals of the labelling guide that this article shows."""
    places = _look(article)
    likely = likely_labels("signals", _describe(article, places), LIKELY)
    shown: dict[str, Span | None] = {}
    for (name, is_strict), place in places.items():
        if name in likely or (is_strict and name in _CERTAIN):
            shown.setdefault(name, place)
    return tuple(
        Signal(name=name, evidence=_evidence(article.text, place)) for name, place in shown.items()
    )


def describe_signals(article: Article) -> list[tuple[str, float]]:
    """Features of data/signals.model.tsv: what is met, how often, and the outlet."""
    return _describe(article, _look(article))


def _describe(article: Article, places: Collection[tuple[str, bool]]) -> list[tuple[str, float]]:
    features = [(f"{'told' if is_strict else 'hinted'}:{name}", 1.0) for name, is_strict in places]
    counted = [
        (name, pattern)
        for name, is_strict, pattern in _patterns()
        if is_strict and (name, True) in places
    ]
    features += [
        (f"times:{name}", math.log1p(len(pattern.findall(article.text))))
        for name, pattern in counted
    ]
    return [
        *features,
        (f"source:{(article.source or article.domain or 'unknown').lower()}", 1.0),
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


def _look(article: Article) -> dict[tuple[str, bool], Span | None]:
    """(signal, whether it is told by itself) -> the words that show it; None where the article's data do."""
    text = article.text
    found: dict[tuple[str, bool], Span | None] = {}
    if orders := find_orders(text):
        found["ai_directed_instructions", True] = orders[0]
    if match := _BYLINE.search(text, 0, 1500):
        found["byline", True] = Span(*match.span(1))
    elif article.authors:
        found["byline", True] = None
    if (article.source or "").lower().replace(" ", "") in _OUTLETS or (article.domain or "").split(
        "."
    )[0] in _OUTLETS:
        found["established_outlet", True] = None
    for name, is_strict, pattern in _patterns():
        if match := pattern.search(text):
            found[name, is_strict] = Span(*match.span())
    return found


def _evidence(text: str, place: Span | None) -> Evidence | None:
    return (
        Evidence(quote=text[place.start : place.end], start=place.start, end=place.end)
        if place
        else None
    )
