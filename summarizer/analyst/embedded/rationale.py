"""The embedded analyst's sentences: why a call, why a timeframe, how far to believe. Figures stay references to facts."""

from collections.abc import Sequence

from summarizer.analyst.embedded.reasons import Reason, Reasons
from summarizer.analyst.embedded.summary import shorten, stands_alone
from summarizer.credibility import SIGNALS
from summarizer.facts.levels import find_price
from summarizer.models import Article, Claim, Direction, Fact, Level, Signal

# How a fact is told in a rationale, in the order in which facts are told. {F} is the figure, {D} its distance from the price.
_TOLD = {
    "funding_rate": "{A} funding is {F}",
    "open_interest": "{A} open interest is {F}",
    "open_interest_change": "{A} open interest moved {F}",
    "liquidations": "{F} of {A} positions were liquidated",
    "options_skew": "{A} options skew is {F}",
    "futures_basis": "the {A} futures basis is {F}",
    "put_call_ratio": "the {A} put/call ratio is {F}",
    "etf_flow": "{A} ETF flows came to {F}",
    "treasury_purchase": "a holder of {A} bought {F}",
    "exploit_loss": "{A} lost {F} to an exploit",
    "token_unlock": "{F} of {A} is being unlocked",
    "price_change": "the {A} price moved {F}",
}
_LEVELS = {
    "liquidation_level": "the nearest {A} liquidation level, {F}, lies {D}",
    "price_target": "the {A} target named, {F}, lies {D}",
    "support_level": "{A} support at {F} lies {D}",
    "resistance_level": "{A} resistance at {F} lies {D}",
}
_MAX_NOTES = 4  # for, and as many against
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
    """Why the call: the facts that bear on it and the sentence that weighs most; and the facts used.

    `weighed` holds each piece with its pull, above 0 towards bullish.
    """
    sign = {"bullish": 1, "bearish": -1, "neutral": 0}[direction]
    told, used = _tell_facts(reasons, asset, weighed, sign)
    if target is not None:
        kind, priced = reasons.facts[target].kind, find_price(reasons.facts, asset) is not None
        if kind in _LEVELS:
            words = (
                _LEVELS[kind]
                if priced
                else _LEVELS[kind]
                .replace(", {F}, lies {D}", " is {F}")
                .replace(" lies {D}", " is named")
            )
            told.append(
                words.replace("{F}", f"{{F{target}}}")
                .replace("{D}", f"{{D{target}}}")
                .replace("{A}", reasons.name(asset))
            )
            used.append(target)
    text = "; ".join(told)
    text = text[:1].upper() + text[1:] + "." if text else ""
    places = _telling(reasons, asset, weighed, sign)
    said = " ".join(
        shorten(sentence) for i in places if stands_alone(sentence := reasons.sentence(i))
    )
    if direction == "neutral":
        text = f"The evidence is mixed or says little about price. {text}".strip()
    elif not text and not said:
        text = f"What the article says of {reasons.name(asset)} reads as {direction}."
    return Claim(text=f"{text} {said}".strip(), sentences=tuple(places)), tuple(used)


def _tell_facts(
    reasons: Reasons, asset: str, weighed: Sequence[tuple[Reason, float]], sign: int
) -> tuple[list[str], list[int]]:
    pulls = {piece.fact: pull for piece, pull in weighed if piece.fact is not None}
    told: list[str] = []
    used: list[int] = []
    for kind, words in _TOLD.items():
        fitting = [
            i
            for i, pull in pulls.items()
            if reasons.facts[i].kind == kind
            and reasons.facts[i].subject == asset
            and (pull * sign > 0 or not sign)
            and (
                kind != "price_change" or reasons.facts[i].period
            )  # an undated move may be years old, or none: "it could rise 50%"
        ]
        if not fitting or len(told) == 2:
            continue
        shown = [f"{{F{i}}}{_where(reasons.facts[i])}" for i in fitting[:2]]
        told.append(words.replace("{F}", " and ".join(shown)).replace("{A}", reasons.name(asset)))
        used += fitting[:2]
    return told, used


def _where(fact: Fact) -> str:
    if fact.venue and fact.kind in ("funding_rate", "open_interest"):
        return f" on {fact.venue}"
    if fact.period == "ytd":
        return " year to date"
    return f" over {fact.period}" if fact.period and fact.period[0].isdigit() else ""


def _telling(
    reasons: Reasons, asset: str, weighed: Sequence[tuple[Reason, float]], sign: int
) -> list[int]:
    """The one sentence that weighs most in the call's direction, else the first that names the asset, of whatever length."""
    totals: dict[int, float] = {}
    for piece, pull in weighed:
        if piece.sentence is not None:
            totals[piece.sentence] = totals.get(piece.sentence, 0.0) + pull
    named = [i for i in totals if reasons.names(i, asset) and stands_alone(reasons.sentence(i))]
    ranked = sorted(named, key=lambda i: (-totals[i] * sign, i)) if sign else sorted(named)
    return (
        ranked[:1]
        or [i for i, here in enumerate(reasons.mentions) if any(m.subject == asset for m in here)][
            :1
        ]
    )


def explain_horizon(horizon: str) -> Claim:
    """Why the timeframe, as a sentence."""
    what, how = _HORIZONS[horizon]
    return Claim(text=f"The article is mainly about {what}, which {how}.")


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
