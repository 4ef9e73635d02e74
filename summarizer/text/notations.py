"""DIGITS -> VALUES: the notations of a number: separators, exponents, fractions, signs; and texts
that group digits as on the European continent.
"""

import re
import unicodedata
from decimal import Decimal

MINUS_SIGNS = "-−–‒‐‑﹣－⁻˗➖▼▽↓⬇🔻🔽📉"  # of any script, and arrows that point down
_EUROPEAN = re.compile(  # "2.345,67", "1.234.567", "€3,5", "1,5 Mrd"
    r"""
    (?<![\d.,])(?:
        \d{1,3}(?:\.\d{3})+,\d{1,2}(?![\d,.]\d|\d)
      | \d{1,3}(?:\.\d{3}){2,}(?![\d,.]\d|\d)
      | (?<=€)\d+,\d{1,2}(?![\d,.]\d|\d)
      | \d+,\d{1,2}(?=\s?(?:€|Mrd\b|Mio\b)) )
    """,
    re.VERBOSE,
)
_HINTS = (  # one of which stands in every such text, and is found at once
    re.compile(r"\.\d\d\d[.,]\d"),
    re.compile(r"€\d+,\d"),
    re.compile(r",\d\d?\s?(?:€|M)"),
)
_ENGLISH = re.compile(r"\d,\d{3}(?!\d|,\d\d?(?!\d))|(?<![\d.])\d+\.\d{1,2}(?![\d.])")
_GROUPED = re.compile(r"\d[\d.,]*\d")
_SWAPPED = str.maketrans(".,", ",.")
_SMALL = re.compile(r"(\d+)(?:\.0?)?([₀-₉])(\d+)")
_FRACTION = re.compile(r"(?:(\d+)[ -])?(\d)/(\d{1,2})")


def swap_european(text: str) -> str:
    """The text with points and commas of its numbers exchanged where it groups digits by points.

    A text that holds numbers of both sorts stays as it is; so do all places.

    >>> swap_european("BTC slid to €52.300 and ether to €2.345,67.")
    'BTC slid to €52,300 and ether to €2,345.67.'
    """
    if not any(hint.search(text) for hint in _HINTS):
        return text
    if not _EUROPEAN.search(text) or _ENGLISH.search(_EUROPEAN.sub("", text)):
        return text
    return _GROUPED.sub(lambda match: match[0].translate(_SWAPPED), text)


def read_digits(digits: str) -> Decimal:
    """The value of digits as written: "1,142.5", "3,5" with a decimal comma, "120 000", "0.0₅1234",
    "1.05e-05", "5 1/4", "2½".

    >>> [str(read_digits(digits)) for digits in ("120 000", "61'300", "2½", "5 1/4", "2.3E-5")]
    ['120000', '61300', '2.5', '5.25', '0.000023']
    """
    if digits.replace(".", "", 1).isdecimal():  # most are plain
        return Decimal(digits)
    if fraction := _FRACTION.fullmatch(digits):
        whole, part, parts = fraction.groups()
        return Decimal(whole or 0) + (Decimal(part) / Decimal(parts) if int(parts) else 0)
    if not digits[-1].isdecimal():  # "2½"
        return Decimal(digits[:-1] or 0) + Decimal(str(round(unicodedata.numeric(digits[-1]), 6)))
    digits = re.sub(r"[ '’]", "", digits)
    if small := _SMALL.fullmatch(digits):
        return Decimal(f"{small[1]}.{'0' * (ord(small[2]) - ord('₀'))}{small[3]}")
    if re.fullmatch(r"\d+,\d{1,2}", digits):
        digits = digits.replace(",", ".")
    digits = re.sub(r"[−‐‑]", "-", digits)
    return Decimal(re.sub(r"[,₀-₉]", "", digits))
