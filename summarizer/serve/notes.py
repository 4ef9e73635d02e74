"""REPORTS -> NOTES: a Markdown file a report, with front matter, which the user may edit.

A note carries the hash of what the program wrote. Where the file has another, the user has been at
work, and the file is left alone.
"""

import hashlib
import json
import re
from pathlib import Path

from summarizer.batch.export import replacing
from summarizer.models import Report
from summarizer.overviews import ReportRow
from summarizer.render.markdown import render_markdown
from summarizer.text.spans import clean, escape_json

_HASH = re.compile(rb"^summarizer_sha256: ([0-9a-f]{64})\n", re.MULTILINE)
_NOT_A_NAME = re.compile(r"[^a-z0-9]+")
_TITLE = 60  # characters of the title in a file's name


def find_notes(folder: Path) -> dict[str, Path]:
    """The notes of a folder by their report's key, which ends the file's name.

    So a note stays one note when its title changes, or the user renames what stands before the key.
    """
    return {path.stem.rpartition("-")[2]: path for path in sorted(folder.glob("*.md"))}


def write_note(folder: Path, row: ReportRow, report: Report, notes: dict[str, Path]) -> bool:
    """Write a report's note; False where the user's own stands there. Raises StorageError."""
    path = notes.get(row.key) or folder / f"{_file_stem(row)}.md"
    note = render_note(row, report)
    if path.exists():
        present = path.read_bytes()
        if present == note.encode():
            return True
        if not is_untouched(present):
            return False
    with replacing(path) as stream:
        stream.write(note)
    return True


def is_untouched(note: bytes) -> bool:
    """Whether these are the bytes that the program wrote."""
    found = _HASH.search(note)
    if found is None:
        return False
    without = note[: found.start()] + note[found.end() :]
    return hashlib.sha256(without).hexdigest().encode() == found[1]


def render_note(row: ReportRow, report: Report) -> str:
    """The report as Markdown below front matter, whose values are JSON and so YAML too."""
    article = report.article
    about = {
        "title": row.title,
        "url": article.url,
        "source": article.outlet,
        "published_at": article.published_at and article.published_at.isoformat(),
        "assets": [call.asset for call in row.calls],
        "direction": row.direction,
        "confidence": report.overall.confidence,
        "horizon": report.timeframe.horizon,
        "credibility": row.credibility,
        "tags": [narrative.name for narrative in report.narratives],
        "report": report.id,
    }
    front = "".join(f"{name}: {_dump(value)}\n" for name, value in about.items())
    body = f"---\n\n{render_markdown(report)}"
    sha256 = hashlib.sha256(f"---\n{front}{body}".encode()).hexdigest()
    return f"---\n{front}summarizer_sha256: {sha256}\n{body}"


def _dump(value: object) -> str:
    if isinstance(value, str):
        value = " ".join(clean(value).split())
    return escape_json(json.dumps(value, ensure_ascii=False))


def _file_stem(row: ReportRow) -> str:
    """`2026-02-10-bitcoin-slides-3f2a9c1b77d0`."""
    day = f"{row.published_at or row.stored_at:%Y-%m-%d}"
    title = _NOT_A_NAME.sub("-", row.title.lower())[:_TITLE].strip("-")
    return "-".join(filter(None, (day, title, row.key)))
