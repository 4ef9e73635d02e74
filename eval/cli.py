"""python -m eval: predict, score, compare, check, calibrate, outcomes, headlines, report, train. Commands, and nothing else."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from summarizer.errors import SummarizerError, UsageError
from summarizer.settings import load_settings

_FORMS = ("cryptolin", "sentfin", "finentity")
_file = click.Path(exists=True, dir_okay=False, path_type=Path)


class _Group(click.Group):
    """A SummarizerError is one line on stderr and its exit code."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except SummarizerError as error:
            click.echo(f"eval: {error}", err=True)
            ctx.exit(error.exit_status)


def _labels(command: Callable[..., None]) -> Callable[..., None]:
    command = click.option("--split", type=click.Choice(["dev", "test"]), help="Only this split of the articles, by their ids.")(command)
    return click.option(
        "--labels", required=True, metavar="FILE|own|real", help="Labelled records: JSONL, the project's own, or the real ones."
    )(command)


def _analyst(command: Callable[..., None]) -> Callable[..., None]:
    command = click.option("--model", metavar="NAME", help="The model that makes the calls.")(command)
    return click.option("--offline", is_flag=True, help="The embedded analyst speaks though a key is set.")(command)


def _load_prices(given: Sequence[str]) -> dict[str, Any]:
    """Bars by asset, of `BTC=file` options."""
    from eval.outcomes import load_bars

    pairs = [pair.partition("=") for pair in given]
    if wrong := [name for name, sign, path in pairs if not sign or not Path(path).is_file()]:
        raise UsageError(f"--prices {wrong[0]} names no file", advice="Write BTC=bars.csv")
    return {name.upper(): load_bars(Path(path)) for name, _, path in pairs}


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """How good are the reports? Predictions are files; scoring them never calls a model."""


@main.command()
@_labels
@_analyst
@click.option("--output", required=True, type=click.Path(path_type=Path), help="Where the reports go; ids it holds already are skipped.")
def predict(labels: str, split: str | None, model: str | None, offline: bool, output: Path) -> None:
    """Write one report for each labelled record."""
    from eval.loaders import load_labels
    from eval.predict import predict as run

    settings = load_settings(model=model, offline=offline or None)
    made, failed = run(load_labels(labels, split), output, settings, lambda line: click.echo(line, err=True))
    click.echo(f"{made} reports, {failed} failures", err=True)


@main.command()
@_labels
@click.option("--reports", required=True, type=_file, help="Reports made by predict.")
@click.option("--json", "as_json", is_flag=True, help="Print plain numbers as one JSON object.")
def score(labels: str, split: str | None, reports: Path, as_json: bool) -> None:
    """Score reports against labels, beside trivial rivals."""
    from eval.loaders import load_pairs
    from eval.report import print_tables, score_tables
    from eval.score import score_reports

    labelled, (made,) = load_pairs(labels, split, reports)
    if as_json:
        click.echo(json.dumps(score_reports(labelled, made), indent=2))
    else:
        print_tables(score_tables(labelled, made, _rivals(labelled))[0])


def _rivals(labelled: Sequence[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    from eval.trivial import majority_reports, vader_reports

    rivals = {"majority": majority_reports(labelled)}
    try:
        rivals["VADER"] = vader_reports(labelled)
    except UsageError as error:
        click.echo(f"eval: {error}", err=True)
    return rivals


@main.command()
@_labels
@click.argument("a", type=_file)
@click.argument("b", type=_file)
@click.option("--json", "as_json", is_flag=True, help="Print the differences as JSON.")
def compare(labels: str, split: str | None, a: Path, b: Path, as_json: bool) -> None:
    """What reports B gain and lose over reports A of the same articles."""
    from eval.compare import compare_reports
    from eval.loaders import load_pairs
    from eval.report import compare_tables, print_tables

    labelled, (one, other) = load_pairs(labels, split, a, b)
    found = compare_reports(labelled, one, other)
    if as_json:
        click.echo(json.dumps([vars(difference) for difference in found], indent=2))
    else:
        print_tables(compare_tables(found, labelled, one, other))


@main.command()
@click.option("--update", is_flag=True, help="Write the baseline anew instead.")
def check(update: bool) -> None:
    """Fail where the embedded analyst does significantly worse on the project's own articles than the committed baseline."""
    import tempfile

    from eval.check import FILE, find_losses, write_baseline
    from eval.loaders import load_jsonl, load_labels
    from eval.predict import predict as run
    from eval.report import compare_tables, print_tables

    labelled = load_labels("own")
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "reports.jsonl"
        run(labelled, output, load_settings(offline=True), lambda line: click.echo(line, err=True))
        reports = load_jsonl(output)
    if update:
        write_baseline(FILE, reports)
        return
    baseline = load_jsonl(FILE)
    found, losses = find_losses(labelled, baseline, reports)
    print_tables(compare_tables(found, [], [], [])[:1])
    if losses:
        raise click.ClickException(f"significant loss: {', '.join(loss.name for loss in losses)}")
    click.echo("no significant loss", err=True)


@main.command()
@_labels
@click.option("--reports", required=True, type=_file, help="Reports made by predict, best of articles the analyst was not trained on.")
@click.option("--output", type=click.Path(path_type=Path), help="Default: summarizer/data/calibration.json.")
def calibrate(labels: str, split: str | None, reports: Path, output: Path | None) -> None:
    """Fit how often calls are right at each confidence, for each analyst in the reports."""
    from eval.calibrate import FILE, find_forecasts, fit_calibration, write_calibration
    from eval.loaders import load_pairs

    labelled, (made,) = load_pairs(labels, split, reports)
    maps = {name: fit_calibration(said) for name, said in find_forecasts(labelled, made).items()}
    write_calibration(output or FILE, maps)
    for name, found in maps.items():
        click.echo(f"{name}: {found['calls']} calls; held out, Brier {found['brier_before']} to {found['brier_after']}, "
                   f"calibration error {found['ece_before']} to {found['ece_after']}")  # fmt: skip


@main.command()
@click.option("--reports", type=_file, help="Reports whose calls are scored.")
@click.option("--headlines", type=_file, help="Or labelled headlines, their labels taken for calls on BTC.")
@click.option("--prices", required=True, multiple=True, metavar="ASSET=FILE", help="Bars as CSV, CSV.gz or Parquet.")
@click.argument("more", nargs=-1, metavar="[ASSET=FILE]...")
@click.option("--since", metavar="DAY", help="Leave out earlier articles, which a model may have been trained on.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def outcomes(
    reports: Path | None, headlines: Path | None, prices: tuple[str, ...], more: tuple[str, ...], since: str | None, as_json: bool
) -> None:
    """Score calls against what prices then did, beside always-up, momentum and shuffled dates."""
    from eval.loaders import headline_reports, load_headlines, load_jsonl
    from eval.outcomes import score_outcomes
    from eval.report import outcome_tables, print_tables

    if (reports is None) == (headlines is None):
        raise UsageError("give --reports or --headlines")
    made = load_jsonl(reports) if reports else headline_reports(load_headlines(headlines, "cryptolin")) if headlines else []
    result = score_outcomes(made, _load_prices((*prices, *more)), since=since)
    if as_json:
        click.echo(json.dumps(result, indent=2, default=vars))
    else:
        print_tables(outcome_tables(result))
        click.echo("\n".join(result["verdicts"]))


@main.command()
@click.option("--file", "path", required=True, type=_file, help="The set, as its authors publish it (CSV) or as JSONL.")
@click.option("--format", "form", required=True, type=click.Choice(_FORMS))
@click.option("--cross-validate", is_flag=True, help="Judge names by tone models fitted on the other sentences of the set.")
@_analyst
def headlines(path: Path, form: str, cross_validate: bool, model: str | None, offline: bool) -> None:
    """Score tone on labelled headlines; a tone within 0.2 of 0 is neutral."""
    from eval.headlines import tone_tables
    from eval.loaders import load_headlines
    from eval.report import print_tables

    settings = load_settings(model=model, offline=offline or None)
    print_tables(tone_tables(load_headlines(path, form), settings, cross_validate=cross_validate))


@main.command()
@_labels
@click.option("--reports", required=True, type=_file, help="Reports made by predict.")
@click.option("--prices", multiple=True, metavar="ASSET=FILE", help="Bars, for what prices then did.")
@click.option("--output", required=True, type=click.Path(path_type=Path), help="The HTML page.")
def report(labels: str, split: str | None, reports: Path, prices: tuple[str, ...], output: Path) -> None:
    """Write everything as one HTML page."""
    from eval.loaders import load_pairs
    from eval.metrics import reliability
    from eval.outcomes import score_outcomes
    from eval.report import Page, find_failures, outcome_tables, render_html, score_tables

    labelled, (made,) = load_pairs(labels, split, reports)
    tables, total = score_tables(labelled, made, _rivals(labelled))
    who = sorted({str(r["analyst"].get("model") or r["analyst"].get("name")) for r in made if r.get("analyst")})
    page = Page("How good are the reports?", f"{', '.join(who)} on {len(labelled)} articles of {Path(labels).name}", tables)
    page.reliability, page.failures = reliability(total, "calls"), find_failures(labelled, made)
    if prices:
        result = score_outcomes(made, _load_prices(prices))
        page.tables += outcome_tables(result)
        page.verdicts, page.curve = result["verdicts"], result["curve"]
    output.write_text(render_html(page), "utf-8")


@main.command()
@click.option("--entities", type=click.Path(exists=True, path_type=Path), help="SEntFiN as JSONL of text, entity, label.")
@click.option("--check", is_flag=True, help="Cross-validate each model too: slow.")
def train(entities: Path | None, check: bool) -> None:
    """Fit every model that the package ships, on the project's labels and, where their texts are found, the real articles'."""
    from eval.records import load_own, load_passages, load_real, read_lines
    from eval.train import train_all

    for line in train_all([*load_real(), *load_own()], list(load_passages()), list(read_lines(entities)) if entities else [], check=check):
        click.echo(line)
