"""The blocks of an article -> those without the title, key points, teasers, labels and lines on the
author."""

import re
from itertools import takewhile

from summarizer.page.furniture import is_bio, is_furniture_line, read_byline
from summarizer.page.location import LEAD_WORDS
from summarizer.page.markup import HEADINGS, LINKED, PROSE_WORDS, link_share
from summarizer.page.paragraphs import Block
from summarizer.page.words import count_words, flatten

# A paragraph that is one link and has more words is a sentence that happens to be linked.
TEASER_LINE = 25
HEAD_BLOCKS = 8  # the title stands among so many first blocks, if at all
BYLINE_WORDS = 7  # "By Ana Ruiz | Edited by Tom Lee"
POINTS = 8  # of a "What to know" box, at most
POINTS_AFTER = 1  # paragraphs that may stand over such a box: a standfirst, or the lead
TITLE_WORDS = 4  # that a heading and the page's title begin with alike, at least

_POINTS = re.compile(
    r"""(?:what\ (?:to|you\ need\ to)\ know
    |key\ (?:points|takeaways|facts|highlights)
    |in\ brief|tl;?dr|highlights|at\ a\ glance|the\ gist
    )\s*:?""",
    re.I | re.VERBOSE,
)


def trim_blocks(blocks: list[Block], title: str | None, authors: tuple[str, ...]) -> list[Block]:
    """The blocks without the title and what stands above it, key points, teasers, labels, and
    lines on the author at the end."""
    blocks = blocks[find_start(blocks, title) :]
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
    kept = [block for block in kept if block.node.tag != "li" or not _is_in_link_list(block, kept)]
    while kept and (is_bio(kept[-1].text, authors) or kept[-1].node.tag in HEADINGS):
        kept.pop()
    return kept


def find_start(blocks: list[Block], title: str | None) -> int:
    """The place after the title: the last of the first blocks that repeats it, else a heading
    over all prose.

    A page that has no h1 gives its title in another heading; one that has several sets its subheads
    in them.
    """
    flat_title = flatten(title or "")
    head = blocks[:HEAD_BLOCKS]
    repeats = [at for at, block in enumerate(head) if flatten(block.text) == flat_title]
    mains = [at for at, block in enumerate(blocks) if block.node.tag == "h1"]
    if repeats:
        return repeats[-1] + 1
    if len(mains) == 1 and mains[0] < HEAD_BLOCKS:
        return mains[0] + 1
    title_tags = ("h1",) if mains else HEADINGS
    for at, block in enumerate(head):
        if block.node.tag in title_tags and (mains or _begins_like(block.text, flat_title)):
            return at + 1
        if count_words(block.text) >= LEAD_WORDS:
            break
    return 0


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
    flat = flatten(text).removeprefix("by ")
    return len(flat.split()) <= BYLINE_WORDS and flat.startswith(names)


def _is_in_link_list(block: Block, blocks: list[Block]) -> bool:
    """Whether nearly all words of the block's list are links; `blocks` holds the list's items."""
    parent = block.node.getparent()
    items = [other for other in blocks if other.node.getparent() is parent]
    linked = sum(len(item.text) * link_share(item.node) for item in items)
    return linked >= LINKED * sum(len(item.text) for item in items)
