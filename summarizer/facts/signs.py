"""The sign of a number that is printed without one: whether it is told as a rise or as a fall.

What moved the price says it, or what moved the money of a fund; in "JUP fell 5%, JTO 6% and PYTH
7%" the verb of the first counts for all. Words and phrases stand in `data/words.tsv`.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise

from summarizer.facts.attributes import nearest
from summarizer.facts.candidates import Candidate, make_candidate
from summarizer.tables import load_words, match_any
from summarizer.text.reading import Text

_REACH = 14  # words past which a movement says nothing
_GOVERNS = 6  # words in which movements before a number decide its sign
_BEHIND_CLAUSE, _BEHIND_PERCENT = 6, 3  # words that a movement seems further off
_LOOKED_BACK = 20  # percentages of one list
_ABOUT = r"(?:by|about|around|nearly|almost|roughly|over|some|more\sthan|another|an\sadditional)"
_LISTED = re.compile(  # what parts two items of a list with one verb: " to $0.41, Jito (JTO) "
    rf"""
    (?:\s(?:to|at)\s[$€£]?[\d.,]*\d(?:\san?\s(?:ounce|barrel|share|coin|token))?)?
    (?:[,;/]|\s(?:and|or|&)\b|[,;]\s(?:and|while)\b)\s?
    (?:the\s)?[$]?(?:{match_any("lower_case")}|gold|silver|oil|crude|copper|platinum|[A-Z][\w.’'&-]*)
        (?:\s[A-Z][\w.’'&-]*){{0,2}}(?:\s(?:500|100|2000|225))?  # "the S&P 500 "
        (?:\s?\([^()\d]{{1,16}}\))?,?
    \s(?:{_ABOUT}\s)*
    | (?:\s(?:on|over|in|for|since|from)\s[^,;%]{{2,32}})(?:,|,?\sand)  # "6% on the day, 14%"
        \s(?:{_ABOUT}\s)*
    | ,\s | ,?\s(?:and|or)\s                                      # "losses of 4%, 9%, and 10%"
    | \s(?:when|if|with|without|excluding|including)\s[^.;:%]{{2,50}},?\sand\s
    | [,\s][^.;:%]{{0,60}}\b(?:compared\s(?:to|with)|versus|vs\.?)\s(?:the\s|an?\s)?
    """,
    re.VERBOSE,
)
_FROM = re.compile(
    r"\bfrom\s(?:about\s|around\s|nearly\s|just\s\w+\s|an?\s\w+\sof\s|roughly\s|over\s)?\Z"
)
_TO = re.compile(
    r"\s(?:down\s|up\s|back\s)?to\s(?:about\s|around\s|nearly\s|just\s\w+\s|as\s\w+\sas\s|roughly\s)?"
)
_ACCOUNTED = re.compile(  # what stands before a sum in brackets that is a loss, not an aside
    r"(?:\b(?:saw|had|posted|recorded|reported|registered|logged|were|was|of|at|totaled|totalled)|:)\s\(\Z"
)
_DISTANCE = re.compile(  # "5.7% from its recent top", "28% below the record"
    r"""
    \s(?:away\s|down\s)?(?:from|off|below|under|beneath|short\sof)
    \s(?:its|the|their|that|this|a)\s(?:[\w-]+\s){0,3}?
    (?:\$[\d,.]+|highs?|tops?|peaks?|records?|all-time\shighs?|ATHs?)\b(?!\slows?)
    """,
    re.VERBOSE,
)
# "a figure 7.5 percent lower than the day's opening", "3.5% down from its record"
_BESIDE = re.compile(r"\s(lower|higher|down|up)\b")
_APPOSED = re.compile(  # "lost $1,700, or 30%", "plunged 1,100 points on Friday, around 4.6%"
    r"""
    (?:\s(?:points?|dollars|yesterday|today|(?:on|last)\s\w+)){0,3}
    ,?\s(?:or|around|about|roughly|nearly)\s(?:(?:about|around|roughly|nearly|almost|some|over|more\sthan)\s)?
    """,
    re.VERBOSE,
)
_QUANTIFIERS = frozenset({"above", "over", "below", "under", "beneath"})  # "above 5%": a size
# Words before a level of an indicator: "dropping from 4.4% to 4.29%", "below the 3.1% forecast"
_LEVEL_AHEAD = _QUANTIFIERS | {"to", "at", "of", "from"}
_TOLERANCE = 0.06  # how far a percentage may lie from that of its two prices, of itself


@cache
def _movements() -> dict[str, int]:
    return dict.fromkeys(load_words()["up"], 1) | dict.fromkeys(load_words()["down"], -1)


@cache
def _flows() -> dict[str, int]:
    return dict.fromkeys(load_words()["flow_in"], 1) | dict.fromkeys(load_words()["flow_out"], -1)


@cache
def _turns() -> dict[tuple[str, ...], int]:
    """Phrases whose sign is not that of their words: "gave up", "up to", "pulled in"."""
    signs = (("up_phrase", 1), ("down_phrase", -1), ("no_move", 0))
    return {tuple(phrase.split()): sign for group, sign in signs for phrase in load_words()[group]}


def find_sign(text: Text, candidate: Candidate, kind: str) -> int:
    """Sign of a change: -1 or 1, 1 where nothing tells it."""
    if kind == "etf_flow":
        return _find_flow(text, candidate)
    if beside := _BESIDE.match(text.string, candidate.end, candidate.span.end):
        return 1 if beside[1] in ("higher", "up") else -1
    if sum_before := _find_apposed(text, candidate):
        return governing_sign(text, sum_before, kind) or _nearest_word(text, sum_before) or 1
    head = _find_head(text, candidate)
    if kind == "macro_indicator":  # most are levels: "eased to 5.7%", "the Fed's 2% target"
        return governing_sign(text, head, kind) or 1
    if head.number.is_signed:  # "BTC -2%, ETH 3%"
        head = candidate
    is_distance = _DISTANCE.match(text.string, candidate.end, candidate.span.end)
    if is_distance and not governing_sign(text, candidate, kind):
        return -1
    return _compare_prices(text, head) or _nearest_word(text, head) or 1


def _find_flow(text: Text, candidate: Candidate) -> int:
    """The sign of a flow: by its brackets, by the signs of the row it stands in, or by words."""
    if _is_accounted(text, candidate):
        return -1
    others = text.numbers_between(*candidate.span)
    if any(n.is_signed and n.value < 0 and n.unit == candidate.unit for n in others):
        return 1
    if sign := _nearest_word(text, candidate, _flows()):
        return sign
    first, past = text.word_range(candidate.span)
    named = {_flows()[word] for word in text.lowered[first:past] if word in _flows()}
    if len(named) == 1:  # "The inflow, while lower than on previous days, was $65 million"
        return named.pop()
    return governing_sign(text, candidate, "") or 1


def _is_accounted(text: Text, candidate: Candidate) -> bool:
    """Whether a sum stands in brackets as accountants write a loss: "saw ($12.4 million)", or
    behind such a one: "posted ($9M) on Monday and ($12M) on Tuesday"."""
    string, start = text.string, candidate.number.start
    if string[start - 1 : start] != "(" or not string.startswith(")", candidate.end):
        return False
    sums = text.numbers_between(candidate.span.start, candidate.end)
    return any(_ACCOUNTED.search(string, max(0, n.start - 14), n.start) for n in sums)


def _find_apposed(text: Text, candidate: Candidate) -> Candidate | None:
    """The sum of which a percentage is another measure: "is down more than $1,700, or 30 percent".
    A price behind "to" is none: "rose to $3,100, or 5% more"."""
    before = list(text.numbers_between(candidate.span.start, candidate.number.start))[-1:]
    if not before or before[0].unit == "%" or candidate.unit_class != "percent":
        return None
    (number,) = before
    is_level = text.string.endswith(("to ", "at "), 0, number.start)
    is_apposed = _APPOSED.fullmatch(text.string, number.end, candidate.number.start)
    return make_candidate(text, number) if is_apposed and not is_level else None


def _find_head(text: Text, candidate: Candidate) -> Candidate:
    """The first percentage of the list that the number stands in, whose verb counts for all."""
    numbers = text.numbers_between(candidate.span.start, candidate.number.start)
    following, head = candidate.number, candidate
    for number in [number for number in reversed(numbers) if number.unit == "%"][:_LOOKED_BACK]:
        if not _LISTED.fullmatch(text.string, number.end, following.start):
            break
        following, head = number, make_candidate(text, number)
        if number.is_signed:
            break
    return head


def _compare_prices(text: Text, candidate: Candidate) -> int:
    """The sign by two prices of the sentence, where the percentage is that of their distance: "from
    $3,400 to $3,100, or 8.8%"; else 0.
    """
    value = abs(candidate.number.value)
    for left, right in pairwise(text.numbers_between(*candidate.span)):
        if candidate.unit_class != "percent" or left.value <= 0 or "%" in (left.unit, right.unit):
            continue
        move = (right.value / left.value - 1) * 100
        is_told = _FROM.search(text.string, max(0, left.start - 24), left.start)
        is_told = is_told and _TO.fullmatch(text.string, left.end, right.start)
        if is_told and abs(abs(move) - value) < max(0.1, _TOLERANCE * value):
            return 1 if move > 0 else -1
    return 0


def _nearest_word(text: Text, candidate: Candidate, signs: Mapping[str, int] | None = None) -> int:
    """The sign of the nearest word of movement, or of those given; 0 where there is none."""
    first, past = text.word_range(candidate.span)
    telling = signs or _movements()
    hits = []
    for i in range(max(first, candidate.first_word - 12), min(past, candidate.past_word + 8)):
        word = text.lowered[i]
        if word not in telling and word not in _phrases():
            continue
        sign = _sign_at(text.lowered, i, telling)
        is_size = _is_size(text, candidate, i)
        if not sign or is_size or candidate.first_word <= i < candidate.past_word:
            continue
        gap = candidate.gap_to(*text.words[i].span())
        is_before = i < candidate.first_word
        distance = candidate.first_word - i if is_before else (i - candidate.past_word) * 2 + 1
        distance += _BEHIND_CLAUSE * text.crosses_clause(*gap)
        is_other = any(number.unit == "%" for number in text.numbers_between(*gap))
        hits.append((distance + _BEHIND_PERCENT * is_other, sign))
    return nearest(hits, _REACH) or 0


def _is_size(text: Text, candidate: Candidate, i: int) -> bool:
    """Whether word i only says how large a percentage is: "above 5%"."""
    is_before = i == candidate.first_word - 1 and candidate.unit_class == "percent"
    return is_before and text.lowered[i] in _QUANTIFIERS


def _sign_at(words: Sequence[str], i: int, signs: Mapping[str, int]) -> int:
    """The sign of word i, or of the phrase that it stands in."""
    if signs is _flows() and words[i] in ("pulled", "pulling", "pulls"):  # "pulled $5 million from"
        return -1 if {"from", "out"} & set(words[i + 1 : i + 13]) else 1
    for phrase in _phrases().get(words[i], ()):
        for start in range(max(0, i - len(phrase) + 1), i + 1):
            if tuple(words[start : start + len(phrase)]) == phrase:
                return _turns()[phrase]
    return signs.get(words[i], 0)


@cache
def _phrases() -> dict[str, list[tuple[str, ...]]]:
    """The phrases that hold a word, the longest first."""
    phrases = defaultdict(list)
    for phrase in sorted(_turns(), key=len, reverse=True):
        for word in phrase:
            phrases[word].append(phrase)
    return phrases


def governing_sign(text: Text, candidate: Candidate, kind: str) -> int:
    """-1 or 1 by the words of movement that govern a number, 0 where none does or they disagree.

    They stand right behind it ("a 7% gain"), or before it with no other number and no end of a
    clause between: "fell by more than 3%". Those of an indicator count behind it first: "a rebound
    from the 0.5% contraction".
    """
    signs = _flows() if kind == "etf_flow" else {}
    first, _ = text.word_range(candidate.span)
    found = set()
    behind = _word_behind(text, candidate)
    if kind == "macro_indicator" and behind in _movements():
        return _movements()[behind]
    for i in range(candidate.first_word - 1, max(first, candidate.first_word - _GOVERNS) - 1, -1):
        gap = candidate.gap_to(*text.words[i].span())
        if text.crosses_clause(*gap) or text.numbers_between(*gap):
            break
        if kind == "macro_indicator" and _LEVEL_AHEAD & {*text.lowered[max(0, i - 1) : i + 1]}:
            break
        if _is_size(text, candidate, i):
            continue
        if sign := signs.get(text.lowered[i]) or _sign_at(text.lowered, i, _movements()):
            found.add(sign)
    if not found:
        found.add(_movements().get(behind, 0))
    return found.pop() if len(found) == 1 else 0


def sign_behind(text: Text, candidate: Candidate) -> int:
    """-1 or 1 by the word right behind a number that says what it is: "a 7% gain", "7% higher".

    A preposition says where: "bounced 27% off the low", "rose 3% above".
    """
    word = _word_behind(text, candidate)
    return 0 if word in _QUANTIFIERS | {"off", "up", "down"} else _movements().get(word, 0)


def _word_behind(text: Text, candidate: Candidate) -> str:
    """The word right behind a number, in small letters; empty at the end of the sentence."""
    is_last = candidate.past_word >= text.word_range(candidate.span)[1]
    return "" if is_last else text.lowered[candidate.past_word]
