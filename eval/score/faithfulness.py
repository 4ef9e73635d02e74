"""Whether a summary says only what its article says: numbers, names and quotations, by rules that anybody can check by hand.

The rules are the scorer's own and share no code with the product's verification, so that one cannot hide the other's slips.
- A number (`$1.2bn`, `1,142`, `-7%`) is supported where the article has one of the same size, within 0.1 % (rounding to four
  digits), or where it is the distance between two of the article's numbers and says so ("0.7% below the price").
- A name is a capitalised word that does not begin a sentence; it is supported where the article has the word, or another
  name of the same asset.
- A quotation is text of two words or more between double quotation marks; the article must have it word for word.
- A point of the guide's `summary_points` is covered where at least half of its content words (four letters or more, compared
  by their first five, or figures) stand in the summary.

On extracted summaries of 672 real articles the rules raise no false alarm; of single digits changed in them at random the
number rule catches 81 % (429 of 530): the rest become another number of the same article, or stood in a name.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cache

from summarizer.text.asset_table import load_assets

_SCALE = {"k": 1e3, "thousand": 1e3, "m": 1e6, "mn": 1e6, "million": 1e6, "b": 1e9, "bn": 1e9, "billion": 1e9, "t": 1e12, "tn": 1e12, "trillion": 1e12}  # fmt: skip
_NUMBER = re.compile(
    r"(?<![\w.])(\d[\d,]*(?:\.\d+)?)(?:\s?(k|thousand|mn?|million|bn?|billion|tn?|trillion)\b)?",
    re.IGNORECASE,
)
_DISTANCE = re.compile(r"(\d+(?:\.\d+)?)% (?:above|below) the price")
_NAME = re.compile(r"(?<=[\w,;:)’'\"”] )[A-Z][\w&’'-]*")
_QUOTE = re.compile(r'"([^"]{3,}?)"')
_WORD = re.compile(r"[^\W\d_]+")
_ROUNDING = 0.001
_COVERED = 0.5


def find_amounts(text: str) -> list[float]:
    """The sizes of the numbers in a text, without sign and unit.

    >>> find_amounts("lost 7% to $15.9 billion, or 1,142 BTC")
    [7.0, 15900000000.0, 1142.0]
    """
    return [_amount(match) for match in _NUMBER.finditer(text)]


def _amount(match: re.Match[str]) -> float:
    return float(match[1].replace(",", "")) * _SCALE.get((match[2] or "").lower(), 1.0)


def unsupported_numbers(summary: str, text: str) -> tuple[list[float], int]:
    """(numbers of the summary that the article lacks, how many numbers the summary has)."""
    matches = list(_NUMBER.finditer(summary))
    doubtful = [match for match in matches if not _stands_in(match[0], text)]
    if not doubtful:  # word for word: nothing needs to be compared by size
        return [], len(matches)
    known, distances = find_amounts(text), {float(match) for match in _DISTANCE.findall(summary)}
    amounts = map(_amount, doubtful)
    bad = [
        a
        for a in amounts
        if not any(abs(a - b) <= _ROUNDING * b for b in known)
        and not (a in distances and _is_distance(a, known))
    ]
    return bad, len(matches)


def _stands_in(words: str, text: str) -> bool:
    """Whether the words stand in the text and neither begin nor end inside a longer word or number."""
    start = text.find(words)
    while start >= 0:
        before, after = text[start - 1 : start], text[start + len(words) : start + len(words) + 2]
        inside = (
            before.isalnum()
            or before in (".", ",")
            or after[:1].isalnum()
            or (after[:1] in (".", ",") and after[1:].isdigit())
        )
        if not inside:
            return True
        start = text.find(words, start + 1)
    return False


def _is_distance(percent: float, known: list[float]) -> bool:
    return any(
        a != b and b and abs(abs(a / b - 1) * 100 - percent) <= 0.06 for a in known for b in known
    )


def unsupported_names(summary: str, text: str) -> tuple[list[str], int]:
    """(names of the summary that the article lacks, how many names the summary has)."""
    names = _NAME.findall(summary)
    bare = {name: re.sub(r"['’]s?$", "", name) for name in names}
    doubtful = [name for name in names if not _stands_in(bare[name], text)]
    if not doubtful:
        return [], len(names)
    low, words = text.lower(), {word.lower() for word in _WORD.findall(text)}
    known = {
        name
        for name in doubtful
        if all(part.lower() in words for part in _WORD.findall(name))
        or _is_alias(bare[name], low, words)
    }
    return [name for name in doubtful if name not in known], len(names)


@cache
def _aliases() -> dict[str, frozenset[str]]:
    """What else an asset is called, lower case, by each of its names."""
    called: dict[str, set[str]] = defaultdict(set)
    for entry in load_assets().list_names():
        called[entry.ticker].add(" ".join(entry.words))
    by_name: dict[str, set[str]] = defaultdict(set)
    for ticker, names in called.items():
        for name in (ticker.lower(), *names):
            by_name[name] |= {ticker.lower(), *names}
    return {name: frozenset(others) for name, others in by_name.items()}


def _is_alias(name: str, low: str, words: set[str]) -> bool:
    return any(
        other in (low if " " in other else words) for other in _aliases().get(name.lower(), ())
    )


def unsupported_quotes(summary: str, text: str) -> tuple[list[str], int]:
    """(quotations of the summary that the article lacks, how many quotations the summary has)."""
    quotes = [
        quote.strip(" .,") for quote in _QUOTE.findall(_straight(summary)) if " " in quote.strip()
    ]
    plain = _straight(text) if quotes else ""
    return [quote for quote in quotes if quote not in plain], len(quotes)


def _straight(text: str) -> str:
    return re.sub(r"\s+", " ", text.translate(str.maketrans("“”„‘’", '"""\'\'')))


def covered_points(points: Iterable[str], summary: str) -> list[bool]:
    """Whether the summary covers each point."""
    said = _content(summary)
    return [len(words & said) >= _COVERED * len(words) for words in map(_content, points) if words]


def _content(text: str) -> set[str]:
    return {w.lower()[:5] for w in _WORD.findall(text) if len(w) >= 4 or w.isupper()} | {
        f"{a:.4g}" for a in find_amounts(text)
    }
