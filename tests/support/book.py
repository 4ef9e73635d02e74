"""A database, and batches over it in the process of the test, without a model."""

from pathlib import Path

from summarizer.batch.queue import Queue
from summarizer.batch.run import Batch
from summarizer.batch.store import open_store
from summarizer.settings import Settings
from summarizer.web.fetch import Fetcher

OFFLINE = Settings(offline=True, allow_private=("127.0.0.1",))


class Book:
    """A database, and runs over it in this process."""

    def __init__(self, path: Path):
        self.store = open_store(path)

    def run(self, *inputs: str, stdin=(), deadline=1.0, rate=0.0, fetcher=None, **options):
        fetcher = fetcher or Fetcher(
            allow_private=("127.0.0.1",), deadline=deadline, sleep=lambda seconds: None
        )
        jobs = options.pop("jobs", 8)
        queue = Queue(self.store, "test", **options)
        return Batch(queue, OFFLINE, fetcher=fetcher, rate=rate, jobs=jobs).run(inputs, stdin)

    def one(self, sql: str, *values):
        return self.store.read(sql, values)[0][0]
