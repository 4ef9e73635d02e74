"""`python -m eval train`: fits every model that the product ships, in the order of one table.

Each model is fitted on what the ones before it make of the articles. With `check` the command tells
how each does on articles held out of its fit: over five folds, each judged by a model that has not
seen it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

from eval.records import stable_hash
from eval.score.tally import CLASSES
from eval.train import quotable, samples
from eval.train.calibrate import FOLDS, Forecast, fit_calibration
from eval.train.fit import Sample, fit_each, fit_one, fit_ranking
from eval.train.samples import TrainingData
from summarizer.analyst.embedded.tone import LABELS as TONES
from summarizer.facts.choice import LABELS as KINDS
from summarizer.linear import Linear, forget_models
from summarizer.verification.calibration import FILE

WEIGHTS_FOLDER = FILE.parent
_SIDES, _HORIZONS, _LEVELS = (
    sorted(CLASSES[part]) for part in ("overall", "timeframe", "credibility")
)


class Shipped(NamedTuple):
    """One model that the product ships, in the file `summarizer/data/NAME.model.tsv`.

    `samples` makes what it is fitted on: each a Sample, or each a RankedChoice.
    """

    name: str
    samples: Callable[[TrainingData], Iterable[Any]]
    fit: Callable[..., Linear]


# Leaving out weights below 0.05 halves the file of 0.01, and tells headlines no worse:
# eval/data/tone.md.
fit_tone = partial(fit_one, labels=TONES, penalty=2.0, keep=0.05)
fit_marks = partial(fit_each, penalty=2.0, least=5, keep=0.1)
# Its penalty is the best of 1, 3 and 8 by first choices of calls held out.
fit_direction = partial(fit_one, labels=_SIDES, penalty=8.0, least=3)
MODELS = (
    Shipped("tone", samples.tones, fit_tone),
    Shipped("subjects", samples.subjects, partial(fit_ranking, penalty=2.0)),
    Shipped("kinds", samples.kinds, partial(fit_one, labels=KINDS, penalty=2.0)),
    Shipped("signals", samples.signals, fit_marks),
    Shipped("narratives", samples.narratives, fit_marks),
    Shipped("assets", samples.assets, partial(fit_one, labels=("passed", "called"), penalty=1.0)),
    # Reasons are learnt from calls by weights that have not seen the article.
    Shipped("calls", samples.calls, fit_direction),
    Shipped("why", quotable.why, partial(fit_ranking, penalty=4.0)),
    Shipped("calls", samples.calls_and_views, fit_direction),
    Shipped("targets", samples.targets, partial(fit_ranking, penalty=4.0)),
    Shipped("horizon", samples.horizon, partial(fit_one, labels=_HORIZONS, penalty=3.0, least=3)),
    Shipped("credibility", samples.level, partial(fit_one, labels=_LEVELS, penalty=3.0, least=3)),
    Shipped("overall", samples.overall, fit_direction),
    Shipped("news", quotable.news, partial(fit_ranking, penalty=4.0)),
    Shipped("beside", quotable.beside, partial(fit_ranking, penalty=4.0)),
    Shipped("unfit", quotable.unfit, partial(fit_one, labels=("fit", "unfit"), penalty=4.0)),
)


def train_all(data: TrainingData, *, check: bool = False) -> Iterator[str]:
    """Fits and writes every model; yields a line on each."""
    for model in MODELS:
        fitted_on = list(model.samples(data))
        (WEIGHTS_FOLDER / f"{model.name}.model.tsv").write_bytes(model.fit(fitted_on).dump())
        forget_models()
        line = f"{model.name:12} {len(fitted_on)} samples"
        if not check or model.fit is fit_marks:  # marks have no single right answer
            yield line
            continue
        held_out = list(zip(fitted_on, held_out_models(fitted_on, model.fit), strict=True))
        right = sum(sample.answer(blind) in sample.right for sample, blind in held_out)
        yield f"{line}, {right / max(1, len(held_out)):.3f} right held out"
        if model.name == "calls":
            yield _check_confidence(held_out)


def held_out_models(samples: Sequence[Any], fit: Callable[..., Linear]) -> list[Linear]:
    """For each sample a model that was fitted without its article."""
    folds = [stable_hash(sample.group) // 7 % FOLDS for sample in samples]
    models = {
        held: fit([sample for sample, fold in zip(samples, folds, strict=True) if fold != held])
        for held in set(folds)
    }
    return [models[fold] for fold in folds]


def _check_confidence(held_out: Iterable[tuple[Sample, Linear]]) -> str:
    """How honest the chances of required calls are, as they are and with a map fitted on them.

    Right is the annotator's own direction: the lists of acceptable ones let an unclear article
    count nearly any answer.
    """
    forecasts = [
        Forecast(sample.group, max(sample.chances(blind)), sample.answer(blind) in sample.right)
        for sample, blind in held_out
        if sample.weight == 1.0  # an optional call weighs less
    ]
    fitted = fit_calibration(forecasts)
    figures = {name: figure for name, figure in fitted.items() if name != "knots"}
    return f"confidence   of required calls held out, before and after a map: {figures}"
