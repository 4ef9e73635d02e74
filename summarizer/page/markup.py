"""HTML -> a tree without what a reader does not read as the story, and that tree -> paragraphs.

    parse -> (hidden.py) -> drop furniture by its name -> (extraction.py finds where the article stands) -> paragraphs

Pure lxml, no limits of its own: pages of strangers are read in a child process (sandbox.py).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from summarizer.page.furniture import count_words, load_patterns

MAX_DEPTH_ERROR = "ERR_RESOURCE_LIMIT"  # libxml2 stopped: too deep, or a node too large
MAX_ATTRIBUTE = 5_000  # letters: no address of a picture is longer
MAIN_SHARE = 0.25  # of the likely article prose: a block with so much of it is the article, whatever it is called
PROSE_WORDS = 12  # a block of so many words, few of them links, is prose rather than a label
BOX_WORDS = (
    40  # a box with fewer words and a line that is one link, a button in effect, calls to something
)
BUTTON_WORDS = 6
TEASER_TITLE = 4  # words of another story's title, at least
CAPTION_WORDS = 30  # of small or slanted words under a picture, at most
HINT_WORDS = 40  # a block with so many words beside its links is kept, where its name also fits parts of a story
LINKED = 0.7  # share of a block's letters in links from which it is a list of links; trafilatura takes 0.8 and up
CELL_WORDS = 60  # a cell with so many words holds layout, not a value

_DROPPED = frozenset(
    "nav aside footer form button select input textarea iframe object embed svg canvas audio video"
    " dialog menu figcaption picture map applet link meta base title math frameset caption"
    " amp-ad amp-list amp-sidebar amp-consent amp-social-share amp-embed amp-sticky-ad amp-user-notification amp-next-page amp-carousel amp-video".split()
)
_BLOCKS = frozenset(
    "address article blockquote body center dd details div dl dt fieldset figure h1 h2 h3 h4 h5 h6 header hr html li main ol p pre"
    " section summary table tbody td tfoot th thead tr ul".split()
)
_HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})
_SPEECH = re.compile('[“”„«»"]')  # a pull quote stands in a frame too
_ROLES = frozenset(
    "navigation complementary banner contentinfo search dialog alertdialog menu menubar toolbar tablist alert".split()
)
# What no XML text may hold, raw or as a reference: lxml reads it, and then cannot move the text that holds it.
_UNFIT = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\ud800-\udfff\ufffe\uffff]|&#(?:[xX]0*(?:[0-8bBeEfF]|1[0-9a-fA-F]|[dD][89a-fA-F]..|[fF]{3}[eEfF])|0*(?:[0-8]|11|1[4-9]|2[0-9]|3[01]));?(?![0-9a-fA-F])"
)
_WIDGET_PART = re.compile(r"\s*(?:[A-Z]{2,6}\s*)?\$\d|\s*[A-Z]{2,6}\s*$")
_PRICE_END = re.compile(r"\$[\d,.]*\d\s*$")
_NEXT_WORD = re.compile(r"(?!(?:bn|mn|tn|trn|million|billion|trillion|usd)\b)[a-z]{2}", re.I)


def parse(markup: str) -> tuple[HtmlElement | None, bool]:
    """The tree, and whether the parser left some of the page out: below 2,048 levels, or after a node that is too large."""
    markup = _UNFIT.sub("", markup)
    parser = HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True, encoding="utf-8")
    try:
        tree = document_fromstring(markup.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):  # nothing but blanks and comments
        tree = None
    for node in () if tree is None else tree.iter("img", "source", "image", "link", "input"):
        for name in [name for name, value in node.items() if len(value) > MAX_ATTRIBUTE]:
            del node.attrib[
                name
            ]  # a picture inside its page: libraries search every byte of it for dates
    return tree, any(entry.type_name == MAX_DEPTH_ERROR for entry in parser.error_log)


def words_in(node: HtmlElement) -> int:
    """Words of a subtree."""
    return count_words(" ".join(node.itertext()))


def drop(node: HtmlElement) -> None:
    """The node and what is in it go, the text behind it stays."""
    if node.getparent() is not None:
        node.drop_tree()


def living(tree: HtmlElement) -> Iterator[HtmlElement]:
    """Every element below body in reading order; what was dropped meanwhile is passed over with all that is in it."""
    gone: set[HtmlElement] = set()
    for node in list(tree.iter(etree.Element)):
        up = node.getparent()
        if node is tree or node.tag == "body":
            continue
        if up is None or up in gone:
            gone.add(node)
            continue
        yield node


def drop_furniture(tree: HtmlElement, weights: Mapping[HtmlElement, int]) -> None:
    """Blocks that are not the story by their tag, role or name go.

    `weights` holds the words of likely article prose in each element: a block, or all blocks of one name together, with much
    of it is the article, whatever it is called.
    """
    for field in tree.xpath("//input[@type='email'] | //form"):
        box = field
        while (
            (up := box.getparent()) is not None
            and up.tag != "body"
            and words_in(up) < BOX_WORDS
            and up.find(".//h1") is None
        ):
            box = up
        if box.tag != "body" and words_in(box) < BOX_WORDS:
            drop(box)  # what is said around a field for an address belongs to the field
    total = max(weights.values(), default=0)
    alike: dict[str, int] = {}
    for node, weight in weights.items():
        key = f"{node.tag} {node.get('class')}"
        alike[key] = alike.get(key, 0) + weight
    for node in living(tree):
        weight = max(
            weights.get(node, 0),
            alike.get(f"{node.tag} {node.get('class')}", 0) if node in weights else 0,
        )
        if (not weight or weight < MAIN_SHARE * total) and _is_furniture(node):
            drop(node)


def _is_furniture(node: HtmlElement) -> bool:
    if node.tag in _DROPPED or node.get("role") in _ROLES or node.get("aria-modal") == "true":
        return True
    if node.tag in ("a", "b", "em", "strong", "i", "h1", "td", "tr", "tbody"):
        return False  # names on these mark a style; an inline ticker is part of its sentence
    if node.tag == "span" and _within_prose(node):
        return False
    names = " ".join(
        node.get(key, "")
        for key in ("class", "id", "data-testid", "data-module", "data-component", "itemprop")
    )
    if not names.strip():
        return False
    named = _words_of_name(names)
    return bool(
        load_patterns("name").search(named)
        or (load_patterns("hint").search(named) and not _says_much(node))
    )


def drop_boxes(root: HtmlElement) -> None:
    """Short boxes among the paragraphs go: those that end in a button (`Charts for professionals. | Try it free. | [Start now]`)
    or are a label and links, a frame of one cell, and captions without a name of their own."""
    boxes = dict.fromkeys(root.iter("div", "section", "table"))
    pictured = dict.fromkeys(
        next(up for up in image.iterancestors() if up.tag in _BLOCKS or up is root)
        for image in root.iter("img")
    )
    for box in (*boxes, *pictured):
        if box is root or box.getparent() is None or words_in(box) >= BOX_WORDS:
            continue
        if (box in pictured and _is_caption(box)) or (
            _is_frame(box) if box.tag == "table" else box in boxes and _is_call(box)
        ):
            drop(box)


def _is_call(box: HtmlElement) -> bool:
    """Whether a short block of several lines ends in a button, or is a label over links to other stories."""
    if box.find(".//table") is not None:
        return False
    blocks = read_blocks(box)
    inner = [block for block in blocks if block.node is not box]
    button = any(
        count_words(block.text) <= BUTTON_WORDS and link_share(block.node) == 1 for block in inner
    )
    links = link_share(box) >= LINKED and blocks[0].node.tag not in ("li", "h1")
    return (len(inner) > 1 and button) or (bool(inner) and len(blocks) > 1 and links)


def _is_frame(table: HtmlElement) -> bool:
    """Whether a table is the frame of a notice, as pages without style sheets set it: one cell with a ground, a border or a side to
    float to, and no speech."""
    cells = list(table.iter("td", "th"))
    ground = any(node.get("bgcolor") for node in (table, *cells))
    framed = ground or table.get("border", "0") != "0" or table.get("align") in ("left", "right")
    return len(cells) == 1 and framed and not _SPEECH.search("".join(table.itertext()))


def _is_caption(box: HtmlElement) -> bool:
    """Whether the block around a picture says nothing but a few words in small or slanted letters on a line of their own."""
    words = words_in(box)
    return (
        0 < words < CAPTION_WORDS
        and box.find(".//br") is not None
        and words
        == sum(
            words_in(node) for node in box.iter("*") if _is_small(node) and not _within_small(node)
        )
    )


def _is_small(node: HtmlElement) -> bool:
    return node.tag in ("small", "em", "i", "cite") or (
        node.tag == "font" and node.get("size") in ("1", "2", "-1", "-2")
    )


def _within_small(node: HtmlElement) -> bool:
    return any(_is_small(up) for up in node.iterancestors())


def _says_much(node: HtmlElement) -> bool:
    return words_in(node) - sum(words_in(link) for link in node.iter("a")) >= HINT_WORDS


def _within_prose(node: HtmlElement) -> bool:
    """Whether the node stands inside a sentence: its paragraph says more than it does."""
    up = next((up for up in node.iterancestors() if up.tag in _BLOCKS), None)
    return (
        up is not None
        and up.tag in ("p", "li", "td", "blockquote")
        and words_in(up) > words_in(node) + 3
    )


@cache
def _words_of_name(names: str) -> str:
    """`css-1relb readMore promo2` -> `-css-1-relb-read-more-promo-2-`"""
    spaced = re.sub(
        r"(?<=[a-z])(?=[A-Z])|(?<=\d)(?=[a-z]{3})|(?<=[a-z]{2})(?=\d{1,2}\b)", "-", names
    )
    return "-" + re.sub(r"[^a-z0-9]+", "-", spaced.lower()) + "-"


# ---- paragraphs


def link_share(node: HtmlElement) -> float:
    """The share of the node's letters that stand in links."""
    whole = len("".join(node.itertext()).strip())
    return (
        sum(len("".join(link.itertext()).strip()) for link in node.iter("a")) / whole
        if whole
        else 0.0
    )


def is_prose(node: HtmlElement) -> bool:
    """Whether the node reads as sentences of the story rather than as labels and links."""
    return words_in(node) >= PROSE_WORDS and link_share(node) < LINKED / 2


class Block:
    """A paragraph, subhead, list item or table row: its words, the element that it came from, and whether it is one line among
    others of that element which is a link and nothing else."""

    __slots__ = ("is_link", "node", "text")

    def __init__(self, node: HtmlElement, text: str, *, is_link: bool = False):
        self.node = node
        self.text = text
        self.is_link = is_link


def read_blocks(root: HtmlElement) -> list[Block]:
    """The blocks of a subtree in reading order, blank ones left out."""
    blocks: list[Block] = []
    links: dict[HtmlElement, set[str]] = {}
    for node, pieces in _flow(root):
        lines = [text for line in "".join(pieces).split("\n") if (text := " ".join(line.split()))]
        if len(lines) > 1 and node not in links:
            links[node] = {" ".join("".join(link.itertext()).split()) for link in node.iter("a")}
        blocks += [
            Block(
                node,
                line,
                is_link=len(lines) > 1
                and count_words(line) >= TEASER_TITLE
                and line.lstrip("»›>•·–—→* ") in links[node],
            )
            for line in lines
        ]
    return blocks


def _flow(root: HtmlElement) -> Iterator[tuple[HtmlElement, list[str]]]:
    """(block element, its pieces of inline text): a new one wherever a block begins or ends. No recursion: pages nest deep."""
    owner, pieces = root, [_inline(root.text, root)]
    rows = {row for table in root.iter("table") if is_data(table) for row in table.iter("tr")}
    skip: HtmlElement | None = None
    for event, node in etree.iterwalk(root, events=("start", "end")):
        if skip is not None:
            if node is skip and event == "end":
                skip, pieces = None, [_inline(node.tail, node)]
            continue
        if node is root or not isinstance(node.tag, str):
            continue
        if node in rows and event == "start":
            yield owner, pieces
            yield (
                node,
                [
                    " | ".join(
                        " ".join(" ".join(cell.itertext()).split())
                        for cell in node.iter("td", "th")
                    )
                ],
            )
            skip = node
        elif node.tag in _BLOCKS:
            yield owner, pieces
            owner = node if event == "start" else node.getparent()
            pieces = [_inline(node.text if event == "start" else node.tail, node)]
        elif event == "start":
            gap = "\n" if node.tag == "br" else " " if _is_widget_part(node, pieces) else ""
            pieces += [
                piece for piece in (gap, _inline(node.text, node)) if piece
            ]  # no blank ones: the last is asked for at each node
        else:
            if rest := (" " if _ends_widget(node, pieces) else "") + _inline(node.tail, node):
                pieces.append(rest)
    yield owner, pieces


def _inline(text: str | None, node: HtmlElement) -> str:
    """Text as a browser shows it: a line end in the source is a blank, except in preformatted text."""
    if (
        not text
        or "\n" not in text
        or node.tag == "pre"
        or any(up.tag == "pre" for up in node.iterancestors("pre"))
    ):
        return text or ""
    return text.replace("\n", " ")


def is_data(table: HtmlElement) -> bool:
    """Whether the table holds values rather than the page's layout."""
    cells = list(table.iter("td", "th"))
    return bool(cells) and not any(
        words_in(cell) > CELL_WORDS or next(cell.iter("table", "h1", "h2", "ul"), None) is not None
        for cell in cells
    )


def _is_ticker(node: HtmlElement) -> bool:
    return "ticker" in node.get("class", "") or "price" in node.get("class", "")


def _last(pieces: list[str]) -> str:
    return next((piece for piece in reversed(pieces) if piece), " ")


def _is_widget_part(node: HtmlElement, pieces: list[str]) -> bool:
    """`Bitcoin<a><span>BTC</span><span>$68,632</span></a>`: a widget's parts are words of their own, whatever its name."""
    last, up = _last(pieces), node.getparent()
    if last[-1].isspace():
        return False
    return bool(
        _is_ticker(node)
        or (up is not None and _is_ticker(up))
        or (last[-1].isalnum() and _WIDGET_PART.match("".join(node.itertext())))
    )


def _ends_widget(node: HtmlElement, pieces: list[str]) -> bool:
    """`…$68,632</span></a>is struggling`: the sentence goes on with a word of its own."""
    return _is_ticker(node) or bool(
        _PRICE_END.search(_last(pieces)) and _NEXT_WORD.match(node.tail or "")
    )


def is_link_list(blocks: Iterable[Block]) -> bool:
    """Whether nearly all words of the blocks are links."""
    shares = [(len(block.text), link_share(block.node)) for block in blocks]
    return sum(size * share for size, share in shares) >= LINKED * max(
        1, sum(size for size, _ in shares)
    )
