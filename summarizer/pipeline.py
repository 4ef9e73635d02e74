"""The one file that knows the order: page -> article -> facts -> analysis -> report."""

import time
from datetime import datetime

from summarizer.analyst import embedded
from summarizer.article import extract_article, make_article
from summarizer.credibility import find_signals
from summarizer.facts import extract_facts
from summarizer.models import Article, Page, Report
from summarizer.settings import Settings
from summarizer.verification import verify


def analyze_article(article: Article, settings: Settings | None = None) -> Report:
    """The verified report of one article."""
    started = time.perf_counter()
    facts = extract_facts(article)
    signals = find_signals(article)
    analysis = embedded.analyze(article, facts, signals)
    spoke = analysis.analyst.model_copy(update={"seconds": round(time.perf_counter() - started, 4)})
    return verify(article, facts, analysis.model_copy(update={"analyst": spoke}), signals)


def analyze_page(page: Page, settings: Settings | None = None) -> Report:
    """The report of the article on a page or in a text file."""
    return analyze_article(extract_article(page), settings)


def analyze_html(markup: str | bytes, url: str | None = None) -> Report:
    """The report of the article in HTML markup. Raises NoArticle where there is none."""
    body = markup.encode() if isinstance(markup, str) else markup
    return analyze_page(Page(url=url, body=body, content_type="text/html; charset=utf-8"))


def analyze_text(text: str, *, url: str | None = None, title: str | None = None, source: str | None = None,
                 published_at: datetime | None = None) -> Report:  # fmt: skip
    """The report of plain text. Raises EmptyInput where there is none."""
    return analyze_article(make_article(text, url=url, title=title, source=source, published_at=published_at))
