"""Raised, lowered and struck words of a tree -> plain ones, so that no mark is read as a digit.

$61,300<sup>1</sup>  a note's mark: it goes        $2,310<sup>45</sup>  cents: $2,310.45
5<sup>1</sup>/<sub>4</sub>  a fraction: 5 1/4      <s>$63,000</s>       withdrawn: it goes
"""

import re

from lxml.html import HtmlElement

_MARK = re.compile(r"[\[(]?(?:\d{1,3}|[a-z*†‡§])(?:\s*[,–-]\s*\d{1,3})*[\])]?", re.IGNORECASE)
_CENTS = re.compile(r"\d\d")
_AMOUNT = re.compile(r"[$€£¥]\s?\d[\d,]*\s*$")
# "$0.0<sub>4</sub>12" is $0.000012: the lowered digit counts the zeros.
_ZEROS = re.compile(r"(?<![\d.,])0[.,]0$")
_COUNT = re.compile(r"\d\d?")
_POWER = re.compile(r"(?:^|[x×·*\s])(?:10|2)$")
_ORDINAL = re.compile(r"(?:st|nd|rd|th)\b|[®™℠]", re.IGNORECASE)


def part_scripts(tree: HtmlElement) -> None:
    """Takes struck words out of the tree, and writes raised and lowered ones as plain text, so that
    they do not run into the words before them.
    """
    for node in list(tree.iter("s", "strike", "del")):
        _replace(node, "" if _text_before(node)[-1:].isspace() else " ")
    raised = list(tree.iter("sup", "sub"))
    words = {node: "".join(node.itertext()).strip() for node in raised}
    # A page with a first note has notes; two digits behind an amount are its twelfth, not cents.
    has_notes = any(node.tag == "sup" and words[node] in ("1", "[1]", "(1)") for node in raised)
    for node in raised:
        written = words[node]
        if not written or node.getparent() is None or _ORDINAL.match(written):
            continue
        plain = _write_plain(node, written, has_notes=has_notes)
        if plain is not None:
            _replace(node, plain)


def _write_plain(node: HtmlElement, written: str, *, has_notes: bool) -> str | None:
    """What raised or lowered words are in plain text, None for words that may stay as they are."""
    is_raised = node.tag == "sup"
    before = _text_before(node)
    apart = f" {written}" if before[-1:].isdigit() else None
    if not is_raised and _ZEROS.search(before) and _COUNT.fullmatch(written):
        return "0" * (int(written) - 1)
    if _is_fraction(node):
        return apart if is_raised else None
    if is_raised and _POWER.search(before) and written.lstrip("-−").isdigit():
        return f"^{written}"
    if not has_notes and _CENTS.fullmatch(written) and _AMOUNT.search(before):
        return f".{written}"
    return "" if is_raised and _MARK.fullmatch(written) else apart


def _is_fraction(node: HtmlElement) -> bool:
    """Whether a slash stands behind the raised digits, or before the lowered ones."""
    if node.tag == "sup":
        return (node.tail or "").lstrip()[:1] in ("/", "⁄") and bool((node.tail or "").strip())
    return _text_before(node).rstrip()[-1:] in ("/", "⁄") and bool(_text_before(node).strip())


def _text_before(node: HtmlElement) -> str:
    """The words before a node within its parent, or before that where it is the first of it."""
    while True:
        previous = node.getprevious()
        if previous is not None:
            return (previous.tail or "") or "".join(previous.itertext())
        parent = node.getparent()
        if parent is None:
            return ""
        if parent.text:
            return str(parent.text)
        node = parent


def _replace(node: HtmlElement, text: str) -> None:
    """Puts text in the place of a node."""
    node.text = text
    for child in list(node):
        node.remove(child)
    node.drop_tag()
