"""Writes figures as people do: `$15.9B`, `−7%`, `1,142 BTC`. An analyst never types one."""

import re
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from summarizer.facts.kinds import KINDS, LEVELS, SIGNED
from summarizer.facts.levels import BROKEN, find_price, is_broken
from summarizer.models import Call, Fact

_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "KRW": "₩", "INR": "₹"}
_SUFFIXES = {"%": "%", "bps": " bps", "ratio": "", "index": "", "count": ""}
# "fell to $33.6 billion from $36.9 billion": an earlier value, which ends its quote
_EARLIER = re.compile(
    r"\bfrom\s(?:an?\s|about\s|around\s|nearly\s|some\s)?\W?\d[\d.,]*\W?(?:\s?\w+)?$"
)
# A bound right before a figure: "under $900 billion", "nearly $4 trillion".
_BOUND = re.compile(
    r"""
    \b(?: (?P<nearly>nearly|almost|close\sto|approaching|just\s(?:under|below|shy\sof))
        | (?P<under>under|below|less\sthan|fewer\sthan)
        | (?P<over>over|above|more\sthan|at\sleast|exceed(?:s|ed|ing)?|topp(?:ed|ing)
            |surpass(?:ed|ing))
        | (?P<up_to>up\sto|as\s(?:much|many|high)\sas) )
    \s(?:an?\s|the\s)?\W?\d[\d.,]*\S*(?:\s[a-z]+)?\W?$
    """,
    re.IGNORECASE | re.VERBOSE,
)
# Kinds whose figures may have a bound; what stands below a support has none.
_BOUNDED = KINDS.keys() - SIGNED - (LEVELS - {"price_past", "price_target"})
_STEPS = ((1e12, "T"), (1e9, "B"), (1e6, "M"))
# What the two kinds of treasuries are called: funds hold coins too, and have no treasury.
_SPELT = {"treasury_purchase": "purchase", "treasury_holding": "holding"}


def format_value(value: float, unit: str) -> str:
    """A value with its unit, the sign in front.

    >>> format_value(15_900_000_000, "USD"), format_value(-7, "%"), format_value(1142, "BTC")
    ('$15.9B', '−7%', '1,142 BTC')
    """
    size = abs(value)
    if unit in _SUFFIXES:
        shown = f"{_format_plain(size)}{_SUFFIXES[unit]}"
    elif unit in _SIGNS:
        shown = f"{_SIGNS[unit]}{_format_large(size)}"
        if re.search(r"\.\d$", shown):  # "$71,284.1": money has cents
            shown += "0"
    else:
        shown = f"{_format_large(size)} {unit}"
    return f"−{shown}" if value < 0 else shown


def _format_large(size: float) -> str:
    """An amount of money or coins: `15.9B`, `52M`, `68,160`."""
    for step, letter in _STEPS:
        if float(f"{size:.4g}") >= step:  # 999,999,999 is 1B, not 1000M
            scaled = size / step
            return f"{scaled:,.0f}{letter}" if scaled >= 1000 else f"{scaled:.4g}{letter}"
    return _format_plain(size)


def _format_plain(size: float) -> str:
    if float(f"{size:.6g}") >= 1000:
        return f"{size:,.2f}".rstrip("0").rstrip(".")
    return f"{Decimal(f'{size:.6g}'):f}"  # never "1.2e-05"


def format_fact(fact: Fact) -> str:
    """The fact's value, with its unit."""
    return format_value(fact.value, fact.unit)


def describe_fact(fact: Fact) -> str:
    """The value and what narrows it down: `+21% 24h`, `−7% Binance`, `over $52M short`."""
    is_move = fact.kind in SIGNED and fact.kind != "macro_indicator"  # a rate of 4% is no rise
    plus = "+" if fact.value > 0 and is_move else ""
    details = (spell(part) for part in (fact.period, fact.venue, fact.qualifier) if part)
    bound = find_bound(fact)
    figure = plus + format_fact(fact)
    return " ".join([f"{bound} {figure}" if bound else figure, *details])


def find_bound(fact: Fact) -> str | None:
    """The word that bounds the figure in its quote: `under`, `over`, `nearly`, `up to` or None."""
    found = _BOUND.search(fact.evidence.quote) if fact.kind in _BOUNDED else None
    return spell(str(found.lastgroup)) if found else None


def spell(name: str) -> str:
    """The words of a stable name: `funding_rate` is `funding rate`."""
    return _SPELT.get(name, name.replace("_", " "))


def group_facts(facts: Sequence[Fact]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Facts for reading: (group, [(kind, "BTC −7% Binance, −8% Bybit; ETH …")]).

    Groups and kinds are in the order of the table of kinds. Supports are sorted from the highest
    down, other levels from the lowest up, and one that the price has passed is said to be broken;
    an earlier value stands behind the later one: `$33.6B, from $36.9B`. A number that no kind
    covers says nothing without its sentence, and is left out.
    """
    by_kind: dict[str, dict[str, list[Fact]]] = defaultdict(lambda: defaultdict(list))
    for fact in facts:
        by_kind[fact.kind][fact.subject].append(fact)
    groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for name, kind in KINDS.items():
        if name in by_kind and name != "other":
            by_subject = (
                f"{subject} {_list_values(name, kind.group, each, find_price(facts, subject))}"
                for subject, each in by_kind[name].items()
            )
            groups[kind.group].append((spell(name), "; ".join(by_subject)))
    return list(groups.items())


def _list_values(name: str, group: str, facts: list[Fact], price: float | None) -> str:
    """The values of one kind and subject in the order in which they are read best."""
    if group == "Levels":
        facts = sorted(facts, key=lambda fact: fact.value, reverse=name == "support_level")
        return ", ".join(_show_level(fact, price) for fact in facts)
    earlier = [fact for fact in facts if _EARLIER.search(fact.evidence.quote)]
    later = [fact for fact in facts if fact not in earlier]
    shown = {id(fact): [_show(fact)] for fact in later}
    for fact in earlier:
        near = [one for one in later if one.unit == fact.unit]
        if not near:
            shown[id(fact)] = [_show(fact)]
            continue
        nearest = min(near, key=lambda one: abs(one.evidence.start - fact.evidence.start))
        when = f" {fact.as_of}" if fact.as_of else ""
        shown[id(nearest)].append(f"from {format_fact(fact)}{when}")
    return ", ".join(", ".join(shown[id(fact)]) for fact in facts if id(fact) in shown)


def _show(fact: Fact) -> str:
    return describe_fact(fact) + " (unsure)" * fact.unsure


def _show_level(fact: Fact, price: float | None) -> str:
    """A level, which is said to be broken where the price has passed it."""
    is_told = fact.qualifier == BROKEN
    return _show(fact) + f" {BROKEN}" * (is_broken(fact, price) and not is_told)


def distance(call: Call, facts: Sequence[Fact]) -> float | None:
    """How far a call's target lies from the asset's price, in percent of it; None without both."""
    price = find_price(facts, call.asset)
    return (call.target.value / price - 1) * 100 if call.target and price else None
