"""The command `summarizer`: its subcommands, and the exit code and line on stderr of a failure."""

import atexit
import gc
import sys
import traceback
from difflib import get_close_matches
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path

import click

from summarizer.cli.shared import is_piped, say
from summarizer.errors import SummarizerError

# Each command with its file in this folder, which is imported on first use. Those files import
# the rest of the package inside their functions, so that --help stays quick.
COMMANDS = {
    "analyze": "analyze",
    "batch": "batch",
    "config": "config",
    "digest": "reports",
    "doctor": "doctor",
    "export": "reports",
    "mcp": "assistants",
    "publish": "delivery",
    "search": "reports",
    "serve": "delivery",
    "show": "reports",
    "skill": "assistants",
    "watch": "batch",
}
PIPE_SECONDS = 1.0  # in which a pipe must bring something to be read without being named
_INTERNAL = 70  # sysexits.h, EX_SOFTWARE
_INTERRUPTED = 130  # 128 + SIGINT
# Imports make no garbage: looking for it as often as Python does takes 0.03 s of a start, 0.05 s
# of an end.
gc.set_threshold(100_000)
atexit.register(gc.freeze)


class _Commands(click.Group):
    """`summarizer INPUT` is `summarizer analyze INPUT`."""

    def list_commands(self, _: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _: click.Context, name: str) -> click.Command:
        command: click.Command = getattr(import_module(f"summarizer.cli.{COMMANDS[name]}"), name)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args and is_piped(PIPE_SECONDS):
            args = ["analyze", "-"]
        if args and args[0] not in (*COMMANDS, "--help", "-h", "--version"):
            _check_command(args[0])
            args = ["analyze", *args]
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """Runs a command; its failure becomes one line on stderr and an exit code."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper):
                stream.reconfigure(errors="replace")  # `?` where its encoding lacks a character
        try:
            return super().invoke(ctx)
        except SummarizerError as error:
            say(str(error))
            ctx.exit(error.exit_status)
        except KeyboardInterrupt:
            ctx.exit(_INTERRUPTED)
        except (click.ClickException, click.exceptions.Exit, click.Abort, OSError):
            raise  # click's own, and a closed pipe, which click ends quietly
        except Exception as error:  # noqa: BLE001  the one place where a bug becomes a line
            last = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{Path(last.filename).name}, line {last.lineno}"
            say(f"internal error: {type(error).__name__} in {place}. Please report it")
            ctx.exit(_INTERNAL)


def _check_command(word: str) -> None:
    """Raises UsageError for a word that is no input, but nearly a command."""
    if word.startswith("-") or set("./:\\") & set(word) or Path(word).exists():
        return
    if near := get_close_matches(word.lower(), COMMANDS, n=1, cutoff=0.6):
        raise click.UsageError(f"There is no command or file {word!r}. Did you mean {near[0]!r}?")


_HELP = {"help_option_names": ["-h", "--help"], "show_default": True}


@click.group(cls=_Commands, context_settings=_HELP)
@click.version_option(package_name="crypto-news-summarizer")
def main() -> None:
    """Read crypto news so that you need not: a verified report of an article.

    \b
    summarizer https://example.com/news   one article from the web
    summarizer article.html               or from a file
    pbpaste | summarizer --json           or pasted; one JSON object
    summarizer batch in.jsonl -o out.jsonl

    With no OPENAI_API_KEY the embedded analyst does the whole job. Exit codes: 0 done, 1 an input
    failed, 2 usage or settings, 3 the model endpoint failed, 4 storage.
    """
