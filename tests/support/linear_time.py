"""Whether a text is read in time that grows with its length alone: judged by a ratio, since no two
machines are alike.
"""

import time
from collections.abc import Callable, Sequence

_PIECES = 16
# a linear step takes as long for the pieces together as for the whole, a quadratic one a sixteenth
_MOST = 5
_ATTEMPTS = 3


def is_linear(read: Callable[[str], object], text: str) -> bool:
    """Whether `read` takes not much longer for the whole text than for its pieces, one after the
    other.
    """
    size = len(text) // _PIECES
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    read(pieces[0])  # so that tables and models are loaded
    return any(_measure(read, [text]) < _MOST * _measure(read, pieces) for _ in range(_ATTEMPTS))


def _measure(read: Callable[[str], object], texts: Sequence[str]) -> float:
    started = time.process_time()
    for text in texts:
        read(text)
    return time.process_time() - started
