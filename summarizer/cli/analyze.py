"""The command analyze: an article, or several, to reports on stdout."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from click import argument, command, echo

from summarizer.analyst.llm.gate import DryGate, Gate
from summarizer.cli.reports import check_form, show_report
from summarizer.cli.shared import (
    describe_cost,
    dry_run_flag,
    flag,
    form_flag,
    open_stdout,
    read_names,
    read_settings,
    report_options,
    say,
    settings_options,
)
from summarizer.errors import SummarizerError, UsageError
from summarizer.settings import Settings

if TYPE_CHECKING:
    from summarizer.models import Article, Report


@command()
@argument("inputs", nargs=-1, metavar="INPUT...")
@report_options
@form_flag("extract", "Print the article's text only.")
@flag("--explain", "Show what the embedded analyst weighed for each call.")
@settings_options
@flag("--redo", "Ask the model again, though its answer about this text is kept.")
@dry_run_flag
@flag("--no-cache", "Fetch the page anew, and keep no copy of it.")
def analyze(
    inputs: tuple[str, ...],
    form: str | None,
    evidence: bool,
    all: bool,
    with_text: bool,
    length: str | None,
    explain: bool,
    no_cache: bool,
    dry_run: bool,
    **flags: Any,
) -> None:
    """Analyse an article, or several: each a URL, a page, a text, a PDF, DOCX, Markdown or .eml
    file, or - for stdin, which needs no name where it is piped.

    Several reports are printed one after the other, as JSON one a line. One that fails stops none
    of the others; the exit code is then 1.
    """
    inputs = read_names(inputs)
    is_one = len(inputs) == 1
    shown = {"evidence": evidence, "with_text": with_text, "show_all": all}
    _check_form(form, shown, is_one=is_one)
    settings = read_settings(flags)
    if no_cache:
        settings = replace(settings, cache=False)
    dry = DryGate() if dry_run else None
    is_silent = settings.uses_model or flags["offline"] or form == "extract"
    failures: list[SummarizerError] = []
    for number, name in enumerate(inputs):
        with _noting_failure(name, failures, is_one=is_one):
            article = _read_article(name, settings)
            if form == "extract":
                echo(article.text)
                continue
            if not is_silent:
                say("no OPENAI_API_KEY and no endpoint is set: the embedded analyst speaks")
                is_silent = True
            report = _analyze_article(article, settings, dry)
            if dry:
                continue
            if number and form != "json":
                echo()
            _show(report, form, length, is_one=is_one, **shown)
            if explain:
                _explain(article, settings)
    if dry:
        echo(describe_cost(dry, settings))
    if failures:
        raise SystemExit(max(error.exit_status for error in failures))


def _check_form(form: str | None, shown: dict[str, bool], *, is_one: bool) -> None:
    check_form(form, shown["evidence"] or shown["with_text"])
    if form == "html" and not is_one:
        advice = "summarizer batch stores many, and summarizer show --html prints each"
        raise UsageError("--html prints one page, of one article", advice=advice)


@contextmanager
def _noting_failure(name: str, failures: list[SummarizerError], *, is_one: bool) -> Iterator[None]:
    """Notes the failure of one input of several, and says it on stderr, so that the next follows.

    What fails all of them, such as a model's endpoint, is raised.
    """
    try:
        yield
    except SummarizerError as error:
        if is_one or error.exit_status > UsageError.exit_status:
            raise
        say(f"{name}: {error}")
        failures.append(error)


def _read_article(name: str, settings: Settings) -> "Article":
    if "://" in name or name.lower().endswith((".html", ".htm")):
        from summarizer.page.sandbox import SANDBOX

        SANDBOX.warm()  # beside the imports below, and the fetching
    from summarizer.cli.waiting import show_fetching
    from summarizer.models import Page
    from summarizer.page.article import extract_article
    from summarizer.pipeline import load_page

    if name == "-":
        return extract_article(Page(body=sys.stdin.buffer.read()))
    with show_fetching(name):
        return extract_article(load_page(name, settings))


def _analyze_article(article: "Article", settings: Settings, dry: DryGate | None) -> "Report":
    """The report; a line on stderr tells what a model's answer cost."""
    from summarizer.cli.waiting import show_waiting
    from summarizer.pipeline import analyze_article

    if dry:
        return analyze_article(article, replace(settings, fallback=True), dry)
    with show_waiting(settings) as hear:
        report = analyze_article(article, settings, Gate(hear=hear))
    analyst = report.analyst
    if analyst.name == "llm":
        cost = "of unknown cost" if analyst.cost_usd is None else f"${analyst.cost_usd:.4f}"
        tokens = f"{analyst.input_tokens} tokens in, {analyst.output_tokens} out"
        kept = ". Its kept answer is used; --redo asks anew" * ("answer_kept" in report.flags)
        say(f"{analyst.model}: {tokens}, {cost}{kept}")
    return report


def _show(
    report: "Report", form: str | None, length: str | None, *, is_one: bool, **shown: bool
) -> None:
    """The report on stdout; as JSON, one of several is a line."""
    from summarizer.batch.export import write_jsonl
    from summarizer.render.parts import shorten

    report = shorten(report, length)
    if form == "json" and not is_one:
        write_jsonl(open_stdout(), [report.to_dict(with_text=shown["with_text"])])
    else:
        show_report(report, form, **shown)


def _explain(article: "Article", settings: Settings) -> None:
    from summarizer.analyst.embedded.analyze import explain as explain_calls
    from summarizer.facts.extract import read_rows
    from summarizer.facts.reader import load_reader
    from summarizer.render.terminal import print_weights
    from summarizer.text.reading import read_text

    text = read_text(article)
    print_weights(explain_calls(text, read_rows(text, load_reader(settings.reader)).facts))
