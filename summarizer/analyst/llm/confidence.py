"""How sure an analysis is: by the chances of its tokens, by several answers, or by the evidence.

The first of these that can be had is taken: the chances that the endpoint gives for the tokens of
the directions, else how many of several answers agree, else the weight of the evidence. It is never
a number that the model says of itself. Verification turns it into how often such calls are right,
where that was measured.
"""

import math
import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Any, get_args

from summarizer.analysis import Analysis, CallClaim
from summarizer.models import ConfidenceSource, Direction

# "direction" of a call or "overall", and how likely the word that follows was
Chance = tuple[str, float]
Directions = dict[str, str]  # what one answer says: asset, or "overall" -> direction

# Most confidence by the weight of the evidence, which does not weigh conditions, in a call whose
# reason hangs on one or is only possible: 49 of 59 such calls of careful readers were the first
# choice of the labels, of the others 138 of 150 (`eval/data/answers/`, `own` and `real`).
MOST_CONDITIONAL = 0.83
_CONDITION = re.compile(
    r"""
    \b(?:if|once|should|unless|provided|depends?|hinges?|as[ ]long[ ]as|could|may|might|would
        |chances?|probably|likely|possibl[ey])\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_DIRECTIONS: tuple[str, ...] = get_args(Direction)
# where a direction begins; within a string of the answer its quotes would be escaped
_PLACE = re.compile(rb'"(direction|overall)"\s*:\s*"(?=[a-z])')


def find_chances(text: str, tokens: Any) -> tuple[Chance, ...]:
    """The chance of each direction in an answer, in its order.

    `tokens` are the answer's, with their log probabilities, as OpenAI's API gives them. A direction
    is told by its first token. Its chance is its share among the tokens there that begin a
    direction; what was not listed counts against it. There is none where the tokens do not spell
    the text.
    """
    try:
        pieces = [bytes(t["bytes"]) if t.get("bytes") else t["token"].encode() for t in tokens]
        body = text.encode()
        start = b"".join(pieces).find(body)
        if start < 0 or not body:
            return ()
        ends = list(accumulate(map(len, pieces), initial=-start))[1:]
        chances = []
        for match in _PLACE.finditer(body):
            token = tokens[bisect_right(ends, match.end())]
            chances.append((match[1].decode(), _share(token, body[match.end() :])))
    except (TypeError, LookupError, ValueError, AttributeError, StopIteration, ArithmeticError):
        return ()  # a server's own notion of the form: as if there were none
    return tuple(chances)


def _share(token: dict[str, Any], rest: bytes) -> float:
    """The chance of the direction with which `rest` begins, where `token` stands."""
    said = next(word for word in _DIRECTIONS if rest.startswith(word.encode()))
    listed = [token, *(token.get("top_logprobs") or [])]
    chances = {t["token"]: math.exp(min(0.0, t["logprob"])) for t in listed}
    unseen = max(0.0, 1 - sum(chances.values()))
    shares = dict.fromkeys(_DIRECTIONS, 0.0)
    for beginning, chance in chances.items():
        beginning = beginning.strip('": ')
        begun = [word for word in _DIRECTIONS if beginning and word.startswith(beginning)]
        if len(begun) == 1:
            shares[begun[0]] += chance
    if not shares[said]:
        raise ValueError("the word is not told by its first token")
    return shares[said] / (sum(shares.values()) + unseen)


def set_confidence(
    analysis: Analysis, second: Analysis, chances: Sequence[Chance], others: Sequence[Directions]
) -> Analysis:
    """The analysis with its confidences, and what the second, embedded analyst says.

    `others` are the directions of further answers to the same question.
    """
    claims = _directions(analysis)
    by_key = sorted(chances, key=lambda chance: chance[0], reverse=True)
    source: ConfidenceSource
    if [key for key, _ in by_key] == ["overall", *("direction" for _ in analysis.calls)]:
        source, confidences = "tokens", [chance for _, chance in by_key]
    elif others:
        source, confidences = "samples", [_agreement(others, *claim) for claim in claims]
    else:
        of_calls = [
            min(_evidence(second, *claim), MOST_CONDITIONAL if _hangs(call) else 1)
            for call, claim in zip(analysis.calls, claims[1:], strict=True)
        ]
        source, confidences = "evidence", [_overall_evidence(second, analysis, of_calls), *of_calls]
    overall, *of_calls = confidences
    calls = tuple(
        call.model_copy(update={"confidence": confidence})
        for call, confidence in zip(analysis.calls, of_calls, strict=True)
    )
    change = {
        "calls": calls,
        "overall_confidence": overall,
        "other_directions": _directions(second),
        "analyst": analysis.analyst.model_copy(update={"confidence_from": source}),
    }
    return analysis.model_copy(update=change)


def _hangs(call: CallClaim) -> bool:
    """Whether the reason for a call hangs on a condition, or tells what is only possible."""
    return _CONDITION.search(call.rationale.text) is not None


def _directions(analysis: Analysis) -> tuple[tuple[str, Direction], ...]:
    """What an analyst says of the whole, then of each asset."""
    calls = ((call.asset, call.direction) for call in analysis.calls)
    return (("overall", analysis.overall), *calls)


def _agreement(others: Sequence[Directions], name: str, direction: str) -> float:
    """The share of all answers, this one among them, that say the same."""
    return (1 + sum(other.get(name) == direction for other in others)) / (1 + len(others))


def _overall_evidence(second: Analysis, analysis: Analysis, of_calls: Sequence[float]) -> float:
    """The mean confidence of the calls that say what is said of the whole; without such a call, the
    weight of the evidence for that.
    """
    pairs = zip(analysis.calls, of_calls, strict=True)
    agreeing = [confidence for call, confidence in pairs if call.direction == analysis.overall]
    if not agreeing:
        return _evidence(second, "overall", analysis.overall)
    return sum(agreeing) / len(agreeing)


def _evidence(second: Analysis, name: str, direction: str) -> float:
    """The weight of the evidence for a direction, by the embedded analyst.

    A third, the chance of a guess, where that says another direction or nothing of the asset.
    """
    weights = {call.asset: (call.direction, call.confidence) for call in second.calls}
    weights["overall"] = (second.overall, second.overall_confidence)
    other, confidence = weights.get(name, (None, 0.0))
    return confidence if other == direction else 1 / 3
