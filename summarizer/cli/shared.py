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

from summarizer.analyst.llm.costs import cost_of, find_price
from summarizer.analyst.llm.dialect import ANSWER_TOKENS
from summarizer.analyst.llm.gate import DryGate
from summarizer.analyst.llm.prompt import load_prompt
from summarizer.errors import UsageError
from summarizer.render.formats import FORMATS
from summarizer.settings import DEFAULT_MODEL, Settings, database_path, load_settings
from summarizer.text.spans import clean

USUAL_ANSWER = 650  # tokens: the median of 190 answers that careful readers wrote to prompt 2
PARTS = frozenset(("system", "example_input", "example_answer", "user", "again"))  # of a prompt

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
    flag("--all", "Show the facts too that are likely to be wrong."),
    text_flag,
)
database = click.option(
    "--db",
    type=PATH,
    default=database_path,
    show_default=False,
    help="The database; the default one if left out.",
)
loudness_options = add_options(
    flag("--quiet", "Say nothing on stderr but why the run failed."),
    flag("--verbose", "Name each article with what became of it."),
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
    click.option(
        "--prompt",
        metavar="FILE|N",
        help="The prompt: a version of prompts/analyze, or a file of its form.",
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


dry_run_flag = flag(
    "--dry-run",
    "Ask no model: print about how many tokens it would be asked, and what that would cost.",
)


def read_settings(flags: dict[str, Any]) -> Settings:
    """The settings of this run. Raises UsageError for them, or for a prompt, if they are wrong."""
    settings = load_settings(**flags)
    if settings.uses_model:
        try:
            missing = PARTS - load_prompt(settings.prompt).parts.keys()
        except (ValueError, LookupError, OSError) as error:
            raise UsageError(f"prompt {settings.prompt} cannot be used: {error}") from error
        if missing:
            detail = f"prompt {settings.prompt} lacks {', '.join(sorted(missing))}"
            raise UsageError(detail, advice="Begin with a copy of the newest file")
    return settings


def describe_cost(gate: DryGate, settings: Settings) -> str:
    """What a dry run found: how much would be asked, and what that would cost."""
    from summarizer.render.parts import count_things  # imports pydantic

    model = settings.model or DEFAULT_MODEL
    asked = gate.requests * settings.samples
    if not asked:
        why = "every answer is kept" if settings.uses_model else "the embedded analyst speaks"
        return f"no model would be asked: {why}"
    tokens = gate.tokens * settings.samples
    price = find_price(model, settings.prices)
    usual, most = (cost_of(price, tokens, 0, asked * n) for n in (USUAL_ANSWER, ANSWER_TOKENS))
    cost = "of unknown cost" if None in (usual, most) else f"${usual:.4f} to ${most:.4f}"
    return (
        f"{model}: {count_things(asked, 'question')}, about {tokens:,} tokens in and"
        f" {asked * USUAL_ANSWER:,} to {asked * ANSWER_TOKENS:,} out, {cost}"
        " (estimated from words and digits, without what a server has in its cache;"
        " an answer with faults is asked for again)"
    )


def say(message: str) -> None:
    """A message for the user, as a line on stderr."""
    click.echo(f"summarizer: {clean(message)}", err=True)


def open_stdout() -> TextIO:
    """stdout in UTF-8, whatever the terminal's encoding: it may lead into a file of reports."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    return sys.stdout
