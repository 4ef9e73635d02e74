"""Options that several commands of `python -m eval` share."""

from pathlib import Path

import click

FILE_PATH = click.Path(exists=True, dir_okay=False, path_type=Path)
NEW_PATH = click.Path(path_type=Path)
labels_option = click.option(
    "--labels",
    required=True,
    metavar="FILE|own|real|untouched",
    help="Labelled records: JSONL, the project's own, or real ones, fitted on or not.",
)
split_option = click.option(
    "--split",
    type=click.Choice(["dev", "test"]),
    help="Only this split of the articles, by their ids.",
)
reports_option = click.option(
    "--reports", required=True, type=FILE_PATH, help="Reports made by predict."
)
json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print plain numbers as one JSON object."
)
offline_option = click.option(
    "--offline", is_flag=True, help="The embedded analyst speaks though a key is set."
)
model_option = click.option("--model", metavar="NAME", help="The model that makes the calls.")
samples_option = click.option(
    "--samples",
    type=click.IntRange(1, 9),
    metavar="K",
    help="Answers whose agreement is the confidence.",
)
prompt_option = click.option(
    "--prompt", metavar="N", help="The version of its prompt, prompts/analyze/vN.md, or a file."
)
