"""The commands that read a database: show, search, export and digest."""

from pathlib import Path
from typing import TYPE_CHECKING

from click import Choice, IntRange, argument, command, echo, option

from summarizer.cli.options import (
    PATH,
    database,
    file_with_text,
    flag,
    form_flag,
    report_forms,
    report_with_text,
)
from summarizer.cli.output import open_stdout, say, show_report
from summarizer.errors import SummarizerError, UsageError
from summarizer.text.spans import clean

if TYPE_CHECKING:
    from summarizer.batch.store import Store


def _open_stored(db: Path | None) -> "Store":
    from summarizer.batch.store import open_store
    from summarizer.settings import database_path

    return open_store(db or database_path(), create=False)


@command()
@argument("name", metavar="ID")
@database
@report_forms
@report_with_text
@flag("--evidence", "Show the words of the article behind each fact and call.")
def show(name: str, db: Path | None, form: str | None, with_text: bool, evidence: bool) -> None:
    """Show a stored report by its number (see search), its id or the beginning of it, or the
    article's address.
    """
    from summarizer.batch.reports import find_reports, load_reports
    from summarizer.models import Report

    store = _open_stored(db)
    keys = find_reports(store, name)
    if not keys:
        advice = "summarizer search WORDS finds one"
        raise SummarizerError(f"no report is known by {name}", code="not_found", advice=advice)
    report = next(load_reports(store, "a.id = ?", keys[:1]))
    show_report(Report.model_validate(report), form, evidence=evidence, with_text=with_text)


@command()
@argument("words", nargs=-1, required=True)
@database
@option("--limit", type=IntRange(1, 10_000), default=20)
@form_flag("json", "Print a JSON array.")
def search(words: tuple[str, ...], db: Path | None, limit: int, form: str | None) -> None:
    """Find stored articles that hold all the WORDS, the best first."""
    from summarizer.batch.reports import search_articles
    from summarizer.render.json import format_json

    rows = search_articles(_open_stored(db), " ".join(words), limit)
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
@option(
    "--format",
    "form",
    type=Choice(["jsonl", "csv", "parquet"]),
    default="jsonl",
)
@option(
    "-o",
    "--output",
    type=PATH,
    help="The file; stdout if left out (not for Parquet).",
)
@file_with_text
@flag("--all-versions", "Also what articles said before they were edited.")
def export(
    db: Path | None, form: str, output: Path | None, with_text: bool, all_versions: bool
) -> None:
    """Write the reports of a database as JSONL, CSV or Parquet."""
    from summarizer.batch.export import WRITERS, replacing
    from summarizer.batch.reports import NEWEST, load_reports

    where = "1" if all_versions else NEWEST
    reports = load_reports(_open_stored(db), where, with_text=with_text)
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
@option(
    "--since",
    default="24h",
    help="24h, 7d, 2w, or an ISO time: the period's beginning.",
)
@option("--asset", metavar="TICKER", help="Articles with a call on this asset alone.")
@form_flag("json", "Print one JSON object.")
@form_flag("markdown", "Print a Markdown note.")
def digest(db: Path | None, since: str, asset: str | None, form: str | None) -> None:
    """The market's view per asset, who disagrees, new levels and flows, and the top stories of a
    period.

    Each story counts once, weighted by the credibility of those who tell it. An article is of its
    publication's time, or, where that is not known, of the time at which it was stored.
    """
    from datetime import UTC, datetime

    from summarizer.batch.reports import NEWEST, load_reports
    from summarizer.digest.digest import make_digest, parse_since
    from summarizer.render.json import format_json
    from summarizer.render.markdown import render_digest
    from summarizer.render.terminal import print_digest

    now = datetime.now(UTC)
    start = parse_since(since, now)
    store = _open_stored(db)
    reports = load_reports(
        store,
        f"{NEWEST} AND julianday(coalesce(a.published_at, a.stored_at)) >= julianday(?)",
        (start.isoformat(),),
    )
    view = make_digest(reports, start, now, asset)
    newest = store.read("SELECT max(coalesce(published_at, stored_at)) FROM articles")[0][0]
    if not view.articles and newest:
        about = f" on {asset}" if asset else ""
        say(f"nothing{about} since {start:%Y-%m-%d %H:%M}; the newest is of {newest}")
    if form == "json":
        echo(format_json(view.model_dump(mode="json")))
    elif form == "markdown":
        echo(render_digest(view), nl=False)
    else:
        print_digest(view)
