"""Spinners on a terminal while one article is fetched, or a model answers about it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.text import Text

from summarizer.settings import DEFAULT_MODEL, Settings
from summarizer.text.spans import clean


@contextmanager
def show_waiting(
    settings: Settings, console: Console | None = None
) -> Iterator[Callable[[bytes], None] | None]:
    """A spinner on a terminal while a model answers, with the seconds and the tokens so far.

    Yields a function that is to be given the bytes of the answer, None where nothing is shown.
    """
    console = console or Console(stderr=True)
    if not (console.is_terminal and settings.uses_model):
        yield None
        return
    from rich.progress import Progress, SpinnerColumn, TextColumn  # 0.01 s, for a terminal alone

    seen = TextColumn("{task.elapsed:.0f} s · {task.completed:.0f} tokens")
    name = TextColumn("{task.description}", markup=False)
    with Progress(SpinnerColumn(), name, seen, console=console, transient=True) as bar:
        task = bar.add_task(f"{clean(settings.model or DEFAULT_MODEL)} answers", total=None)
        # a piece of a stream is about a token
        yield lambda piece: bar.advance(task, piece.count(b"data: {"))


@contextmanager
def show_fetching(name: str) -> Iterator[None]:
    """A spinner on a terminal while an address is fetched and read."""
    console = Console(stderr=True)
    if not console.is_terminal or Path(name).exists():
        yield
        return
    with console.status(Text(f"fetching {clean(name)[:80]}")):
        yield
