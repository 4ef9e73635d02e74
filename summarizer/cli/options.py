"""Options that several commands share, and short ways to declare the most common kinds."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from summarizer.render.formats import FORMATS

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
report_forms = add_options(*(form_flag(name, row.description) for name, row in FORMATS.items()))
report_with_text = flag("--with-text", "Put the article's text into the JSON, or the HTML.")
file_with_text = flag("--with-text", "Put each article's text into its report.")
database = click.option("--db", type=PATH, help="The database; the default one if left out.")
fallback = flag("--fallback", "Let the embedded analyst step in when the model endpoint fails.")


def samples(description: str) -> Decorator:
    """How many answers are asked for. In a batch the help says what they are for."""
    return click.option("--samples", type=click.IntRange(1, 9), metavar="K", help=description)


def allow_private(description: str) -> Decorator:
    """The hosts that may be visited though they are not public."""
    metavar = "HOST[:PORT]"
    return click.option("--allow-private", multiple=True, metavar=metavar, help=description)
