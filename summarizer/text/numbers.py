"""Text -> every number in it, with value, unit and sign as written: `$15.9 billion`, `−7 %`, `1,142 BTC`, `68.1k`.

What a number is about is not asked here (see reader.py). Values are exact decimals turned to float at the end.
"""

import itertools
import re
from bisect import bisect_right
from dataclasses import dataclass
from decimal import Decimal

CURRENCY_SIGNS = {
    "$": "USD",
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY",
    "₹": "INR",
    "₩": "KRW",
    "₽": "RUB",
    "₿": "BTC",
}
_DOLLARS = {"US": "USD", "A": "AUD", "AU": "AUD", "C": "CAD", "CA": "CAD", "HK": "HKD", "S": "SGD", "NZ": "NZD",
            "R": "BRL"}  # fmt: skip
_CODES = {"USD": "USD", "EUR": "EUR", "GBP": "GBP", "JPY": "JPY", "INR": "INR", "KRW": "KRW", "CNY": "CNY",
          "AUD": "AUD", "CAD": "CAD", "CHF": "CHF", "HKD": "HKD", "SGD": "SGD", "BRL": "BRL", "RUB": "RUB",
          "USDT": "USD", "USDC": "USD", "dollars": "USD", "dollar": "USD", "euros": "EUR", "pounds": "GBP",
          "yen": "JPY", "won": "KRW", "bucks": "USD", "yuan": "CNY", "rupees": "INR", "SEK": "SEK", "NOK": "NOK",
          "kronor": "SEK", "francs": "CHF", "reais": "BRL", "lira": "TRY", "TRY": "TRY", "ZAR": "ZAR", "MXN": "MXN"}  # fmt: skip
SCALES = {"thousand": 3, "million": 6, "billion": 9, "trillion": 12, "mln": 6, "mn": 6, "mio": 6, "bln": 9, "bn": 9,
          "tn": 12, "trn": 12, "lakh": 5, "crore": 7, "k": 3, "m": 6, "mm": 6, "b": 9, "t": 12}  # fmt: skip
# A scale word typed one key to the right on a QWERTY row ("billion" -> "bo;;opm"), or one to the left.
_ROWS = ("qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./")
_RIGHT = {a: b for row in _ROWS for a, b in itertools.pairwise(row)}
_LEFT = {b: a for a, b in _RIGHT.items()}


def _slipped_scales() -> dict[str, int]:
    """Scale words as they look when a hand slips one key after the first letter, or from the first."""
    slips = {}
    for word in ("thousand", "million", "billion", "trillion"):
        for keys in (_RIGHT, _LEFT):
            for kept in (0, 1, 2):
                slips[word[:kept] + "".join(keys.get(letter, letter) for letter in word[kept:])] = (
                    SCALES[word]
                )
    return slips


_SLIPPED = _slipped_scales()
_WORDS = {"zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
          "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15,
          "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40,
          "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100}  # fmt: skip

_NUMBER = re.compile(
    r"""
    (?=[^a-z\s_]|\s[^a-z\s_])                                          # most places begin no number: passed over at once
    (?P<sign>(?<![\w)\]%])[-−–‒+±](?=\s?[\d$€£¥₹₩.]|\s?US\$))?\s?   # a minus, not the dash of a range or a word
    (?P<currency>(?:(?<![A-Za-z])(?:US|AU|CA|HK|NZ|A|C|S|R))?\$|[€£¥₹₩₽₿]|(?<![A-Za-z$])(?:USD|EUR|GBP|JPY|KRW|CNY|CHF|CAD|AUD|HKD|SGD|USDT|SEK|INR|Rs\.?)\s?(?=\d))?
    (?(currency)\s?(?P<sign2>[-−](?=\d))?)
    (?P<digits>
        (?:(?<![\w.])|(?<=\bRs)|(?<=\bRs\.)|(?<=\bUSD)|(?<=\bEUR)|(?<=\bGBP)|(?<=\bINR)|(?<=\bCHF))(?<!\d,)(?:   # "Rs2.34", "USD5m"
            \d{1,3}(?:,\d{2,3})+(?:\.\d+)?
          | \d+,\d{1,2}(?=\s?(?:%|(?:million|billion|trillion|mln|bn|per\s?cent)\b))     # "3,5 million", a decimal comma
          | (?<=[$€£])\d{1,3}(?:[ ]\d{3})+(?![\d,.])               # "$120 000"
          | \d+(?:\.\d+)?[₀-₉]\d+                                          # "0.0₅1234": five zeros
          | \d+(?:\.\d+)?)
      | (?<![\w.])\.\d+ )
    (?![\d])
    (?P<tail>
        \s?%|\s?(?:per\s?cent|percent|percentage\s+points?|pct)\b
      | \s?-?\s?(?:bps|basis[\s-]+points?|bp)\b           # "25-basis-point"
      | \s?-?(?P<scale>(?i:thousand|million|billion|trillion|mln|mn|mio|bln|bn|tn|trn|mm|crore|lakh|[kmbt]))
            (?![A-Za-z0-9])
      | \s(?P<slip>[a-z;'\[\],./]{6,9})(?![A-Za-z0-9])
    )?
    """,
    re.VERBOSE,
)
_UNIT_AFTER = re.compile(
    r"[\s-]*(?:worth of\s+|Swedish\s+|Swiss\s+|Japanese\s+|Brazilian\s+|Indian\s+)?(?P<code>US dollars?|U\.S\. dollars?|[A-Za-z$][A-Za-z0-9]{1,9})\b"
)
_MINUS = re.compile(r"\b(?:minus|negative)\s\Z", re.IGNORECASE)
_ORDINAL_OR_WORD = re.compile(r"(?:st|nd|rd|th)\b|[A-Za-z_]", re.ASCII)
_WORD_NUMBER = re.compile(
    r"\b(?=[aefhnostz])(?:(?P<half>half a|a quarter of a|a)\s(?P<hscale>million|billion|trillion)(?:[-\s](?P<hcode>dollars?|euros?))?\b"
    r"|(?<!several\s)(?<!few\s)(?P<words>(?:"
    + "|".join(_WORDS)
    + r")(?:(?:(?<=hundred)\sand\s|[-\s])(?:"
    + "|".join(_WORDS)
    + r")){0,7})"
    r"[-\s](?:(?P<wscale>million|billion|trillion|thousand)\b(?:[-\s](?P<wcode>dollars?|euros?|pounds|yen|won|yuan|rupees|francs|percent)\b)?"
    r"|(?P<wpct>percent|per cent|percentage points?|basis points?)\b))",
    re.IGNORECASE,
)


_LONGEST = 40  # digits and separators; what is longer is a key or an identifier, and may be too large for a float


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written. `unit` is an ISO 4217 code, %, bps or "" (a bare number, perhaps a count of an asset).

    `start` and `end` cover sign, currency, digits, scale and unit; `is_signed` tells a written sign.
    """

    start: int
    end: int
    value: float
    unit: str
    is_signed: bool
    scaled: bool


def find_numbers(text: str) -> list[Number]:
    """Every number of `text` in reading order. Never raises; years, ordinals and times come out bare.

    >>> [(n.value, n.unit) for n in find_numbers("fell 3.2% to $58.1k, OI $15.9 bo;;opm, -7 % and 200 bps")]
    [(3.2, '%'), (58100.0, 'USD'), (15900000000.0, 'USD'), (-7.0, '%'), (200.0, 'bps')]
    """
    numbers = []
    for match in _NUMBER.finditer(text):
        number = _read(text, match)
        if number:
            numbers.append(number)
    ends = [n.end for n in numbers]
    worded = []
    for match in _WORD_NUMBER.finditer(text):
        first = bisect_right(ends, match.start())
        if first == len(numbers) or numbers[first].start >= match.end():
            worded.append(_read_words(match))
    numbers += worded
    numbers.sort(key=lambda n: n.start)
    return _lists_share_scale(text, _ranges_share_scale(text, numbers))


def _read(text: str, match: re.Match[str]) -> Number | None:
    digits = match["digits"]
    tail = (match["tail"] or "").strip().lower()
    end = match.end()
    power, unit = 0, _currency(match["currency"])
    if match["slip"]:
        slipped = match["slip"].rstrip(",.")
        power = _SLIPPED.get(slipped, 0)
        end = match.start("slip") + len(slipped) if power else match.end("digits")
        tail = tail if power else ""
    elif match["scale"]:
        scale = match["scale"]
        # "5 m" and "3 t" are metres and tonnes more often than millions: one letter wants no space or a currency
        if len(scale) == 1 and not unit and match["tail"][0] == " ":
            end, tail = match.end("digits"), ""
        else:
            power = SCALES[scale.lower()]
    elif tail.startswith(("%", "per", "pct")):
        unit = "%"
    elif tail.startswith(("b", "-b", "- b")):
        unit = "bps"
    if not tail and not unit and _ORDINAL_OR_WORD.match(text, end):
        return None  # "25th", "7D", "2x" are no market numbers
    if len(digits) > _LONGEST:
        return None
    value = _decimal(digits).scaleb(power)
    sign = match["sign"] or match["sign2"]
    worded = _MINUS.search(text, max(0, match.start() - 12), match.start("digits"))
    if worded or (sign and sign in "-−–‒"):
        value = -value
        sign = "-"
    start = match.start() + len(match[0]) - len(match[0].lstrip())
    if not unit or (unit == "USD" and not match["currency"]):
        after = _UNIT_AFTER.match(text, end)
        code = after["code"] if after else ""
        named = "USD" if code.lower().endswith((" dollar", " dollars")) else _CODES.get(code)
        if after and named and not unit:
            unit, end = named, after.end()
        elif after and not unit and code in ("cents", "cent") and not power:
            unit, end, value = "USD", after.end(), value.scaleb(-2)
    return Number(start, end, float(value), unit, bool(sign), bool(power))


def _decimal(digits: str) -> Decimal:
    """The value of digits with separators: "1,142.5", "3,5" with a decimal comma, "120 000", "0.0₅1234"."""
    digits = digits.replace(" ", "")
    if small := re.fullmatch(r"(\d+)(?:\.0?)?([₀-₉])(\d+)", digits):
        return Decimal(f"{small[1]}.{'0' * (ord(small[2]) - ord('₀'))}{small[3]}")
    if re.fullmatch(r"\d+,\d{1,2}", digits):
        digits = digits.replace(",", ".")
    return Decimal(re.sub(r"[,₀-₉]", "", digits))


def _currency(sign: str | None) -> str:
    if not sign:
        return ""
    sign = sign.strip()
    if sign.startswith("Rs"):
        return "INR"
    if sign.endswith("$") and len(sign) > 1:
        return _DOLLARS[sign[:-1]]
    return CURRENCY_SIGNS.get(sign) or _CODES.get(sign, "")


def _read_words(match: re.Match[str]) -> Number:
    if match["half"]:
        share = {"half a": 0.5, "a quarter of a": 0.25}.get(match["half"].lower(), 1)
        value = share * 10 ** SCALES[match["hscale"].lower()]
        code = match["hcode"]
    else:
        total = 0
        for word in re.split(r"\sand\s|[-\s]", match["words"].lower()):
            total = (
                (total or 1) * 100 if word == "hundred" else total + _WORDS[word]
            )  # "a hundred million"
        value = float(total) * 10 ** SCALES.get((match["wscale"] or "").lower(), 0)
        code = match["wcode"]
    code = (code or "").lower()
    unit = "%" if code == "percent" else _CODES.get(code) or _CODES.get(code + "s", "")
    if match["wpct"]:
        unit = "bps" if match["wpct"].lower().startswith("basis") else "%"
    worded = bool(_MINUS.search(match.string, max(0, match.start() - 12), match.start()))
    return Number(
        match.start(), match.end(), -float(value) if worded else float(value), unit, worded, True
    )


_SPACED_DASH = re.compile(r"[-–‒−]\s")
_BETWEEN = re.compile(r"\bbetween\s\Z", re.IGNORECASE)
_RANGE_GAP = re.compile(r"\s?(?:-|–|—|‒|−|to|and|or)\s?\Z")


def _ranges_share_scale(text: str, numbers: list[Number]) -> list[Number]:
    """The two ends of a range share unit and scale: "$13-14 billion", "5 to 7%", "$97,000–98,500"."""
    for i in range(len(numbers) - 1):
        left, right = numbers[i], numbers[i + 1]
        if (
            right.start - left.end <= 1
            and (dash := _SPACED_DASH.match(text, right.start))
            and not left.is_signed
        ):
            right = numbers[i + 1] = Number(
                dash.end(), right.end, abs(right.value), right.unit, False, right.scaled
            )  # "3% - 5%"
        gap = text[left.end : right.start]
        if len(gap) > 5 or not _RANGE_GAP.match(gap):
            continue
        tight = gap.strip() not in ("and", "or") or bool(
            _BETWEEN.search(text, max(0, left.start - 8), left.start)
        )
        if left.unit and right.unit and left.unit != right.unit:
            continue
        unit = left.unit or (right.unit if tight else "")
        value, scaled = left.value, left.scaled
        if right.scaled and not left.scaled and tight and abs(left.value) < 1000:
            power = _power(text[right.start : right.end])
            value, scaled = float(Decimal(str(left.value)).scaleb(power)), True
        numbers[i] = Number(left.start, left.end, value, unit, left.is_signed, scaled)
        if not right.unit and tight:
            numbers[i + 1] = Number(
                right.start, right.end, right.value, unit, right.is_signed, right.scaled
            )
    return numbers


_LIST_GAP = re.compile(r",\s\Z")
_LAST_GAP = re.compile(r",?\s(?:and|or)\s\Z")


def _lists_share_scale(text: str, numbers: list[Number]) -> list[Number]:
    """Three figures or more of one unit share the last one's scale: "$115, $84, and $58 million"."""
    for i in range(2, len(numbers)):
        last = numbers[i]
        if not last.scaled or not _LAST_GAP.match(text, numbers[i - 1].end, last.start):
            continue
        power = _power(text[last.start : last.end])
        first = i - 1
        while first > 0 and _LIST_GAP.match(text, numbers[first - 1].end, numbers[first].start):
            first -= 1
        listed = numbers[first:i]
        if (
            len(listed) >= 2
            and power
            and all(n.unit == last.unit and not n.scaled and abs(n.value) < 1000 for n in listed)
        ):
            for k in range(first, i):
                n = numbers[k]
                numbers[k] = Number(
                    n.start,
                    n.end,
                    float(Decimal(str(n.value)).scaleb(power)),
                    n.unit,
                    n.is_signed,
                    True,
                )
    return numbers


def _power(written: str) -> int:
    words = re.findall(r"[a-z;\[\],']+", written.lower())
    return next((power for word in words if (power := SCALES.get(word) or _SLIPPED.get(word))), 0)
