"""What commands share: their options, messages on stderr, and stdout for results."""

import os
import select
import stat
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
    """A flag `--NAME` that chooses the form of the output, passed as `form`. Two are an error."""

    def choose(ctx: click.Context, _: click.Parameter, is_given: bool) -> None:
        ctx.params.setdefault("form", None)
        if not is_given:
            return
        if other := ctx.params["form"]:
            raise click.UsageError(f"--{other} and --{name} are two forms: give one of them", ctx)
        ctx.params["form"] = name

    return click.option(
        f"--{name}", is_flag=True, expose_value=False, callback=choose, help=description
    )


def read_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """The inputs that were named; stdin, if there are none and something is piped into it."""
    if names:
        return names
    if is_piped():
        return ("-",)
    raise click.UsageError("Missing argument 'INPUT...'.")


def is_piped(seconds: float | None = None) -> bool:
    """Whether stdin is a pipe or a file, from which, if `seconds` are given, something can be read
    in that time."""
    try:
        number = sys.stdin.fileno()
        mode = os.fstat(number).st_mode
    except (OSError, ValueError, AttributeError):
        return False
    if not (stat.S_ISFIFO(mode) or stat.S_ISREG(mode) or stat.S_ISSOCK(mode)):
        return False
    if seconds is None:
        return True
    try:
        is_ready = bool(select.select([number], [], [], seconds)[0])
    except (OSError, ValueError):  # Windows selects sockets alone
        return True
    return is_ready and bool(getattr(sys.stdin.buffer, "peek", lambda _: b"x")(1))


def add_options(*options: Decorator) -> Decorator:
    """A decorator that adds the options to a command, in this order."""

    def decorate(command: Any) -> Any:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


PATH = click.Path(path_type=Path)
force_flag = flag("--force", "Replace an output file that this program did not write.")
text_flag = flag("--with-text", "Put each article's text into its report.")
report_options = add_options(
    *(form_flag(name, row.description) for name, row in FORMATS.items()),
    click.option(
        "--length",
        type=click.Choice(["short", "medium", "long"]),
        help="Sentences of the summary: one, two, or all that there are.",
    ),
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
