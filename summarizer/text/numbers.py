"""TEXT -> NUMBERS: every number of a text with its value, unit and sign as written: `$15.9
billion`, `−7 %`, `68.1k`.

What a number is about is not asked here (see facts/extract.py). Values are exact decimals turned to
float at the end.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from summarizer.text.notations import MINUS_SIGNS, read_digits, swap_european
from summarizer.text.units import CURRENCIES, SCALES, find_power, read_sign
from summarizer.text.worded import find_worded

_NUMBER = re.compile(
    r"""
    (?=[^a-z\s_]|\s[^a-z\s_])     # most places begin no number: passed over at once
    (?P<closed>\((?=(?:US)?[$€£¥]?\s?[\d.,]+\)\s?(?:%|(?i:[mbtr]{1,2}illion|mn|bn|[mb])\b)))?
    (?P<sign>                     # a minus, not the dash of a range or a word; an arrow
        (?:(?<![\w)\]%])(?:[−﹣－⁻˗➖+＋±]|[-–‒‐‑](?!\s?\s[$€£]))
            |[▲△↑⬆🔺🔼📈▼▽↓⬇🔻🔽📉])(?=\s?[\d$€£¥₹₩.]|\s?US\$) )?
    \s?
    (?P<currency>
        (?:(?<![A-Za-z])(?:US|AU|CA|HK|NZ|A|C|S|R))?\$
      | [€£¥₹₩₽₿]
      | (?<![A-Za-z$])(?:USD|EUR|GBP|JPY|KRW|CNY|CHF|CAD|AUD|HKD|SGD|USDT|SEK|INR|Rs\.?)\s?(?=\d) )?
    (?(currency) \s?(?P<sign2>[-−‐‑﹣－](?=\d))?)                 # "$-5 million"
    (?P<digits>
        (?: (?<![\w.^])                                          # "Rs2.34", "USD5m"
          | (?<=\bRs)|(?<=\bRs\.)|(?<=\bUSD)|(?<=\bEUR)|(?<=\bGBP)|(?<=\bINR)|(?<=\bCHF) )
        (?<!\d,)
        (?: \d{1,3}(?:(?:,\d{3})+|(?:,\d{2})+,\d{3})(?:\.\d+)?   # "68,160.25", "2,34,56,789"
          | \d{1,3}(?:['’]\d{3})+(?:\.\d+)?                      # "61'300"
          | \d+,\d{1,2}                                          # "3,5 million", a decimal comma
            (?=\s?(?:%|(?:million|billion|trillion|mln|bn|per\s?cent|Mrd|Mio)\b))
          | (?<=[$€£])\d{1,3}(?:[ ]\d{3})+(?:\.\d{1,2})?(?![\d,]|\.\d)  # "$120 000"
          | \d{1,3}(?:[ ]\d{3})+                                  # "1 340 million dollars"
            (?=\s?[€₽₿]|\s(?:[mb]illion\s)?(?:USDT?|EUR|GBP|dollars|euros|pounds|BTC|ETH)\b)
          | \d+(?:\.\d+)?[eE][-−‐‑+]?\d{1,2}(?!\w|\.\d)           # "1.05e-05"
          | (?:\d+[ -])?\d/\d{1,2}                              # "5 1/4 percent"
            (?=(?:\s?(?:to|-|–)\s?(?:\d+[ -])?\d/\d{1,2})?\s?(?:%|per\s?cent|pct|percentage|basis))
          | \d*[½¼¾⅓⅔⅛⅜⅝⅞]
          | \d+(?:\.\d+)?[₀-₉]\d+                                # "0.0₅1234": five zeros
          | \d+(?:\.\d+)? )
      | (?<![\w.])\.\d+ )                                        # "$.50"
    (?![\d])
    (?(closed)\))                                                # "($133.3) million"
    (?P<tail>
        \s?%|\s?(?:per\s?cent|percent|percentage\s+points?|pct)\b
      | (?P<bps>\s?-?\s?(?:bps|basis[\s-]+points?|bp)\b)         # "25-basis-point"
      | \s?-?(?P<scale>(?i:(?:hundred|thousand|lakh)[ -](?=thousand|[mbtr]{1,2}illion|crore))?
            (?i:hundred|thousand|million|billion|trillion|mln|mns?|mio|mil|mrd|bln|bn|bil|tn|trn
            |mm|crores?|cr|lakhs?|lacs?|[kmbt]))
            (?![A-Za-z0-9])
      | \s(?P<slip>[a-z;'\[\],./]{6,9})(?![A-Za-z0-9])           # "bo;;opm", see units.tsv
    )?
    """,
    re.VERBOSE,
)
_DIGIT = re.compile(r"[\d½¼¾⅓⅔⅛⅜⅝⅞]")
_LEAD = 12  # code points that may stand before a number's first digit: "( + USDT ."
_UNIT_AFTER = re.compile(
    r"""
    [\s-]*(?:worth[ ]of\s+|Swedish\s+|Swiss\s+|Japanese\s+|Brazilian\s+|Indian\s+)?
    (?P<code>US[ ]dollars?|U\.S\.[ ]dollars?|[A-Za-z$][A-Za-z0-9]{1,9})\b
    """,
    re.VERBOSE,
)
_SIGN_AFTER = re.compile(r"(?:\s?([€£₹₽₩])|(\$))(?!\w|\s?\d)")  # "120 000 €"
_MINUS = re.compile(r"\b(?:minus|negative)\s\Z", re.IGNORECASE)
_ORDINAL_OR_WORD = re.compile(r"(?:st|nd|rd|th)\b|[A-Za-z_]", re.ASCII)
_CENTS = "cents"
_IN_CENTS = re.compile(r"\bcents?\Z")
_GOES_ON = re.compile(
    r"[.,'’]\d|[eE][-−+]?\d|\s?\^|[⁰¹²³⁴-⁹]"
)  # digits that are not understood whole
_FOOTNOTE = re.compile(r"[¹²³⁴-⁹]{1,2}(?![\w⁰¹²³⁴-⁹])")  # "$82.40²" is no power
_LONGEST = 40  # digits and separators; what is longer is a key, and may be too large for a float


class Number(NamedTuple):
    """A number as written. `unit` is an ISO 4217 code, %, bps or "" (a bare number, perhaps a count
    of an asset).

    `start` and `end` cover sign, currency, digits, scale and unit; `is_signed` tells a written
    sign.
    """

    start: int
    end: int
    value: float
    unit: str
    is_signed: bool
    scaled: bool


def find_numbers(text: str) -> list[Number]:
    """Every number of `text` in reading order. Never raises; years, ordinals and times come out
    bare.

    >>> text = "fell 3.2% to $58.1k, OI $15.9 bo;;opm, -7 % and 200 bps"
    >>> [(number.value, number.unit) for number in find_numbers(text)]
    [(3.2, '%'), (58100.0, 'USD'), (15900000000.0, 'USD'), (-7.0, '%'), (200.0, 'bps')]
    """
    text = swap_european(text)
    read = (_read(text, match) for match in _find_matches(text))
    numbers = [number for number in read if number]
    starts, ends = [number.start for number in numbers], [number.end for number in numbers]
    numbers += [
        _make_worded(text, *worded)
        for worded in find_worded(text)
        if bisect_right(ends, worded[0]) == bisect_left(starts, worded[1])  # no digits in it
    ]
    numbers.sort()
    for i in range(1, len(numbers)):
        numbers[i - 1], numbers[i] = _share_in_range(text, numbers[i - 1], numbers[i])
    for i in range(2, len(numbers)):
        _share_in_list(text, numbers, i)
    return numbers


def _find_matches(text: str) -> Iterator[re.Match[str]]:
    """The matches of _NUMBER, each looked for from a little before the next digit on."""
    end = 0
    while digit := _DIGIT.search(text, end):
        match = _NUMBER.search(text, max(end, digit.start() - _LEAD))
        if not match:
            return
        yield match
        end = match.end()


def _read(text: str, match: re.Match[str]) -> Number | None:
    """The number of a match, None for what is no number: "25th", "7D", "2x", an address."""
    digits = match["digits"]
    unit, power, end = _read_tail(match, read_sign((match["currency"] or "").strip()))
    if len(digits) > _LONGEST or _is_part_of_word(text, match, unit, end):
        return None
    is_scaled = power > 0
    if not unit:
        unit, end = _read_code(text, end, is_scaled)
    value = read_digits(digits).scaleb(power)
    if not unit and "e" in digits.lower():
        return None  # part of a key or a formula
    if unit == _CENTS:
        unit, value = "USD", value.scaleb(-2)
    is_negative, is_signed = _read_signs(text, match)
    value = -value if is_negative else value
    start = match.end() - len(match[0].lstrip())
    return Number(start, end, float(value), unit, is_signed, is_scaled)


def _is_part_of_word(text: str, match: re.Match[str], unit: str, end: int) -> bool:
    """Whether the digits go on as a word, an ordinal or an address does; a footnote's mark behind
    a unit is none of these.
    """
    past = match.end("digits")
    is_noted = unit and _FOOTNOTE.match(text, past)
    if not is_noted and _GOES_ON.match(text, past):
        return True
    is_bare = not unit and end == past
    return is_bare and _ORDINAL_OR_WORD.match(text, end) is not None


def _read_signs(text: str, match: re.Match[str]) -> tuple[bool, bool]:
    """Whether a number is below zero, and whether a sign, a bracket or "minus" says which."""
    sign = match["sign"] or match["sign2"] or ""
    is_worded = _MINUS.search(text, max(0, match.start() - 12), match.start("digits")) is not None
    is_negative = is_worded or bool(match["closed"]) or (sign != "" and sign in MINUS_SIGNS)
    return is_negative, is_negative or bool(sign)


def _read_tail(match: re.Match[str], currency: str) -> tuple[str, int, int]:
    """The unit, the power of ten, and the place where the number ends: what stands behind its
    digits.
    """
    scale = match["scale"]
    if match["slip"]:
        word = match["slip"].rstrip(",.")
        if power := SCALES.get(word):
            return currency, power, match.start("slip") + len(word)
    elif scale:
        # "5 m" and "3 t" are metres and tonnes: one letter wants no space or a currency
        if currency or (len(scale) > 1 and scale != "cr") or match["tail"][0] != " ":
            return currency, find_power(re.split("[ -]", scale.lower())), match.end()
    elif match["tail"]:
        return "bps" if match["bps"] else "%", 0, match.end()
    return currency, 0, match.end("digits")


def _read_code(text: str, end: int, is_scaled: bool) -> tuple[str, int]:
    """The currency behind a number that ends at a place, "" for none, and the place where it ends
    itself.
    """
    if sign := _SIGN_AFTER.match(text, end):
        return read_sign(sign[1] or sign[2]), sign.end()
    after = _UNIT_AFTER.match(text, end)
    if after and after["code"] in CURRENCIES:
        return CURRENCIES[after["code"]], after.end()
    if after and after["code"] in ("cent", "cents") and not is_scaled:
        return _CENTS, after.end()
    return "", end


def _make_worded(text: str, start: int, end: int, value: float, unit: str) -> Number:
    """A number in words, negative behind "minus"."""
    is_negative = _MINUS.search(text, max(0, start - 12), start) is not None
    return Number(start, end, -value if is_negative else value, unit, is_negative, True)


_SPACED_DASH = re.compile(r"[-–‒−‐‑]\s")
_BETWEEN = re.compile(r"\bbetween\s\Z", re.IGNORECASE)
_RANGE_GAP = re.compile(r"\s?(?:-|–|—|‒|−|‐|‑|to|and|or)\s?\Z")
_LIST_GAP = re.compile(r",\s\Z")
_LAST_GAP = re.compile(r",?\s(?:and|or)\s\Z")


def _share_in_range(text: str, left: Number, right: Number) -> tuple[Number, Number]:
    """Two numbers in a row; the ends of a range share unit and scale: "$13-14 billion"."""
    dash = _SPACED_DASH.match(text, right.start)
    if dash and right.start - left.end <= 1 and not left.is_signed:  # "3% - 5%"
        right = right._replace(start=dash.end(), value=abs(right.value), is_signed=False)
    if not _is_range(text, left, right):
        return left, right
    unit = left.unit or right.unit
    if not left.unit and _IN_CENTS.search(text, right.start, right.end):
        left = _scale(left, -2)  # "between 12 and 15 cents"
    if right.scaled and not left.scaled and abs(left.value) < 1000:
        left = _scale(left, _power(text, right))
    elif _is_short(text, left, right):
        left = _scale(left, 3)
    return left._replace(unit=unit), right._replace(unit=unit)


def _is_range(text: str, left: Number, right: Number) -> bool:
    """Whether two numbers are the ends of a range: "5-7%", "between 5 and 7%"; not "5 and 7%"."""
    if right.start - left.end > 5 or (left.unit and right.unit and left.unit != right.unit):
        return False
    if left.unit in ("%", "bps") and not right.unit:  # "fell 2% to 98.7"
        return False
    gap = _RANGE_GAP.match(text, left.end, right.start)
    if gap and gap[0].strip() in ("and", "or"):
        return _BETWEEN.search(text, max(0, left.start - 8), left.start) is not None
    return gap is not None


def _is_short(text: str, left: Number, right: Number) -> bool:
    """Whether the lower end of a range lacks its thousands: "$60-65,000"."""
    is_plain = text[left.start : left.end].lstrip("$€£¥ ").isdigit()
    is_grouped = not right.scaled and "," in text[right.start : right.end]
    return is_plain and is_grouped and right.value / 3 < left.value * 1000 < right.value


def _share_in_list(text: str, numbers: list[Number], i: int) -> None:
    """Three figures or more of one unit share the scale of the last, number i: "$115, $84, and $58
    million".
    """
    last, first = numbers[i], i - 1
    if not last.scaled or not _LAST_GAP.match(text, numbers[first].end, last.start):
        return
    while first > 0 and _LIST_GAP.match(text, numbers[first - 1].end, numbers[first].start):
        first -= 1
    listed = numbers[first:i]
    power = _power(text, last)
    is_alike = all(n.unit == last.unit and not n.scaled and abs(n.value) < 1000 for n in listed)
    if len(listed) >= 2 and power and is_alike:
        numbers[first:i] = [_scale(number, power) for number in listed]


def _scale(number: Number, power: int) -> Number:
    value = Decimal(str(number.value)).scaleb(power)
    return number._replace(value=float(value), scaled=True)


def _power(text: str, number: Number) -> int:
    """The power of ten that a number is written with."""
    return find_power(re.findall(r"[a-z;\[\],']+", text[number.start : number.end].lower()))
