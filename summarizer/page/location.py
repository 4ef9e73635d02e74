"""A tree -> the element in which the article stands.

The text that trafilatura finds (extraction.py) tells which paragraphs are likely prose of the
article. Here the smallest element is found that holds all of them, and beside which nothing goes
on with the story.
"""

from collections import Counter

from lxml.html import HtmlElement

from summarizer.page.markup import (
    HEADINGS,
    LINKED,
    PROSE_WORDS,
    is_data,
    is_prose,
    link_share,
    says_less,
)
from summarizer.page.paragraphs import Block, read_blocks
from summarizer.page.rules import load_rule
from summarizer.page.words import count_words, flatten

# Share of the located words that an element must hold to be the article's; the rest is standfirst,
# bio, box.
HELD = 0.7
# A paragraph outside the element that holds the rest: one with fewer words is a standfirst or an
# imprint.
LEAD_WORDS = 20
_LEAVES = frozenset("p ul ol blockquote".split())


def find_prose(tree: HtmlElement) -> list[Block]:
    """The blocks of a tree that are long enough for prose."""
    return [block for block in read_blocks(tree) if count_words(block.text) >= PROSE_WORDS]


def weigh_prose(prose: list[Block], seen: str | None = None) -> Counter[HtmlElement]:
    """For each element the words in it that stand in those blocks that `seen`, a flattened text,
    holds; without one, in those that are not full of links."""
    weights: Counter[HtmlElement] = Counter()
    for block in prose:
        if link_share(block.node) < LINKED / 2 if seen is None else flatten(block.text) in seen:
            above = (block.node, *block.node.iterancestors())
            weights.update(dict.fromkeys(above, count_words(block.text)))
    return weights


def locate(tree: HtmlElement, weights: Counter[HtmlElement]) -> HtmlElement:
    """The smallest element that holds the article: the prose that `weights` counts, and nothing
    beside it that reads on."""
    body = tree.find("body")
    root: HtmlElement = tree if body is None else body
    while (inner := _find_inner(root, weights)) is not None:
        root = inner
    return root


def _find_inner(root: HtmlElement, weights: Counter[HtmlElement]) -> HtmlElement | None:
    """The child that holds the article by itself; None where the article needs more than one."""
    weighty = [node for node in root.iterchildren() if weights[node]]
    best = max(weighty, key=lambda node: weights[node], default=None)
    if best is None or best.tag in _LEAVES or (best.tag == "table" and is_data(best)):
        return None
    if weights[best] < HELD * sum(weights[node] for node in weighty) or has_mates(best):
        return None
    if any(_reads_on(node, best) for node in weighty if node is not best):
        return None
    return best


def _reads_on(node: HtmlElement, best: HtmlElement) -> bool:
    """Whether what stands beside an element is more of the article: its like by name, or prose of
    its own that is no line on the author."""
    if node.tag == best.tag == "td":
        return False  # columns of an old layout
    if next(node.iter("h1"), None) is not None:
        return False
    if node.tag == best.tag and node.get("class") == best.get("class") is not None:
        return True
    if not is_prose(node) or says_less(node, LEAD_WORDS):
        return False
    if best in node.itersiblings():
        return node.find(".//li") is None
    return not load_rule("bio").search(" ".join(node.itertext()))


def has_mates(node: HtmlElement) -> bool:
    """Whether the node is one post of a live blog: beside it stand others of its name with prose,
    none a teaser or a whole story."""
    if node.tag not in ("article", "section", "div", "li") or not node.get("class"):
        return False
    mates = [
        mate
        for mate in node.getparent().iterchildren(node.tag)
        if mate is not node and mate.get("class") == node.get("class")
    ]
    headings = (heading for mate in mates for heading in mate.iter(*HEADINGS))
    is_story = any(heading.tag == "h1" or link_share(heading) > 0.5 for heading in headings)
    return not is_story and any(map(is_prose, mates))


def is_stream(root: HtmlElement, weights: Counter[HtmlElement]) -> bool:
    """Whether the element is the stream of a live blog, whose posts all belong to the article."""
    return any(weights[node] and has_mates(node) for node in root.iterchildren())


def trim_ends(blocks: list[Block], seen: str) -> list[Block]:
    """The blocks from the first to the last that `seen` holds, and beyond them only what stands
    side by side with those."""
    inside = [at for at, block in enumerate(blocks) if flatten(block.text) in seen]
    if not inside:
        return blocks
    parents = [block.node.getparent() for block in blocks]
    first, last = inside[0], inside[-1]
    while first and parents[first - 1] is parents[first]:
        first -= 1
    while last + 1 < len(blocks) and parents[last + 1] is parents[last]:
        last += 1
    return blocks[first : last + 1]
