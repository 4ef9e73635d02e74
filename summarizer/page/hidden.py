"""A tree -> the tree without what a reader of the page does not see: scripts, and what is hidden by
attribute, style, sheet or colour."""

import re
from collections.abc import Iterator
from functools import cache, partial
from typing import NamedTuple

from lxml.html import HtmlElement

from summarizer.page.markup import drop, says_less, words_in

MAX_SHEET = 200_000  # letters of one style element that are read for what they hide
# Share of the page's words that may go by signs of hiding that scripts undo once the page has
# loaded.
WEAK_SHARE = 0.25

_UNREAD = ("script", "style", "template", "noscript", "head")
_HIDING = re.compile(
    r"""(?=[cdflmrtv])(?:  # what none begins with is passed over quickly
    display\s*:\s*none
    |visibility\s*:\s*(?:hidden|collapse)
    |font-size\s*:\s*(?:0(?![.\d]*[1-9])|[01](?:\.\d+)?p[xt])  # 0em or 1px, but not 0.9em
    |(?<!margin-)(?:left|top|right|text-indent)\s*:\s*-\d{3,}  # left:-10000px
    |margin-left\s*:\s*-\d{4,}
    |clip\s*:\s*rect\(\s*[01](?:px)?[ ,]+[01]                  # clip: rect(0,0,0,0)
    |clip-path\s*:\s*inset\(\s*(?:50|100)%
    |max-height\s*:\s*0(?![.\d])
    |transform\s*:\s*(?:scale\(\s*0\s*\)|translate[XY3d]*\([^)]*-\d{3,})  # translateX(-9999px)
    )""",
    re.I | re.VERBOSE,
)
# `height:0;overflow:hidden` hides, one of the two does not
_SHUT = re.compile(r"(?<![-\w])(?:height|width)\s*:\s*0(?:px)?\s*(?:;|$)", re.I)
_CLIPPED = re.compile(r"overflow\s*:\s*hidden", re.I)
_FADED = re.compile(r"opacity\s*:\s*0(?![.\d]*[1-9])|(?<![-\w])color\s*:\s*transparent", re.I)
_COLOUR = re.compile(r"(?<![-\w])color\s*:\s*([^;!]+)", re.I)
_GROUND = re.compile(r"background(?:-color|-image)?\s*:\s*([^;!]+)", re.I)
_WHITE = re.compile(
    r"^(?:#f{3}(?:f{3})?|white|rgba?\(\s*255\s*,\s*255\s*,\s*255\b.*|hsl\(.*100%\s*\))$", re.I
)
_UNSEEN_CLASSES = frozenset(
    "sr-only visually-hidden visuallyhidden screen-reader-text screen-reader-only screenreader-only"
    " show-for-sr offscreen off-screen u-hidden a11y-hidden is-hidden d-none hidden".split()
)
_SIMPLE = re.compile(r"^[.#][\w-]+$")


class Sheet(NamedTuple):
    """Of the page's own style sheets, outside media queries: `.class` and `#id` that hide, and
    those that lay a ground."""

    hiding: frozenset[str]
    grounds: frozenset[str]


def drop_hidden(tree: HtmlElement) -> None:
    """Drops what a reader does not see: scripts, and what is hidden by attribute, by style, by a
    simple rule of the page's own sheet, or by colour."""
    _place_parts(tree)
    sheet = read_sheet(tree)
    for node in list(tree.iter(*_UNREAD)):
        drop(node)
    body = tree.find("body")
    nodes = (tree if body is None else body).iterdescendants()
    unseen = cache(partial(_are_unseen, sheet=sheet))  # pages repeat their classes
    hidden = []
    for node in nodes:
        attributes = dict(node.items())
        if not attributes:
            continue
        seems = unseen(attributes.get("class", "")) or _seems_hidden(node, attributes, sheet)
        if _is_hidden(attributes) or (seems and _is_small(node, tree)):
            hidden.append(node)
    for node in hidden:
        drop(node)


def _is_small(node: HtmlElement, tree: HtmlElement) -> bool:
    """Whether the element holds less than WEAK_SHARE of the page's words."""
    words = words_in(node)
    return not words or not says_less(tree, words / WEAK_SHARE + 1)


def _place_parts(tree: HtmlElement) -> None:
    """Puts the parts of a page that React sends late, `<div hidden id="S:1">`, where its script
    would: at `<template id="B:1">` or `P:1`."""
    slots = {node.get("id"): node for node in tree.iter("template")}
    if not slots:
        return
    for part in tree.xpath("//div[@hidden][starts-with(@id, 'S:')]"):
        number = part.get("id")[2:]
        slot = slots.get(f"B:{number}", slots.get(f"P:{number}"))
        if slot is not None and part not in slot.iterancestors():
            del part.attrib["hidden"]
            slot.addprevious(part)


def read_sheet(tree: HtmlElement) -> Sheet:
    """The simple rules of the page's style elements."""
    hiding: set[str] = set()
    grounds: set[str] = set()
    for style in tree.iter("style"):
        for selectors, body in _split_rules((style.text or "")[:MAX_SHEET]):
            names = [name for one in selectors.split(",") if _SIMPLE.match(name := one.strip())]
            if not names:
                continue
            has_ground = _GROUND.search(body)
            if _HIDING.search(body) or (has_ground and _is_faint(body)):
                hiding.update(names)
            elif has_ground:
                grounds.update(names)
    return Sheet(frozenset(hiding), frozenset(grounds))


def _split_rules(css: str) -> Iterator[tuple[str, str]]:
    """The selectors and the declarations of each rule outside @-rules, in one pass: regular
    expressions take squared time over broken sheets."""
    first, *others = css.split("/*")
    css = first + "".join(other.partition("*/")[2] for other in others)
    first, *others = css.split("{")
    depth, selectors = 0, first.rpartition(";")[2].strip()
    for other in others:
        depth += 1
        for closed, part in enumerate(other.split("}")):
            depth = max(0, depth - bool(closed))
            if depth == 0:
                selectors = part.rpartition(";")[2].strip()
            elif depth == 1 and not selectors.startswith("@"):
                yield selectors, part


def _is_hidden(attributes: dict[str, str]) -> bool:
    """Whether the element itself says that it is not shown: `<p hidden>`,
    `style="display:none"`."""
    if attributes.get("hidden", "until-found") != "until-found":
        return True
    style = attributes.get("style")
    if not style:
        return False
    return bool(_HIDING.search(style) or (_SHUT.search(style) and _CLIPPED.search(style)))


def _are_unseen(classes: str, sheet: Sheet) -> bool:
    """Whether elements of these classes are hidden: `sr-only`, or what the page's sheet hides."""
    # "hidden md:block" is hidden on a phone only
    if ":" not in classes and not _UNSEEN_CLASSES.isdisjoint(classes.lower().split()):
        return True
    return any("." + name in sheet.hiding for name in classes.split())


def _seems_hidden(node: HtmlElement, attributes: dict[str, str], sheet: Sheet) -> bool:
    """Whether the element is hidden unless a script shows it, or a sheet from elsewhere lays a dark
    ground: `aria-hidden="true"`, `opacity:0`, white letters."""
    if attributes.get("aria-hidden") == "true" or "#" + attributes.get("id", "") in sheet.hiding:
        return True
    style = attributes.get("style", "")
    if "color" in attributes and node.tag == "font":
        style = f"color:{attributes['color']};{style}"
    if not style:
        return False
    if _FADED.search(style):
        return True
    return _is_faint(style) and _is_faint(f"{style};background:{_find_ground(node, sheet)}")


def _selectors(node: HtmlElement) -> set[str]:
    selectors = {"." + name for name in node.get("class", "").split()}
    return selectors | {"#" + node.get("id", "")}


def _is_faint(style: str) -> bool:
    """Whether letters have the colour of their ground, which is white where the style names none.

    >>> _is_faint("color:#fff"), _is_faint("color:#fff;background:navy")
    (True, False)
    """
    colour, ground = _COLOUR.search(style), _GROUND.search(style)
    if not colour:
        return False
    ink = colour[1].strip().lower()
    paper = ground[1].strip().lower() if ground else "white"
    return ink == paper or bool(_WHITE.match(ink) and _WHITE.match(paper))


def _find_ground(node: HtmlElement, sheet: Sheet) -> str:
    """The colour on which the nearest ancestor that names one sets its letters; a ground that
    only the sheet lays is taken for a dark one."""
    for up in node.iterancestors():
        if _selectors(up) & sheet.grounds:
            return str(up.get("bgcolor", "black"))
        ground = _GROUND.search(up.get("style", ""))
        if ground or up.get("bgcolor"):
            return ground[1] if ground else str(up.get("bgcolor"))
    return "white"
