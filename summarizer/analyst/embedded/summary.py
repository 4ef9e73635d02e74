"""TEXT -> SUMMARY: the article's own key sentences, shortened.

They say what happened, and what it means for the market.
"""

import re

from summarizer.analyst.embedded.reasons import Reasons
from summarizer.models import Claim
from summarizer.text.assets import MARKET
from summarizer.text.printed import OPENING, without_asides

# The patterns of `stands_alone` see small letters.
# A sentence that leans on the one before it cannot stand alone.
_DANGLING = re.compile(
    r"""
    \A(?:this|that|these|those|it|its|he|she|they|his|her|their|such|here|there|another|both
        |the[ ](?:move|decision|news|report|former|latter|figure|data|firm|company|analyst|post
            |tweet|token|coin|same)
        |if[ ]so|according[ ]to[ ](?:him|her|them)|for[ ](?:instance|example)
        |one[ ]of[ ](?:them|these)|first|second|third|finally|lastly|again|then|while[ ]this)\b
    """,
    re.VERBOSE,
)
_UNFIT = re.compile(  # furniture of the page, a question, a link
    r"""
    \b(?:subscribe|newsletter|related[ ](?:reading|news|articles?)|also[ ]read|sign[ ]up
        |create[ ]an[ ]account|log[ ]in|all[ ]rights[ ]reserved|click[ ]here|read[ ]more|disclaimer
        |share[ ]this[ ]article|cookies?|featured[ ]image|pic\.twitter|follow[ ]us|join[ ]our
        |telegram|not[ ]financial[ ]advice|investment[ ]advice|image[ ]source|tradingview\.com
        |getty|shutterstock|copyright)\b
    | \?\Z
    | https?:
    """,
    re.VERBOSE,
)
_GLUED = re.compile(  # a heading flattened onto the sentence behind it: "brings the heat If you"
    r"""
    [a-z’][ ](?:If|Here|The|This|These|In|When|While|With|For|As|At|On|It|We|You|After|Although
        |Despite|However|According|What|Why|How)\b(?![ ][A-Z])
    """,
    re.VERBOSE,
)
_CAPTION = re.compile(  # of a picture, flattened onto the sentence behind it
    r"(?:image |photo |chart )?(?:source|credit|via)s?\s?:"
)
_CHATTY = re.compile(
    r"""
    (?:let[’']?s|now,?[ ]here|here[’']?s|as[ ]you[ ]can[ ]see|in[ ]this[ ]article|we[’']ll)\b
    | (?:major[ ]breaking|just[ ]in|breaking)\s?:
    """,
    re.VERBOSE,
)
_QUOTED = re.compile('[“"][^”"]{25,}[”"]')
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
_CONTENT = re.compile(r"[a-z][a-z]{3,}|\d[\d.,]*\d")
_STOP = frozenset(
    "this that with from have will been their they which would could about after into over than"
    " what when where were more also says said".split()
)
_SENTENCES = 2  # of the article
_MAX_OVERLAP = 0.5  # share of the words of the shorter of two sentences that both may have
MAX_WORDS = 38  # of one sentence; a longer one is cut where a clause ends
_MIN_WORDS = 12  # of what is left then


def write_summary(reasons: Reasons, main: str | None) -> tuple[Claim, ...]:
    """One or two claims, each resting on one sentence of the article; `main` is its main asset."""
    places = _choose_sentences(reasons, main) or reasons.about(MARKET)[:1]
    return tuple(Claim(text=shorten(reasons.sentence(i)), sentences=(i,)) for i in places)


def _choose_sentences(reasons: Reasons, main: str | None) -> list[int]:
    """The sentences that say most and do not repeat each other, in reading order."""
    fitting = [i for i in reasons.about(MARKET) if stands_alone(reasons.sentence(i))]
    words = {i: _content(reasons.sentence(i)) for i in fitting}
    title = _content(reasons.text.article.title or "")
    scores = {i: _score(reasons, i, main, words[i], title) for i in fitting}
    chosen: list[int] = []
    for i in sorted(fitting, key=lambda i: (-scores[i], i)):
        is_new = all(
            len(words[i] & words[k]) < _MAX_OVERLAP * min(len(words[i]), len(words[k]))
            for k in chosen
        )
        if is_new and len(chosen) < _SENTENCES:
            chosen.append(i)
    return sorted(chosen)


def _score(reasons: Reasons, i: int, main: str | None, words: set[str], title: set[str]) -> float:
    """How much sentence i says: more if early, factual, about the main asset, like the title."""
    start, end = reasons.text.sentences[i]
    facts = sum(
        start <= fact.evidence.start < end and fact.kind != "other"
        for fact in reasons.facts.values()
    )
    sentence = reasons.sentence(i)
    score = 2.5 / (1 + i / 2) + min(1.2, 0.5 * facts) + 0.8 * (main in reasons.subjects[i])
    score += 2.0 * len(words & title) / max(4, len(title)) + min(0.8, 0.25 * len(reasons.cues[i]))
    return score - (0.8 * bool(_QUOTED.search(sentence)) + 0.4 * (len(sentence.split()) > 45))


def _content(text: str) -> set[str]:
    return {word for word in _CONTENT.findall(text.lower()) if word not in _STOP}


def stands_alone(sentence: str) -> bool:
    """Whether a reader who sees only this sentence understands it.

    A heading, a row, a caption, an aside, furniture, and what leans on the sentence before do not.

    >>> stands_alone("The price of bitcoin fell below $60,000 on Tuesday.")
    True
    >>> stands_alone("It fell below $60,000 again on Tuesday.")
    False
    """
    if not (7 <= len(sentence.split()) <= 70 and sentence[-1] in '.!”"'):
        return False
    lowered = sentence.lower()
    body = OPENING.sub("", sentence, count=1).lower()
    is_unfit = _UNFIT.search(lowered) or _CAPTION.match(lowered) or _GLUED.search(sentence)
    return not (is_unfit or _DANGLING.match(body) or _CHATTY.match(body))


def shorten(sentence: str) -> str:
    """The sentence without a connective, a ticker in brackets and, if it is long, its last clauses.

    >>> shorten("Meanwhile, bitcoin (BTC) fell below $60,000 on Tuesday.")
    'Bitcoin fell below $60,000 on Tuesday.'
    >>> shorten("Summary Bitcoin fell."), shorten("In brief remarks, Powell spoke of rates.")
    ('Bitcoin fell.', 'In brief remarks, Powell spoke of rates.')
    """
    text = without_asides(OPENING.sub("", sentence.replace("\n", " ").strip(), count=1))
    if len(text.split()) > MAX_WORDS:
        text = _TAIL.sub(".", text)
    while len(text.split()) > MAX_WORDS:
        starts = [text[: match.start()] for match in _CUT.finditer(text)]
        starts = [start for start in starts if len(start.split()) >= _MIN_WORDS]
        if not starts:
            break
        text = starts[-1] + "."
    return text[:1].upper() + text[1:]
