"""HTML -> a tree of elements, and what can be asked of one: its words, its links, whether it is
prose.

    parse -> drop what is hidden (hidden.py) -> drop clutter (clutter.py)
    -> find where the article stands (location.py) -> paragraphs (paragraphs.py) -> trim their ends

All of it is pure lxml without limits of its own: pages are read in a child process (sandbox.py).
"""

import re
from collections.abc import Iterator
from contextlib import suppress

from lxml import etree
from lxml.html import HtmlElement, document_fromstring

from summarizer.page.words import count_words

MAX_ATTRIBUTE = 5_000  # letters: no address of a picture is longer
PROSE_WORDS = 12  # a block of so many words, few of them links, is prose rather than a label
LINKED = 0.7  # share of a block's letters in links that makes it a list of links; trafilatura: 0.8
CELL_WORDS = 60  # a cell with more words holds layout, not a value
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
BLOCK_TAGS = frozenset(
    "address article blockquote body center dd details div dl dt fieldset figure h1 h2 h3 h4 h5 h6"
    " header hr html li main ol p pre section summary table tbody td tfoot th thead tr ul".split()
)

# The usual parser of lxml.html asks Python for the class of every element that is touched.
_PLAIN = etree.ElementDefaultClassLookup(element=HtmlElement)
_TOO_DEEP = "ERR_RESOURCE_LIMIT"  # libxml2 stopped: too deep, or a node too large
# What no XML text may hold: lxml reads it, and then cannot move the text that holds it. A pattern
# that begins with one set of characters is searched twice as fast.
_UNFIT = re.compile(
    r"""[&\x00-\x08\x0b\x0e-\x1f\ud800-\udfff\ufffe\uffff](?:(?<!&)  # as a character
    |(?<=&)\#(?:
        [xX]0*(?:[0-8bBeEfF]|1[0-9a-fA-F]|[dD][89a-fA-F]..|[fF]{3}[eEfF])  # as &#x8; or &#xFFFE;
        |0*(?:[0-8]|11|1[4-9]|2[0-9]|3[01])                                # as &#8;
    );?(?![0-9a-fA-F]))
    """,
    re.VERBOSE,
)


def parse(markup: str) -> tuple[HtmlElement | None, tuple[str, ...]]:
    """The tree, None where there is nothing but blanks and comments; and the flag
    `truncated_parse` where the parser left some of the page out: what lies below 2,048 levels, or
    after a node that is too large."""
    parser = etree.HTMLParser(
        huge_tree=True, remove_comments=True, remove_pis=True, encoding="utf-8"
    )
    parser.set_element_class_lookup(_PLAIN)
    tree = None
    with suppress(etree.ParserError, etree.XMLSyntaxError):
        body = _UNFIT.sub("", markup).encode("utf-8", "replace")
        tree = document_fromstring(body, parser=parser)
        _drop_long_attributes(tree)
    is_cut = any(entry.type_name == _TOO_DEEP for entry in parser.error_log)
    return tree, ("truncated_parse",) if is_cut else ()


def _drop_long_attributes(tree: HtmlElement) -> None:
    """Pictures inside their page go: libraries would search every byte of them for dates."""
    for node in tree.iter("img", "source", "image", "link", "input"):
        for name in [name for name, value in node.items() if len(value) > MAX_ATTRIBUTE]:
            del node.attrib[name]


def drop(node: HtmlElement) -> None:
    """Takes the node and what is in it out of its tree; the text behind it stays."""
    if node.getparent() is not None:
        node.drop_tree()


def walk_living(tree: HtmlElement) -> Iterator[HtmlElement]:
    """Every element below body in reading order. What the caller drops meanwhile is passed over
    with all that is in it."""
    nodes = list(tree.iter())
    at = 0
    while at < len(nodes):
        node = nodes[at]
        at += 1
        if node is tree or node.tag == "body":
            continue
        yield node
        if node.getparent() is None:
            at += sum(1 for _ in node.iterdescendants())


def read_line(node: HtmlElement) -> str:
    """The words of a subtree on one line, those of each element apart."""
    return " ".join(" ".join(node.itertext()).split())


def words_in(node: HtmlElement) -> int:
    """Words of a subtree."""
    return count_words(" ".join(node.itertext()))


def says_less(node: HtmlElement, words: float) -> bool:
    """Whether a subtree holds fewer words than that; no more of it is read than that takes."""
    pieces: list[str] = []
    left = words
    for piece in node.itertext():
        pieces.append(piece)
        left -= len(piece.split())
        if left <= 0:
            return False
    return count_words(" ".join(pieces)) < words


def _letters_in(node: HtmlElement) -> int:
    return len("".join(node.itertext()).strip())


def link_share(node: HtmlElement) -> float:
    """The share of the node's letters that stand in links."""
    return sum(map(_letters_in, node.iter("a"))) / (_letters_in(node) or 1)


def is_prose(node: HtmlElement) -> bool:
    """Whether the node reads as sentences of the story rather than as labels and links."""
    return words_in(node) >= PROSE_WORDS and link_share(node) < LINKED / 2


def is_data(table: HtmlElement) -> bool:
    """Whether the table holds values rather than the page's layout."""
    cells = list(table.iter("td", "th"))
    return bool(cells) and not any(
        words_in(cell) > CELL_WORDS or next(cell.iter("table", "h1", "h2", "ul"), None) is not None
        for cell in cells
    )
