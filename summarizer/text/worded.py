"""TEXT -> NUMBERS IN WORDS: "half a million dollars", "three-quarters of a billion", "two and a
half percent", "twenty-five basis points".
"""

import re
from collections.abc import Iterator

from summarizer.text.units import CURRENCIES, NUMBER_WORDS, PARTS, SCALES

_ANY_WORD = "|".join(NUMBER_WORDS)
_ANY_PART = "|".join(PARTS)
_WORD_NUMBER = re.compile(
    rf"""
    \b(?=a[\sn-]|ei|el|fi[fv]|fo[ru]|h[au]|ni|on|qu|se|si|te|th[ir]|tw|ze)
    (?: (?P<share>(?:(?P<times>an?|{_ANY_WORD})[-\s])?(?P<part>{_ANY_PART})(?:\sof)?\san?)\s
      | a[-\s](?P<half>half|quarter)[-\s](?=[mbtp])              # "a half percent"
      | (?P<single>a)\s(?=(?:million|billion|trillion)\b)         # "a million"
      | (?<!several\s)(?<!few\s)                                 # "one hundred and fifty million"
        (?P<words>(?:{_ANY_WORD})(?:(?:(?<=hundred)\sand\s|[-\s])(?:{_ANY_WORD})){{0,7}})
        (?:\sand\san?\s(?P<more>{_ANY_PART}))?                     # "two and a half"
        [-\s] )
    (?: (?P<scale>million|billion|trillion|thousand)\b
        (?:[-\s](?P<code>dollars?|euros?|pounds|yen|won|yuan|rupees|francs|percent)\b)?
      | (?P<points>percent|per[ ]cent|percentage[ ]points?|basis[ ]points?)\b )
    """,
    re.IGNORECASE | re.VERBOSE,
)


# What every number in words ends with. It is found at once, and behind digits left alone.
_ENDS = re.compile(
    "|".join(
        word
        for each in "million billion trillion thousand per basis".split()
        for word in (each, each.capitalize(), each.upper())
    )
)
_LONGEST = 90  # code points before the end


def _find_matches(text: str) -> Iterator[re.Match[str]]:
    past = 0
    for end in _ENDS.finditer(text):
        place = end.start()
        if place < past or not (
            text[place - 2 : place - 1].isalpha() and text[place - 1] in " -\n"
        ):
            continue
        low = max(past, place - _LONGEST)
        for match in _WORD_NUMBER.finditer(text, low, min(len(text), end.end() + 40)):
            if match.start() >= past and match.start() <= place:
                past = match.end()
                yield match


def find_worded(text: str) -> Iterator[tuple[int, int, float, str]]:
    """(start, end, value, unit) of each number in words.

    >>> [found[2:] for found in find_worded("three-quarters of a billion dollars, half a percent")]
    [(750000000.0, 'USD'), (0.5, '%')]
    """
    for match in _find_matches(text):
        value = _read_share(match) if match["share"] or match["half"] else _read_sum(match)
        value *= 10 ** SCALES.get((match["scale"] or "").lower(), 0)
        code = (match["code"] or "").lower()
        unit = CURRENCIES.get(code) or CURRENCIES.get(code + "s", "")
        if match["points"] or code == "percent":
            unit = "bps" if (match["points"] or "").lower().startswith("basis") else "%"
        yield match.start(), match.end(), value, unit


def _read_share(match: re.Match[str]) -> float:
    """What is left of a part: 0.75 of "three-quarters of a"."""
    part = (match["part"] or match["half"]).lower()
    return NUMBER_WORDS.get((match["times"] or "a").lower(), 1) * PARTS[part]


def _read_sum(match: re.Match[str]) -> float:
    """The value of number words: 150 of "one hundred and fifty", 2.5 of "two and a half"."""
    if match["single"]:
        return 1.0
    value = 0.0
    for word in re.split(r"\sand\s|[-\s]", match["words"].lower()):
        is_factor = word == "hundred"  # "a hundred million"
        value = (value or 1.0) * 100 if is_factor else value + NUMBER_WORDS[word]
    return value + (PARTS[match["more"].lower()] if match["more"] else 0)
