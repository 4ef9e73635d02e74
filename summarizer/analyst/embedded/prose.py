"""SENTENCE -> PROSE: whether a reader understands a sentence that stands alone, and its words as a
person would trim them.
"""

import re
from datetime import datetime
from functools import lru_cache

from summarizer.tables import common_words
from summarizer.text.printed import OPENING, QUOTATION, is_headed, without_asides

_SENTENCES = 256  # sentences whose answers are kept: more than most articles have
# The patterns of `stands_alone` see small letters.
_DANGLING = re.compile(  # a sentence that leans on the one before it
    r"""
    \A(?:
        (?:it|its|he|she|they|his|her|their|such|here|there|another|both)\b
        | (?:(?:[a-z]+[ ]){0,3}(?:this|these|those)
            |(?:(?:of|with|at|by|in|on|from|for|after|despite|all|but)[ ])?that)
            [ ]?(?![ ]?(?:week|month|year|morning|quarter|weekend|summer|autumn|winter|spring|decade
            |cycle)\b)\b
        | (?:on|by|at|in|around|over|during)[ ](?:the[ ]same|the[ ]other|that)\b
        | at[ ](?:the|that)[ ](?:time|point|moment)\b(?![ ]of)
        | (?:since|by|until|from)[ ]then\b | later\b | that[ ]day\b
        | in[ ](?:turn|response|return|contrast|comparison|doing[ ]so)\b(?![ ]to)
        | by[ ](?:contrast|comparison)\b | (?:instead|rather|surprise|sure|simply|yes|no|now)\b,
        | [\w’'$-]+,[ ]on[ ]the[ ]other[ ]hand\b
        | out[ ]of[ ](?:these|them)\b
        | the[ ](?:move|decision|news|report|latter|figure|figures|data|firm|company|analyst
            |post|tweet|token|coin|same|asset|altcoin|cryptocurrency|price|prices|project|platform
            |network|exchange|bank|executive|ceo|founder|investor|announcement|update|surge|rally
            |drop|decline|agency|regulator|statement|study|survey|measure|plan|deal|team|official
            |officials|lawsuit|document|documents|ruling|case|coins|tokens|attacker|attackers|victim
            |hacker|trend|pattern|incident|event|partnership|product|service|feature|man|woman
            |author|pair|indicator|ratio|sale|purchase|transaction|transfer|wallet|judge|duo
            |initiative|crash|correction|breakout|accusations?|allegations?)\b
            (?![ ](?:of|for|from|that|behind|in|industry|markets?|sector|space|exchange|platform
            |giant|ecosystem|community|world)\b)
        | if[ ](?:so|not)\b | according[ ]to[ ](?:(?:him|her|them)\b|the[ ]\w+,)
        | for[ ](?:instance|example)\b | (?:[a-z]+[ ]){1,3}[a-z]+,[ ](?:the[ ](?:company|firm)|it|he
            |she|they)\b
        | [a-z]+(?:ed|ing)\b[^,]{3,60},[ ](?:it|he|she|they)\b
        | one[ ](?:of[ ]these|of[ ]them|such)\b | (?:first|second|third|now),
        | (?:conversely|otherwise|even[ ]so|finally|lastly|again|then|while[ ]this
            |in[ ]this[ ]case|in[ ]other[ ]words|as[ ](?:such|mentioned|noted|seen
            |can[ ]be[ ]seen|shown|you[ ]can))\b
    )
    """,
    re.VERBOSE,
)
_UNFIT = re.compile(  # furniture of the page, a question, a link, a chart that is not shown
    r"""
    \b(?:subscribe|newsletter|related[ ](?:reading|news|articles?)|also[ ]read|sign[ ]up
        |create[ ]an[ ]account|log[ ]in|all[ ]rights[ ]reserved|click[ ]here|read[ ]more|disclaimer
        |share[ ]this[ ]article|cookies?|featured[ ]image|pic\.twitter|follow[ ]us|join[ ]our
        |telegram|(?:not|or)[ ](?:financial|investment|legal)[ ]advice|investment[ ]advice
        |own[ ]research|afford[ ]to[ ]lose|image[ ]source|tradingview\.com|appeared[ ]first[ ]on
        |data[ ]by[ ]ycharts|getty|shutterstock|copyright
        |(?:above|below|following)[ ](?:chart|table|graph)|(?:chart|table|graph)[ ](?:above|below)
        |as[ ]seen[ ](?:above|below)|in[ ]this[ ]article|stay[ ]tuned|let[’']s)\b
    | \?(?:\s|[’”"]*\Z) | https?: | [{}|] | (?:\A|\s)[@\#]\w | \bsource:
    """,
    re.VERBOSE,
)
_GLUED = re.compile(  # a heading flattened onto the sentence behind it: "brings the heat If you"
    r"""
    [a-z’][ ](?:If|Here|The|This|These|In|When|While|With|For|As|At|On|It|We|You|After|Although
        |Despite|However|According|What|Why|How|There|Over|Last|Recently|Since|Meanwhile|Currently
        |Following|Rather|Instead|By|To|Both|Yet|Unlike|Even|Notably|Additionally|Moreover
        |Furthermore|Under|During|Amid|Today|One|Each)\b(?![ ][A-Z])
    | \b(?!(?:of|at|by|in|to|for|with|from|on|and|via|as|per|like|told|called)[ ])[a-z’]{2,}[ ]
        The[ ][A-Z]
    | [a-z0-9%],[ ](?:Over|More|Up|The|This|Access|With|No|Low|High|And)\b
    """,
    re.VERBOSE,
)
_CAPITAL_INSIDE = re.compile(r"(?<=[a-z\d%] )([A-Z][a-z]+)(?= [a-z])")  # "low fees Fast payouts in"
_MOST_INSIDE = 3  # such words in a sentence; of fewer each may be a name
_CAPTION = re.compile(  # of a picture, flattened onto the sentence behind it
    r"(?:image |photo |chart )?(?:source|credit|via)s?\s?:"
)
_CHATTY = re.compile(
    r"""
    (?:now,?[ ]here|here[’']?s|as[ ]you[ ]can[ ]see|imagine|we[’']ll)\b
    | (?:major[ ]breaking|just[ ]in|breaking)\s?:
    """,
    re.VERBOSE,
)
# "Mining: Making new blocks of a chain.", "XRP: $40 million", and of a list several
_ENTRY = re.compile(r"\A[A-Z][^:.]{1,60}:\s[A-Z$€£\d]|:\s[^:]*[^:\d]:\s")
# A heading that names what the sentence behind it begins with: "Nor Fund sells Nor Fund has",
# "Halcyon is becoming scarce Halcyon remains", "How Halcyon is saving Halcyon’s plan"
_NAMED_TWICE = re.compile(
    r"""
    \A([A-Z][\w&’'-]+\s[A-Z][\w&’'-]+)\b[^,.;“”\"]*[a-z]\s(?:\w+\s){0,5}?\1\b
    | \A(?:[A-Z][a-z]+\s)?([A-Z]\w+)\s[^,.;:“”\"]*?
        \b(?!(?:of|and|or|to|for|in|on|with|by|from|than|as|that|which|if|when|while|because|but|where
            |why|how|at|about|over|into|the|its|both|since|before|after|until|though|although|what
            |whether|\w*(?:say|said|think|believe|expect|see|show|suggest|mean|hope|fear|argue|claim
            |predict|warn|note|add|know)(?:s|d|ed)?)\s)[\w’'-]+\s
        \2(?:[’']s|\s(?:is|was|has|had|remains?|will|would|could|can|may|might|said|says|made|fell
            |rose|traded|trades|continues?))\b
    """,
    re.VERBOSE,
)
_CONNECTIVE = 9  # code points that `trim` may take off with no heading: "However, "
# What may be left of a heading that was cut in its middle: "For Stablecoins Central to the plan is"
_HEADED = re.compile(r"(?:For|With|From|As|Over|Under|By|After|Before)\s[A-Z]\w+\s[A-Z]\w+\b")
_FIRST_PERSON = re.compile(r"\b(?:I|[Ww]e|[Oo]ur|[Mm]y|[Yy]ou|[Yy]our|us)\b")
_TAIL = re.compile(
    r"""
    [,;]?[ ](?:according[ ]to|as[ ]per|per[ ]data[ ]from|data[ ]from|citing|reports?)\s
        [^,.;]{3,60}\.?\Z
    | ,[ ](?:which|where|who)\s[^.]{30,}\.?\Z
    """,
    re.VERBOSE,
)
_CUT = re.compile(
    r"; |, (?:while|with|as|but|which|after|although|followed|whereas|adding|citing) | — | – "
)
_DENIED = re.compile(r"\bnot\b[^,]*\Z")  # what stands behind it: "not in an alley, but in court"
_YEAR = re.compile(
    r"\b(?:[Ii]n|[Ss]ince|[Bb]y|of|early|late|mid|[A-Z][a-z]+\.?,?)[ -](20[0-4]\d)\b"
)
_LONG_AGO = re.compile(  # "Around two months ago, Ann Writer said that …"
    r"\A(?:(?:around|about|some|nearly|almost|over|just)?\s?[\w-]+\s(?:months?|years?)\s(?:ago|earlier)"
    r"|(?:at\sthe\send\sof\s|(?:early|late|back)\s|in\s)*last\syear|historically)\b",
    re.IGNORECASE,
)
MAX_WORDS = 38  # of one sentence; a longer one is cut where a clause ends
_MIN_WORDS = 12  # of what is left then


@lru_cache(_SENTENCES)
def stands_alone(sentence: str) -> bool:
    """Whether a reader who sees only this sentence understands it.

    A heading, a row, a caption, an aside, furniture, half a quotation, and what leans on the
    sentence before do not.

    >>> stands_alone("The price of bitcoin fell below $60,000 on Tuesday.")
    True
    >>> stands_alone("It fell below $60,000 again on Tuesday.")
    False
    """
    trimmed = trim(sentence)
    if not (7 <= len(trimmed.split()) <= 70 and sentence.rstrip()[-1] in '.!”"'):
        return False
    is_cut = len(sentence) - len(trimmed) > _CONNECTIVE
    if _is_fragment(trimmed) or (is_cut and _HEADED.match(trimmed)):
        return False
    lowered = trimmed.lower()
    is_unfit = _UNFIT.search(lowered) or _CAPTION.match(lowered) or _GLUED.search(trimmed)
    is_told = _FIRST_PERSON.search(QUOTATION.sub("", trimmed))
    return not (is_unfit or is_told or _DANGLING.match(lowered) or _CHATTY.match(lowered))


def _is_fragment(sentence: str) -> bool:
    """Whether it is no whole sentence: an entry or a run of entries, half a quotation, or one that
    a heading or a name runs into.
    """
    return bool(
        sentence[0].islower()
        or _ENTRY.search(QUOTATION.sub("", sentence))
        or _NAMED_TWICE.match(sentence)
        or _is_flat_list(sentence)
        or not _is_balanced(sentence)
        or is_headed(sentence)
    )


def _is_flat_list(sentence: str) -> bool:
    """Whether a list was flattened into the sentence: its entries begin with common words that have
    a capital though no stop stands before them.
    """
    starts = [match[1].lower() for match in _CAPITAL_INSIDE.finditer(sentence)]
    return sum(word in common_words() for word in starts) >= _MOST_INSIDE


def is_past(sentence: str, published_at: datetime | None) -> bool:
    """Whether a sentence begins months ago, or the years that it names all lie before that of the
    article.

    >>> is_past("Halcyon was founded in 2014.", datetime(2026, 3, 1))
    True
    >>> is_past("Around two months ago, he was bullish.", None)
    True
    """
    if _LONG_AGO.match(sentence):
        return True
    years = [int(year) for year in _YEAR.findall(sentence)]
    return published_at is not None and bool(years) and max(years) < published_at.year


def _is_balanced(sentence: str) -> bool:
    """Whether every quotation and bracket that is opened is closed."""
    pairs = (("“", "”"), ("(", ")"), ("[", "]"))
    is_paired = all(sentence.count(left) == sentence.count(right) for left, right in pairs)
    return is_paired and sentence.count('"') % 2 == 0


@lru_cache(_SENTENCES)
def trim(sentence: str) -> str:
    """The sentence without a connective, a heading run into it and a ticker in brackets.

    >>> trim("Meanwhile, bitcoin (BTC) fell below $60,000 on Tuesday.")
    'Bitcoin fell below $60,000 on Tuesday.'
    >>> trim("Summary Bitcoin fell."), trim("In brief remarks, Powell spoke of rates.")
    ('Bitcoin fell.', 'In brief remarks, Powell spoke of rates.')
    """
    text = without_asides(" ".join(sentence.split()))
    text = OPENING.sub("", text, count=1)
    return text[:1].upper() + text[1:]


def shorten(sentence: str, most: int = MAX_WORDS) -> str:
    """The trimmed sentence; one of more than `most` words loses its last clauses.

    >>> shorten("Ether fell to $2,000 on Tuesday, which nobody who trades it had seen coming.", 9)
    'Ether fell to $2,000 on Tuesday.'
    """
    text = trim(sentence)
    least = min(_MIN_WORDS, most // 2)
    if len(text.split()) > most and len(short := _TAIL.sub(".", text).split()) >= least:
        text = " ".join(short)
    while len(text.split()) > most:
        starts = [text[: match.start()] for match in _CUT.finditer(text)]
        starts = [start for start in starts if len(start.split()) >= least and _is_whole(start)]
        if not starts:
            break
        text = starts[-1] + "."
    return text


def _is_whole(start: str) -> bool:
    """Whether the beginning of a sentence leaves nothing open: a quotation, a dash, a bracket, or
    the second half of "not this, but that".
    """
    is_paired = all(start.count(dash) % 2 == 0 for dash in (" — ", " – "))
    return is_paired and _is_balanced(start) and not _DENIED.search(start)
