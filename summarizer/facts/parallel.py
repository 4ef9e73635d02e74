"""Pairs the n-th asset of a list with the n-th number of another.

Example: "Aptos (APT) and Flare (FLR), now at $4.59 and $0.02".
"""

import re
from collections.abc import Sequence

from summarizer.facts.candidates import Candidate
from summarizer.text.assets import Mention
from summarizer.text.numbers import Number
from summarizer.text.reading import Text

_RESPECTIVELY = re.compile("respectively", re.IGNORECASE)
_LIST_GAP = re.compile(
    r"[\s(),]*(?:and|&|or)?[\s(),]*(?:by |at |to |about |around |of )?"
)  # ", and at "


def find_parallel(
    text: Text, candidate: Candidate, named: Sequence[Mention]
) -> tuple[str, bool] | None:
    """The asset that stands in its list where the number stands in its own, and whether
    "respectively" says so.

    `named` are the assets of the number's sentence.
    """
    start, end = candidate.span
    respectively = _RESPECTIVELY.search(text.string, candidate.end, end)
    earlier = _RESPECTIVELY.search(text.string, start, candidate.number.start)
    numbers = _list_numbers(text, candidate, start, respectively.start() if respectively else end)
    if len(numbers) < 2:
        return None
    before = [mention for mention in named if mention.end <= numbers[0].start]
    after = [mention for mention in named if mention.start >= numbers[-1].end]
    lists = [_list_assets(text, before[::-1])[::-1], _list_assets(text, after)]
    if earlier and not text.crosses_clause(earlier.end(), numbers[0].start):
        # "fell 3% and 5% respectively, to $2,940 and $148": both lists are of the same assets
        respectively = earlier
    if respectively:
        lists.append(list(dict.fromkeys(mention.subject for mention in before)))
    for assets in lists:
        if len(assets) == len(numbers):
            return assets[numbers.index(candidate.number)], respectively is not None
    return None


def _list_numbers(text: Text, candidate: Candidate, start: int, end: int) -> list[Number]:
    """The numbers of one unit that are listed with this one: parted by commas and "and" alone."""
    unit = candidate.number.unit
    numbers = [number for number in text.numbers_between(start, end) if number.unit == unit]
    first = numbers.index(candidate.number)
    past = first + 1
    while first and _is_listed(text, numbers[first - 1], numbers[first]):
        first -= 1
    while past < len(numbers) and _is_listed(text, numbers[past - 1], numbers[past]):
        past += 1
    return numbers[first:past]


def _list_assets(text: Text, mentions: Sequence[Mention]) -> list[str]:
    """The assets of the list that the first mention belongs to; a ticker after its name counts
    once.
    """
    assets: dict[str, None] = {}
    for i, mention in enumerate(mentions):
        if i:
            left, right = sorted(mentions[i - 1 : i + 1], key=lambda mention: mention.start)
            if not _is_listed(text, left, right):
                break
        assets[mention.subject] = None
    return list(assets)


def _is_listed(text: Text, left: Mention | Number, right: Mention | Number) -> bool:
    """Whether nothing but a comma or "and" parts two things."""
    return _LIST_GAP.fullmatch(text.string, left.end, right.start) is not None
