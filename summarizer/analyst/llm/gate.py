"""What stands before every request to a model: how many are on their way at once, what they may cost, whether the run goes on."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from summarizer.errors import LLMError

TICK = 0.1  # seconds until a worker who waits looks whether the run is ending


@dataclass
class Passage:
    """One request that was let through. `cost` is the most that it can come to, until it is known."""

    waited: float
    cost: float | None


class Gate:
    """Shared by the workers of a run. Nothing is asked that could bring the costs above `budget` (USD)."""

    def __init__(
        self, at_once: int = 64, budget: float | None = None, stop: threading.Event | None = None
    ):
        self.spent: float | None = (
            0.0  # USD, what was on its way when a connection broke included; None: not known
        )
        self._free, self._budget, self._stop = at_once, budget, stop or threading.Event()
        self._held = 0.0  # USD at most, of the requests on their way
        self._changed = threading.Condition()
        self._waiting = 0

    @contextmanager
    def request(self, most: float | None) -> Iterator[Passage]:
        """Wait for a turn; raises LLMError `stopped` when the run is ending, `budget` where `most` USD more could be too much."""
        started = time.monotonic()
        with self._changed:
            self._waiting += 1
            try:
                while not self._may_go(most):
                    self._changed.wait(TICK)
            finally:
                self._waiting -= 1
            self._free -= 1
            self._held += most or 0.0
        passage = Passage(time.monotonic() - started, most)
        try:
            yield passage
        finally:
            with self._changed:
                self._free += 1
                self._held -= most or 0.0
                self.spent = (
                    None
                    if passage.cost is None or self.spent is None
                    else self.spent + passage.cost
                )
                self._changed.notify(1 if self._budget is None else self._waiting)

    def _may_go(self, most: float | None) -> bool:
        if self._stop.is_set():
            raise LLMError("the run is ending", code="stopped")
        if self._budget is not None:
            if most is None:
                raise LLMError(
                    "the price of this model is not known, so no budget can be kept",
                    code="budget",
                    advice=UNPRICED,
                )
            if (self.spent or 0.0) + self._held + most > self._budget:
                if self._held:
                    return False  # what is on its way may cost less than it could
                raise LLMError(
                    f"another answer may cost ${most:.4f}, and of ${self._budget:.4f} ${self.spent or 0.0:.4f} is spent",
                    code="budget", advice="Run it again, with more, to go on",
                )  # fmt: skip
        return self._free > 0


UNPRICED = (
    "Put its row into a file like summarizer/data/prices.tsv and name that in SUMMARIZER_PRICES"
)
