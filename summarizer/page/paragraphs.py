"""A tree -> its blocks of text: paragraphs, subheads, list items and table rows."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree
from lxml.html import HtmlElement

from summarizer.page.markup import BLOCK_TAGS, is_data, read_line
from summarizer.page.words import count_words

TEASER_TITLE = 4  # words of another story's title, at least

_BULLETS = "»›>•·–—→* "
_LABEL = re.compile(r"(?:[\w’'-]+ ?){1,3}: ")  # "Watch: Ether slips", "Hall of Flame: Ana Ruiz"
# `<span>BTC</span>`, `<span>$68,632</span>`: what a widget puts beside a coin's name
_WIDGET_PART = re.compile(r"\s*(?:[A-Z]{2,6}\s*)?\$\d|\s*[A-Z]{2,6}\s*$")
_PRICE_END = re.compile(r"\$[\d,.]*\d\s*$")
# `$68,632</a>is struggling`, but not `$68</a>bn`
_NEXT_WORD = re.compile(r"(?!(?:bn|mn|tn|trn|million|billion|trillion|usd)\b)[a-z]{2}", re.I)


@dataclass(frozen=True, slots=True)
class Block:
    """A line of text and the element that it came from. `is_link` is whether it is a link and
    nothing else, behind a label or as one line among others of that element."""

    node: HtmlElement
    text: str
    is_link: bool = False


def read_blocks(root: HtmlElement) -> list[Block]:
    """The blocks of a subtree in reading order, blank ones left out."""
    blocks: list[Block] = []
    links: dict[HtmlElement, set[str]] = {}
    for node, pieces in _flow(root):
        text = "".join(pieces)
        if not text or text.isspace():
            continue
        lines = [line for raw in text.split("\n") if (line := " ".join(raw.split()))]
        is_entry = node.tag in ("li", "tr", "td")
        if len(lines) < 2 and (is_entry or not any(map(_LABEL.match, lines))):
            blocks += [Block(node, line) for line in lines]
            continue
        if node not in links:
            links[node] = {" ".join("".join(link.itertext()).split()) for link in node.iter("a")}
        blocks += [Block(node, line, _is_title(line, links[node])) for line in lines]
    return blocks


def _is_title(line: str, links: set[str]) -> bool:
    """Whether a line is the title of another story, or one behind a label."""
    label = _LABEL.match(line)
    titles = (line.lstrip(_BULLETS), line[label.end() :] if label else "")
    return any(count_words(title) >= TEASER_TITLE and title in links for title in titles)


def count_blocks(blocks: list[Block]) -> int:
    """Words of some blocks."""
    return sum(count_words(block.text) for block in blocks)


def join_blocks(blocks: list[Block]) -> str:
    """The text of some blocks, a line each."""
    return "\n".join(block.text for block in blocks)


def _flow(root: HtmlElement) -> Iterator[tuple[HtmlElement, list[str]]]:
    """Each block element and the pieces of its inline text: a new one wherever a block begins or
    ends. A row of a data table is one piece, `Fund | Flow`. No recursion, for pages nest deep."""
    has_pre = next(root.iter("pre"), next(root.iterancestors("pre"), None)) is not None
    rows = {row for table in root.iter("table") if is_data(table) for row in table.iter("tr")}
    owner, pieces = root, [_inline(root.text or "", root, has_pre)]
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, node in walk:
        if node is root:
            continue
        text = (node.text if event == "start" else node.tail) or ""
        if "\n" in text:
            text = _inline(text, node, has_pre)
        if node.tag in BLOCK_TAGS:
            yield owner, pieces
            owner, pieces = (node if event == "start" else node.getparent()), [text]
            if event == "start" and node in rows:
                pieces = [" | ".join(map(read_line, node.iter("td", "th")))]
                walk.skip_subtree()
        elif piece := _read_piece(event, node, text, pieces[-1]):
            pieces.append(piece)
    yield owner, pieces


def _read_piece(event: str, node: HtmlElement, text: str, last: str) -> str:
    """What the text at the start or the end of an inline element adds behind the last piece."""
    if event == "start" and node.tag == "br":
        return "\n" + text
    if not last or last[-1].isspace():
        return text
    is_apart = _is_widget_part if event == "start" else _ends_widget
    return " " + text if is_apart(node, last) else text


def _inline(text: str, node: HtmlElement, has_pre: bool) -> str:
    """The text behind the start or the end of an element, as a browser shows it: a line end in the
    source is a blank, except in preformatted text."""
    if has_pre and (node.tag == "pre" or next(node.iterancestors("pre"), None) is not None):
        return text
    return text.replace("\n", " ")


def _is_ticker(node: HtmlElement) -> bool:
    name = node.get("class", "")
    return "ticker" in name or "price" in name


def _is_widget_part(node: HtmlElement, last: str) -> bool:
    """`Bitcoin<a><span>BTC</span><span>$68,632</span></a>`: a widget's parts are words of their
    own, whatever its name."""
    if _is_ticker(node) or _is_ticker(node.getparent()):
        return True
    return last[-1].isalnum() and _WIDGET_PART.match("".join(node.itertext())) is not None


def _ends_widget(node: HtmlElement, last: str) -> bool:
    """`…$68,632</span></a>is struggling`: the sentence goes on with a word of its own."""
    if _is_ticker(node):
        return True
    return bool(_PRICE_END.search(last) and _NEXT_WORD.match(node.tail or ""))
