"""What commands write: messages on stderr, results on stdout."""

import sys
from io import TextIOWrapper
from typing import TextIO

from click import echo

from summarizer.text.spans import clean


def say(message: str) -> None:
    """A message for the user, as a line on stderr."""
    echo(f"summarizer: {clean(message)}", err=True)


def open_stdout() -> TextIO:
    """stdout in UTF-8, whatever the terminal's encoding: it may lead into a file of reports."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    return sys.stdout
