"""A bound on the time that a block takes, for tests marked `timed`."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

SLOWNESS = 2  # how much slower than the machine on which the bounds were written another may be


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Fails if the block computes for longer.

    The processor's time is measured, so that what other programs take does not count.
    """
    started = time.process_time()
    yield
    taken = time.process_time() - started
    assert taken < seconds * SLOWNESS, f"{taken:.2f} s, of {seconds} s allowed"
