"""python -m eval predict | score."""

import json
from pathlib import Path

import click

from summarizer.batch import run_batch
from summarizer.errors import SummarizerError
from summarizer.settings import load_settings


@click.group()
def main() -> None:
    """Predict reports of labelled articles, and score them."""


@main.command()
@click.option("--labels", required=True, type=click.Path(exists=True, path_type=Path), help="JSONL of labelled records.")
@click.option("--output", required=True, type=click.Path(path_type=Path), help="Where the reports go.")
def predict(labels: Path, output: Path) -> None:
    """Write one report for each labelled record."""
    done, failed = run_batch(labels, output, load_settings())
    click.echo(f"{done} reports, {failed} failures", err=True)


@main.command()
@click.option("--labels", required=True, type=click.Path(exists=True, path_type=Path), help="JSONL of labelled records.")
@click.option("--reports", required=True, type=click.Path(exists=True, path_type=Path), help="Reports made by predict.")
@click.option("--json", "as_json", is_flag=True, help="Print plain numbers as one JSON object.")
def score(labels: Path, reports: Path, as_json: bool) -> None:
    """Score reports against labels."""
    from eval.score import load_jsonl, score_reports

    try:
        figures = score_reports(load_jsonl(labels), load_jsonl(reports))
    except SummarizerError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(json.dumps(figures, indent=2))
        return
    for name, value in figures.items():
        click.echo(f"{name:32} {value:.3f}" if isinstance(value, float) else f"{name:32} {value}")


@main.command()
@click.option("--entities", type=click.Path(exists=True, path_type=Path), help="SEntFiN as JSONL of text, entity, label.")
@click.option("--check", is_flag=True, help="Cross-validate each model too: slow.")
def train(entities: Path | None, check: bool) -> None:
    """Fit every model that the package ships, on the project's labels and, where their texts are found, the real articles'."""
    from eval.records import load_own, load_passages, load_real, read_lines
    from eval.train import train_all

    for line in train_all([*load_real(), *load_own()], list(load_passages()), list(read_lines(entities)) if entities else [], check=check):
        click.echo(line)
