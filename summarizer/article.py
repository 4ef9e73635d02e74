"""Page or text -> Article: the text that every span points into. The only importer of trafilatura."""

import hashlib
from datetime import UTC, datetime
from urllib.parse import urlsplit

from summarizer.errors import EmptyInput, NoArticle
from summarizer.models import Article, Page
from summarizer.spans import normalise

MIN_WORDS = 4  # a record of one headline is an article like any other


def extract_article(page: Page, *, title: str | None = None, source: str | None = None,
                    published_at: datetime | None = None) -> Article:  # fmt: skip
    """The article on an HTML page or in plain text. What the caller knows of it wins over what the page says.

    Raises EmptyInput for nothing at all and NoArticle for a page without one.
    """
    if not page.body.strip():
        raise EmptyInput("there is nothing in it", url=page.url)
    if is_markup(page):
        return _from_html(page, title, source, published_at)
    text = page.body.decode("utf-8", errors="replace")
    return make_article(text, url=page.url, title=title, source=source, published_at=published_at)


def is_markup(page: Page) -> bool:
    """Whether the page is HTML rather than plain text: by its type, else by its first characters."""
    if page.content_type:
        return "html" in page.content_type or "xml" in page.content_type
    head = page.body[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return head.startswith((b"<!doctype html", b"<html", b"<?xml", b"<head", b"<body", b"<article", b"<div", b"<p>", b"<!--"))


def make_article(text: str, *, url: str | None = None, title: str | None = None, source: str | None = None,
                 published_at: datetime | None = None, authors: tuple[str, ...] = (), language: str | None = None) -> Article:  # fmt: skip
    """An Article of plain text. Raises EmptyInput when nothing is left of it."""
    text = normalise(text)
    if not text:
        raise EmptyInput("there is no text in it", url=url)
    if published_at and published_at.tzinfo is None:
        published_at = published_at.replace(tzinfo=UTC)
    host = urlsplit(url).hostname if url else None
    return Article(
        url=url, title=normalise(title) if title else None, source=source, domain=host.removeprefix("www.") if host else None,
        authors=authors, published_at=published_at, language=language or "en", words=len(text.split()),
        content_hash="sha256:" + hashlib.sha256(text.encode()).hexdigest(), text=text,
    )  # fmt: skip


def _from_html(page: Page, title: str | None, source: str | None, published_at: datetime | None) -> Article:
    import trafilatura  # 0.3 s to import: only where a page is read

    found = trafilatura.bare_extraction(page.body, url=page.url, with_metadata=True, include_comments=False, include_tables=True)
    if found is None or not found.text or len(found.text.split()) < MIN_WORDS:
        raise NoArticle("no article was found on the page", url=page.url, advice="Paste its text instead: summarizer -")
    authors = tuple(name.strip() for name in (found.author or "").split(";") if name.strip())
    return make_article(
        found.text, url=page.url or found.url, title=title or found.title, source=source or found.sitename,
        published_at=published_at or _parse_date(found.date), authors=authors, language=found.language,
    )  # fmt: skip


def _parse_date(written: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(written).replace(tzinfo=UTC) if written else None
    except ValueError:
        return None
