"""The commands that print reports: analyze makes one, show, search, export and digest read a
database.
"""

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from click import Choice, IntRange, argument, command, echo, option

from summarizer.analyst.llm.gate import DryGate, Gate
from summarizer.batch.store import open_store
from summarizer.cli.shared import (
    PATH,
    database,
    describe_cost,
    dry_run_flag,
    flag,
    form_flag,
    open_stdout,
    read_settings,
    report_options,
    say,
    settings_options,
    text_flag,
)
from summarizer.errors import SummarizerError, UsageError
from summarizer.render.formats import render_report
from summarizer.text.spans import clean

if TYPE_CHECKING:
    from summarizer.models import Digest, Report


@command()
@argument("input")
@report_options
@form_flag("extract", "Print the article's text only.")
@flag("--explain", "Show what the embedded analyst weighed for each call.")
@settings_options
@flag("--redo", "Ask the model again, though its answer about this text is kept.")
@dry_run_flag
@flag("--no-cache", "Fetch the page anew, and keep no copy of it.")
def analyze(
    input: str,
    form: str | None,
    evidence: bool,
    with_text: bool,
    explain: bool,
    no_cache: bool,
    dry_run: bool,
    **flags: Any,
) -> None:
    """Analyse one article: a URL, an .html or .txt file, or - for stdin."""
    from summarizer.cli.progress import show_waiting
    from summarizer.models import Page
    from summarizer.page.article import extract_article
    from summarizer.pipeline import analyze_article, load_page

    _check_form(form, evidence or with_text)
    settings = read_settings(flags)
    if no_cache:
        settings = replace(settings, cache=False)
    page = Page(body=sys.stdin.buffer.read()) if input == "-" else load_page(input, settings)
    article = extract_article(page)
    if form == "extract":
        echo(article.text)
        return
    if not settings.uses_model and not flags["offline"]:
        say("no OPENAI_API_KEY and no endpoint is set: the embedded analyst speaks")
    if dry_run:
        dry = DryGate()
        analyze_article(article, replace(settings, fallback=True), dry)
        echo(describe_cost(dry, settings))
        return
    with show_waiting(settings) as hear:
        report = analyze_article(article, settings, Gate(hear=hear))
    analyst = report.analyst
    if analyst.name == "llm":
        cost = "of unknown cost" if analyst.cost_usd is None else f"${analyst.cost_usd:.4f}"
        tokens = f"{analyst.input_tokens} tokens in, {analyst.output_tokens} out"
        kept = ". Its kept answer is used; --redo asks anew" * ("answer_kept" in report.flags)
        say(f"{analyst.model}: {tokens}, {cost}{kept}")
    _show_report(report, form, evidence, with_text)
    if explain:
        from summarizer.analyst.embedded.analyze import explain as explain_calls
        from summarizer.render.terminal import print_weights
        from summarizer.text.reading import read_text

        print_weights(explain_calls(read_text(article)))


def _check_form(form: str | None, more: bool) -> None:
    """Raises UsageError, before a model is paid, where a note is to hold more than a note does."""
    if more and form == "markdown":
        raise UsageError(
            "a Markdown note holds neither the evidence nor the article's text",
            advice="Give --html or --json",
        )


def _show_report(report: "Report", form: str | None, evidence: bool, with_text: bool) -> None:
    """The report on stdout, in one of FORMATS or, if `form` is None, as the terminal shows it."""
    if form is None:
        from summarizer.render.terminal import print_report

        print_report(report, evidence=evidence)
        return
    is_unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    echo(render_report(form, report, with_text=with_text, is_unicode=is_unicode))


@command()
@argument("name", metavar="ID")
@database
@report_options
def show(name: str, db: Path, form: str | None, evidence: bool, with_text: bool) -> None:
    """Show a stored report by its number (see search), its id or the beginning of it, or the
    article's address.
    """
    from summarizer.batch.reports import find_reports, load_reports
    from summarizer.models import Report

    _check_form(form, evidence or with_text)
    store = open_store(db, create=False)
    keys = find_reports(store, name)
    if not keys:
        advice = "summarizer search WORDS finds one"
        raise SummarizerError(f"no report is known by {name}", code="not_found", advice=advice)
    report = next(load_reports(store, "a.id = ?", keys[:1]))
    _show_report(Report.model_validate(report), form, evidence, with_text)


@command()
@argument("words", nargs=-1, required=True)
@database
@option("--limit", type=IntRange(1, 10_000), default=20)
@form_flag("json", "Print a JSON array.")
def search(words: tuple[str, ...], db: Path, limit: int, form: str | None) -> None:
    """Find stored articles that hold all the WORDS, the best first."""
    from summarizer.batch.reports import search_articles
    from summarizer.render.json import format_json

    rows = search_articles(open_store(db, create=False), " ".join(words), limit)
    if form:
        echo(format_json([dict(row) for row in rows]))
        return
    if not rows:
        say("no stored article holds all these words")
    for row in rows:
        about = (row["published_at"] or "no date", row["source"], row["direction"])
        echo(clean(f"{row['id']:>6}  {row['title'] or 'Untitled article'}"))
        echo(clean(f"        {' · '.join(filter(None, about))}"))
        echo("        " + " ".join(clean(row["snippet"]).split()))


@command()
@database
@option("--format", "form", type=Choice(["jsonl", "csv", "parquet"]), default="jsonl")
@option("-o", "--output", type=PATH, help="The file; stdout if left out (not for Parquet).")
@text_flag
@flag("--all-versions", "Also what articles said before they were edited.")
def export(db: Path, form: str, output: Path | None, with_text: bool, all_versions: bool) -> None:
    """Write the reports of a database as JSONL, CSV or Parquet."""
    from summarizer.batch.export import WRITERS, replacing
    from summarizer.batch.reports import NEWEST, load_reports

    where = "1" if all_versions else NEWEST
    reports = load_reports(open_store(db, create=False), where, with_text=with_text)
    write = WRITERS[f".{form}"]
    if output is not None:
        with replacing(output) as stream:
            write(stream, reports)
    elif form == "parquet":
        raise UsageError("Parquet is not written to stdout", advice="Give -o FILE")
    else:
        write(open_stdout(), reports)


@command()
@database
@option("--since", default="24h", help="24h, 7d, 2w, or an ISO time: the period's beginning.")
@option("--asset", metavar="TICKER", help="Articles with a call on this asset alone.")
@form_flag("json", "Print one JSON object.")
@form_flag("markdown", "Print a Markdown note.")
@form_flag("html", "Print one HTML page, which mail programs show too.")
@option("-o", "--output", type=PATH, help="The file for --html, --markdown or --json.")
def digest(db: Path, since: str, asset: str | None, form: str | None, output: Path | None) -> None:
    """The market's view per asset, who disagrees, new levels and flows, and the top stories of a
    period.

    Each story counts once, weighted by the credibility of those who tell it. An article is of its
    publication's time, or, where that is not known, of the time at which it was stored.
    """
    from datetime import UTC, datetime

    from summarizer.digest.digest import parse_since
    from summarizer.serve.view import load_digest

    if output is not None and form is None:
        raise UsageError("a file wants a form", advice="Add --html, --markdown or --json")
    now = datetime.now(UTC)
    start = parse_since(since, now)
    store = open_store(db, create=False)
    view = load_digest(store, start, now, asset)
    newest = store.read("SELECT max(coalesce(published_at, stored_at)) FROM articles")[0][0]
    if not view.articles and newest:
        about = f" on {asset}" if asset else ""
        say(f"nothing{about} since {start:%Y-%m-%d %H:%M}; the newest is of {newest}")
    _show_digest(view, form, output)


def _show_digest(view: "Digest", form: str | None, output: Path | None) -> None:
    """The digest in a form, in a file or on stdout; without a form as the terminal shows it."""
    if form is None:
        from summarizer.render.terminal import print_digest

        print_digest(view)
        return
    if form == "json":
        from summarizer.render.json import format_json

        text = format_json(view.model_dump(mode="json")) + "\n"
    elif form == "markdown":
        from summarizer.render.markdown import render_digest

        text = render_digest(view)
    else:
        from summarizer.render.html import render_digest_page

        text = render_digest_page(view)
    if output is None:
        echo(text, nl=False)
        return
    from summarizer.batch.export import replacing

    with replacing(output) as stream:
        stream.write(text)
