"""What kind of number each candidate is: the cues around it weighed, coordinated numbers read alike, prices compared."""

import re
from bisect import bisect_left
from collections import defaultdict
from functools import cache
from itertools import pairwise

from summarizer.facts.kinds import KINDS, Kind
from summarizer.tables import load_words
from summarizer.text.lexicon import Lexicon
from summarizer.text.reading import Candidate, Reading

MIN_SCORE = 1.0  # a number whose best kind weighs less is left out; chosen on the dev articles
_REACH = 24  # words past which a cue says nothing about a number
_OTHER_NUMBER = 0.55  # a cue that another number stands before speaks of that one first
_OTHER_CLAUSE = 0.6
_LAST_SENTENCE = 0.3  # cues of the sentence before, for "It averaged above $80 billion"
LEVELS = frozenset(
    {
        "price",
        "price_past",
        "support_level",
        "resistance_level",
        "price_target",
        "liquidation_level",
        "max_pain",
    }
)
_JOINED = re.compile(
    r"\s?(?:-|–|—|−|to|and|or|,|, and|/|&|through|versus|from|up from|down from|, from|, up from|, down from|compared to|compared with)\s?(?:even |as high as |as low as |about |around |nearly |roughly |approximately |near |the )*\Z"
)
_MODAL = re.compile(
    r"\b(?:could|may|might|would|will|should|can|likely|expects?|expected|predicts?|potential(?:ly)?|possibl[ey]|if|forecasts?|projects?"
    r"|anticipates?|set to|poised|eyes|aims?|hopes?)\b",
    re.IGNORECASE,
)

Cue = tuple[int, int, tuple[Kind, str, float]]


@cache
def _cue_lexicon() -> Lexicon[tuple[Kind, str, float]]:
    entries = [
        (phrase, (kind, side, weight)) for kind in KINDS for phrase, side, weight in kind.cues
    ]
    return Lexicon(entries)


@cache
def _stop_lexicon() -> Lexicon[None]:
    return Lexicon((phrase, None) for phrase in load_words()["stop"])


def _find_cues(lowered: list[str]) -> list[Cue]:
    """Every cue in the text but those inside a phrase that means something else."""
    stopped = {i for first, last, _ in _stop_lexicon().find(lowered) for i in range(first, last)}
    return [
        cue
        for cue in _cue_lexicon().find(lowered)
        if cue[0] not in stopped and cue[1] - 1 not in stopped
    ]


def score_roles(reading: Reading, candidates: list[Candidate]) -> None:
    """Fill in `scores` of every candidate; the highest is its kind."""
    cues = _find_cues(reading.lowered)
    starts = [cue[0] for cue in cues]
    by_sentence: dict[int, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        by_sentence[candidate.sentence].append(candidate)
    for index, group in by_sentence.items():
        first, past = reading.word_range(reading.sentences[index])
        here = cues[bisect_left(starts, first) : bisect_left(starts, past)]
        before: list[Cue] = []
        if index:
            earlier, _ = reading.word_range(reading.sentences[index - 1])
            before = cues[bisect_left(starts, earlier) : bisect_left(starts, first)]
        for candidate in group:
            candidate.scores = _scores(reading, candidate, here, group)
            if candidate.is_large or candidate.unit_class in ("percent", "coins"):
                for _, _, (kind, side, weight) in before:
                    if (
                        side == "any"
                        and _takes(kind, candidate)
                        and kind.name not in ("price_change", "other")
                    ):
                        candidate.scores[kind.name] = max(
                            candidate.scores.get(kind.name, 0), _LAST_SENTENCE * weight
                        )
        _adjoin(reading, group)
        _coordinate(reading, group)


def best_kind(candidate: Candidate) -> str | None:
    """The kind that weighs most, or None where nothing weighs enough."""
    if not candidate.scores:
        return None
    name = max(candidate.scores, key=lambda key: candidate.scores[key])
    least = MIN_SCORE * (0.7 if candidate.unit_class == "money" and not candidate.is_large else 1)
    return name if candidate.scores[name] >= least else None


def _takes(kind: Kind, candidate: Candidate) -> bool:
    if candidate.unit_class not in kind.units:
        return False
    return (
        kind.scaled is None
        or candidate.unit_class not in ("money", "plain")
        or kind.scaled == candidate.is_large
    )


def _scores(
    reading: Reading, candidate: Candidate, cues: list[Cue], others: list[Candidate]
) -> dict[str, float]:
    scores: dict[str, float] = defaultdict(float)
    number = candidate.number
    for first, last, (kind, side, weight) in cues:
        if not _takes(kind, candidate):
            continue
        is_before = first < candidate.at
        if (side == "before" and not is_before) or (side == "after" and is_before):
            continue
        distance = max(0, candidate.at - last if is_before else first - candidate.past)
        if distance > _REACH:
            continue
        between = (
            (reading.words[last - 1].end(), number.start)
            if is_before
            else (candidate.end, reading.words[first].start())
        )
        weight /= 1 + distance / (4 if side != "any" else 6)
        if side == "any" and not is_before:
            weight *= 0.8
        if any(
            between[0] <= other.number.start < between[1]
            for other in others
            if other is not candidate
        ):
            weight *= _OTHER_NUMBER
        if reading.crosses_clause(*between):
            weight *= _OTHER_CLAUSE
        high, low = max(scores[kind.name], weight), min(scores[kind.name], weight)
        scores[kind.name] = high + 0.2 * low
    if scores.keys() & LEVELS:
        start = max(reading.sentences[candidate.sentence].start, number.start - 60)
        modal = _MODAL.search(reading.text, start, number.start)
        if modal and not reading.crosses_clause(modal.end(), number.start):
            scores["price_target"] += 0.9
            scores["price"] *= 0.6
            scores["price_past"] *= 0.7
    return scores


_TICKED = re.compile(r"[\s,:(]{0,3}(?:at |@ ?)?\Z")
_SHARE_SIGNED = re.compile(r"\s?[(:,]?\s?\Z")


def _adjoin(reading: Reading, group: list[Candidate]) -> None:
    """A figure straight after a name: "Bitcoin BTC $ 68,632.97" is a price, "Dogecoin (-7%)" a change."""
    for candidate in group:
        number = candidate.number
        for mention in candidate.mentions:
            if mention.end > number.start or number.start - mention.end > 4:
                continue
            gap = reading.text[mention.end : number.start]
            if candidate.unit_class == "money" and not candidate.is_large and _TICKED.match(gap):
                candidate.scores["price"] = max(candidate.scores.get("price", 0), 4.2)
            if candidate.unit_class == "percent" and _SHARE_SIGNED.match(gap):
                signed = 3.0 if number.is_signed else 1.4
                candidate.scores["price_change"] = max(
                    candidate.scores.get("price_change", 0), signed
                )


def _coordinate(reading: Reading, group: list[Candidate]) -> None:
    """Numbers joined by a dash, "to" or "and" are of one kind; "from X to Y" goes from an earlier price to one."""
    for left, right in pairwise(group):
        if left.unit_class != right.unit_class or left.is_large != right.is_large:
            continue
        gap = reading.text[left.end : right.number.start]
        if len(gap) > 30 or not _JOINED.match(gap):
            continue
        lead = reading.text[max(0, left.number.start - 8) : left.number.start].lower()
        moved = gap.strip().startswith("to") and re.search(r"\bfrom\s\Z", lead)
        joint = {
            name: max(left.scores.get(name, 0), right.scores.get(name, 0))
            for name in {*left.scores, *right.scores}
        }
        if (
            moved
            and joint.keys() & {"price", "price_past", "price_target"}
            and left.unit_class == "money"
            and not left.is_large
        ):
            left.scores = {**left.scores, "price_past": max(joint.values()) + 0.1}
            right.scores = {k: v for k, v in right.scores.items() if k != "price_past"}
            right.scores.setdefault("price", 1.0)
            continue
        if "from" in gap and left.unit_class == "money" and not left.is_large:
            right.scores = {**right.scores, "price_past": max(joint.values(), default=1.0) + 0.1}
            continue
        left.scores, right.scores = dict(joint), dict(joint)
