"""A tree -> the tree without what is not the story: furniture by its tag, role or name, and small
boxes among the paragraphs."""

import re
from collections import Counter
from functools import lru_cache

from lxml.html import HtmlElement

from summarizer.page.markup import (
    BLOCK_TAGS,
    HEADINGS,
    LINKED,
    drop,
    link_share,
    read_line,
    says_less,
    walk_living,
    words_in,
)
from summarizer.page.paragraphs import read_blocks
from summarizer.page.rules import load_rule
from summarizer.page.words import count_words

MAIN_SHARE = 0.25  # of the likely article prose: a block with so much of it is the article
COMMENT_SHARE = 0.8  # of a page's words: an element with more that is named so holds the article
BOX_WORDS = 40  # a box with a button and fewer words calls to something
BUTTON_WORDS = 6
CAPTION_WORDS = 30  # of small or slanted words under a picture, at most
HINT_WORDS = 40  # a block with so many words beside its links is kept, where its name is but a hint

_DROPPED_TAGS = frozenset(
    "nav aside footer form button select input textarea iframe object embed svg canvas audio video"
    " dialog menu figcaption picture map applet link meta base title math frameset caption"
    " amp-ad amp-list amp-sidebar amp-consent amp-social-share amp-embed amp-sticky-ad"
    " amp-user-notification amp-next-page amp-carousel amp-video".split()
)
_DROPPED_ROLES = frozenset(
    "navigation complementary banner contentinfo search dialog alertdialog menu menubar toolbar"
    " tablist alert".split()
)
# Names on these mark a style: an inline ticker is part of its sentence.
_STYLED_TAGS = frozenset("a b em strong i h1 td tr tbody".split())
_NAMING = ("class", "id", "data-testid", "data-module", "data-component", "itemprop")
# `border-secondary-700`, `md:text-card`: colours and conditions of Tailwind
_STYLE = re.compile(
    r"[\w-]*[\[\]:&]|(?:tw-)?(?:bg|text|border|from|to|via|ring|fill|stroke|divide|accent|shadow)-"
)
# `elementor-widget-text-editor` is a text, and `elementor-widget-nav-menu` a menu
_BUILDER = re.compile(
    "^(?:elementor-(?:element|widget)|hs_cos_wrapper(?:_widget)?|kg-card|widget-(?:span|type)"
    "|layout-widget-wrapper|node--promoted)(?:[-_]|$)"
)
_COMMENTS = re.compile("-(?:comments?|comment-?list|respond|disqus|replies)(?=-)")
MAX_NAMES = 10_000  # of elements, whose verdicts are kept at hand; a page holds some hundreds
MINIFIED = 2  # names of one or two letters: with more, `nl` beside `gm` is no newsletter
_SPEECH = re.compile('[“”„«»"]')  # a pull quote stands in a frame too


def drop_furniture(
    tree: HtmlElement, weights: Counter[HtmlElement], main_share: float = MAIN_SHARE
) -> None:
    """Drops blocks that are not the story by their tag, role or name.

    `weights` holds the words of likely article prose in each element: a block, or all blocks of one
    name together, with much of it is the article, whatever it is called.
    """
    for field in list(tree.iter("textarea", "select")):
        drop(field)
    _drop_address_fields(tree)
    enough = main_share * max(weights.values(), default=0)
    alike: Counter[tuple[str, str | None]] = Counter()
    for node, weight in weights.items():
        alike[node.tag, node.get("class")] += weight
    for node in walk_living(tree):
        is_main = weights[node] and alike[node.tag, node.get("class")] >= enough
        if not is_main and _is_furniture(node):
            drop(node)


def drop_comments(tree: HtmlElement) -> None:
    """Drops what readers wrote below the article, which can be longer than that."""
    most = COMMENT_SHARE * words_in(tree)
    for node in walk_living(tree):
        names = split_name(f"{node.get('class', '')} {node.get('id', '')}")
        if _COMMENTS.search(names) and says_less(node, most):
            drop(node)


def _drop_address_fields(tree: HtmlElement) -> None:
    """`Get the closing bell in your inbox: [____]`: what is said around a field for an address
    belongs to the field."""
    for field in tree.xpath("//input[@type='email'] | //form"):
        box = field
        while (parent := box.getparent()) is not None and _is_small_box(parent):
            if parent.find(".//h1") is not None:
                break
            box = parent
        if _is_small_box(box):
            drop(box)


def _is_small_box(node: HtmlElement) -> bool:
    return node.tag != "body" and says_less(node, BOX_WORDS)


def _is_furniture(node: HtmlElement) -> bool:
    tag = node.tag
    if tag == "button" and node.getparent().tag in HEADINGS:
        return False  # a question that opens its answer
    if tag in _DROPPED_TAGS:
        return True
    attributes = dict(node.items())
    if attributes.get("role") in _DROPPED_ROLES or attributes.get("aria-modal") == "true":
        return True
    if not attributes or tag in _STYLED_TAGS:
        return False
    is_named, is_hinted = _judge_names(_read_names(tag, attributes))
    if not is_named and not (is_hinted and not _says_much(node)):
        return False
    return tag != "span" or not _is_within_prose(node)


def _read_names(tag: str, attributes: dict[str, str]) -> str:
    """The names of an element; of a subhead only its classes, for its id is its words."""
    keys = _NAMING[:1] if tag in HEADINGS else _NAMING
    return " ".join([name for key in keys if (name := attributes.get(key))])


@lru_cache(MAX_NAMES)
def _judge_names(names: str) -> tuple[bool, bool]:
    """Whether names are those of furniture, and whether they hint at it."""
    parts = _split_names(names)
    return bool(load_rule("name").search(parts)), bool(load_rule("hint").search(parts))


def _split_names(names: str) -> str:
    """The parts of those names that do not just style or build a page.

    >>> _split_names("border-secondary-700 md:text-card elementor-widget-nav-menu")
    '-nav-menu-'
    """
    told = [_BUILDER.sub("", name) for name in names.split() if not _STYLE.match(name)]
    if sum(len(name) < 3 for name in told) > MINIFIED:
        told = [name for name in told if len(name) > 2]
    return split_name(" ".join(told))


def _says_much(node: HtmlElement) -> bool:
    return words_in(node) - sum(map(words_in, node.iter("a"))) >= HINT_WORDS


def _is_within_prose(node: HtmlElement) -> bool:
    """Whether the node stands inside a sentence: its paragraph says more than it does."""
    block = next((up for up in node.iterancestors() if up.tag in BLOCK_TAGS), node)
    return block.tag in ("p", "li", "td", "blockquote") and words_in(block) > words_in(node) + 3


@lru_cache(MAX_NAMES)
def split_name(name: str) -> str:
    """A name of an element in parts, each between hyphens.

    >>> split_name("css-1relb readMore promo2")
    '-css-1-relb-read-more-promo-2-'
    """
    parted = re.sub(
        r"(?<=[a-z])(?=[A-Z])|(?<=\d)(?=[a-z]{3})|(?<=[a-z]{2})(?=\d{1,2}\b)", "-", name
    )
    return "-" + re.sub(r"[^a-z0-9]+", "-", parted.lower()) + "-"


# ---- small boxes among the paragraphs


def drop_boxes(root: HtmlElement) -> None:
    """Drops short boxes among the paragraphs: calls to something, framed notices and captions."""
    boxes = dict.fromkeys(root.iter("div", "section", "table"))
    pictured = dict.fromkeys(
        next(up for up in image.iterancestors() if up.tag in BLOCK_TAGS or up is root)
        for image in root.iter("img")
    )
    for box in (*boxes, *pictured):
        if box is root or box.getparent() is None or not says_less(box, BOX_WORDS):
            continue
        is_notice = _is_frame if box.tag == "table" else _is_call
        if (box in pictured and _is_caption(box)) or (box in boxes and is_notice(box)):
            drop(box)


def _is_call(box: HtmlElement) -> bool:
    """Whether a short block of several lines ends in a button, `Charts for professionals. | [Start
    now]`, or is a label over links to other stories."""
    if box.find(".//table") is not None:
        return False
    blocks = read_blocks(box)
    inner = [block for block in blocks if block.node is not box]
    if len(inner) > 1 and any(
        count_words(block.text) <= BUTTON_WORDS and link_share(block.node) == 1 for block in inner
    ):
        return True
    if not inner or len(blocks) < 2 or blocks[0].node.tag in ("li", "h1"):
        return False
    return link_share(box) >= LINKED


def _is_frame(table: HtmlElement) -> bool:
    """Whether a table is the frame of a notice, as pages without style sheets set it: one cell
    with a ground, a border or a side to float to, and no speech."""
    cells = list(table.iter("td", "th"))
    is_framed = (
        any(node.get("bgcolor") for node in (table, *cells))
        or table.get("border", "0") != "0"
        or table.get("align") in ("left", "right")
    )
    return len(cells) == 1 and is_framed and not _SPEECH.search(read_line(table))


def _is_caption(box: HtmlElement) -> bool:
    """Whether the block around a picture says nothing but a few words in small or slanted letters
    on a line of their own."""
    words = words_in(box)
    if not 0 < words < CAPTION_WORDS or box.find(".//br") is None:
        return False
    small = [
        node
        for node in box.iter("*")
        if _is_small(node) and not any(map(_is_small, node.iterancestors()))
    ]
    return words == sum(map(words_in, small))


def _is_small(node: HtmlElement) -> bool:
    if node.tag == "font":
        return node.get("size") in ("1", "2", "-1", "-2")
    return node.tag in ("small", "em", "i", "cite")
