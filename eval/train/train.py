"""`python -m eval train`: fits every model that the product ships, each on what the ones before it make of the articles.

With `check` it says how each does on articles held out of its fit: over five folds, each judged by a model that has not
seen it.
"""

import csv
import hashlib
import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from eval.records import DATA, Labelled
from eval.train.calibrate import Forecast, fit_calibration
from eval.train.fit import Sample, fit, fit_each, fit_ranking
from summarizer.analyst.embedded.analyze import call_assets, describe_call, describe_overall
from summarizer.analyst.embedded.cues import find_cues
from summarizer.analyst.embedded.judgement import describe_article, describe_asset
from summarizer.analyst.embedded.reasons import Reasons
from summarizer.analyst.embedded.target import target_options
from summarizer.analyst.embedded.tone import LABELS as TONES
from summarizer.analyst.embedded.tone import describe_tone
from summarizer.credibility import describe_signals, find_signals
from summarizer.facts.candidates import Candidate
from summarizer.facts.choice import FORBIDDEN, NONE, start_scores
from summarizer.facts.choice import LABELS as KINDS
from summarizer.facts.extract import extract_facts, read_candidates
from summarizer.facts.features import describe_candidates, describe_previous
from summarizer.linear import Linear, forget_models, softmax
from summarizer.models import CallClaim
from summarizer.narratives import choose_narratives, describe_narratives, find_narratives
from summarizer.text.assets import MARKET
from summarizer.text.reading import Text
from summarizer.text.spans import Span

WEIGHTS = Path(__file__).parents[2] / "summarizer" / "data"
DIRECTIONS = ("bearish", "bullish", "neutral")
HORIZONS = ("long_term", "medium_term", "short_term")
LEVELS = ("high", "low", "medium")
FOLDS = 5
CALLS_PENALTY, CALLS_LEAST = 8.0, 3  # best of 1, 3 and 8 by first choices held out
SUBJECTS_PENALTY, TARGETS_PENALTY, MARKS_PENALTY = 2.0, 4.0, 2.0
TONE_FIT = {
    "penalty": 2.0,
    "keep": 0.05,
}  # halves the file of 0.01, and tells headlines no worse: data/tone.md
OWN_WORTH = 2.0  # of a sentence of our own, next to one of a set about other markets


def train(
    name: str, samples: Sequence[Sample], labels: Sequence[str], *, check: bool, **how: Any
) -> str:
    """Fits the model on all samples, `how` as `fit` takes it, writes it to the package, and tells of it."""
    _write(name, fit(samples, labels, **how))
    told = f"{name:12} {len(samples)} samples"
    if check:
        said = cross_validate(samples, labels, **how)
        told += f", {sum(s in sample.right for s, sample in zip(said, samples, strict=True)) / max(1, len(samples)):.3f} right held out"
    return told


def cross_validate(samples: Sequence[Sample], labels: Sequence[str], **how: Any) -> list[str]:
    """The label of each sample by a model that was fitted without its article."""
    said = [""] * len(samples)
    for fold in range(FOLDS):
        held = [i for i, sample in enumerate(samples) if _fold(sample.group) == fold]
        if held:
            model = fit(
                [sample for sample in samples if _fold(sample.group) != fold], labels, **how
            )
            for i in held:
                said[i] = choose(model, samples[i])
    return said


def choose(model: Linear, sample: Sample) -> str:
    """The label that a model gives a sample."""
    scores = model.scores(sample.features)
    if sample.offset is not None:
        scores = [score + start for score, start in zip(scores, sample.offset, strict=True)]
    return model.labels[max(range(len(scores)), key=scores.__getitem__)]


def _fold(group: str) -> int:
    return int(hashlib.sha256(group.encode()).hexdigest(), 16) // 7 % FOLDS


# ---- samples


def tone_samples(path: Path = DATA / "tone.tsv") -> Iterator[Sample]:
    """The project's own sentences: one sample a row, and one for the whole sentence where no row (an empty name) judges it."""
    if not path.is_file():
        return
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    by_sentence: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows:
        by_sentence[row["sentence"]].append(row)
    for sentence, judged in by_sentence.items():
        yield from _tones(
            sentence, [(_find(row["name"], sentence), row["tone"]) for row in judged], OWN_WORTH
        )


def _find(name: str, sentence: str) -> Span | None:
    at = sentence.index(name)
    return Span(at, at + len(name)) if name else None


def _tones(
    sentence: str, named: Sequence[tuple[Span | None, str]], weight: float
) -> Iterator[Sample]:
    """One sample a name; the whole sentence (None) is also judged where it is not yet and all names are spoken of alike."""
    spans = tuple(span for span, _ in named if span is not None)
    cues = find_cues(sentence)
    for span, tone in named:
        yield Sample(describe_tone(sentence, cues, span, spans), (tone,), sentence, weight=weight)
    if len(spans) == len(named) and len({tone for _, tone in named}) == 1:
        yield Sample(
            describe_tone(sentence, cues, None, spans), (named[0][1],), sentence, weight=weight
        )


def entity_samples(rows: Sequence[dict[str, Any]]) -> Iterator[Sample]:
    """Samples of an entity-level set such as SEntFiN: rows of text, entity and label."""
    by_text: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_text[str(row["text"])].append(row)
    for text, named in by_text.items():
        spans = {
            str(row["entity"]): Span(at, at + len(str(row["entity"])))
            for row in named
            for at in [text.find(str(row["entity"]))]
            if at >= 0
        }
        found = [
            (spans[str(row["entity"])], str(row["label"]))
            for row in named
            if str(row["entity"]) in spans
        ]
        if found:
            yield from _tones(text, found, 1.0)


def kind_samples(labelled: Labelled) -> Iterator[Sample]:
    """One sample a number of the article: the kind its label gives it, `none` where it is no fact."""
    text = Text(labelled.article)
    candidates, _ = read_candidates(text)
    previous, last = None, NONE
    for candidate, names in zip(candidates, describe_candidates(text, candidates), strict=True):
        fact = label_of(candidate, labelled)
        names += describe_previous(text, previous, last, candidate)
        previous, last = candidate, fact["kind"] if fact and fact["kind"] != "other" else NONE
        start = start_scores(candidate)
        kinds = [
            kind
            for kind in right_kinds(fact)
            if kind in KINDS and start[KINDS.index(kind)] > FORBIDDEN
        ]
        if kinds:
            yield Sample(
                [(name, 1.0) for name in dict.fromkeys(names)], tuple(kinds), labelled.id, start
            )


def right_kinds(fact: dict[str, Any] | None) -> list[str]:
    """The kinds that a number may be given; a fact that a careful annotator could leave out may also be none."""
    if fact is None:
        return [NONE]
    kinds = [fact["kind"], *(fact.get("acceptable_kinds") or ())]
    if fact.get("optional"):
        kinds.append(NONE)
    return list(dict.fromkeys(kinds))


Choice = tuple[str, list[tuple[str, ...]], list[int]]


def subject_choices(labelled: Labelled) -> Iterator[Choice]:
    """One choice a labelled number: the article's id, the features of what it could be about, the right ones."""
    candidates, subjects = read_candidates(Text(labelled.article))
    for candidate in candidates:
        fact = label_of(candidate, labelled)
        if fact is None:
            continue
        options = subjects.options(candidate, fact["kind"])
        right = {fact["subject"], *(fact.get("acceptable_subjects") or ())}
        best = [i for i, option in enumerate(options) if option.subject in right]
        if best:
            yield labelled.id, [option.features for option in options], best
            subjects.remember(candidate, fact["kind"], options[best[0]].subject)


def label_of(candidate: Candidate, labelled: Labelled) -> dict[str, Any] | None:
    """The labelled fact that a number states, if any: the one at its place, else one of its value and unit, nearest first."""
    number = candidate.number
    best, nearest = None, float("inf")
    for fact in labelled.labels["facts"]:
        start = (
            fact["num_start"] if "num_start" in fact else labelled.article.text.find(fact["quote"])
        )
        end = fact["num_end"] if "num_end" in fact else start + len(fact["quote"])
        is_there = start < candidate.end and number.start < end
        if not (_is_value(candidate, fact) or (is_there and fact["unit"] is None)):
            continue
        away = 0 if is_there else abs(start - number.start) + 1
        if away < nearest:
            best, nearest = fact, away
    return best


def _is_value(candidate: Candidate, fact: dict[str, Any]) -> bool:
    if (
        fact["unit"] is None
        or abs(abs(fact["value"]) - abs(candidate.number.value))
        > 0.005 * abs(fact["value"]) + 1e-15
    ):
        return False
    return (candidate.unit or fact["unit"]) == fact["unit"] and (
        candidate.unit != "" or fact["unit"] in ("ratio", "index", "count", "%", "USD")
    )


def asset_samples(labelled: Labelled, scene: Reasons) -> Iterator[Sample]:
    """One sample an asset that the article names: whether the labels call it."""
    called = {call["asset"] for call in labelled.labels["calls"]}
    for asset in scene.counts:
        if asset != MARKET:
            yield Sample(
                describe_asset(scene, asset, scene.facts),
                ("called" if asset in called else "passed",),
                labelled.id,
            )


def call_samples(labelled: Labelled, scene: Reasons) -> Iterator[Sample]:
    """One sample a labelled call on an asset that the article names; a required one counts double."""
    for call in labelled.labels["calls"]:
        if call["asset"] in scene.counts:
            weight = 1.0 if call.get("required", True) else 0.5
            yield Sample(
                describe_call(scene.list_reasons(call["asset"])),
                (call["direction"],),
                labelled.id,
                weight=weight,
            )


def target_choices(labelled: Labelled, scene: Reasons) -> Iterator[Choice]:
    """One choice a labelled call: what it could aim at, no target among it, and what the annotator named."""
    for call in labelled.labels["calls"]:
        options = target_options(scene, call["asset"], call["direction"])
        named = (
            [call["target"], *(call.get("acceptable_targets") or ())] if call.get("target") else []
        )
        values = [
            None if option.fact is None else scene.facts[option.fact].value for option in options
        ]
        right = [
            i
            for i, value in enumerate(values)
            if (value is None and not named)
            or (
                value is not None
                and any(math.isclose(value, level["value"], rel_tol=0.005) for level in named)
            )
        ]
        if right and len(options) > 1:
            yield labelled.id, [option.features for option in options], right


def article_sample(labelled: Labelled, scene: Reasons, part: str, key: str) -> Sample:
    """The article as a whole, under its labels for one part of the report."""
    text = scene.text
    narratives = choose_narratives(text, find_narratives(text))
    features = describe_article(scene, narratives, find_signals(text))
    return Sample(features, _right(labelled.labels[part], key), labelled.id)


def _right(label: dict[str, Any], key: str) -> tuple[str, ...]:
    return (label[key],)


def signal_samples(articles: Sequence[Labelled]) -> list[Sample]:
    """Each article under the signals that its labels name."""
    return [
        Sample(
            describe_signals(Text(a.article)),
            tuple(a.labels["credibility"].get("signals") or ()),
            a.id,
        )
        for a in articles
    ]


def narrative_samples(articles: Sequence[Labelled]) -> list[Sample]:
    """Each article under the narratives that its labels name."""
    samples = []
    for labelled in articles:
        text = Text(labelled.article)
        features = describe_narratives(text, find_narratives(text))
        names = tuple(labelled.labels.get("narratives") or ())
        samples.append(Sample(features, names, labelled.id))
    return samples


def overall_sample(labelled: Labelled, scene: Reasons, calls: Sequence[CallClaim]) -> Sample:
    """What the overall direction is judged by, with the calls that the analyst makes."""
    return Sample(
        describe_overall(scene, calls), (labelled.labels["overall"]["direction"],), labelled.id
    )


# ---- the models, in the order in which they rest on each other


def train_all(
    articles: Sequence[Labelled],
    passages: Sequence[Labelled],
    entities: Sequence[dict[str, Any]],
    *,
    check: bool = False,
) -> Iterator[str]:
    """Fits and writes every model; yields a line on each."""
    yield train(
        "tone", [*tone_samples(), *entity_samples(entities)], TONES, **TONE_FIT, check=check
    )
    choices = [
        choice for labelled in [*articles, *passages] for choice in subject_choices(labelled)
    ]
    _write(
        "subjects",
        fit_ranking([(options, right) for _, options, right in choices], penalty=SUBJECTS_PENALTY),
    )
    yield f"subjects     {len(choices)} numbers" + (
        f", {rank_right(choices, SUBJECTS_PENALTY):.3f} right held out" if check else ""
    )
    yield train(
        "kinds",
        [sample for labelled in [*articles, *passages] for sample in kind_samples(labelled)],
        KINDS,
        penalty=2.0,
        check=check,
    )
    for name, marks in (
        ("signals", signal_samples(articles)),
        ("narratives", narrative_samples(articles)),
    ):
        _write(name, fit_each(marks, penalty=MARKS_PENALTY))
        yield f"{name:12} {len(marks)} articles"
    scenes = [
        (labelled, Reasons(text, extract_facts(text)))
        for labelled in articles
        for text in [Text(labelled.article)]
    ]
    yield train(
        "assets",
        [sample for pair in scenes for sample in asset_samples(*pair)],
        ("passed", "called"),
        penalty=1.0,
        check=check,
    )
    yield train(
        "calls",
        [sample for pair in scenes for sample in call_samples(*pair)],
        DIRECTIONS,
        penalty=CALLS_PENALTY,
        least=CALLS_LEAST,
        check=check,
    )
    if check:
        measured = fit_calibration(held_out_calls(scenes))
        told = ", ".join(
            f"{name} {measured[name]}"
            for name in ("ece_before", "ece_after", "brier_before", "brier_after")
        )
        yield f"confidence   {measured['calls']} required calls held out; as it is, and with a map: {told}"
    targets = [choice for pair in scenes for choice in target_choices(*pair)]
    _write(
        "targets",
        fit_ranking([(options, right) for _, options, right in targets], penalty=TARGETS_PENALTY),
    )
    yield f"targets      {len(targets)} calls" + (
        f", {rank_right(targets, TARGETS_PENALTY):.3f} right held out" if check else ""
    )
    for name, labels, part, key in (
        ("horizon", HORIZONS, "timeframe", "horizon"),
        ("credibility", LEVELS, "credibility", "level"),
    ):
        yield train(
            name,
            [article_sample(*pair, part, key) for pair in scenes],
            labels,
            penalty=3.0,
            least=3,
            check=check,
        )
    overall = [overall_sample(labelled, scene, call_assets(scene)) for labelled, scene in scenes]
    yield train("overall", overall, DIRECTIONS, penalty=8.0, least=3, check=check)


def held_out_calls(scenes: Sequence[tuple[Labelled, Reasons]]) -> list[Forecast]:
    """For each required call: the article, the confidence of a model that was fitted without it, and whether it was right.

    Right is the annotator's own direction: the lists of acceptable ones let an unclear article count nearly any answer.
    """
    forecasts = []
    for fold in range(FOLDS):
        rest = [
            sample
            for labelled, scene in scenes
            if _fold(labelled.id) != fold
            for sample in call_samples(labelled, scene)
        ]
        model = fit(rest, DIRECTIONS, penalty=CALLS_PENALTY, least=CALLS_LEAST)
        for labelled, scene in scenes:
            if _fold(labelled.id) != fold:
                continue
            for call in labelled.labels["calls"]:
                if call["asset"] in scene.counts and call.get("required", True):
                    chances = softmax(
                        model.scores(describe_call(scene.list_reasons(call["asset"])))
                    )
                    said = model.labels[max(range(len(chances)), key=chances.__getitem__)]
                    forecasts.append((labelled.id, max(chances), said == call["direction"]))
    return forecasts


def rank_right(choices: Sequence[Choice], penalty: float) -> float:
    """The cross-validated share of choices that are right."""
    right = 0
    for fold in range(FOLDS):
        model = fit_ranking(
            [(options, best) for group, options, best in choices if _fold(group) != fold],
            penalty=penalty,
        )
        for group, options, best in choices:
            if _fold(group) == fold:
                right += model.best(options) in best
    return right / max(1, len(choices))


def _write(name: str, model: Linear) -> None:
    (WEIGHTS / f"{name}.model.tsv").write_text(model.dump(), "utf-8")
    forget_models()
