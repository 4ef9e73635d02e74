"""UNITS: what the currencies, scales and number words of `data/units.tsv` mean."""

from summarizer.tables import read_rows


def _read_group(group: str) -> dict[str, str]:
    """The words of a group, each with its meaning."""
    rows = [row for row in read_rows("units.tsv") if row[0] == group]
    return {word: meaning for _, meaning, words in rows for word in words.split("|")}


CURRENCIES = _read_group("code")
NUMBER_WORDS = {word: int(value) for word, value in _read_group("number").items()}
PARTS = {word: 1 / int(parts) for word, parts in _read_group("part").items()}
SCALES = {word: int(power) for word, power in _read_group("scale").items()}
_SIGNS = _read_group("sign")
_DOLLARS = _read_group("dollar")


def read_sign(sign: str) -> str:
    """The currency of what stands before a number: "$", "HK$", "Rs.", "EUR"; "" for nothing."""
    if sign.endswith("$") and len(sign) > 1:
        return _DOLLARS[sign[:-1]]
    return _SIGNS.get(sign) or CURRENCIES.get(sign, "")


def find_power(words: list[str]) -> int:
    """The power of ten that scale words stand for, 0 if there is none: 12 for "lakh crore"."""
    return sum(SCALES.get(word, 0) for word in words)
