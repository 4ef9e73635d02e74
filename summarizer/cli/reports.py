"""The commands that read reports out of a database: show, search, export and digest."""

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from click import Choice, IntRange, argument, command, echo, option

from summarizer.batch.store import open_store
from summarizer.cli.messages import make_messenger, message_options
from summarizer.cli.shared import (
    PATH,
    database,
    flag,
    force_flag,
    form_flag,
    open_stdout,
    report_options,
    say,
    text_flag,
)
from summarizer.errors import SummarizerError, UsageError
from summarizer.render.formats import render_report
from summarizer.settings import load_settings
from summarizer.text.spans import clean

if TYPE_CHECKING:
    from datetime import datetime

    from summarizer.models import Level, Report
    from summarizer.overviews import Digest


def check_form(form: str | None, more: bool) -> None:
    """Raises UsageError, before a model is paid, where a note is to hold more than a note does."""
    if more and form == "markdown":
        raise UsageError(
            "a Markdown note holds neither the evidence nor the article's text",
            advice="Give --html or --json",
        )


def show_report(
    report: "Report", form: str | None, *, evidence: bool, with_text: bool, show_all: bool
) -> None:
    """The report on stdout, in one of FORMATS or, if `form` is None, as the terminal shows it."""
    if form is None:
        from summarizer.render.terminal import print_report

        print_report(report, evidence=evidence, show_all=show_all)
        return
    is_unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    wishes = {"with_text": with_text, "show_all": show_all}
    echo(render_report(form, report, is_unicode=is_unicode, **wishes))


@command()
@argument("name", metavar="ID")
@database
@report_options
def show(
    name: str,
    db: Path,
    form: str | None,
    evidence: bool,
    all: bool,
    with_text: bool,
    length: str | None,
) -> None:
    """Show a stored report by its number (see search), its id or the beginning of it, or the
    article's address.
    """
    from summarizer.batch.reports import find_reports, load_reports
    from summarizer.models import Report
    from summarizer.render.parts import shorten

    check_form(form, evidence or with_text)
    store = open_store(db, create=False)
    keys = find_reports(store, name)
    if not keys:
        advice = "summarizer search WORDS finds one"
        raise SummarizerError(f"no report is known by {name}", code="not_found", advice=advice)
    report = next(load_reports(store, "a.id = ?", keys[:1]))
    shown = {"evidence": evidence, "with_text": with_text, "show_all": all}
    show_report(shorten(Report.model_validate(report), length), form, **shown)


@command()
@argument("words", nargs=-1, required=True)
@database
@option("--limit", type=IntRange(1, 10_000), default=20)
@form_flag("json", "Print a JSON array.")
def search(words: tuple[str, ...], db: Path, limit: int, form: str | None) -> None:
    """Find stored articles that hold all the WORDS, the best first."""
    from summarizer.batch.reports import search_articles
    from summarizer.models import UNTITLED
    from summarizer.render.json import format_json

    rows = search_articles(open_store(db, create=False), " ".join(words), limit)
    if form:
        echo(format_json([dict(row) for row in rows]))
        return
    if not rows:
        say("no stored article holds all these words")
    for row in rows:
        about = (row["published_at"] or "no date", row["source"], row["direction"])
        echo(clean(f"{row['id']:>6}  {row['title'] or UNTITLED}"))
        echo(clean(f"        {' · '.join(filter(None, about))}"))
        echo("        " + " ".join(clean(row["snippet"]).split()))
        if row["url"]:
            echo(clean(f"        {row['url']}"))


@command()
@database
@option("--format", "form", type=Choice(["jsonl", "csv", "parquet"]), default="jsonl")
@option("-o", "--output", type=PATH, help="The file; stdout if left out (not for Parquet).")
@option(
    "--table",
    type=Choice(["reports", "facts", "calls"]),
    default="reports",
    help="Whole reports, or a flat row for each of their facts or calls.",
)
@text_flag
@flag("--all-versions", "Also what articles said before they were edited.")
@force_flag
def export(
    db: Path,
    form: str,
    output: Path | None,
    table: str,
    with_text: bool,
    all_versions: bool,
    force: bool,
) -> None:
    """Write the reports of a database as JSONL, CSV or Parquet, or their facts or calls as a flat
    table.
    """
    from summarizer.batch.export import WRITERS, replacing
    from summarizer.batch.output import REPORT_FIELDS, ROW_FIELDS, claim_target
    from summarizer.batch.reports import NEWEST, load_reports

    where = "1" if all_versions else NEWEST
    reports = load_reports(open_store(db, create=False), where, with_text=with_text)
    write = WRITERS[f".{form}"]
    if table != "reports":
        from summarizer.batch.tables import write_table
        from summarizer.render.frame import list_rows

        reports = list_rows(reports, table)
        write = partial(write_table, form, table=table)
    if output is not None:
        fields = REPORT_FIELDS if table == "reports" else ROW_FIELDS
        claim_target(output, (str(db),), force=force, form=f".{form}", fields=fields)
        with replacing(output) as stream:
            write(stream, reports)
    elif form == "parquet":
        raise UsageError("Parquet is not written to stdout", advice="Give -o FILE")
    else:
        write(open_stdout(), reports)


@command()
@database
@option("--since", default="24h", help="24h, 7d, 2w, or an ISO time: the period's beginning.")
@option("--until", help="The period's end, in the same forms; now, if left out.")
@option(
    "--asset", "assets", multiple=True, metavar="NAME", help="Only this asset, by name or ticker."
)
@option("--limit", type=IntRange(1, 1000), default=10, help="Stories.")
@option("-o", "--output", type=PATH, help="A file; .md, .html and .json choose the form.")
@force_flag
@form_flag("json", "Print one JSON object.")
@form_flag("markdown", "Print a Markdown note.")
@form_flag("html", "Print one HTML page, which mail programs show too.")
@message_options(
    "--to",
    "Send it there as a message: an Apprise address, @FILE of addresses, or a name of the config "
    "file's [notify]. It is then printed only in a form that is asked for.",
)
@flag("--quiet", "Say nothing on stderr but what went wrong.")
def digest(
    db: Path,
    since: str,
    until: str | None,
    assets: tuple[str, ...],
    limit: int,
    output: Path | None,
    force: bool,
    form: str | None,
    receivers: tuple[str, ...],
    test: bool,
    quiet_hours: str | None,
    min_confidence: float,
    min_credibility: "Level",
    quiet: bool,
) -> None:
    """The market's view per asset, who disagrees, new levels and flows, and the top stories of a
    period.

    Each story counts once, weighted by the credibility of those who tell it. An article is of its
    publication's time, or, where that is not known, of the time at which it was stored.
    """
    from summarizer.digest.digest import Threshold
    from summarizer.serve.view import load_digest

    threshold = Threshold(min_credibility, min_confidence)
    messenger = make_messenger(
        receivers,
        load_settings(),
        threshold,
        test=test,
        quiet_hours=quiet_hours,
        only_faults=quiet,
    )
    start, end = _read_period(since, until)
    form = form or (_FORMS.get(output.suffix) if output else None)
    if output:
        _claim_digest(output, db, force)
    store = open_store(db, create=False)
    view = load_digest(store, start, end if until else None, assets, limit, threshold)
    newest = store.read("SELECT max(coalesce(published_at, stored_at)) FROM articles")[0][0]
    if not view.articles and newest and not quiet:
        about = f" on {', '.join(assets)}" if assets else ""
        say(f"nothing{about} since {start:%Y-%m-%d %H:%M}; the newest is of {newest}")
    if output:
        from summarizer.batch.export import replacing

        with replacing(output) as stream:
            stream.write(_render_digest(view, form or "markdown"))
    elif form:
        echo(_render_digest(view, form), nl=False)
    elif not messenger.receivers:
        from summarizer.render.terminal import print_digest

        print_digest(view)
    if messenger.receivers:
        messenger.send_digest(store, view)


_FORMS = {".json": "json", ".md": "markdown", ".markdown": "markdown", ".html": "html"}


def _read_period(since: str, until: str | None) -> tuple["datetime", "datetime"]:
    """The beginning and the end of the period. Raises UsageError where they stand in no order."""
    from datetime import UTC, datetime

    from summarizer.digest.digest import parse_since

    now = datetime.now(UTC)
    start = parse_since(since, now)
    end = parse_since(until, now, "--until") if until else now
    if end <= start:
        raise UsageError("the period ends before it begins", advice="--until is after --since")
    return start, end


def _claim_digest(output: Path, db: Path, force: bool) -> None:
    from summarizer.batch.output import claim_target

    claim_target(output, (str(db),), force=force)


def _render_digest(view: "Digest", form: str) -> str:
    from summarizer.render.html import render_digest_page
    from summarizer.render.json import format_json
    from summarizer.render.markdown import render_digest

    if form == "json":
        return format_json(view.model_dump(mode="json")) + "\n"
    return render_digest_page(view) if form == "html" else render_digest(view)
