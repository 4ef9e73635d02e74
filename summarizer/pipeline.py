"""The one file that knows the order of the steps.

page -> article -> text -> facts, signals, narratives -> analysis -> report
"""

import math
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from summarizer.analysis import Analysis
from summarizer.analyst.embedded.analyze import analyze_by_weights
from summarizer.credibility import find_signals
from summarizer.errors import LLMError, UsageError
from summarizer.facts.extract import Rows, describe_rows, read_rows, restore_rows
from summarizer.facts.reader import load_reader
from summarizer.models import Article, Page, Report, Signal
from summarizer.narratives import CuedNarrative, find_narratives
from summarizer.page.article import extract_article, make_article
from summarizer.page.pasted import join_lines
from summarizer.page.sandbox import SANDBOX
from summarizer.settings import Settings, cache_path, load_settings
from summarizer.text.dates import parse_time
from summarizer.text.reading import Text, read_text
from summarizer.verification.verify import list_faults, verify
from summarizer.web.urls import complete_url

if TYPE_CHECKING:
    from summarizer.analyst.llm.analyze import Attempt, Conversation
    from summarizer.analyst.llm.gate import Gate

SENTENCE = 5  # words of an argument that is no file's name but a text, given by mistake
# For one article's analysis in another process, which takes 0.02: a busy machine starts it slowly.
APART_SECONDS = 120.0
# What a file's name says of it; its bytes may say otherwise.
_TYPES = {
    **dict.fromkeys((".html", ".htm", ".xhtml"), "text/html"),
    **dict.fromkeys((".md", ".markdown"), "text/markdown"),
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
}


def analyze(target: str | Path, settings: Settings | None = None) -> Report:
    """The verified report of the article at a URL or in a file.

    Raises FetchError, InputError, UsageError (a file that cannot be read) or LLMError (the
    endpoint), which are all SummarizerErrors.
    """
    settings = settings or load_settings()
    return analyze_article(extract_article(load_page(target, settings)), settings)


def analyze_html(
    markup: str | bytes, url: str | None = None, settings: Settings | None = None
) -> Report:
    """The report of the article in HTML markup. Raises NoArticle where there is none."""
    content_type = "text/html"
    if isinstance(markup, str):
        markup = markup.encode()
        content_type += "; charset=utf-8"
    page = Page(url=url, body=markup, content_type=content_type)
    return analyze_article(extract_article(page), settings)


def analyze_text(
    text: str,
    *,
    url: str | None = None,
    title: str | None = None,
    source: str | None = None,
    published_at: datetime | date | str | None = None,
    settings: Settings | None = None,
) -> Report:
    """The report of plain text; a time without a zone is in UTC. Raises EmptyInput where there is
    no text, and UsageError for a time that cannot be read."""
    text = join_lines(text)
    published_at = _read_moment(published_at)
    article = make_article(text, url=url, title=title, source=source, published_at=published_at)
    return analyze_article(article, settings)


async def analyze_async(target: str | Path, settings: Settings | None = None) -> Report:
    """As `analyze`, in a thread of its own: other tasks go on meanwhile."""
    from asyncio import to_thread  # 0.02 s to import, as below

    return await to_thread(analyze, target, settings)


async def analyze_text_async(text: str, **about: Any) -> Report:
    """As `analyze_text`, in a thread of its own."""
    from asyncio import to_thread

    return await to_thread(analyze_text, text, **about)


def _read_moment(written: datetime | date | str | None) -> datetime | None:
    if written is None or isinstance(written, datetime):
        return written
    if moment := parse_time(str(written), any_form=True):
        return moment
    advice = "Give it as 2026-02-10T11:50"
    raise UsageError(f"published_at {written!r} is no time", advice=advice)


def analyze_article(
    article: Article, settings: Settings | None = None, gate: "Gate | None" = None
) -> Report:
    """The verified report of one article. Workers that ask the same endpoint share `gate`."""
    settings = settings or load_settings()
    started = time.perf_counter()
    return _conclude(lay_ground(article, settings.reader), settings, gate, started)


def analyze_apart(article: Article, settings: Settings, gate: "Gate | None" = None) -> Report:
    """As analyze_article, in a child process, where a model speaks all but its part: the child
    sees neither the key nor the network.

    Raises NoArticle `parse_timeout`, `parse_memory` or `parse_crash` too.
    """
    started = time.perf_counter()
    if not settings.uses_model:
        question = (article, Settings(reader=settings.reader, offline=True))
        return SANDBOX.call(
            analyze_article,
            question,
            load=Report.model_validate,
            url=article.url,
            seconds=APART_SECONDS,
        )
    load = partial(restore_ground, article)
    arguments = (article, settings.reader)
    ground = SANDBOX.call(
        describe_ground, arguments, load=load, url=article.url, seconds=APART_SECONDS
    )
    return _conclude(ground, settings, gate, started)


@dataclass(frozen=True)
class Ground:
    """What is read of an article before any model is asked, and what the embedded analyst says."""

    text: Text
    rows: Rows
    signals: tuple[Signal, ...]
    narratives: Sequence[CuedNarrative]
    analysis: Analysis

    def check(self, analysis: Analysis) -> Report:
        """The report of an analysis."""
        return verify(self.text, self.rows, analysis, self.signals, self.narratives)


def lay_ground(article: Article, reader: str) -> Ground:
    """All that is read without a model; `reader` is the name of the reader of numbers."""
    text = read_text(article)
    rows = read_rows(text, load_reader(reader))
    signals = find_signals(text)
    narratives = find_narratives(text)
    analysis = analyze_by_weights(text, rows.facts, signals, narratives)
    return Ground(text, rows, signals, narratives, analysis)


def describe_ground(article: Article, reader: str) -> dict[str, Any]:
    """The ground as plain values, for another process; restore_ground takes them back."""
    ground = lay_ground(article, reader)
    rows = describe_rows(ground.rows)
    return {"rows": rows, "signals": ground.signals, "analysis": ground.analysis}


def restore_ground(article: Article, plain: dict[str, Any]) -> Ground:
    """The ground that describe_ground described. Raises ValueError or TypeError for what it did
    not."""
    text = read_text(article)
    return Ground(
        text,
        restore_rows(text, plain["rows"]),
        tuple(map(Signal.model_validate, plain["signals"])),
        find_narratives(text),
        Analysis.model_validate(plain["analysis"]),
    )


def _conclude(ground: Ground, settings: Settings, gate: "Gate | None", started: float) -> Report:
    """The report on this ground, of the model if there is one; `started` is a perf_counter."""
    text, rows, check, analysis = ground.text, ground.rows, ground.check, ground.analysis
    if settings.uses_model:
        from summarizer.analyst.llm.analyze import Conversation  # openai takes 1 s to import

        try:
            conversation = Conversation(text, rows, settings, gate)
            analysis = conversation.conclude(_converse(conversation, check), analysis)
        except LLMError as error:
            if not settings.fallback or error.code in ("budget", "stopped"):
                raise
            flags = (*analysis.flags, f"fallback_after_{error.code}")
            analysis = analysis.model_copy(update={"flags": flags})
    seconds = round(time.perf_counter() - started, 4)
    analyst = analysis.analyst.model_copy(update={"seconds": seconds})
    return check(analysis.model_copy(update={"analyst": analyst}))


def _converse(conversation: "Conversation", check: Callable[[Analysis], Report]) -> "Attempt":
    """The model's answer, asked for a second time if the check would drop some of the first.

    The second question lists what would be dropped. The answer with fewer faults is kept.
    """

    def with_faults(attempt: "Attempt") -> "Attempt":
        if attempt.analysis is None:
            return attempt
        faults = list_faults(check(attempt.analysis))
        return replace(attempt, faults=tuple(f"- {f.where}: {f.detail}" for f in faults))

    first = with_faults(conversation.ask())
    if not first.faults:
        return first
    again = conversation.ask_again(first)
    if again is None:
        return first
    # of two without an analysis, and of two with as many faults, the second
    return min(
        (with_faults(again), first),
        key=lambda attempt: len(attempt.faults) if attempt.analysis else math.inf,
    )


def load_page(target: str | Path, settings: Settings) -> Page:
    """What stands at a URL or in a file. Raises FetchError or UsageError."""
    if isinstance(target, str):
        target = target.strip()
        if "://" in target:
            return _fetch_page(target.strip("<>"), settings)
        if not is_file(target) and (url := complete_url(target)):
            return _fetch_page(url, settings)
    path = Path(target)
    try:
        body = path.read_bytes()
    except OSError as error:
        advice = "Give a URL, a page, a text, a PDF or DOCX file, or - for stdin"
        if len(str(path).split()) >= SENTENCE:
            advice = "To have these words read, pipe them: echo 'WORDS' | summarizer"
        if path.is_dir():
            advice = "summarizer batch FOLDER reads what is in it"
        raise UsageError(f"{path}: {error.strerror}", advice=advice) from error
    except ValueError as error:  # a name that holds a NUL
        raise UsageError(f"{target!r} is no name of a file") from error
    return Page(body=body, content_type=_TYPES.get(path.suffix.lower()))


def is_file(name: str) -> bool:
    """Whether something stands under this name on the disk."""
    with suppress(OSError, ValueError):  # a name that is too long, such as a pasted text
        return Path(name).exists()
    return False


def _fetch_page(url: str, settings: Settings) -> Page:
    if settings.offline:
        advice = "Save the page and give the file's name"
        raise UsageError("--offline forbids fetching a URL", url=url, advice=advice)
    from summarizer.web.fetch import Fetcher  # the network stack takes 0.2 s to import

    cache = cache_path() if settings.cache else None
    return Fetcher(allow_private=settings.allow_private, cache=cache).fetch(url)
