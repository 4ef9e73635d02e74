"""Whether a container is well: `health.py watch` or `health.py serve [PORT]` exits with 0, else 1.

`watch` is well while a visit has begun within the last two hours, `serve` while it answers.
"""

import os
import sqlite3
import sys
from urllib.request import urlopen

RECENT = """
    SELECT coalesce(max(started_at) > strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-2 hours'), 0)
    FROM runs
"""


def is_watching() -> bool:
    """Whether the database says that a visit has begun of late. Raises sqlite3.Error."""
    connection = sqlite3.connect(f"file:{os.environ['SUMMARIZER_DB']}?mode=ro", uri=True)
    return bool(connection.execute(RECENT).fetchone()[0])


def is_serving(port: str) -> bool:
    """Whether the local page answers. Raises OSError."""
    with urlopen(f"http://127.0.0.1:{port}/", timeout=10) as reply:
        return bool(reply.status == 200)


def main() -> int:
    """The exit code; what is wrong stands on stderr."""
    what, port = [*sys.argv[1:], "8321"][:2]
    try:
        is_well = is_serving(port) if what == "serve" else is_watching()
    except (OSError, sqlite3.Error) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main())
