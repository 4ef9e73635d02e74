"""HTML bytes -> the charset that the page declares, by the HTML standard's own steps.

    https://html.spec.whatwg.org/multipage/parsing.html#prescan-a-byte-stream-to-determine-its-encoding

A declaration in a comment, or in another element's attribute, is none.
"""

import re
from collections.abc import Iterator

HEAD = 4096  # bytes that are looked at; the standard asks for 1,024 at least

_TAG = re.compile(rb"</?[a-z][^\t\n\f\r >]*", re.IGNORECASE)
_META = re.compile(rb"<meta[\t\n\f\r /]", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    rb"""[\t\n\f\r /]*
    ([^\t\n\f\r />][^\t\n\f\r />=]*)                # a name, which may begin with "="
    (?:[\t\n\f\r ]*=[\t\n\f\r ]*
        (?:"([^"]*)"|'([^']*)'|([^\t\n\f\r >"'][^\t\n\f\r >]*)?)
    )?""",
    re.VERBOSE,
)
_CHARSET = re.compile(
    r"""charset[\t\n\f\r ]*=[\t\n\f\r ]*(?:"([^"]*)"|'([^']*)'|([^\t\n\f\r ;"'][^\t\n\f\r ;]*))""",
    re.IGNORECASE | re.VERBOSE,
)
_XML = re.compile(rb"""\s*<\?xml[^>]{0,80}?encoding\s*=\s*["']([\w.:-]+)["']""", re.IGNORECASE)


def find_declared(body: bytes) -> str | None:
    """The label of the charset that a page of HTML or XML declares.

    >>> find_declared(b"<!-- <meta charset=koi8-r> --><meta charset=utf-8>")
    'utf-8'
    """
    head = body[:HEAD]
    at = 0
    while (at := head.find(b"<", at)) >= 0:
        if head.startswith(b"<!--", at):
            end = head.find(b"-->", at + 2)
            at = len(head) if end < 0 else end + 3
        elif _META.match(head, at):
            attributes, at = _read_attributes(head, at + 5)
            if label := _read_meta(attributes):
                return label
        elif tag := _TAG.match(head, at):
            _, at = _read_attributes(head, tag.end())
        elif head[at + 1 : at + 2] in (b"!", b"/", b"?"):
            end = head.find(b">", at)
            at = len(head) if end < 0 else end + 1
        else:
            at += 1
    declared = _XML.match(head)
    return declared[1].decode("ascii", "replace") if declared else None


def _read_attributes(head: bytes, at: int) -> tuple[dict[str, str], int]:
    """The first of each attribute from a place in a tag, and the place behind the last."""
    attributes: dict[str, str] = {}
    for match in _walk(head, at):
        name, *values = (part and part.decode("latin-1") for part in match.groups())
        attributes.setdefault(str(name).lower(), next(filter(None, values), ""))
        at = match.end()
    return attributes, at


def _walk(head: bytes, at: int) -> Iterator[re.Match[bytes]]:
    while match := _ATTRIBUTE.match(head, at):
        yield match
        at = match.end()


def _read_meta(attributes: dict[str, str]) -> str | None:
    """The label in a meta element: its charset, else that of its content if it is a pragma."""
    if label := attributes.get("charset", "").strip():
        return label
    if attributes.get("http-equiv", "").lower() != "content-type":
        return None
    found = _CHARSET.search(attributes.get("content", ""))
    return next(filter(None, found.groups()), "").strip() or None if found else None
