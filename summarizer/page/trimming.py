"""The blocks of an article -> those without the title, key points, teasers, labels and lines on the
author."""

import re
from collections import defaultdict
from itertools import takewhile

from lxml.html import HtmlElement

from summarizer.page.furniture import is_bio, is_furniture_line, read_byline
from summarizer.page.location import LEAD_WORDS
from summarizer.page.markup import HEADINGS, LINKED, PROSE_WORDS, link_share
from summarizer.page.paragraphs import Block, count_blocks
from summarizer.page.rules import load_rule
from summarizer.page.words import count_words, flatten

# A paragraph that is one link and has more words is a sentence that happens to be linked.
TEASER_LINE = 25
HEAD_BLOCKS = 8  # the title stands among so many first blocks, if at all
BYLINE_WORDS = 7  # "By Ana Ruiz | Edited by Tom Lee"
POINTS = 8  # of a "What to know" box, at most
POINTS_AFTER = 1  # paragraphs that may stand over such a box: a standfirst, or the lead
BOX_SHARE = 0.5  # of the article's words: a labelled box with more is part of the story
LAST_SHARE = 0.3  # the same of all that follows a label among the paragraphs
TITLE_WORDS = 4  # that a heading and the page's title begin with alike, at least

_POINTS = re.compile(
    r"""(?:what\ (?:to|you\ need\ to)\ know
    |key\ (?:points|takeaways|facts|highlights)
    |in\ brief|tl;?dr|highlights|at\ a\ glance|the\ gist
    )\s*:?""",
    re.I | re.VERBOSE,
)


_MANY_WORDS = re.compile(rf"(?:\W*+\w++){{{BYLINE_WORDS + 2}}}")  # than a byline, and "By"


def trim_blocks(blocks: list[Block], title: str | None, authors: tuple[str, ...]) -> list[Block]:
    """The blocks without the title and what stands above it, key points, teasers, labels, and
    lines on the author at the end."""
    blocks = drop_neighbours(blocks[find_start(blocks, title) :])
    bylines = [read_byline(block.text) for block in blocks[:HEAD_BLOCKS]]
    authors = (*authors, *filter(None, bylines))
    names = tuple(map(flatten, authors))
    nodes = {block.node for block in blocks}
    linked = {node for node in nodes if link_share(node) > 0.95}  # once for all lines of a node
    kept = [
        block
        for block in drop_points(blocks)
        if not (_is_label(block, block.node in linked) or _is_byline(block.text, names))
    ]
    kept = _drop_link_lists(kept)
    while kept and (is_bio(kept[-1].text, authors) or kept[-1].node.tag in HEADINGS):
        kept.pop()
    return kept


def find_start(blocks: list[Block], title: str | None) -> int:
    """The place after the title: the last of the first blocks that repeats it, else a heading
    over all prose, unless prose stands above it.

    A page that has no h1 gives its title in another heading; one that has several sets its subheads
    in them.
    """
    flat_title = flatten(title or "")
    head = blocks[:HEAD_BLOCKS]
    repeats = [at for at, block in enumerate(head) if flatten(block.text) == flat_title]
    mains = [at for at, block in enumerate(blocks) if block.node.tag == "h1"]
    if repeats and not any(map(_is_prose, head[: repeats[-1]])):
        return repeats[-1] + 1
    if len(mains) == 1 and mains[0] < HEAD_BLOCKS and not any(map(_is_prose, head[: mains[0]])):
        return mains[0] + 1
    for at, block in enumerate(head):
        if _is_title(block, flat_title, has_main=bool(mains)):
            return at + 1
        if count_words(block.text) >= LEAD_WORDS:
            break
    return 0


def _is_title(block: Block, flat_title: str, *, has_main: bool) -> bool:
    """Whether a block is an h1, or on a page without one a heading that begins as the title."""
    if has_main:
        return bool(block.node.tag == "h1")
    return block.node.tag in HEADINGS and _begins_like(block.text, flat_title)


def _begins_like(heading: str, flat_title: str) -> bool:
    """Whether a title holds at least the first half of a heading, and four words.

    >>> _begins_like("Arbor Vale doubles its coins, sells stock", "arbor vale doubles its coins")
    True
    """
    words = flatten(heading).split()
    begin = words[: max(TITLE_WORDS, (len(words) + 1) // 2)]
    return f" {' '.join(begin)} " in f" {flat_title} "


def drop_points(blocks: list[Block]) -> list[Block]:
    """The blocks without a "What to know" box over the story: its heading, and the list right
    under it, where more than that list follows. A list under such a heading further down is the
    story's own."""
    kept = list(blocks)
    at = prose = 0
    while at < len(kept) and prose <= POINTS_AFTER:
        below = kept[at + 1 : at + 1 + POINTS] if _POINTS.fullmatch(kept[at].text) else []
        points = list(takewhile(lambda block: block.node.tag == "li", below))
        end = at + 1 + len(points)
        if points and any(map(_is_prose, kept[end:])):
            del kept[at:end]
        else:
            prose += _is_prose(kept[at])
            at += 1
    return kept


def _is_prose(block: Block) -> bool:
    return count_words(block.text) >= PROSE_WORDS


def _is_label(block: Block, is_linked: bool) -> bool:
    """Whether the block is a label, a teaser or a notice: by its words, or as one short link
    outside lists and tables."""
    if is_furniture_line(block.text):
        return True
    is_link = block.is_link or (is_linked and block.node.tag not in ("li", "tr", "td"))
    return is_link and count_words(block.text) < TEASER_LINE


def _is_byline(text: str, names: tuple[str, ...]) -> bool:
    """Whether a line says who wrote the article and little else; `names` are flattened."""
    if _MANY_WORDS.match(text):
        return False
    flat = flatten(text).removeprefix("by ")
    return len(flat.split()) <= BYLINE_WORDS and flat.startswith(names)


def _drop_link_lists(blocks: list[Block]) -> list[Block]:
    """The blocks without the items of lists of which nearly all letters are links."""
    letters: defaultdict[HtmlElement | None, float] = defaultdict(float)
    for block in blocks:
        if block.node.tag == "li":
            surplus = link_share(block.node) - LINKED
            letters[block.node.getparent()] += len(block.text) * surplus
    return [
        block for block in blocks if block.node.tag != "li" or letters[block.node.getparent()] < 0
    ]


def drop_neighbours(blocks: list[Block]) -> list[Block]:
    """The blocks without boxes of other stories and on the author: from a label, "More For You",
    to the end of the largest element that begins with it, or to the end of the page where it
    stands among the paragraphs of the article. What is too long for that is part of the story."""
    total = left = count_blocks(blocks)
    kept: list[Block] = []
    at = 0
    while at < len(blocks):
        block, end = blocks[at], at + 1
        if kept and load_rule("box").match(block.text):
            box = _find_box(block.node, blocks[at - 1].node)
            if box is None and left <= LAST_SHARE * total:
                break
            while box is not None and end < len(blocks) and _is_within(blocks[end].node, box):
                end += 1
            if end > at + 1 and count_blocks(blocks[at:end]) > BOX_SHARE * total:
                end = at + 1
            if box is not None and end > at + 1:
                left -= count_blocks(blocks[at:end])
                at = end
                continue
        left -= count_words(block.text)
        kept.append(block)
        at += 1
    return kept


def _find_box(label: HtmlElement, before: HtmlElement) -> HtmlElement | None:
    """The largest element that begins with a label and does not hold what stands before it."""
    above = {before, *before.iterancestors()}
    box = label
    while (parent := box.getparent()) is not None and parent not in above:
        box = parent
    return None if box is label else box


def _is_within(node: HtmlElement, box: HtmlElement) -> bool:
    return node is box or box in node.iterancestors()
