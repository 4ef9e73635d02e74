"""Extraction scored on WCXB, of which the user has a copy, beside the libraries that are installed.

WCXB (Murrough-Foley/web-content-extraction-benchmark, CC-BY-4.0) holds pages of the whole web:
`ground-truth.jsonl.gz` has a line for each, `html/<id>.html.gz` its page. As there, F1 is that of
the multisets of words in lower case, the mean over pages; pages without a gold text are left out.
Rules were fitted on the pages of which sha256(id) is even: the other half is what counts.
"""

import gzip
import html
import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from importlib import import_module
from pathlib import Path
from statistics import mean
from typing import Any, NamedTuple

from eval.records import stable_hash
from eval.score.metrics import Counts, estimate_all
from summarizer.errors import InputError
from summarizer.models import Page
from summarizer.page.article import extract_article

COLLAPSED = 0.5  # recall under which a page counts as lost
MARKUP = re.compile(r"<[^>]+>")


class Reading(NamedTuple):
    """What a reader finds on a page: the text, the day of publication, authors, flags."""

    text: str = ""
    day: str = ""
    authors: str = ""
    flags: tuple[str, ...] = ()


Reader = Callable[[bytes, str], Reading]


def read_ours(body: bytes, url: str) -> Reading:
    """The article as the product reads it."""
    try:
        article = extract_article(Page(url=url, body=body, content_type="text/html"))
    except InputError:
        return Reading()
    day = article.published_at.date().isoformat() if article.published_at else ""
    return Reading(article.text, day, " ".join(article.authors), article.flags)


def trafilatura(**settings: bool) -> Reader:
    """trafilatura with some of its settings."""
    library: Any = import_module("trafilatura")

    def read(body: bytes, url: str) -> Reading:
        text = library.extract(body, url=url, include_comments=False, **settings)
        known = library.extract_metadata(body, default_url=url)
        return Reading(text or "", known.date or "", known.author or "")

    return read


def readability() -> Reader:
    """readability-lxml; it gives markup, of which the tags are cut."""
    library: Any = import_module("readability")
    return lambda body, _: Reading(
        html.unescape(MARKUP.sub(" ", library.Document(body.decode("utf-8", "replace")).summary()))
    )


def resiliparse() -> Reader:
    """resiliparse, main content only."""
    library: Any = import_module("resiliparse.extract.html2text")
    return lambda body, _: Reading(
        library.extract_plain_text(
            body.decode("utf-8", "replace"), main_content=True, comments=False
        )
    )


def justext() -> Reader:
    """jusText with its English stop words."""
    library: Any = import_module("justext")
    words = library.get_stoplist("English")

    def read(body: bytes, _: str) -> Reading:
        blocks = library.justext(body, words)
        return Reading("\n".join(block.text for block in blocks if not block.is_boilerplate))

    return read


def newspaper4k() -> Reader:
    """newspaper4k, which is kept from fetching pictures."""
    library: Any = import_module("newspaper")

    def read(body: bytes, url: str) -> Reading:
        article = library.Article(url, fetch_images=False)
        article.download(input_html=body.decode("utf-8", "replace"))
        article.parse()
        return Reading(article.text, str(article.publish_date or "")[:10], str(article.authors))

    return read


def htmldate() -> Reader:
    """htmldate, which reads dates alone."""
    library: Any = import_module("htmldate")
    return lambda body, url: Reading(day=library.find_date(body, original_date=True, url=url) or "")


MAKERS: Mapping[str, Callable[[], Reader]] = {
    "ours": lambda: read_ours,
    "trafilatura": trafilatura,
    "trafilatura, fast": lambda: trafilatura(fast=True),
    "trafilatura, recall": lambda: trafilatura(favor_recall=True),
    "readability-lxml": readability,
    "resiliparse": resiliparse,
    "jusText": justext,
    "newspaper4k": newspaper4k,
    "htmldate": htmldate,
}


def evaluate_wcxb(
    folder: Path, makers: Mapping[str, Callable[[], Reader]] = MAKERS
) -> dict[str, dict[str, float]]:
    """The figures of each installed reader on each half of the pages."""
    lines = gzip.decompress((folder / "ground-truth.jsonl.gz").read_bytes()).splitlines()
    golds = [gold for gold in map(json.loads, lines) if gold["main_content"]]
    figures = {}
    for name, make in makers.items():
        with suppress(ImportError):
            read = make()
            rows = [_score(gold, *_read(read, folder, gold)) for gold in golds]
            for half in ("untuned", "tuned"):
                figures[f"{name}, {half} half"] = _mean([r for r in rows if r["half"] == half])
    return figures


def _read(read: Reader, folder: Path, gold: dict[str, Any]) -> tuple[Reading, float]:
    body = gzip.decompress((folder / "html" / f"{gold['id']}.html.gz").read_bytes())
    start = time.perf_counter()
    try:
        reading = read(body, gold["url"] or "https://page.example/")
    except Exception:  # noqa: BLE001  a library may raise anything: the page counts as lost
        reading = Reading()
    return reading, time.perf_counter() - start


def _score(gold: dict[str, Any], reading: Reading, seconds: float) -> dict[str, Any]:
    right, found = _words(gold["main_content"]), _words(reading.text)
    common = (right & found).total()
    recall = common / right.total()
    row: dict[str, Any] = {
        "half": "untuned" if stable_hash(gold["id"]) % 2 else "tuned",
        "f1": 2 * common / (right.total() + found.total()),
        "precision": common / max(1, found.total()),
        "recall": recall,
        "collapsed": recall < COLLAPSED and found and "partial_text" not in reading.flags,
        "refused": not found,
        "ms": seconds * 1000,
    }
    return row | dict(score_date(gold, reading)) | dict(_score_author(gold, reading))


def _words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text.lower()))


def score_date(gold: dict[str, Any], reading: Reading) -> Iterator[tuple[str, bool]]:
    """Whether the day is right, or off by no more than one, and whether it is wrong unflagged."""
    with suppress(TypeError, ValueError):
        right = date.fromisoformat(gold["publish_date"])
        days = abs((date.fromisoformat(reading.day) - right).days) if reading.day else None
        yield "date", days == 0
        yield "date_near", days is not None and days <= 1
        yield "date_wrong", bool(days and days > 1) and "date_uncertain" not in reading.flags


def _score_author(gold: dict[str, Any], reading: Reading) -> Iterator[tuple[str, bool]]:
    """Whether the first two words of the author are among those of the reading."""
    if gold["author"]:
        name = re.findall(r"\w+", gold["author"].lower())[:2]
        yield "author", set(name) <= set(_words(reading.authors))


def _mean(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Means over the pages that say something of each, and how many were lost or refused."""
    pages = estimate_all(Counts([{"page": (row["f1"], 1.0)} for row in rows]))["page"]
    figures: dict[str, float] = {"n": len(rows), "f1": pages.value}
    figures |= {"f1_low": pages.low, "f1_high": pages.high}
    for name in ("precision", "recall", "date", "date_near", "date_wrong", "author", "ms"):
        figures[name] = mean([row[name] for row in rows if name in row] or [0.0])
    figures = {name: round(value, 4) for name, value in figures.items()}
    return figures | {
        name: sum(map(bool, (row[name] for row in rows))) for name in ("collapsed", "refused")
    }
