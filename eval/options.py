"""Options that several commands of `python -m eval` share, and what they ask for."""

import json
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

import click

from eval.score.tables import Table, print_tables
from summarizer.analyst.llm.prompt import load_prompt
from summarizer.cli.shared import add_options, flag
from summarizer.settings import Settings, load_settings

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


def read_settings(offline: bool, **flags: Any) -> Settings:
    """The settings that `analyst_options` ask for. Raises UsageError where the prompt is missing,
    before the run starts.
    """
    settings = load_settings(offline=offline or None, **flags)
    load_prompt(settings.prompt)
    return settings


def show_result(as_json: bool, result: object, tables: Iterable[Table]) -> None:
    """Prints the tables, or with `json_option` the result as one JSON object."""
    if as_json:
        click.echo(json.dumps(result, indent=2, default=vars))
    else:
        print_tables(tables)
