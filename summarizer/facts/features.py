"""What stands around a number, as named features: what the fitted weights of data/kinds.json speak about."""

import math
import re
from collections.abc import Sequence
from itertools import pairwise

from summarizer.facts.candidates import Candidate
from summarizer.facts.cue_scores import best_kind
from summarizer.facts.kinds import PRICES
from summarizer.text.assets import MARKET, Mention
from summarizer.text.reading import Text
from summarizer.text.spans import Span

_BEFORE, _AFTER = 9, 7  # words looked at on either side
_STEM = re.compile(r"(?:ing|ed|es|s|ly)\Z")


def describe_candidates(text: Text, candidates: Sequence[Candidate]) -> list[list[str]]:
    """For each candidate, in order, the names of the features that it has. Scores must have been filled in."""
    prices = _prices(candidates)
    places = _mention_words(text)
    tables = [
        _own(text, candidate, prices) + _words(text, candidate, places) for candidate in candidates
    ]
    named = (text.article.title or "").lower()
    for (left, right), (a, b) in zip(
        pairwise(candidates), pairwise(range(len(candidates))), strict=True
    ):
        if left.sentence != right.sentence:
            continue
        gap = (
            "_".join(_stem(word) for word in text.lowered[left.past_word : right.first_word][:4])
            or "none"
        )
        alike = left.unit_class == right.unit_class
        tables[a] += [f"next:{best_kind(right)}:{alike}", f"nextgap:{gap}"]
        tables[b] += [f"prev:{best_kind(left)}:{alike}", f"prevgap:{gap}"]
    for candidate, table in zip(candidates, tables, strict=True):
        if "price" in named and candidate.unit_class == "money":
            table.append("title:price")
    return tables


def describe_previous(
    text: Text, previous: Candidate | None, kind: str, candidate: Candidate
) -> list[str]:
    """What the kind given to the number before says of this one."""
    if previous is None:
        return ["pk:first"]
    if previous.sentence != candidate.sentence:
        return [f"pk:{kind}:before:{candidate.unit_class == previous.unit_class}"]
    words = text.lowered[previous.past_word : candidate.first_word]
    gap = "_".join(_stem(word) for word in words) if len(words) < 4 else "far"
    alike = candidate.unit_class == previous.unit_class and candidate.is_large == previous.is_large
    return [f"pk:{kind}:{alike}", f"pk:{kind}:{alike}:{gap}", f"pk:{kind}:{candidate.unit_class}"]


def _own(text: Text, candidate: Candidate, prices: dict[str | None, float]) -> list[str]:
    """Features of the number itself: unit, size, roundness, distance from its asset's price, rules' choice."""
    number = candidate.number
    size = abs(number.value)
    unit = candidate.unit_class
    magnitude = math.floor(math.log10(size)) if size else -9
    digits = re.sub(r"\D", "", text.string[number.start : number.end]).strip("0")
    table = [
        f"unit:{unit}",
        f"mag:{unit}:{magnitude}",
        f"digits:{unit}:{min(5, len(digits))}",
        f"signed:{unit}:{number.is_signed}",
    ]
    table += [
        f"rule:{best_kind(candidate)}",
        f"subject:{_group(candidate)}:{unit}",
        f"start:{number.start < 400}",
    ]
    if unit == "money" and not candidate.is_large:
        price = prices.get(candidate.subject)
        table.append(f"ratio:{_bucket(number.value / price) if price else None}")
    return table


def _words(text: Text, candidate: Candidate, places: dict[int, Mention]) -> list[str]:
    """Features of the words around it: one by one near by, in pairs, and as a bag within the sentence."""
    first, past = text.word_range(text.sentences[candidate.sentence])
    unit = candidate.unit_class[0]
    before = [
        _shown(text, i, places)
        for i in range(max(first, candidate.first_word - _BEFORE), candidate.first_word)
    ]
    after = [
        _shown(text, i, places)
        for i in range(candidate.past_word, min(past, candidate.past_word + _AFTER))
    ]
    table = [f"b{k}:{word}" for k, word in enumerate(reversed(before[-3:]), 1)] + [
        f"a{k}:{word}" for k, word in enumerate(after[:3], 1)
    ]
    table += [f"B{unit}:{word}" for word in set(before)] + [
        f"A{unit}:{word}" for word in set(after)
    ]
    table += [f"bb:{left}_{right}" for left, right in pairwise(before)] + [
        f"aa:{left}_{right}" for left, right in pairwise(after[:5])
    ]
    if candidate.first_word == first or not before:
        table.append("b1:START")
    if not after:
        table.append("a1:END")
    if before and after:
        table.append(f"ba:{before[-1]}_{after[0]}")
    for k in (2, 3):
        if len(before) >= k:
            table.append(f"t{unit}:" + "_".join(before[-k:]))
    return table


def _shown(text: Text, i: int, places: dict[int, Mention]) -> str:
    mention = places.get(i)
    if mention:
        return f"<{mention.group if mention.subject != MARKET else 'market'}>"
    word = text.lowered[i]
    return "#" if word.isdigit() else _stem(word)


def _stem(word: str) -> str:
    return _STEM.sub("", word) if len(word) > 5 else word


def _mention_words(text: Text) -> dict[int, Mention]:
    places = {}
    for mention in text.mentions:
        first, past = text.word_range(Span(mention.start, mention.end))
        for i in range(first, past):
            places[i] = mention
    return places


def _group(candidate: Candidate) -> str:
    for mention in candidate.mentions:
        if mention.subject == candidate.subject:
            return mention.group
    return "carried"


def _prices(candidates: Sequence[Candidate]) -> dict[str | None, float]:
    """The price the rules see first for each subject."""
    prices: dict[str | None, float] = {}
    for candidate in candidates:
        if (
            candidate.unit_class == "money"
            and not candidate.is_large
            and best_kind(candidate) == "price"
            and candidate.number.value
        ):
            prices.setdefault(candidate.subject, candidate.number.value)
    if prices:
        return prices
    for candidate in candidates:
        if (
            best_kind(candidate) in PRICES
            and candidate.unit_class == "money"
            and candidate.number.value
        ):
            prices.setdefault(candidate.subject, candidate.number.value)
    return prices


def _bucket(ratio: float) -> str:
    for edge in (0.02, 0.5, 0.8, 0.93, 0.985, 1.015, 1.07, 1.2, 2.0, 50.0):
        if ratio < edge:
            return f"<{edge}"
    return "far"
