"""Page or text -> Article: the text that every span points into."""

import hashlib
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from summarizer.errors import EmptyInput, NoArticle
from summarizer.models import Article, Page
from summarizer.page.charset import decode
from summarizer.page.furniture import strip_furniture
from summarizer.page.sandbox import SANDBOX
from summarizer.text.dates import parse_time
from summarizer.text.spans import normalise
from summarizer.web.urls import is_web

AHEAD = timedelta(
    hours=24
)  # a page dated further in the future is wrong about it: RELIABILITY item 22
PASTE = "Paste its text instead: summarizer -"

_WALLS = {
    "challenge": "the site asks visitors to prove that they are human",
    "cookie": "a cookie notice stands in place of the article",
    "consent": "the site asks for a confirmation first",
    "login": "the site asks to log in first",
    "paywall": "the article is for subscribers, and the page shows none of it",
    "soft404": "the site says that there is no such page, or none just now",
}
_MARKUP = (
    b"<!doctype html",
    b"<html",
    b"<?xml",
    b"<head",
    b"<body",
    b"<article",
    b"<div",
    b"<p>",
    b"<!--",
)


def extract_article(page: Page, *, title: str | None = None, source: str | None = None,
                    published_at: datetime | None = None) -> Article:  # fmt: skip
    """The article on an HTML page or in plain text. What the caller knows of it wins over what the page says.

    HTML is read in a child process. Raises EmptyInput for nothing at all, and NoArticle for a page without an article: its
    code is `no_article`, `wall_<kind>`, or `parse_timeout`, `parse_memory` or `parse_crash` where the page broke its reader.
    """
    if not page.body.strip():
        raise EmptyInput("there is nothing in it", url=page.url)
    if is_markup(page):
        return _from_html(page, title, source, published_at)
    text, flags = decode(page.body, page.content_type)
    return make_article(
        text, url=page.url, title=title, source=source, published_at=published_at, flags=flags
    )


def is_markup(page: Page) -> bool:
    """Whether the page is HTML rather than plain text: by its type, else by its first characters."""
    if page.content_type:
        return "html" in page.content_type or "xml" in page.content_type
    return page.body[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_MARKUP)


def make_article(text: str, *, url: str | None = None, title: str | None = None, source: str | None = None,
                 published_at: datetime | None = None, authors: tuple[str, ...] = (), language: str | None = None,
                 flags: tuple[str, ...] = ()) -> Article:  # fmt: skip
    """An Article of plain text, without what a copied page brings along. Raises EmptyInput when nothing is left of it."""
    text = strip_furniture(whole) or whole if (whole := normalise(text)) else ""
    if not text:
        raise EmptyInput("there is no text in it", url=url)
    if published_at and published_at.tzinfo is None:
        published_at = published_at.replace(tzinfo=UTC)
    if published_at and published_at > datetime.now(UTC) + AHEAD:
        published_at, flags = None, (*flags, "date_in_future")
    host = _host(url)
    return Article(
        url=url, title=_one_line(title), source=_one_line(source), domain=host, authors=authors, published_at=published_at,
        language=language or "en", words=len(text.split()), content_hash="sha256:" + hashlib.sha256(text.encode()).hexdigest(),
        text=text, flags=tuple(dict.fromkeys(flags)),
    )  # fmt: skip


def _one_line(words: str | None) -> str | None:
    return " ".join(normalise(words).split()) or None if words else None


def _host(url: str | None) -> str | None:
    try:
        host = urlsplit(url).hostname if url else None
    except ValueError:  # "https://[": a page's own word for its address can be anything
        return None
    return host.removeprefix("www.") if host else None


def _from_html(
    page: Page, title: str | None, source: str | None, published_at: datetime | None
) -> Article:
    found = SANDBOX.read(page.body, url=page.url, content_type=page.content_type)
    flags = tuple(found["flags"])
    if not found["text"]:
        _refuse(
            page, found.get("wall"), shell=bool(found.get("shell")), cut="truncated_parse" in flags
        )
    published_at = published_at or parse_time(found["published_at"])
    article = make_article(
        found["text"], url=_choose_url(page.url, found["url"]), title=title or found["title"], source=source or found["source"],
        published_at=published_at, authors=tuple(name for one in found["authors"] if (name := _one_line(one))), language=found["language"],
        flags=flags if published_at else (*flags, "date_missing"),
    )  # fmt: skip
    updated = parse_time(found["updated_at"])
    is_later = (
        updated
        and (article.published_at or updated) <= updated <= datetime.now(UTC) + AHEAD
        and updated != article.published_at
    )
    return article.model_copy(
        update={"section": _one_line(found["section"]), "updated_at": updated if is_later else None}
    )


def _choose_url(fetched: str | None, said: str | None) -> str | None:
    """The address that the page gives for itself, where it is one of the same site and no front page; else where it was fetched."""
    if (
        fetched
        and said
        and (
            _host(said) != _host(fetched) or not is_web(said) or not urlsplit(said).path.strip("/")
        )
    ):
        return fetched
    return said or fetched


def _refuse(page: Page, wall: str | None, *, shell: bool, cut: bool) -> None:
    """Raises NoArticle with what stands on the page instead."""
    if wall:
        raise NoArticle(_WALLS[wall], code=f"wall_{wall}", url=page.url, advice=PASTE)
    if cut:
        raise NoArticle(
            "the page is nested too deep to be read",
            code="truncated_parse",
            url=page.url,
            advice=PASTE,
        )
    detail = (
        "the page holds no article until its scripts have run"
        if shell
        else "no article was found on the page"
    )
    raise NoArticle(detail, url=page.url, advice=PASTE)
