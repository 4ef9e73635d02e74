"""What the words around a figure say of it: its kind, its sign, its period. The words are data (`data/kind_words.tsv`)."""

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache

from summarizer.facts.kinds import KINDS, LEVELS, PRICES, kinds_where
from summarizer.models import Fact
from summarizer.tables import load_words

STATES = kinds_where(
    lambda kind: kind.sign == "state"
)  # "funding fell to 0.01%" tells a move, not a sign
NEGATION = re.compile(
    r"\b(?:not|no|never|nor|without|cannot|den(?:y|ies|ied)|fail(?:s|ed)?|false|un(?:true|likely))\b|n['’]t\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Scope:
    """What stands around a figure: from the figure or clause before, to the one after, and the clause so far."""

    before: str
    after: str
    earlier: str
    start: int  # of the clause


@cache
def _kind_words() -> re.Pattern[str]:
    return re.compile(
        "|".join(
            rf"(?<![\w-])(?P<k{i}>{words})(?![\w])" for i, (_, words) in enumerate(_kind_rows())
        ),
        re.IGNORECASE,
    )


@cache
def _kind_rows() -> tuple[tuple[frozenset[str], str], ...]:
    """Words with the kinds that they name, the longest first, so that "funding round" is not "funding"."""
    kinds: dict[str, set[str]] = defaultdict(set)
    for kind in KINDS.values():
        for words in kind.words:
            kinds[words].add(kind.name)
    rows = [(frozenset(names), words) for words, names in kinds.items()]
    return tuple(sorted(rows, key=lambda row: -len(row[1])))


@cache
def _moves() -> re.Pattern[str]:
    words = load_words()
    up = "|".join(sorted(map(re.escape, words["up"]), key=len, reverse=True))
    down = "|".join(sorted(map(re.escape, words["down"]), key=len, reverse=True))
    return re.compile(rf"\b(?:(?P<up>{up})|(?P<down>{down}))\b", re.IGNORECASE)


_MOVED = kinds_where(lambda kind: kind.told_as_move)
_STATE_WORDS = re.compile(r"\b(?:(?P<up>positive)|(?P<down>negative))\b", re.IGNORECASE)


_PHRASE_ENDS = re.compile(
    r"[,;()]|\b(?:as|and|with|while|after|though|but)\b"
)  # what stands beyond is said of something else


def named_kinds(scope: Scope, fact: Fact) -> frozenset[str] | None:
    """The kinds that the nearest words let a figure be: those before it, else after it, else earlier in its clause."""
    for place, part in enumerate((scope.before, _PHRASE_ENDS.split(scope.after)[0], scope.earlier)):
        part = part.replace(fact.subject, " ")  # a firm called D2X Raises has not raised
        found = [
            _kind_rows()[int((match.lastgroup or "k0")[1:])][0]
            for match in _kind_words().finditer(part)
        ]
        if (
            place == 1 and fact.unit == "%"
        ):  # "4.2% below its all-time high": no percentage is a high
            found = [kinds for kinds in found if not kinds <= PRICES]
        if found:
            return found[0] if place == 1 else found[-1]
        if fact.unit == "%" and _moves().search(part):
            return _MOVED
    return None


def sign_word(scope: Scope, fact: Fact) -> int | None:
    """+1 or -1 by the nearest word that tells a sign, 0 where none does, None where that word is denied."""
    pattern = _STATE_WORDS if fact.kind in STATES else _moves()
    for place, part in enumerate((scope.before, scope.after, scope.earlier)):
        found = list(pattern.finditer(part))
        if found:
            match = found[0] if place == 1 else found[-1]
            near = " ".join(part[: match.start()].split()[-3:]) + part[match.end() :] * (place != 1)
            return None if NEGATION.search(near) else 1 if match["up"] else -1
    return 0


@cache
def _period_words() -> tuple[tuple[str, re.Pattern[str]], ...]:
    groups = {
        name.removeprefix("period:"): words
        for name, words in load_words().items()
        if name.startswith("period:")
    }
    found = []
    for period, phrases in groups.items():
        spelt = [
            "[ -]".join(re.escape(word) for word in re.split(r" - | ", phrase))
            for phrase in (period, *phrases)
        ]
        found.append((period, re.compile(rf"\b(?:{'|'.join(spelt)})\b", re.IGNORECASE)))
    return tuple(found)


def find_periods(words: str) -> set[str]:
    return {period for period, pattern in _period_words() if pattern.search(words)}


_CERTAIN = re.compile(
    r"\b(?:will|shall|going to|bound to|set to|sure to)\b|['’]ll\b", re.IGNORECASE
)
_POSSIBLE = re.compile(
    r"\b(?:could|may|might|would|can|should|if|likely|expect\w*|forecast\w*|predict\w*|project\w*|target\w*|will)\b",
    re.IGNORECASE,
)
_DOUBT = re.compile(
    r"\b(?:doubt\w*|if|unless|whether|question\w*|hop(?:es?|ed|ing)|rumou?r\w*)\b", re.IGNORECASE
)


def is_as_certain(fact: Fact, words: str, printed: str) -> bool:
    """Whether `printed`, the article's sentence, tells the fact as a thing to come where `words` do, and as certain as they do.

    A level is never certain to be reached, whoever says so.
    """
    if _CERTAIN.search(words):
        sure = (
            _CERTAIN.search(printed) and not _DOUBT.search(printed) and not NEGATION.search(printed)
        )
        return bool(sure) and fact.kind not in LEVELS
    return (
        fact.kind in LEVELS or not _POSSIBLE.search(words) or _POSSIBLE.search(printed) is not None
    )


_BENT_BEFORE = re.compile(r"[-−–‒+±~$€£×*/^.,\d]\s?\Z")
_BENT_AFTER = re.compile(
    r"[\d%×*/^]|\s?-?(?:thousand|million|billion|trillion|hundred|percent|per cent|bps|[kmbtx])\b",
    re.IGNORECASE,
)
_RATE = re.compile(
    r"\s(?:per|a|an|each|every)\s(?:second|minute|hour|day|week|month|year)\b", re.IGNORECASE
)


def is_bent(scope: Scope, printed: str) -> bool:
    """Whether what stands against a figure makes it another one: a sign, a scale, a unit, a rate that `printed` does not have.

    A dash between two figures is a range.
    """
    before = scope.before if scope.before.strip() not in ("-", "–", "—") else ""
    rate = _RATE.match(scope.after)
    return bool(
        _BENT_BEFORE.search(before.replace(", ", " "))
        or _BENT_AFTER.match(scope.after)
        or (rate and rate[0] not in printed)
    )
