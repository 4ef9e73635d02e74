"""The commands that analyse many articles: batch and watch."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from click import FloatRange, IntRange, argument, command, echo, option

from summarizer.analyst.llm.costs import find_price
from summarizer.analyst.llm.gate import UNPRICED, DryGate
from summarizer.batch.store import open_copy, open_store
from summarizer.cli.messages import make_messenger, message_options
from summarizer.cli.shards import SHARD_OPTIONS, do_shard, shard_options
from summarizer.cli.shared import (
    add_options,
    database,
    describe_cost,
    dry_run_flag,
    flag,
    force_flag,
    loudness_options,
    open_stdout,
    read_names,
    read_settings,
    say,
    settings_options,
    text_flag,
)
from summarizer.errors import StorageError, UsageError
from summarizer.settings import DEFAULT_MODEL, Settings, database_path

if TYPE_CHECKING:
    from summarizer.batch.items import RunResult, RunTally
    from summarizer.batch.output import Output
    from summarizer.batch.queue import Queue
    from summarizer.batch.store import Store
    from summarizer.models import Level, Report

# Seconds until a thread that waits for its answer gets its turn; with Python's 5 ms, 16 of them
# lost a tenth of their time.
SWITCH = 0.0005
DATABASES = (".db", ".sqlite", ".sqlite3")
_LIMITS = ("rate", "jobs", "workers", "max_cost")

_run_options = add_options(
    option(
        "--rate",
        type=FloatRange(min=0),
        default=1.0,
        help="Requests a second to one host; 0: no limit.",
    ),
    option("--jobs", type=IntRange(1, 64), help="Articles in work at once.  [default: 8, or more]"),
    option(
        "--workers",
        type=IntRange(min=1),
        help="Processes that read and analyse.  [default: one a core]",
    ),
    option(
        "--max-cost",
        type=FloatRange(min=0),
        metavar="USD",
        help="Stop before the model costs more than this.",
    ),
    flag("--strict", "Exit with 1 if any input failed, not only if all did."),
    loudness_options,
    settings_options,
)


@command()
@argument("inputs", nargs=-1, metavar="INPUT...")
@option(
    "-o",
    "--output",
    metavar="OUT",
    help="OUT.jsonl, .csv, .parquet or .db; the default database if left out.",
)
@shard_options
@text_flag
@flag("--retry-failed", "Try again what failed for good, and feeds that were paused.")
@flag("--redo", "Analyse again what is done, with today's model and prompt.")
@force_flag
@dry_run_flag
@_run_options
def batch(
    inputs: tuple[str, ...],
    output: str | None,
    with_text: bool,
    retry_failed: bool,
    force: bool,
    dry_run: bool,
    strict: bool,
    quiet: bool,
    verbose: bool,
    **flags: Any,
) -> None:
    """Analyse many articles: feeds, sites, OPML, files of addresses, JSONL records, folders,
    pages, or - for stdin.

    A JSONL record is {id, url, title, source, published_at, text or html}. Interrupt it or kill it:
    the same command goes on where it was. OUT.jsonl holds reports alone; failures go to
    OUT.failures.jsonl, each with its url, stage, code and message. The exit code is 0 if at least
    one article is done, 1 if all inputs failed, or with --strict any. What is done stands in the
    database, for a file in OUT.state.db beside it. A dry run reads pages and feeds, and stores
    nothing.
    """
    from summarizer.batch.items import Hooks
    from summarizer.batch.output import Output, state_path
    from summarizer.batch.queue import Queue
    from summarizer.batch.run import Batch, fingerprint
    from summarizer.cli.progress import Progress

    inputs = read_names(inputs)
    parts = {name: flags.pop(name) for name in SHARD_OPTIONS}
    settings, limits = _read_flags(flags)
    if any(parts.values()):
        if not output or any((retry_failed, force, dry_run, flags["redo"])):
            detail = (
                "a shard wants -o FOLDER, and takes no --redo, --retry-failed, --force, --dry-run"
            )
            raise UsageError(detail)
        parts |= {"quiet": quiet, "with_text": with_text}
        _exit(do_shard(inputs, output, settings, limits, **parts), strict)
    path, is_file = _check_output(Path(output) if output else None, inputs, force)
    where = state_path(path) if is_file else path

    def open_batch(store: "Store", settings: Settings, **options: Any) -> Batch:
        made_by = fingerprint(settings)
        queue = Queue(store, made_by, retry_failed=retry_failed, redo=flags["redo"])
        return Batch(queue, settings, **options, **limits)

    stdin = sys.stdin.buffer if "-" in inputs else ()
    if dry_run:
        dry = DryGate()
        with open_copy(where) as store:
            work = open_batch(store, replace(settings, fallback=True), gate=dry)
            failures = work.run(inputs, stdin).failures
        if failures:
            say(f"{len(failures)} of the inputs could not be read")
        echo(describe_cost(dry, settings))
        return
    store = open_store(where)
    with Progress(is_quiet=quiet) as progress:
        work = open_batch(store, settings)
        out = Output(path, work.queue, with_text=with_text) if is_file else None

        def tick(tally: "RunTally") -> None:
            progress.show(tally)
            if out:
                out.tick()

        work.hooks = Hooks(message=progress.say, tick=tick)
        if out:
            work.hooks = replace(work.hooks, report=out.add)
        if verbose:
            work.hooks = replace(work.hooks, settled=progress.tell)
        result = work.run(inputs, stdin)
    if out:
        _write_files(out, work.queue)
    store.close()
    progress.close(result, path)
    _exit(result, strict)


@command()
@argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@database
@option("--every", type=FloatRange(min=0.01), default=15.0, help="Minutes between two visits.")
@option("--runs", type=IntRange(min=1), help="Stop after so many visits.")
@message_options(
    "--notify",
    "Send a message there when new articles turn the view of an asset: an Apprise address, @FILE "
    "of addresses, or a name of the config file's [notify].",
)
@_run_options
def watch(
    inputs: tuple[str, ...],
    db: Path,
    every: float,
    runs: int | None,
    receivers: tuple[str, ...],
    test: bool,
    quiet_hours: str | None,
    min_confidence: float,
    min_credibility: "Level",
    strict: bool,
    quiet: bool,
    verbose: bool,
    **flags: Any,
) -> None:
    """Keep visiting feeds, and write each new report to stdout as a line of JSON, once it is
    stored.

    With --notify a visit sends one message at most, and an asset is told of again only when its
    direction turns. A message that fails waits for the next visit.
    """
    from summarizer.batch.export import write_jsonl
    from summarizer.batch.items import Hooks
    from summarizer.batch.run import watch_inputs
    from summarizer.cli.progress import describe
    from summarizer.digest.digest import Threshold

    settings, limits = _read_flags(flags)
    threshold = Threshold(min_credibility, min_confidence)
    messenger = make_messenger(
        receivers, settings, threshold, test=test, quiet_hours=quiet_hours, only_faults=quiet
    )
    stdout = open_stdout()

    def write_report(report: "Report") -> None:
        write_jsonl(stdout, [report.to_dict()])
        stdout.flush()

    store = open_store(db)
    hooks = Hooks(report=write_report, message=say if not quiet else lambda _: None)
    if verbose:
        hooks = replace(
            hooks, settled=lambda lease, outcome, state: say(describe(lease, outcome, state))
        )
    if messenger.receivers:
        hooks = replace(hooks, visited=messenger.tell_news(store))
    pause = every * 60
    result = watch_inputs(inputs, store, settings, pause, runs, hooks=hooks, **limits)
    _exit(result, strict)


def _read_flags(flags: dict[str, Any]) -> tuple[Settings, dict[str, Any]]:
    """The settings and the limits of a run. Raises UsageError for a model of unknown cost."""
    from summarizer.batch.run import JOBS, count_cores

    limits = {name: flags.pop(name) for name in _LIMITS}
    limits["workers"] = limits["workers"] or count_cores()
    limits["jobs"] = limits["jobs"] or max(JOBS, 2 * limits["workers"])
    settings = read_settings(flags)
    if not settings.uses_model:
        return settings, limits
    has_limit = limits["max_cost"] is not None
    if not settings.model and not has_limit:
        raise UsageError(
            "a model is asked for every article, and none is named",
            advice="Give --model NAME or --max-cost USD, or --offline",
        )
    model = settings.model or DEFAULT_MODEL
    if has_limit and find_price(model, settings.prices) is None:
        detail = f"--max-cost cannot be kept: the price of {model} is not known"
        raise UsageError(detail, advice=UNPRICED)
    sys.setswitchinterval(SWITCH)
    return settings, limits


def _check_output(output: Path | None, inputs: tuple[str, ...], force: bool) -> tuple[Path, bool]:
    """Where the reports go, and whether that is a file of reports: else it is a database."""
    from summarizer.batch.export import WRITERS
    from summarizer.batch.output import claim_target

    if output is None:
        return database_path(), False
    is_file = output.suffix in WRITERS
    if not is_file and output.suffix not in DATABASES:
        raise UsageError(f"{output}: the output ends in {', '.join((*WRITERS, *DATABASES))}")
    if is_file and not output.parent.is_dir():
        raise StorageError(f"{output.parent}: no such folder", advice="Make it first")
    if is_file:
        claim_target(output, inputs, force=force)
    return output, is_file


def _write_files(out: "Output", queue: "Queue") -> None:
    """The run's reports to their file, and its failures to the one beside it.

    A message says how many of the reports another version or model made.
    """
    from summarizer.batch.reports import NEWEST, OF_RUN

    out.finish()
    sql = f"""SELECT count(*) FROM reports r JOIN articles a ON a.id = r.article_id
        WHERE {NEWEST} AND a.item_id IN ({OF_RUN})
        AND made_by <> :made_by"""  # noqa: S608  the condition is ours
    values = {"run": queue.run.id, "made_by": queue.made_by}
    if others := queue.store.read(sql, values)[0][0]:
        say(f"{others} of the reports are of another version or model; --redo makes them anew")
    out.finish_failures()


def _exit(result: "RunResult", strict: bool) -> NoReturn:
    """Ends the program: some failures among articles that are done are no failure of the run."""
    if result.error:
        raise result.error
    status = result.exit_status
    raise SystemExit(0 if status == 1 and result.states["done"] and not strict else status)
