"""Figures as people write them: `$15.9B`, `−7%`, `1,142 BTC`. Written from facts by code, never by an analyst."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from summarizer.facts.kinds import KINDS, SIGNED
from summarizer.facts.levels import find_price
from summarizer.models import Call, Fact

_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "KRW": "₩", "INR": "₹"}
_STEPS = ((1e12, "T"), (1e9, "B"), (1e6, "M"))


def format_value(value: float, unit: str) -> str:
    """A value with its unit.

    >>> format_value(15_900_000_000, "USD"), format_value(-7, "%"), format_value(0.3936, "USD"), format_value(68160, "USD")
    ('$15.9B', '−7%', '$0.3936', '$68,160')
    """
    sign = "−" if value < 0 else ""
    size = abs(value)
    if unit in ("%", "bps", "ratio", "index", "count"):
        return (
            sign
            + _plain(size)
            + {"%": "%", "bps": " bps", "ratio": "", "index": "", "count": ""}[unit]
        )
    for step, letter in _STEPS:  # noqa: B007  used after the loop
        if float(f"{size:.4g}") >= step:  # 999,999,999 is $1B, not $1000M
            number = f"{size / step:.4g}" if size / step < 1000 else f"{size / step:,.0f}"
            break
    else:
        number, letter = _plain(size), ""
    return (
        f"{sign}{_SIGNS[unit]}{number}{letter}"
        if unit in _SIGNS
        else f"{sign}{number}{letter} {unit}"
    )


def _plain(size: float) -> str:
    if float(f"{size:.6g}") >= 1000:
        return f"{size:,.2f}".rstrip("0").rstrip(".")
    return f"{Decimal(f'{size:.6g}'):f}"  # never "1.2e-05"


def format_fact(fact: Fact) -> str:
    """The fact's value, with its unit."""
    return format_value(fact.value, fact.unit)


def describe_fact(fact: Fact) -> str:
    """The value and what narrows it down: `+21% 24h`, `−7% Binance`, `$52M short`."""
    plus = "+" if fact.value > 0 and fact.kind in SIGNED else ""
    return " ".join(
        [
            plus + format_fact(fact),
            *(part.replace("_", " ") for part in (fact.period, fact.venue, fact.qualifier) if part),
        ]
    )


def group_facts(facts: Sequence[Fact]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Facts for reading: (group, [(kind, "BTC −7% Binance, −8% Bybit; ETH …")]), in a reader's order."""
    figures: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for fact in facts:
        figures[fact.kind][fact.subject].append(describe_fact(fact))
    groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for name, kind in KINDS.items():
        if name in figures:
            by_subject = (f"{subject} {', '.join(each)}" for subject, each in figures[name].items())
            groups[kind.group].append((name.replace("_", " "), "; ".join(by_subject)))
    return list(groups.items())


def distance(call: Call, facts: tuple[Fact, ...]) -> float | None:
    """How far the call's target lies from the article's price of the asset, in percent of the price; None without both."""
    price = find_price(facts, call.asset)
    return (call.target.value / price - 1) * 100 if call.target and price else None
