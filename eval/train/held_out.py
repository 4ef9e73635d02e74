"""How good the readers are on articles that they have not seen, and how far to believe them.

A third of the articles, by their ids, is read by weights that were fitted on the others, and on the
facts so found the maps from doubts to confidence are fitted.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

from eval.records import Labelled, Records, stable_hash
from eval.score.match import OTHER, match_facts
from eval.score.metrics import Counts, estimate_all, forecast_row
from eval.score.report import reliability_bins
from eval.score.score import count_reports
from eval.score.tables import Table
from eval.train.fit import Sample, fit_one
from eval.train.samples import TrainingData
from eval.train.train import MODELS, WEIGHTS_FOLDER, held_out_models
from summarizer.facts.encoder import Encoder
from summarizer.facts.extract import read_rows
from summarizer.facts.reader import Reader, load_reader
from summarizer.linear import Linear
from summarizer.text.reading import read_text

PARTS = 3  # of the articles, of which one is held out: another encoder takes half an hour
PRECISION = {"fast": 0.92, "careful": 0.94}  # that facts must have to be shown
_LABELS = ("wrong", "right")
_PENALTY = 3.0
_FIGURES = (
    "facts.f1 facts.precision facts.recall sure_facts.precision sure_facts.recall"
    " facts.brier facts.ece".split()
)


class Held(NamedTuple):
    """An article, the facts that a reader found who had not seen it, and what tells of doubt."""

    labelled: Labelled
    facts: list[dict[str, Any]]
    doubts: list[Sequence[tuple[str, float]]]


def fit_maps(data: TrainingData, folder: Path, say: Callable[[str], None]) -> Iterator[Table]:
    """Fits and writes the map of each reader; yields tables on the held-out articles.

    The encoder that has not seen these is kept in the folder; one that is there is not fitted anew.
    """
    path = folder / "encoder.onnx"
    if not path.is_file():
        from eval.train.encoder import fit_labelled  # torch takes 2 s to import

        rest = [one for one in [*data.articles, *data.passages] if not _is_held_out(one.id)]
        fit_labelled(rest, path, say)
    fast = _fit_fast(data)
    unseen = [one for one in data.articles if _is_held_out(one.id)]
    for name, reader in {"fast": fast, "careful": replace(fast, encoder=Encoder(path))}.items():
        found = list(_read(unseen, reader))
        samples = list(_confidence_samples(found))
        output = WEIGHTS_FOLDER / f"confidence_{name}.model.tsv"
        output.write_bytes(_fit_map(samples).dump())
        yield from _describe(name, found, samples)


def _is_held_out(id: str) -> bool:
    return stable_hash(id) // 7 % PARTS == 0


def _fit_fast(data: TrainingData) -> Reader:
    """The fast reader, fitted without the held-out articles."""
    rows = {model.name: model for model in MODELS}
    kinds, subjects = (
        rows[name].fit([one for one in rows[name].samples(data) if not _is_held_out(one.group)])
        for name in ("kinds", "subjects")
    )
    return replace(load_reader("fast"), kinds=kinds, subjects=subjects)


def _read(articles: Iterable[Labelled], reader: Reader) -> Iterator[Held]:
    for labelled in articles:
        rows = read_rows(read_text(labelled.article), reader)
        facts = [fact.model_dump(mode="json") for fact in rows.facts]
        yield Held(labelled, facts, [row.doubts for row in rows.numbers[: len(facts)]])


def _confidence_samples(held: Iterable[Held]) -> Iterator[Sample]:
    """One sample a fact: right where a label has it, wrong where none has; no kind is neither."""
    for one in held:
        wrong = {id(fact) for fact in match_facts(one.facts, one.labelled.labels["facts"]).extra}
        for fact, doubts in zip(one.facts, one.doubts, strict=True):
            if fact["kind"] != OTHER:
                yield Sample(doubts, (_LABELS[id(fact) not in wrong],), one.labelled.id)


def _fit_map(samples: Sequence[Sample]) -> Linear:
    return fit_one(samples, _LABELS, penalty=_PENALTY, least=5)


def _describe(name: str, held: Sequence[Held], samples: Sequence[Sample]) -> Iterator[Table]:
    """The reader's figures, its reliability and its threshold, all by maps of other articles."""
    maps = held_out_models(samples, _fit_map)
    chances = [sample.chances(fitted)[1] for sample, fitted in zip(samples, maps, strict=True)]
    right = [sample.right == ("right",) for sample in samples]
    sure = _find_threshold(list(zip(chances, right, strict=True)), PRECISION[name])
    chance = iter(chances)
    reports: Records = [
        {
            "id": one.labelled.id,
            "facts": [
                fact if fact["kind"] == OTHER else _rate(fact, next(chance), sure)
                for fact in one.facts
            ],
        }
        for one in held
    ]
    for origin, is_own in (("real", False), ("own", True)):
        some = [i for i, one in enumerate(held) if one.labelled.id.startswith("own-") == is_own]
        records = [{**held[i].labelled.record, "gold": held[i].labelled.article.text} for i in some]
        estimates = estimate_all(count_reports(records, [reports[i] for i in some]))
        rows = [[figure, estimates[figure], estimates[figure].n] for figure in _FIGURES]
        yield Table(f"{name} reader, {len(some)} {origin} articles", ["held out", "", "n"], rows)
    counts = Counts(
        [forecast_row("facts", *forecast) for forecast in zip(chances, right, strict=True)]
    )
    bins = [[mean, share, share.n] for mean, share in reliability_bins(counts, "facts")]
    columns = ["mean confidence", "share right (Wilson)", "n"]
    yield Table(f"{name}: sure from {sure:.3f} on", columns, bins)


def _rate(fact: dict[str, Any], confidence: float, sure: float) -> dict[str, Any]:
    return {**fact, "confidence": confidence, "unsure": confidence < sure}


def _find_threshold(chances: Sequence[tuple[float, bool]], precision: float) -> float:
    """The least confidence from which on facts are right as often as `precision` asks.

    `chances` are confidences of facts, each with whether the fact is right.
    """
    right = count = 0
    best = 1.0
    for chance, group in groupby(sorted(chances, reverse=True), key=itemgetter(0)):
        hits = [is_right for _, is_right in group]
        right, count = right + sum(hits), count + len(hits)
        if right >= precision * count:
            best = chance
    return best
