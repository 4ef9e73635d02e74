"""How fast the product is, beside public tools, and how many tokens it saves: all in one run.

Every figure is a ratio, so that it holds on other machines too: to the time that trafilatura takes
for the same page with its metadata, or for tokens to the page itself. Times are those of the
processor, the best of some rounds in which the tools take turns; a figure is the median over pages.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import click

from eval.extraction import BENCHMARK, load_benchmark, load_pages
from eval.options import json_option
from eval.records import DATA, load_jsonl
from eval.wcxb import newspaper4k, readability
from summarizer.analyst.llm.analyze import MAX_CHARACTERS
from summarizer.analyst.llm.costs import estimate_tokens
from summarizer.analyst.llm.messages import write_messages
from summarizer.analyst.llm.prompt import load_prompt
from summarizer.facts.extract import read_rows
from summarizer.models import Article
from summarizer.page.article import make_article
from summarizer.page.charset import decode
from summarizer.page.extraction import read_page
from summarizer.pipeline import analyze_article
from summarizer.settings import Settings
from summarizer.text.reading import read_text

BASELINE = Path(__file__).with_name("baseline.json")
WORSE = 1.1  # times the baseline's ratio, from which a figure is a regression
ROUNDS = 3
COPIES = 6  # of each of the project's own articles, for a batch that outlasts its start
PIECE = 100_000  # characters that the tokenizer takes at once
REFERENCE = "trafilatura, with metadata"
CLOCK = "– by the clock, beside the processor"  # below 1 where cores share the work
# Other libraries' speed is theirs, and how many cores there are is the machine's.
_UNCHECKED = (REFERENCE, CLOCK, "newspaper4k", "readability-lxml")
_URL = "https://outlet.example/article"

Task = Callable[[bytes], object]


class Figure(NamedTuple):
    """Milliseconds of the processor, or tokens, and how many times the reference that is."""

    value: float
    ratio: float


def run_tools() -> dict[str, Task]:
    """What is done with a page, by name, for each tool that is installed."""
    library: Any = import_module("trafilatura")
    tasks: dict[str, Task] = {
        REFERENCE: lambda body: library.bare_extraction(
            body.decode("utf-8", "replace"), with_metadata=True
        ),
        "extraction": lambda body: read_page(body, _URL, "text/html"),
        "page to report, fast reader": lambda body: _report(body, "fast"),
    }
    if find_spec("onnxruntime"):
        tasks["page to report, careful reader"] = lambda body: _report(body, "careful")
    for name, make in (("newspaper4k", newspaper4k), ("readability-lxml", readability)):
        with suppress(ImportError):
            read = make()
            tasks[name] = lambda body, read=read: read(body, _URL)  # type: ignore[misc]
    return tasks


def _read(body: bytes) -> Article:
    """The article on a page, read in this process, whose time is measured."""
    page = read_page(body, _URL, "text/html")
    return make_article(page.text, url=_URL, title=page.title, published_at=page.published_at)


def _report(body: bytes, reader: str) -> object:
    return analyze_article(_read(body), Settings(offline=True, reader=reader))


def measure_times(
    pages: Iterable[bytes], tasks: Mapping[str, Task], rounds: int
) -> dict[str, Figure]:
    """The figures of each task over the pages."""
    rows = []
    for body in pages:
        times = [{name: _clock(task, body) for name, task in tasks.items()} for _ in range(rounds)]
        rows.append({name: min(turn[name] for turn in times) for name in tasks})
    return {
        name: Figure(
            1000 * median(row[name] for row in rows),
            median(row[name] / row[REFERENCE] for row in rows),
        )
        for name in tasks
    }


def _clock(task: Task, body: bytes) -> float:
    started = time.process_time()
    with suppress(Exception):  # a tool may raise anything: it has worked for so long all the same
        task(body)
    return time.process_time() - started


def measure_tokens(pages: Iterable[bytes]) -> dict[str, Figure]:
    """Tokens of a question about an article, beside those of one that holds the whole page."""
    name, count = load_counter()
    raw, ours = [], []
    prompt = load_prompt(Settings().prompt)
    for body in pages:
        text = read_text(_read(body))
        messages, _ = write_messages(text, read_rows(text), MAX_CHARACTERS, "0" * 16, prompt)
        ours.append(sum(count(message["content"]) for message in messages))
        raw.append(count(decode(body)[0]))
    ratio = median(left / right for left, right in zip(ours, raw, strict=True))
    return {
        f"tokens of the raw page ({name})": Figure(median(raw), 1.0),
        f"tokens of the question ({name})": Figure(median(ours), ratio),
    }


def load_counter() -> tuple[str, Callable[[str], int]]:
    """The name of a tokenizer and what counts with it: OpenAI's o200k, whose table the package
    bpe-openai brings along, or else our own estimate."""
    if not find_spec("bpe_openai"):
        return "estimated", estimate_tokens
    encoding: Any = import_module("bpe_openai").get_encoding("o200k_base")

    def count(text: str) -> int:
        pieces = [text[at : at + PIECE] for at in range(0, len(text), PIECE)]
        return sum(map(len, map(encoding.encode_ordinary, pieces)))

    return "o200k", count


def measure_commands(reference_ms: float) -> dict[str, Figure]:
    """The command's start for one text, beside Python with trafilatura; and a batch, an article."""
    bare = min(_compute("-c", "import trafilatura")[0] for _ in range(ROUNDS))
    example = str(DATA / "example.txt")
    start = min(_compute("-m", "summarizer", example, "--offline")[0] for _ in range(ROUNDS))
    records = [*load_jsonl(DATA / "articles.jsonl")] * COPIES
    with TemporaryDirectory() as folder:
        lines = [
            json.dumps({"id": str(i), "text": f"{record['text']}\n{i}"})
            for i, record in enumerate(records)
            if record.get("text")
        ]
        path = Path(folder) / "records.jsonl"
        path.write_text("\n".join(lines), "utf-8")
        batch = ("-m", "summarizer", "batch", str(path), "-o", f"{folder}/r.jsonl", "--offline")
        computed, seconds = _compute(*batch)
    each = 1000 * computed / len(lines)
    return {
        "start of Python with trafilatura": Figure(1000 * bare, 1.0),
        "cold start, one text": Figure(1000 * start, start / bare),
        "batch, each of its texts": Figure(each, each / reference_ms),
        CLOCK: Figure(1000 * seconds / len(lines), seconds / computed),
    }


def _compute(*arguments: str) -> tuple[float, float]:
    """What Python computes for a command line, and how long that takes, in seconds."""
    settings = {**os.environ, "SUMMARIZER_READER": "fast"}
    before, started = os.times(), time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True, env=settings)
    after, seconds = os.times(), time.perf_counter() - started
    user, system = after.children_user, after.children_system
    return user + system - before.children_user - before.children_system, seconds


def list_regressions(figures: Mapping[str, float], baseline: Mapping[str, float]) -> list[str]:
    """A line for each of our ratios that is worse than WORSE times its baseline.

    >>> list_regressions({"extraction": 1.4, "new": 9}, {"extraction": 1.25})
    ['extraction: 1.40 times the reference, 1.25 before']
    """
    return [
        f"{name}: {ratio:.2f} times the reference, {baseline[name]:.2f} before"
        for name, ratio in figures.items()
        if name in baseline and ratio > WORSE * baseline[name]
    ]


def load_bodies(limit: int | None) -> list[bytes]:
    """The pages of the benchmark, else the project's own, of which an article is read."""
    has_benchmark = BENCHMARK.is_dir()
    golds = load_benchmark() if has_benchmark else load_pages(DATA / "articles.jsonl")
    bodies = (gold.page.body for gold in golds)
    return [body for body in bodies if read_page(body, _URL, "text/html").text][:limit]


@click.command()
@json_option
@click.option("--pages", type=click.IntRange(1), help="So many pages only.")
@click.option("--rounds", type=click.IntRange(1), default=ROUNDS, help="Rounds for each page.")
@click.option("--check", is_flag=True, help="Fail where a ratio is 10 % worse than the baseline.")
@click.option("--write", is_flag=True, help="Write these ratios as the baseline.")
def main(as_json: bool, pages: int | None, rounds: int, check: bool, write: bool) -> None:
    """Measure the product beside public tools."""
    bodies = load_bodies(pages)
    figures = measure_times(bodies, run_tools(), rounds)
    figures |= measure_commands(figures[REFERENCE].value)
    figures |= measure_tokens(bodies)
    ratios = {
        name: round(figure.ratio, 3)
        for name, figure in figures.items()
        if name not in _UNCHECKED and figure.ratio != 1.0
    }
    if write:
        BASELINE.write_text(json.dumps(ratios, indent=2) + "\n", "utf-8")
    if as_json:
        click.echo(json.dumps({name: figure._asdict() for name, figure in figures.items()}))
    else:
        click.echo(f"{len(bodies)} pages, best of {rounds}; medians")
        click.echo(f"{'':40} {'ms or tokens':>12} {'a second':>10} {'ratio':>8}")
        for name, figure in figures.items():
            rate = "" if name.startswith("tokens") else f"{1000 / figure.value:.1f}"
            click.echo(f"{name:40} {figure.value:12.1f} {rate:>10} {figure.ratio:8.3f}")
    if check and (lines := list_regressions(ratios, json.loads(BASELINE.read_text("utf-8")))):
        raise click.ClickException("slower than before\n" + "\n".join(lines))
