"""TEXT -> SIGNALS: what raises or lowers belief in an article, and how far they cap its level.

A signal is one entry in `data/signals.toml`, which is all that adding one takes. The weights of
`data/signals.model.tsv`, fitted by `python -m eval train`, decide whether words show it.
"""

import math
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from summarizer.linear import likely_labels, load_linear
from summarizer.models import Level, Signal
from summarizer.tables import read_toml
from summarizer.text.reading import Text
from summarizer.text.spans import Span

# Outlets with named editors and a corrections policy: name without blanks, or start of the domain.
_OUTLETS = frozenset(
    "coindesk theblock cointelegraph decrypt blockworks dlnews bloomberg reuters associatedpress ap"
    " apnews forbes cnbc fortune wsj thewallstreetjournal ft financialtimes nytimes thenewyorktimes"
    " bbc theguardian economist theeconomist barrons axios politico seekingalpha techcrunch"
    " wired".split()
)
_BYLINE = re.compile(r"(?:^|\s)(By [A-Z][a-z]+ [A-Z][\w'’-]+)")
_BYLINE_WITHIN = 1500  # code points from the start of the text
LIKELY = 0.4  # a signal is shown where the weights give it this chance: best F1 by cross-validation
_LEVELS: tuple[Level, ...] = ("low", "medium", "high")

# (name of a signal, whether it is seen for certain) -> the words that show it; None where the
# article's data show it.
Places = dict[tuple[str, bool], Span | None]


@dataclass(frozen=True)
class SignalPattern:
    """Words that show a signal: by themselves if strict, else where the weights agree."""

    signal: str
    is_strict: bool
    regex: re.Pattern[str]
    example: str
    counterexample: str


@dataclass(frozen=True)
class SignalKind:
    """What an article can show. The comments of `data/signals.toml` explain the fields."""

    name: str
    effect: Literal["raises", "lowers"]
    note: str
    patterns: tuple[SignalPattern, ...]
    cap: Level | None = None
    cap_unless: str | None = None
    is_certain: bool = False
    is_paid: bool = False


def _parse_kind(name: str, entry: dict[str, Any]) -> SignalKind:
    patterns = []
    for strictness in ("strict", "broad"):
        if row := entry.pop(strictness, None):
            case = 0 if row.get("is_case_exact") else re.IGNORECASE
            regex = re.compile(row["pattern"].replace("\n", ""), case)
            is_strict = strictness == "strict"
            patterns.append(
                SignalPattern(name, is_strict, regex, row["example"], row["counterexample"])
            )
    return SignalKind(name=name, patterns=tuple(patterns), **entry)


SIGNALS = {name: _parse_kind(name, entry) for name, entry in read_toml("signals.toml").items()}
PATTERNS = sorted(
    (pattern for kind in SIGNALS.values() for pattern in kind.patterns),
    key=lambda pattern: not pattern.is_strict,  # the surest words are shown
)


def find_signals(text: Text) -> tuple[Signal, ...]:
    """The signals that the article shows, each once, with the words that show it if words do."""
    places = _find_places(text)
    likely = likely_labels("signals", _describe(text, places), LIKELY)
    weighed = load_linear("signals").labels
    shown: dict[str, Span | None] = {}
    for (name, is_strict), place in places.items():
        is_certain = SIGNALS[name].is_certain or name not in weighed
        if name in likely or (is_strict and is_certain):
            shown.setdefault(name, place)
    return tuple(
        Signal(name=name, evidence=text.evidence(place) if place else None)
        for name, place in shown.items()
    )


def describe_signals(text: Text) -> list[tuple[str, float]]:
    """Features of data/signals.model.tsv: which patterns match, how often, and the outlet."""
    return _describe(text, _find_places(text))


def _describe(text: Text, places: Collection[tuple[str, bool]]) -> list[tuple[str, float]]:
    features = [(f"{'told' if is_strict else 'hinted'}:{name}", 1.0) for name, is_strict in places]
    for pattern in PATTERNS:
        if pattern.is_strict and (pattern.signal, True) in places:
            times = len(pattern.regex.findall(text.string))
            features.append((f"times:{pattern.signal}", math.log1p(times)))
    outlet = text.article.outlet or "unknown"
    return [*features, (f"source:{outlet.lower()}", 1.0), ("bias", 1.0)]


def _find_places(text: Text) -> Places:
    article = text.article
    places: Places = {}
    if text.orders:
        places["ai_directed_instructions", True] = text.orders[0]
    if match := _BYLINE.search(text.string, 0, _BYLINE_WITHIN):
        places["byline", True] = Span(*match.span(1))
    elif article.authors:
        places["byline", True] = None
    source, domain = article.source or "", article.domain or ""
    if not _OUTLETS.isdisjoint((source.lower().replace(" ", ""), domain.split(".")[0])):
        places["established_outlet", True] = None
    for pattern in PATTERNS:
        if match := pattern.regex.search(text.string):
            places[pattern.signal, pattern.is_strict] = Span(*match.span())
    return places


def cap_level(level: Level, signals: Iterable[Signal]) -> Level:
    """The level that the signals allow, at most `level`.

    >>> cap_level("high", [Signal(name="sponsored")])
    'low'
    >>> cap_level("high", [Signal(name="unverified_claim"), Signal(name="named_sources")])
    'high'
    """
    names = {signal.name for signal in signals}
    caps = [SIGNALS[name].cap for name in names if SIGNALS[name].cap_unless not in names]
    return min([level, *filter(None, caps)], key=_LEVELS.index)
