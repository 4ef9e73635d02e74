"""FILE -> ExtractedPage: Markdown, letters (.eml and MHTML), DOCX and PDF. The only importer of
markdown_it, mammoth and pypdf.

Runs in a child process (child.py), for files of strangers can hang a parser too. Each reader raises
InputError `content_type` for a file that it cannot read.
"""

import email
import email.policy
import io
import re
import zipfile
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any

from lxml import etree

from summarizer.errors import InputError
from summarizer.page.charset import decode
from summarizer.page.extracted import ExtractedPage
from summarizer.page.extraction import read_page as read_html
from summarizer.page.markup import parse
from summarizer.page.paragraphs import read_blocks
from summarizer.page.pasted import join_lines, read_pasted
from summarizer.page.scripts import part_scripts
from summarizer.page.words import count_words
from summarizer.text.dates import parse_time
from summarizer.text.spans import normalise
from summarizer.web.urls import is_web

MAX_MEMBER = 50_000_000  # bytes of a part of a DOCX, unpacked
EDGE = 2  # lines at the top and the bottom of a PDF's page that may be its running head
INSTALL = "pip install 'crypto-news-summarizer[files]'"
PASTE = "Paste its text instead: summarizer -"

_FRONT = re.compile(r"(---|\+\+\+)[ \t]*\n(.*?)\n\1[ \t]*(?:\n|$)", re.DOTALL)
_FIELD = re.compile(r"([\w-]+)\s*[:=]\s*(.*)")
_NOTE = re.compile(
    r"^\[\^[^\]\n]+\]:.*(?:\n[ \t]+\S.*)*$", re.MULTILINE
)  # "[^1]: Data: CoinGecko."
_NOTE_MARK = re.compile(r"\[\^[^\]\n]{1,40}\]")
_WIKI = re.compile(r"!?\[\[(?:[^\]|\n]*\|)?([^\]\n]*)\]\]")  # Obsidian: [[page|words]]
_FORWARD = re.compile(
    r"^(?:-{3,}\s*(?:Forwarded message|Original Message)\s*-{3,}|Begin forwarded message:)\s*\n"
    r"((?:\s*[A-Z][\w-]{1,20}: [^\n]*\n|[ \t]*\n)+)",
    re.MULTILINE | re.IGNORECASE,
)
_REPLY = re.compile(r"^(?:\s*(?:re|fwd?|aw|wg)\s*:\s*)+", re.IGNORECASE)
_SIGNATURE = re.compile(r"\n-- \n.*", re.DOTALL)
_OF_LETTER = re.compile(
    r"""(?:view|read|open)\b.{0,40}\b(?:browser|online|app)\b.{0,20}
    |(?:you(?:'|’)?(?:\ are|re)\ receiving|you\ received|this\ (?:e-?mail|message)\ was\ sent)\b.*
    |.{0,60}\b(?:unsubscribe|manage\ (?:your\ )?(?:subscription|preferences)
        |email\ preferences)\b.{0,80}
    |forwarded\ this\ (?:e-?mail|message|newsletter)\?.* |sign\ up\ here.{0,20}
    |©.{0,120} |<?https?://\S+>?
    """,
    re.IGNORECASE | re.VERBOSE,
)
_PLACEHOLDER = re.compile(
    r"untitled|microsoft word|document\d*|.*\.(?:docx?|pdf|tex|indd|html?)", re.I
)
_PAGE_NUMBER = re.compile(r"(?:page\s+)?\d{1,4}(?:\s*(?:/|of)\s*\d{1,4})?", re.IGNORECASE)
_CORE = "{http://purl.org/dc/elements/1.1/}"


def _refuse(detail: str, advice: str = PASTE) -> InputError:
    return InputError(detail, code="content_type", advice=advice)


# ---- Markdown


def read_markdown(body: bytes, _: str | None = None) -> ExtractedPage:
    """A note in Markdown, whose front matter may name title, date, author and source."""
    from markdown_it import MarkdownIt

    text, flags = decode(body)
    text = text.replace("\r\n", "\n").lstrip("\ufeff\n")
    fields: dict[str, str] = {}
    if front := _FRONT.match(text):
        fields, text = _read_fields(front[2]), text[front.end() :]
    text = _WIKI.sub(r"\1", _NOTE_MARK.sub("", _NOTE.sub("", text)))
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    title, words = _read_tree(parser.render(text), fields.get("title"))
    source = fields.get("source") or fields.get("site") or fields.get("publication")
    urls = [fields.get(name) for name in ("url", "link", "canonical", "source_url")]
    dates = "published date published_at publishdate pubdate datepublished created".split()
    author = fields.get("author") or fields.get("authors") or ""
    return ExtractedPage(
        text=words,
        flags=flags,
        url=next(filter(is_web, [*urls, source]), None),
        title=title,
        source=None if is_web(source) else source,
        authors=tuple(filter(None, map(str.strip, author.split(",")))),
        published_at=_first_time(fields.get(name) for name in dates),
        language=(fields.get("lang") or fields.get("language") or "")[:2] or None,
    )


def _read_fields(front: str) -> dict[str, str]:
    """The fields of YAML or TOML front matter that are words; a list is parted by commas."""
    fields: dict[str, str] = {}
    name = ""
    for line in front.split("\n"):
        item = re.match(r"\s*-\s+(.*)", line)
        if field := _FIELD.match(line):
            name = field[1].lower()
            fields[name] = _WIKI.sub(
                r"\1", field[2].strip().strip("[]").replace('"', "").strip("'")
            )
        elif item and name:
            words = _WIKI.sub(r"\1", item[1]).strip("\"' ")
            fields[name] = f"{fields[name]}, {words}" if fields[name] else words
    return fields


def _first_time(written: Any) -> datetime | None:
    return next(filter(None, (parse_time(value, any_form=True) for value in written)), None)


def _read_tree(markup: str, title: str | None = None) -> tuple[str | None, str]:
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


# ---- letters, and pages saved as MHTML


def read_mail(body: bytes, _: str | None = None) -> ExtractedPage:
    """The longer of a letter's plain and HTML text; or the page of an MHTML file."""
    start = re.sub(rb"^\d{1,10}[ \t]*\n", b"", body.lstrip())  # Apple Mail counts a letter's bytes
    if start.startswith(b"From ") and len(re.findall(rb"^From \S+@\S+ ", body, re.MULTILINE)) > 1:
        raise _refuse("it is a mailbox of several letters", "Save one of them as .eml")
    message = email.message_from_bytes(start, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    location = message.get("Snapshot-Content-Location")
    if location or message.get_content_type() == "multipart/related":
        for part in message.walk():
            if part.get_content_type() in ("text/html", "application/xhtml+xml"):
                url = str(location or part.get("Content-Location") or "")
                return _read_saved(_payload(part), url if is_web(url) else None, part)
    return _read_letter(message)


def _read_saved(body: bytes, url: str | None, part: Any) -> ExtractedPage:
    from summarizer.page.formats import read_page

    charset = part.get_content_charset()
    content_type = f"text/html; charset={charset}" if charset else "text/html"
    extracted = read_page(body, url, content_type)
    return ExtractedPage(**vars(extracted) | {"url": extracted.url or url})


def _payload(part: Any) -> bytes:
    body = part.get_payload(decode=True)
    return body if isinstance(body, bytes) else b""


def _read_letter(message: EmailMessage) -> ExtractedPage:
    plain, flags = _read_part(message.get_body(("plain",)))
    published_at = parse_time(_header(message, "date"), any_form=True)
    name, address = parseaddr(_header(message, "from"))
    subject = _header(message, "subject")
    plain = _SIGNATURE.sub("", plain.replace("\r\n", "\n"))
    if forward := _FORWARD.search(plain):
        inner = email.message_from_string(re.sub(r"\n\s*\n", "\n", forward[1]).strip() + "\n\n")
        plain = plain[forward.end() :]
        subject = inner.get("Subject") or subject
        published_at = parse_time(inner.get("Date") or "", any_form=True) or published_at
        name = parseaddr(inner.get("From") or "")[0] or name
    texts = [join_lines("\n".join(line for line in plain.split("\n") if not line.startswith(">")))]
    html = message.get_body(("html",))
    if html is not None:
        markup, html_flags = _read_part(html)
        flags += html_flags
        extracted = read_html(markup.encode("utf-8", "replace"), None, "text/html; charset=utf-8")
        texts.append(extracted.text or _read_tree(markup)[1])
    text = max(map(_trim_letter, texts), key=count_words)
    if not text:
        raise _refuse("the letter holds no text")
    return ExtractedPage(
        text=text,
        flags=tuple(dict.fromkeys(flags)),
        title=_REPLY.sub("", subject).strip() or None,
        source=name.strip() or address.rpartition("@")[2] or None,
        published_at=published_at,
    )


def _header(message: EmailMessage, name: str) -> str:
    """A header's words; broken ones raise anything in the standard library's reader."""
    with suppress(ValueError, TypeError, IndexError, AttributeError, LookupError):
        return str(message.get(name) or "")
    return ""


def _read_part(part: Any) -> tuple[str, tuple[str, ...]]:
    if part is None:
        return "", ()
    charset = part.get_content_charset()
    return decode(_payload(part), f"text/plain; charset={charset}" if charset else None)


def _trim_letter(text: str) -> str:
    lines = normalise(text).split("\n")
    return "\n".join(line for line in lines if not _OF_LETTER.fullmatch(line.strip()))


# ---- DOCX


def read_zip(body: bytes, _: str | None = None) -> ExtractedPage:
    """The text of a DOCX; other archives are refused by name."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(body))
        names = set(archive.namelist())
        if "word/document.xml" not in names:
            raise _refuse(*_name_archive(archive, names))
        if max(info.file_size for info in archive.infolist()) > MAX_MEMBER:
            raise _refuse("a part of the DOCX is too large")
        core = archive.read("docProps/core.xml") if "docProps/core.xml" in names else b""
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError) as error:
        raise _refuse("the archive is broken, or locked by a password") from error
    try:
        import mammoth
    except ImportError as error:
        raise _refuse("a DOCX needs another library", INSTALL) from error
    nothing = mammoth.images.img_element(lambda _: {"src": ""})
    try:
        markup = mammoth.convert_to_html(io.BytesIO(body), convert_image=nothing).value
    except Exception as error:
        raise _refuse("the DOCX is broken") from error
    title, author = (_read_core(core, name) for name in ("title", "creator"))
    title, text = _read_tree(markup, title)
    if not text:
        raise _refuse("the DOCX holds no text")
    if title:
        return ExtractedPage(text=_without(text, title), title=title, authors=_names(author))
    pasted = read_pasted(text)
    return ExtractedPage(
        text=_without(pasted.text, pasted.title),
        title=pasted.title,
        published_at=pasted.published_at,
        authors=_names(author),
    )


def _name_archive(archive: zipfile.ZipFile, names: set[str]) -> tuple[str, str]:
    kinds = {"xl/workbook.xml": "an Excel file", "ppt/presentation.xml": "a PowerPoint file"}
    for name, kind in kinds.items():
        if name in names:
            return f"it is {kind}", "Save it as PDF or text"
    media = archive.read("mimetype")[:80] if "mimetype" in names else b""
    if b"epub" in media:
        return "it is an e-book (EPUB)", "Save the chapter as HTML or text"
    if b"opendocument" in media:
        return "it is an OpenDocument file", "Save it as .docx, PDF or text"
    return "it is a zip archive", "Unpack it, and give the file or the folder"


def _read_core(core: bytes, name: str) -> str | None:
    """A property of the document; None for what a program puts there by itself."""
    with suppress(etree.XMLSyntaxError, ValueError):
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        words = (etree.fromstring(core, parser).findtext(_CORE + name) or "").strip()
        return None if _PLACEHOLDER.fullmatch(words) else words or None
    return None


def _names(author: str | None) -> tuple[str, ...]:
    return (author,) if author and author.lower() not in ("python-docx", "user", "admin") else ()


def _without(text: str, title: str | None) -> str:
    """The text without the title as its first line."""
    first, _, rest = text.partition("\n")
    return rest if rest and normalise(first).lower() == normalise(title or "").lower() else text


# ---- PDF


def read_pdf(body: bytes, _: str | None = None) -> ExtractedPage:
    """The text layer of a PDF, its lines joined to paragraphs."""
    try:
        import pypdf
    except ImportError as error:
        raise _refuse("a PDF needs another library", INSTALL) from error
    try:
        reader = pypdf.PdfReader(io.BytesIO(body))
        if reader.is_encrypted and not reader.decrypt(""):
            raise _refuse("the PDF is locked by a password")
        pages = [page.extract_text() for page in reader.pages]
        about = reader.metadata
        title, author = (about.title, about.author) if about else (None, None)
    except InputError:
        raise
    except Exception as error:
        raise _refuse("the PDF is broken, and cannot be read") from error
    lines = [line.strip() for page in _without_heads(pages) for line in page]
    if not "".join(lines):
        detail = "the PDF holds no text, only pictures of pages"
        raise _refuse(detail, "Make it readable with ocrmypdf, or paste its text: summarizer -")
    pasted = read_pasted(join_lines("\n".join(lines), is_typeset=True))
    title = str(title or "").strip()
    if title and not _PLACEHOLDER.fullmatch(title):
        text = _without(pasted.text, title)
    else:
        title, text = pasted.title or "", _without(pasted.text, pasted.title)
    return ExtractedPage(
        text=text,
        title=title or None,
        authors=_names(str(author).strip() if author else None),
        published_at=pasted.published_at,
    )


def _without_heads(pages: list[str]) -> list[list[str]]:
    """The lines of each page without its number, and what most pages repeat at their ends."""
    split = [page.strip("\n").split("\n") for page in pages]
    edges = [
        {re.sub(r"\d+", "0", line.strip()) for line in lines[:EDGE] + lines[-EDGE:]}
        for lines in split
    ]
    counts = Counter(line for edge in edges for line in edge)
    repeated = {line for line, count in counts.items() if count > max(1, len(pages) / 2)}
    kept = []
    for lines in split:
        last = len(lines) - EDGE
        kept.append(
            [
                line
                for at, line in enumerate(lines)
                if not (
                    (at < EDGE or at >= last)
                    and (
                        re.sub(r"\d+", "0", line.strip()) in repeated
                        or _PAGE_NUMBER.fullmatch(line.strip())
                    )
                )
            ]
        )
    return kept


READERS: dict[str, Callable[[bytes, str | None], ExtractedPage]] = {
    "markdown": read_markdown,
    "mail": read_mail,
    "zip": read_zip,
    "pdf": read_pdf,
}
