"""The commands of many articles: batch, watch, show, search, export, digest."""

import io
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from summarizer.errors import StorageError, SummarizerError, UsageError

if TYPE_CHECKING:
    from summarizer.batch.queue import Queue
    from summarizer.batch.store import Store
    from summarizer.batch.tally import RunResult
    from summarizer.models import Report
    from summarizer.settings import Settings

SWITCH = 0.0005  # seconds until a thread that waits for its answer gets its turn; with 5 ms, 16 of them lost a tenth of their time
DATABASES = (".db", ".sqlite", ".sqlite3")
_db = click.option(
    "--db", type=click.Path(path_type=Path), help="The database; the default one if left out."
)
_RUN = (
    click.option(
        "--rate",
        type=click.FloatRange(min=0),
        default=1.0,
        show_default=True,
        help="Requests a second to one host; 0: no limit.",
    ),
    click.option(
        "--jobs",
        type=click.IntRange(1, 64),
        default=8,
        show_default=True,
        help="Articles in work at once.",
    ),
    click.option(
        "--model",
        metavar="NAME",
        help="The model that makes the calls; needed when an API key is set.",
    ),
    click.option(
        "--max-cost",
        type=click.FloatRange(min=0),
        metavar="USD",
        help="Stop before the model costs more than this.",
    ),
    click.option(
        "--samples",
        type=click.IntRange(1, 9),
        metavar="K",
        help="Answers to ask for where the endpoint gives no chances of tokens: their agreement is the confidence.",
    ),
    click.option(
        "--offline",
        is_flag=True,
        help="Ask no model though a key is set: the embedded analyst speaks.",
    ),
    click.option(
        "--fallback",
        is_flag=True,
        help="Let the embedded analyst step in when the model endpoint fails.",
    ),
    click.option(
        "--allow-private",
        multiple=True,
        metavar="HOST[:PORT]",
        help="Fetch from this host though it is not public.",
    ),
)


def _run_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options of whatever analyses many articles."""
    for option in reversed(_RUN):
        command = option(command)
    return command


@click.command()
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="OUT.jsonl, .csv, .parquet or .db; the default database if left out.",
)
@click.option("--with-text", is_flag=True, help="Put each article's text into its report.")
@click.option(
    "--retry-failed",
    is_flag=True,
    help="Try again what failed for good, and feeds that were paused.",
)
@click.option(
    "--redo", is_flag=True, help="Analyse again what is done, with today's model and prompt."
)
@_run_options
def batch(
    inputs: tuple[str, ...], output: Path | None, with_text: bool, retry_failed: bool, redo: bool, rate: float, jobs: int,
    max_cost: float | None, **chosen: Any,
) -> None:  # fmt: skip
    """Analyse many articles: feeds, sites, OPML, files of addresses, JSONL records, folders, pages, or - for stdin.

    A JSONL record is {id, url, title, source, published_at, text or html}. Interrupt it or kill it: the same command goes on
    where it was. OUT.jsonl holds reports alone; failures go to OUT.failures.jsonl, each with its url, stage, code and message;
    the exit code is then 1. What is done stands in the database, for a file in OUT.state.db beside it.
    """
    from summarizer.batch.export import FORMATS
    from summarizer.batch.queue import Queue
    from summarizer.batch.run import Batch, fingerprint
    from summarizer.batch.store import open_store
    from summarizer.batch.tally import Hooks
    from summarizer.cli.progress import Progress
    from summarizer.settings import database_path

    settings = _settings(max_cost, redo=redo, **chosen)
    path = output or database_path()
    to_file = output is not None and output.suffix in FORMATS
    if output is not None and not to_file and output.suffix not in DATABASES:
        raise UsageError(f"{output}: the output ends in {', '.join((*FORMATS, *DATABASES))}")
    if to_file and not path.parent.is_dir():
        raise StorageError(f"{path.parent}: no such folder", advice="Make it first")
    store = open_store(path.with_name(f"{path.name}.state.db") if to_file else path)
    queue = Queue(store, fingerprint(settings), retry_failed=retry_failed, redo=redo)
    with Progress() as progress:
        hooks = Hooks(message=progress.say, tick=progress.show)
        work = Batch(queue, settings, rate=rate, jobs=jobs, max_cost=max_cost, hooks=hooks)
        result = work.run(inputs, sys.stdin.buffer if "-" in inputs else ())
    if to_file:
        _write(store, queue, path, result, with_text)
    store.close()
    progress.close(result, path)
    if result.error:
        raise result.error
    raise SystemExit(result.exit_status)


def _settings(max_cost: float | None, **chosen: Any) -> "Settings":
    from summarizer.analyst.llm.costs import price_of
    from summarizer.analyst.llm.gate import UNPRICED
    from summarizer.settings import DEFAULT_MODEL, load_settings

    settings = load_settings(**{name: value or None for name, value in chosen.items()})
    if settings.uses_model and not settings.model and max_cost is None:
        raise UsageError(
            "a model is asked for every article, and none is named",
            advice="Give --model NAME or --max-cost USD, or --offline",
        )
    model = settings.model or DEFAULT_MODEL
    if settings.uses_model and max_cost is not None and price_of(model, settings.prices) is None:
        raise UsageError(
            f"--max-cost cannot be kept: the price of {model} is not known", advice=UNPRICED
        )
    if settings.uses_model:
        sys.setswitchinterval(SWITCH)
    return settings


def _write(
    store: "Store", queue: "Queue", path: Path, result: "RunResult", with_text: bool
) -> None:
    """The reports and failures of the run to their files. What another version or model made stays, and is told."""
    from summarizer.batch.export import replacing, write_jsonl, write_reports
    from summarizer.batch.reports import NEWEST, OF_RUN, load_reports, with_unique_ids

    mine, run = f"{NEWEST} AND a.item_id IN ({OF_RUN})", {"run": queue.run.id}
    write_reports(
        path,
        with_unique_ids(load_reports(store, where=mine, values=run)),
        with_text=with_text,
    )
    sql = f"SELECT count(*) FROM reports r JOIN articles a ON a.id = r.article_id WHERE {mine} AND made_by <> :made_by"  # noqa: S608
    if others := store.read(sql, run | {"made_by": queue.made_by})[0][0]:
        click.echo(
            f"summarizer: {others} of the reports are of another version or model; --redo makes them anew",
            err=True,
        )
    failures = path.with_name(path.name + ".failures.jsonl")
    if not result.failures:
        failures.unlink(missing_ok=True)
        return
    with replacing(failures) as part, part.open("w", encoding="utf-8") as stream:
        write_jsonl(stream, result.failures)


def show_report(report: "Report", form: str | None, *, evidence: bool, with_text: bool) -> None:
    """The report on stdout, in the form that was asked for."""
    is_unicode = (
        (sys.stdout.encoding or "").lower().startswith("utf")
    )  # else escaped: a ? would be another text
    if form == "json":
        from summarizer.text.spans import escape_json

        click.echo(
            escape_json(
                json.dumps(
                    report.to_dict(with_text=with_text), ensure_ascii=not is_unicode, indent=2
                )
            )
        )
    elif form == "markdown":
        from summarizer.render.markdown import render_markdown

        click.echo(render_markdown(report))
    elif form == "html":
        from summarizer.render.html import render_html

        page = render_html(report, with_text=with_text)
        click.echo(page if is_unicode else page.encode("ascii", "xmlcharrefreplace"))
    else:
        from summarizer.render.terminal import print_report

        print_report(report, evidence=evidence)


def _stdout() -> TextIO:
    """stdout in UTF-8, whatever the terminal's: a file of reports may be on its other side."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    return sys.stdout


def _find_store(db: Path | None) -> "Store":
    from summarizer.batch.store import open_store
    from summarizer.settings import database_path

    return open_store(db or database_path(), create=False)


@click.command()
@click.argument("name", metavar="ID")
@_db
@click.option("--json", "form", flag_value="json", help="Print the report as one JSON object.")
@click.option(
    "--markdown", "form", flag_value="markdown", help="Print the report as a Markdown note."
)
@click.option(
    "--html",
    "form",
    flag_value="html",
    help="Print the report as one HTML page, with the evidence marked.",
)
@click.option(
    "--with-text", is_flag=True, help="Put the article's text into the JSON, or the HTML."
)
@click.option(
    "--evidence", is_flag=True, help="Show the words of the article behind each fact and call."
)
def show(name: str, db: Path | None, form: str | None, with_text: bool, evidence: bool) -> None:
    """Show a stored report by its number (see search), its id or the beginning of it, or the article's address."""
    from summarizer.batch.reports import find_reports, load_reports
    from summarizer.models import Report

    store = _find_store(db)
    found = find_reports(store, name)
    if not found:
        raise SummarizerError(
            f"no report is known by {name}",
            code="not_found",
            advice="summarizer search WORDS finds one",
        )
    told = next(load_reports(store, where="a.id = ?", values=(found[0],)))
    show_report(Report.model_validate(told), form, evidence=evidence, with_text=with_text)


@click.command()
@click.argument("words", nargs=-1, required=True)
@_db
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
def search(words: tuple[str, ...], db: Path | None, limit: int, as_json: bool) -> None:
    """Find stored articles that hold all the WORDS, the best first."""
    from summarizer.batch.reports import search_articles
    from summarizer.text.spans import clean, escape_json

    rows = [dict(row) for row in search_articles(_find_store(db), " ".join(words), limit)]
    if as_json:
        click.echo(escape_json(json.dumps(rows, ensure_ascii=False, indent=2)))
        return
    if not rows:
        click.echo("summarizer: no stored article holds all these words", err=True)
    for row in rows:
        about = " · ".join(
            str(part)
            for part in (row["published_at"] or "no date", row["source"], row["direction"])
            if part
        )
        click.echo(clean(f"{row['id']:>6}  {row['title'] or 'Untitled article'}"))
        click.echo(clean(f"        {about}"))
        click.echo("        " + " ".join(clean(row["snippet"]).split()))


@click.command()
@_db
@click.option(
    "--format",
    "form",
    type=click.Choice(["jsonl", "csv", "parquet"]),
    default="jsonl",
    show_default=True,
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="The file; stdout if left out (not for Parquet).",
)
@click.option("--with-text", is_flag=True, help="Put each article's text into its report.")
@click.option(
    "--all-versions", is_flag=True, help="Also what articles said before they were edited."
)
def export(
    db: Path | None, form: str, output: Path | None, with_text: bool, all_versions: bool
) -> None:
    """Write the reports of a database as JSONL, CSV or Parquet."""
    from summarizer.batch.export import replacing, strip_text, write_csv, write_jsonl, write_parquet
    from summarizer.batch.reports import NEWEST, load_reports, with_unique_ids

    found = load_reports(_find_store(db), where="1" if all_versions else NEWEST)
    reports = (strip_text(told, with_text) for told in with_unique_ids(found))
    write: Callable[[TextIO, Iterable[dict[str, Any]]], None] = (
        write_csv if form == "csv" else write_jsonl
    )
    if form == "parquet":
        if output is None:
            raise UsageError("Parquet is not written to stdout", advice="Give -o FILE")
        with replacing(output) as part:
            write_parquet(part, reports)
        return
    if output is not None:
        with replacing(output) as part, part.open("w", encoding="utf-8", newline="") as stream:
            write(stream, reports)
    else:
        write(_stdout(), reports)


@click.command()
@_db
@click.option(
    "--since",
    default="24h",
    show_default=True,
    help="24h, 7d, 2w, or an ISO time: the period's beginning.",
)
@click.option("--asset", metavar="TICKER", help="Articles with a call on this asset alone.")
@click.option("--json", "form", flag_value="json", help="Print one JSON object.")
@click.option("--markdown", "form", flag_value="markdown", help="Print a Markdown note.")
def digest(db: Path | None, since: str, asset: str | None, form: str | None) -> None:
    """The market's view per asset, who disagrees, new levels and flows, and the top stories of a period.

    Each story counts once, weighted by the credibility of those who tell it. An article is of its publication's time, or, where
    that is not known, of the time at which it was stored.
    """
    from datetime import UTC, datetime

    from summarizer.batch.reports import NEWEST, load_reports
    from summarizer.digest.digest import make_digest, parse_since
    from summarizer.text.spans import escape_json

    now = datetime.now(UTC)
    start = parse_since(since, now)
    when = "julianday(coalesce(a.published_at, a.stored_at))"
    store = _find_store(db)
    found = load_reports(
        store, where=f"{NEWEST} AND {when} >= julianday(?)", values=(start.isoformat(),)
    )
    made = make_digest(found, start, now, asset)
    newest = store.read("SELECT max(coalesce(published_at, stored_at)) FROM articles")[0][0]
    if not made.articles and newest:
        click.echo(
            f"summarizer: nothing{f' on {asset}' if asset else ''} since {start:%Y-%m-%d %H:%M}; the newest is of {newest}",
            err=True,
        )
    if form == "json":
        click.echo(
            escape_json(json.dumps(made.model_dump(mode="json"), ensure_ascii=False, indent=2))
        )
    elif form == "markdown":
        from summarizer.render.digest import render_digest

        click.echo(render_digest(made), nl=False)
    else:
        from summarizer.render.digest import print_digest

        print_digest(made)


@click.command()
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@_db
@click.option(
    "--every",
    type=click.FloatRange(min=0.01),
    default=15.0,
    show_default=True,
    help="Minutes between two visits.",
)
@click.option("--runs", type=click.IntRange(min=1), help="Stop after so many visits.")
@_run_options
def watch(
    inputs: tuple[str, ...],
    db: Path | None,
    every: float,
    runs: int | None,
    rate: float,
    jobs: int,
    max_cost: float | None,
    **chosen: Any,
) -> None:
    """Keep visiting feeds, and write each new report to stdout as a line of JSON, once it is stored."""
    from summarizer.batch.export import strip_text, write_jsonl
    from summarizer.batch.run import watch_inputs
    from summarizer.batch.store import open_store
    from summarizer.batch.tally import Hooks
    from summarizer.settings import database_path
    from summarizer.text.spans import clean

    settings = _settings(max_cost, **chosen)
    out = _stdout()

    def tell(report: "Report") -> None:
        write_jsonl(out, [strip_text(report.to_dict(), False)])
        out.flush()

    hooks = Hooks(
        report=tell, message=lambda message: click.echo(f"summarizer: {clean(message)}", err=True)
    )
    store = open_store(db or database_path())
    result = watch_inputs(
        inputs,
        store,
        settings,
        every * 60,
        runs,
        rate=rate,
        jobs=jobs,
        max_cost=max_cost,
        hooks=hooks,
    )
    if result.error:
        raise result.error
    raise SystemExit(result.exit_status)
