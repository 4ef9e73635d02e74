"""Pages kept between visits by the rules of HTTP (RFC 9111). The only importer of hishel.

The cache is one user's own: it keeps what a server calls `private`, in a folder that nobody else can read, and nothing that it
calls `no-store`. A batch has no use for it: its database knows what it did, and asks conditionally.
"""

import logging
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx2

MAX_BYTES = 50_000_000  # of the file, whatever sites send: over it the pages that were not asked for longest go
MAX_PAGE = 10_000_000  # bytes of one page, as in fetch.py
KEPT = 86_400.0  # seconds: news is edited, however long a server calls it fresh
IN_USE = (
    30.0  # seconds for which a page may be in use by another process, which is longer than a fetch
)

logging.getLogger("hishel").setLevel(
    logging.CRITICAL + 1
)  # a cache that cannot write costs time and nothing else


def open_cache(transport: "httpx2.BaseTransport", path: Path) -> "httpx2.BaseTransport":
    """The transport behind a cache in the file `path`, which is made with its folder where it is missing."""
    from hishel import CacheOptions, SqliteStorage
    from hishel.httpx2 import CacheTransport

    storage = SqliteStorage(
        database_path=path,
        default_ttl=KEPT,
        max_stream_size=MAX_PAGE,
        max_size=MAX_BYTES,
        soft_delete_ttl=IN_USE,
    )
    return CacheTransport(transport, storage, rfc=CacheOptions(shared=False))
