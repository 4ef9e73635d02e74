"""The bytes of a page -> the article's paragraphs and what the page says of it. The only importer
of trafilatura.

trafilatura says where the article stands; the paragraphs are then read from that place in full,
so that none is lost and none is reworded. Runs in a child process (child.py), for pages of
strangers can hang a parser or exhaust memory.
"""

import copy
import logging
from collections.abc import Iterable, Iterator

import trafilatura
from lxml import etree
from lxml.html import HtmlElement

from summarizer.page.charset import decode
from summarizer.page.clutter import drop_boxes, drop_comments, drop_furniture
from summarizer.page.dates import choose_date, read_time
from summarizer.page.extracted import ExtractedPage
from summarizer.page.hidden import drop_hidden
from summarizer.page.location import find_prose, is_stream, locate, trim_ends, weigh_prose
from summarizer.page.markup import PROSE_WORDS, parse, read_line
from summarizer.page.metadata import PageMetadata, choose_authors, read_metadata
from summarizer.page.paragraphs import Block, count_blocks, join_blocks, read_blocks
from summarizer.page.scripts import part_scripts
from summarizer.page.trimming import trim_blocks
from summarizer.page.walls import TEASER_WORDS, PageView, find_wall, is_notice, is_shell, is_teaser
from summarizer.page.words import count_words, flatten, read_plain

MIN_WORDS = 4  # a record of one headline is an article like any other
# Share of trafilatura's prose that may be missing from our reading before trafilatura's is taken.
LOST = 0.45
# Share of the page's prose that our reading must hold to be whole beyond doubt.
DOUBTED = 0.5
DENSE_SHARE = 0.5  # of all prose: in the simpler reading, a block with so much is the article
MISSED = 1 / 3  # share of the simpler reading under which that is taken instead of ours
BRIEF = 250  # words: a shorter simpler reading may be the imprint below a brief article
WHOLE = 0.65  # share of it under which our reading is flagged as a part
SEEN = 0.7  # share of the located words that must stand where trafilatura finds the article
MAX_MARKUP = 300_000  # characters in which the names of wall products are looked for

# A page that trafilatura cannot read is our NoArticle, not its message.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


def read_page(
    body: bytes, url: str | None = None, content_type: str | None = None
) -> ExtractedPage:
    """The article on a page, or what stands in its place."""
    markup, flags = decode(body, content_type)
    tree, cut_flags = parse(markup)
    flags += cut_flags
    if tree is None:
        return ExtractedPage(flags=flags)
    part_scripts(tree)
    metadata = read_metadata(tree, url)
    # not extensive: to guess a date from any words takes 14 s at worst
    try:
        known = trafilatura.extract_metadata(tree, default_url=url, extensive=False)
    except etree.XPathEvalError as error:  # so libxml2 says that there is no memory left
        raise MemoryError from error
    times = tree.xpath("//article//time/@datetime")[:1]
    title, heading = (next(map(read_line, tree.iter(tag)), "") for tag in ("title", "h1"))
    drop_hidden(tree)
    visible = read_line(tree)
    authors = choose_authors(known.author, metadata.authors, visible, heading or title)
    text, kept = extract_text(tree, url, known.title or title, authors)
    is_short = count_words(text) < min(TEASER_WORDS, count_words(metadata.body))
    if is_short and metadata.is_free is not False:
        text = read_plain(metadata.body)  # a shell that scripts would fill from this very text
    view = PageView(title, heading, visible, markup[:MAX_MARKUP], text, metadata.is_typed)
    wall = find_wall(view)
    if wall or is_shell(view) or is_notice(view) or view.words < MIN_WORDS:
        return ExtractedPage(flags=flags, wall=wall, is_shell=is_shell(view))
    flags += _flag_partial(text, visible, kept, metadata)
    published_at, is_doubtful = choose_date(
        metadata.dates,
        read_time(next(iter(times), None)),
        read_time(known.date),
        metadata.updated_at,
        visible,
        heading or title,
    )
    if is_doubtful:
        flags += ("date_uncertain",)
    return ExtractedPage(
        text=text,
        flags=flags + metadata.flags,
        url=known.url,
        title=known.title,
        source=known.sitename,
        section=metadata.section,
        language=metadata.language or known.language,
        authors=authors,
        published_at=published_at,
        updated_at=metadata.updated_at,
    )


def _flag_partial(text: str, visible: str, kept: float, metadata: PageMetadata) -> tuple[str, ...]:
    """The flags of a teaser, and of a text that is only the share `kept` of the page's article."""
    after = visible.replace(text, "")
    if is_teaser(text, after, is_free=metadata.is_free, stated_words=metadata.stated_words):
        return ("partial_text",)
    if kept < WHOLE:
        return "partial_text", f"text_kept_{kept:.0%}".replace("%", "_percent")
    return ()


def extract_text(
    tree: HtmlElement, url: str | None, title: str | None, authors: tuple[str, ...]
) -> tuple[str, float]:
    """The article's paragraphs, parted by newlines, empty where none was found; and the share that
    they are of what a simpler reading holds."""
    known = trafilatura.bare_extraction(tree, url=url, fast=True, include_comments=False)
    lines = known.text.split("\n") if known and known.text else ()
    theirs = [line.removeprefix("- ") for line in lines if line.strip()]
    located, prose_words = _find_blocks(tree, flatten("\n".join(theirs)))
    blocks = trim_blocks(located, title, authors)
    prose = set(_shingles(line for line in theirs if count_words(line) >= PROSE_WORDS))
    lost = prose.difference(_shingles(block.text for block in blocks))
    if len(lost) > LOST * len(prose):
        blocks = trim_blocks([Block(tree, line) for line in theirs], title, authors)
    words = count_blocks(blocks)
    if words >= DOUBTED * prose_words:
        return join_blocks(blocks), 1.0
    dense = trim_blocks(_find_dense(tree), title, authors)
    kept = min(1.0, words / (count_blocks(dense) or 1))
    if kept < MISSED and count_blocks(dense) >= BRIEF:
        return join_blocks(dense), 1.0
    return join_blocks(blocks), kept


def _find_blocks(tree: HtmlElement, seen: str) -> tuple[list[Block], int]:
    """The blocks of the element in which the article stands, of which `seen`, a flattened text,
    holds most; and the words of all prose of the page."""
    pruned = copy.deepcopy(tree)
    prose = find_prose(pruned)
    weights = weigh_prose(prose, seen)
    drop_furniture(pruned, weights)
    root = locate(pruned, weights)
    drop_boxes(root)
    blocks = read_blocks(root)
    trimmed = blocks if is_stream(root, weights) else trim_ends(blocks, seen)
    is_seen = count_blocks(trimmed) >= SEEN * count_blocks(blocks)
    return trimmed if is_seen else blocks, count_blocks(prose)


def _find_dense(tree: HtmlElement) -> list[Block]:
    """The blocks of the element that holds most of the page's prose, without comments: a reading
    that needs no other library, for pages of which that finds a part."""
    pruned = copy.deepcopy(tree)
    drop_comments(pruned)
    drop_furniture(pruned, weigh_prose(find_prose(pruned)), main_share=DENSE_SHARE)
    root = locate(pruned, weigh_prose(find_prose(pruned)))
    drop_boxes(root)
    return read_blocks(root)


def _shingles(lines: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """All runs of four words."""
    words = flatten("\n".join(lines)).split()
    return zip(words, words[1:], words[2:], words[3:], strict=False)
