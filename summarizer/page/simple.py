"""SIMPLE MARKUP -> title and text: of a file that holds an article and nothing else."""

from summarizer.page.markup import parse
from summarizer.page.paragraphs import read_blocks
from summarizer.page.scripts import part_scripts


def read_simple(markup: str, title: str | None = None) -> tuple[str | None, str]:
    """The title, if it is not known the first heading, and the text of simple markup that holds an
    article alone."""
    tree, _ = parse(f"<body>{markup}</body>")
    if tree is None:
        return title, ""
    part_scripts(tree)
    blocks = read_blocks(tree)
    if not title and blocks and blocks[0].node.tag in ("h1", "h2"):
        title = blocks.pop(0).text
    return title, "\n".join(block.text for block in blocks)
