"""Tone on headlines: what a report calls `overall.tone`, and how one sentence speaks of each of its names.

CryptoLin labels a headline as a whole, so it is read as an article of one headline and its tone cut at the guide's band of
0.2. SEntFiN and FinEntity label names, most of which are no crypto assets: for them the tone model is asked about each name.
Sentences that praise one name and fault another show whether it listens to the name: one label for the sentence cannot be
right on both.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np

from eval.loaders import TONES, Headline
from eval.metrics import RESAMPLES, SEED, Array, Counts, Estimate, Sums, estimate, macro_f1, ratio
from eval.report import Table, show
from eval.trivial import load_vader
from summarizer.analyst.tone import tone_of
from summarizer.errors import UsageError
from summarizer.pipeline import analyze_text
from summarizer.settings import Settings
from summarizer.spans import Span

BAND = 0.2  # the guide: tone within 0.2 of 0 reads as neutral


def read_tone(tone: float) -> str:
    """A tone in words.

    >>> read_tone(0.2), read_tone(0.21), read_tone(-0.7)
    ('neutral', 'positive', 'negative')
    """
    return "positive" if tone > BAND else "negative" if tone < -BAND else "neutral"


def headline_tones(headlines: Sequence[Headline], settings: Settings) -> list[str]:
    """The tone of each headline, read as an article."""
    return [read_tone(analyze_text(headline.text, title=headline.text, settings=settings).overall.tone) for headline in headlines]


def entity_tones(headlines: Sequence[Headline]) -> list[str]:
    """The tone towards each name, told where the other names of its sentence stand."""
    others: dict[str, list[Span]] = defaultdict(list)
    for headline in headlines:
        others[headline.text].append(_span(headline))
    return [read_tone(tone_of(headline.text, _span(headline), others[headline.text])) for headline in headlines]


def sentence_tones(headlines: Sequence[Headline]) -> list[str]:
    """The tone of the whole sentence, the same for all of its names."""
    return [read_tone(tone_of(headline.text, None)) for headline in headlines]


def cross_validated_tones(headlines: Sequence[Headline], *, own: bool = True) -> list[str]:
    """The tone towards each name by models fitted on the other sentences, five folds, and on the project's `own`.

    For a set that the shipped model has seen. The likeliest label is said, without the band.
    """
    from eval.fit import Sample
    from eval.train import cross_validate, tone_samples
    from summarizer.analyst.tone import LABELS, describe_tone

    spans: dict[str, list[Span]] = defaultdict(list)
    for headline in headlines:
        spans[headline.text].append(_span(headline))
    asked = [Sample(describe_tone(h.text, _span(h), spans[h.text]), (h.label,), h.text) for h in headlines]
    return cross_validate([*asked, *(tone_samples() if own else ())], LABELS, 1.0, 2)[: len(asked)]


def _span(headline: Headline) -> Span:
    return Span(headline.start, headline.start + len(headline.entity or ""))


def mixed(headlines: Sequence[Headline], *, opposite: bool) -> list[int]:
    """Which headlines stand in a sentence whose names are labelled differently; with `opposite`, positive and negative both."""
    labels: dict[str, set[str]] = defaultdict(set)
    for headline in headlines:
        labels[headline.text].add(headline.label)
    wanted = {"positive", "negative"} if opposite else set()
    return [i for i, headline in enumerate(headlines) if len(labels[headline.text]) > 1 and wanted <= labels[headline.text]]


def measure_tones(
    headlines: Sequence[Headline], said: Sequence[str], resamples: int = RESAMPLES, seed: int = SEED
) -> tuple[dict[str, Estimate], Array]:
    """Macro-F1 and accuracy with intervals over sentences, and the confusion `[true, said]` in the order of TONES."""
    rows = [{"n": 1.0, "right": float(h.label == tone), f"{h.label}.{tone}": 1.0} for h, tone in zip(headlines, said, strict=True)]
    counts = Counts(rows, [headline.text for headline in headlines])
    total, drawn = counts.total, counts.resample(resamples, seed)
    formulas: dict[str, Callable[[Sums], Array]] = {
        "macro_f1": lambda sums: macro_f1(_confusion(sums)),
        "accuracy": lambda sums: ratio(sums["right"], sums["n"]),
    }
    return {name: estimate(formula, lambda sums: sums["n"], total, drawn) for name, formula in formulas.items()}, _confusion(total)


def _confusion(sums: Sums) -> Array:
    return np.moveaxis(np.array([[sums[f"{true}.{said}"] for said in TONES] for true in TONES]), (0, 1), (-2, -1))


def one_label_at_best(headlines: Sequence[Headline]) -> list[str]:
    """For each sentence the label that most of its names have: no single label for a sentence can be right more often."""
    labels: dict[str, list[str]] = defaultdict(list)
    for headline in headlines:
        labels[headline.text].append(headline.label)
    return [max(sorted(set(labels[headline.text])), key=labels[headline.text].count) for headline in headlines]


def tone_tables(headlines: Sequence[Headline], settings: Settings, *, cross_validate: bool = False) -> list[Table]:
    """Whole headlines, or their names: macro-F1 and accuracy beside the majority's and VADER's, then the confusion."""
    common = max(TONES, key=[headline.label for headline in headlines].count)
    rivals = {f"always {common}": [common] * len(headlines)}
    missing = ""
    try:
        vader = load_vader()
        rivals["VADER"] = [vader(headline.text) for headline in headlines]
    except UsageError as error:
        missing = str(error)
    if headlines[0].entity is None:
        said = headline_tones(headlines, settings)
        return [_tone_table("Headlines", headlines, {"overall.tone": said, **rivals}, missing), _confused(headlines, said)]
    named = [headline for headline in headlines if headline.start >= 0]
    at = {id(headline): i for i, headline in enumerate(headlines)}
    asked = {"told the name": entity_tones(named), "one tone for the sentence": sentence_tones(named)}
    if cross_validate:
        asked["told the name, cross-validated"] = cross_validated_tones(named)
    asked |= {name: [tones[at[id(headline)]] for headline in named] for name, tones in rivals.items()}
    asked["best single label, from the labels"] = one_label_at_best(named)
    note = f"{len(headlines) - len(named)} names that do not stand in their text are left out. The shipped tone model was fitted on sentences of SEntFiN: there only the cross-validated line is out of sample. {missing}"
    tables = [_tone_table("Names in sentences", named, asked, note), _confused(named, asked["told the name"])]
    for title, opposite in (("labelled differently", False), ("of opposite sign", True)):
        if chosen := mixed(named, opposite=opposite):
            part = {name: [tones[i] for i in chosen] for name, tones in asked.items()}
            tables.append(_tone_table(f"Names in sentences whose names are {title}", [named[i] for i in chosen], part))
    return tables


def _tone_table(title: str, headlines: Sequence[Headline], asked: dict[str, list[str]], note: str = "") -> Table:
    rows = []
    for name, said in asked.items():
        found, _ = measure_tones(headlines, said)
        rows.append([name, *(cell for e in found.values() for cell in (show(e.value), f"{show(e.low)} – {show(e.high)}"))])
    return Table(f"{title}, n = {len(headlines)}", ["", "macro-F1", "interval", "accuracy", "interval"], rows, note)


def _confused(headlines: Sequence[Headline], said: Sequence[str]) -> Table:
    table = measure_tones(headlines, said, resamples=0)[1]
    return Table("Confusion", ["labelled", *TONES], [[name, *(str(int(n)) for n in row)] for name, row in zip(TONES, table, strict=True)])
