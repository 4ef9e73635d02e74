"""Whether a clause states its figure: not what it asks, denies, takes back, supposes, or says of
something else than a price.
"""

import re
from functools import cache

from summarizer.facts.candidates import Candidate
from summarizer.facts.kinds import PRICES
from summarizer.tables import match_any
from summarizer.text.numbers import Number
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
_NEAR, _REACH = 70, 140  # code points before a figure that may deny it, or tell what it is
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
_CAPITALISATION = re.compile(
    r"\b(?:market\s(?:cap|value|share)|capitali[sz]ation|supply|volumes?|reserves|revenues?|tvl)\b",
    re.IGNORECASE,
)
_ELLIPTIC = re.compile(  # "USDC's grew 2%": its market value, named before
    r"[’']s\s(?:rose|grew|fell|dropped|climbed|slid|jumped|sank|shrank|slipped|gained|went)\s(?:by\s|about\s|nearly\s|almost\s)*\Z"
)
_TAKEN_BACK = re.compile(  # "gave back all of its 8% rally", "wiped out a 4% gain"
    r"""
    \b(?:gave|gives?|given|giving|handed|handing)\s(?:back|up)\s
        (?:all|most|much|half|the\swhole|nearly\sall|almost\sall)?(?:\s?of)?\s?(?:its|their|the|a|an|that|this)\s(?:[\w’'-]+\s){0,3}\Z
    | \b(?:erased|erases|erasing|erase|wiped\sout|wipes\sout|wiping\sout|undid|undoing
        |reversed|reversing|reverses|unwound|unwinding|retraced|cancelled|negated|recouped|recovered(?:\sfrom)?|shrugged\soff|snapped
        |avoided|avoids|avoid|averted|averts|dodged|escaped|prevented)
        \s(?:(?:all|most|much|half|nearly|almost|of)\s){0,3}
        (?:its|their|the|a|an|that|this)\s(?:[\w’'-]+\s){0,3}\Z
    """,
    re.IGNORECASE | re.VERBOSE,
)
_TAKEN_BACK_AFTER = re.compile(  # "5% drop was reversed"
    r"""
    \s(?!of\s)(?:[\w’'-]+\s){0,4}(?:was|were|has\sbeen|had\sbeen|is|got)\s(?:\w+\s)?
        (?:reversed|erased|undone|wiped\sout|recovered|recouped|retraced|given\sback|unwound|denied|false|wrong|an\serror|a\sglitch|fake)\b
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
_SUPPOSED = re.compile(  # "if bitcoin fell 20%", "a 10% drop would"
    r"""
    (?:\A|[,;]\s|\b(?:and|but|that|even|because|as)\s)
        (?:if|suppose|supposing|assuming|imagine|what\sif|had|were|should|in\scase)\s
        (?:(?!\bthen\b)[^,;]|(?<=\d),(?=\d)){3,90}\Z
    """,
    re.IGNORECASE | re.VERBOSE,
)
_SUPPOSED_AFTER = re.compile(
    r"\s(?:[a-z]+\s){0,3}(?:would|could|might|may)\s(?:be|mean|take|bring|put|send|wipe|push|trigger|leave|erase|still|likely|hurt)\b"
)


# "predicts bitcoin to rally 70%", "it could fall another 12%", "would have lost 15%"
_FORETOLD = re.compile(
    r"""
    (?: \b(?:could|might|would)\shave\s(?:[a-z]+\s){0,2}
        (?:rallied|risen|climbed|surged|soared|gained|jumped|dropped|fallen|declined|plunged|slumped|slid|lost|grown)
    | \b(?: could|may|might|would|will|can | (?:poised|set|likely|about|expected|going)\sto
        | (?:predict|expect|forecast|foresee|anticipate)s?\s(?:[\w’'$-]+\s){1,4}to )
    \s(?:[a-z]+\s){0,2}
    (?:rally|rise|climb|surge|soar|gain|jump|rocket
        |drop|fall|decline|plunge|slump|slide|lose|grow) )
    \s(?:(?:by|about|another|as|much|more|than|over|up|down|to|an?|roughly|around|nearly|further)\s){0,4}\Z
    """,
    re.IGNORECASE | re.VERBOSE,
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
_SHORT_OF = re.compile(  # "4% below its all-time high", where nothing moves
    r"""
    \s(?:away\sfrom|short\sof|shy\sof|below|above|under)\s
        (?:(?:its|the|their|a|an|last|all-time|previous|recent|\d{4})\s)+(?:[\w’'-]+\s){0,2}
        (?:highs?|peaks?|records?|lows?|ATHs?|all-time)\b
    """,
    re.IGNORECASE | re.VERBOSE,
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
_SHARE = re.compile(  # "12% of the supply"; not "12% of its market value"
    r"""
    \s(?: of\s(?!(?:(?:its|their|the|his|her)\s)?(?:\w+\s)?
            (?:value|price|gains|losses|cap|capitali[sz]ation|worth|purchasing)\b)[a-z]
        | (?:share|stake|chance|odds|probability|discount|tax|fee)\b )
    """,
    re.VERBOSE,
)
_LEVEL = re.compile(r"\d\s?%\sto\s(?:(?:below|above|just|about|around|nearly|under|over)\s)*\Z")
# "Ether, at 961%, remains lower": where something stands, not how far it moved.
_STANDS = re.compile(
    r"(?:,|\b(?:is|are|was|were|stands|stood|sits|sat))\s(?:now\s|still\s)?at\s(?:\w+\s)?\Z"
)
_EITHER_WAY = re.compile(r"\b(?:up\sor\sdown|down\sor\sup)\b[^,.;]{0,20}\Z")
_HEADS = re.compile(
    r"\s(?:[a-z-]+\s)?(?:employees|staff|workers|people|users|customers|investors|members|wallets|addresses|holders|developers"
    r"|jobs|nodes|validators|stores|machines|accounts|merchants|participants|voters|respondents|followers|countries|companies)\b"
)


# The ratios at which charts after Fibonacci set levels, and what names such a chart.
_RATIOS = frozenset({0.236, 0.382, 0.5, 0.618, 0.65, 0.705, 0.786, 0.886, 1.272, 1.618, 2.618})
_RATIO_CHART = re.compile(r"\bfib(?:s|onacci)?\b|\bretracements?\b|\bgolden pocket\b")


def is_stated(text: Text, candidate: Candidate, kind: str) -> bool:
    """Whether the article states that the figure is of the kind."""
    span, number = candidate.span, candidate.number
    before, after = text.string[span.start : number.start], text.string[candidate.end : span.end]
    near = before[-_REACH:]
    if candidate.unit_class == "plain":
        is_count = kind != "other" and _HEADS.match(after)
        if is_count or _is_chart_ratio(text, candidate):
            return False
    if candidate.unit_class == "money" and _is_other_sum(near, after, kind):
        return False
    if kind == "market_cap" and _WIPED.search(near):
        return False
    if kind == "etf_flow" and "open interest" in (sentence := (before + after).lower()):
        return "flow" in sentence
    if _NONE.search(near) or (candidate.unit_class == "money" and _NOT_DONE.search(near)):
        return False
    is_asked = after.rstrip("\"”’')").endswith("?")
    if kind not in _PRICES:
        return not (is_asked and kind == "macro_indicator")
    if is_asked or _is_withdrawn(before) or (kind != "price_past" and _is_denied(text, number)):
        return False
    if kind != "price_change":
        return not (kind in _QUOTED_PRICES and _AVERAGE.search(near))
    stands = not number.is_signed and _STANDS.search(near)
    return not (stands or _is_other_change(near, after))


def is_distance(text: Text, candidate: Candidate) -> bool:
    """Whether a percentage says how far a price is from a high or a low, with no word of a move."""
    span, start = candidate.span, candidate.number.start
    before = text.string[max(span.start, start - _NEAR) : start]
    is_short = _SHORT_OF.match(text.string, candidate.end, span.end)
    return is_short is not None and not _moves().search(before)


def _is_chart_ratio(text: Text, candidate: Candidate) -> bool:
    """Whether a number is a ratio of the chart that the text speaks of, and no price."""
    is_ratio = candidate.number.value in _RATIOS
    return is_ratio and _RATIO_CHART.search(text.lowered_string) is not None


def _is_other_sum(before: str, after: str, kind: str) -> bool:
    """Whether a sum is somebody's wealth or order, or a distance, whatever kind it looks like."""
    if kind not in _AMOUNTS:
        return False
    is_order = _ORDER.search(before) or _ORDER_AFTER.match(after)
    is_distance = _DISTANCE.match(after) or _MOVED.search(before)
    is_no_price = kind in PRICES and (is_order or is_distance)
    return bool(_WEALTH.search(before) or is_no_price)


def _is_denied(text: Text, number: Number) -> bool:
    """Whether words before a figure deny it, in its own clause."""
    start = text.sentences[text.sentence_at(number.start)].start
    low = max(start, number.start - _NEAR)
    ends = [match.end() for match in _DENIED.finditer(text.string, low, number.start)]
    if not ends or "," in text.string[ends[-1] : number.start]:
        return False
    return not text.crosses_clause(ends[-1], number.start)


def _is_other_change(before: str, after: str) -> bool:
    """Whether a percentage is a share or a level, taken back, supposed, foretold, or of something
    else than a price.
    """
    is_share = _SHARE.match(after) or _LEVEL.search(before) or _EITHER_WAY.search(before)
    is_taken_back = _TAKEN_BACK.search(before) or _TAKEN_BACK_AFTER.match(after)
    is_supposed = _SUPPOSED.search(before) or _SUPPOSED_AFTER.match(after)
    is_foretold = _FORETOLD.search(before)
    is_elliptic = _ELLIPTIC.search(before) and _CAPITALISATION.search(before)
    is_of_metric = is_elliptic or _metric().search(before) or _of_metric().match(after)
    return bool(is_share or is_taken_back or is_supposed or is_foretold or is_of_metric)


def _is_withdrawn(before: str) -> bool:
    """Whether a correction names the figure as the wrong one."""
    notice = _WITHDRAWN.search(before)
    return notice is not None and not _CORRECTED.search(before, notice.end())


@cache
def _moves() -> re.Pattern[str]:
    """A word of movement, a few words before a figure."""
    return re.compile(rf"\b{match_any('up', 'down')}\b[^,;]{{0,30}}\Z", re.IGNORECASE)


@cache
def _metric() -> re.Pattern[str]:
    """What is not a price as what moves by the figure: "gas fees on Ethereum fell 12%"."""
    metrics = match_any("metric")
    moves = match_any("up", "down")
    return re.compile(
        rf"""
        \b{metrics}(?:\s(?:on|of|in|for|across|at|from|over|into|per)\s[\w’'\s&-]{{1,40}}?)?
        \s(?:(?:has|have|had|is|was|were|are|also|then|since|[a-z]+ly)\s){{0,3}}{moves}
        \s(?:(?:by|about|around|nearly|almost|roughly|over|some|more|than|an?|another|as|much|up|down)\s)*\Z
        """,
        re.IGNORECASE | re.VERBOSE,
    )


@cache
def _of_metric() -> re.Pattern[str]:
    """The same behind the figure: "a 12% drop in trading volume"."""
    metrics = match_any("metric")
    return re.compile(
        rf"\s(?:[a-z-]+\s){{1,3}}(?:in|of)\s(?:[\w’'-]+\s){{0,4}}?{metrics}\b", re.IGNORECASE
    )
