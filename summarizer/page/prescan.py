"""HTML bytes -> the charset that the page declares, by the HTML standard's own steps.

    https://html.spec.whatwg.org/multipage/parsing.html#prescan-a-byte-stream-to-determine-its-encoding

A declaration in a comment, or in another element's attribute, is none.
"""

import codecs
import re
from collections.abc import Iterator

# Bytes that are looked at: the standard asks for 1,024 at least; html5lib's tests put a
# declaration behind 8,193.
HEAD = 16_384

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
_LABEL = re.compile(r"[\w.:+-]{2,40}")
# What browsers take a label for: the superset that pages under it are written in (WHATWG Encoding
# Standard).
_SUPERSETS = {
    "big5hkscs": "big5",
    "cp1252": "ascii us-ascii iso-8859-1 latin-1 latin1 iso8859-1 l1 iso_8859-1 x-user-defined",
    "cp1254": "iso-8859-9",
    "cp874": "iso-8859-11 tis-620 windows-874",
    "cp932": "shift_jis shift-jis sjis x-sjis windows-31j",
    "cp949": "euc-kr ks_c_5601-1987 windows-949",
    "euc_jp": "x-euc-jp",
    "gb18030": "gb2312 gbk x-gbk",
    "iso-8859-8": "iso-8859-8-i",
    "mac_cyrillic": "x-mac-cyrillic",
    "mac_roman": "macintosh",
}
_MEANT = {label: name for name, labels in _SUPERSETS.items() for label in labels.split()}
_END = re.compile(rb"[\t\n\f\r /]*>")  # of a tag that is whole
_XML = re.compile(rb"""\s*<\?xml[^>]{0,80}?encoding\s*=\s*["']([\w.:-]+)["']""", re.IGNORECASE)


def read_label(label: str) -> str | None:
    """Python's name of the charset that a label means, None where it names none.

    >>> read_label("Latin1"), read_label('iso8859-2"')
    ('cp1252', None)
    """
    if not _LABEL.fullmatch(label):  # Python's own look-up forgives what no browser does
        return None
    try:
        name = codecs.lookup(_MEANT.get(label.lower(), label)).name
    except LookupError:
        return None
    return "cp1252" if name == "ascii" else name


def find_declared(body: bytes) -> str | None:
    """The label of the charset that a page of HTML or XML declares: the first that is one.

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
            label = _read_meta(attributes)
            if label and read_label(label) and _END.match(head, at):
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
