"""What commands share: their options, messages on stderr, and stdout for results."""

import sys
from collections.abc import Callable
from io import TextIOWrapper
from pathlib import Path
from typing import Any, TextIO

import click

from summarizer.render.formats import FORMATS
from summarizer.settings import database_path
from summarizer.text.spans import clean

Decorator = Callable[[Any], Any]


def flag(name: str, description: str) -> Decorator:
    """An option that is given or not."""
    return click.option(name, is_flag=True, help=description)


def form_flag(name: str, description: str) -> Decorator:
    """A flag `--NAME` that chooses the form of the output; the last one that is given counts."""
    return click.option(f"--{name}", "form", flag_value=name, help=description)


def add_options(*options: Decorator) -> Decorator:
    """A decorator that adds the options to a command, in this order."""

    def decorate(command: Any) -> Any:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


PATH = click.Path(path_type=Path)
text_flag = flag("--with-text", "Put each article's text into its report.")
report_options = add_options(
    *(form_flag(name, row.description) for name, row in FORMATS.items()),
    flag("--evidence", "Show the words of the article behind each fact, call and signal."),
    text_flag,
)
database = click.option(
    "--db",
    type=PATH,
    default=database_path,
    show_default=False,
    help="The database; the default one if left out.",
)
# What load_settings takes, for one article and for many.
settings_options = add_options(
    click.option(
        "--model",
        metavar="NAME",
        help="The model that makes the calls, at OPENAI_BASE_URL or OpenAI; "
        "a batch needs one when an API key is set.",
    ),
    click.option(
        "--samples",
        type=click.IntRange(1, 9),
        metavar="K",
        help="Answers to ask for where the endpoint gives no chances of tokens: "
        "their agreement is the confidence.",
    ),
    flag(
        "--offline",
        "Ask no model though a key is set: the embedded analyst speaks. "
        "A single article is not fetched either.",
    ),
    flag("--fallback", "Let the embedded analyst step in when the model endpoint fails."),
    click.option(
        "--allow-private",
        multiple=True,
        metavar="HOST[:PORT]",
        help="Fetch from this host though its address is not public.",
    ),
)


def say(message: str) -> None:
    """A message for the user, as a line on stderr."""
    click.echo(f"summarizer: {clean(message)}", err=True)


def open_stdout() -> TextIO:
    """stdout in UTF-8, whatever the terminal's encoding: it may lead into a file of reports."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    return sys.stdout
