"""INPUT -> ITEMS: feeds, OPML, lists of addresses, JSONL records, folders, pages, and stdin (-).

What an input is shows in what it holds. Its name decides only for JSONL files, and for which files
of a folder are read.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from summarizer.batch.discovery import looks_like_feed, parse_opml
from summarizer.batch.items import Item, ItemKind
from summarizer.batch.records import (
    bad_line_item,
    load_json,
    read_feed,
    record_item,
    record_items,
)
from summarizer.errors import InputError, UsageError
from summarizer.models import Page
from summarizer.page.formats import find_format
from summarizer.page.sandbox import SANDBOX
from summarizer.pipeline import is_file
from summarizer.web.urls import canonical_url, complete_url, host_of, is_web

# What a folder is searched for.
PAGES = frozenset(".html .htm .xhtml .txt .md .markdown .pdf .docx .eml .mht .mhtml".split())
LISTS = frozenset(".jsonl .ndjson .xml .rss .atom .rdf .opml .json".split())
MAX_STDIN = 200_000_000  # bytes
HEAD = 4096  # bytes that tell what an input is

_OPML = re.compile(rb"<opml\b", re.IGNORECASE)


def check_inputs(names: Iterable[str]) -> None:
    """Raises UsageError for an input that is not there: before anything is started."""
    for name in names:
        if name == "-" or is_web(name) or is_file(name) or complete_url(name):
            continue
        fault = "no such file or folder"
        if "://" in name:
            fault = "only http:// and https:// addresses are fetched"
        raise UsageError(
            f"{name}: {fault}",
            advice="Give feeds, pages, OPML, lists of addresses, JSONL, folders or -",
        )


def read_inputs(
    names: Iterable[str],
    stdin: Iterable[bytes] = (),
    say: Callable[[str], object] = lambda _: None,
) -> Iterator[Item]:
    """What the inputs hold; `say` hears what of a folder was left out.

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
        elif is_web(name) or not is_file(name):
            yield url_item(complete_url(name) or name)
        elif Path(name).is_dir():
            yield from _read_folder(Path(name), say)
        else:
            yield from _read_file(Path(name))


def url_item(
    url: str, line: int | None = None, path: str | None = None, kind: ItemKind = "address"
) -> Item:
    """An address that the user gave, or that stands on a line of a file: a page, or a feed if that
    is what it turns out to be."""
    url = url.strip()
    payload = {"line": line, "path": path} if line else {}
    return Item(f"url:{canonical_url(url)}", kind, url=url, host=host_of(url), payload=payload)


def _read_folder(path: Path, say: Callable[[str], object]) -> Iterator[Item]:
    found = [file for file in sorted(path.rglob("*")) if file.is_file()]
    shown = [file for file in found if not _is_hidden(file.relative_to(path))]
    files = [file for file in shown if file.suffix.lower() in PAGES | LISTS]
    for file in list(filter(_holds_reports, files)):
        say(f"{file} holds reports of this program, and is left out")
        files.remove(file)
    if not files:
        raise UsageError(
            f"{path}: the folder holds no page", advice=f"Pages end in {', '.join(sorted(PAGES))}"
        )
    if skipped := _describe_skipped(shown, len(found) - len(shown)):
        say(f"{path}: {skipped}")
    for file in files:
        yield from _read_file(file)


def _holds_reports(file: Path) -> bool:
    """Whether an earlier run wrote the file: its reports, or its failures."""
    if file.suffix != ".jsonl":
        return False
    try:
        with file.open("rb") as stream:
            head = stream.readline(100_000)
    except OSError:
        return False
    is_failures = b'"stage"' in head and b'"retryable"' in head
    return is_failures or (b'"schema_version"' in head and b'"content_hash"' in head)


def _is_hidden(file: Path) -> bool:
    return any(part.startswith(".") or part == "__MACOSX" for part in file.parts)


def _describe_skipped(files: list[Path], hidden: int) -> str:
    """`3 files are left out: 2 .png, 1 without ending, by their endings; 1 is hidden`."""
    endings = Counter(
        file.suffix.lower() or "without ending"
        for file in files
        if file.suffix.lower() not in PAGES | LISTS
    )
    parts = []
    if endings:
        names = ", ".join(f"{count} {ending}" for ending, count in endings.most_common())
        count = endings.total()
        parts.append(f"{count} file{'s are' if count > 1 else ' is'} left out by name: {names}")
    if hidden:
        parts.append(f"{hidden} hidden file{'s are' if hidden > 1 else ' is'} left out")
    return "; ".join(parts)


def _read_file(path: Path) -> Iterator[Item]:
    try:
        if path.suffix.lower() in (".jsonl", ".ndjson"):  # read line by line: it may be large
            with path.open(encoding="utf-8-sig", errors="replace", newline="\n") as lines:
                yield from record_items(lines, path.parent, str(path.resolve()))
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
    elif head.startswith((b"{", b"[{")) or re.match(rb"\[\s*\{", head):
        yield from _read_json(body.decode("utf-8-sig", "replace"), full_name, folder)
    elif _is_list(head):
        lines = map(str.strip, body.decode("utf-8-sig", "replace").splitlines())
        for number, line in enumerate(lines, 1):
            if _is_entry(line) and (url := complete_url(line)) and not re.search(r"\s", url):
                yield url_item(url, number, full_name)
            elif _is_entry(line):
                yield bad_line_item(number, full_name, "is no http or https address", line)
    elif name != "-":
        stat = Path(full_name).stat()
        yield Item(
            f"file:{full_name}",
            "file",
            payload={"path": full_name},
            fingerprint=f"{stat.st_mtime_ns}:{stat.st_size}",
        )
    else:
        form = find_format(body)
        if form not in ("html", "text"):
            raise UsageError(f"stdin holds a file ({form})", advice="Give its name instead")
        yield record_item(1, {form: body.decode("utf-8", "replace")}, folder, "-")


def _read_json(text: str, name: str, folder: Path) -> Iterator[Item]:
    """The records of JSONL, of a JSON array, or the one of an object on many lines."""
    lines = text.split("\n")
    try:
        whole = load_json(text)
    except (ValueError, RecursionError):
        yield from record_items(lines, folder, name)
        return
    records = whole if isinstance(whole, list) else [whole]
    for number, record in enumerate(records, 1):
        if isinstance(record, dict):
            yield record_item(number, record, folder, name)
        else:
            yield bad_line_item(number, name, "is no object", str(record), "entry")


def _feed_item(body: bytes, name: str) -> Item:
    """A feed that was saved, with its entries."""
    key = f"feed:{name}"
    try:
        _, entries = read_feed(Page(body=body), name)
    except InputError as error:
        return Item(key, "feed", url=name, error=error)
    return Item(key, "feed", url=name, entries=entries)


def _is_list(head: bytes) -> bool:
    """Whether it is a list of addresses: whether its first entry is one, or, without a scheme,
    every entry reads like one."""
    lines = head.decode("utf-8", "replace").splitlines()
    entries = [line.strip() for line in lines if _is_entry(line)]
    if not entries or _is_address(entries[0]):
        return bool(entries)
    entries = entries[:-1] if len(head) == HEAD else entries
    return all(complete_url(entry) and "/" in entry for entry in entries)


def _is_entry(line: str) -> bool:
    """Whether the line of a list holds something: blank lines and comments (`# pages`) do not."""
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _is_address(line: str) -> bool:
    return is_web(line) and not re.search(r"\s", line)
