"""Tone on headlines: what a report calls `overall.tone`, and how one sentence speaks of each of its names.

CryptoLin labels a headline as a whole, so it is read as an article of one headline and its tone cut at the guide's band of
0.2. SEntFiN and FinEntity label names, most of which are no crypto assets: for them the tone model is asked about each name.
Sentences that praise one name and fault another show whether it listens to the name: one label for the sentence cannot be
right on both. The sets are read as their authors publish them (CSV; the user's own copy), or as JSONL of text, label and
perhaps entity and date.
"""

import ast
import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.records import Record, load_jsonl
from eval.score.metrics import Counts, choice_row, estimate_all
from eval.score.report import Table, show
from eval.score.trivial import load_vader
from summarizer.analyst.embedded.tone import tone_of
from summarizer.errors import BadRecord, UsageError
from summarizer.pipeline import analyze_text
from summarizer.settings import Settings
from summarizer.text.dates import parse_time
from summarizer.text.spans import Span

BAND = 0.2  # the guide: tone within 0.2 of 0 reads as neutral
TONES = ("positive", "negative", "neutral")
_SIGNS = {"1": "positive", "0": "neutral", "-1": "negative"}
_DIRECTIONS = {"positive": "bullish", "negative": "bearish", "neutral": "neutral"}


@dataclass(frozen=True)
class Headline:
    """A headline, or one entity of one: `label` is positive, negative or neutral. `date` is a day or a time as written."""

    id: str
    text: str
    label: str
    entity: str | None = None
    start: int = -1  # where the entity stands
    date: str | None = None

    @property
    def span(self) -> Span:
        return Span(self.start, self.start + len(self.entity or ""))


def load_headlines(path: Path, form: str) -> list[Headline]:
    """The headlines of a set in the form cryptolin, sentfin or finentity, as CSV or JSONL. Raises BadRecord for another file."""
    try:
        if path.suffix == ".csv":
            with path.open(encoding="utf-8", newline="") as lines:
                found = list(
                    (_published_cryptolin if form == "cryptolin" else _published_sentfin)(
                        csv.DictReader(lines)
                    )
                )
        else:
            found = [_headline(record) for record in load_jsonl(path)]
    except (KeyError, ValueError, SyntaxError, AttributeError) as error:
        raise BadRecord(
            f"{path.name} is not {form} as published or as JSONL: {type(error).__name__} {error}"
        ) from error
    if not found or any(headline.label not in TONES for headline in found):
        raise BadRecord(f"{path.name} holds labels other than {', '.join(TONES)}, or nothing")
    return found


def _headline(record: Record) -> Headline:
    text, entity, place = record["text"], record.get("entity"), record.get("start", -1)
    if (
        entity and text[max(0, place) : place + len(entity)] != entity
    ):  # 35 of FinEntity's 1,074 places are not the name's
        place = text.find(entity)
    return Headline(
        str(record["id"]), record["text"], record["label"], entity, place, record.get("date")
    )


def _published_cryptolin(rows: Iterable[Record]) -> Iterator[Headline]:
    for row in rows:
        yield Headline(
            row["id"], row["news"], _SIGNS[row["final_manual_labelling"]], date=row["date"]
        )


def _published_sentfin(rows: Iterable[Record]) -> Iterator[Headline]:
    for row in rows:
        for entity, label in ast.literal_eval(row["Decisions"]).items():
            yield Headline(row["S No."], row["Title"], label, entity, row["Title"].find(entity))


def headline_reports(headlines: list[Headline]) -> list[Record]:
    """Headlines that name Bitcoin as reports with one call, their label taken for a direction: what `outcomes` scores.

    >>> headline_reports([Headline("1", "Bitcoin slips", "negative", date="2022-01-24")])[0]["calls"]
    [{'asset': 'BTC', 'direction': 'bearish'}]
    """
    return [
        {
            "id": headline.id, "article": {"published_at": headline.date, "source": "labels"}, "analyst": {"name": "people"},
            "calls": [{"asset": "BTC", "direction": _DIRECTIONS[headline.label]}],
        }
        for headline in headlines
        if names_bitcoin(headline.text) and parse_time(headline.date)
    ]  # fmt: skip


def names_bitcoin(text: str) -> bool:
    """Whether a headline is about Bitcoin: it has the word, or BTC.

    >>> names_bitcoin("Bitcoin's slide"), names_bitcoin("BTC at $40K"), names_bitcoin("bitcoiners meet")
    (True, True, False)
    """
    words = "".join(c if c.isalnum() else " " for c in text.lower()).split()
    return "bitcoin" in words or "btc" in words


def read_tone(tone: float) -> str:
    """A tone in words.

    >>> read_tone(0.2), read_tone(0.21), read_tone(-0.7)
    ('neutral', 'positive', 'negative')
    """
    return "positive" if tone > BAND else "negative" if tone < -BAND else "neutral"


def entity_tones(headlines: Sequence[Headline]) -> list[str]:
    """The tone towards each name, told where the other names of its sentence stand."""
    return [
        read_tone(tone_of(text, span, others)) for text, span, others in _with_others(headlines)
    ]


def cross_validated_tones(headlines: Sequence[Headline], *, own: bool = True) -> list[str]:
    """The tone towards each name by models fitted on the other sentences, five folds, and on the project's `own`.

    For a set that the shipped model has seen. The likeliest label is said, without the band.
    """
    from eval.train.fit import Sample
    from eval.train.train import TONE_FIT, cross_validate, tone_samples
    from summarizer.analyst.embedded.tone import LABELS, describe_tone

    places = zip(_with_others(headlines), headlines, strict=True)
    asked = [
        Sample(describe_tone(text, span, others), (headline.label,), text)
        for (text, span, others), headline in places
    ]
    return cross_validate([*asked, *(tone_samples() if own else ())], LABELS, **TONE_FIT)[
        : len(asked)
    ]


def _with_others(headlines: Sequence[Headline]) -> Iterator[tuple[str, Span, list[Span]]]:
    spans: dict[str, list[Span]] = defaultdict(list)
    for headline in headlines:
        spans[headline.text].append(headline.span)
    return ((headline.text, headline.span, spans[headline.text]) for headline in headlines)


def is_mixed(headlines: Sequence[Headline], wanted: set[str]) -> list[bool]:
    """Whether each headline stands in a sentence whose names are labelled differently, and with all the `wanted` labels."""
    labels: dict[str, set[str]] = defaultdict(set)
    for headline in headlines:
        labels[headline.text].add(headline.label)
    return [
        len(labels[headline.text]) > 1 and wanted <= labels[headline.text] for headline in headlines
    ]


def tone_tables(
    headlines: Sequence[Headline], settings: Settings, *, cross_validate: bool = False
) -> list[Table]:
    """Whole headlines, or their names: macro-F1 and accuracy beside the majority's and VADER's."""
    common = max(TONES, key=[headline.label for headline in headlines].count)
    named = [headline for headline in headlines if headline.start >= 0] or list(headlines)
    note = (
        ""
        if len(named) == len(headlines)
        else f"{len(headlines) - len(named)} names that do not stand in their text are left out."
    )
    if headlines[0].entity is None:
        reports = (
            analyze_text(headline.text, title=headline.text, settings=settings)
            for headline in named
        )
        asked = {"overall.tone": [read_tone(report.overall.tone) for report in reports]}
    else:
        note += " The shipped tone model was fitted on sentences of SEntFiN: there only the cross-validated line is out of sample."
        asked = {
            "told the name": entity_tones(named),
            "one tone for the sentence": [read_tone(tone_of(h.text, None)) for h in named],
        }
        if cross_validate:
            asked["told the name, cross-validated"] = cross_validated_tones(named)
    asked[f"always {common}"] = [common] * len(named)
    try:
        vader = load_vader()
        asked["VADER"] = [vader(headline.text) for headline in named]
    except UsageError as error:
        note += f" {error}."
    tables = [_tone_table("Headlines", named, asked, note)]
    for title, wanted in (
        ("labelled differently", set[str]()),
        ("of opposite sign", {"positive", "negative"}),
    ):
        if any(chosen := is_mixed(named, wanted)):
            part = {
                name: [tone for tone, is_in in zip(said, chosen, strict=True) if is_in]
                for name, said in asked.items()
            }
            kept = [headline for headline, is_in in zip(named, chosen, strict=True) if is_in]
            tables.append(_tone_table(f"Names in sentences whose names are {title}", kept, part))
    return tables


def count_tones(headlines: Sequence[Headline], said: Sequence[str]) -> Counts:
    """Accuracy and macro-F1, names of one sentence drawn together."""
    rows = [
        choice_row("tone", headline.label, tone, TONES)
        for headline, tone in zip(headlines, said, strict=True)
    ]
    return Counts(rows, [headline.text for headline in headlines])


def _tone_table(
    title: str, headlines: Sequence[Headline], asked: dict[str, list[str]], note: str = ""
) -> Table:
    rows = []
    for name, said in asked.items():
        found = estimate_all(count_tones(headlines, said))
        one = [found[f"tone.{figure}"] for figure in ("macro_f1", "first_choice")]
        rows.append(
            [
                name,
                *(cell for e in one for cell in (show(e.value), f"{show(e.low)}–{show(e.high)}")),
            ]
        )
    return Table(
        f"{title}, n = {len(headlines)}",
        ["", "macro-F1", "interval", "accuracy", "interval"],
        rows,
        note,
    )
