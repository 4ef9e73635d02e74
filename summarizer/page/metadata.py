"""What a page says of its article in JSON-LD and meta elements, where the library that reads the
rest leaves it out: times of day, whether the article is free, whether it is paid for."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lxml.html import HtmlElement

from summarizer.page.dates import read_time

MAX_SECTION = 40  # characters: a longer one is a list of topics
MAX_NODES = 5_000  # of JSON-LD: what a news page holds is under a hundred

_ARTICLE = re.compile(r"Article|BlogPosting|Report|LiveBlog")
_PUBLISHED = re.compile(
    r"(?:(?:article|og):published_time|(?:date|article)?[-_.:]?publish(?:ed|_date|-date)?"
    r"|(?:pub|publication)[-_]?date|date|dc\.date|parsely-pub-date|sailthru\.date)"
)
_UPDATED = "article:modified_time og:updated_time datemodified last-modified".split()
_PAID = re.compile(
    r"\b(?:sponsored|partner[- ]content|paid[- ](?:post|content)|advertorial"
    r"|brand(?:ed)?[- ]content|promoted)\b|(?-i:AdvertiserContent)",
    re.I,
)
# What libraries take for a name: `Written By`, `Updated January`, `View more posts`.
_NO_NAME = re.compile(
    r"[\d©@]|\b(?:written|updated|published|posts?|view|privacy|policy|january|february|march|april"
    r"|june|july|august|september|october|november|december|jan|feb|oct|nov|dec)\b",
    re.I,
)
# "Written by Ana B. Ruiz", beside the title
_BYLINE = re.compile(
    r"\b[Bb]y:?\s+([A-Z][\w'’-]+(?: [A-Z]\.)? (?!Team|Staff|Foundation|Labs?|News)[A-Z][\w'’-]+)"
)
BYLINE_REACH = 300  # characters behind the title within which its author is named
_RELEASE = re.compile(r"\bpress[- ]?releases?\b", re.I)


@dataclass(frozen=True)
class PageMetadata:
    """What a page says of its article; what it does not say is None or empty."""

    dates: list[datetime]  # of publication, as its fields state them, the surest first
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
    dates = _read_times(
        article.get("datePublished"),
        *(metas[name] for name in metas if _PUBLISHED.fullmatch(name)),
    )
    updates = _read_times(article.get("dateModified"), *map(metas.get, _UPDATED))
    sections = _read_names(article.get("articleSection")) + _read_names(
        metas.get("article:section")
    )
    count, body = str(article.get("wordCount")), article.get("articleBody")
    return PageMetadata(
        dates=dates,
        updated_at=next(iter(updates), None),
        authors=_read_names(article.get("author")),
        section=next((name for name in sections if len(name) <= MAX_SECTION), None),
        language=_read_language(tree, metas),
        is_typed=bool(article or dates or metas.get("og:type") == "article"),
        is_free=_read_truth(article.get("isAccessibleForFree")),
        stated_words=int(count) if count.isdecimal() else None,
        body=body if isinstance(body, str) else "",
        flags=_flag_paid(" ".join([*sections, str(article.get("@type") or ""), url or ""])),
    )


def _read_times(*written: object) -> list[datetime]:
    """Those of some values that are times which a news page can have."""
    return [time for time in map(read_time, written) if time]


def _read_names(value: object) -> tuple[str, ...]:
    """The names in a value of JSON-LD, which is one or a list of them, each as words or as an
    object with a name.

    >>> _read_names(["Ana Ruiz", {"@type": "Person", "name": "Tom Lee"}, None])
    ('Ana Ruiz', 'Tom Lee')
    """
    values = value if isinstance(value, list) else [value]
    names = (one.get("name") if isinstance(one, dict) else one for one in values)
    return tuple(filter(None, (str(name or "").strip() for name in names)))


def choose_authors(
    found: str | None, stated: tuple[str, ...], visible: str, title: str
) -> tuple[str, ...]:
    """The names of the authors: those that a library found, else those that the fields of the page
    state, else the one that stands beside the title in its words."""
    for names in (found.split("; ") if found else (), stated):
        if real := tuple(name for name in names if not _NO_NAME.search(name)):
            return real
    start = visible.find(title) if title else -1
    byline = (
        _BYLINE.search(visible, start, start + len(title) + BYLINE_REACH) if start >= 0 else None
    )
    return (byline[1],) if byline else ()


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
