"""A tree without what a reader of the page does not see: scripts, and what is hidden by attribute, style, sheet or colour."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from lxml.html import HtmlElement

from summarizer.page.markup import drop, living, words_in

MAX_SHEET = 200_000  # letters of one style element that are read for what they hide
WEAK_SHARE = 0.25  # the same for signs of hiding that scripts undo once the page has loaded

_UNREAD = ("script", "style", "template", "noscript", "head")
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|font-size\s*:\s*(?:0(?![.\d]*[1-9])|[01](?:\.\d+)?p[xt])|(?:left|top|right|text-indent|margin-left)\s*:\s*-\d{3,}"
    r"|clip\s*:\s*rect\(\s*[01](?:px)?[ ,]+[01]|clip-path\s*:\s*inset\(\s*(?:50|100)%|max-height\s*:\s*0(?![.\d])|transform\s*:\s*(?:scale\(\s*0\s*\)|translate[XY3d]*\([^)]*-\d{3,})",
    re.I,
)
_FADED = re.compile(r"opacity\s*:\s*0(?![.\d]*[1-9])|(?<![-\w])color\s*:\s*transparent", re.I)
_COLOUR = re.compile(r"(?<![-\w])color\s*:\s*([^;!]+)", re.I)
_GROUND = re.compile(r"background(?:-color|-image)?\s*:\s*([^;!]+)", re.I)
_SHUT = re.compile(
    r"(?<![-\w])(?:height|width)\s*:\s*0(?:px)?\s*(?:;|$)", re.I
)  # hides with overflow:hidden
_WHITE = re.compile(
    r"^(?:#f{3}(?:f{3})?|white|rgba?\(\s*255\s*,\s*255\s*,\s*255\b.*|hsl\(.*100%\s*\))$", re.I
)
_UNSEEN_NAMES = frozenset(
    "sr-only visually-hidden visuallyhidden screen-reader-text screen-reader-only screenreader-only show-for-sr offscreen off-screen"
    " u-hidden a11y-hidden is-hidden d-none hidden".split()
)
_SIMPLE = re.compile(r"^[.#][\w-]+$")


def drop_hidden(tree: HtmlElement) -> None:
    """What a reader does not see goes: scripts, and what is hidden by attribute, by style, by a simple rule of the page's own
    sheet, or by colour."""
    sheet = read_sheet(tree)
    for node in list(tree.iter(*_UNREAD)):
        drop(node)
    total = max(1, words_in(tree))
    for node in living(tree):
        strong, weak = _is_hidden(node, sheet)
        if strong or (weak and words_in(node) < WEAK_SHARE * total):
            drop(node)


class Sheet(NamedTuple):
    """Of the page's own style sheets, outside media queries: `.class` and `#id` that hide, and those that lay a ground."""

    hiding: frozenset[str]
    grounds: frozenset[str]


def read_sheet(tree: HtmlElement) -> Sheet:
    """The simple rules of the page's style elements."""
    hiding: set[str] = set()
    grounds: set[str] = set()
    for style in tree.iter("style"):
        for selectors, body in _rules((style.text or "")[:MAX_SHEET]):
            names = [name for one in selectors.split(",") if _SIMPLE.match(name := one.strip())]
            if _HIDING.search(body) or (_GROUND.search(body) and _is_faint(body)):
                hiding.update(names)
            elif _GROUND.search(body):
                grounds.update(names)
    return Sheet(frozenset(hiding), frozenset(grounds))


def _rules(css: str) -> Iterator[tuple[str, str]]:
    """(selectors, declarations) of a sheet outside its @-rules, in one pass: regular expressions take squared time over broken ones."""
    first, *others = css.split("/*")
    css = first + "".join(other.partition("*/")[2] for other in others)
    depth, selectors = 0, ""
    for part in re.split("([{}])", css):
        if part == "{":
            depth += 1
        elif part == "}":
            depth = max(0, depth - 1)
        elif depth == 0:
            selectors = part.rpartition(";")[2].strip()
        elif depth == 1 and not selectors.startswith("@"):
            yield selectors, part


def _is_faint(style: str) -> bool:
    """Whether letters have the colour of their ground, which is white where the style names none."""
    colour, ground = _COLOUR.search(style), _GROUND.search(style)
    if not colour:
        return False
    ink = colour[1].strip().lower()
    paper = ground[1].strip().lower() if ground else "white"
    return ink == paper or bool(_WHITE.match(ink) and _WHITE.match(paper))


def _names(node: HtmlElement) -> set[str]:
    return {"." + name for name in node.get("class", "").split()} | (
        {"#" + node.get("id", "")} if node.get("id") else set()
    )


def _is_hidden(node: HtmlElement, sheet: Sheet) -> tuple[bool, bool]:
    """(surely hidden, hidden unless a script shows it, or a sheet from elsewhere lays a dark ground)."""
    style, names = node.get("style", ""), node.get("class", "").split()
    if (
        node.tag == "template"
        or ("hidden" in node.attrib and node.get("hidden") != "until-found")
        or _HIDING.search(style)
    ):
        return True, True
    if style and _SHUT.search(style) and re.search(r"overflow\s*:\s*hidden", style, re.I):
        return True, True
    if node.tag == "font" and node.get("color"):
        style = f"color:{node.get('color')};{style}"
    if style and _is_faint(style):
        up = next(
            (
                up
                for up in node.iterancestors()
                if _GROUND.search(up.get("style", ""))
                or up.get("bgcolor")
                or _names(up) & sheet.grounds
            ),
            None,
        )
        ground = (
            None
            if up is None or _names(up) & sheet.grounds
            else _GROUND.search(up.get("style", ""))
        )
        paper = ground[1] if ground else up.get("bgcolor", "black") if up is not None else "white"
        if _GROUND.search(style) or _is_faint(f"{_COLOUR.search(style)[0]};background:{paper}"):  # type: ignore[index]  # faint has one
            return False, True
    shown_wide = any(":" in name for name in names)  # "hidden md:block" is hidden on a phone only
    unseen = any(name.lower() in _UNSEEN_NAMES for name in names) and not shown_wide
    return False, unseen or bool(_names(node) & sheet.hiding or _FADED.search(style)) or node.get(
        "aria-hidden"
    ) == "true"
