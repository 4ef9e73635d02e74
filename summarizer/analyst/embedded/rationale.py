"""REASONS -> CLAIMS: why a call, why a timeframe, and how far to believe the article.

A figure stays a reference to its fact: `{N3}` is the figure of fact 3, `{D3}` its distance from the
price.
"""

from collections import defaultdict
from collections.abc import Sequence

from summarizer.analyst.embedded.reasons import Reason, Reasons
from summarizer.analyst.embedded.summary import shorten, stands_alone
from summarizer.credibility import SIGNALS
from summarizer.facts.kinds import LEVELS
from summarizer.facts.levels import find_price
from summarizer.models import Article, Claim, Direction, Fact, Level, Signal
from summarizer.tables import read_rows

# Kind of fact -> its statement; of a level, also the statement where there is no price.
_STATEMENTS = {kind: statements for kind, *statements in read_rows("statements.tsv")}
_MAX_STATEMENTS, _MAX_FACTS = 2, 2  # in a rationale, and in each statement
_MAX_NOTES = 4  # that raise the credibility, and as many that lower it
_HORIZONS = {
    "short_term": ("positioning, levels and moves of the day", "work within days"),
    "medium_term": ("flows, schedules and expectations", "work over weeks to months"),
    "long_term": ("law, adoption and technology", "work over years"),
}


def explain_call(
    reasons: Reasons,
    asset: str,
    direction: Direction,
    weighed: Sequence[tuple[Reason, float]],
    target: int | None,
) -> tuple[Claim, tuple[int, ...]]:
    """Why the call, by the facts that bear on it and the sentence that weighs most; the facts used.

    `weighed` holds each reason with its pull, above 0 towards bullish.
    """
    sign = {"bullish": 1, "bearish": -1, "neutral": 0}[direction]
    statements, used = _state_facts(reasons, asset, weighed, sign)
    if target is not None and reasons.facts[target].kind in _STATEMENTS:
        statements.append(_state_level(reasons, asset, target))
        used.append(target)
    text = "; ".join(statements)
    if text:
        text = f"{text[0].upper()}{text[1:]}."
    place = _choose_sentence(reasons, asset, weighed, sign)
    sentence = "" if place is None else reasons.sentence(place)
    quoted = shorten(sentence) if stands_alone(sentence) else ""
    if direction == "neutral":
        text = f"The evidence is mixed or says little about price. {text}".strip()
    elif not text and not quoted:
        text = f"What the article says of {reasons.name(asset)} reads as {direction}."
    sentences = () if place is None else (place,)
    return Claim(text=f"{text} {quoted}".strip(), sentences=sentences), tuple(used)


def _state_facts(
    reasons: Reasons, asset: str, weighed: Sequence[tuple[Reason, float]], sign: int
) -> tuple[list[str], list[int]]:
    """Statements of the facts that pull in the call's direction, and the indices of these facts."""
    facts, name = reasons.facts, reasons.name(asset)
    pulls = {reason.fact: pull for reason, pull in weighed if reason.fact is not None}
    fitting = [
        i
        for i, pull in pulls.items()
        if _may_state(facts[i], asset) and (pull * sign > 0 or not sign)
    ]
    statements: list[str] = []
    used: list[int] = []
    for kind, (statement, *_) in _STATEMENTS.items():
        places = [i for i in fitting if facts[i].kind == kind][:_MAX_FACTS]
        if places and len(statements) < _MAX_STATEMENTS:
            figures = " and ".join(f"{{N{i}}}{_narrow(facts[i])}" for i in places)
            statements.append(statement.format(A=name, F=figures))
            used += places
    return statements, used


def _may_state(fact: Fact, asset: str) -> bool:
    """Whether the fact is one to state of the asset: no level, which is for targets.

    An undated move is left out: it may be years old, or none at all ("it could rise 50%").
    """
    is_dated = fact.kind != "price_change" or fact.period
    return fact.subject == asset and fact.kind not in LEVELS and bool(is_dated)


def _state_level(reasons: Reasons, asset: str, target: int) -> str:
    priced, unpriced = _STATEMENTS[reasons.facts[target].kind]
    statement = unpriced if find_price(reasons.facts, asset) is None else priced
    return statement.format(A=reasons.name(asset), F=f"{{N{target}}}", D=f"{{D{target}}}")


def _narrow(fact: Fact) -> str:
    """The venue or period of a figure, to stand behind it."""
    if fact.venue and fact.kind in ("funding_rate", "open_interest"):
        return f" on {fact.venue}"
    if fact.period == "ytd":
        return " year to date"
    return f" over {fact.period}" if fact.period and fact.period[0].isdigit() else ""


def _choose_sentence(
    reasons: Reasons, asset: str, weighed: Sequence[tuple[Reason, float]], sign: int
) -> int | None:
    """The sentence that weighs most in the call's direction, else the first to name the asset."""
    totals: dict[int, float] = defaultdict(float)
    for reason, pull in weighed:
        if reason.sentence is not None:
            totals[reason.sentence] += pull
    for i in sorted(totals, key=lambda i: (-totals[i] * sign, i)):
        if reasons.names(i, asset) and stands_alone(reasons.sentence(i)):
            return i
    return next((i for i in range(len(reasons.mentions)) if reasons.names(i, asset)), None)


def explain_horizon(horizon: str) -> Claim:
    """Why the timeframe, as a sentence."""
    subject, duration = _HORIZONS[horizon]
    return Claim(text=f"The article is mainly about {subject}, which {duration}.")


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
