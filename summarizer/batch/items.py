"""ITEM -> LEASE -> OUTCOME: what an input names, who works on it, and what became of it."""

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from summarizer.errors import SummarizerError
from summarizer.models import Article, Report


class ItemKind(StrEnum):
    """What an item is, which decides how it is read."""

    FEED = "feed"
    ADDRESS = "address"  # given by the user: a page, or a feed if that is what it turns out to be
    URL = "url"  # the page of a feed's entry
    ENTRY = "entry"  # a feed's entry that links no page: the feed's own words are the article
    RECORD = "record"
    FILE = "file"


class ItemState(StrEnum):
    """Where an item stands. It is in exactly one state."""

    PENDING = "pending"
    LEASED = "leased"
    DONE = "done"
    FAILED = "failed"  # for good; a feed: paused
    DEFERRED = "deferred"  # worth another run


class Stage(StrEnum):
    """Where a failure happened, in the words of the failures file."""

    READ = "read"  # the input itself, such as a line that is no record
    FEED = "feed"
    ROBOTS = "robots"
    FETCH = "fetch"
    EXTRACT = "extract"
    ANALYZE = "analyze"


@dataclass(frozen=True)
class Item:
    """Something to read, as an input names it.

    The same `key` is the same item, whichever input names it.
    """

    key: str
    kind: ItemKind
    url: str | None = None
    given_id: str | None = None  # the input record's id
    host: str = ""  # whose server is asked; "" for what needs no network
    payload: dict[str, Any] = field(default_factory=dict)  # what the input says of it, as JSON
    fingerprint: str | None = None  # changes when the input says that it was edited
    error: SummarizerError | None = None  # why it cannot even be started
    entries: tuple["Item", ...] | None = None  # of a feed that was read from a file


@dataclass(frozen=True)
class Lease:
    """An item that one worker alone holds.

    `owner` names the lease: the process, and a number within it.
    """

    id: int
    kind: ItemKind
    url: str | None
    host: str
    address: str | None  # where a feed moved to
    given_id: str | None
    payload: dict[str, Any]
    etag: str | None
    last_modified: str | None
    attempts: int  # runs in which it failed, if this attempt fails too
    redo: bool
    owner: str


@dataclass(frozen=True)
class Outcome:
    """What became of a lease: an article and its report, a feed's entries, or a failure.

    With none of them there was nothing new.
    """

    article: Article | None = None
    report: Report | None = None
    entries: tuple[Item, ...] | None = None
    title: str | None = None  # of the feed
    address: str | None = None  # where the feed moved to
    failure: SummarizerError | None = None
    stage: Stage = Stage.ANALYZE
    etag: str | None = None
    last_modified: str | None = None
    recheck: bool = False  # done from the feed's text after a failure that may pass


def hash_text(text: str) -> str:
    """32 characters that tell texts apart."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]
