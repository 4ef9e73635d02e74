"""REASONS -> CLAIMS: why a call, why a timeframe, and how far to believe the article.

A figure stays a reference to its fact: `{N3}` is the figure of fact 3, `{D3}` its distance from the
price.
"""

from collections import defaultdict
from collections.abc import Container, Sequence

from summarizer.analyst.embedded.reasons import Reason, Reasons
from summarizer.analyst.embedded.summary import shorten, stands_alone
from summarizer.credibility import SIGNALS
from summarizer.facts.kinds import LEVELS
from summarizer.facts.levels import find_price
from summarizer.models import Article, Claim, Direction, Fact, Level, Signal
from summarizer.tables import read_rows

# Kind of fact -> its statement; of a level, also the statement where there is no price.
_STATEMENTS = {kind: statements for kind, *statements in read_rows("statements.tsv")}
_NEUTRAL_TONE = 0.2  # a tone within this is neutral
_MAX_NOTES = 4  # that raise the credibility, and as many that lower it
_MAX_SUBJECTS = 2  # that a timeframe is told to rest on
# Timeframe -> kind of fact or theme that works over such a time -> how that is called.
_HORIZONS: dict[str, dict[str, str]] = defaultdict(dict)
for _horizon, _phrase, _names in read_rows("horizons.tsv"):
    _HORIZONS[_horizon] |= dict.fromkeys(_names.split("|"), _phrase)


def explain_call(
    reasons: Reasons,
    asset: str,
    direction: Direction,
    weighed: Sequence[tuple[Reason, float]],
    target: int | None,
    taken: Container[int] = (),
) -> tuple[Claim, tuple[int, ...]]:
    """Why the call: the article's best sentence about the asset, and one fact; the facts used.

    `weighed` holds each reason with its pull, above 0 towards bullish; the sentences in `taken`
    explain other calls. Where no sentence and no fact bears a call out, its claim is empty.
    """
    sign = {"bullish": 1, "bearish": -1, "neutral": 0}[direction]
    place = _choose_sentence(reasons, asset, weighed, sign, taken)
    used = _choose_fact(reasons, asset, weighed, sign, target)
    if used is None and place is None:
        used = _choose_any_fact(reasons, asset)
    statement = ""
    if used is not None:
        statement = _state_fact(reasons, asset, used)
        statement = f"{statement[0].upper()}{statement[1:]}."
    quoted = "" if place is None else shorten(reasons.sentence(place))
    if place is None:  # the call stands, and is not explained
        places = range(len(reasons.mentions))
        place = next((i for i in places if reasons.names(i, asset)), None)
    sentences = () if place is None else (place,)
    claim = Claim(text=f"{quoted} {statement}".strip(), sentences=sentences)
    return claim, () if used is None else (used,)


def _choose_fact(
    reasons: Reasons,
    asset: str,
    weighed: Sequence[tuple[Reason, float]],
    sign: int,
    target: int | None,
) -> int | None:
    """The fact to state of a call: its target, else the first that pulls its way."""
    if not sign:
        return None
    if target is not None and reasons.facts[target].kind in _STATEMENTS:
        return target
    fitting = [
        reason.fact
        for reason, pull in weighed
        if reason.fact is not None
        and _may_state(reasons.facts[reason.fact], asset)
        and pull * sign > 0
    ]
    kinds = list(_STATEMENTS)
    stated = [i for i in fitting if reasons.facts[i].kind in _STATEMENTS]
    return min(stated, key=lambda i: (kinds.index(reasons.facts[i].kind), i), default=None)


def _choose_any_fact(reasons: Reasons, asset: str) -> int | None:
    """A move or the price of an asset of which no sentence can be quoted."""
    kinds = ("price_change", "price")
    places = [i for i, fact in reasons.facts.items() if fact.subject == asset]
    fitting = [i for i in places if reasons.facts[i].kind in kinds]
    return min(fitting, key=lambda i: kinds.index(reasons.facts[i].kind), default=None)


def _state_fact(reasons: Reasons, asset: str, i: int) -> str:
    fact, name = reasons.facts[i], reasons.name(asset)
    statement, *unpriced = _STATEMENTS[fact.kind]
    if unpriced and fact.kind in LEVELS and find_price(reasons.facts.values(), asset) is None:
        statement = unpriced[0]
    figure = f"{{N{i}}}{_narrow(fact)}"
    return statement.format(A=name, F=figure, D=f"{{D{i}}}")


def _may_state(fact: Fact, asset: str) -> bool:
    """Whether the fact is one to state of the asset: no level, which is for targets.

    An undated move is left out: it may be years old, or none at all ("it could rise 50%").
    """
    is_dated = fact.kind != "price_change" or fact.period
    return fact.subject == asset and fact.kind not in LEVELS and bool(is_dated)


def _narrow(fact: Fact) -> str:
    """The venue or period of a figure, to stand behind it."""
    if fact.venue and fact.kind in ("funding_rate", "open_interest"):
        return f" on {fact.venue}"
    if fact.period == "ytd":
        return " year to date"
    return f" over {fact.period}" if fact.period and fact.period[0].isdigit() else ""


def _choose_sentence(
    reasons: Reasons,
    asset: str,
    weighed: Sequence[tuple[Reason, float]],
    sign: int,
    taken: Container[int],
) -> int | None:
    """The sentence that names the asset and weighs most in the call's direction, if any does.

    It is never one that weighs against the call. Without a direction it is the first that stands
    alone.
    """
    totals: dict[int, float] = defaultdict(float)
    for reason, pull in weighed:
        if reason.sentence is not None:
            totals[reason.sentence] += pull
    fitting = [
        i
        for i in range(len(reasons.mentions))
        if i not in taken and reasons.names(i, asset) and stands_alone(reasons.sentence(i))
    ]
    if sign:
        fitting = [i for i in fitting if reasons.tone(i, asset) * sign > -_NEUTRAL_TONE]
        fitting = [i for i in fitting if totals[i] * sign > 0] or fitting
        fitting = [i for i in fitting if reasons.cues[i]] or fitting  # of flows, levels, law …
    return min(fitting, key=lambda i: (-totals[i] * sign, i), default=None)


def explain_horizon(horizon: str, facts: Sequence[Fact], narratives: Sequence[str]) -> Claim:
    """What the timeframe rests on in this article; empty where nothing shows it."""
    shown = dict.fromkeys([*(fact.kind for fact in facts), *narratives])
    phrases = dict.fromkeys(
        phrase for name in shown if (phrase := _HORIZONS[horizon].get(name)) is not None
    )
    named = list(phrases)[:_MAX_SUBJECTS]
    return Claim(text=f"It rests on {_join(named)}." if named else "")


def explain_credibility(article: Article, signals: Sequence[Signal], level: Level) -> Claim:
    """How far the article can be believed, as a sentence that names the signals seen."""
    notes: dict[str, list[str]] = {"raises": [], "lowers": []}
    for signal in signals:
        kind = SIGNALS[signal.name]
        notes[kind.effect].append(kind.note)
    clauses = [_join(each[:_MAX_NOTES]) for each in notes.values() if each]
    if not clauses:
        return Claim(text=f"Nothing in it speaks for or against {article.outlet or 'the article'}.")
    if level == "low":
        clauses.reverse()
    text = ", but ".join(clauses)
    outlet = f" ({article.outlet})" if article.outlet else ""
    return Claim(text=f"{text[:1].upper()}{text[1:]}{outlet}.")


def _join(notes: Sequence[str]) -> str:
    """The notes as one list: "a", "a and b", "a, b and c"."""
    *most, last = notes
    return f"{', '.join(most)} and {last}" if most else last
