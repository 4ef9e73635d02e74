"""Records for shards, and what a folder of shards holds."""

import json
from pathlib import Path

from summarizer.batch.export import import_arrow
from summarizer.storage import open_folder
from tests.support.local_web import story


def write_records(path: Path, count: int) -> str:
    """Records, one of which holds nothing, one has the id of another, and one stands twice."""
    lines = [{"id": f"r{n}", "text": f"{story(n % 7, n)} This is story {n}."} for n in range(count)]
    lines[3] = {"id": "r3"}  # which holds nothing
    lines[5]["id"] = "r4"  # twice
    lines += [lines[0]]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return str(path)


def plain(row):
    """A report without the time that it took."""
    row["analyst"].pop("seconds")
    return row


def read(folder) -> dict[str, list]:
    """The reports of each file of a folder."""
    found = {}
    for name in open_folder(str(folder)).names():
        body = open_folder(str(folder)).read(name)
        if name.endswith(".parquet"):
            arrow, parquet = import_arrow()
            rows = parquet.read_table(arrow.BufferReader(body)).to_pylist()
        else:
            rows = [json.loads(line) for line in body.splitlines()]
        found[name] = [plain(row) for row in rows]
    return found
