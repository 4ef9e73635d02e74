"""What is found on a page, as the child process that reads it hands it over."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self


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

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """The page of its JSON object. JSON and not pickle, for a page may have broken its reader:
        raises ValueError, TypeError or KeyError for anything else, and runs none of it."""
        for name in ("flags", "authors"):
            values[name] = tuple(values[name])
        for name in ("published_at", "updated_at"):
            if values[name] is not None:
                values[name] = datetime.fromisoformat(values[name])
        return cls(**values)
