"""Whether a clause states its figure as the kind of number that it was taken for. It does not if it
asks, denies, withdraws or supposes it, or says it of something else.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from summarizer.facts.candidates import Candidate
from summarizer.facts.changes import is_other_change
from summarizer.facts.kinds import PRICES
from summarizer.text.reading import Text

_AMOUNTS = PRICES | {"market_cap", "treasury_holding", "fund_raise", "exploit_loss"}
_PRICES = frozenset({"price", "price_change", "price_target", "price_past"})
_QUOTED_PRICES = frozenset({"price", "price_past"})
_AVERAGE = re.compile(  # "the 200-day moving average, which sits at", which is no price
    r"""
    \b(?:moving\saverages?|(?:[SDEW]|HM)?MAs?|VWAP|realized\sprice)\)?(?:\s\([^)]*\))?,?
        (?:\s(?:which|that|currently|now|is|was|are|at|of|near|around|located|stands?|standing|sits?
            |sitting|lies|lying|found|just|about))*\s\W?\Z
    """,
    re.VERBOSE,
)
_NEAR = 70  # code points before a figure in which words deny it
_REACH = 140  # code points before a figure in which words tell what it is
_DENIED = re.compile(
    r"""
    \b(?: (?:is|are|was|were|will|would|does|do|did|has|have|had|could|can|should)(?:\snot|n[’']t)
        | (?:is|are|wo|ca|would|does|did|has)n[’']t|cannot
        | never|nowhere\snear|far\sfrom|unlikely\sto|rather\sthan|instead\sof
        | (?:no|little)\s(?:chance|way|sign|reason|evidence|prospect|talk|path)|den(?:y|ies|ied)
        | not\s(?:going|about|set|expected|likely|in\sa\sposition)\sto|shy\sof\sa
        | (?:nobody|no\sone|few)\s(?:\w+\s)?(?:expects?|thinks?|believes?|sees?) )\b
    (?!\s(?:only|just|merely|yet\sfallen|see|seen|been\sthis|been\sso|been\sseen|be\ssurprised))
    """,
    re.IGNORECASE | re.VERBOSE,
)
_NONE = re.compile(  # "saw no $1 billion outflow", "neither gained nor lost 5%", "not a 10% drop"
    r"""
    \b(?:no|not(?:\san?)?|without\san?)\s\Z
    | \b(?:neither|nor)\s(?:[\w’'-]+\s){0,3}\Z
    | \b(?:neither|nor)\b[^.;]{3,60}\b(?:more|less)\sthan\s\Z
    """,
    re.IGNORECASE | re.VERBOSE,
)
# "has not lost $500 million": the verb of a sum is denied, not one of speech or of its return.
_NOT_DONE = re.compile(
    r"""
    (?:\b(?:not|never|nobody|no\sone|neither|nor)|n[’']t|\bden(?:y|ies|ied)\s(?:having|that\s(?:it|they)\s(?:had|has|have)))\s
    (?:been\s|be\s|yet\s|actually\s|ever\s)*
    (?:lost|lose|losing|suffer|suffered|stolen|steal|stole|hacked\sfor|drained|fined|raised|raise|bought|buy|sold|seen|see|record|recorded)\s
    (?:of\s|about\s|around\s|nearly\s|almost\s|over\s|some\s|more\sthan\s|up\sto\s|an?\s|any\s|the\s|in\s)*\Z
    """,
    re.IGNORECASE | re.VERBOSE,
)
_WITHDRAWN = re.compile(  # what a correction quotes of the article before it
    r"""
    \b(?:earlier|previous|original|first|prior)\s(?:version|edition|draft)s?\sof\sth(?:is|e)\b
    | \bmisstated\b
    | \b(?:wrongly|incorrectly|mistakenly|erroneously)\s(?:said|stated|reported)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_CORRECTED = re.compile(
    r"\b(?:not|instead\sof|rather\sthan)\s(?:by\s|at\s|about\s|the\s|an?\s)*[-−+]?[$€£]?\Z"
    r"|\b(?:it|that|which|this|the\s\w+)\s(?:is|was|were|has\sbeen|fell|rose|should)\b",
    re.IGNORECASE,
)
_DISTANCE = re.compile(  # "$3,080 away from its high"
    r"""
    \s(?:away\sfrom|short\sof|shy\sof|(?:or\sso\s)?(?:below|above|off|under|from))\s
        (?:(?:its|the|their|a|an|that|this|his|her|last|all-time|previous|record|prior)\s)+(?:[\w’'-]+\s){0,2}
        (?:highs?|peaks?|records?|lows?|ATHs?|targets?|all-time|tops?|bottoms?)\b
    | \s(?:away|short)\b | \s(?:cheaper|pricier|wide)\b
    """,
    re.VERBOSE,
)
_MOVED = re.compile(  # "was up about $750": how far a price moved, not where it stands
    r"\b(?:(?:is|was|were|are)\s(?:now\s|already\s)?(?:up|down)|(?:climbed|rose|fell|dropped|slid|jumped)\sby)"
    r"\s(?:(?:about|around|nearly|almost|over|some|roughly|another|more\sthan)\s)*\Z"
    r"|\b(?:up|down)\s(?:about|around|nearly|almost|some|roughly)\s\Z"
    r"|\b(?:gained|gaining|added|adding|grew\sin\svalue)"
    r"\s(?:(?:by|about|around|nearly|almost|over|some|roughly|another|more\sthan)\s)*\Z",
    re.IGNORECASE,
)
_ORDER = re.compile(  # a stop loss or a strike is no level of the market
    r"\b(?:stop[\s-]?loss(?:es)?|stops?|strikes?|strike\sprices?)\s(?:(?:at|of|to|near|below|around|is|was|set|placed|just|under)\s)*\Z",
    re.IGNORECASE,
)
_ORDER_AFTER = re.compile(r"[\s-](?:strikes?|calls?|puts?|(?:call|put)\soptions?|stop[\s-]loss)\b")
_WEALTH = re.compile(
    r"\b(?:net\sworth|fortune|wealth|salary|bounty|ticket|fee)s?\s(?:[\w’'-]+\s){0,4}\Z",
    re.IGNORECASE,
)
_WIPED = re.compile(  # what a market lost or gained is not what it is worth
    r"\b(?:wiped|wiping|wipes|erased|erasing|erases|shed|sheds|shedding|lost|losing|loses|added|adding|adds|gained|gaining|vanished|evaporated)"
    r"\s(?:out\s|off\s|away\s)?(?:(?:more|over|nearly|about|around|almost|some|roughly|another|an|than|up|to|estimated|staggering|whopping)\s)*[-−+]?\Z",
    re.IGNORECASE,
)
# "Ether, at 961%, remains lower": where something stands, not how far it moved.
_STANDS = re.compile(
    r"(?:,|\b(?:is|are|was|were|stands|stood|sits|sat))\s(?:now\s|still\s)?at\s(?:\w+\s)?\Z"
)
_HEADS = re.compile(
    r"\s(?:[a-z-]+\s)?(?:employees|staff|workers|people|users|customers|investors|members|wallets|addresses|holders|developers"
    r"|jobs|nodes|validators|stores|machines|accounts|merchants|participants|voters|respondents|followers|countries|companies)\b"
)


# The ratios at which charts after Fibonacci set levels, and what names such a chart.
_RATIOS = frozenset({0.236, 0.382, 0.5, 0.618, 0.65, 0.705, 0.786, 0.886, 1.272, 1.618, 2.618})
_RATIO_CHART = re.compile(r"\bfib(?:s|onacci)?\b|\bretracements?\b|\bgolden pocket\b")


class _Figure(NamedTuple):
    """A figure, the kind that it is taken for, and the words of its clause around it."""

    text: Text
    candidate: Candidate
    kind: str
    before: str
    near: str  # the last _REACH code points of `before`
    after: str

    @property
    def is_money(self) -> bool:
        return self.candidate.unit_class == "money"


def is_stated(text: Text, candidate: Candidate, kind: str) -> bool:
    """Whether the article states that the figure is of the kind: none of `_CHECKS` holds."""
    span, number = candidate.span, candidate.number
    before, after = text.string[span.start : number.start], text.string[candidate.end : span.end]
    figure = _Figure(text, candidate, kind, before, before[-_REACH:], after)
    return not any(check(figure) for kinds, check in _CHECKS if kinds is None or kind in kinds)


def _counts_heads(figure: _Figure) -> bool:
    """Whether a plain number counts people or things: "1,200 employees"."""
    is_plain = figure.candidate.unit_class == "plain" and figure.kind != "other"
    return is_plain and _HEADS.match(figure.after) is not None


def _is_chart_ratio(figure: _Figure) -> bool:
    """Whether a plain number is a ratio of the chart that the text speaks of, and no price."""
    is_plain = figure.candidate.unit_class == "plain"
    is_ratio = is_plain and figure.candidate.number.value in _RATIOS
    return is_ratio and _RATIO_CHART.search(figure.text.lowered_string) is not None


def _is_wealth(figure: _Figure) -> bool:
    """Whether a sum is what somebody owns, earns or pays: "a net worth of $64,000"."""
    return figure.is_money and _WEALTH.search(figure.near) is not None


def _is_order_or_distance(figure: _Figure) -> bool:
    """Whether a sum is a stop loss, a strike, or how far a price moved or has to go."""
    is_order = _ORDER.search(figure.near) or _ORDER_AFTER.match(figure.after)
    is_distance = _DISTANCE.match(figure.after) or _MOVED.search(figure.near)
    return figure.is_money and bool(is_order or is_distance)


def _is_wiped(figure: _Figure) -> bool:
    """Whether it is what a market lost or gained, not what it is worth."""
    return _WIPED.search(figure.near) is not None


def _is_open_interest(figure: _Figure) -> bool:
    """Whether the clause of a flow speaks of open interest and of no flow."""
    clause = (figure.before + figure.after).lower()
    return "open interest" in clause and "flow" not in clause


def _is_none(figure: _Figure) -> bool:
    """Whether the words right before a figure say that there is no such thing."""
    is_not_done = figure.is_money and _NOT_DONE.search(figure.near)
    return bool(_NONE.search(figure.near) or is_not_done)


def _is_asked(figure: _Figure) -> bool:
    """Whether the figure stands in a question."""
    return figure.after.rstrip("\"”’')").endswith("?")


def _is_withdrawn(figure: _Figure) -> bool:
    """Whether a correction names the figure as the wrong one."""
    notice = _WITHDRAWN.search(figure.before)
    return notice is not None and not _CORRECTED.search(figure.before, notice.end())


def _is_denied(figure: _Figure) -> bool:
    """Whether words before a figure deny it, in its own clause."""
    text, start = figure.text, figure.candidate.number.start
    low = max(text.sentences[text.sentence_at(start)].start, start - _NEAR)
    ends = [match.end() for match in _DENIED.finditer(text.string, low, start)]
    if not ends or "," in text.string[ends[-1] : start]:
        return False
    return not text.crosses_clause(ends[-1], start)


def _is_average(figure: _Figure) -> bool:
    """Whether the figure is a moving average, which is no price."""
    return _AVERAGE.search(figure.near) is not None


def _stands(figure: _Figure) -> bool:
    """Whether a percentage is where something stands, not how far it moved."""
    return not figure.candidate.number.is_signed and _STANDS.search(figure.near) is not None


def _is_other_change(figure: _Figure) -> bool:
    """Whether a percentage is no change of a price."""
    return is_other_change(figure.near, figure.after)


# Each check with the kinds that it is for, None for all. One that holds is enough: the figure is
# not stated.
_CHECKS: tuple[tuple[frozenset[str] | None, Callable[[_Figure], bool]], ...] = (
    (None, _counts_heads),
    (None, _is_chart_ratio),
    (_AMOUNTS, _is_wealth),
    (PRICES, _is_order_or_distance),
    (frozenset({"market_cap"}), _is_wiped),
    (frozenset({"etf_flow"}), _is_open_interest),
    (None, _is_none),
    (_PRICES | {"macro_indicator"}, _is_asked),
    (_PRICES, _is_withdrawn),
    (_PRICES - {"price_past"}, _is_denied),
    (_QUOTED_PRICES, _is_average),
    (frozenset({"price_change"}), _stands),
    (frozenset({"price_change"}), _is_other_change),
)
