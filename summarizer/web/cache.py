"""Keeps pages between visits by the rules of HTTP (RFC 9111). The only importer of hishel.

The cache is one user's own: it keeps what a server calls `private`, in a folder that nobody else
can read, and nothing that it calls `no-store`. A batch has no use for it: its database knows what
it did, and asks conditionally.
"""

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx2

MAX_BYTES = 50_000_000  # of the file: over it the pages that were not asked for longest go
MAX_PAGE = 10_000_000  # bytes of one page, as MAX_DECODED in body.py
KEPT = 86_400.0  # seconds: news is edited, however long a server calls it fresh
IN_USE = 30.0  # seconds for which another process may use a page: longer than a fetch

# a cache that cannot write costs time and nothing else
logging.getLogger("hishel").setLevel(logging.CRITICAL + 1)


def open_cache(transport: Any, path: Path) -> "httpx2.BaseTransport":
    """The transport behind a cache in the file `path`.

    The file and its folder are made where they are missing.
    """
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
