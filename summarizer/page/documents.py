"""FILE -> ExtractedPage: Markdown, DOCX and PDF, and who reads letters. The only importer of
markdown_it, mammoth and pypdf.

Runs in a child process (child.py), for files of strangers can hang a parser too. Each reader raises
InputError `content_type` for a file that it cannot read.
"""

import io
import re
import zipfile
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

from lxml import etree

from summarizer.errors import InputError
from summarizer.page.charset import decode
from summarizer.page.extracted import ExtractedPage
from summarizer.page.letters import read_mail
from summarizer.page.pasted import join_lines, read_pasted
from summarizer.page.simple import read_simple
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
    title, words = read_simple(parser.render(text), fields.get("title"))
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
    title, text = read_simple(markup, title)
    if not text:
        raise _refuse("the DOCX holds no text")
    if title:
        return ExtractedPage(text=_without(text, title), title=title, authors=_names(author))
    pasted = read_pasted(text)
    return ExtractedPage(
        text=_without(pasted.text, pasted.title),
        title=pasted.title,
        published_at=pasted.published_at,
        authors=_names(author) or pasted.authors,
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
    pages, title, author = _load_pdf(body)
    lines = [line.strip() for page in _without_heads(pages) for line in page]
    if not "".join(lines):
        detail = "the PDF holds no text, only pictures of pages"
        raise _refuse(detail, "Make it readable with ocrmypdf, or paste its text: summarizer -")
    pasted = read_pasted(join_lines("\n".join(lines), is_typeset=True))
    if title and not _PLACEHOLDER.fullmatch(title):
        text = _without(pasted.text, title)
    else:
        title, text = pasted.title or "", _without(pasted.text, pasted.title)
    return ExtractedPage(
        text=text,
        title=title or None,
        authors=_names(author) or pasted.authors,
        published_at=pasted.published_at,
    )


def _load_pdf(body: bytes) -> tuple[list[str], str, str | None]:
    """The text of each page, and the title and the author that the PDF states."""
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
    return pages, str(title or "").strip(), str(author).strip() if author else None


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
