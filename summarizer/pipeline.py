"""The one file that knows the order: page -> article -> facts -> analysis -> report."""

import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from summarizer.analyst.embedded import analyze as embedded
from summarizer.credibility import find_signals
from summarizer.errors import LLMError, UsageError
from summarizer.facts.extract import extract_facts
from summarizer.models import Analysis, Article, Fact, Page, Report, Signal
from summarizer.page.article import extract_article, make_article
from summarizer.settings import Settings, cache_path, load_settings
from summarizer.verification.verify import verify

if TYPE_CHECKING:
    from summarizer.analyst.llm.gate import Gate


def analyze(target: str | Path, settings: Settings | None = None) -> Report:
    """The verified report of the article at a URL or in a file.

    Raises a SummarizerError: FetchError, InputError, UsageError for a file that cannot be read, LLMError for an endpoint.
    """
    settings = settings or load_settings()
    return analyze_article(extract_article(load_page(target, settings)), settings)


def analyze_article(
    article: Article, settings: Settings | None = None, gate: "Gate | None" = None
) -> Report:
    """The verified report of one article. `gate` is what workers that share a model's endpoint have in common."""
    settings = settings or load_settings()
    started = time.perf_counter()
    facts = extract_facts(article)
    signals = find_signals(article)
    analysis = _ask(article, facts, signals, settings, gate)
    spoke = analysis.analyst.model_copy(update={"seconds": round(time.perf_counter() - started, 4)})
    return verify(article, facts, analysis.model_copy(update={"analyst": spoke}), signals)


def _ask(
    article: Article,
    facts: list[Fact],
    signals: tuple[Signal, ...],
    settings: Settings,
    gate: "Gate | None",
) -> Analysis:
    """The words of the analyst that the settings name; an endpoint that fails is replaced only with `fallback`."""
    if not settings.uses_model:
        return embedded.analyze(article, facts, signals)
    from summarizer.analyst.llm import analyze as llm  # openai takes 1 s to import

    try:
        return llm.analyze(article, facts, signals, settings, gate)
    except LLMError as error:
        if not settings.fallback or error.code in ("budget", "stopped"):
            raise
        analysis = embedded.analyze(article, facts, signals)
        return analysis.model_copy(
            update={"flags": (*analysis.flags, f"fallback_after_{error.code}")}
        )


def load_page(target: str | Path, settings: Settings) -> Page:
    """What stands at a URL or in a file. Raises FetchError or UsageError."""
    if isinstance(target, str) and "://" in target:
        if settings.offline:
            raise UsageError(
                "--offline forbids fetching a URL",
                url=target,
                advice="Save the page and give the file's name",
            )
        from summarizer.web.fetch import Fetcher  # the network stack takes 0.2 s to import

        cache = cache_path() if settings.cache else None
        return Fetcher(allow_private=settings.allow_private, cache=cache).fetch(target)
    path = Path(target)
    try:
        body = path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"{path}: {error.strerror}", advice="Give a URL, an .html or .txt file, or - for stdin"
        ) from error
    return Page(
        body=body,
        content_type="text/html" if path.suffix.lower() in (".html", ".htm", ".xhtml") else None,
    )


def analyze_html(
    markup: str | bytes, url: str | None = None, settings: Settings | None = None
) -> Report:
    """The report of the article in HTML markup. Raises NoArticle where there is none."""
    body, charset = (
        (markup.encode(), "; charset=utf-8") if isinstance(markup, str) else (markup, "")
    )
    return analyze_article(
        extract_article(Page(url=url, body=body, content_type="text/html" + charset)), settings
    )


def analyze_text(text: str, *, url: str | None = None, title: str | None = None, source: str | None = None,
                 published_at: datetime | None = None, settings: Settings | None = None) -> Report:  # fmt: skip
    """The report of plain text. Raises EmptyInput where there is none."""
    return analyze_article(
        make_article(text, url=url, title=title, source=source, published_at=published_at), settings
    )
