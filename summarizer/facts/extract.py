"""Article -> facts: candidates, what each is about, what each is, and the rest of what its sentence says of it."""

import re
from collections.abc import Sequence

from summarizer.facts import attributes
from summarizer.facts.choice import NONE, choose_kinds
from summarizer.facts.kinds import KINDS
from summarizer.facts.roles import score_roles
from summarizer.facts.subjects import Subjects
from summarizer.models import Article, Fact
from summarizer.text.assets import MARKET
from summarizer.text.orders import cut_orders, find_orders
from summarizer.text.reading import SPLIT, Candidate, Reading
from summarizer.text.spans import Span

_SIGNED = frozenset({"price_change", "open_interest_change", "etf_flow", "macro_indicator"})
_PERIODIC = frozenset(
    [
        "price_change",
        "open_interest_change",
        "liquidations",
        "liquidation_share",
        "futures_basis",
        "options_skew",
        "etf_flow",
        "trading_volume",
        "funding_rate",
    ]
)
_VENUED = frozenset(
    [
        "funding_rate",
        "open_interest",
        "liquidations",
        "etf_flow",
        "price",
        "liquidation_level",
        "treasury_holding",
        "treasury_purchase",
        "implied_volatility",
        "trading_volume",
    ]
)
_PLAIN_UNIT = {"put_call_ratio": "ratio", "sentiment_index": "index", "funding_rate": "%", "implied_volatility": "%",
               "options_skew": "%", "macro_indicator": "index", "liquidation_share": "%"}  # fmt: skip
_MONEYED = {kind.name for kind in KINDS if "money" in kind.units}
_POINTER = re.compile(
    r"\b(?:Related Reading|Also Read|Read More|Read Also|See Also|Recommended Articles?|RELATED|ALSO READ)\s?[:|–-]\s?[^.?!\n]{10,160}[.?!\n]?",
    re.IGNORECASE,
)
MAX_NUMBERS = 1500  # numbers looked at; the fullest of 921 real articles holds 100
MAX_FACTS = 400  # an article states no more; a price list may


def extract_facts(article: Article) -> list[Fact]:
    """Every market number that the article states, in reading order, each with exact evidence. Never raises.

    Indices in the list are what `{F3}` in an analyst's words refers to.
    """
    if find_orders(article.text):
        return _restore(
            article.text,
            extract_facts(article.model_copy(update={"text": cut_orders(article.text)[0]})),
        )
    reading, candidates, subjects = read_numbers(article)
    kinds = choose_kinds(reading, candidates, article.title)
    stated = [
        (candidate, kind, chance)
        for candidate, (kind, chance) in zip(candidates, kinds, strict=True)
        if kind != NONE
    ]
    name_subjects(subjects, [(candidate, kind) for candidate, kind, _ in stated])
    facts = [_fact(reading, candidate, kind) for candidate, kind, _ in stated]
    return _without_repeats(facts, [chance for _, _, chance in stated])[:MAX_FACTS]


def _restore(text: str, facts: list[Fact]) -> list[Fact]:
    """Facts of a text without its orders, at their places in the whole one; what spans an order is none of it."""
    places = cut_orders(text)[1]
    found = []
    for fact in facts:
        start, end = places[fact.evidence.start], places[fact.evidence.end - 1] + 1
        if text[start:end] == fact.evidence.quote:
            found.append(
                fact.model_copy(
                    update={
                        "evidence": fact.evidence.model_copy(update={"start": start, "end": end})
                    }
                )
            )
    return found


def read_numbers(article: Article) -> tuple[Reading, list[Candidate], Subjects]:
    """The numbers of an article that are not furniture, with their cue scores and a first guess at their subjects."""
    reading = Reading(article.text)
    furniture = _furniture(article)
    candidates = [
        c
        for c in reading.candidates()
        if not any(span.start <= c.number.start < span.end for span in furniture)
    ][:MAX_NUMBERS]
    score_roles(reading, candidates)
    subjects = Subjects(reading, article.title)
    for candidate in candidates:
        candidate.subject = subjects.guess(candidate)
    return reading, candidates, subjects


def name_subjects(subjects: Subjects, numbers: Sequence[tuple[Candidate, str]]) -> None:
    """Fill in the subject of each number, given its kind, in reading order."""
    subjects.forget()
    for candidate, kind in numbers:
        candidate.subject = subjects.choose(candidate, kind)


def plain_unit(kind: str) -> str:
    """The unit of a bare number: dollars for a price or a flow."""
    return _PLAIN_UNIT.get(kind) or ("USD" if kind in _MONEYED and kind != "other" else "count")


def _furniture(article: Article) -> list[Span]:
    """Places of the text whose numbers are not the article's: its title said again, pointers to other articles, orders to
    machines."""
    spans = [Span(match.start(), match.end()) for match in _POINTER.finditer(article.text)]
    spans += find_orders(article.text)
    if article.title and len(article.title) > 20:
        start = article.text.find(article.title)
        if 0 <= start < 1500:
            spans.append(Span(start, start + len(article.title)))
    return spans


def _fact(reading: Reading, candidate: Candidate, kind: str) -> Fact:
    value = candidate.number.value
    if kind in _SIGNED and not candidate.number.is_signed:
        value *= attributes.sign(reading, candidate)
    qualifier = attributes.find_qualifier(reading, candidate, kind)
    split = (
        SPLIT.match(reading.text, candidate.number.start) if kind == "liquidation_share" else None
    )
    if split:
        qualifier = split[3].rstrip("s")
    return Fact(
        kind=kind, subject=MARKET if kind == "sentiment_index" else candidate.subject or MARKET, value=value,
        unit=candidate.unit or plain_unit(kind),
        period=attributes.find_period(reading, candidate) if kind in _PERIODIC else None,
        venue=attributes.find_venue(reading, candidate) if kind in _VENUED else None, qualifier=qualifier,
        attributed_to=attributes.find_speaker(reading, candidate), condition=attributes.find_condition(reading, candidate),
        as_of=attributes.find_date(reading, candidate), evidence=attributes.evidence(reading, candidate),
    )  # fmt: skip


def _without_repeats(facts: list[Fact], chances: list[float]) -> list[Fact]:
    """A number said again is one fact: of its readings the likeliest stays. A percentage may be said of two assets."""
    best: dict[tuple[float, str, str], int] = {}
    for i, fact in enumerate(facts):
        key = (abs(fact.value), fact.unit, fact.subject if fact.unit == "%" else "")
        if key not in best or chances[i] > chances[best[key]]:
            best[key] = i
    return [facts[i] for i in sorted(best.values())]
