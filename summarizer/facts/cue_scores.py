"""CANDIDATES -> SCORES: how strongly the phrases around each number announce each kind of fact.

A cue weighs less with every word between it and the number, and less again behind another number or
clause. Numbers that are joined ("$58,000 and $62,000") are scored alike.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from itertools import groupby, pairwise
from typing import NamedTuple

from summarizer.facts.candidates import Candidate
from summarizer.facts.kinds import KINDS, PRICES, Cue, Kind
from summarizer.tables import load_words
from summarizer.text.lexicon import Lexicon
from summarizer.text.reading import Text

_MIN_SCORE = 1.0  # below this the cues name no kind; chosen on the development articles
_MIN_PRICE_SCORE = 0.7  # the same for a sum of money as small as a price
_REACH = 24  # words past which a cue says nothing about a number
_BEHIND_NUMBER = 0.55  # what is left of a cue that another number stands before
_BEHIND_CLAUSE = 0.6
_AFTER_NUMBER = 0.8  # of a cue for either side
_HALVED_AT = {"any": 6, "before": 4, "after": 4}  # words at which a cue counts half
_REPEATED = 0.2  # of the weaker of two cues for one kind
_PREVIOUS_SENTENCE = 0.3  # "It averaged above $80 billion" takes its kind from the sentence before
_TICKER_PRICE, _SIGNED_TICKER, _UNSIGNED_TICKER = 4.2, 3.0, 1.4  # a figure right after a name
_JOINED = re.compile(  # "$58,000 and even $62,000", "from $58,000 to as low as $52,000"
    r"""
    \s?(?:-|–|—|−|to|and|or|,|,[ ]and|/|&|through|versus|from|up[ ]from|down[ ]from
        |,[ ]from|,[ ]up[ ]from|,[ ]down[ ]from|compared[ ]to|compared[ ]with)
    \s?(?:even[ ]|as[ ]high[ ]as[ ]|as[ ]low[ ]as[ ]|about[ ]|around[ ]|nearly[ ]|roughly[ ]
        |approximately[ ]|near[ ]|the[ ])*\Z
    """,
    re.VERBOSE,
)
_FROM = re.compile(r"\bfrom\s\Z")
_MODAL = re.compile(
    r"""
    \b(?:could|may|might|would|will|should|can|likely|expects?|expected|predicts?|potential(?:ly)?
        |possibl[ey]|if|forecasts?|projects?|anticipates?|set[ ]to|poised|eyes|aims?|hopes?)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_PRICE_AFTER_TICKER = re.compile(r"[\s,:(]{0,3}(?:at |@ ?)?\Z")
_SHARE_AFTER_TICKER = re.compile(r"\s?[(:,]?\s?\Z")


class _Hit(NamedTuple):
    """A cue where it stands: the index of its first word, and the index after its last one."""

    first: int
    past: int
    kind: Kind
    cue: Cue


def score_candidates(text: Text, candidates: Sequence[Candidate]) -> None:
    """Fill in `scores` of every candidate: a weight for each kind that a cue announces."""
    hits = _find_hits(text)
    for sentence, members in groupby(candidates, key=lambda candidate: candidate.sentence):
        group = list(members)
        for candidate in group:
            candidate.scores = _score(text, candidate, hits[sentence], group)
            _add_previous_sentence(candidate, hits[sentence - 1])
        _score_behind_names(text, group)
        _score_joined(text, group)


def best_kind(candidate: Candidate) -> str | None:
    """The kind that weighs most, or None where nothing weighs enough."""
    if not candidate.scores:
        return None
    name = max(candidate.scores, key=candidate.scores.__getitem__)
    least = _MIN_PRICE_SCORE if candidate.is_price_like else _MIN_SCORE
    return name if candidate.scores[name] >= least else None


@cache
def _lexicon() -> Lexicon[tuple[Kind, Cue] | None]:
    """The cues, and None for the phrases in which no word is a cue."""
    cues = [
        (phrase, (kind, cue))
        for kind in KINDS.values()
        for cue in kind.cues
        for phrase in cue.phrases
    ]
    return Lexicon([*cues, *((phrase, None) for phrase in load_words()["stop"])])


def _find_hits(text: Text) -> dict[int, list[_Hit]]:
    """The cues of each sentence but those inside a phrase that means something else."""
    hits = defaultdict(list)
    found = _lexicon().find(text.lowered)
    stopped = {i for first, past, cue in found if not cue for i in range(first, past)}
    for first, past, cue in found:
        if cue and first not in stopped and past - 1 not in stopped:
            sentence = text.sentence_at(text.word_starts[first])
            hits[sentence].append(_Hit(first, past, *cue))
    return hits


def _announces(hit: _Hit, candidate: Candidate) -> bool:
    is_fitting = hit.kind.takes(candidate.unit_class, candidate.is_large)
    return is_fitting and candidate.unit_class in hit.cue.units


def _score(
    text: Text, candidate: Candidate, hits: Sequence[_Hit], others: Sequence[Candidate]
) -> dict[str, float]:
    scores: dict[str, float] = defaultdict(float)
    for hit in hits:
        if not _announces(hit, candidate):
            continue
        weight = _weigh(text, candidate, hit, others)
        if weight is not None:
            name = hit.kind.name
            strong, weak = max(scores[name], weight), min(scores[name], weight)
            scores[name] = strong + _REPEATED * weak
    if scores.keys() & PRICES and _is_possible(text, candidate):
        scores["price_target"] += 0.9
        scores["price"] *= 0.6
        scores["price_past"] *= 0.7
    return scores


def _weigh(
    text: Text, candidate: Candidate, hit: _Hit, others: Sequence[Candidate]
) -> float | None:
    """What the cue says of the number, or None where it stands too far or on the wrong side."""
    is_before = hit.first < candidate.first_word
    if hit.cue.side == ("after" if is_before else "before"):
        return None
    distance = max(0, candidate.words_to(hit.first, hit.past))
    if distance > _REACH:
        return None
    start, end = candidate.gap_to(text.word_starts[hit.first], text.words[hit.past - 1].end())
    weight = hit.cue.weight / (1 + distance / _HALVED_AT[hit.cue.side])
    if hit.cue.side == "any" and not is_before:
        weight *= _AFTER_NUMBER
    if any(start <= other.number.start < end for other in others if other is not candidate):
        weight *= _BEHIND_NUMBER
    if text.crosses_clause(start, end):
        weight *= _BEHIND_CLAUSE
    return weight


def _is_possible(text: Text, candidate: Candidate) -> bool:
    """Whether the number is told as a thing that may come: "could fall to $60,000"."""
    start = max(candidate.span.start, candidate.number.start - 60)
    modal = _MODAL.search(text.string, start, candidate.number.start)
    return modal is not None and not text.crosses_clause(modal.end(), candidate.number.start)


def _add_previous_sentence(candidate: Candidate, hits: Sequence[_Hit]) -> None:
    if not candidate.is_large and candidate.unit_class not in ("percent", "coins"):
        return
    for hit in hits:
        name = hit.kind.name
        if hit.cue.side != "any" or name in ("price_change", "other"):
            continue
        if _announces(hit, candidate):
            weight = _PREVIOUS_SENTENCE * hit.cue.weight
            candidate.scores[name] = max(candidate.scores.get(name, 0), weight)


def _score_behind_names(text: Text, group: Sequence[Candidate]) -> None:
    """A figure right after a name: "Bitcoin BTC $ 68,632.97" is a price.

    "Dogecoin (-7%)" is a change.
    """
    for candidate in group:
        number, scores = candidate.number, candidate.scores
        for mention in candidate.mentions:
            if not 0 <= number.start - mention.end <= 4:
                continue
            gap = text.string[mention.end : number.start]
            if candidate.is_price_like and _PRICE_AFTER_TICKER.match(gap):
                scores["price"] = max(scores.get("price", 0), _TICKER_PRICE)
            if candidate.unit_class == "percent" and _SHARE_AFTER_TICKER.match(gap):
                weight = _SIGNED_TICKER if number.is_signed else _UNSIGNED_TICKER
                scores["price_change"] = max(scores.get("price_change", 0), weight)


def _score_joined(text: Text, group: Sequence[Candidate]) -> None:
    """Numbers joined by a dash, "to" or "and" are of one kind; "from X to Y" goes from an earlier
    price to one.
    """
    for left, right in pairwise(group):
        if left.unit_class != right.unit_class or left.is_large != right.is_large:
            continue
        gap = text.string[left.end : right.number.start]
        if len(gap) <= 30 and _JOINED.match(gap):
            _join(text, left, right, gap)


def _join(text: Text, left: Candidate, right: Candidate, gap: str) -> None:
    joint = {
        name: max(left.scores.get(name, 0), right.scores.get(name, 0))
        for name in left.scores | right.scores
    }
    before = text.string[max(0, left.number.start - 8) : left.number.start].lower()
    is_move = gap.strip().startswith("to") and _FROM.search(before)
    if left.is_price_like and is_move and joint.keys() & {"price", "price_past", "price_target"}:
        left.scores["price_past"] = max(joint.values()) + 0.1
        right.scores.pop("price_past", None)
        right.scores.setdefault("price", 1.0)
    elif left.is_price_like and "from" in gap:
        right.scores["price_past"] = max(joint.values(), default=1.0) + 0.1
    else:
        left.scores, right.scores = dict(joint), dict(joint)
