"""INPUT -> ITEMS: feeds, OPML, lists of addresses, JSONL records, folders, pages, and stdin (-).

What an input is shows in what it holds. Its name decides only for JSONL files, and for which files
of a folder are read.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from summarizer.batch.discovery import looks_like_feed, parse_opml
from summarizer.batch.items import Item, ItemKind
from summarizer.batch.records import (
    bad_line_item,
    read_feed,
    record_item,
    record_items,
)
from summarizer.errors import InputError, UsageError
from summarizer.models import Page
from summarizer.page.sandbox import SANDBOX
from summarizer.web.urls import canonical_url, host_of, is_web

# What a folder is searched for.
PAGES = frozenset(".html .htm .xhtml .txt .md".split())
LISTS = frozenset(".jsonl .ndjson .xml .rss .atom .rdf .opml .json".split())
MAX_STDIN = 200_000_000  # bytes
HEAD = 4096  # bytes that tell what an input is

_OPML = re.compile(rb"<opml\b", re.IGNORECASE)


def check_inputs(names: Iterable[str]) -> None:
    """Raises UsageError for an input that is not there: before anything is started."""
    for name in names:
        if name == "-" or is_web(name) or Path(name).exists():
            continue
        fault = "no such file or folder"
        if "://" in name:
            fault = "only http:// and https:// addresses are fetched"
        raise UsageError(
            f"{name}: {fault}",
            advice="Give feeds, pages, OPML, lists of addresses, JSONL, folders or -",
        )


def read_inputs(names: Iterable[str], stdin: Iterable[bytes] = ()) -> Iterator[Item]:
    """What the inputs hold.

    Raises UsageError for one that cannot be read, before anything of it is yielded.
    """
    for name in names:
        if name == "-":
            body = b"".join(stdin)
            if len(body) > MAX_STDIN:
                raise UsageError(
                    f"stdin holds more than {MAX_STDIN // 10**6} MB",
                    advice="Give the name of a file instead",
                )
            yield from _read_body(body, "-", Path(), "-")
        elif is_web(name):
            yield url_item(name)
        elif Path(name).is_dir():
            yield from _read_folder(Path(name))
        else:
            yield from _read_file(Path(name))


def url_item(url: str, line: int | None = None, kind: ItemKind = "address") -> Item:
    """An address that the user gave: a page, or a feed if that is what it turns out to be."""
    url = url.strip()
    payload = {"line": line} if line else {}
    return Item(f"url:{canonical_url(url)}", kind, url=url, host=host_of(url), payload=payload)


def _read_folder(path: Path) -> Iterator[Item]:
    files = [
        file
        for file in sorted(path.rglob("*"))
        if file.is_file() and file.suffix.lower() in PAGES | LISTS
    ]
    if not files:
        raise UsageError(
            f"{path}: the folder holds no page", advice=f"Pages end in {', '.join(sorted(PAGES))}"
        )
    for file in files:
        yield from _read_file(file)


def _read_file(path: Path) -> Iterator[Item]:
    try:
        if path.suffix.lower() in (".jsonl", ".ndjson"):  # read line by line: it may be large
            with path.open(encoding="utf-8-sig", errors="replace", newline="\n") as lines:
                yield from record_items(lines, path.parent, path.name)
            return
        body = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
    yield from _read_body(body, str(path), path.parent, str(path.resolve()))


def _read_body(body: bytes, name: str, folder: Path, full_name: str) -> Iterator[Item]:
    """What the bytes of a file, or of stdin (`-`), hold."""
    head = body.lstrip(b"\xef\xbb\xbf \t\r\n")[:HEAD]
    if _OPML.search(head):
        urls = SANDBOX.call(parse_opml, (body,), load=list, url=name)
        if not urls:
            raise UsageError(f"{name}: no feed is listed in it")
        for url in urls:
            yield url_item(url, kind="feed")
    elif looks_like_feed(head, None):
        yield _feed_item(body, full_name)
    elif head.startswith(b"{"):
        yield from record_items(body.decode("utf-8-sig", "replace").split("\n"), folder, name)
    elif _is_list(head):
        lines = map(str.strip, body.decode("utf-8-sig", "replace").splitlines())
        for number, line in enumerate(lines, 1):
            if _is_address(line):
                yield url_item(line, number)
            elif _is_entry(line):
                yield bad_line_item(number, name, "is no http or https address", line)
    elif name != "-":
        stat = Path(full_name).stat()
        yield Item(
            f"file:{full_name}",
            "file",
            payload={"path": full_name},
            fingerprint=f"{stat.st_mtime_ns}:{stat.st_size}",
        )
    else:
        part = "html" if head.startswith(b"<") else "text"
        yield record_item(1, {part: body.decode("utf-8", "replace")}, folder)


def _feed_item(body: bytes, name: str) -> Item:
    """A feed that was saved, with its entries."""
    key = f"feed:{name}"
    try:
        _, entries = read_feed(Page(body=body), name)
    except InputError as error:
        return Item(key, "feed", url=name, error=error)
    return Item(key, "feed", url=name, entries=entries)


def _is_list(head: bytes) -> bool:
    """Whether it is a list of addresses: whether its first entry is one."""
    lines = head.decode("utf-8", "replace").splitlines()
    return _is_address(next(filter(_is_entry, lines), "").strip())


def _is_entry(line: str) -> bool:
    """Whether the line of a list holds something: blank lines and comments (`# pages`) do not."""
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _is_address(line: str) -> bool:
    return is_web(line) and not re.search(r"\s", line)
