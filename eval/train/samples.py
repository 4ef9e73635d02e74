"""Labelled articles -> the samples that each model is fitted on.

The features are made by the product's own functions, so that a model meets the same ones in use.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from operator import itemgetter
from pathlib import Path

from eval.records import DATA, Labelled, Record, Records
from eval.score.match import OTHER, is_same_value, list_targets
from eval.score.tally import WHOLE
from eval.train.fit import RankedChoice, Sample
from summarizer.analyst.embedded.analyze import describe_call, describe_overall, weigh_assets
from summarizer.analyst.embedded.cues import find_cues
from summarizer.analyst.embedded.judgement import article_features, asset_features
from summarizer.analyst.embedded.reasons import Reasons
from summarizer.analyst.embedded.target import target_options
from summarizer.analyst.embedded.tone import describe_tone
from summarizer.credibility import describe_signals, find_signals
from summarizer.facts.candidates import Candidate
from summarizer.facts.choice import FORBIDDEN, LABELS, NONE, start_scores
from summarizer.facts.extract import extract_facts, read_candidates
from summarizer.facts.features import describe_candidates, describe_previous
from summarizer.narratives import choose_narratives, describe_narratives, find_narratives
from summarizer.text.assets import MARKET
from summarizer.text.reading import read_text
from summarizer.text.spans import Span

_OWN_WEIGHT = 2.0  # of a sentence of our own, next to one of a set about other markets
_OPTIONAL_WEIGHT = 0.5  # of a call that may be missing, of a view that is unsure or none
_OFTEN_UNPRINTED = frozenset("ratio index count % USD".split())  # units that a number may lack


@dataclass(frozen=True)
class TrainingData:
    """Labelled articles, passages with marked numbers, rows of an entity-level set for tone, and
    articles whose sentences an editor chose from.
    """

    articles: Sequence[Labelled]
    passages: Sequence[Labelled]
    entities: Records
    quotable: Sequence[Labelled] = ()  # with the sentences that an editor would quote
    reasoned: Sequence[Labelled] = ()  # with an editor's view of each asset, and the reasons for it

    @cached_property
    def reasons(self) -> list[tuple[Labelled, Reasons]]:
        """The articles as the embedded analyst sees them, by the weights of that moment."""
        return [(labelled, _find_reasons(labelled)) for labelled in self.articles]

    @cached_property
    def views(self) -> list[tuple[Labelled, Reasons]]:
        """The articles with an editor's view of each asset, likewise."""
        return [(labelled, _find_reasons(labelled)) for labelled in self.reasoned]


def _find_reasons(labelled: Labelled) -> Reasons:
    text = read_text(labelled.article)
    return Reasons(text, extract_facts(text))


# ---- tone


def tones(data: TrainingData) -> Iterator[Sample]:
    """Sentences of the project's own, then those of an entity-level set such as SEntFiN."""
    yield from own_tones()
    rows = ((str(row["text"]), str(row["entity"]), str(row["label"])) for row in data.entities)
    yield from _sentence_tones((row for row in rows if row[1] in row[0]), 1.0)


def own_tones(path: Path = DATA / "tone.tsv") -> Iterator[Sample]:
    """The sentences of a table of sentence, name and tone."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    yield from _sentence_tones(rows[1:], _OWN_WEIGHT)


def _sentence_tones(rows: Iterable[Sequence[str]], weight: float) -> Iterator[Sample]:
    """One sample a row of sentence, name and tone; an empty name judges the whole sentence.

    The whole is judged too where no row does so and all names are spoken of alike.
    """
    named: dict[str, list[tuple[Span | None, str]]] = defaultdict(list)
    for sentence, name, tone in rows:
        at = sentence.index(name)
        named[sentence].append((Span(at, at + len(name)) if name else None, tone))
    for sentence, names in named.items():
        spans = [span for span, _ in names if span is not None]
        for span, tone in names:
            yield tone_sample(sentence, span, spans, tone, weight)
        if len(spans) == len(names) and len({tone for _, tone in names}) == 1:
            yield tone_sample(sentence, None, spans, names[0][1], weight)


def tone_sample(
    sentence: str, name: Span | None, names: Sequence[Span], tone: str, weight: float = 1.0
) -> Sample:
    """How a sentence speaks of one of its names."""
    features = describe_tone(sentence, find_cues(sentence), name, names)
    return Sample(features, (tone,), sentence, weight=weight)


# ---- numbers


def kinds(data: TrainingData) -> Iterator[Sample]:
    """One sample a number: the kind its label gives it, `none` where it is no fact."""
    for labelled in [*data.articles, *data.passages]:
        text = read_text(labelled.article)
        candidates, _ = read_candidates(text)
        previous, previous_kind = None, NONE
        described = describe_candidates(text, candidates)
        for candidate, names in zip(candidates, described, strict=True):
            names += describe_previous(text, previous, previous_kind, candidate)
            fact = label_of(candidate, labelled)
            previous, previous_kind = candidate, NONE
            if fact and fact["kind"] != OTHER:
                previous_kind = fact["kind"]
            start = start_scores(candidate)
            score_of = dict(zip(LABELS, start, strict=True))
            right = tuple(kind for kind in right_kinds(fact) if score_of[kind] > FORBIDDEN)
            if right:
                features = list(dict.fromkeys(names, 1.0).items())
                yield Sample(features, right, labelled.id, start)


def right_kinds(fact: Record | None) -> list[str]:
    """The kinds that a number may be given.

    A fact that a careful annotator could leave out may also be none.
    """
    if fact is None:
        return [NONE]
    kinds = [fact["kind"], *(fact.get("acceptable_kinds") or ())]
    if fact.get("optional"):
        kinds.append(NONE)
    return list(dict.fromkeys(kinds))


def subjects(data: TrainingData) -> Iterator[RankedChoice]:
    """One choice a labelled number: what it could be about."""
    for labelled in [*data.articles, *data.passages]:
        candidates, chooser = read_candidates(read_text(labelled.article))
        for candidate in candidates:
            fact = label_of(candidate, labelled)
            if fact is None:
                continue
            options = chooser.options(candidate, fact["kind"])
            right = {fact["subject"], *(fact.get("acceptable_subjects") or ())}
            places = [i for i, option in enumerate(options) if option.subject in right]
            if places:
                yield RankedChoice([option.features for option in options], places, labelled.id)
                chooser.remember(candidate, fact["kind"], options[places[0]].subject)


def label_of(candidate: Candidate, labelled: Labelled) -> Record | None:
    """The labelled fact that a number states, if any.

    It is the one at the number's place, else the nearest of its value and unit.
    """
    number = candidate.number
    found: list[tuple[int, Record | None]] = []
    for fact in labelled.labels["facts"]:
        start = fact.get("num_start", labelled.article.text.find(fact["quote"]))
        end = fact.get("num_end", start + len(fact["quote"]))
        is_there = start < candidate.end and number.start < end
        if _is_value(candidate, fact) or (is_there and fact["unit"] is None):
            found.append((0 if is_there else abs(start - number.start) + 1, fact))
    return min(found, key=itemgetter(0), default=(0, None))[1]


def _is_value(candidate: Candidate, fact: Record) -> bool:
    """Whether the number has the fact's size and its unit, or no unit where that is common."""
    unit = fact["unit"]
    if unit is None or not is_same_value(abs(candidate.number.value), abs(fact["value"])):
        return False
    return candidate.unit == unit or (candidate.unit == "" and unit in _OFTEN_UNPRINTED)


# ---- signals and narratives


def signals(data: TrainingData) -> Iterator[Sample]:
    """Each article under the signals that its labels name."""
    for one in data.articles:
        names = one.labels["credibility"].get("signals") or ()
        yield Sample(describe_signals(read_text(one.article)), tuple(names), one.id)


def narratives(data: TrainingData) -> Iterator[Sample]:
    """Each article under the narratives that its labels name."""
    for one in data.articles:
        names = one.labels.get("narratives") or ()
        text = read_text(one.article)
        features = describe_narratives(text, find_narratives(text))
        yield Sample(features, tuple(names), one.id)


# ---- calls and the whole article


def assets(data: TrainingData) -> Iterator[Sample]:
    """One sample an asset that an article names, or that an editor was asked about: whether the
    labels call it, or the editor has a view.
    """
    for labelled, reasons in data.reasons:
        called = {call["asset"] for call in labelled.labels["calls"]}
        for asset in reasons.counts:
            if asset != MARKET:
                answer = "called" if asset in called else "passed"
                yield Sample(asset_features(reasons, asset), (answer,), labelled.id)
    for labelled, reasons in data.views:
        for asset, view in labelled.labels.items():
            if asset in reasons.counts:
                answer = "passed" if view["direction"] == "none" else "called"
                yield Sample(asset_features(reasons, asset), (answer,), labelled.id)


def calls(data: TrainingData) -> Iterator[Sample]:
    """One sample a labelled call on an asset that the article names."""
    for labelled, reasons in data.reasons:
        for call in labelled.labels["calls"]:
            if call["asset"] in reasons.counts:
                features = describe_call(reasons.list_reasons(call["asset"]))
                weight = 1.0 if call.get("required", True) else _OPTIONAL_WEIGHT
                yield Sample(features, (call["direction"],), labelled.id, weight=weight)


def calls_and_views(data: TrainingData) -> Iterator[Sample]:
    """The labelled calls, and one sample a view that an editor has of an asset; none is neutral."""
    yield from calls(data)
    for labelled, reasons in data.views:
        for asset, view in labelled.labels.items():
            if asset in reasons.counts:
                features = describe_call(reasons.list_reasons(asset))
                is_none = view["direction"] == "none"
                direction = "neutral" if is_none else view["direction"]
                weight = 1.0 if view["sure"] else _OPTIONAL_WEIGHT
                weight *= _OPTIONAL_WEIGHT if is_none else 1.0
                yield Sample(features, (direction,), labelled.id, weight=weight)


def targets(data: TrainingData) -> Iterator[RankedChoice]:
    """One choice a labelled call: what it could aim at, no target among it."""
    for labelled, reasons in data.reasons:
        for call in labelled.labels["calls"]:
            options = target_options(reasons, call["asset"], call["direction"])
            levels = [
                None if option.fact is None else reasons.stated[option.fact].value
                for option in options
            ]
            right = [i for i, level in enumerate(levels) if _is_target(level, call)]
            if right and len(options) > 1:
                yield RankedChoice([option.features for option in options], right, labelled.id)


def _is_target(level: float | None, call: Record) -> bool:
    """Whether the annotator's call aims at a level, or at none where `level` is None."""
    if level is None or not call.get("target"):
        return level is None and not call.get("target")
    return any(is_same_value(level, target["value"]) for target in list_targets(call))


def _article_labels(data: TrainingData, part: str) -> Iterator[Sample]:
    """Each article as a whole, under its label for one part of the report."""
    for labelled, reasons in data.reasons:
        text = reasons.text
        narratives = choose_narratives(text, find_narratives(text))
        features = article_features(reasons, narratives, find_signals(text))
        yield Sample(features, (labelled.labels[part][WHOLE[part]],), labelled.id)


horizon = partial(_article_labels, part="timeframe")
level = partial(_article_labels, part="credibility")


def overall(data: TrainingData) -> Iterator[Sample]:
    """Each article under its overall direction, with the calls that the analyst makes."""
    for labelled, reasons in data.reasons:
        features = describe_overall(reasons, weigh_assets(reasons))
        yield Sample(features, (labelled.labels["overall"]["direction"],), labelled.id)
