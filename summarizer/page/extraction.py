"""The bytes of a page -> the article's paragraphs and what the page says of it. The only importer of trafilatura.

trafilatura says where the article stands; the paragraphs are then read from that place in full, so that none is lost and
none is reworded. Runs in a child process (sandbox.py), for pages of strangers can hang a parser or exhaust memory; what it
answers is plain JSON values.
"""

import copy
import logging
import re
from collections.abc import Mapping
from typing import Any

import trafilatura
from lxml import etree
from lxml.html import HtmlElement

from summarizer.page.charset import decode
from summarizer.page.furniture import (
    count_words,
    is_bio,
    is_furniture_line,
    load_patterns,
    read_byline,
)
from summarizer.page.hidden import drop_hidden
from summarizer.page.markup import (
    PROSE_WORDS,
    Block,
    drop_boxes,
    drop_furniture,
    is_data,
    is_link_list,
    is_prose,
    link_share,
    parse,
    read_blocks,
    words_in,
)
from summarizer.page.metadata import read_metadata
from summarizer.page.walls import (
    BRIEF_WORDS,
    CROWDED_WORDS,
    TEASER_WORDS,
    find_wall,
    is_news,
    is_notice,
    is_shell,
    is_teaser,
)

MIN_WORDS = 4  # a record of one headline is an article like any other
HELD = 0.7  # share of the located words that a block must hold to be the article's; the rest is standfirst, bio, box
LOST = 0.45  # share of trafilatura's prose that may be missing from our reading before trafilatura's is taken
TEASER_LINE = (
    25  # words: a paragraph that is one link and longer is a sentence that happens to be linked
)
HEAD_BLOCKS = 8  # the title stands among so many first blocks, if at all
BYLINE_WORDS = 7  # "By Ana Ruiz | Edited by Tom Lee"
POINTS = 8  # of a "What to know" box, at most
POINTS_AFTER = 1  # paragraphs that may stand over such a box: a standfirst, or the lead
TITLE_WORDS = 4  # that a heading and the page's title begin with alike, at least
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
LEAD_WORDS = 20  # a paragraph outside the block that the rest stands in: with fewer words it is a standfirst or an imprint
_LEAVES = frozenset({"p", "ul", "ol", "blockquote"})
_POINTS = re.compile(
    r"(?:what (?:to|you need to) know|key (?:points|takeaways|facts|highlights)|in brief|tl;?dr|highlights|at a glance|the gist)\s*:?",
    re.I,
)

logging.getLogger("trafilatura").setLevel(
    logging.CRITICAL
)  # a page it cannot read is our NoArticle, not its message


def read_page(
    body: bytes, url: str | None = None, content_type: str | None = None
) -> dict[str, Any]:
    """`text`, or `wall` (a kind) or `shell` where there is none; `flags`; and of the metadata what the page holds:
    `title`, `source`, `section`, `authors`, `published_at` and `updated_at` (ISO), `language`, `url` (canonical)."""
    markup, flags = decode(body, content_type)
    tree, cut = parse(markup)
    if cut:
        flags += ("truncated_parse",)
    if tree is None:
        return {"text": "", "flags": flags}
    about = read_metadata(tree, url)
    known = trafilatura.extract_metadata(
        copy.deepcopy(tree), default_url=url, extensive=False
    )  # a guess from any words takes 14 s at worst
    authors = tuple(
        name.strip() for name in (known.author or "").split(";") if name.strip()
    ) or tuple(about["authors"])
    visible_title = " ".join((tree.findtext(".//title") or "").split())
    heading = next((" ".join(" ".join(node.itertext()).split()) for node in tree.iter("h1")), "")
    text = extract_text(tree, url, known.title or visible_title, authors)
    if (
        count_words(text) < min(TEASER_WORDS, count_words(about["body"]))
        and about["is_free"] is not False
    ):
        text = _plain(about["body"])  # a shell that scripts would fill from this very text
    visible = " ".join(" ".join(tree.itertext()).split())
    wall = find_wall(
        (visible_title, heading), visible, markup[:300_000], text, is_typed=about["is_typed"]
    )
    words = count_words(text)
    # a whole page, that is: a fragment of markup is an article because its sender says so
    bare = (
        visible_title
        and words < BRIEF_WORDS
        and not about["is_typed"]
        and count_words(visible) < CROWDED_WORDS
    )
    slight = (
        bare
        and not is_news(text)
        and (
            words < TEASER_WORDS or (is_notice(text) and not is_news(f"{visible_title} {heading}"))
        )
    )
    shell = words < TEASER_WORDS and is_shell(visible)
    if wall or shell or slight or words < MIN_WORDS:
        return {"text": "", "wall": wall, "shell": shell, "flags": flags}
    if is_teaser(
        text, visible.replace(text, ""), is_free=about["is_free"], said_words=about["said_words"]
    ):
        flags += ("partial_text",)
    return {
        "text": text, "flags": (*flags, *about["flags"]), "title": known.title, "source": known.sitename, "authors": authors,
        "published_at": about["published_at"] or known.date, "updated_at": about["updated_at"], "section": about["section"],
        "language": about["language"] or known.language, "url": known.url,
    }  # fmt: skip


def extract_text(
    tree: HtmlElement, url: str | None, title: str | None, authors: tuple[str, ...]
) -> str:
    """The article's paragraphs, parted by newlines; empty where none was found. What is hidden is dropped from the tree."""
    drop_hidden(tree)
    found = trafilatura.bare_extraction(
        copy.deepcopy(tree), url=url, fast=True, include_comments=False
    )
    theirs = (
        [line.removeprefix("- ") for line in (found.text or "").split("\n") if line.strip()]
        if found
        else []
    )
    seen = _flat("\n".join(theirs))
    pruned = copy.deepcopy(tree)
    weights = weigh(pruned, seen)
    drop_furniture(pruned, weights)
    root = locate(pruned, weights)
    drop_boxes(root)
    stream = next(
        (
            node
            for node in root.iterchildren(etree.Element)
            if weights.get(node) and has_mates(node)
        ),
        None,
    )
    blocks = read_blocks(root) if stream is not None else trim_ends(read_blocks(root), seen)
    ours = [block.text for block in tidy(blocks, title, authors)]
    prose = _shingles("\n".join(line for line in theirs if count_words(line) >= PROSE_WORDS))
    if len(prose - _shingles("\n".join(ours))) > LOST * len(prose):
        return "\n".join(
            block.text for block in tidy([Block(tree, line) for line in theirs], title, authors)
        )
    return "\n".join(ours)


def weigh(tree: HtmlElement, seen: str) -> dict[HtmlElement, int]:
    """For each element the words in it that stand in prose that `seen`, a flattened text, holds; elements without are left out."""
    weights: dict[HtmlElement, int] = {}
    for block in read_blocks(tree):
        size = count_words(block.text)
        if size >= PROSE_WORDS and _flat(block.text) in seen:
            for node in (block.node, *block.node.iterancestors()):
                weights[node] = weights.get(node, 0) + size
    return weights


def locate(tree: HtmlElement, weights: Mapping[HtmlElement, int]) -> HtmlElement:
    """The smallest block that holds the article: the prose that `weights` counts, and nothing beside it that reads on."""
    here: HtmlElement = tree.find("body") if tree.find("body") is not None else tree
    while weights:
        best = max(
            here.iterchildren(etree.Element), key=lambda node: weights.get(node, 0), default=None
        )
        if (
            best is None
            or not weights.get(best)
            or best.tag in _LEAVES
            or (best.tag == "table" and is_data(best))
        ):
            return here
        beside = [
            node
            for node in here.iterchildren(etree.Element)
            if node is not best and weights.get(node, 0)
        ]
        if weights.get(best, 0) < HELD * sum(weights.get(node, 0) for node in (best, *beside)):
            return here
        if has_mates(best) or any(_reads_on(node, best) for node in beside):
            return here
        here = best
    return here


def _reads_on(node: HtmlElement, best: HtmlElement) -> bool:
    """Whether what stands beside the block is more of the article: its like by name, or prose of its own that is no bio."""
    if node.tag == best.tag == "td":
        return False  # columns of an old layout
    if next(node.iter("h1"), None) is not None:
        return False
    if node.tag == best.tag and node.get("class") == best.get("class") is not None:
        return True
    if not is_prose(node) or words_in(node) < LEAD_WORDS:
        return False
    if here_first(node, best):
        return node.find(".//li") is None
    return not load_patterns("bio").search(" ".join(node.itertext()))


def has_mates(node: HtmlElement) -> bool:
    """Whether the node is one post of a live blog: beside it stand others of its name with prose, none a teaser or a whole story."""
    if node.tag not in ("article", "section", "div", "li") or not node.get("class"):
        return False
    mates = [
        mate
        for mate in (*node.itersiblings(node.tag), *node.itersiblings(node.tag, preceding=True))
        if mate.get("class") == node.get("class")
    ]
    heads = [head for mate in mates for head in mate.iter(*HEADINGS)]
    return any(is_prose(mate) for mate in mates) and not any(
        head.tag == "h1" or link_share(head) > 0.5 for head in heads
    )


def here_first(node: HtmlElement, other: HtmlElement) -> bool:
    """Whether the node stands before its sibling."""
    return any(later is other for later in node.itersiblings())


def trim_ends(blocks: list[Block], seen: str) -> list[Block]:
    """The blocks from the first to the last that `seen` holds, and beyond them only what stands side by side with those."""
    inside = [at for at, block in enumerate(blocks) if _flat(block.text) in seen]
    if not inside:
        return blocks
    first, last = inside[0], inside[-1]
    while first and blocks[first - 1].node.getparent() is blocks[first].node.getparent():
        first -= 1
    while (
        last + 1 < len(blocks)
        and blocks[last + 1].node.getparent() is blocks[last].node.getparent()
    ):
        last += 1
    return blocks[first : last + 1]


def tidy(blocks: list[Block], title: str | None, authors: tuple[str, ...]) -> list[Block]:
    """The blocks without the title and what stands above it, key points, teasers, labels, and lines on the author at the end."""
    blocks = blocks[find_start(blocks, title) :]
    authors += tuple(
        name
        for block in blocks[:HEAD_BLOCKS]
        if (name := read_byline(block.text)) and name not in authors
    )
    names = tuple(_flat(name) for name in authors)
    linked = {
        node for node in {block.node for block in blocks} if link_share(node) > 0.95
    }  # once for all lines of a node
    kept = [
        block
        for block in drop_points(blocks)
        if not (is_label(block, block.node in linked) or is_byline(block.text, names))
    ]
    kept = [
        block for block in kept if block.node.tag != "li" or not is_link_list(_mates(block, kept))
    ]
    while kept and (is_bio(kept[-1].text, authors) or kept[-1].node.tag in HEADINGS):
        kept.pop()
    return kept


def find_start(blocks: list[Block], title: str | None) -> int:
    """The place after the title: the last of the first blocks that repeats it, else a heading over all prose.

    A page that has no h1 gives its title in another heading; one that has several sets its subheads in them.
    """
    flat_title = _flat(title or "")
    repeats = [
        at + 1 for at, block in enumerate(blocks[:HEAD_BLOCKS]) if _flat(block.text) == flat_title
    ]
    if repeats:
        return repeats[-1]
    mains = [at for at, block in enumerate(blocks) if block.node.tag == "h1"]
    if len(mains) == 1 and mains[0] < HEAD_BLOCKS:
        return mains[0] + 1
    for at, block in enumerate(blocks[:HEAD_BLOCKS]):
        if block.node.tag == "h1" or (
            not mains and block.node.tag in HEADINGS and _begins_like(_flat(block.text), flat_title)
        ):
            return at + 1
        if count_words(block.text) >= LEAD_WORDS:
            break
    return 0


def _begins_like(heading: str, title: str) -> bool:
    """Whether a title holds at least the first half of a heading, and four words: both are flattened."""
    words = heading.split()
    return f" {' '.join(words[: max(TITLE_WORDS, (len(words) + 1) // 2)])} " in f" {title} "


def drop_points(blocks: list[Block]) -> list[Block]:
    """The blocks without a "What to know" box over the story: its heading, and the list right under it, where more than that list
    follows. A list under such a heading further down is the story's own."""
    kept: list[Block] = []
    at = prose = 0
    while at < len(blocks):
        end = at + 1
        prose += count_words(blocks[at].text) >= PROSE_WORDS
        if prose <= POINTS_AFTER and _POINTS.fullmatch(blocks[at].text):
            while end < len(blocks) and end - at <= POINTS and blocks[end].node.tag == "li":
                end += 1
        if end == at + 1 or not any(
            count_words(block.text) >= PROSE_WORDS for block in blocks[end:]
        ):
            kept += blocks[at:end]
        at = end
    return kept


def is_label(block: Block, is_linked: bool) -> bool:
    """Whether the block is a label, a teaser or a notice: by its words, or as one short link outside lists and tables."""
    if is_furniture_line(block.text):
        return True
    linked = block.is_link or (block.node.tag not in ("li", "tr", "td") and is_linked)
    return linked and count_words(block.text) < TEASER_LINE


def is_byline(text: str, names: tuple[str, ...]) -> bool:
    """Whether a line says who wrote the article and little else; `names` are flattened."""
    flat = _flat(text).removeprefix("by ")
    return bool(names) and len(flat.split()) <= BYLINE_WORDS and flat.startswith(names)


def _plain(markup: str) -> str:
    """The lines of a text that may hold simple markup."""
    lines = (re.sub(r"<[^>]*>", "", raw).strip() for raw in re.split(r"\n|</p>|<br\s*/?>", markup))
    return "\n".join(line for line in lines if line)


def _mates(block: Block, blocks: list[Block]) -> list[Block]:
    return [other for other in blocks if other.node.getparent() is block.node.getparent()]


def _flat(text: str) -> str:
    return " ".join(re.findall(r"\w+", text)).lower()


def _shingles(text: str) -> set[tuple[str, ...]]:
    words = _flat(text).split()
    return {tuple(words[at : at + 4]) for at in range(len(words) - 3)}
