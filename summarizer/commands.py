"""The commands of many articles: batch, watch, show, search, export, digest."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from summarizer.errors import UsageError

if TYPE_CHECKING:
    from summarizer.batch import Result
    from summarizer.settings import Settings
    from summarizer.store import Store

DATABASES = (".db", ".sqlite", ".sqlite3")
_db = click.option("--db", type=click.Path(path_type=Path), help="The database; the default one if left out.")
_model = click.option("--model", metavar="NAME", help="The model that makes the calls; needed when an API key is set.")
_offline = click.option("--offline", is_flag=True, help="Ask no model though a key is set: the embedded analyst speaks.")
_fallback = click.option("--fallback", is_flag=True, help="Let the embedded analyst step in when the model endpoint fails.")
_private = click.option("--allow-private", multiple=True, metavar="HOST[:PORT]", help="Fetch from this host though it is not public.")
_rate = click.option(
    "--rate", type=click.FloatRange(min=0), default=1.0, show_default=True, help="Requests a second to one host; 0: no limit."
)
_jobs = click.option("--jobs", type=click.IntRange(1, 64), default=8, show_default=True, help="Articles in work at once.")
_cost = click.option("--max-cost", type=click.FloatRange(min=0), metavar="USD", help="Stop when the model has cost this much.")


@click.command()
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="OUT.jsonl, .csv, .parquet or .db; the default database if left out.")
@click.option("--with-text", is_flag=True, help="Put each article's text into its report.")
@click.option("--retry-failed", is_flag=True, help="Try again what failed for good, and feeds that were paused.")
@click.option("--redo", is_flag=True, help="Analyse again what is done, with today's model and prompt.")
@_rate
@_jobs
@_model
@_cost
@_offline
@_fallback
@_private
def batch(
    inputs: tuple[str, ...], output: Path | None, with_text: bool, retry_failed: bool, redo: bool, rate: float, jobs: int,
    model: str | None, max_cost: float | None, offline: bool, fallback: bool, allow_private: tuple[str, ...],
) -> None:  # fmt: skip
    """Analyse many articles: feeds, sites, OPML, files of addresses, JSONL records, folders, pages, or - for stdin.

    A JSONL record is {id, url, title, source, published_at, text or html}. Interrupt it or kill it: the same command goes on
    where it was. OUT.jsonl holds reports alone; failures go to OUT.failures.jsonl, each with its url, stage, code and message;
    the exit code is then 1. What is done stands in the database, for a file in OUT.state.db beside it.
    """
    from summarizer.batch import Batch, Hooks
    from summarizer.ledger import Ledger
    from summarizer.outputs import FORMATS
    from summarizer.render.progress import Progress
    from summarizer.settings import database_path

    settings = _settings(model, max_cost, offline, fallback, allow_private)
    path = output or database_path()
    to_file = output is not None and output.suffix in FORMATS
    if output is not None and not to_file and output.suffix not in DATABASES:
        raise UsageError(f"{output}: the output ends in {', '.join((*FORMATS, *DATABASES))}")
    if to_file and not path.parent.is_dir():
        raise UsageError(f"{path.parent}: no such folder")
    store, made_by = _open(path, to_file, settings)
    ledger = Ledger(store, made_by, retry_failed=retry_failed, redo=redo)
    with Progress() as progress:
        hooks = Hooks(message=progress.say, tick=progress.show)
        work = Batch(ledger, settings, rate=rate, jobs=jobs, max_cost=max_cost, hooks=hooks)
        result = work.run(inputs, sys.stdin.buffer if "-" in inputs else ())
    if to_file:
        _write(store, ledger.run, path, result, with_text)
    store.close()
    progress.close(result, None if to_file else path)
    if result.error:
        raise result.error
    raise SystemExit(result.exit_status)


def _settings(
    model: str | None, max_cost: float | None, offline: bool, fallback: bool, allow_private: tuple[str, ...]
) -> "Settings":  # fmt: skip
    from summarizer.settings import load_settings

    settings = load_settings(model=model, offline=offline or None, fallback=fallback or None, allow_private=allow_private or None)
    if settings.uses_model and not settings.model and max_cost is None:
        raise UsageError(
            "a model is asked for every article, and none is named", advice="Give --model NAME or --max-cost USD, or --offline"
        )
    return settings


def _open(path: Path, to_file: bool, settings: "Settings") -> "tuple[Store, str]":
    """The database of a batch. The one beside a file is begun anew when the program or the model has changed."""
    from summarizer.batch import fingerprint
    from summarizer.ledger import is_dead
    from summarizer.store import open_store

    made_by = fingerprint(settings)
    if not to_file:
        return open_store(path), made_by
    state = path.with_name(path.name + ".state.db")
    store = open_store(state)
    other = store.read("SELECT 1 FROM reports WHERE made_by <> ? LIMIT 1", (made_by,))
    busy = [row for row in store.read("SELECT owner FROM runs WHERE ended_at IS NULL") if not is_dead(row["owner"])]
    if other and not busy:
        store.close()
        for name in (state.name, f"{state.name}-wal", f"{state.name}-shm"):
            state.with_name(name).unlink(missing_ok=True)
        store = open_store(state)
    return store, made_by


def _write(store: "Store", run: int, path: Path, result: "Result", with_text: bool) -> None:
    from summarizer.outputs import replacing, write_jsonl, write_reports
    from summarizer.store import NAMED_BY_RUN, NEWEST, load_reports, with_unique_ids

    mine = load_reports(store, where=f"{NEWEST} AND {NAMED_BY_RUN}", values=(run,))
    write_reports(path, with_unique_ids(told for _, told, _ in mine), with_text=with_text)
    failures = path.with_name(path.name + ".failures.jsonl")
    if not result.failures:
        failures.unlink(missing_ok=True)
        return
    with replacing(failures) as part, part.open("w", encoding="utf-8") as stream:
        write_jsonl(stream, result.failures)
