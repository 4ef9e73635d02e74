"""RESPONSE -> BODY: unpacks and checks the body of a good response.

A body that is cut, too large, packed twice or of a type that is not read raises an error: it never
passes for a shorter page.
"""

import re
import zlib
from typing import TYPE_CHECKING, Any

from summarizer.errors import FetchError
from summarizer.web.connection import DeadlineStream, naming_errors

if TYPE_CHECKING:
    import httpx2

MAX_WIRE = 8_000_000  # bytes of a body as sent
MAX_DECODED = 10_000_000  # bytes of a body once unpacked

_READABLE = re.compile(r"text/(?:html|plain|xml|(?:x-)?markdown)|application/(?:[\w.-]+\+)?xml")
_JSON = re.compile(r"application/(?:[\w.-]+\+)?json")  # of feeds
# The first bytes of PDF, PostScript, zip, gzip, bzip2, 7z, RAR, xz; PNG, JPEG, GIF, WebP, Ogg, ELF.
_UNREADABLE = re.compile(
    rb"%PDF-|%!PS|PK\x03\x04|\x1f\x8b|BZh[1-9]|7z\xbc\xaf|Rar!|\xfd7zXZ"
    rb"|\x89PNG|\xff\xd8\xff|GIF8[79]a|RIFF|OggS|\x7fELF"
)
# UTF-16 and UTF-32, which hold NUL bytes: their byte order marks, and a "<" in two bytes.
_WIDE_TEXT = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff", b"<\x00", b"\x00<")


def read_body(request: "httpx2.Request", response: "httpx2.Response") -> bytes:
    """The body of a good response, JSON only where the request accepts it. Raises FetchError."""
    content_type = response.headers.get("content-type", "").strip()
    media = re.split("[;,]", content_type)[0].strip().lower()  # a comma: some servers say it twice
    is_json = _JSON.fullmatch(media) and "json" in request.headers["accept"]
    if media and not is_json and not _READABLE.fullmatch(media):
        detail = f"it is {media[:80]}, not a web page, a feed or a text"
        is_file = media.startswith(("application/pdf", "application/vnd.openxmlformats"))
        advice = "Save it, and give the file's name" if is_file else None
        raise FetchError(detail, code="content_type", advice=advice)
    with naming_errors(str(request.url), broken="truncated"):
        body = _unpack_body(response)
    head = body[:1024].lstrip()
    wide = head.startswith(_WIDE_TEXT) or re.search(r"utf-?(?:16|32)", content_type.lower())
    if _UNREADABLE.match(head) or (b"\0" in head and not wide):
        detail = "its bytes are not those of a web page, a feed or a text"
        raise FetchError(detail, code="content_type")
    if not body.strip():
        raise FetchError("the page is empty", code="empty_body")
    return body


def _unpack_body(response: "httpx2.Response") -> bytes:
    """The body within the limits. Raises EOFError or zlib.error for one that is not whole.

    It ends in time whatever is sent, as each piece comes out of a DeadlineStream.
    """
    unpacker = _open_unpacker(response.headers)
    length = response.headers.get("content-length", "")
    announced = int(length[:20]) if length.isdecimal() else 0
    body = bytearray()
    wire = 0
    piece = b""
    for piece in response.iter_raw():
        wire += len(piece)
        body += unpacker.decompress(piece, MAX_DECODED + 1 - len(body)) if unpacker else piece
        if max(wire, announced) > MAX_WIRE or len(body) > MAX_DECODED:
            limits = f"{MAX_WIRE // 10**6} MB, or {MAX_DECODED // 10**6} MB unpacked"
            raise FetchError(f"it is larger than {limits}", code="too_large")
    if unpacker and wire and (unpacker.unused_data or not unpacker.eof):
        raise EOFError
    stream = response.extensions.get("network_stream")
    if length and isinstance(stream, DeadlineStream) and not _is_end(piece, stream.last):
        raise EOFError
    return bytes(body)


def _open_unpacker(headers: "httpx2.Headers") -> Any:
    """What unpacks a body; None for one that is not packed. Raises FetchError."""
    names = headers.get_list("content-encoding", split_commas=True)
    packings = [name.lower() for name in names if name.lower() != "identity"]
    if packings not in ([], ["gzip"], ["x-gzip"], ["deflate"]):
        raise FetchError("it is packed in a way that was not asked for", code="content_encoding")
    # | 32: zlib tells gzip from deflate by itself
    return zlib.decompressobj(zlib.MAX_WBITS | 32) if packings else None


def _is_end(piece: bytes, read: bytes) -> bool:
    """Whether the last bytes read from the line are the end of the body's last piece.

    A Content-Length that is too short would else cut the page without a sound.
    """
    common = min(len(read), len(piece), 256)
    return read.rstrip(b"\r\n").endswith(piece[len(piece) - common :].rstrip(b"\r\n"))
