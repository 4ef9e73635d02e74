"""REASONS -> NOTES: what a timeframe and a level of credibility rest on in this article.

A figure stays a reference to its fact: `{N3}` is the figure of fact 3.
"""

import re
from collections import defaultdict
from collections.abc import Sequence

from summarizer.analysis import Claim
from summarizer.analyst.embedded.promotion import list_established
from summarizer.analyst.embedded.rationale import narrow
from summarizer.analyst.embedded.reasons import Reasons
from summarizer.analyst.embedded.speakers import find_quoted_person
from summarizer.credibility import SIGNALS
from summarizer.facts.levels import find_price, is_broken
from summarizer.models import Fact, Level, Signal
from summarizer.narratives import CuedNarrative
from summarizer.tables import match_any, read_rows
from summarizer.text.assets import MARKET
from summarizer.text.reading import Text

_MAX_NOTES = 4  # that raise the credibility, and as many that lower it
_MAX_PHRASES = 2  # that a timeframe is told to rest on
_SHORT_PERIODS = frozenset("1h 4h 8h 24h 7d".split())
_NEAR_BY = 0.15  # of the price; a level farther off is no matter of two weeks
# The least weight of a theme (narratives.py) on which a timeframe may rest; one cue in the lead has
# less.
_THEME_WEIGHT = 1.6
# Words of a holder that sells, which shows no belief in years to come.
_SOLD = re.compile(
    r"\b(?:s[eo]ld?|selling|sale|dump\w*|offload\w*|deplet\w+|down from|left with)\b"
)
_VENUE = re.compile(rf"\b{match_any('venue')}\b")
# Timeframe -> kind of fact or theme that works over such a time -> how that is called.
_HORIZONS: dict[str, dict[str, str]] = defaultdict(dict)
for _horizon, _phrase, _names in read_rows("horizons.tsv"):
    _HORIZONS[_horizon] |= dict.fromkeys(_names.split("|"), _phrase)


def explain_horizon(horizon: str, reasons: Reasons, narratives: Sequence[CuedNarrative]) -> Claim:
    """What the timeframe rests on in this article, with a figure of each; empty where nothing sure
    shows it.

    A theme shows it where the lead has it and the text keeps to it.
    """
    phrases = _HORIZONS[horizon]
    shown: dict[str, str] = {}
    for i, fact in reasons.facts.items():
        if fact.kind in phrases and _is_of_horizon(reasons, fact):
            is_named = fact.subject.isalpha()
            is_shown = is_named and fact.kind != "token_unlock"  # it may be past
            figure = f" ({fact.subject} {{N{i}}}{narrow(fact)})" if is_shown else ""
            shown.setdefault(phrases[fact.kind], figure)
    for theme in narratives:
        if theme.name in phrases and theme.is_in_lead and theme.weight >= _THEME_WEIGHT:
            shown.setdefault(phrases[theme.name], "")
    named = [phrase + figure for phrase, figure in shown.items()][:_MAX_PHRASES]
    return Claim(text=f"It rests on {_join(named)}." if named else "")


def _is_of_horizon(reasons: Reasons, fact: Fact) -> bool:
    """Whether a fact supports the timeframe that its kind stands for: a move is of days, a level is
    near, its asset or holder is known, and it stands in no advert.
    """
    place = reasons.text.sentence_at(fact.evidence.start)
    if fact.subject == MARKET or place in reasons.promotion.sentences:
        return False
    if fact.kind == "fund_raise":
        return fact.subject not in list_established()
    if fact.kind in ("treasury_purchase", "treasury_holding"):
        return bool(fact.venue) and not _SOLD.search(reasons.sentence(place))
    if fact.kind == "price_change":
        return fact.period in _SHORT_PERIODS
    if fact.kind in ("support_level", "resistance_level"):
        price = find_price(reasons.facts.values(), fact.subject)
        is_near = price is not None and abs(fact.value / price - 1) <= _NEAR_BY
        return is_near and not is_broken(fact, price)
    return True


def explain_credibility(reasons: Reasons, signals: Sequence[Signal], level: Level) -> Claim:
    """How far the article can be believed, as a sentence that names the signals seen and whom or
    what they rest on; empty where none is seen.
    """
    promotion = reasons.promotion
    notes: dict[str, list[str]] = {"raises": [], "lowers": []}
    if promotion.is_all:
        notes["lowers"].append("as a whole it is an advert")
    elif promotion.assets:
        notes["lowers"].append(f"it holds an advert for {_join(sorted(promotion.assets))}")
    for signal in signals:
        kind = SIGNALS[signal.name]
        shown = _name_evidence(reasons.text, signal)
        is_unnamed = signal.name == "named_sources" and not shown
        is_said = signal.name == "sponsored" and notes["lowers"]
        if not is_unnamed and not is_said:
            notes[kind.effect].append(f"{kind.note} ({shown})" if shown else kind.note)
    clauses = [_join(each[:_MAX_NOTES]) for each in notes.values() if each]
    if level == "low":
        clauses.reverse()
    words = ", but ".join(clauses)
    return Claim(text=f"{words[:1].upper()}{words[1:]}." if words else "")


def _name_evidence(text: Text, signal: Signal) -> str:
    """Who is quoted or whose data are given, where the words that show the signal name them."""
    if signal.name == "named_sources":
        return find_quoted_person(text) or ""
    if signal.evidence is None or signal.name != "data_attributed":
        return ""
    venue = _VENUE.search(text.string, signal.evidence.start, signal.evidence.end)
    return venue[0] if venue else ""


def _join(notes: Sequence[str]) -> str:
    """The notes as one list: "a", "a and b", "a, b and c"."""
    *most, last = notes
    return f"{', '.join(most)} and {last}" if most else last
