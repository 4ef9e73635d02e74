"""TEXT -> SIGNALS: what raises or lowers belief in an article, and how far they cap its level.

A signal is one entry in `data/signals.toml`, which is all that adding one takes. The weights of
`data/signals.model.tsv`, fitted by `python -m eval train`, decide whether words show it.
"""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

from summarizer.analysis import Cited
from summarizer.linear import likely_labels, load_linear
from summarizer.models import Level, Signal
from summarizer.tables import read_toml, word_set
from summarizer.text.reading import Text
from summarizer.text.spans import Span

_BYLINE = re.compile(r"(?:^|\s)(By [A-Z][a-z]+ [A-Z][\w'’-]+)")
_BYLINE_WITHIN = 1500  # code points from the start of the text
# A signal is shown where the weights give it this chance. Held out, 0.82 of those shown are right
# and 0.72 found (F1 0.77).
LIKELY = 0.45
_LEVELS: tuple[Level, ...] = ("low", "medium", "high")

# (name of a signal, whether it is seen for certain) -> the places of words that show it; none where
# the article's data show it.
Places = dict[tuple[str, bool], list[Span]]


@dataclass(frozen=True)
class SignalKind:
    """What an article can show. The comments of `data/signals.toml` explain the fields."""

    effect: Literal["raises", "lowers"]
    note: str
    cap: Level | None = None
    cap_unless: str | None = None
    is_certain: bool = False
    is_paid: bool = False
    strict: re.Pattern[str] | None = None
    broad: re.Pattern[str] | None = None


def _parse_kind(entry: dict[str, Any]) -> SignalKind:
    for words in entry.keys() & {"strict", "broad"}:
        entry[words] = re.compile(entry[words]["pattern"].replace("\n", ""))
    return SignalKind(**entry)


SIGNALS = {name: _parse_kind(entry) for name, entry in read_toml("signals.toml").items()}


def find_signals(text: Text) -> tuple[Signal, ...]:
    """The signals that the article shows, each once, with the words that show it if words do."""
    places = _find_places(text)
    likely = likely_labels("signals", describe_signals(text, places), LIKELY)
    weighed = load_linear("signals").labels
    shown: dict[str, Signal] = {}
    for (name, is_strict), spans in places.items():
        is_certain = SIGNALS[name].is_certain or name not in weighed
        if name in likely or (is_strict and is_certain):
            evidence = text.evidence(spans[0]) if spans else None
            shown.setdefault(name, Signal(name=name, evidence=evidence))
    return tuple(shown.values())


def describe_signals(text: Text, places: Places | None = None) -> list[tuple[str, float]]:
    """Features of data/signals.model.tsv: which patterns match, how often, the outlet, the words.

    `places` is where the article shows its signals, if that is known already.
    """
    places = places or _find_places(text)
    features = [(f"{'told' if is_strict else 'hinted'}:{name}", 1.0) for name, is_strict in places]
    for (name, is_strict), spans in places.items():
        if is_strict and SIGNALS[name].strict:
            features.append((f"times:{name}", math.log1p(len(spans))))
    outlet = text.article.outlet or "unknown"
    features += [(f"source:{outlet.lower()}", 1.0), ("bias", 1.0)]
    return features + text.for_people.wording


def _find_places(text: Text) -> Places:
    article = text.article
    places: Places = {}
    if text.orders:
        places["ai_directed_instructions", True] = [*text.orders]
    if match := _BYLINE.search(text.string, 0, _BYLINE_WITHIN):
        places["byline", True] = [Span(*match.span(1))]
    elif article.authors:
        places["byline", True] = []
    source, domain = article.source or "", article.domain or ""
    if not word_set("outlet").isdisjoint((source.lower().replace(" ", ""), domain.split(".")[0])):
        places["established_outlet", True] = []
    for is_strict, most in ((True, None), (False, 1)):  # the surest words first: they are shown
        for name, kind in SIGNALS.items():
            pattern = kind.strict if is_strict else kind.broad
            if pattern and (spans := [*islice(find_words(pattern, text), most)]):
                places[name, is_strict] = spans
    return places


def find_words(pattern: re.Pattern[str], text: Text) -> Iterator[Span]:
    """The places of words that a pattern matches; one without capitals sees small letters."""
    string = text.lowered_string if pattern.pattern.islower() else text.string
    return (Span(*match.span()) for match in pattern.finditer(string))


def choose_signals(
    text: Text, found: tuple[Signal, ...], cited: Sequence[Cited] | None
) -> tuple[Signal, ...]:
    """The signals that an analyst cites, with those that the rules are certain of.

    Without an analyst's, all that the rules found.
    """
    if cited is None:
        return found
    certain = [s for s in found if s.evidence is None or SIGNALS[s.name].is_certain]
    shown = {signal.name: signal for signal in certain}
    for each in cited:
        kind = SIGNALS.get(each.name)
        if kind and (kind.strict or kind.broad) and _is_sentence(text, each.sentence):
            evidence = text.evidence(text.sentences[each.sentence or 0])
            shown.setdefault(each.name, Signal(name=each.name, evidence=evidence))
    return tuple(shown[name] for name in SIGNALS if name in shown)


def _is_sentence(text: Text, i: int | None) -> bool:
    return i is not None and 0 <= i < len(text.sentences)


def cap_level(level: Level, signals: Iterable[Signal]) -> Level:
    """The level that the signals allow, at most `level`.

    >>> cap_level("high", [Signal(name="sponsored")])
    'low'
    >>> cap_level("high", [Signal(name="unverified_claim"), Signal(name="named_sources")])
    'high'
    """
    names = {signal.name for signal in signals}
    for kind in map(SIGNALS.__getitem__, names):
        if kind.cap and kind.cap_unless not in names:
            level = min(level, kind.cap, key=_LEVELS.index)
    return level


def has_cause(signals: Iterable[Signal]) -> bool:
    """Whether a signal that lowers belief is among them."""
    return any(SIGNALS[signal.name].effect == "lowers" for signal in signals)
