"""`batch --shard` and `--engine`: a part of the records, into files that need no database."""

import sys
from typing import TYPE_CHECKING, Any

from click import Choice, option

from summarizer.cli.shared import add_options
from summarizer.settings import Settings

if TYPE_CHECKING:
    from summarizer.batch.items import RunResult

SHARD_OPTIONS = ("shard", "engine", "ray_address", "form")
shard_options = add_options(
    option(
        "--shard", metavar="I/N", help="Do a part of the records alone; OUT is a folder or s3://."
    ),
    option("--engine", type=Choice(["ray"]), help="Share a shard with a Ray cluster."),
    option(
        "--ray-address", metavar="ADDRESS", help="The cluster; one of this machine if left out."
    ),
    option("--format", "form", type=Choice(["jsonl", "parquet"]), help="Of the files of a shard."),
)


def do_shard(
    inputs: tuple[str, ...],
    folder: str,
    settings: Settings,
    limits: dict[str, Any],
    *,
    shard: str | None,
    engine: str | None,
    ray_address: str | None,
    form: str | None,
    quiet: bool,
    with_text: bool,
) -> "RunResult":
    """Does a shard, which is the whole unless one is named."""
    from summarizer.batch.chunks import make_job
    from summarizer.batch.engines import Engine, Limits, run_shard, write_here
    from summarizer.batch.items import Hooks
    from summarizer.batch.run import fingerprint
    from summarizer.batch.shards import Shard
    from summarizer.cli.progress import Progress

    with Progress(is_quiet=quiet) as progress:
        write: Engine = write_here
        if engine or ray_address:
            from summarizer.batch.distributed import engine_of

            write = engine_of(ray_address, progress.say)
        result = run_shard(
            inputs,
            sys.stdin.buffer if "-" in inputs else (),
            Shard.parse(shard or "0/1"),
            make_job(
                folder,
                settings,
                fingerprint(settings),
                jobs=limits["jobs"],
                workers=limits["workers"],
                form=form or "jsonl",
                with_text=with_text,
            ),
            Limits(limits["jobs"], limits["max_cost"]),
            engine=write,
            hooks=Hooks(message=progress.say, tick=progress.show),
        )
    progress.close(result, folder)
    return result
