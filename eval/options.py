"""Options that several commands of `python -m eval` share."""

from functools import partial
from pathlib import Path

import click

from summarizer.cli.shared import add_options, flag

FILE_PATH = click.Path(exists=True, dir_okay=False, path_type=Path)
NEW_PATH = click.Path(path_type=Path)
labels_options = add_options(
    click.option(
        "--labels",
        required=True,
        metavar="FILE|own|real|untouched",
        help="Labelled records: JSONL, the project's own, or real ones, fitted on or not.",
    ),
    click.option(
        "--split",
        type=click.Choice(["dev", "test"]),
        help="Only this split of the articles, by their ids.",
    ),
)
reports_option = click.option(
    "--reports", required=True, type=FILE_PATH, help="Reports made by predict."
)
json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print plain numbers as one JSON object."
)
analyst_options = add_options(
    flag("--offline", "The embedded analyst speaks though a key is set."),
    click.option("--model", metavar="NAME", help="The model that makes the calls."),
    click.option(
        "--samples",
        type=click.IntRange(1, 9),
        metavar="K",
        help="Answers whose agreement is the confidence.",
    ),
    click.option(
        "--prompt",
        metavar="N",
        help="The version of its prompt, prompts/analyze/vN.md, or a file.",
    ),
)
prices_option = partial(
    click.option,
    "--prices",
    multiple=True,
    metavar="ASSET=FILE",
    help="Bars as CSV, CSV.gz or Parquet, for what prices then did.",
)
