"""How much of an article's text extraction finds, and what else it brings.

`python -m eval.extraction` measures as the article-extraction-benchmark does: the multiset of word
4-grams of the text found against that of the gold text, precision and recall of each page, their
means over pages, and F1 of the two means. `f1_pages` is the mean of the pages' own F1 beside it,
`f1_low` to `f1_high` its 95 % interval. A page on which nothing is found counts as recall 0 and, as
there, is left out of the mean precision.
"""

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from statistics import harmonic_mean, mean
from typing import NamedTuple

import click

from eval.options import json_option
from eval.records import DATA, TEXTS, load_jsonl, stable_hash
from eval.score.metrics import Counts, estimate_all
from eval.wcxb import evaluate_wcxb
from summarizer.errors import InputError
from summarizer.models import Page
from summarizer.page.article import extract_article

BENCHMARK = TEXTS.parent / "pages" / "article-extraction-benchmark"
_WORD = re.compile(r"\w+")


class Gold(NamedTuple):
    """A page, the text that is right for it, and the furniture that must not be in it."""

    id: str
    page: Page
    body: str
    must_not: tuple[str, ...] = ()

    @property
    def is_tuned(self) -> bool:
        """Whether the page is of the half that rules may be fitted on, by the id alone."""
        return stable_hash(self.id) % 2 == 1


def load_benchmark() -> Iterator[Gold]:
    """The pages of the article-extraction-benchmark; none where the folder is missing."""
    if BENCHMARK.is_dir():
        for name, gold in json.loads((BENCHMARK / "ground-truth.json").read_text("utf-8")).items():
            body = gzip.decompress((BENCHMARK / "html" / f"{name}.html.gz").read_bytes())
            yield Gold(name, _page(gold["url"], body), gold["articleBody"])


def load_pages(records: Path) -> Iterator[Gold]:
    """The labelled pages of a JSONL file: those with a gold `body`, their HTML beside the file."""
    for record in load_jsonl(records):
        if "body" in record and "html" in record:
            page = _page(record.get("url"), (records.parent / record["html"]).read_bytes())
            yield Gold(record["id"], page, record["body"], tuple(record.get("must_not", ())))


def _page(url: str | None, body: bytes) -> Page:
    return Page(url=url, body=body, content_type="text/html")


def article_text(page: Page) -> str:
    """The article's text, or nothing where none is found."""
    try:
        return extract_article(page).text
    except InputError:
        return ""


class PageScore(NamedTuple):
    """Precision and recall of the `found` 4-grams of one page, and the furniture among its text."""

    gold: Gold
    found: int
    precision: float
    recall: float
    furniture: tuple[str, ...]

    @property
    def f1(self) -> float:
        return harmonic_mean([self.precision, self.recall])


def score_page(gold: Gold, text: str) -> PageScore:
    """The score of `text` as the article on that page."""
    right, found = _four_grams(gold.body), _four_grams(text)
    common, n = (right & found).total(), found.total()
    flat = " ".join(text.split())
    furniture = tuple(line for line in gold.must_not if " ".join(line.split()) in flat)
    recall = common / right.total() if right else 1.0
    return PageScore(gold, n, common / max(1, n), recall, furniture)


def _four_grams(text: str) -> Counter[tuple[str, ...]]:
    """The runs of four words; of a shorter text the one run of all its words."""
    words = _WORD.findall(text)
    return Counter(tuple(words[at : at + 4]) for at in range(max(1, len(words) - 3)) if words)


def mean_scores(scores: list[PageScore]) -> dict[str, float]:
    """Means over pages, as the benchmark takes them, and how many lines of furniture were found."""
    precision = mean([score.precision for score in scores if score.found] or [0.0])
    recall = mean(score.recall for score in scores)
    pages = estimate_all(Counts([{"page": (score.f1, 1.0)} for score in scores]))["page"]
    means = {
        "precision": precision,
        "recall": recall,
        "f1": harmonic_mean([precision, recall]),
        "f1_pages": pages.value,
        "f1_low": pages.low,
        "f1_high": pages.high,
    }
    return {
        "n": len(scores),
        **{name: round(value, 4) for name, value in means.items()},
        "furniture": sum(len(score.furniture) for score in scores),
    }


def evaluate(pages: Iterable[Gold]) -> list[PageScore]:
    """The score of each page."""
    return [score_page(gold, article_text(gold.page)) for gold in pages]


@click.command()
@json_option
@click.option(
    "--wcxb",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A copy of WCXB, to score extraction on it beside the libraries that are installed.",
)
def main(as_json: bool, wcxb: Path | None) -> None:
    """Score extraction on the benchmark, where it is found, in its halves, and on labelled
    pages."""
    sets = {}
    if benchmark := evaluate(load_benchmark()):
        sets["benchmark"] = benchmark
        sets["benchmark, tuned half"] = [s for s in benchmark if s.gold.is_tuned]
        sets["benchmark, untuned half"] = [s for s in benchmark if not s.gold.is_tuned]
    for name in ("articles", "pages2"):
        sets[name] = evaluate(load_pages(DATA / f"{name}.jsonl"))
    figures = {name: mean_scores(scores) for name, scores in sets.items()}
    if wcxb:
        figures |= evaluate_wcxb(wcxb)
    if as_json:
        click.echo(json.dumps(figures, indent=2))
        return
    for name, figure in figures.items():
        click.echo(f"{name:32} " + "  ".join(f"{key} {value:g}" for key, value in figure.items()))
    for scores in sets.values():
        for score in scores:
            if score.furniture:
                click.echo(f"{score.gold.id}: {' · '.join(score.furniture)}", err=True)


if __name__ == "__main__":
    main()
