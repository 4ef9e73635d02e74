"""SENTENCE -> MEANING: what the words around a figure say of its kind, sign, period and certainty.

The words that name a kind are in `data/kinds.toml`, those of movement and time in `data/words.tsv`.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache

from summarizer.facts.kinds import KINDS, LEVELS, PRICES, kinds_where
from summarizer.models import Fact
from summarizer.tables import load_words

STATES = kinds_where(lambda kind: kind.sign == "state")  # "funding fell to 0.01%" tells no sign
_MOVED = kinds_where(lambda kind: kind.told_as_move)
NEGATION = re.compile(
    r"""
    \b(?:not|no|never|nor|without|cannot|den(?:y|ies|ied)|fail(?:s|ed)?|false
        |un(?:true|likely))\b
    | n['’]t\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_STATE_WORDS = re.compile(r"\b(?:(?P<up>positive)|(?P<down>negative))\b", re.IGNORECASE)
# What stands beyond is said of something else.
_PHRASE_ENDS = re.compile(r"[,;()]|\b(?:as|and|with|while|after|though|but)\b")
_LISTED = re.compile(r"[\s,(/–-]*(?:and|or|to|then|also|from|by|at|of|on|as|\w+ at)?[\s(–-]*")
_CERTAIN = re.compile(
    r"\b(?:will|shall|going to|bound to|set to|sure to)\b|['’]ll\b", re.IGNORECASE
)
_POSSIBLE = re.compile(
    r"""
    \b(?:could|may|might|would|can|should|if|likely|expect\w*|forecast\w*|predict\w*|project\w*
        |target\w*|will)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_DOUBT = re.compile(
    r"\b(?:doubt\w*|if|unless|whether|question\w*|hop(?:es?|ed|ing)|rumou?r\w*)\b", re.IGNORECASE
)
_BENT_BEFORE = re.compile(r"[-−–‒+±~$€£×*/^.,\d]\s?\Z")
_BENT_AFTER = re.compile(
    r"""
    [\d%×*/^]
    | \s?-?(?:thousand|million|billion|trillion|hundred|percent|per[ ]cent|bps|[kmbtx])\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_RATE = re.compile(
    r"\s(?:per|a|an|each|every)\s(?:second|minute|hour|day|week|month|year)\b", re.IGNORECASE
)


@dataclass(frozen=True)
class Scope:
    """The words around a figure, up to the figures beside it and to the ends of its clause."""

    before: str
    after: str
    earlier: str  # of the clause, before the figure in front
    start: int  # of the clause

    def parts(self) -> tuple[tuple[str, bool], ...]:
        """Its words, the nearest to the figure first, each with whether they stand after it.

        Those before the figure in front count where the two are listed: "support at {N7} and {N8}".
        """
        near = (self.before, False), (self.after, True)
        return (*near, (self.earlier, False)) if _LISTED.fullmatch(self.before) else near


@cache
def _kind_words() -> tuple[re.Pattern[str], dict[str, frozenset[str]]]:
    """A pattern of all words that name kinds, and the kinds that each of its groups names.

    The longest words come first, so that "funding round" is not "funding".
    """
    kinds: dict[str, set[str]] = defaultdict(set)
    for kind in KINDS.values():
        for words in kind.words:
            kinds[words].add(kind.name)
    ordered = sorted(kinds, key=len, reverse=True)
    groups = [rf"(?<![\w-])(?P<k{i}>{words})(?!\w)" for i, words in enumerate(ordered)]
    names = {f"k{i}": frozenset(kinds[words]) for i, words in enumerate(ordered)}
    return re.compile("|".join(groups), re.IGNORECASE), names


@cache
def _moves() -> re.Pattern[str]:
    words = load_words()
    up, down = (
        "|".join(sorted(map(re.escape, words[side]), key=len, reverse=True))
        for side in ("up", "down")
    )
    return re.compile(rf"\b(?:(?P<up>{up})|(?P<down>{down}))\b", re.IGNORECASE)


def named_kinds(scope: Scope, fact: Fact) -> frozenset[str] | None:
    """The kinds that the nearest words let a figure be; None where no words name a kind."""
    pattern, names = _kind_words()
    for words, is_after in scope.parts():
        if is_after:
            words = _PHRASE_ENDS.split(words)[0]
        words = words.replace(fact.subject, " ")  # a firm called D2X Raises has not raised
        named = [names[str(match.lastgroup)] for match in pattern.finditer(words)]
        if is_after and fact.unit == "%":  # "4.2% below its all-time high": no percentage is a high
            named = [kinds for kinds in named if not kinds <= PRICES]
        if named:
            return named[0 if is_after else -1]
        if fact.unit == "%" and _moves().search(words):
            return _MOVED
    return None


def sign_word(scope: Scope, fact: Fact) -> int | None:
    """1 or -1 by the nearest word that tells a sign; 0 where none does, None where it is denied."""
    pattern = _STATE_WORDS if fact.kind in STATES else _moves()
    for words, is_after in scope.parts():
        matches = list(pattern.finditer(words))
        if not matches:
            continue
        match = matches[0 if is_after else -1]
        near = " ".join(words[: match.start()].split()[-3:])  # "did not really fall {N0}"
        if not is_after:
            near += words[match.end() :]
        if NEGATION.search(near):
            return None
        return 1 if match["up"] else -1
    return 0


@cache
def _period_words() -> dict[str, re.Pattern[str]]:
    patterns = {}
    for group, phrases in load_words().items():
        label, _, period = group.partition(":")
        if label == "period":
            spelt = "|".join(
                "[ -]".join(map(re.escape, re.split(" - | ", phrase)))
                for phrase in (period, *phrases)
            )
            patterns[period] = re.compile(rf"\b(?:{spelt})\b", re.IGNORECASE)
    return patterns


def find_periods(words: str) -> set[str]:
    """The periods that the words name, as facts have them: "over the past week" is 7d."""
    return {period for period, pattern in _period_words().items() if pattern.search(words)}


def is_possible(words: str) -> bool:
    """Whether the words tell something that may come, not what is."""
    return bool(_POSSIBLE.search(words))


def is_as_certain(fact: Fact, words: str, printed: str) -> bool:
    """Whether `words` tell the fact as no surer to come than `printed`, the article's sentence.

    A level is never certain to be reached, whoever says so.
    """
    if _CERTAIN.search(words):
        is_doubted = _DOUBT.search(printed) or NEGATION.search(printed)
        is_printed = _CERTAIN.search(printed) and not is_doubted
        return bool(is_printed) and fact.kind not in LEVELS
    return fact.kind in LEVELS or not is_possible(words) or is_possible(printed)


def is_bent(scope: Scope, printed: str) -> bool:
    """Whether what stands against a figure makes it another one: a sign, a scale, a unit, a rate.

    A rate that `printed`, the article's sentence, has too changes nothing, nor does the dash of a
    range.
    """
    is_range = scope.before.strip() in ("-", "–", "—")
    before = "" if is_range else scope.before.replace(", ", " ")
    rate = _RATE.match(scope.after)
    is_other_rate = rate is not None and rate[0] not in printed
    return bool(_BENT_BEFORE.search(before) or _BENT_AFTER.match(scope.after) or is_other_rate)
