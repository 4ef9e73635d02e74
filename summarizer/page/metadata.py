"""What a page says of its article in JSON-LD and meta elements, where the library that reads the rest leaves it out:
times of day, whether the article is free, whether it is paid for."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from lxml.html import HtmlElement

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
    published = next((when for one in written if (when := read_time(one))), None)
    changed = [article.get("dateModified"), *(metas.get(name) for name in _UPDATED)]
    updated = next((when for one in changed if (when := read_time(one))), None)
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


def read_time(written: object) -> datetime | None:
    """A moment as aware UTC from ISO 8601, an e-mail's form or epoch seconds; naive is UTC. None where it cannot be one.

    >>> read_time("2026-02-10T06:50:00-05:00"), read_time("0001-01-01")
    (datetime.datetime(2026, 2, 10, 11, 50, tzinfo=datetime.timezone.utc), None)
    """
    text = re.sub(r"\s*(?:UTC|GMT)$", "+00:00", str(written or "").strip())
    for read in (datetime.fromisoformat, parsedate_to_datetime, _read_epoch):
        try:
            found = read(text)
            found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        except (ValueError, TypeError, IndexError, OverflowError, OSError):
            continue
        return found if found >= EARLIEST else None
    return None


def _strings(said: object) -> list[str]:
    """The names in a value of JSON-LD, which is one or a list of them, each as words or as an object with a name."""
    names = [
        one.get("name") if isinstance(one, dict) else one
        for one in (said if isinstance(said, list) else [said])
    ]
    return [name for one in names if one and (name := str(one).strip())]


def _read_epoch(digits: str) -> datetime:
    """Seconds or milliseconds since 1970."""
    if not re.fullmatch(r"\d{10}(?:\d{3})?", digits):
        raise ValueError
    return datetime.fromtimestamp(int(digits[:10]), UTC)


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
