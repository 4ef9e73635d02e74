"""Labelled articles: the project's own in `eval/data/`, and real ones whose texts lie elsewhere.

Real articles are labelled here by id and place (`real_*.jsonl`: code points of the normalised
text), because their text belongs to its publishers. Whoever has the texts gets the labels;
without them only the project's own are loaded. `eval/README.md` tells the label format field by
field.
"""

import gzip
import hashlib
import json
import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from eval.labels import check_record
from summarizer.batch.records import record_article
from summarizer.errors import BadRecord, InputError, UsageError
from summarizer.models import Article
from summarizer.text.spans import normalise

Record = dict[str, Any]  # one object of a JSONL file
Records = Sequence[Record]
DATA = Path(__file__).parent / "data"
# Where the texts of real articles are looked for: beside the checkout.
TEXTS = Path(__file__).parents[2] / "shared" / "data" / "articles"
_QUOTE = 30  # code points of a sentence by which it is found again


class Labelled(NamedTuple):
    """An article and what a right report of it holds. Facts carry a `quote`."""

    article: Article
    record: Record

    @property
    def id(self) -> str:
        return str(self.record["id"])

    @property
    def labels(self) -> Record:
        labels: Record = self.record["labels"]
        return labels


def split_of(id: str) -> str:
    """`test` for a third of all ids, by their hash alone, else `dev`; nothing is tuned on `test`.

    >>> split_of("own-example-derivatives")
    'dev'
    """
    return "dev" if stable_hash(id) % 3 else "test"


def stable_hash(id: str) -> int:
    """A number that is the same in every run, to part articles by their ids alone."""
    return int(hashlib.sha256(id.encode()).hexdigest(), 16)


def load_own() -> Iterator[Labelled]:
    """The project's own labelled articles."""
    return _load_whole(DATA / "articles.jsonl")


def load_real(texts: Path = TEXTS, folder: Path = DATA) -> Iterator[Labelled]:
    """Real labelled articles that models are fitted on; none where their texts are missing."""
    if texts.is_dir():
        yield from _load_whole(texts / "labelled.jsonl")
    yield from _load_placed("real_*.jsonl", texts, folder)


def _load_whole(path: Path) -> Iterator[Labelled]:
    """The articles of a file that holds texts and labels both."""
    for record in load_jsonl(path):
        yield Labelled(record_article(record, path.parent), record)


def _load_placed(pattern: str, texts: Path, folder: Path) -> Iterator[Labelled]:
    """The articles of the files whose labels name texts by their ids."""
    if not texts.is_dir():
        return
    known = _load_records(texts)
    for path in sorted(folder.glob(pattern)):
        for line in load_jsonl(path):
            record = known[line["id"]]
            article = record_article(record, texts)
            _place(line["labels"]["facts"], normalise(record["text"]), article.text)
            yield Labelled(article, {**record, "labels": line["labels"]})


def _load_records(texts: Path) -> dict[str, Record]:
    """The records of real articles by their ids, labelled or not; none where they are missing."""
    known: dict[str, Record] = {}
    for path in texts.glob("*.jsonl.gz"):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            known |= {record["id"]: record for record in map(json.loads, lines)}
    return known


def load_quotable(texts: Path = TEXTS, folder: Path = DATA) -> Iterator[Labelled]:
    """Articles with the sentences that an editor would quote and those that are unfit for it.

    `labels` holds where they begin in the article's text. Real articles are left out where their
    texts are missing.
    """
    for article, line, move in _load_known(folder / "summaries.jsonl", texts):
        names = ("news", "meaning", "unfit")
        labels = {name: [move(start) for start in line[name]] for name in names}
        yield Labelled(article, {"id": line["id"], "labels": labels})


def load_reasoned(texts: Path = TEXTS, folder: Path = DATA) -> Iterator[Labelled]:
    """Articles with an editor's view of each asset: its direction, and where the sentences begin
    that give the reason. Real articles are left out where their texts are missing.
    """
    for article, line, move in _load_known(folder / "reasons.jsonl", texts):
        labels = {
            asset: {**view, "why": [move(start) for start in view["why"]]}
            for asset, view in line["assets"].items()
        }
        yield Labelled(article, {"id": line["id"], "labels": labels})


def _load_known(path: Path, texts: Path) -> Iterator[tuple[Article, Record, Callable[[int], int]]]:
    """The article of each line of a file, if its text is here, and what moves a place of the
    printed text to the article's: to -1 where nothing there begins alike.
    """
    own = {one.id: one.article for one in load_own()}
    known = _load_records(texts)
    for line in load_jsonl(path):
        id = line["id"]
        if id in own:
            yield own[id], line, lambda start: start
        elif id in known:
            article, printed = record_article(known[id], texts), normalise(known[id]["text"])
            yield article, line, partial(_move, printed=printed, text=article.text)


def _move(start: int, printed: str, text: str) -> int:
    """The place in the article's text of what begins at `start` in the printed one; -1 if none."""
    quote = printed[start : start + _QUOTE]
    return text.rfind(quote, 0, start + len(quote))


def load_texts(texts: Path = TEXTS, folder: Path = DATA) -> Iterator[str]:
    """Titles and texts of real articles, labelled or not, but for the untouched ones."""
    labels = [line for path in folder.glob("untouched_*.jsonl") for line in load_jsonl(path)]
    untouched = {line["id"] for line in labels}
    for path in sorted(texts.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for record in map(json.loads, lines):
                if record["id"] not in untouched:
                    yield f"{record.get('title') or ''}\n{record['text']}"


def _place(facts: Records, printed: str, text: str) -> None:
    """Gives each fact its quote, and moves its places from the printed text to the article's.

    The article's text lacks the furniture of the printed one, so a place can only move to the left.
    """
    for fact in facts:
        fact["quote"] = printed[fact["start"] : fact["end"]]
        at = text.rfind(fact["quote"], 0, fact["end"])
        if at >= 0:
            shift = at - fact["start"]
            for key in {"start", "end", "num_start", "num_end"} & fact.keys():
                fact[key] += shift


def load_passages() -> Iterator[Labelled]:
    """Short passages of the project's own with marked numbers, for training alone.

    A mark is `[[kind/also right|SUBJECT,also right|$3 million|value]]`, the value for readers
    alone. The facts have places and no unit: they teach kinds and subjects and are not scored.
    """
    for path in sorted(DATA.glob("passages_*.txt")):
        for number, block in enumerate(path.read_text("utf-8").strip().split("\n\n")):
            title, text = None, block.strip()
            if text.startswith("# title:"):
                title, _, text = text.removeprefix("# title:").partition("\n")
            text, facts = _unmark(normalise(text))
            record = {"id": f"{path.stem}-{number}", "labels": {"facts": facts}}
            yield Labelled(Article(title=title, text=text), record)


_MARK = re.compile(r"\[\[([^|\]]+)\|([^|\]]+)\|([^|\]]+)(?:\|([^|\]]+))?\]\]")


def _unmark(marked: str) -> tuple[str, Records]:
    """The passage without its marks, and the facts that they state."""
    text, facts, last = "", [], 0
    for match in _MARK.finditer(marked):
        text += marked[last : match.start()]
        kinds, subjects, quote = match[1].split("/"), match[2].split(","), match[3]
        facts.append(
            {
                "kind": kinds[0],
                "acceptable_kinds": kinds,
                "subject": subjects[0],
                "acceptable_subjects": subjects,
                "unit": None,
                "num_start": len(text),
                "num_end": len(text) + len(quote),
                "quote": quote,
            }
        )
        text += quote
        last = match.end()
    return text + marked[last:], facts


def load_jsonl(path: Path) -> Records:
    """The objects of a JSONL file. Raises BadRecord, naming the line."""
    records = []
    try:
        lines = path.read_text("utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise BadRecord(f"{path.name} is no text in UTF-8") from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                record = json.loads(line)
            except (ValueError, RecursionError):
                record = None
            if not isinstance(record, dict):
                raise BadRecord(f"line {number} of {path.name} is no JSON object")
            records.append(record)
    return records


def load_labels(name: str, split: str | None = None) -> Records:
    """Labelled records of a file, of `own`, `real` or `untouched`; of one split if it is named.

    Each gets `gold`, the text that its summary is checked against, and `folder`, where its page
    lies. Raises BadRecord for a record without id or labels, UsageError for a set that is not
    there.
    """
    if name in ("real", "untouched"):
        articles = load_real()
        if name == "untouched":
            articles = _load_placed("untouched_*.jsonl", TEXTS, DATA)
        records: Records = [
            {**one.record, "gold": one.article.text, "folder": "."} for one in articles
        ]
        if not records:
            raise UsageError(
                "the real articles' texts are not here",
                advice="They belong in ../shared/data/articles",
            )
    else:
        records = _load_file(name)
    return _in_split(records, split)


def _load_file(name: str) -> Records:
    path = DATA / "articles.jsonl" if name == "own" else Path(name)
    if not path.is_file():
        raise UsageError(f"{name} is no file, and not own, real or untouched")
    records = load_jsonl(path)
    for number, record in enumerate(records, 1):
        check_record(record, number, path.name)
        try:
            gold = record.get("text") or record.get("body")
            gold = gold or record_article(record, path.parent).text
        except InputError as error:
            detail = f"record {number} ({record['id']}) of {path.name}: {error.detail}"
            raise BadRecord(detail, advice=error.advice) from error
        record |= {"gold": gold, "folder": str(path.parent)}
    return records


def _in_split(records: Records, split: str | None) -> Records:
    return [record for record in records if split in (None, split_of(str(record["id"])))]


def pair_reports(labelled: Records, reports: Records) -> Iterator[tuple[Record, Record]]:
    """Each labelled record with its report, an empty one where it is missing."""
    by_id = {str(report.get("id")): report for report in reports}
    for record in labelled:
        yield record, by_id.get(str(record["id"]), {})


def load_pairs(name: str, split: str | None, *paths: Path) -> tuple[Records, list[Records]]:
    """Labelled records, and of each file the reports of them; the other split is left out.

    Raises BadRecord for a report whose id is in neither split.
    """
    labelled, files = load_labels(name), [load_jsonl(path) for path in paths]
    known = {str(record["id"]) for record in labelled}
    for path, reports in zip(paths, files, strict=True):
        if unknown := sorted({str(report.get("id")) for report in reports} - known):
            raise BadRecord(f"{path.name} holds ids that no label has: {', '.join(unknown[:3])}")
    return _in_split(labelled, split), [_in_split(reports, split) for reports in files]
