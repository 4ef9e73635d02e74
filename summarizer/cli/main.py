"""Commands and exit codes, nothing else."""

import sys
import traceback
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

import click

from summarizer.cli import commands
from summarizer.errors import SummarizerError

if TYPE_CHECKING:
    from summarizer.models import Page
    from summarizer.settings import Settings

_INTERNAL = 70  # sysexits.h, EX_SOFTWARE
_INTERRUPTED = 130  # 128 + SIGINT


class _DefaultGroup(click.Group):
    """`summarizer INPUT` is `summarizer analyze INPUT`; a failure is one line on stderr and an exit code."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ("--help", "-h", "--version"):
            args = ["analyze", *args]
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        _soften()
        try:
            return super().invoke(ctx)
        except SummarizerError as error:
            _say(str(error))
            ctx.exit(error.exit_status)
        except KeyboardInterrupt:
            ctx.exit(_INTERRUPTED)
        except (click.ClickException, click.exceptions.Exit, click.Abort, OSError):
            raise  # click's own, and a closed pipe, which click ends quietly
        except Exception as error:  # noqa: BLE001  the one place where a bug of ours becomes a line and an exit code
            last = traceback.extract_tb(error.__traceback__)[-1]
            _say(
                f"internal error: {type(error).__name__} in {Path(last.filename).name}, line {last.lineno}. Please report it"
            )
            ctx.exit(_INTERNAL)


def _soften() -> None:
    """A character that the terminal's encoding lacks is shown as `?`, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def _say(message: str) -> None:
    from summarizer.text.spans import clean

    click.echo(f"summarizer: {clean(message)}", err=True)


@click.group(cls=_DefaultGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="crypto-news-summarizer")
def main() -> None:
    """Read crypto news so that you need not: a verified report of an article.

    \b
    summarizer https://example.com/news   one article from the web
    summarizer article.html               or from a file
    summarizer - --json < news.txt        or pasted; one JSON object
    summarizer batch in.jsonl -o out.jsonl

    With no OPENAI_API_KEY the embedded analyst does the whole job. Exit codes: 0 done, 1 an input failed,
    2 usage or settings, 3 the model endpoint failed, 4 storage.
    """


@main.command()
@click.argument("input")
@click.option("--json", "form", flag_value="json", help="Print the report as one JSON object.")
@click.option(
    "--markdown",
    "form",
    flag_value="markdown",
    help="Print the report as a Markdown note to paste.",
)
@click.option(
    "--html",
    "form",
    flag_value="html",
    help="Print the report as one HTML page, with the evidence marked.",
)
@click.option("--extract", "form", flag_value="extract", help="Print the article's text only.")
@click.option(
    "--evidence",
    is_flag=True,
    help="Show the words of the article behind each fact, call and signal.",
)
@click.option(
    "--explain", is_flag=True, help="Show what the embedded analyst weighed for each call."
)
@click.option(
    "--with-text", is_flag=True, help="Put the article's text into the JSON, or the HTML."
)
@click.option(
    "--model", metavar="NAME", help="The model that makes the calls, at OPENAI_BASE_URL or OpenAI."
)
@click.option(
    "--samples",
    type=click.IntRange(1, 9),
    metavar="K",
    help="Answers to ask for where the endpoint gives no chances of tokens.",
)
@click.option(
    "--redo", is_flag=True, help="Ask the model again, though its answer about this text is kept."
)
@click.option(
    "--offline", is_flag=True, help="Neither fetch nor ask a model: the embedded analyst speaks."
)
@click.option(
    "--fallback",
    is_flag=True,
    help="Let the embedded analyst step in when the model endpoint fails.",
)
@click.option("--no-cache", is_flag=True, help="Fetch the page anew, and keep no copy of it.")
@click.option(
    "--allow-private",
    multiple=True,
    metavar="HOST[:PORT]",
    help="Fetch from this host though its address is not public.",
)
def analyze(
    input: str, form: str | None, evidence: bool, explain: bool, with_text: bool, model: str | None, samples: int | None, redo: bool,
    offline: bool, fallback: bool, no_cache: bool, allow_private: tuple[str, ...],
) -> None:  # fmt: skip
    """Analyse one article: a URL, an .html or .txt file, or - for stdin."""
    from summarizer.page.article import extract_article
    from summarizer.pipeline import analyze_article
    from summarizer.settings import load_settings

    flags = {
        "model": model,
        "samples": samples,
        "redo": redo,
        "offline": offline,
        "fallback": fallback,
        "allow_private": allow_private,
    }
    settings = load_settings(
        **{name: value or None for name, value in flags.items()}, cache=False if no_cache else None
    )
    article = extract_article(_read_input(input, settings))
    if form == "extract":
        click.echo(article.text)
        return
    if not settings.uses_model and not offline:
        _say("no OPENAI_API_KEY and no endpoint is set: the embedded analyst speaks")
    report = analyze_article(article, settings)
    if report.analyst.name == "llm":
        cost = (
            "of unknown cost"
            if report.analyst.cost_usd is None
            else f"${report.analyst.cost_usd:.4f}"
        )
        _say(
            f"{report.analyst.model}: {report.analyst.input_tokens} tokens in, {report.analyst.output_tokens} out, {cost}"
        )
    commands.show_report(report, form, evidence=evidence, with_text=with_text)
    if explain:
        from summarizer.analyst.embedded.analyze import explain as explain_calls
        from summarizer.render.terminal import print_weights
        from summarizer.text.reading import read_text

        print_weights(explain_calls(read_text(article)))


def _read_input(name: str, settings: "Settings") -> "Page":
    from summarizer.models import Page
    from summarizer.pipeline import load_page

    return Page(body=sys.stdin.buffer.read()) if name == "-" else load_page(name, settings)


@main.command()
@click.option("--model", metavar="NAME", help="The model to look at.")
def doctor(model: str | None) -> None:
    """Check key, endpoint, model, schema support and price, and say what to do; costs one answer of a few tokens.

    The exit code is 3 where the model cannot be used.
    """
    from summarizer.cli.doctor import examine
    from summarizer.settings import load_settings
    from summarizer.text.spans import clean

    checks = examine(load_settings(model=model))
    for check in checks:
        click.echo(
            clean(
                f"{'ok' if check.fine else '!!'}  {check.name}: {check.detail}{f'. {check.advice}' if check.advice else ''}"
            )
        )
    if any(not check.fine for check in checks if check.name in ("endpoint", "model")):
        raise SystemExit(3)


for command in (
    commands.batch,
    commands.watch,
    commands.show,
    commands.search,
    commands.export,
    commands.digest,
):
    main.add_command(command)
