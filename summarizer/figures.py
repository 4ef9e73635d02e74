"""Figures as people write them: `$15.9B`, `−7%`, `1,142 BTC`. Written from facts by code, never by an analyst."""

from summarizer.models import Fact

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
        number = _plain(size)
        return sign + number + {"%": "%", "bps": " bps", "ratio": "", "index": "", "count": ""}[unit]
    for step, letter in _STEPS:
        if size >= step:
            number = f"{size / step:.3g}" if size / step < 1000 else f"{size / step:,.0f}"
            break
    else:
        number, letter = _plain(size), ""
    return f"{sign}{_SIGNS[unit]}{number}{letter}" if unit in _SIGNS else f"{sign}{number}{letter} {unit}"


def _plain(size: float) -> str:
    if size >= 1000:
        return f"{size:,.2f}".rstrip("0").rstrip(".")
    if size == 0 or size >= 0.001:
        return f"{size:.6g}"
    return f"{size:.12f}".rstrip("0")


def format_fact(fact: Fact) -> str:
    """The fact's value, with its unit."""
    return format_value(fact.value, fact.unit)
