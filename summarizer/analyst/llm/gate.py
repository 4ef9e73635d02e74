"""Limits requests to a model by concurrency, budget and shutdown."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from summarizer.analyst.llm.costs import estimate_tokens
from summarizer.errors import LLMError

TICK = 0.1  # seconds until a worker who waits looks whether the run is ending
UNPRICED = (
    "Put its row into a file like summarizer/data/prices.tsv and name that in SUMMARIZER_PRICES"
)


@dataclass
class AdmittedRequest:
    """A request that was let through after `waited` seconds.

    `cost` is the most that it can come to (USD), until it is known; None where no price is known.
    """

    waited: float
    cost: float | None


class Gate:
    """Shared by the workers of a run. Nothing is asked that could bring costs above `budget` (USD).

    `spent` is what was paid (USD), with the most that an answer on its way could cost when a
    connection broke; None where that is not known. `hear`, if there is one, is given the bytes of
    each answer as they come; answers are then asked for in pieces.
    """

    def __init__(
        self,
        at_once: int = 64,
        budget: float | None = None,
        stop: threading.Event | None = None,
        hear: Callable[[bytes], None] | None = None,
    ):
        self.spent: float | None = 0.0
        self.hear = hear
        self._at_once = self._free = at_once
        self._budget = budget
        self._stop = stop or threading.Event()
        self._held = 0.0  # USD at most, of the requests on their way
        self._changed = threading.Condition()

    def weigh(self, request: str) -> None:
        """Told of each request, as it is written, before it asks for its turn."""

    def hold_back(self, seconds: float) -> None:
        """Told of the wait that the endpoint asked for; a gate of many processes keeps it."""

    def held(self) -> float:
        """Seconds for which other processes were asked to wait."""
        return 0.0

    @contextmanager
    def request(self, most: float | None) -> Iterator[AdmittedRequest]:
        """Wait for a turn, for a request that may cost `most` USD.

        Raises LLMError `stopped` when the run is ending, `budget` where that could be too much.
        """
        started = time.monotonic()
        with self._changed:
            while not self._may_go(most):
                self._changed.wait(TICK)
            self._free -= 1
            self._held += most or 0.0
        admitted = AdmittedRequest(time.monotonic() - started, most)
        try:
            yield admitted
        finally:
            with self._changed:
                self._free += 1
                self._held -= most or 0.0
                if self.spent is not None:
                    self.spent = None if admitted.cost is None else self.spent + admitted.cost
                if self._budget is None:
                    self._changed.notify()
                else:
                    self._changed.notify_all()  # one place is free, or money for several

    def _may_go(self, most: float | None) -> bool:
        if self._stop.is_set():
            raise LLMError("the run is ending", code="stopped")
        if self._budget is not None:
            if most is None:
                detail = "the price of this model is not known, so no budget can be kept"
                raise LLMError(detail, code="budget", advice=UNPRICED)
            spent = self.spent or 0.0
            if spent + self._held + most > self._budget:
                if self._free < self._at_once:
                    return False  # what is on its way may cost less than it could
                detail = (
                    f"another answer may cost ${most:.4f}, and of ${self._budget:.4f}"
                    f" ${spent:.4f} is spent"
                )
                raise LLMError(detail, code="budget", advice="Run it again, with more, to go on")
        return self._free > 0


class DryGate(Gate):
    """Lets no request through, and counts those that there would be, and their tokens."""

    def __init__(self) -> None:
        super().__init__()
        self.requests = self.tokens = 0

    def weigh(self, request: str) -> None:
        with self._changed:
            self.requests += 1
            self.tokens += estimate_tokens(request)
        raise LLMError("a dry run asks nothing")
