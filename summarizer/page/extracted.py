"""What is found on a page, as the child process that reads it hands it over."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Self


@dataclass(frozen=True)
class ExtractedPage:
    """The article's text and what the page says of it. Where there is no article the text is
    empty, and `wall`, the kind of wall that stands in its place, or `is_shell` may say why."""

    text: str = ""
    flags: tuple[str, ...] = ()
    wall: str | None = None
    is_shell: bool = False  # scripts would fill the page
    url: str | None = None  # the address that the page gives for itself
    title: str | None = None
    source: str | None = None
    section: str | None = None
    language: str | None = None
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    updated_at: datetime | None = None

    def to_json(self) -> bytes:
        """One line, without its end."""
        return json.dumps(asdict(self), default=datetime.isoformat).encode()

    @classmethod
    def from_json(cls, line: bytes) -> Self:
        """The page of such a line. JSON and not pickle, for a page may have broken its reader:
        raises ValueError, TypeError or KeyError for anything else, and runs none of it."""
        values = json.loads(line)
        for name in ("flags", "authors"):
            values[name] = tuple(values[name])
        for name in ("published_at", "updated_at"):
            if values[name] is not None:
                values[name] = datetime.fromisoformat(values[name])
        return cls(**values)
