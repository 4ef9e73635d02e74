"""Labelled articles: the project's own in `eval/data/`, and real ones whose text lies outside the project.

Real articles are labelled here by id and place (`real_*.jsonl`: code points of the normalised text), because their
text belongs to its publishers. Whoever has the texts gets the labels; without them only the project's own are loaded.
"""

import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from summarizer.batch.records import record_article
from summarizer.errors import BadRecord, UsageError
from summarizer.models import Article
from summarizer.text.spans import normalise

Record = dict[str, Any]
DATA = Path(__file__).parent / "data"
SHARED = (
    Path(__file__).parents[2] / "shared" / "data" / "articles"
)  # where the real texts are looked for


@dataclass(frozen=True)
class Labelled:
    """An article and what a right report of it holds. Facts carry a `quote`."""

    id: str
    article: Article
    labels: dict[str, Any]
    record: dict[str, Any]

    @property
    def split(self) -> str:
        return split_of(self.id)


def split_of(id: str) -> str:
    """`test` for a third of all ids, by their hash alone; nothing is tuned on those.

    >>> split_of("own-example-derivatives")
    'dev'
    """
    return "test" if int(hashlib.sha256(id.encode()).hexdigest(), 16) % 3 == 0 else "dev"


def load_own(folder: Path = DATA) -> Iterator[Labelled]:
    """The project's own labelled articles."""
    for record in load_jsonl(folder / "articles.jsonl"):
        yield Labelled(record["id"], record_article(record, folder), record["labels"], record)


def load_real(texts: Path = SHARED, folder: Path = DATA) -> Iterator[Labelled]:
    """Real labelled articles that models are fitted on; none where the folder of texts is missing."""
    if texts.is_dir():
        for record in load_jsonl(texts / "labelled.jsonl"):
            yield Labelled(record["id"], record_article(record, texts), record["labels"], record)
    yield from _load_placed("real_*.jsonl", texts, folder)


def load_untouched(texts: Path = SHARED, folder: Path = DATA) -> Iterator[Labelled]:
    """Real labelled articles that no model was fitted on and no rule was written for."""
    return _load_placed("untouched_*.jsonl", texts, folder)


def _load_placed(pattern: str, texts: Path, folder: Path) -> Iterator[Labelled]:
    if not texts.is_dir():
        return
    with gzip.open(texts / "unlabelled.jsonl.gz", "rt", encoding="utf-8") as lines:
        known = {record["id"]: record for record in map(json.loads, lines)}
    for path in sorted(folder.glob(pattern)):
        for line in load_jsonl(path):
            record = known[line["id"]]
            article = record_article(record, texts)
            _place(line["labels"]["facts"], normalise(record["text"]), article.text)
            yield Labelled(
                record["id"], article, line["labels"], {**record, "labels": line["labels"]}
            )


def _place(facts: list[dict[str, Any]], printed: str, text: str) -> None:
    """Give each fact its quote, and move its places from the text as printed to the article's, which lacks furniture."""
    for fact in facts:
        fact["quote"] = printed[fact["start"] : fact["end"]]
        at = text.rfind(
            fact["quote"], 0, fact["end"]
        )  # what was cut out can only have moved it to the left
        if at >= 0:
            shift = at - fact["start"]
            for key in ("start", "end", "num_start", "num_end"):
                if key in fact:
                    fact[key] += shift


def load_passages(folder: Path = DATA) -> Iterator[Labelled]:
    """Short passages of the project's own, marked where they stand: `[[kind/also right|SUBJECT,also right|$3 million|value]]`.

    Their facts have places and no unit: they teach kinds and subjects and are not scored.
    """
    for path in sorted(folder.glob("passages_*.txt")):
        for number, block in enumerate(path.read_text("utf-8").strip().split("\n\n")):
            title, text = None, block.strip()
            if text.startswith("# title:"):
                title, _, text = text.removeprefix("# title:").partition("\n")
            text, facts = _unmark(normalise(text))
            name = f"{path.stem}-{number}"
            yield Labelled(
                name,
                Article(title=title, text=text),
                {"facts": facts},
                {"id": name, "title": title, "text": text},
            )


_MARK = re.compile(r"\[\[([^|\]]+)\|([^|\]]+)\|([^|\]]+)(?:\|([^|\]]+))?\]\]")


def _unmark(marked: str) -> tuple[str, list[dict[str, Any]]]:
    """The passage without its marks, and the facts that they state."""
    text, facts, last = "", [], 0
    for match in _MARK.finditer(marked):
        text += marked[last : match.start()]
        kinds, subjects = match[1].split("/"), match[2].split(",")
        place = {"num_start": len(text), "num_end": len(text) + len(match[3]), "quote": match[3]}
        facts.append(
            {
                "kind": kinds[0],
                "acceptable_kinds": kinds,
                "subject": subjects[0],
                "acceptable_subjects": subjects,
                "unit": None,
                **place,
            }
        )
        text += match[3]
        last = match.end()
    return text + marked[last:], facts


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
    """Labelled records of a file, of `own`, `real` or `untouched`; only those of the split `dev` or `test` if one is named.

    Each gets `gold`, the text that its summary is checked against, and `folder`, where its page lies. Raises BadRecord for a
    record without id or labels, UsageError for a set that is not there.
    """
    if name in ("real", "untouched"):
        articles = load_real() if name == "real" else load_untouched()
        found = [
            {**labelled.record, "gold": labelled.article.text, "folder": "."}
            for labelled in articles
        ]
        if not found:
            raise UsageError(
                "the real articles' texts are not here",
                advice="They belong in ../shared/data/articles",
            )
    else:
        path = DATA / "articles.jsonl" if name == "own" else Path(name)
        if not path.is_file():
            raise UsageError(f"{name} is no file, and not own, real or untouched")
        found = load_jsonl(path)
        for number, record in enumerate(found, 1):
            if "id" not in record or not isinstance(record.get("labels"), dict):
                raise BadRecord(f"record {number} of {path.name} has no id or no labels")
            gold = (
                record.get("text") or record.get("body") or record_article(record, path.parent).text
            )
            record |= {"gold": gold, "folder": str(path.parent)}
    return [record for record in found if split in (None, split_of(str(record["id"])))]


def load_pairs(
    name: str, split: str | None, *paths: Path
) -> tuple[list[Record], list[list[Record]]]:
    """Labelled records, and of each file the reports of them; reports of the other split are left out.

    Raises BadRecord for a report whose id is in neither split.
    """
    everything, files = load_labels(name), [load_jsonl(path) for path in paths]
    known = {str(record["id"]) for record in everything}
    for path, reports in zip(paths, files, strict=True):
        if unknown := sorted({str(report.get("id")) for report in reports} - known):
            raise BadRecord(f"{path.name} holds ids that no label has: {', '.join(unknown[:3])}")
    return [r for r in everything if split in (None, split_of(str(r["id"])))], [
        [report for report in reports if split in (None, split_of(str(report["id"])))]
        for reports in files
    ]
