"""Bytes -> text in the charset that they are in, which is not always the one that they declare."""

import codecs
import re
from collections.abc import Iterator
from contextlib import suppress

from summarizer.page.prescan import find_declared, read_label

MAX_LOST = 0.01  # share of U+FFFD above which a text is flagged as damaged
# Share of bytes above 127 that no Latin script needs: a page with more that says Latin is not.
FOREIGN_SHARE = 0.3
UTF_LETTERS = 4  # whole letters beyond ASCII to a broken one, in a text that is UTF-8
MISREAD = 3  # signs within words, from which a Latin charset is the wrong one
SAMPLE = 50_000  # bytes that are looked at for that share

_MARKS = {  # the longer ones first: that of UTF-32 begins like that of UTF-16
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_MARKUP = re.compile(rb"<(script|style)\b.*?</\1|<[^<>]*>", re.I | re.DOTALL)
# "p³yn¹³": Polish in Latin-2, read as Latin-1. Not the dot of Catalan, nor ordinals.
_MISREAD = re.compile(r"(?<=[a-zß-ÿ])[¡-©«¬®-³µ¶¸¹»-¿×÷](?=[a-zß-ÿ])")
_IN_HEADER = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.I)


def decode(body: bytes, content_type: str | None = None) -> tuple[str, tuple[str, ...]]:
    """The text and its flags. A byte order mark wins, then what is valid UTF-8, then the charset
    that the server declares, the one that the page declares, and a guess.

    Flags: `encoding_guessed` where nothing that was declared fits, `replacement_characters` where
    over 1 % could not be read.

    >>> decode("naïve".encode("cp1252"), "text/html; charset=iso-8859-1")
    ('naïve', ())
    """
    text, is_guess = _decode(body, content_type)
    flags: tuple[str, ...] = ("encoding_guessed",) if is_guess else ()
    if _is_damaged(text):
        flags += ("replacement_characters",)
    return text, flags


def _decode(body: bytes, content_type: str | None) -> tuple[str, bool]:
    """The text, and whether its charset is a guess."""
    for mark, name in _MARKS.items():
        if body.startswith(mark):
            return body.decode(name, "replace"), False
    if wide := _find_wide(body):
        return body.decode(wide, "replace"), True
    if b"\x1b" not in body:  # else it may be ISO-2022, see below
        with suppress(UnicodeDecodeError):
            text = body.decode()
            if "\ufffd" not in text:
                return text, False
    declared = _read_declared(body, content_type)
    if utf := _read_broken_utf(body, declared):
        return utf, True
    for name in _list_candidates(body, declared):
        try:
            return body.decode(name), False
        except (UnicodeDecodeError, LookupError):
            continue
    if "utf-8" in declared or not declared:
        text = body.decode("utf-8", "replace")
        if not _is_damaged(text):  # a few broken letters in a page that is UTF-8 all the same
            return text, False
    return _guess(body), True


def _read_broken_utf(body: bytes, declared: list[str]) -> str | None:
    """The text of UTF-8 that is declared as another charset, and in which some letters are broken:
    hardly any other text holds so many runs of bytes that are letters in UTF-8."""
    if "utf-8" in declared or not declared:
        return None
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    letters = sum(char > "\x7f" for char in text) - broken
    return text if broken and letters >= UTF_LETTERS * broken else None


def _is_damaged(text: str) -> bool:
    return text.count("\ufffd") > MAX_LOST * len(text)


def _find_wide(body: bytes) -> str | None:
    """UTF-16 without its mark, which shows in the zeros beside every Latin letter."""
    head = body[:200]
    if len(head) < 4 or not (head.startswith((b"<\0", b"\0<")) or head.count(0) >= len(head) // 3):
        return None
    return "utf-16-be" if head[0] == 0 else "utf-16-le"


def _read_declared(body: bytes, content_type: str | None) -> list[str]:
    """Python's names of the charsets that the server and the page declare, in that order."""
    labels = _IN_HEADER.findall(content_type or "")
    if label := find_declared(body):
        # a page that is read as ASCII cannot be in UTF-16, whatever it says
        labels.append("utf-8" if label.lower().startswith("utf-16") else label)
    names = filter(None, map(read_label, labels))
    return [name for name in names if not name.startswith(("utf-16", "utf-32", "utf-7"))]


def _list_candidates(body: bytes, declared: list[str]) -> Iterator[str]:
    """The charsets to try in turn."""
    # The letters of ISO-2022 are ASCII behind escapes: every such page is valid UTF-8, and
    # unreadable
    is_escaped = b"\x1b" in body and any(name.startswith("iso2022") for name in declared)
    if not is_escaped:
        yield "utf-8"
    sample = _MARKUP.sub(b" ", body[: SAMPLE * 4])[:SAMPLE]
    letters = sum(byte > 127 for byte in sample)
    is_foreign = letters > FOREIGN_SHARE * len(sample)
    if letters and not is_foreign:
        is_foreign = len(_MISREAD.findall(sample.decode("cp1252", "replace"))) >= MISREAD
    for name in declared:
        if name != "utf-8" and not (is_foreign and name == "cp1252"):
            yield name


def _guess(body: bytes) -> str:
    from charset_normalizer import from_bytes  # 0.05 s to import: few pages need it

    best = from_bytes(body[:200_000]).best()
    return body.decode(best.encoding if best else "cp1252", "replace")
