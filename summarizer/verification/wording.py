"""SENTENCE -> MEANING: what the words around a figure say of its kind, sign, period and certainty.

The words that name a kind are in `data/kinds.toml`, those of movement and time in `data/words.tsv`.
"""

import re
from collections import defaultdict
from functools import cache

from summarizer.facts.candidates import LARGE
from summarizer.facts.kinds import KINDS, LEVELS, PRICES, kinds_where
from summarizer.models import Fact
from summarizer.tables import load_words
from summarizer.text.asset_table import load_assets
from summarizer.verification.periods import find_periods, spells_period
from summarizer.verification.scope import Scope

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
_GROWING = re.compile(  # "its weekly loss grew to {N14}"
    r"""
    \b(?:(?P<up>gains?|advance|rally)|(?P<down>loss(?:es)?|declines?|slide))\s
    (?:\w+\s)?(?:grew|widened|deepened|rose|climbed|increased|extended|narrowed|shrank)\b[^,;]*\Z
    """,
    re.IGNORECASE | re.VERBOSE,
)
_FLOWS = re.compile(
    r"""
    \b(?:(?P<up>inflows?|took[ ]in|takes?[ ]in|drew|attract\w+|pulled[ ]in|added|raked[ ]in
            |gather\w*|absorb\w*|collect\w*|intake)
        |(?P<down>outflows?|redemptions?|withdrawals?|withdr\w+|lost|shed|bled|pulled[ ]out))\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
# What stands beyond is said of something else.
_PHRASE_ENDS = re.compile(
    r"""
    [,;()] | \b(?:as|and|with|while|after|though|but|if|unless|once|should|provided|which|that|when
        |where|because|since|before|until)\b
    """,
    re.VERBOSE,
)
_CERTAIN = re.compile(
    r"\b(?:will|shall|going to|bound to|set to|sure to)\b|['’]ll\b", re.IGNORECASE
)
_OPINION = re.compile(
    r"\b(?:guess|expect|predict|forecast|believ|think|thinks|project|hope|anticipat|argu)\w*\s(?:that\s)?",
    re.IGNORECASE,
)
_POSSIBLE = re.compile(
    r"""
    \b(?:could|may|might|would|can|should|if|likely|expect\w*|forecast\w*|predict\w*|project\w*
        |target\w*|will)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_UNIT_CLASSES = {"%": "percent", "bps": "bps", "ratio": "plain", "index": "plain", "count": "plain"}
_CALLS_IT = re.compile(  # "the support of BTC is {N0}"
    r"""
    \s(?:(?:of|for|in)\s(?:the\s)?[\w$]+\s)?
    (?:is\s|was\s|are\s|were\s|of\s|at\s|stands\s|reached\s|hit\s|now\s|about\s|only\s){1,3}\Z
    """,
    re.VERBOSE,
)
_WORD = re.compile(r"\W*\w+")
_WORDS_AFTER = 5  # behind a figure that may say what it is
PLACED = re.compile(r"\b(?:to|at|near|around|above|below|reached|hit|touched)\s\Z")
_PROMISED = re.compile(  # "the promised listing price of {N20}"
    r"\b(?:promis|plan|sees?|straddle|room|guess|target|aim|point|expect|forecast|predict|project|propos|launch|listing|next)\w*",
    re.IGNORECASE,
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
    r"\s(?:per|a|an|each|every)\s(second|minute|hour|day|week|month|year)\b", re.IGNORECASE
)


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
    groups = [f"(?P<k{i}>{words})" for i, words in enumerate(ordered)]
    names = {f"k{i}": frozenset(kinds[words]) for i, words in enumerate(ordered)}
    return re.compile(rf"(?<![\w-])(?:{'|'.join(groups)})(?!\w)", re.IGNORECASE), names


@cache
def _moves() -> re.Pattern[str]:
    words = load_words()
    up, down = (
        "|".join(sorted(map(re.escape, words[side]), key=len, reverse=True))
        for side in ("up", "down")
    )
    compound = r"(?<!make )(?<!makes )(?<!made )(?<!add )(?<!adds )"  # "calls make up {N11}"
    return re.compile(rf"\b{compound}(?:(?P<up>{up})|(?P<down>{down}))\b", re.IGNORECASE)


def named_kinds(scope: Scope, fact: Fact) -> frozenset[str] | None:
    """The kinds that the words around let a figure be; None where no words name a kind.

    Words for kinds that such a figure cannot be, by its unit and size, are said of something else.
    """
    for words, is_after in scope.parts():
        if is_after and _is_said_of_next(scope, fact, words):
            continue
        phrase = _own_phrase(words, fact, is_after=is_after)
        if kinds := _find_kinds(phrase, fact, is_after=is_after):
            is_promised = _PROMISED.search(scope.before + scope.after) or is_possible(phrase)
            is_target = fact.kind == "price_target" and kinds & PRICES
            return kinds | {fact.kind} if is_target and is_promised else kinds
        if fact.unit == "%" and _moves().search(phrase):
            return _MOVED
    return None


def names_kind(words: str, kind: str) -> bool:
    """Whether the words name the kind."""
    pattern, names = _kind_words()
    return any(kind in names[str(match.lastgroup)] for match in pattern.finditer(words))


def _is_said_of_next(scope: Scope, fact: Fact, after: str) -> bool:
    """Whether the words behind a figure say what it is a share of, or speak of the next figure.

    Such are "{N9} of volume" and "at {N6} could still test {N5}".
    """
    is_share = fact.unit == "%" and after.startswith(" of ")
    return is_share or bool(fact.kind in PRICES and PLACED.search(scope.before))


def _own_phrase(words: str, fact: Fact, *, is_after: bool) -> str:
    """The words up to the next comma or joining word, the name of the subject blotted out.

    A firm called D2X Raises has not raised.
    """
    phrase = _PHRASE_ENDS.split(words)[0 if is_after else -1]
    if is_after:
        phrase = "".join(_WORD.findall(phrase)[:_WORDS_AFTER])
    return phrase.replace(fact.subject, "x" * len(fact.subject))


def _find_kinds(phrase: str, fact: Fact, *, is_after: bool) -> frozenset[str]:
    """The kinds that a phrase names: what it calls the figure, else all that the figure can be."""
    pattern, names = _kind_words()
    matches = list(pattern.finditer(phrase))
    if matches and not is_after and _CALLS_IT.match(phrase, matches[-1].end()):
        return names[str(matches[-1].lastgroup)]
    named = [names[str(match.lastgroup)] & _possible_kinds(fact) for match in matches]
    if is_after and fact.unit == "%":  # "4.2% below its all-time high": no percentage is a high
        named = [kinds for kinds in named if not kinds <= PRICES]
    return frozenset().union(*named)


def last_phrase(words: str) -> str:
    """What stands behind the last comma or joining word."""
    return _PHRASE_ENDS.split(words)[-1]


def calls_it(scope: Scope) -> bool:
    """Whether the words right before a figure say what it is: "the support of BTC is {N0}"."""
    pattern, _ = _kind_words()
    words = last_phrase(scope.before)
    return any(_CALLS_IT.match(words, match.end()) for match in pattern.finditer(words))


def _possible_kinds(fact: Fact) -> frozenset[str]:
    """The kinds that a figure of this unit and size can be."""
    unit = _UNIT_CLASSES.get(fact.unit) or (
        "coins" if fact.unit in load_assets().tickers else "money"
    )
    is_large = abs(fact.value) >= LARGE
    kinds = kinds_where(lambda kind: kind.takes(unit, is_large))
    return (kinds - PRICES if unit == "plain" else kinds) | {fact.kind}


def sign_word(scope: Scope, fact: Fact) -> int | None:
    """1 or -1 by the nearest word that tells a sign; 0 where none does, None where it is denied."""
    pattern = _STATE_WORDS if fact.kind in STATES else _moves()
    if fact.kind == "etf_flow" and any(_FLOWS.search(words) for words, _ in scope.parts()):
        pattern = _FLOWS  # "inflows dropped to {N4}" is an inflow
    if noun := _GROWING.search(scope.before):
        return 1 if noun["up"] else -1
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


def periods_beside(scope: Scope) -> tuple[set[str], str]:
    """The periods that the phrase of a figure names, and its words."""
    after, before = _PHRASE_ENDS.split(scope.after)[0], last_phrase(scope.before)
    return find_periods(after) or find_periods(before), f"{before} {after}"


def is_possible(words: str) -> bool:
    """Whether the words tell something that may come, not what is."""
    return bool(_POSSIBLE.search(words))


def is_as_certain(fact: Fact, words: str, printed: str) -> bool:
    """Whether `words` tell the fact as no surer to come than `printed`, the article's sentence.

    A level is never certain to be reached, unless the words give it as somebody's opinion.
    """
    if not _CERTAIN.search(words) or _OPINION.search(words):
        return True
    is_doubted = _DOUBT.search(printed) or NEGATION.search(printed)
    is_printed = _CERTAIN.search(printed) and not is_doubted
    return bool(is_printed) and fact.kind not in LEVELS


def is_bent(scope: Scope, printed: str, period: str | None = None) -> bool:
    """Whether what stands against a figure makes it another one: a sign, a scale, a unit, a rate.

    A rate that `printed`, the article's sentence, has too changes nothing, nor does one of the
    fact's own period, or the dash of a range.
    """
    is_range = scope.before.strip() in ("-", "–", "—")
    before = "" if is_range else scope.before.replace(", ", " ")
    rate = _RATE.match(scope.after)
    is_own_rate = rate and period and spells_period(rate[1], period)
    is_other_rate = rate and not is_own_rate and not _says_rate(rate[1], printed)
    return bool(_BENT_BEFORE.search(before) or _BENT_AFTER.match(scope.after) or is_other_rate)


def _says_rate(noun: str, printed: str) -> bool:
    """Whether the article's sentence has the rate too: "a day" is "daily" or "per day"."""
    if noun == "day" and "24" in printed:  # "24-hour volume"
        return True
    stem = {"day": "dai", "year": "annual"}.get(noun, noun)
    return re.search(rf"(?:a|an|per|each|every|/)\s?{noun}|{stem}ly", printed) is not None
