"""Whether a percentage is the change of a price: not a share, a level, a forecast, or the change of
something else.
"""

import re
from functools import cache

from summarizer.facts.candidates import Candidate
from summarizer.tables import match_any
from summarizer.text.reading import Text

_NEAR = 70  # code points before a percentage in which a word of movement makes it a move
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
_SUPPOSED = re.compile(  # "if bitcoin fell 20%"
    r"""
    (?:\A|[,;]\s|\b(?:and|but|that|even|because|as)\s)
        (?:if|suppose|supposing|assuming|imagine|what\sif|had|were|should|in\scase)\s
        (?:(?!\bthen\b)[^,;]|(?<=\d),(?=\d)){3,90}\Z
    """,
    re.IGNORECASE | re.VERBOSE,
)
_SUPPOSED_AFTER = re.compile(  # "a 10% drop would hurt"
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
_SHORT_OF = re.compile(  # "4% below its all-time high", where nothing moves
    r"""
    \s(?:away\sfrom|short\sof|shy\sof|below|above|under)\s
        (?:its|the|their|an?|last|all-time|previous|recent|\d{4})\s(?:[\w’'‑-]+\s){0,4}
        (?:highs?|peaks?|records?|lows?|ATHs?|all[‑-]time)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_SHARE = re.compile(  # "12% of the supply"; not "12% of its market value"
    r"""
    \s(?: of\s(?!(?:(?:its|their|the|his|her)\s)?(?:\w+\s)?
            (?:value|price|gains|losses|cap|capitali[sz]ation|worth|purchasing)\b)[a-z]
        | (?:share|stake|chance|odds|probability|discount|tax|fee)\b )
    """,
    re.VERBOSE,
)
# "from 4% to 5%", "4% up or down": a level, and a move of neither sign.
_LEVEL = re.compile(r"\d\s?%\sto\s(?:(?:below|above|just|about|around|nearly|under|over)\s)*\Z")
_EITHER_WAY = re.compile(r"\b(?:up\sor\sdown|down\sor\sup)\b[^,.;]{0,20}\Z")


def is_other_change(before: str, after: str) -> bool:
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


def is_distance(text: Text, candidate: Candidate) -> bool:
    """Whether a percentage says how far a price is from a high or a low, with no word of a move."""
    span, start = candidate.span, candidate.number.start
    before = text.string[max(span.start, start - _NEAR) : start]
    is_short = _SHORT_OF.match(text.string, candidate.end, span.end)
    return is_short is not None and not _moves().search(before)


@cache
def _moves() -> re.Pattern[str]:
    """A word of movement, a few words before a figure."""
    return re.compile(rf"\b{match_any('up', 'down')}\b[^,;]{{0,30}}\Z", re.IGNORECASE)


@cache
def _metric() -> re.Pattern[str]:
    """Words by which something else than a price moves: "gas fees on Ethereum fell 12%"."""
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
    """Such words behind the figure: "a 12% drop in trading volume"."""
    metrics = match_any("metric")
    return re.compile(
        rf"\s(?:[a-z-]+\s){{1,3}}(?:in|of)\s(?:[\w’'-]+\s){{0,4}}?{metrics}\b", re.IGNORECASE
    )
