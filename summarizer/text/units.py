"""UNITS: what the currencies, scales and number words of `data/units.tsv` mean."""

from itertools import pairwise

from summarizer.tables import read_rows

# A scale word typed one key to the right on a QWERTY row ("billion" -> "bo;;opm"), or one to the
# left.
_ROWS = ("qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./")
_RIGHT = {left: right for row in _ROWS for left, right in pairwise(row)}
_LEFT = {right: left for left, right in _RIGHT.items()}


def _read_group(group: str) -> dict[str, str]:
    """The words of a group, each with its meaning."""
    rows = [row for row in read_rows("units.tsv") if row[0] == group]
    return {word: meaning for _, meaning, words in rows for word in words.split("|")}


CURRENCIES = _read_group("code")
NUMBER_WORDS = {word: int(value) for word, value in _read_group("number").items()}
SCALES = {word: int(power) for word, power in _read_group("scale").items()}
_SIGNS = _read_group("sign")
_DOLLARS = _read_group("dollar")


def _list_slips() -> dict[str, int]:
    """Scale words as they look when a hand slips one key after the first letter or two, or from the
    first.
    """
    return {
        word[:kept] + "".join(keys.get(letter, letter) for letter in word[kept:]): SCALES[word]
        for word in ("thousand", "million", "billion", "trillion")
        for keys in (_RIGHT, _LEFT)
        for kept in (0, 1, 2)
    }


SLIPPED_SCALES = _list_slips()


def read_sign(sign: str) -> str:
    """The currency of what stands before a number: "$", "HK$", "Rs.", "EUR"; "" for nothing."""
    if sign.endswith("$") and len(sign) > 1:
        return _DOLLARS[sign[:-1]]
    return _SIGNS.get(sign) or CURRENCIES.get(sign, "")


def find_power(words: list[str]) -> int:
    """The power of ten that the first scale word stands for, 0 if there is none."""
    powers = (SCALES.get(word) or SLIPPED_SCALES.get(word) for word in words)
    return next((power for power in powers if power), 0)
