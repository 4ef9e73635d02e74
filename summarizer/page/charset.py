"""Bytes -> text in the charset that they are in, which is not always the one that they declare."""

import codecs
import re

MAX_LOST = 0.01  # share of U+FFFD above which the text is flagged: RELIABILITY item 18
FOREIGN_SHARE = (
    0.2  # of bytes above 127: more than any Latin script needs, so a page that says Latin is not
)

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
)  # fmt: skip
_DECLARED = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]+)|<\?xml[^>]{0,80}?encoding\s*=\s*["']([\w.:-]+)""",
    re.I,
)
# What browsers take a label for: the superset that pages under it are written in (WHATWG Encoding Standard).
_MEANT = {
    "ascii": "cp1252", "us-ascii": "cp1252", "iso-8859-1": "cp1252", "latin-1": "cp1252", "latin1": "cp1252", "iso8859-1": "cp1252",
    "iso-8859-9": "cp1254", "iso-8859-11": "cp874", "tis-620": "cp874", "gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030",
    "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932", "euc-kr": "cp949", "ks_c_5601-1987": "cp949",
    "windows-949": "cp949", "windows-874": "cp874", "big5": "big5hkscs", "x-euc-jp": "euc_jp", "x-mac-cyrillic": "mac_cyrillic",
    "iso-8859-8-i": "iso-8859-8", "windows-31j": "cp932", "macintosh": "mac_roman",
}  # fmt: skip


def decode(body: bytes, content_type: str | None = None) -> tuple[str, tuple[str, ...]]:
    """(text, flags). A byte order mark wins, then what is valid UTF-8, then the server's word, the page's, and a guess.

    Flags: `encoding_guessed` where nothing that was declared fits, `replacement_characters` where over 1 % could not be read.

    >>> decode("naïve".encode("cp1252"), "text/html; charset=iso-8859-1")
    ('naïve', ())
    """
    text, guessed = _decode(body, content_type)
    flags: tuple[str, ...] = ("encoding_guessed",) if guessed else ()
    if text.count("\ufffd") > MAX_LOST * len(text):
        flags += ("replacement_characters",)
    return text, flags


def _decode(body: bytes, content_type: str | None) -> tuple[str, bool]:
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace"), False
    if (wide := _wide(body)) is not None:
        return body.decode(wide, "replace"), True
    names = _declared(body, content_type)
    escaped = b"\x1b" in body and any(name.startswith(("iso2022", "iso-2022")) for name in names)
    if not escaped and (text := _try(body, "utf-8")) is not None:
        return text, False
    foreign = sum(byte > 127 for byte in body[:50_000]) > FOREIGN_SHARE * min(len(body), 50_000)
    for name in names:
        if (
            not (foreign and name == "cp1252")
            and name != "utf-8"
            and (text := _try(body, name)) is not None
        ):
            return text, False
    if "utf-8" in names or not names:  # a few broken letters in a page that is UTF-8 all the same
        text = body.decode("utf-8", "replace")
        if text.count("\ufffd") <= MAX_LOST * len(text):
            return text, False
    return _guess(body), True


def _declared(body: bytes, content_type: str | None) -> list[str]:
    """Python's names of the charsets that the server and the page name, in that order."""
    said = re.findall(r"charset\s*=\s*[\"']?([\w.:-]+)", content_type or "", re.I)
    said += [
        (first or second).decode("ascii", "replace")
        for first, second in _DECLARED.findall(body[:4096])
    ]
    names = []
    for label in said:
        label = _MEANT.get(label.lower(), label.lower())
        try:
            names.append("cp1252" if label == "cp1252" else codecs.lookup(label).name)
        except LookupError:
            continue
    return [name for name in names if not name.startswith(("utf-16", "utf-32", "utf-7"))]


def _wide(body: bytes) -> str | None:
    """UTF-16 without its mark, which shows in the zeros beside every Latin letter."""
    head = body[:200]
    if len(head) < 4 or not (head.startswith((b"<\0", b"\0<")) or head.count(0) >= len(head) // 3):
        return None
    return "utf-16-be" if head[0] == 0 else "utf-16-le"


def _try(body: bytes, name: str) -> str | None:
    try:
        return body.decode(name)
    except (UnicodeDecodeError, LookupError):
        return None


def _guess(body: bytes) -> str:
    from charset_normalizer import from_bytes  # 0.05 s to import: few pages need it

    best = from_bytes(body[:200_000]).best()
    return body.decode(best.encoding if best else "cp1252", "replace")
