"""INPUTS -> a folder, without a database: one shard of many, in chunks that are whole or not there.

    OUTDIR/part-00003-of-00010-000017-1a2b3c4d.jsonl    the reports of a chunk
    OUTDIR/failures/…jsonl                              its failures, put before its reports
    OUTDIR/answers/                                     a model's answers, shared by all shards
    OUTDIR/done/job.json, part-00003-of-00010.json      what all shards have in common; a done shard

A record belongs to the shard that the hash of its id names, and a chunk is the next CHUNK of a
shard in the order of the inputs. So any machine can do any shard at any time, and a rerun does what
is not there. The last part of a chunk's name is a hash of what is in it: where the inputs have
changed meanwhile, that shows.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from summarizer import __version__
from summarizer.analyst.llm.prompt import load_prompt
from summarizer.batch.chunks import Chunk, Job, Row
from summarizer.batch.inputs import read_inputs
from summarizer.batch.items import Item
from summarizer.errors import UsageError

CHUNK = 256  # articles: about 3 MB of reports, and what a kill may cost in work (no answer is lost)


@dataclass(frozen=True)
class Shard:
    """The records whose hash leaves the rest `number` when it is divided by `count`."""

    number: int
    count: int

    @classmethod
    def parse(cls, words: str) -> "Shard":
        """The shard `I/N`, counted from 0. Raises UsageError."""
        match = re.fullmatch(r"(\d{1,5})/(\d{1,5})", words)
        if not match or int(match[1]) >= int(match[2]):
            advice = "Give I/N with I from 0 to N-1, such as 0/4"
            raise UsageError(f"--shard {words} is no shard", advice=advice)
        return cls(int(match[1]), int(match[2]))

    @property
    def name(self) -> str:
        return f"part-{self.number:05}-of-{self.count:05}"

    def holds(self, item: Item) -> bool:
        """Whether the item belongs to it, by its record's id, else by its content."""
        return _hash(item.given_id or item.key) % self.count == self.number


@dataclass
class Counts:
    """How many chunks there are of a shard, and what its articles became."""

    chunks: int = 0
    reports: int = 0
    failures: list[Row] = field(default_factory=list)

    def add(self, reports: int, failures: Iterable[Row]) -> None:
        """Count a chunk."""
        self.chunks += 1
        self.reports += reports
        self.failures += failures


def read_chunks(
    names: Sequence[str], shard: Shard, stdin: Iterable[bytes], say: Callable[[str], object]
) -> Iterator[Chunk]:
    """The chunks of a shard, in the order of the inputs.

    A record that comes twice is read once; a second record of an id is numbered (`~2`). Raises
    UsageError for what would have to be fetched.
    """
    items = _choose_items(read_inputs(names, stdin, say), shard)
    number = 0
    while chosen := tuple(islice(items, CHUNK)):
        digest = hashlib.sha256("\n".join(item.key for item in chosen).encode()).hexdigest()
        yield Chunk(f"{shard.name}-{number:06}-{digest[:8]}", chosen)
        number += 1


def _choose_items(items: Iterable[Item], shard: Shard) -> Iterator[Item]:
    """The items of the shard. What is known of those before takes some 100 bytes an item."""
    keys: set[int] = set()
    times: Counter[int] = Counter()
    for item in items:
        if item.kind not in ("record", "file"):
            detail = f"{item.url or item.key}: a shard reads records and files, and fetches nothing"
            advice = "summarizer batch INPUT -o OUT.db fetches pages and feeds"
            raise UsageError(detail, advice=advice)
        if not shard.holds(item) or (key := _hash(item.key)) in keys:
            continue
        keys.add(key)
        if item.given_id is not None:
            name = _hash(item.given_id)
            times[name] += 1
            if times[name] > 1:
                item = replace(item, given_id=f"{item.given_id}~{times[name]}")
        yield item


def _hash(words: str) -> int:
    return int.from_bytes(hashlib.sha256(words.encode("utf-8", "replace")).digest()[:8])


class Ledger:
    """What of a shard is in the folder already. Raises StorageError, and UsageError for a folder
    of other inputs, shards, options or another version."""

    def __init__(self, job: Job, shard: Shard):
        self.counts = Counts()
        self._job, self._shard = job, shard
        self._failures = job.open("failures")
        self._done = job.open("done")
        shared: Row = {"shards": shard.count, "chunk": CHUNK, "format": job.form}
        shared |= {"with_text": job.with_text, "made_by": job.made_by}
        shared["reader"] = job.settings.reader
        if not self._done.put("job.json", json.dumps(shared, indent=1).encode()):
            self._compare(json.loads(self._done.read("job.json") or b"{}"), shared)
        rows = (name.rpartition("-") for name in job.open().names())
        self._known = {place: rest.partition(".")[0] for place, _, rest in rows}

    def _compare(self, known: Row, wanted: Row) -> None:
        for name, value in wanted.items():
            if known.get(name) != value:
                detail = f"{self._job.address} was begun with another {name}: {known.get(name)}"
                raise UsageError(detail, advice="Name another folder, or go on as it was begun")

    def marker(self) -> Row | None:
        """What was written when the shard was done; None where it is not."""
        written = self._done.read(f"{self._shard.name}.json")
        return json.loads(written) if written else None

    def has(self, chunk: Chunk) -> bool:
        """Whether the chunk is there; then it is counted."""
        place, _, digest = chunk.name.rpartition("-")
        known = self._known.get(place)
        if known is None:
            return False
        if known != digest:
            detail = f"the inputs have changed since {place} was written"
            raise UsageError(detail, advice="Name another folder for other inputs")
        written = self._failures.read(f"{chunk.name}.jsonl") or b""
        failures = [json.loads(line) for line in written.splitlines()]
        self.counts.add(len(chunk.items) - len(failures), failures)
        return True

    def close(self) -> None:
        """Write down that the shard is done."""
        settings = self._job.settings
        prompt = load_prompt(settings.prompt) if settings.uses_model else None
        marker = {
            "shard": self._shard.number,
            "shards": self._shard.count,
            "chunks": self.counts.chunks,
            "reports": self.counts.reports,
            "failures": len(self.counts.failures),
            "program": __version__,
            "made_by": self._job.made_by,
            "model": settings.model if prompt else None,
            "prompt": prompt and prompt.name,
            "prompt_sha256": prompt and prompt.sha256,
        }
        self._done.put(f"{self._shard.name}.json", json.dumps(marker, indent=1).encode())
