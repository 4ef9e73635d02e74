"""Page or text -> Article: the text that every span points into."""

import hashlib
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from summarizer.errors import ComposedCode, EmptyInput, NoArticle
from summarizer.models import Article, Page
from summarizer.page.charset import decode
from summarizer.page.extracted import ExtractedPage
from summarizer.page.formats import find_format
from summarizer.page.furniture import strip_furniture
from summarizer.page.pasted import read_pasted
from summarizer.page.sandbox import SANDBOX
from summarizer.text.spans import normalise, single_apostrophes
from summarizer.web.urls import is_web

AHEAD = timedelta(hours=24)  # a page dated further in the future is wrong about it
PASTE = "Paste its text instead: summarizer -"

_WALLS = {
    "challenge": "the site asks visitors to prove that they are human",
    "cookie": "a cookie notice stands in place of the article",
    "consent": "the site asks for a confirmation first",
    "login": "the site asks to log in first",
    "paywall": "the article is for subscribers, and the page shows none of it",
    "soft404": "the site says that there is no such page, or none just now",
}


def extract_article(
    page: Page,
    *,
    title: str | None = None,
    source: str | None = None,
    published_at: datetime | None = None,
) -> Article:
    """The article on an HTML page, in a file that formats.py reads, or in plain text. What the
    caller knows of it wins over what the page says.

    All but plain text is read in a child process. Raises EmptyInput for nothing at all, InputError
    `content_type` for what is not read, and NoArticle for a page without an article: its code is
    `no_article`, `truncated_parse`, `wall_<kind>`, or `parse_timeout`, `parse_memory` or
    `parse_crash` where the page broke its reader.
    """
    if not page.body.strip():
        raise EmptyInput("there is nothing in it", url=page.url)
    form = find_format(page.body, page.content_type, page.url)
    if form == "text":
        text, flags = decode(page.body, page.content_type)
        extracted = ExtractedPage(flags=flags, **vars(read_pasted(text)))
    else:
        extracted = SANDBOX.read(page.body, url=page.url, content_type=page.content_type)
        if not extracted.text:
            raise _refusal(page.url, extracted)
    published_at = published_at or extracted.published_at
    article = make_article(
        extracted.text,
        url=_choose_url(page.url, extracted.url),
        title=title or extracted.title,
        source=source or extracted.source,
        published_at=published_at,
        flags=extracted.flags + (("date_missing",) if form != "text" and not published_at else ()),
    )
    return article.model_copy(
        update={
            "authors": tuple(filter(None, map(_one_line, extracted.authors))),
            "section": _one_line(extracted.section),
            "language": extracted.language or "en",
            "updated_at": _choose_update(article.published_at, extracted.updated_at),
        }
    )


def make_article(
    text: str,
    *,
    url: str | None = None,
    title: str | None = None,
    source: str | None = None,
    published_at: datetime | None = None,
    flags: tuple[str, ...] = (),
) -> Article:
    """An Article of plain text, in English where nothing else is known, without what a copied page
    brings along. Raises EmptyInput when nothing is left of it."""
    normalised = normalise(text)
    text = strip_furniture(normalised) or normalised
    if not text:
        raise EmptyInput("there is no text in it", url=url)
    if published_at and published_at.tzinfo is None:
        published_at = published_at.replace(tzinfo=UTC)
    if published_at and published_at > datetime.now(UTC) + AHEAD:
        published_at, flags = None, (*flags, "date_in_future")
    return Article(
        url=url,
        title=_one_line(title),
        source=_one_line(source),
        domain=_read_domain(url),
        published_at=published_at,
        language="en",
        words=len(text.split()),
        content_hash="sha256:" + hashlib.sha256(text.encode()).hexdigest(),
        text=text,
        flags=tuple(dict.fromkeys(flags)),
    )


def _one_line(words: str | None) -> str | None:
    """The words on one line; an apostrophe that a feed doubles is one: "Halcyon''s"."""
    return single_apostrophes(" ".join(normalise(words or "").split())) or None


def _read_domain(url: str | None) -> str | None:
    try:
        host = urlsplit(url or "").hostname
    except ValueError:  # "https://[": a page's own word for its address can be anything
        return None
    return host.removeprefix("www.") if host else None


def _choose_url(fetched: str | None, stated: str | None) -> str | None:
    """The address that the page gives for itself, where it is one of the same site and no front
    page; else where it was fetched."""
    if not fetched or not stated:
        return stated or fetched
    is_same_site = _read_domain(stated) == _read_domain(fetched) and is_web(stated)
    return stated if is_same_site and urlsplit(stated).path.strip("/") else fetched


def _choose_update(published_at: datetime | None, updated_at: datetime | None) -> datetime | None:
    """The time of an update, where it is later than the publication, and no mistake."""
    if not updated_at or updated_at > datetime.now(UTC) + AHEAD:
        return None
    return updated_at if not published_at or updated_at > published_at else None


def _refusal(url: str | None, extracted: ExtractedPage) -> NoArticle:
    """What stands on the page instead of an article."""
    wall = extracted.wall
    if wall:
        return NoArticle(_WALLS[wall], code=ComposedCode(f"wall_{wall}"), url=url, advice=PASTE)
    if "truncated_parse" in extracted.flags:
        detail = "the page is nested too deep to be read"
        return NoArticle(detail, code="truncated_parse", url=url, advice=PASTE)
    detail = "no article was found on the page"
    if extracted.is_shell:
        detail = "the page holds no article until its scripts have run"
    return NoArticle(detail, url=url, advice=PASTE)
