"""Kinds that follow from more than the words around a number.

A sum that investors move into funds is a flow. The ends of a range that holds a price are levels:
"stuck between $88,000 and $92,000" states a support and a resistance. A percentage of a stock index
is a macro indicator, never the price change of an asset. What an asset costs "at press time" is its
price now, also where the verb is past; what it cost three days ago is not.
"""

import re
from collections.abc import Collection, Iterable, Sequence

from summarizer.facts.candidates import Candidate
from summarizer.facts.choice import LABELS, NONE
from summarizer.facts.kinds import PRICES
from summarizer.tables import match_any, word_set
from summarizer.text.reading import Text
from summarizer.text.spans import Span

Choice = tuple[str, float]  # a kind and its chance

_WIDEST = 1.7  # times its lower end; a wider pair is no range that a price is held in
_HELD = re.compile(
    r"""
    \b(?:stuck|trapped|boxed\sin|pinned|locked|wedged|range-?bound|rang(?:es?|ed|ing)|chopp(?:y|ed|ing)
        |consolidat(?:es?|ed|ing|ion)|oscillat(?:es?|ed|ing)|seesaw(?:s|ed|ing)?|sideways)
    \s(?:[a-z-]+\s){0,4}?(?:between|of|from|in|within|at|around)\s(?:about\s|roughly\s|the\s|an?\s)?\Z
    """,
    re.IGNORECASE | re.VERBOSE,
)
_REACH = 70  # code points around a number, or before a range, in which words tell its kind
_INVESTORS = re.compile(  # "Investors pulled a net "
    r"""
    \b(?:investors|traders|buyers|clients|institutions)\s(?:\w+\s){0,2}
    (?:pulled|withdrew|yanked|redeemed|added|put|poured|moved|ploughed|plowed|pumped)
    \s(?:(?:an?|net|total|record|of|out|about|around|nearly|almost|some|over|more|than|another|roughly)\s)*\Z
    """,
    re.IGNORECASE | re.VERBOSE,
)
_FUNDS = re.compile(  # " from US spot ether funds"
    r"""
    \s(?:from|out\sof|into|to|in)\s(?:the\s|these\s|U\.?S\.?(?:-listed)?\s|American\s|spot\s)*
    (?:bitcoin|ether|ethereum|solana|xrp|btc|eth|sol|crypto)\s
    (?:exchange-traded\s)?(?:funds|etfs|etps|products)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_GAP = re.compile(r"\s?(?:-|–|—|to|and)\s?")

# "at press time", "as of the time of writing"
_AT_PRESS = (
    r"(?:at|as\sof)\s(?:the\s)?(?:press\stime|this\swriting|writing"
    r"|time\sof\s(?:this\s)?(?:writing|press|publication))"
)
# Words that stand between a price and these with no other price and no record among them.
_OWN_WORDS = r"(?:(?!\b(?:highs?|lows?|peak|record|ATH|average|from|since)\b)[^\d.;])*"
_NOW_BEFORE = re.compile(
    rf"""
    \b(?: {_AT_PRESS} | current\sprice | (?:is|are)\s(?:now\s|currently\s)?
           (?:trading|changing\shands|hovering|priced|quoted|valued) )
    \b{_OWN_WORDS}\Z
    """,
    re.IGNORECASE | re.VERBOSE,
)
_THEN = re.compile(  # "Three days ago, ETH was valued at"
    rf"""
    \b(?: ago | last\s(?:week|month|year) | start\sof\s(?:the|this)\s(?:week|month|year)
        | in\s(?:{match_any("month")}\s)?20\d\d ),?
    [^.;,\d]*\b(?:was|were|stood|traded|opened|closed)\b[^.;,\d]*\Z
    """,
    re.IGNORECASE | re.VERBOSE,
)
_NOW_AFTER = re.compile(rf"{_OWN_WORDS}\b{_AT_PRESS}\b", re.IGNORECASE)


def name_by_rules(
    text: Text, candidates: Sequence[Candidate], kinds: Sequence[Choice]
) -> list[Choice]:
    """The kinds, with the ends of ranges that hold a price as its support and its resistance, and
    what investors move into funds, or out of them, as a flow."""
    named = list(kinds)
    for i, candidate in enumerate(candidates):
        if candidate.unit_class == "money" and _is_flow(text, candidate):
            named[i] = _rename(candidate, "etf_flow", ("etf_flow", "other", NONE))
    for i in range(len(candidates) - 1):
        if _is_held(text, *candidates[i : i + 2]):
            for at, kind in ((i, "support_level"), (i + 1, "resistance_level")):
                if named[at][0] != NONE:
                    named[at] = _rename(candidates[at], kind)
    return named


def _is_flow(text: Text, candidate: Candidate) -> bool:
    """Whether words say of a sum that investors moved it into funds, or out of them."""
    string, start = text.string, candidate.number.start
    is_moved = _INVESTORS.search(string, max(candidate.span.start, start - _REACH), start)
    return is_moved is not None and _FUNDS.match(string, candidate.end) is not None


def _is_held(text: Text, low: Candidate, high: Candidate) -> bool:
    """Whether two numbers are the ends of a range that words before it say holds a price."""
    is_range = low.is_price_like and high.is_price_like and low.unit == high.unit
    if not is_range or not low.number.value < high.number.value < _WIDEST * low.number.value:
        return False
    string, start = text.string, low.number.start
    is_joined = _GAP.fullmatch(string, low.end, high.number.start)
    return bool(is_joined and _HELD.search(string, max(low.span.start, start - _REACH), start))


def settle_kind(text: Text, candidate: Candidate, choice: Choice, subject: str) -> Choice:
    """The kind of a number, now that its subject is known."""
    if choice[0] == "price_past" and _is_now(text, candidate):
        return _rename(candidate, "price", ("price", "price_past"))
    if choice[0] == "price" and _is_dated(text, candidate):
        return _rename(candidate, "price_past", ("price", "price_past"))
    if choice[0] != "price_change" or subject not in word_set("stock_index"):
        return choice
    named = {text.quote(Span(m.start, m.end)) for m in candidate.mentions if m.subject == subject}
    if named == {"SPX"}:  # "SPX (-9%)" may be the coin
        return choice
    return _rename(candidate, "macro_indicator", ("price_change", "macro_indicator"))


def _is_now(text: Text, candidate: Candidate) -> bool:
    """Whether words beside a number, with no other number between, say that it holds now."""
    string, span = text.string, candidate.span
    start, end = candidate.number.start, candidate.end
    is_before = _NOW_BEFORE.search(string, max(span.start, start - _REACH), start)
    return bool(is_before or _NOW_AFTER.match(string, end, min(span.end, end + _REACH)))


def _is_dated(text: Text, candidate: Candidate) -> bool:
    """Whether a verb of the past, and a time long before it, tell when a price held."""
    low, start = candidate.span.start, candidate.number.start
    return _THEN.search(text.string, max(low, start - 2 * _REACH), start) is not None


def _rename(candidate: Candidate, kind: str, others: Iterable[str] = PRICES) -> Choice:
    """The kind, and as its chance the sum of what the readers gave to `others`: a rule has told
    these apart.
    """
    place, places = LABELS.index(kind), {LABELS.index(other) for other in others}
    candidate.chances = _gather(candidate.chances, place, places)
    candidate.linear_chances = _gather(candidate.linear_chances, place, places)
    return kind, candidate.chances[place]


def _gather(chances: Sequence[float], place: int, places: Collection[int]) -> list[float]:
    """The chances, with all those at `places` added up at `place`."""
    gathered = [0.0 if i in places else chance for i, chance in enumerate(chances)]
    gathered[place] = sum(chances[i] for i in places)
    return gathered
