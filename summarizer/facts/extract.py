"""TEXT -> FACTS: every market number of an article with its kind, its subject and what else its
sentence says of it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from summarizer.facts import attributes
from summarizer.facts.candidates import Candidate, find_candidates, make_candidate
from summarizer.facts.changes import is_distance
from summarizer.facts.choice import NONE
from summarizer.facts.confidence import describe_doubts, measure_confidence
from summarizer.facts.contradictions import doubt_contradicted, name_totals
from summarizer.facts.cue_scores import score_candidates
from summarizer.facts.kind_rules import name_by_rules, settle_kind
from summarizer.facts.kinds import KINDS, PRICES
from summarizer.facts.reader import Reader, load_reader
from summarizer.facts.signs import find_sign
from summarizer.facts.statements import is_stated
from summarizer.facts.subjects import Subjects, is_ratio
from summarizer.models import Fact
from summarizer.text.assets import MARKET
from summarizer.text.numbers import Number
from summarizer.text.orders import cut_orders
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


@dataclass(frozen=True)
class Rows:
    """The numbers of an article as a model is asked about them.

    `numbers[i]` states `facts[i]`. The numbers behind those state no fact by the rules; `repeats`
    says which of them only say a fact again: the index of the number -> that of the fact.
    """

    facts: list[Fact]
    numbers: list[Candidate]
    repeats: dict[int, int]
    # How far each subject is from the likeliest, by a number's place; filled where it is asked for.
    ranks: dict[int, Mapping[str, float]] = field(default_factory=dict, compare=False)

    @property
    def unsure(self) -> frozenset[int]:
        """The rows whose facts are likely to be wrong."""
        return frozenset(i for i, fact in enumerate(self.facts) if fact.unsure)


_CARRIED = ("scores", "chances", "linear_chances", "subject", "doubts")  # of a Candidate


def describe_rows(rows: Rows) -> dict[str, Any]:
    """The rows as plain values, for another process; restore_rows takes them back."""
    numbers = [
        (number.number, {name: getattr(number, name) for name in _CARRIED})
        for number in rows.numbers
    ]
    return {"facts": rows.facts, "numbers": numbers, "repeats": list(rows.repeats.items())}


def restore_rows(text: Text, plain: dict[str, Any]) -> Rows:
    """The rows of the text that describe_rows described. Raises ValueError or TypeError for what
    it did not."""
    numbers = [
        replace(make_candidate(text, Number(*number)), **carried)
        for number, carried in plain["numbers"]
    ]
    facts = [Fact.model_validate(fact) for fact in plain["facts"]]
    return Rows(facts, numbers, dict(plain["repeats"]))


def extract_facts(text: Text, reader: Reader | None = None) -> list[Fact]:
    """Every market number that the article states, in reading order, each with exact evidence.
    Never raises.

    An analyst refers to fact 3 of the list as `{N3}`.
    """
    return read_rows(text, reader).facts


def read_rows(text: Text, reader: Reader | None = None) -> Rows:
    """The facts of an article and its other numbers, both in reading order. Never raises.

    Without a reader the fast one reads, which is the same wherever the package is installed.

    Orders to machines are left out before anything is read.
    """
    if text.orders:
        string, places = cut_orders(text.string, text.orders)
        shorter = Text(text.article.model_copy(update={"text": string}))
        return _restore_places(text, read_rows(shorter, reader), places)
    reader = reader or load_reader("fast")
    candidates, subjects = read_candidates(text)
    kinds = name_by_rules(text, candidates, reader.choose_kinds(text, candidates, subjects))
    facts, others = [], []
    for candidate, (kind, chance) in zip(candidates, kinds, strict=True):
        if kind == NONE or not is_stated(text, candidate, kind):
            chosen = None
        else:
            chosen = subjects.choose(candidate, kind, reader.subjects)
        if chosen is None:
            others.append(candidate)
        else:
            candidate.subject = chosen.subject
            kind, chance = settle_kind(text, candidate, (kind, chance), chosen.subject)
            candidate.doubts = describe_doubts(text, candidate, kind, chosen)
            confidence = measure_confidence(reader.confidence, candidate.doubts)
            fact = make_fact(text, candidate, kind)
            fact = _rate(fact, confidence, reader)
            if kind == "price_change" and is_distance(text, candidate):
                fact = fact.model_copy(update={"unsure": True})  # annotators often call it `other`
            facts.append((candidate, fact, chance))
    return _sort_rows(facts, others)


def _rate(fact: Fact, confidence: float, reader: Reader) -> Fact:
    change = {"confidence": round(confidence, 3), "unsure": confidence < reader.sure}
    return fact.model_copy(update=change)


def _restore_places(text: Text, rows: Rows, places: Sequence[int]) -> Rows:
    """Rows of a text without its orders, at their places in the whole text, but for facts whose
    words an order interrupts.
    """

    def restore(start: int, end: int) -> Span:
        return Span(places[start], places[end - 1] + 1)

    spans = [restore(fact.evidence.start, fact.evidence.end) for fact in rows.facts]
    kept = [i for i, span in enumerate(spans) if text.quote(span) == rows.facts[i].evidence.quote]
    facts = [rows.facts[i].model_copy(update={"evidence": text.evidence(spans[i])}) for i in kept]
    numbers = []
    for candidate in [rows.numbers[i] for i in kept] + rows.numbers[len(rows.facts) :]:
        start, end = restore(candidate.number.start, candidate.number.end)
        moved = make_candidate(text, candidate.number._replace(start=start, end=end))
        numbers.append(replace(moved, chances=candidate.chances, doubts=candidate.doubts))
    return Rows(facts, numbers, {})


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
    """Places whose numbers are not the article's: its title said again, unless there is no more,
    and pointers to others."""
    spans = [Span(match.start(), match.end()) for match in _POINTER.finditer(text.string)]
    title = text.article.title
    if title and 20 < len(title) < len(text.string):
        start = text.string.find(title)
        if 0 <= start < 1500:
            spans.append(Span(start, start + len(title)))
    return spans


def make_fact(text: Text, candidate: Candidate, name: str) -> Fact:
    """The fact that a number states if it is of the kind."""
    kind = KINDS[name]
    value = candidate.number.value
    if kind.sign == "move" and not candidate.number.is_signed:
        value *= find_sign(text, candidate, name)
    subject = MARKET if name == "sentiment_index" else candidate.subject or MARKET
    bare_unit = "ratio" if name in PRICES and is_ratio(subject) else kind.bare_unit
    return Fact(
        kind=name,
        subject=subject,
        value=value,
        unit=candidate.unit or bare_unit,
        period=attributes.find_period(text, candidate) if kind.has_period else None,
        venue=attributes.find_venue(text, candidate, name) if kind.has_venue else None,
        qualifier=attributes.find_qualifier(text, candidate, name),
        attributed_to=attributes.find_speaker(text, candidate, name),
        condition=attributes.find_condition(text, candidate),
        as_of=attributes.find_date(text, candidate),
        evidence=attributes.choose_evidence(text, candidate),
    )


def _sort_rows(facts: Sequence[tuple[Candidate, Fact, float]], others: Sequence[Candidate]) -> Rows:
    """The rows, from each fact with its number and its chance, and from the other numbers.

    A number said again is one fact, of which the likeliest reading stays. The same percentage may
    be said of two assets.
    """
    best: dict[tuple[float, str, str], int] = {}
    keys = []
    for i, (_, fact, chance) in enumerate(facts):
        keys.append((abs(fact.value), fact.unit, fact.subject if fact.unit == "%" else ""))
        if keys[i] not in best or chance > facts[best[keys[i]]][2]:
            best[keys[i]] = i
    shown = sorted(best.values())[:MAX_FACTS]
    stated = doubt_contradicted(name_totals([facts[i][1] for i in shown]))
    place = {i: k for k, i in enumerate(shown)}
    again = {id(facts[i][0]): best[keys[i]] for i in range(len(facts)) if i not in place}
    rest = sorted(
        [*others, *(facts[i][0] for i in range(len(facts)) if i not in place)],
        key=lambda candidate: candidate.number.start,
    )
    repeats = {
        k: place[again[id(candidate)]]
        for k, candidate in enumerate(rest, len(shown))
        if again.get(id(candidate)) in place
    }
    return Rows(stated, [facts[i][0] for i in shown] + rest, repeats)
