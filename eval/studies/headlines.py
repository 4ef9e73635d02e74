"""Tone on headlines: a report's `overall.tone`, and how one sentence speaks of each of its names.

CryptoLin labels a headline as a whole, so it is read as an article of one headline, whose tone is
neutral within 0.2 of 0. SEntFiN and FinEntity label names, most of which are no crypto assets:
for them the tone model is asked about each name. Sentences that praise one name and fault another
show whether it listens to the name: one label for the sentence cannot be right on both. The sets
are read as their authors publish them (CSV; the user's own copy), or as JSONL of text, label and
perhaps entity and date.
"""

import ast
import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import compress
from pathlib import Path
from typing import Any, NamedTuple

from eval.records import Record, Records, load_jsonl
from eval.score.metrics import Counts, choice_row, estimate_all
from eval.score.tables import Table
from eval.score.trivial import DIRECTION_OF_TONE, load_vader, name_tone
from eval.train.samples import own_tones, tone_sample
from eval.train.train import fit_tone, held_out_models
from summarizer.analyst.embedded.cues import find_cues
from summarizer.analyst.embedded.tone import measure_tone
from summarizer.errors import BadRecord, UsageError
from summarizer.pipeline import analyze_text
from summarizer.settings import Settings
from summarizer.text.dates import parse_time
from summarizer.text.spans import Span

FORMS = ("cryptolin", "sentfin", "finentity")
TONES = ("positive", "negative", "neutral")
_TONE_OF_SIGN = {"1": "positive", "0": "neutral", "-1": "negative"}


class Headline(NamedTuple):
    """A headline, or one entity of one: `label` is positive, negative or neutral.

    `start` is where the entity stands, `date` a day or a time as written.
    """

    id: str
    text: str
    label: str
    entity: str | None = None
    start: int = -1
    date: str | None = None

    @property
    def span(self) -> Span:
        return Span(self.start, self.start + len(self.entity or ""))


Headlines = Sequence[Headline]


def load_headlines(path: Path, form: str) -> Headlines:
    """The headlines of a set in the form cryptolin, sentfin or finentity, as CSV or JSONL.

    Raises BadRecord for another file.
    """
    try:
        if path.suffix == ".csv":
            with path.open(encoding="utf-8", newline="") as lines:
                headlines = list(_published(csv.DictReader(lines), form))
        else:
            headlines = [_headline(record) for record in load_jsonl(path)]
    except (KeyError, ValueError, SyntaxError, AttributeError) as error:
        raise BadRecord(
            f"{path.name} is not {form} as published or as JSONL: {type(error).__name__} {error}"
        ) from error
    if not headlines or any(headline.label not in TONES for headline in headlines):
        raise BadRecord(f"{path.name} holds labels other than {', '.join(TONES)}, or nothing")
    return headlines


def _headline(record: Record) -> Headline:
    text, entity, start = record["text"], record.get("entity"), record.get("start", -1)
    # 35 of FinEntity's 1,074 places are not the name's
    if entity and text[max(0, start) : start + len(entity)] != entity:
        start = text.find(entity)
    return Headline(str(record["id"]), text, record["label"], entity, start, record.get("date"))


def _published(rows: Iterable[Record], form: str) -> Iterator[Headline]:
    for row in rows:
        if form == "cryptolin":
            label = _TONE_OF_SIGN[row["final_manual_labelling"]]
            yield Headline(row["id"], row["news"], label, date=row["date"])
            continue
        for entity, label in ast.literal_eval(row["Decisions"]).items():
            yield Headline(row["S No."], row["Title"], label, entity, row["Title"].find(entity))


def headline_reports(headlines: Headlines) -> Records:
    """Headlines that name Bitcoin as reports with one call, which `outcomes` scores.

    The direction is the headline's label.

    >>> slips = Headline("1", "Bitcoin slips", "negative", date="2022-01-24")
    >>> headline_reports([slips])[0]["calls"]
    [{'asset': 'BTC', 'direction': 'bearish'}]
    """
    return [
        {
            "id": headline.id,
            "article": {"published_at": headline.date, "source": "labels"},
            "analyst": {"name": "people"},
            "calls": [{"asset": "BTC", "direction": DIRECTION_OF_TONE[headline.label]}],
        }
        for headline in headlines
        if names_bitcoin(headline.text) and parse_time(headline.date)
    ]


def names_bitcoin(text: str) -> bool:
    """Whether a headline is about Bitcoin: it has the word, or BTC.

    >>> names_bitcoin("Bitcoin's slide at $40K"), names_bitcoin("bitcoiners meet")
    (True, False)
    """
    return bool(re.search(r"\b(bitcoin|btc)\b", text, re.IGNORECASE))


def entity_tones(headlines: Headlines) -> list[str]:
    """The tone towards each name, told where the other names of its sentence stand."""
    spans = _by_sentence(headlines, "span")
    return [
        name_tone(measure_tone(h.text, find_cues(h.text), h.span, spans[h.text])) for h in headlines
    ]


def cross_validated_tones(headlines: Headlines, *, own: bool = True) -> list[str]:
    """The tone towards each name by models fitted on the other sentences, five folds.

    They are fitted on the project's `own` sentences too. For a set that the shipped model has seen.
    The likeliest label is given, without the band.
    """
    spans = _by_sentence(headlines, "span")
    samples = [tone_sample(h.text, h.span, spans[h.text], h.label) for h in headlines]
    models = held_out_models([*samples, *(own_tones() if own else ())], fit_tone)
    return [sample.answer(model) for sample, model in zip(samples, models, strict=False)]


def _by_sentence(headlines: Headlines, attribute: str) -> dict[str, list[Any]]:
    """What the headlines of each sentence have for an attribute."""
    values = defaultdict(list)
    for headline in headlines:
        values[headline.text].append(getattr(headline, attribute))
    return values


def is_mixed(headlines: Headlines, wanted: set[str]) -> list[bool]:
    """Whether each headline's sentence has names of different labels, all `wanted` among them."""
    labels = _by_sentence(headlines, "label")
    return [len({*labels[h.text]}) > 1 and wanted <= {*labels[h.text]} for h in headlines]


def tone_tables(
    headlines: Headlines, settings: Settings, *, cross_validate: bool = False
) -> list[Table]:
    """Whole headlines, or their names: macro-F1 and accuracy beside the majority's and VADER's."""
    named = [headline for headline in headlines if headline.start >= 0] or list(headlines)
    note = ""
    if left_out := len(headlines) - len(named):
        note = f"{left_out} names that do not stand in their text are left out."
    if headlines[0].entity is None:
        tones = {"overall.tone": _overall_tones(named, settings)}
    else:
        note += (
            " The shipped tone model was fitted on sentences of SEntFiN:"
            " there only the cross-validated line is out of sample."
        )
        tones = {
            "told the name": entity_tones(named),
            "one tone for the sentence": [
                name_tone(measure_tone(h.text, find_cues(h.text), None)) for h in named
            ],
        }
        if cross_validate:
            tones["told the name, cross-validated"] = cross_validated_tones(named)
    common = max(TONES, key=[headline.label for headline in headlines].count)
    tones[f"always {common}"] = [common] * len(named)
    try:
        vader = load_vader()
        tones["VADER"] = [vader(headline.text) for headline in named]
    except UsageError as error:
        note += f" {error}."
    return [_tone_table("Headlines", named, tones, note), *_mixed_tables(named, tones)]


def _overall_tones(headlines: Headlines, settings: Settings) -> list[str]:
    reports = (analyze_text(h.text, title=h.text, settings=settings) for h in headlines)
    return [name_tone(report.overall.tone) for report in reports]


def _mixed_tables(headlines: Headlines, tones: dict[str, list[str]]) -> Iterator[Table]:
    """The same figures for names whose sentence speaks of its names differently."""
    for title, wanted in (
        ("labelled differently", set[str]()),
        ("of opposite sign", {"positive", "negative"}),
    ):
        chosen = is_mixed(headlines, wanted)
        if any(chosen):
            some = {name: list(compress(all, chosen)) for name, all in tones.items()}
            title = f"Names in sentences whose names are {title}"
            yield _tone_table(title, list(compress(headlines, chosen)), some)


def count_tones(headlines: Headlines, tones: Sequence[str]) -> Counts:
    """Accuracy and macro-F1, names of one sentence drawn together."""
    rows = [
        choice_row("tone", headline.label, tone, TONES)
        for headline, tone in zip(headlines, tones, strict=True)
    ]
    return Counts(rows, [headline.text for headline in headlines])


def _tone_table(
    title: str, headlines: Headlines, tones: dict[str, list[str]], note: str = ""
) -> Table:
    rows = []
    for name, answers in tones.items():
        estimates = estimate_all(count_tones(headlines, answers))
        rows.append([name, estimates["tone.macro_f1"], estimates["tone.first_choice"]])
    return Table(f"{title}, n = {len(headlines)}", ["", "macro-F1", "accuracy"], rows, note)
