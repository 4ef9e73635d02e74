"""PAGE -> whether it lists other articles, as front pages, sections and lists of links do."""

import re
from urllib.parse import urljoin

from lxml.html import HtmlElement

from summarizer.page.markup import HEADINGS, read_line, words_in
from summarizer.page.words import count_words, flatten
from summarizer.web.urls import host_of

LISTED = 5  # other articles that a page leads to with words that were taken for its text
TITLE_WORDS = 4
LINES_SHARE = 0.3  # of a text's lines that are titles of others
WORDS_SHARE = 0.5  # of a text's words that are teasers of others


# One article in JSON-LD is the page's own; front pages name several, or none.
_TYPED = re.compile(r"""["']@type["']\s*:\s*\[?\s*["'](?:\w*Article|BlogPosting|\w*Review)["']""")


def count_listed(tree: HtmlElement, text: str, url: str | None) -> int:
    """How many other articles a page lists in what was taken for its text; 0 for an article, though
    links to others stand around it."""
    if _says_article(tree):
        return 0
    lines = {flatten(line) for line in text.split("\n")}
    links = {flatten(read_line(link)) for link in tree.iter("a")}
    titles = [line for line in lines & links if count_words(line) >= TITLE_WORDS]
    if len(titles) >= LISTED and len(titles) >= LINES_SHARE * len(lines):
        return len(titles)
    heads = [node for node in tree.iter(*HEADINGS) if _is_linked(node, url or "")]
    if len(heads) < LISTED:
        return 0
    teasers = [_read_teaser(head, heads, lines) for head in heads]
    words = sum(map(count_words, teasers))
    found = sum(map(bool, teasers))
    is_list = found >= LISTED and words >= WORDS_SHARE * count_words(flatten(text))
    return found if is_list else 0


def _says_article(tree: HtmlElement) -> bool:
    """Whether the page says of itself that it is an article."""
    metas = (node for node in tree.iter("meta") if node.get("property") == "og:type")
    if any(node.get("content", "").strip().lower() == "article" for node in metas):
        return True
    scripts = (node for node in tree.iter("script") if "ld+json" in node.get("type", ""))
    return len(_TYPED.findall(" ".join(node.text or "" for node in scripts))) == 1


def _is_linked(head: HtmlElement, url: str) -> bool:
    """Whether a heading is the title of another page of the site, and leads to it."""
    if words_in(head) < TITLE_WORDS:
        return False
    link = next(head.iter("a"), None)
    if link is None:
        link = next(head.iterancestors("a"), None)
    if link is None:
        return False
    target = link.get("href", "")
    try:
        host = host_of(urljoin(url, target))
    except ValueError:
        return False
    is_own = not url or host.removeprefix("www.") == host_of(url).removeprefix("www.")
    return is_own and bool(target) and not target.startswith("#")


def _read_teaser(head: HtmlElement, heads: list[HtmlElement], lines: set[str]) -> str:
    """The lines of the text that stand in the heading's card: in the outermost element that holds
    no other linked heading."""
    card = head
    while (parent := card.getparent()) is not None and sum(
        other is head or head_in(parent, other) for other in heads
    ) == 1:
        card = parent
    blocks = {flatten(read_line(node)) for node in card.iter("p", "div", "span", "li")}
    return " ".join(blocks & lines)


def head_in(node: HtmlElement, head: HtmlElement) -> bool:
    """Whether the heading stands in the node."""
    return any(ancestor is node for ancestor in head.iterancestors())
