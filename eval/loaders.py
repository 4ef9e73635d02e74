"""Labelled sets -> records: the project's own articles, real ones whose text lies outside it, and public sets of headlines.

Articles: a JSONL file, or `own` and `real` for what `records.py` knows. Headlines: CryptoLin and SEntFiN in the form in which
their authors publish them (CSV; the user's own copy), or any of the sets as JSONL of text, label and perhaps entity and date.
"""

import ast
import csv
import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.records import DATA, load_real
from summarizer.errors import BadRecord, UsageError
from summarizer.sources import read_time, record_article

Record = dict[str, Any]
_SIGNS = {"1": "positive", "0": "neutral", "-1": "negative"}
TONES = ("positive", "negative", "neutral")


def load_jsonl(path: Path) -> list[Record]:
    """The objects of a JSONL file. Raises BadRecord, naming the line."""
    records = []
    for number, line in enumerate(path.read_text("utf-8").split("\n"), 1):
        if line.strip():
            try:
                record = json.loads(line)
            except ValueError as error:
                raise BadRecord(f"line {number} of {path.name} is not JSON") from error
            if not isinstance(record, dict):
                raise BadRecord(f"line {number} of {path.name} is no object")
            records.append(record)
    return records


def load_labels(name: str, split: str | None = None) -> list[Record]:
    """Labelled records of a file, of `own` or of `real`; only those of the split `dev` or `test` if one is named.

    Each gets `gold`, the text that its summary is checked against, and `folder`, where its page lies. Raises BadRecord for a
    record without id or labels, UsageError for a set that is not there.
    """
    if name == "real":
        found = [{**labelled.record, "gold": labelled.article.text, "folder": "."} for labelled in load_real()]
        if not found:
            raise UsageError("the real articles' texts are not here", advice="They belong in ../shared/data/articles")
    else:
        path = DATA / "articles.jsonl" if name == "own" else Path(name)
        if not path.is_file():
            raise UsageError(f"{name} is neither a file nor own nor real")
        found = load_jsonl(path)
        for number, record in enumerate(found, 1):
            if "id" not in record or not isinstance(record.get("labels"), dict):
                raise BadRecord(f"record {number} of {path.name} has no id or no labels")
            gold = record.get("text") or record.get("body") or record_article(record, path.parent).text
            record |= {"gold": gold, "folder": str(path.parent)}
    return [record for record in found if split is None or split_of(str(record["id"])) == split]


def load_pairs(name: str, split: str | None, *paths: Path) -> tuple[list[Record], list[list[Record]]]:
    """Labelled records, and of each file the reports of them; reports of the other split are left out.

    Raises BadRecord for a report whose id is in neither split.
    """
    everything, files = load_labels(name), [load_jsonl(path) for path in paths]
    known = {str(record["id"]) for record in everything}
    chosen = [record for record in everything if split in (None, split_of(str(record["id"])))]
    for path, reports in zip(paths, files, strict=True):
        if unknown := sorted({str(report.get("id")) for report in reports} - known):
            raise BadRecord(f"{path.name} holds ids that no label has: {', '.join(unknown[:3])}")
    return chosen, [[report for report in reports if split in (None, split_of(str(report["id"])))] for reports in files]


def split_of(id: str) -> str:
    """`test` for a third of all ids, by their hash alone: the rule of `records.Labelled.split`.

    >>> split_of("own-example-derivatives")
    'dev'
    """
    return "test" if int(hashlib.sha256(id.encode()).hexdigest(), 16) % 3 == 0 else "dev"


@dataclass(frozen=True)
class Headline:
    """A headline, or one entity of one: `label` is positive, negative or neutral. `date` is a day or a time as written."""

    id: str
    text: str
    label: str
    entity: str | None = None
    start: int = -1  # where the entity stands
    date: str | None = None


def load_headlines(path: Path, form: str) -> list[Headline]:
    """The headlines of a set in the form cryptolin, sentfin or finentity, as CSV or JSONL. Raises BadRecord for another file."""
    try:
        if path.suffix == ".csv":
            with path.open(encoding="utf-8", newline="") as lines:
                found = list((_published_cryptolin if form == "cryptolin" else _published_sentfin)(csv.DictReader(lines)))
        else:
            found = [_headline(record) for record in load_jsonl(path)]
    except (KeyError, ValueError, SyntaxError, AttributeError) as error:
        raise BadRecord(f"{path.name} is not {form} as published or as JSONL: {type(error).__name__} {error}") from error
    if not found or any(headline.label not in TONES for headline in found):
        raise BadRecord(f"{path.name} holds labels other than {', '.join(TONES)}, or nothing")
    return found


def _headline(record: Record) -> Headline:
    text, entity, place = record["text"], record.get("entity"), record.get("start", -1)
    if entity and text[max(0, place) : place + len(entity)] != entity:  # 35 of FinEntity's 1,074 places are not the name's
        place = text.find(entity)
    return Headline(str(record["id"]), record["text"], record["label"], entity, place, record.get("date"))


def _published_cryptolin(rows: Iterable[Record]) -> Iterator[Headline]:
    for row in rows:
        yield Headline(row["id"], row["news"], _SIGNS[row["final_manual_labelling"]], date=row["date"])


def _published_sentfin(rows: Iterable[Record]) -> Iterator[Headline]:
    for row in rows:
        for entity, label in ast.literal_eval(row["Decisions"]).items():
            yield Headline(row["S No."], row["Title"], label, entity, row["Title"].find(entity))


def headline_reports(headlines: list[Headline]) -> list[Record]:
    """Headlines that name Bitcoin as reports with one call, their label taken for a direction: what `outcomes` scores.

    >>> headline_reports([Headline("1", "Bitcoin slips", "negative", date="2022-01-24")])[0]["calls"]
    [{'asset': 'BTC', 'direction': 'bearish', 'confidence': None}]
    """
    directions = {"positive": "bullish", "negative": "bearish", "neutral": "neutral"}
    return [
        {
            "id": headline.id,
            "article": {"published_at": headline.date, "source": "labels"},
            "calls": [{"asset": "BTC", "direction": directions[headline.label], "confidence": None}],
            "analyst": {"name": "people", "model": None},
        }
        for headline in headlines
        if names_bitcoin(headline.text) and read_time(headline.date)
    ]


def names_bitcoin(text: str) -> bool:
    """Whether a headline is about Bitcoin: it has the word, or BTC.

    >>> names_bitcoin("Bitcoin's slide"), names_bitcoin("BTC at $40K"), names_bitcoin("bitcoiners meet")
    (True, True, False)
    """
    words = "".join(c if c.isalnum() else " " for c in text.lower()).split()
    return "bitcoin" in words or "btc" in words
