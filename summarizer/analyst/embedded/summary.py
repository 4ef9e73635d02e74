"""The article's own key sentences, shortened, as a summary: what happened, and what it means for the market."""

import re
from collections.abc import Sequence

from summarizer.analyst.embedded.reasons import Reasons
from summarizer.models import Claim
from summarizer.text.assets import MARKET
from summarizer.text.printed import OPENING, without_asides

# A sentence that leans on the one before it cannot stand alone.
_DANGLING = re.compile(
    r"\A(?:this|that|these|those|it|its|he|she|they|his|her|their|such|the (?:move|decision|news|report|former|latter|figure|data|firm|company"
    r"|analyst|post|tweet|token|coin|same)|here|there|if so|according to (?:him|her|them)|for (?:instance|example)|another|both|one of (?:them|these)"
    r"|first|second|third|finally|lastly|again|then|while this)\b",
    re.IGNORECASE,
)
_UNFIT = re.compile(
    r"\b(?:subscribe|newsletter|related reading|sign up|click here|read more|disclaimer|share this article|cookies?|featured image|pic\.twitter"
    r"|follow us|join our|telegram|not financial advice|investment advice|image source|tradingview\.com|getty|shutterstock|copyright)\b|\?\Z|https?:",
    re.IGNORECASE,
)
_CAPTION = re.compile(
    r"(?:image |photo |chart )?(?:source|credit|via)s?\s?:", re.IGNORECASE
)  # flattened onto the sentence behind it
_CHATTY = re.compile(
    r"(?:let[’']?s|now,? here|here[’']?s|as you can see|in this article|we[’']ll)\b|(?:major breaking|just in|breaking)\s?:",
    re.IGNORECASE,
)
_QUOTED = re.compile('[“"][^”"]{25,}[”"]')
_TAIL = re.compile(
    r"[,;]? (?:according to|as per|per data from|data from|citing|reports?)\s[^,.;]{3,60}\.?\Z|, (?:which|where|who)\s[^.]{30,}\.?\Z"
)
_CUT = re.compile(
    r"(?:; |, (?:while|with|as|but|which|after|although|followed|whereas|adding|citing) | — | – )"
)
MAX_WORDS = 38  # of one sentence; a longer one is cut where a clause ends


def choose_sentences(reasons: Reasons, main: str | None, count: int = 2) -> list[int]:
    """The sentences that say most, in reading order: early, factual, about the main asset, close to the title."""
    title = _content(reasons.text.article.title or "")
    speaking = set(reasons.about(MARKET))
    scored = []
    for i, span in enumerate(reasons.text.sentences):
        text = reasons.text.quote(span)
        words = len(text.split())
        if i not in speaking or not stands_alone(text):
            continue
        content = _content(text)
        facts = sum(
            span.start <= fact.evidence.start < span.end and fact.kind != "other"
            for fact in reasons.facts
        )
        score = (
            2.5 / (1 + i / 2)
            + min(1.2, 0.5 * facts)
            + (0.8 if main and main in reasons.subjects[i] else 0.0)
        )
        score += 2.0 * len(content & title) / max(4, len(title)) + min(
            0.8, 0.25 * len(set(reasons.cues[i]))
        )
        score -= 0.8 * bool(_QUOTED.search(text)) + (0.4 if words > 45 else 0.0)
        scored.append((score, i, content))
    chosen: list[tuple[int, set[str]]] = []
    for _, i, content in sorted(scored, key=lambda item: (-item[0], item[1])):
        if all(len(content & other) < 0.5 * min(len(content), len(other)) for _, other in chosen):
            chosen.append((i, content))
        if len(chosen) == count:
            break
    return sorted(i for i, _ in chosen)


def stands_alone(sentence: str) -> bool:
    """Whether a reader who sees only this sentence understands it: no heading, row, caption, aside or furniture, nothing before it meant.

    >>> stands_alone("The price of bitcoin fell below $60,000 on Tuesday."), stands_alone("It fell below $60,000 again on Tuesday.")
    (True, False)
    """
    text = OPENING.sub("", sentence, count=1)
    fit = 7 <= len(sentence.split()) <= 70 and sentence[-1] in '.!”"'
    return fit and not (
        _UNFIT.search(sentence)
        or _CAPTION.match(sentence)
        or _DANGLING.match(text)
        or _CHATTY.match(text)
    )


def summarise(reasons: Reasons, main: str | None) -> tuple[Claim, ...]:
    """One to three claims, each resting on one sentence of the article."""
    places: Sequence[int] = choose_sentences(reasons, main) or reasons.about(MARKET)[:1]
    return tuple(Claim(text=shorten(reasons.sentence(i)), sentences=(i,)) for i in places)


def shorten(sentence: str) -> str:
    """The sentence without what a summary does not need: a connective, a ticker in brackets, its last clauses if long.

    >>> shorten("Meanwhile, bitcoin (BTC) fell below $60,000 on Tuesday.")
    'Bitcoin fell below $60,000 on Tuesday.'
    >>> shorten("Summary Bitcoin fell."), shorten("In brief remarks, Powell spoke of rates.")
    ('Bitcoin fell.', 'In brief remarks, Powell spoke of rates.')
    """
    text = without_asides(OPENING.sub("", sentence.replace("\n", " ").strip(), count=1))
    if len(text.split()) > MAX_WORDS:
        text = _TAIL.sub(".", text)
    while len(text.split()) > MAX_WORDS:
        cuts = [
            match.start()
            for match in _CUT.finditer(text)
            if len(text[: match.start()].split()) >= 12
        ]
        if not cuts:
            break
        text = text[: cuts[-1]] + "."
    return text[:1].upper() + text[1:]


def _content(text: str) -> set[str]:
    return {
        word
        for word in re.findall(r"[a-z][a-z]{3,}|\d[\d.,]*\d", text.lower())
        if word not in _STOP
    }


_STOP = frozenset(
    [
        "this",
        "that",
        "with",
        "from",
        "have",
        "will",
        "been",
        "their",
        "they",
        "which",
        "would",
        "could",
        "about",
        "after",
        "into",
        "over",
        "than",
        "what",
        "when",
        "where",
        "were",
        "more",
        "also",
        "says",
        "said",
    ]
)
