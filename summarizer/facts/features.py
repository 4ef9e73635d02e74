"""What stands around a number, as named features: what the fitted weights of `data/kinds.model.tsv`
speak about.
"""

import math
import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from itertools import pairwise

from summarizer.facts.candidates import Candidate
from summarizer.facts.cue_scores import best_kind
from summarizer.facts.kinds import PRICES
from summarizer.text.reading import Text
from summarizer.text.spans import Span

_BEFORE, _AFTER = 9, 7  # words looked at on either side
_ENDING = re.compile(r"(?:ing|ed|es|s|ly)\Z")
_RATIOS = (0.02, 0.5, 0.8, 0.93, 0.985, 1.015, 1.07, 1.2, 2.0, 50.0)
_START = 400  # code points at the beginning of an article


def describe_candidates(text: Text, candidates: Sequence[Candidate]) -> list[list[str]]:
    """For each candidate, in order, the names of the features that it has.

    Scores must have been filled in.
    """
    kinds = [best_kind(candidate) for candidate in candidates]
    prices = _find_prices(candidates, kinds)
    groups = _map_groups(text)
    tables = [
        _describe_number(text, candidate, kind, prices) + _describe_words(text, candidate, groups)
        for candidate, kind in zip(candidates, kinds, strict=True)
    ]
    for i in range(1, len(candidates)):
        left, right = candidates[i - 1], candidates[i]
        if left.sentence == right.sentence:
            words = text.lowered[left.past_word : right.first_word][:4]
            gap = "_".join(map(_stem, words)) or "none"
            alike = left.unit_class == right.unit_class
            tables[i - 1] += [f"next:{kinds[i]}:{alike}", f"nextgap:{gap}"]
            tables[i] += [f"prev:{kinds[i - 1]}:{alike}", f"prevgap:{gap}"]
    if "price" in (text.article.title or "").lower():
        for candidate, table in zip(candidates, tables, strict=True):
            if candidate.unit_class == "money":
                table.append("title:price")
    return tables


def describe_previous(
    text: Text, previous: Candidate | None, kind: str, candidate: Candidate
) -> list[str]:
    """What the kind given to the number before says of this one."""
    if previous is None:
        return ["pk:first"]
    alike = candidate.unit_class == previous.unit_class
    if previous.sentence != candidate.sentence:
        return [f"pk:{kind}:before:{alike}"]
    words = text.lowered[previous.past_word : candidate.first_word]
    gap = "_".join(map(_stem, words)) if len(words) < 4 else "far"
    alike = alike and candidate.is_large == previous.is_large
    return [f"pk:{kind}:{alike}", f"pk:{kind}:{alike}:{gap}", f"pk:{kind}:{candidate.unit_class}"]


def _describe_number(
    text: Text, candidate: Candidate, kind: str | None, prices: dict[str | None, float]
) -> list[str]:
    """Features of the number itself: unit, size, roundness, distance from its asset's price, kind
    by its cues.
    """
    number, unit = candidate.number, candidate.unit_class
    size = abs(number.value)
    magnitude = math.floor(math.log10(size)) if size else -9
    digits = re.sub(r"\D", "", text.string[number.start : number.end]).strip("0")
    groups = (m.group for m in candidate.mentions if m.subject == candidate.subject)
    features = [
        f"unit:{unit}",
        f"mag:{unit}:{magnitude}",
        f"digits:{unit}:{min(5, len(digits))}",
        f"signed:{unit}:{number.is_signed}",
        f"rule:{kind}",
        f"subject:{next(groups, 'carried')}:{unit}",
        f"start:{number.start < _START}",
    ]
    if candidate.is_price_like:
        price = prices.get(candidate.subject)
        features.append(f"ratio:{_bucket(number.value / price) if price else None}")
    return features


def _describe_words(text: Text, candidate: Candidate, groups: dict[int, str]) -> list[str]:
    """Features of the words around it: one by one near by, in pairs, and as a bag within the
    sentence.
    """
    first, past = text.word_range(candidate.span)
    unit = candidate.unit_class[0]
    low, high = max(first, candidate.first_word - _BEFORE), min(past, candidate.past_word + _AFTER)
    before = [_show(text, i, groups) for i in range(low, candidate.first_word)]
    after = [_show(text, i, groups) for i in range(candidate.past_word, high)]
    features = [f"b{k}:{word}" for k, word in enumerate(before[:-4:-1], 1)]
    features += [f"a{k}:{word}" for k, word in enumerate(after[:3], 1)]
    features += [f"B{unit}:{word}" for word in dict.fromkeys(before)]
    features += [f"A{unit}:{word}" for word in dict.fromkeys(after)]
    features += [f"bb:{left}_{right}" for left, right in pairwise(before)]
    features += [f"aa:{left}_{right}" for left, right in pairwise(after[:5])]
    if not before:
        features.append("b1:START")
    if not after:
        features.append("a1:END")
    if before and after:
        features.append(f"ba:{before[-1]}_{after[0]}")
    features += [f"t{unit}:{'_'.join(before[-k:])}" for k in (2, 3) if len(before) >= k]
    return features


def _show(text: Text, i: int, groups: dict[int, str]) -> str:
    """Word i as the weights know it: an asset by its group, figures as #, anything else without its
    ending.
    """
    if i in groups:
        return f"<{groups[i]}>"
    word = text.lowered[i]
    return "#" if word.isdigit() else _stem(word)


@lru_cache(16_384)
def _stem(word: str) -> str:
    return _ENDING.sub("", word) if len(word) > 5 else word


def _map_groups(text: Text) -> dict[int, str]:
    """The group of the asset that each word belongs to."""
    groups = {}
    for mention in text.mentions:
        for i in range(*text.word_range(Span(mention.start, mention.end))):
            groups[i] = mention.group
    return groups


def _find_prices(
    candidates: Sequence[Candidate], kinds: Sequence[str | None]
) -> dict[str | None, float]:
    """The price that cues see first for each subject; levels of any kind where they see no price at
    all.
    """
    prices = _first_values(candidates, kinds, {"price"})
    return prices or _first_values(candidates, kinds, PRICES)


def _first_values(
    candidates: Sequence[Candidate], kinds: Sequence[str | None], wanted: Collection[str]
) -> dict[str | None, float]:
    values: dict[str | None, float] = {}
    for candidate, kind in zip(candidates, kinds, strict=True):
        if kind in wanted and candidate.unit_class == "money" and candidate.number.value:
            values.setdefault(candidate.subject, candidate.number.value)
    return values


def _bucket(ratio: float) -> str:
    return next((f"<{edge}" for edge in _RATIOS if ratio < edge), "far")
