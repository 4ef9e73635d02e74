"""TEXT -> FACTS: every market number of an article with its kind, its subject and what else its
sentence says of it.
"""

import re
from collections.abc import Sequence

from summarizer.facts import attributes
from summarizer.facts.candidates import Candidate, find_candidates
from summarizer.facts.choice import NONE, choose_kinds
from summarizer.facts.cue_scores import score_candidates
from summarizer.facts.kinds import KINDS
from summarizer.facts.subjects import Subjects
from summarizer.models import Fact
from summarizer.text.assets import MARKET
from summarizer.text.reading import Text
from summarizer.text.spans import Span

_POINTER = re.compile(
    r"""
    \b(?-i:(?=[ARSars]))  # most words are passed over at once
    (?:Related[ ]Reading|Also[ ]Read|Read[ ]More|Read[ ]Also|See[ ]Also
        |Recommended[ ]Articles?|RELATED|ALSO[ ]READ)
    \s?[:|–-]\s?[^.?!\n]{10,160}[.?!\n]?
    """,
    re.IGNORECASE | re.VERBOSE,
)
MAX_NUMBERS = 1500  # numbers looked at; the fullest of 921 real articles holds 100
MAX_FACTS = 400  # an article states no more; a price list may


def extract_facts(text: Text) -> list[Fact]:
    """Every market number that the article states, in reading order, each with exact evidence.
    Never raises.

    An analyst refers to fact 3 of the list as `{F3}`. Orders to machines are left out before
    anything is read.
    """
    if text.orders:
        quoted = [(fact, fact.evidence) for fact in extract_facts(text.for_people)]
        return [
            fact for fact, words in quoted if text.string[words.start : words.end] == words.quote
        ]
    candidates, subjects = read_candidates(text)
    kinds = choose_kinds(text, candidates)
    facts = []
    for candidate, (kind, chance) in zip(candidates, kinds, strict=True):
        if kind != NONE:
            candidate.subject = subjects.choose(candidate, kind)
            facts.append((_make_fact(text, candidate, kind), chance))
    return _without_repeats(facts)[:MAX_FACTS]


def read_candidates(text: Text) -> tuple[list[Candidate], Subjects]:
    """The numbers that are not furniture, with their cue scores and a first guess at their
    subjects.
    """
    furniture = _find_furniture(text)
    candidates = [
        candidate
        for candidate in find_candidates(text)
        if not any(span.start <= candidate.number.start < span.end for span in furniture)
    ][:MAX_NUMBERS]
    score_candidates(text, candidates)
    subjects = Subjects(text)
    for candidate in candidates:
        candidate.subject = subjects.guess(candidate)
    return candidates, subjects


def _find_furniture(text: Text) -> list[Span]:
    """Places whose numbers are not the article's: its title said again, pointers to others."""
    spans = [Span(match.start(), match.end()) for match in _POINTER.finditer(text.string)]
    title = text.article.title
    if title and len(title) > 20:
        start = text.string.find(title)
        if 0 <= start < 1500:
            spans.append(Span(start, start + len(title)))
    return spans


def _make_fact(text: Text, candidate: Candidate, name: str) -> Fact:
    kind = KINDS[name]
    value = candidate.number.value
    if kind.sign == "move" and not candidate.number.is_signed:
        value *= attributes.find_sign(text, candidate)
    return Fact(
        kind=name,
        subject=MARKET if name == "sentiment_index" else candidate.subject or MARKET,
        value=value,
        unit=candidate.unit or kind.bare_unit,
        period=attributes.find_period(text, candidate) if kind.has_period else None,
        venue=attributes.find_venue(text, candidate) if kind.has_venue else None,
        qualifier=attributes.find_qualifier(text, candidate, name),
        attributed_to=attributes.find_speaker(text, candidate),
        condition=attributes.find_condition(text, candidate),
        as_of=attributes.find_date(text, candidate),
        evidence=attributes.choose_evidence(text, candidate),
    )


def _without_repeats(facts: Sequence[tuple[Fact, float]]) -> list[Fact]:
    """The facts, each given with its chance. A number said again is one fact, of which the
    likeliest reading stays.

    The same percentage may be said of two assets.
    """
    best: dict[tuple[float, str, str], int] = {}
    for i, (fact, chance) in enumerate(facts):
        key = (abs(fact.value), fact.unit, fact.subject if fact.unit == "%" else "")
        if key not in best or chance > facts[best[key]][1]:
            best[key] = i
    return [facts[i][0] for i in sorted(best.values())]
