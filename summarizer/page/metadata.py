"""What a page says of its article in JSON-LD and meta elements, where the library that reads the
rest leaves it out: times of day, whether the article is free, whether it is paid for."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lxml.html import HtmlElement

from summarizer.text.dates import parse_time

# There were no news pages before: an earlier date is a fault of the page.
EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)
MAX_SECTION = 40  # characters: a longer one is a list of topics
MAX_NODES = 5_000  # of JSON-LD: what a news page holds is under a hundred

_ARTICLE = re.compile(r"Article|BlogPosting|Report|LiveBlog")
_PUBLISHED = (
    "article:published_time og:published_time datepublished date pubdate dc.date parsely-pub-date"
    " sailthru.date"
).split()
_UPDATED = "article:modified_time og:updated_time datemodified last-modified".split()
_PAID = re.compile(
    r"\b(?:sponsored|partner[- ]content|paid[- ](?:post|content)|advertorial"
    r"|brand(?:ed)?[- ]content|promoted)\b|(?-i:AdvertiserContent)",
    re.I,
)
_RELEASE = re.compile(r"\bpress[- ]?releases?\b", re.I)


@dataclass(frozen=True)
class PageMetadata:
    """What a page says of its article; what it does not say is None or empty."""

    published_at: datetime | None
    updated_at: datetime | None
    authors: tuple[str, ...]
    section: str | None
    language: str | None
    is_typed: bool  # declared an article, or dated
    is_free: bool | None
    stated_words: int | None
    body: str  # the article's text in JSON-LD, which may hold simple markup
    flags: tuple[str, ...]  # sponsored_page, press_release_page


def read_metadata(tree: HtmlElement, url: str | None) -> PageMetadata:
    """The metadata of a page, of which nothing needs to be well formed."""
    article: dict[str, Any] = next(
        (node for node in _walk_linked_data(tree) if _ARTICLE.search(str(node.get("@type", "")))),
        {},
    )
    metas = _read_metas(tree)
    published_at = _first_time(
        article.get("datePublished"),
        *map(metas.get, _PUBLISHED),
        *tree.xpath("//article//time/@datetime")[:1],
    )
    sections = _read_names(article.get("articleSection")) + _read_names(
        metas.get("article:section")
    )
    count, body = str(article.get("wordCount")), article.get("articleBody")
    return PageMetadata(
        published_at=published_at,
        updated_at=_first_time(article.get("dateModified"), *map(metas.get, _UPDATED)),
        authors=_read_names(article.get("author")),
        section=next((name for name in sections if len(name) <= MAX_SECTION), None),
        language=_read_language(tree, metas),
        is_typed=bool(article or published_at or metas.get("og:type") == "article"),
        is_free=_read_truth(article.get("isAccessibleForFree")),
        stated_words=int(count) if count.isdecimal() else None,
        body=body if isinstance(body, str) else "",
        flags=_flag_paid(" ".join([*sections, str(article.get("@type") or ""), url or ""])),
    )


def _first_time(*written: object) -> datetime | None:
    """The first of some values that is a time which a news page can have."""
    times = (parse_time(value, any_form=True) for value in written)
    return next((time for time in times if time and time >= EARLIEST), None)


def _read_names(value: object) -> tuple[str, ...]:
    """The names in a value of JSON-LD, which is one or a list of them, each as words or as an
    object with a name.

    >>> _read_names(["Ana Ruiz", {"@type": "Person", "name": "Tom Lee"}, None])
    ('Ana Ruiz', 'Tom Lee')
    """
    values = value if isinstance(value, list) else [value]
    names = (one.get("name") if isinstance(one, dict) else one for one in values)
    return tuple(filter(None, (str(name or "").strip() for name in names)))


def _read_truth(value: object) -> bool | None:
    """`true`, `"True"` or `1`, as pages write it; None where they do not say."""
    return None if value is None else str(value).lower() not in ("false", "0", "no")


def _read_language(tree: HtmlElement, metas: dict[str, str]) -> str | None:
    """`de` from `de-AT` or `de_AT`."""
    written = tree.get("lang") or metas.get("og:locale") or metas.get("content-language") or ""
    code = written[:2].lower()
    return code if code.isalpha() and len(code) == 2 else None


def _flag_paid(labels: str) -> tuple[str, ...]:
    """Flags of a page whose section, type or address says that it was paid for."""
    rules = {"sponsored_page": _PAID, "press_release_page": _RELEASE}
    return tuple(flag for flag, rule in rules.items() if rule.search(labels))


def _read_metas(tree: HtmlElement) -> dict[str, str]:
    """Content of the meta elements by their name, the first of each."""
    metas: dict[str, str] = {}
    for node in tree.iter("meta"):
        names = (node.get(key) for key in ("property", "name", "itemprop", "http-equiv"))
        name = next(filter(None, names), "")
        metas.setdefault(name.lower(), node.get("content") or "")
    return metas


def _walk_linked_data(tree: HtmlElement) -> Iterator[dict[str, Any]]:
    """Every object of the page's JSON-LD, outer ones first."""
    queue: list[Any] = []
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or "").lower() and script.text:
            with suppress(ValueError, RecursionError):
                queue.append(json.loads(script.text, strict=False))
    for seen, node in enumerate(queue):  # the list grows as it is read
        if seen > MAX_NODES:
            return
        if isinstance(node, dict):
            yield node
            queue += [value for value in node.values() if isinstance(value, dict | list)]
        elif isinstance(node, list):
            queue += node
