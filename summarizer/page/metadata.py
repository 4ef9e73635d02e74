"""What a page says of its article in JSON-LD and meta elements, where the library that reads the rest leaves it out:
times of day, whether the article is free, whether it is paid for."""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from lxml.html import HtmlElement

from summarizer.text.dates import parse_time

EARLIEST = datetime(
    1995, 1, 1, tzinfo=UTC
)  # there were no news pages before: an earlier date is a fault of the page
MAX_SECTION = 40  # characters: a longer one is a list of topics
MAX_NODES = 5_000  # of JSON-LD: what a news page holds is under a hundred

_ARTICLE = re.compile(r"Article|BlogPosting|Report|LiveBlog")
_PUBLISHED = (
    "article:published_time",
    "og:published_time",
    "datepublished",
    "date",
    "pubdate",
    "dc.date",
    "parsely-pub-date",
    "sailthru.date",
)
_UPDATED = ("article:modified_time", "og:updated_time", "datemodified", "last-modified")
_PAID = re.compile(
    r"\b(?:sponsored|partner[- ]content|paid[- ](?:post|content)|advertorial|brand(?:ed)?[- ]content|promoted)\b",
    re.I,
)
_RELEASE = re.compile(r"\bpress[- ]?releases?\b", re.I)


def read_metadata(tree: HtmlElement, url: str | None) -> dict[str, Any]:
    """`published_at` and `updated_at` (ISO, UTC, or None), `is_typed` (declared an article, or dated), `authors`, `section` (or None),
    `is_free` (or None), `said_words`, `body` (of JSON-LD), `language`, `flags`."""
    article = next(
        (node for node in _linked_data(tree) if _ARTICLE.search(str(node.get("@type", "")))), {}
    )
    metas = _metas(tree)
    written = [
        article.get("datePublished"),
        *(metas.get(name) for name in _PUBLISHED),
        *tree.xpath("//article//time/@datetime")[:1],
    ]
    published = _first_time(written)
    changed = [article.get("dateModified"), *(metas.get(name) for name in _UPDATED)]
    updated = _first_time(changed)
    free = article.get("isAccessibleForFree")
    sections = [
        name
        for said in (article.get("articleSection"), metas.get("article:section"))
        for name in _strings(said)
    ]
    about = " ".join([*sections, str(article.get("@type") or ""), url or ""])
    flags = ["sponsored_page"] if _PAID.search(about) or "AdvertiserContent" in about else []
    flags += ["press_release_page"] if _RELEASE.search(about) else []
    count = article.get("wordCount")
    body = article.get("articleBody")
    language = (tree.get("lang") or metas.get("og:locale") or metas.get("content-language") or "")[
        :2
    ].lower()
    return {
        "published_at": published.isoformat() if published else None,
        "updated_at": updated.isoformat() if updated else None,
        "section": next((name for name in sections if len(name) <= MAX_SECTION), None),
        "is_typed": bool(article or published or metas.get("og:type") == "article"),
        "authors": _strings(article.get("author")),
        "is_free": None if free is None else str(free).lower() not in ("false", "0", "no"),
        "said_words": int(str(count)) if str(count).isdecimal() else None,
        "body": body if isinstance(body, str) else "",
        "language": language if language.isalpha() and len(language) == 2 else None,
        "flags": flags,
    }


def _first_time(written: Iterable[object]) -> datetime | None:
    """The first of the values that is a time which a news page can have."""
    times = (parse_time(value, any_form=True) for value in written)
    return next((time for time in times if time and time >= EARLIEST), None)


def _strings(said: object) -> list[str]:
    """The names in a value of JSON-LD, which is one or a list of them, each as words or as an object with a name."""
    names = [
        one.get("name") if isinstance(one, dict) else one
        for one in (said if isinstance(said, list) else [said])
    ]
    return [name for one in names if one and (name := str(one).strip())]


def _metas(tree: HtmlElement) -> dict[str, str]:
    """Content of the meta elements by their name, the first of each."""
    found: dict[str, str] = {}
    for node in tree.iter("meta"):
        name = (
            node.get("property")
            or node.get("name")
            or node.get("itemprop")
            or node.get("http-equiv")
            or ""
        ).lower()
        found.setdefault(name, node.get("content") or "")
    return found


def _linked_data(tree: HtmlElement) -> Iterator[dict[str, Any]]:
    """Every object of the page's JSON-LD, outer ones first."""
    queue: list[Any] = []
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or "").lower() and script.text:
            try:
                queue.append(json.loads(script.text, strict=False))
            except (ValueError, RecursionError):
                continue
    for seen, node in enumerate(queue):  # the list grows as it is read
        if seen > MAX_NODES:
            return
        if isinstance(node, dict):
            yield node
            queue += [value for value in node.values() if isinstance(value, dict | list)]
        elif isinstance(node, list):
            queue += node
