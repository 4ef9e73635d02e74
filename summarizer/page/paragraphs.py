"""A tree -> its blocks of text: paragraphs, subheads, list items and table rows."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lxml import etree
from lxml.html import HtmlElement

from summarizer.page.markup import BLOCK_TAGS, LINKED, is_data, link_share, read_line
from summarizer.page.words import count_words

TEASER_TITLE = 4  # words of another story's title, at least

_BULLETS = "»›>•·–—→* "
# `<span>BTC</span>`, `<span>$68,632</span>`: what a widget puts beside a coin's name
_WIDGET_PART = re.compile(r"\s*(?:[A-Z]{2,6}\s*)?\$\d|\s*[A-Z]{2,6}\s*$")
_PRICE_END = re.compile(r"\$[\d,.]*\d\s*$")
# `$68,632</a>is struggling`, but not `$68</a>bn`
_NEXT_WORD = re.compile(r"(?!(?:bn|mn|tn|trn|million|billion|trillion|usd)\b)[a-z]{2}", re.I)


@dataclass(frozen=True, slots=True)
class Block:
    """A line of text and the element that it came from. `is_link` is whether it is one line among
    others of that element, and a link and nothing else."""

    node: HtmlElement
    text: str
    is_link: bool = False


def read_blocks(root: HtmlElement) -> list[Block]:
    """The blocks of a subtree in reading order, blank ones left out."""
    blocks: list[Block] = []
    links: dict[HtmlElement, set[str]] = {}
    for node, pieces in _flow(root):
        raw_lines = "".join(pieces).split("\n")
        lines = [line for raw in raw_lines if (line := " ".join(raw.split()))]
        if len(lines) < 2:
            blocks += [Block(node, line) for line in lines]
            continue
        if node not in links:
            links[node] = {" ".join("".join(link.itertext()).split()) for link in node.iter("a")}
        for line in lines:
            is_link = count_words(line) >= TEASER_TITLE and line.lstrip(_BULLETS) in links[node]
            blocks.append(Block(node, line, is_link))
    return blocks


def _flow(root: HtmlElement) -> Iterator[tuple[HtmlElement, list[str]]]:
    """Each block element and the pieces of its inline text: a new one wherever a block begins or
    ends. A row of a data table is one piece, `Fund | Flow`. No recursion, for pages nest deep."""
    rows = {row for table in root.iter("table") if is_data(table) for row in table.iter("tr")}
    owner, pieces = root, [_inline(root.text, root)]
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, node in walk:
        if node is root:
            continue
        if node.tag in BLOCK_TAGS:
            yield owner, pieces
            owner = node if event == "start" else node.getparent()
            pieces = [_inline(node.text if event == "start" else node.tail, node)]
            if event == "start" and node in rows:
                pieces = [" | ".join(read_line(cell) for cell in node.iter("td", "th"))]
                walk.skip_subtree()
        elif piece := _read_piece(event, node, pieces):
            pieces.append(piece)  # no blank ones, for the last is asked for at each element
    yield owner, pieces


def _read_piece(event: str, node: HtmlElement, pieces: list[str]) -> str:
    """The text that the start or the end of an inline element adds to those before it."""
    text = _inline(node.text if event == "start" else node.tail, node)
    if event == "end":
        return " " + text if _ends_widget(node, pieces) else text
    if node.tag == "br":
        return "\n" + text
    return " " + text if _is_widget_part(node, pieces) else text


def _inline(text: str | None, node: HtmlElement) -> str:
    """Text as a browser shows it: a line end in the source is a blank, except in preformatted
    text."""
    if not text or "\n" not in text:
        return text or ""
    is_preformatted = node.tag == "pre" or next(node.iterancestors("pre"), None) is not None
    return text if is_preformatted else text.replace("\n", " ")


def _last(pieces: list[str]) -> str:
    return next((piece for piece in reversed(pieces) if piece), " ")


def _is_ticker(node: HtmlElement) -> bool:
    names = node.get("class", "")
    return "ticker" in names or "price" in names


def _is_widget_part(node: HtmlElement, pieces: list[str]) -> bool:
    """`Bitcoin<a><span>BTC</span><span>$68,632</span></a>`: a widget's parts are words of their
    own, whatever its name."""
    last, parent = _last(pieces), node.getparent()
    if last[-1].isspace():
        return False
    if _is_ticker(node) or (parent is not None and _is_ticker(parent)):
        return True
    return last[-1].isalnum() and _WIDGET_PART.match("".join(node.itertext())) is not None


def _ends_widget(node: HtmlElement, pieces: list[str]) -> bool:
    """`…$68,632</span></a>is struggling`: the sentence goes on with a word of its own."""
    if _is_ticker(node):
        return True
    return bool(_PRICE_END.search(_last(pieces)) and _NEXT_WORD.match(node.tail or ""))


def is_link_list(blocks: Iterable[Block]) -> bool:
    """Whether nearly all words of the blocks are links."""
    shares = [(len(block.text), link_share(block.node)) for block in blocks]
    linked = sum(size * share for size, share in shares)
    return linked >= LINKED * max(1, sum(size for size, _ in shares))
