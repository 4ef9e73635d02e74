"""Commands and exit codes, nothing else."""

import json
import sys
from pathlib import Path

import click

from summarizer.errors import SummarizerError, UsageError


class _DefaultGroup(click.Group):
    """`summarizer INPUT` is `summarizer analyze INPUT`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ("--help", "-h", "--version"):
            args = ["analyze", *args]
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except SummarizerError as error:
            from summarizer.spans import clean

            click.echo(f"summarizer: {clean(str(error))}", err=True)
            ctx.exit(error.exit_status)


@click.group(cls=_DefaultGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="crypto-news-summarizer")
def main() -> None:
    """Read crypto news so that you need not: a verified report of an article.

    \b
    summarizer article.html          the report in the terminal
    summarizer - --json < news.txt   one JSON object
    summarizer batch in.jsonl -o out.jsonl
    """


@main.command()
@click.argument("input")
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON object.")
@click.option("--markdown", is_flag=True, help="Print the report as a Markdown note.")
@click.option("--extract", is_flag=True, help="Print the article's text only.")
@click.option("--evidence", is_flag=True, help="Show the words of the article behind each fact.")
@click.option("--with-text", is_flag=True, help="Put the article's text into the JSON.")
@click.option("--offline", is_flag=True, help="Use neither network nor model: the embedded analyst speaks.")
def analyze(input: str, as_json: bool, markdown: bool, extract: bool, evidence: bool, with_text: bool, offline: bool) -> None:
    """Analyse one article: an .html or .txt file, or - for stdin."""
    from summarizer.article import extract_article
    from summarizer.pipeline import analyze_article

    article = extract_article(_read_input(input))
    if extract:
        click.echo(article.text)
        return
    report = analyze_article(article)
    if as_json:
        click.echo(json.dumps(report.to_dict(with_text=with_text), ensure_ascii=False, indent=2))
    elif markdown:
        from summarizer.render.markdown import render_markdown

        click.echo(render_markdown(report))
    else:
        from summarizer.render.terminal import print_report

        print_report(report, evidence=evidence)


def _read_input(name: str):
    from summarizer.models import Page

    if name == "-":
        return Page(body=sys.stdin.buffer.read())
    path = Path(name)
    try:
        return Page(body=path.read_bytes(), content_type="text/html" if path.suffix.lower() in (".html", ".htm") else None)
    except OSError as error:
        raise UsageError(f"{name}: {error.strerror}") from error


@main.command()
@click.argument("input", type=click.Path(path_type=Path))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="Where the reports go, one a line.")
@click.option("--with-text", is_flag=True, help="Put each article's text into its report.")
def batch(input: Path, output: Path, with_text: bool) -> None:
    """Analyse a JSONL file of article records {id, url, title, source, published_at, text or html}."""
    from summarizer.batch import run_batch
    from summarizer.settings import load_settings

    done, failed = run_batch(input, output, load_settings(), with_text=with_text)
    click.echo(f"{done} done, {failed} failed", err=True)
    if failed:
        raise SystemExit(1)
