"""How sure an analysis is: by the chances of its tokens, else by the agreement of several answers, else by the weighed evidence.

Never by a number that the model says of itself. verification.py maps it to how often such calls are right, where that was measured.
"""

import math
import re
from collections.abc import Sequence
from itertools import accumulate
from typing import Any, get_args

from summarizer.models import Analysis, CallClaim, ConfidenceSource, Direction

Chance = tuple[
    str, float
]  # "direction" of a call or "overall", and how likely the word that follows was
Directions = dict[str, str]  # what one answer says: asset, or "overall" -> direction

_WORDS: tuple[str, ...] = get_args(Direction)
_SAID = re.compile(
    rb'"(direction|overall)"\s*:\s*"(?=[a-z])'
)  # within a string of the answer its quotes would be escaped


def find_chances(text: str, tokens: Any) -> tuple[Chance, ...]:
    """The chance of each direction in an answer, in its order, from the tokens' log probabilities as OpenAI's API gives them.

    A direction is told by its first token. Its chance is its share among the tokens there that begin a direction; what was not
    listed counts against it. Empty where the tokens do not spell the text.
    """
    try:
        spelt = [
            bytes(token["bytes"]) if token.get("bytes") else token["token"].encode()
            for token in tokens
        ]
        body = text.encode()
        start = b"".join(spelt).find(body)
        if start < 0 or not body:
            return ()
        ends = list(accumulate(map(len, spelt), initial=-start))[1:]
        found = []
        for match in _SAID.finditer(body):
            i = next(i for i, end in enumerate(ends) if end > match.end())
            found.append((match[1].decode(), _chance(tokens[i], body[match.end() :])))
    except (TypeError, KeyError, ValueError, AttributeError, StopIteration, ArithmeticError):
        return ()  # a server's own notion of the form: as if there were none
    return tuple(found)


def _chance(token: dict[str, Any], rest: bytes) -> float:
    said = next(word for word in _WORDS if rest.startswith(word.encode()))
    listed = {
        t["token"]: math.exp(min(0.0, t["logprob"]))
        for t in [token, *(token.get("top_logprobs") or [])]
    }
    unseen = max(0.0, 1 - sum(listed.values()))
    shares = dict.fromkeys(_WORDS, 0.0)
    for words, chance in listed.items():
        begun = [
            word for word in _WORDS if words.strip('": ') and word.startswith(words.strip('": '))
        ]
        if len(begun) == 1:
            shares[begun[0]] += chance
    if not shares[said]:
        raise ValueError("the word is not told by its first token")
    return shares[said] / (sum(shares.values()) + unseen)


def weigh(
    analysis: Analysis, second: Analysis, chances: Sequence[Chance], others: Sequence[Directions]
) -> Analysis:
    """The analysis with its confidences, and what the second, embedded analyst says.

    `others` are the directions of further answers to the same question.
    """
    said = [chance for key, chance in chances if key == "direction"]
    overall = [chance for key, chance in chances if key == "overall"]
    source: ConfidenceSource
    if len(said) == len(analysis.calls) and len(overall) == 1:
        source, sure, whole = "tokens", said, overall[0]
    elif others:
        source, sure = (
            "samples",
            [_agreement(others, call.asset, call.direction) for call in analysis.calls],
        )
        whole = _agreement(others, "overall", analysis.overall)
    else:
        source, sure = "evidence", [_evidence(second, call) for call in analysis.calls]
        whole = (
            second.overall_confidence
            if second.overall == analysis.overall
            else (1 - second.overall_confidence) / 2
        )
    calls = tuple(
        call.model_copy(update={"confidence": chance})
        for call, chance in zip(analysis.calls, sure, strict=True)
    )
    told = (("overall", second.overall), *((call.asset, call.direction) for call in second.calls))
    analyst = analysis.analyst.model_copy(update={"confidence_from": source})
    change = {
        "calls": calls,
        "overall_confidence": whole,
        "other_directions": told,
        "analyst": analyst,
    }
    return analysis.model_copy(update=change)


def _agreement(others: Sequence[Directions], name: str, direction: str) -> float:
    """The share of all answers, this one among them, that say the same."""
    return (1 + sum(other.get(name) == direction for other in others)) / (1 + len(others))


def _evidence(second: Analysis, call: CallClaim) -> float:
    """The weight of the evidence for a call: where the embedded analyst makes another, half of what that leaves; a third where none."""
    weighed = {other.asset: other for other in second.calls}.get(call.asset)
    if weighed is None:
        return 1 / 3
    return (
        weighed.confidence if weighed.direction == call.direction else (1 - weighed.confidence) / 2
    )
