"""Period, venue, qualifier, speaker and evidence of a number, from its sentence."""

import re
from bisect import bisect_right
from collections.abc import Iterable
from functools import cache
from itertools import product
from typing import TypeVar

from summarizer.facts.candidates import SHARES, Candidate
from summarizer.facts.levels import BROKEN, tells_broken
from summarizer.models import Evidence
from summarizer.tables import load_words, match_any
from summarizer.text.lexicon import Lexicon, lower_words
from summarizer.text.reading import Text
from summarizer.text.spans import Span, is_whole

T = TypeVar("T")

_PERIOD_REACH = 15  # words past which a period says nothing
_PERIOD_BEHIND_CLAUSE = 7
# "in the past two weeks", "over 10 days": each unit as periods have it, and numbers in words.
_STRETCH_UNITS = {"hour": "1h", "day": "1d", "week": "7d", "month": "1mo", "year": "1y"}
_STRETCH_NUMBERS = "two three four five six seven eight nine ten".split()
_MAX_ROWS, _ROW_WORDS = 40, 16  # of a table, and of one of its rows
_AFTER = re.compile(r"\b[Aa]fter\s(?:an?\s|the\s)?\Z")  # "a 7% gain after a week in which"
# What may stand between a figure and its own period: "17% over the past week".
_DIRECT = re.compile(
    r"\s(?:(?:over|in|on|during|for|within|since)\s)?(?:the\s|a\s)?(?:past\s|last\s|previous\s)?\Z"
)
# "150% since its lows in April": no period that another number has is its own.
_SINCE = re.compile(r"\s(?:since|from)\s(?!January\b|the\s(?:start|beginning)\b)")
_OTHER_CLAUSE = re.compile(r",\s(?:and|but)\s(?:it|they|he|she|now)\b")
_VENUE = re.compile(rf"\b{match_any('venue')}\b")
# "fell 4% to $61,300 as funds lost $410 million, according to Farside", which counts flows alone
_COUNTS_FLOWS = re.compile(match_any("flow_source"), re.IGNORECASE)
_WITH = re.compile(r",\swith\s")  # "Binance stood at -0.011%, with Bybit at -0.014%"
_PAST_CLAUSE, _PAST_NUMBER = 60, 40  # code points that a venue seems further off
_DATE_REACH = 60  # code points
# what a kind leaves open: the round of a raise, the record a price was, the delta of a skew
_QUALIFIERS = {
    "fund_raise": re.compile(
        r"\b(?:pre-seed|seed|series [a-e]|strategic|private|public|presale|pre-sale|ICO|IPO)\b",
        re.IGNORECASE,
    ),
    "price_past": re.compile(
        r"\b(?:all-time high|all-time low|ATH|record high|record low)\b", re.IGNORECASE
    ),
    "options_skew": re.compile(r"\b\d{1,2}-delta\b"),
    "open_interest": re.compile(
        r"\b(?:at|of)\s(?:this|that|the|each|its)\s(?:\S+\s)?strike\b|\bstrike\sprices?\b"
    ),
}
# What may stand between a record's name and its number: "all-time high (ATH) of over $123,000".
_OF_RECORD = re.compile(
    r"""
    s?(?:\s\(A\.?T\.?[HL]\.?\))?[\s:,–-]*
    (?:(?:prices?|levels?|mark|value|peak|in|on|set|last|this|earlier|back|month|week|year|yesterday
        |of|at|near|above|over|around|just|about|nearly|almost|roughly|approximately|beyond|to|was
        |is|reached|the|past|slightly|more|than|hit|some|[A-Z][a-z]{2,8}\.?|\d{1,2},?|20\d\d)\s)*
    [~($€£]*
    """,
    re.VERBOSE,
)
_AS_RECORD = re.compile(  # "$123,000, its all-time high"
    r"""
    [)\s,–—-]*
    (?:(?:its|the|a|an|new|fresh|previous|prior|former|recent|latest|current|last|is|was|as|for
        |historic|another|own|old|to|and|set|setting|hit|hitting|mark|marking|making|reaching|per
        |coin|token|record|[A-Z][\w]*['’]s)[\s–-])*
    """,
    re.VERBOSE,
)
_SAID = re.compile(
    r"""
    (?:according[ ]to|said|says|told|wrote|noted|analyst|analysts[ ]at|strategists?[ ]at)\s
        ([A-Z][\w.’'&-]*(?:\s[A-Z][\w.’'&-]*){0,3})              # "said Jane Doe"
    | ([A-Z][\w.’'&-]*(?:\s[A-Z][\w.’'&-]*){0,3}),?\s            # "Jane Doe, said"
        (?:said|says|told|wrote|noted|expects|predicts|believes|argues|warns|warned
            |added(?!\s(?:\w+\s){0,2}[$€£]?\d))\b              # "NEAR added 5%" is a move
    """,
    re.VERBOSE,
)
_CONDITION = re.compile(
    r"""
    \b(?:if|should|unless|provided|as[ ]long[ ]as|once
        |a[ ]break(?:out)?[ ](?:above|below)|a[ ]close[ ](?:above|below))\b
    (?:[^,.;]|(?<=\d)[,.](?=\d)){3,90}  # "if $64,000 breaks": its comma ends no clause
    (?!\w|[,.]\d)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_DATE = re.compile(
    rf"""
    \b(?:{match_any("month_start")}[a-z]*\.?\s\d{{1,2}}(?:,\s\d{{4}})?  # "Sept. 5, 2026"
    | {match_any("month")}(?:\s\d{{4}})?                         # "October 2026"
    | (?:last|this)[ ](?:week|month|year|quarter)|yesterday|in[ ]20\d\d)\b
    """,
    re.VERBOSE,
)


@cache
def _period_lexicon() -> Lexicon[str]:
    listed = {
        phrase: group.removeprefix("period:")
        for group, phrases in load_words().items()
        if group.startswith("period:")
        for phrase in phrases
    }
    return Lexicon((_list_stretches() | listed).items())


def _list_stretches() -> dict[str, str]:
    """Phrases of several hours, days, weeks, months or years that are over -> their period."""
    stretches = {}
    for number, (unit, one) in product(range(2, 32), _STRETCH_UNITS.items()):
        written = [str(number), *_STRETCH_NUMBERS[number - 2 : number - 1]]
        period = f"{number * int(one[0])}{one[1:]}"
        for count, before in product(written, ("past", "last", "previous", "in", "over")):
            stretches[f"{before} {count} {unit}s"] = period
    return {phrase: period for phrase, period in stretches.items() if period != "12mo"}  # a year


def nearest(hits: Iterable[tuple[int, T]], reach: int) -> T | None:
    """The value at the least distance, if that is within reach."""
    distance, value = min(hits, key=lambda hit: hit[0], default=(reach, None))
    return value if distance < reach else None


def find_period(text: Text, candidate: Candidate) -> str | None:
    """The span of time the number covers, nearest in its sentence."""
    first, past = text.word_range(candidate.span)
    low, high = max(first, candidate.first_word - 16), min(past, candidate.past_word + 16)
    hits = []
    for start, end, period in _period_lexicon().find(text.lowered[low:high]):
        distance = candidate.words_to(start + low, end + low)
        gap = candidate.gap_to(text.word_starts[start + low], text.words[end + low - 1].end())
        begin = text.word_starts[start + low]
        is_earlier = _AFTER.search(text.string, max(0, begin - len(" after the ")), begin)
        is_other = is_earlier or _OTHER_CLAUSE.search(text.string, *sorted(gap))
        if is_other or _is_of_other(text, candidate, begin):
            continue
        distance += _PERIOD_BEHIND_CLAUSE * text.crosses_clause(*gap)
        is_own = gap[0] == candidate.end and _DIRECT.fullmatch(text.string, *gap)
        hits.append((-1 if is_own else distance, period))
    if _SINCE.match(text.string, candidate.end):
        hits = [hit for hit in hits if hit[0] < 0]
    return nearest(hits, _PERIOD_REACH) or _find_column(text, candidate)


def _is_of_other(text: Text, candidate: Candidate, begin: int) -> bool:
    """Whether the period at a place stands right behind a number of another unit: "fell 4% in a day
    as funds lost $212 million". "5% to $60,000 in a day" is one statement."""
    other = next(reversed(list(text.numbers_between(candidate.span.start, begin))), None)
    if not other or (other.unit == "%") == (candidate.unit == "%"):
        return False
    if other.unit != "%" and other.end <= candidate.number.start:
        return False  # "$412 million were liquidated in a day, 71% of them longs"
    starts = (other.start, candidate.number.start)
    is_end = any(text.string.endswith("to ", 0, start) for start in starts)
    return not is_end and _DIRECT.fullmatch(text.string, other.end, begin) is not None


def _find_column(text: Text, candidate: Candidate) -> str | None:
    """The period at the head of a percentage's column: the first line above without figures names
    as many periods as the row holds percentages.
    """
    string = text.string
    start = string.rfind("\n", 0, candidate.number.start) + 1
    end = string.find("\n", candidate.end)
    row = string[start : end if end >= 0 else len(string)]
    percents = [n.start for n in text.numbers_between(start, start + len(row)) if n.unit == "%"]
    if candidate.number.start not in percents or len(row.split()) > _ROW_WORDS:
        return None
    for line in reversed(string[:start].split("\n")[-_MAX_ROWS - 1 : -1]):
        if len(line.split()) > _ROW_WORDS or line.endswith("."):
            return None
        if "$" not in line and not re.search(r"\d\s?%", line):
            heads = [period for *_, period in _period_lexicon().find(lower_words(line)[1])]
            at = percents.index(candidate.number.start)
            return heads[at] if len(heads) == len(percents) else None
    return None


def find_venue(text: Text, candidate: Candidate, kind: str) -> str | None:
    """The exchange, issuer or data provider nearest in the sentence; another figure or a clause's
    end between counts as far.
    """
    hits = []
    for match in _VENUE.finditer(text.string, *candidate.span):
        if kind != "etf_flow" and _COUNTS_FLOWS.match(match[0]):
            continue
        start, end = candidate.gap_to(*match.span())
        is_parted = text.crosses_clause(start, end) or _WITH.search(text.string, start, end)
        distance = end - start + _PAST_CLAUSE * bool(is_parted)
        distance += _PAST_NUMBER * bool(text.numbers_between(start, end))
        hits.append((distance, match[0]))
    return min(hits, default=(0, None))[1]


def find_qualifier(text: Text, candidate: Candidate, kind: str) -> str | None:
    """What narrows the kind down: seed or series_a, all-time high, 25-delta, long or short; of a
    level, that it is broken.
    """
    if tells_broken(text, candidate, kind):
        return BROKEN
    if kind == "liquidation_share":
        shares = SHARES.match(text.string, candidate.number.start)
        return shares and shares[3].rstrip("s")
    pattern = _QUALIFIERS.get(kind)
    matches = pattern.finditer(text.string, *candidate.span) if pattern else ()
    match = next((m for m in matches if _is_said_of(text, candidate, kind, m.span())), None)
    if not match:
        return None
    if kind == "open_interest":
        return "at one strike"
    words = match[0].lower()
    words = {"ath": "all-time high", "pre-sale": "presale"}.get(words, words)
    return words.replace(" ", "_") if kind == "fund_raise" else words


def _is_said_of(text: Text, candidate: Candidate, kind: str, words: tuple[int, int]) -> bool:
    """Whether the words are said of the number. Those of a record are said only of a number beside
    them, those of a strike of the numbers of their clause, all others of the whole sentence's.
    """
    (start, end), number = words, candidate.number
    if kind == "price_past":
        if end <= number.start:
            return _OF_RECORD.fullmatch(text.string, end, number.start) is not None
        return _AS_RECORD.fullmatch(text.string, number.end, start) is not None
    if kind == "open_interest":
        return not text.crosses_clause(*candidate.gap_to(start, end))
    return True


def find_speaker(text: Text, candidate: Candidate, kind: str) -> str | None:
    """Who said it, where the sentence names one."""
    match = _SAID.search(text.string, *candidate.span)
    name = (match[1] or match[2]).rstrip(".’'") if match else ""
    is_other = kind != "etf_flow" and _COUNTS_FLOWS.match(name)
    return None if is_other else name or None


def find_condition(text: Text, candidate: Candidate) -> str | None:
    """The words it hangs on ("if $64,000 breaks"), when they stand outside the number."""
    for match in _CONDITION.finditer(text.string, *candidate.span):
        if not match.start() <= candidate.number.start < match.end():
            return match[0].strip()
    return None


def find_date(text: Text, candidate: Candidate) -> str | None:
    """The date it is about, as printed, near it in the sentence."""
    low = max(candidate.span.start, candidate.number.start - _DATE_REACH)
    high = min(candidate.span.end, candidate.end + _DATE_REACH)
    hits = []
    for match in _DATE.finditer(text.string, low, high):
        start, end = candidate.gap_to(*match.span())
        hits.append((abs(end - start), match[0]))
    return min(hits, default=(0, None))[1]


def choose_evidence(text: Text, candidate: Candidate) -> Evidence:
    """The number with a few words before it, as short as still states the fact; on whole words."""
    string, span = text.string, candidate.span
    i = bisect_right(text.word_starts, candidate.number.start) - 1
    start = max(span.start, text.word_starts[max(0, i - 4)])
    while start > span.start and (
        not is_whole(string, start, start)
        or string[start] in ".,%)’'-;:"
        or string[start - 1] in "’'$€£-."
    ):
        start -= 1
    end = candidate.end
    while not is_whole(string, end, end):
        end += 1
    if string.startswith(")", end) and "(" in string[start:end]:
        end += 1
    return text.evidence(Span(start, end))
