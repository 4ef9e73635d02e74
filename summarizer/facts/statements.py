"""Whether a clause states its figure: not what it asks, denies, takes back, supposes, or says of
something else than a price.
"""

import re
from functools import cache

from summarizer.facts.candidates import Candidate
from summarizer.tables import word_set
from summarizer.text.reading import Text

_PRICES = frozenset({"price", "price_change", "price_target", "price_past"})
_NEAR = 70  # code points before a figure that may deny it
_DENIED = re.compile(
    r"""
    \b(?: (?:is|are|was|were|am|will|would|does|do|did|has|have|had|could|can|should)(?:\snot|n[’']t)
        | isn[’']t|aren[’']t|won[’']t|can[’']?not|can[’']t|wouldn[’']t|doesn[’']t|didn[’']t|hasn[’']t
        | never|nowhere\snear|far\sfrom|unlikely\sto|rather\sthan|instead\sof
        | (?:no|little)\s(?:chance|way|sign|reason|evidence|prospect|talk|path)|den(?:y|ies|ied)
        | not\s(?:going|about|set|expected|likely|in\sa\sposition)\sto|shy\sof\sa )\b
    (?!\s(?:only|just|merely|yet\sfallen|see|seen|been\sthis|been\sso|been\sseen|be\ssurprised))
    """,
    re.IGNORECASE | re.VERBOSE,
)
_TAKEN_BACK = re.compile(  # "gave back all of its 8% rally", "wiped out a 4% gain"
    r"""
    \b(?:gave|gives?|given|giving|handed|handing)\s(?:back|up)\s(?:all|most|much|half|the\swhole|nearly\sall|almost\sall)?
        (?:\s?of)?\s?(?:its|their|the|a|an|that|this)\s(?:[\w’'-]+\s){0,3}\Z
    | \b(?:erased|erases|erasing|erase|wiped\sout|wipes\sout|wiping\sout|undid|undoing|reversed|reversing|reverses
        |unwound|unwinding|retraced|cancelled|negated|recouped|recovered(?:\sfrom)?|shrugged\soff|snapped)
        \s(?:(?:all|most|much|half|nearly|almost|of)\s){0,3}(?:its|their|the|a|an|that|this)\s(?:[\w’'-]+\s){0,3}\Z
    """,
    re.IGNORECASE | re.VERBOSE,
)
_TAKEN_BACK_AFTER = re.compile(  # "5% drop was reversed"
    r"""
    \s(?:[\w’'-]+\s){0,4}(?:was|were|has\sbeen|had\sbeen|is|got)\s(?:\w+\s)?(?:reversed|erased|undone|wiped\sout|recovered
        |recouped|retraced|given\sback|unwound|denied|false|wrong|an\serror|a\sglitch|fake)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_WITHDRAWN = re.compile(  # what a correction quotes of the article before it
    r"""
    \b(?:earlier|previous|original|first|prior)\s(?:version|edition|draft)s?\sof\sth(?:is|e)\b
    | \b(?:misstated|wrongly\s(?:said|stated|reported)|incorrectly\s(?:said|stated|reported)|mistakenly\s(?:said|stated)
        |erroneously\s(?:said|stated|reported))\b
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


def is_stated(text: Text, candidate: Candidate, kind: str) -> bool:
    """Whether the article states that the figure is of the kind."""
    if kind not in _PRICES:
        return True
    span, number = candidate.span, candidate.number
    before, after = text.string[span.start : number.start], text.string[candidate.end : span.end]
    if after.rstrip("\"”’')").endswith("?") or _is_withdrawn(before, after):
        return False
    denial = _last(_DENIED, before[-_NEAR:])
    is_denied = denial is not None and "," not in before[len(before) - denial :]
    if is_denied and kind != "price_past":
        if not text.crosses_clause(number.start - denial, number.start):
            return False
    if kind != "price_change":
        return True
    is_taken_back = _TAKEN_BACK.search(before) or _TAKEN_BACK_AFTER.match(after)
    is_supposed = _SUPPOSED.search(before) or _SUPPOSED_AFTER.match(after)
    return not (is_taken_back or is_supposed or _metric().search(before) or _of_metric().match(after))


def _last(pattern: re.Pattern[str], before: str) -> int | None:
    """How far before the figure the last match ends."""
    ends = [match.end() for match in pattern.finditer(before)]
    return len(before) - ends[-1] if ends else None


def _is_withdrawn(before: str, after: str) -> bool:
    """Whether a correction names the figure as the wrong one."""
    notice = _WITHDRAWN.search(before)
    return notice is not None and not _CORRECTED.search(before, notice.end())


@cache
def _metric() -> re.Pattern[str]:
    """What is not a price as what moves by the figure: "gas fees on Ethereum fell 12%"."""
    metrics = "|".join(sorted(map(re.escape, word_set("metric")), key=len, reverse=True))
    moves = "|".join(sorted(word_set("up", "down"), key=len, reverse=True))
    return re.compile(
        rf"""
        \b(?:{metrics})(?:\s(?:on|of|in|for|across|at|from|over|into|per)\s[\w’'\s&-]{{1,40}}?)?
        \s(?:(?:has|have|had|is|was|were|are|also|then|since|[a-z]+ly)\s){{0,3}}(?:{moves})
        \s(?:(?:by|about|around|nearly|almost|roughly|over|some|more|than|an?|another|as|much|up|down)\s)*\Z
        """,
        re.IGNORECASE | re.VERBOSE,
    )


@cache
def _of_metric() -> re.Pattern[str]:
    """The same behind the figure: "a 12% drop in trading volume"."""
    metrics = "|".join(sorted(map(re.escape, word_set("metric")), key=len, reverse=True))
    return re.compile(
        rf"\s(?:[a-z-]+\s){{1,3}}(?:in|of)\s(?:[\w’'-]+\s){{0,4}}?(?:{metrics})\b", re.IGNORECASE
    )
