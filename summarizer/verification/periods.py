"""WORDS -> PERIODS: the stretches of time that words name, as facts have them: `24h`, `7d`."""

import math
import re
from functools import cache

from summarizer.tables import load_words
from summarizer.text.units import NUMBER_WORDS

# Hours of each unit, by its first letter or its code; a session is a day.
_HOURS = {"h": 1, "d": 24, "s": 24, "w": 168, "mo": 730, "y": 8760, "q": 2190}
_HALF_YEAR = re.compile(r"half(?: a|-)[ -]?year|(?:first|second) half of")
_ALIKE = 0.05  # share by which two lengths may differ: 30 days are a month
_TENOR = re.compile(r"(\d{1,3})(h|d|w|mo|y)")
_TIME = re.compile(
    r"(?:\b(\d{1,3}|[a-z]+)[\s-])?"
    r"(?:(?:consecutive|straight|trading|calendar|full)[\s-])?"
    r"\b(hour|day|session|week|month|quarter|year)(s?)"  # not that of Monday
)


@cache
def _period_words() -> dict[str, re.Pattern[str]]:
    """The words of each period, from the table of words."""
    patterns = {}
    for group, phrases in load_words().items():
        label, _, period = group.partition(":")
        if label == "period":
            spelt = "|".join(
                "[ -]".join(map(re.escape, re.split(" - | ", phrase)))
                for phrase in (period, *phrases)
            )
            patterns[period] = re.compile(rf"(?<![\w-])(?:{spelt})\b", re.IGNORECASE)
    return patterns


def find_periods(words: str) -> set[str]:
    """The periods that the words name, as facts have them: "over the past week" is 7d."""
    return {period for period, pattern in _period_words().items() if pattern.search(words)}


def names_time(words: str) -> bool:
    """Whether the words name any stretch of time: "in thirty days", "the eight-hour rate"."""
    return bool(find_periods(words)) or any(count for count, *_ in _TIME.findall(words.lower()))


def spells_period(words: str, period: str) -> bool:
    """Whether the words name a time as long as the period: "the last three weeks" is 21d.

    A unit without a number is one of them, "the last week"; several are of no length: "for days".
    """
    match = _TENOR.fullmatch(period)
    if not match:
        return False
    hours = int(match[1]) * _HOURS[match[2]]
    for count, unit, plural in _TIME.findall(_HALF_YEAR.sub("6 month", words.lower())):
        number = NUMBER_WORDS.get(count) or (int(count) if count.isdigit() else 0 if plural else 1)
        length = number * _HOURS["mo" if unit == "month" else unit[0]]
        if math.isclose(length, hours, rel_tol=_ALIKE):
            return True
    return False
