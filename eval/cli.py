"""python -m eval: the commands that predict, score, compare and train, and nothing else."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from eval.options import (
    FILE_PATH,
    NEW_PATH,
    json_option,
    labels_option,
    model_option,
    offline_option,
    prompt_option,
    reports_option,
    samples_option,
    split_option,
)
from eval.predict import predict_reports
from eval.records import (
    DATA,
    Records,
    load_jsonl,
    load_labels,
    load_own,
    load_pairs,
    load_passages,
    load_real,
)
from eval.score.agreement import measure_agreement
from eval.score.compare import compare_reports, find_losses
from eval.score.page import ScorePage, find_failures, render_score_page
from eval.score.report import agreement_table, compare_tables, reliability_bins, score_tables
from eval.score.score import score_reports
from eval.score.tables import Table, print_tables
from eval.score.trivial import majority_reports, vader_reports
from eval.studies.bars import Bars, load_bars
from eval.studies.headlines import FORMS, headline_reports, load_headlines, tone_tables
from eval.studies.injections import EACH, injection_table, measure_injections
from eval.studies.outcomes import outcome_tables, score_outcomes
from eval.train.calibrate import FILE, find_forecasts, fit_calibration, write_calibration
from eval.train.samples import TrainingData
from eval.train.train import train_all
from summarizer.analyst.llm.prompt import load_prompt
from summarizer.errors import SummarizerError, UsageError
from summarizer.settings import Settings, load_settings


class _Group(click.Group):
    """A SummarizerError is one line on stderr and its exit code."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except SummarizerError as error:
            _say(f"eval: {error}")
            ctx.exit(error.exit_status)


def _settings(offline: bool, **flags: Any) -> Settings:
    settings = load_settings(offline=offline or None, **flags)
    # A version that is missing stops the run before it starts.
    load_prompt(settings.prompt)
    return settings


def _say(line: str) -> None:
    click.echo(line, err=True)


def _show(as_json: bool, result: object, tables: Iterable[Table]) -> None:
    if as_json:
        click.echo(json.dumps(result, indent=2, default=vars))
    else:
        print_tables(tables)


def _load_prices(pairs: Sequence[str]) -> dict[str, Bars]:
    """Bars by asset, of `BTC=file` options."""
    bars = {}
    for name, sign, path in (pair.partition("=") for pair in pairs):
        if not sign or not Path(path).is_file():
            raise UsageError(f"--prices {name} names no file", advice="Write BTC=bars.csv")
        bars[name.upper()] = load_bars(Path(path))
    return bars


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """How good are the reports? Predictions are files; scoring them never calls a model."""


@main.command()
@labels_option
@split_option
@offline_option
@model_option
@samples_option
@prompt_option
@click.option(
    "--output",
    required=True,
    type=NEW_PATH,
    help="Where the reports go; ids it holds already are skipped.",
)
@click.option(
    "--brief", is_flag=True, help="Keep only what is scored, as the committed baseline does."
)
def predict(labels: str, split: str | None, output: Path, brief: bool, **analyst: Any) -> None:
    """Write one report for each labelled record."""
    settings = _settings(**analyst)
    done, failed = predict_reports(load_labels(labels, split), output, settings, _say, brief=brief)
    _say(f"{done} reports, {failed} failures")


@main.command()
@labels_option
@split_option
@reports_option
@json_option
@click.option("--html", type=NEW_PATH, help="Write everything as one HTML page instead.")
@click.option(
    "--prices",
    multiple=True,
    metavar="ASSET=FILE",
    help="For the page: bars, for what prices then did.",
)
def score(
    labels: str,
    split: str | None,
    reports: Path,
    as_json: bool,
    html: Path | None,
    prices: tuple[str, ...],
) -> None:
    """Score reports against labels, beside trivial rivals."""
    labelled, (scored,) = load_pairs(labels, split, reports)
    if as_json:
        _show(True, score_reports(labelled, scored), ())
        return
    tables, counts = score_tables(labelled, scored, _rivals(labelled))
    if html is None:
        print_tables(tables)
        return
    makers = [report["analyst"] for report in scored if report.get("analyst")]
    names = sorted({str(maker.get("model") or maker.get("name")) for maker in makers})
    page = ScorePage(
        "How good are the reports?",
        f"{', '.join(names)} on {len(labelled)} articles of {Path(labels).name}",
        tables,
        reliability_bins(counts),
        find_failures(labelled, scored),
    )
    if prices:
        result = score_outcomes(scored, _load_prices(prices))
        tables += outcome_tables(result)
        page = replace(page, verdicts=result.verdicts, curve=result.curve)
    html.write_text(render_score_page(page), "utf-8")


def _rivals(labelled: Records) -> dict[str, Records]:
    rivals = {"majority": majority_reports(labelled)}
    try:
        rivals["VADER"] = vader_reports(labelled)
    except UsageError as error:
        _say(f"eval: {error}")
    return rivals


@main.command()
@labels_option
@split_option
@click.argument("a", type=FILE_PATH)
@click.argument("b", type=FILE_PATH)
@json_option
@click.option(
    "--check",
    is_flag=True,
    help="Judge the watched figures alone, on the articles that A has,"
    " and fail on a significant loss.",
)
def compare(labels: str, split: str | None, a: Path, b: Path, as_json: bool, check: bool) -> None:
    """What reports B gain and lose over reports A of the same articles."""
    labelled, (reports_a, reports_b) = load_pairs(labels, split, a, b)
    if check:
        differences, losses = find_losses(labelled, reports_a, reports_b)
    else:
        differences, losses = compare_reports(labelled, reports_a, reports_b), []
    _show(as_json, differences, compare_tables(differences, labelled, reports_a, reports_b))
    if losses:
        raise click.ClickException(f"significant loss: {', '.join(loss.name for loss in losses)}")


@main.command()
@labels_option
@split_option
@click.option(
    "--second",
    type=FILE_PATH,
    default=DATA / "second_pass.jsonl",
    help="Another pass over articles of the set."
    " Default: the committed one over the project's own.",
)
@json_option
def agreement(labels: str, split: str | None, second: Path, as_json: bool) -> None:
    """How far two labelling passes agree."""
    labelled, (other,) = load_pairs(labels, split, second)
    result = measure_agreement(labelled, other)
    plain = {name: {**vars(same), "kappa": kappa} for name, (same, kappa) in result.items()}
    _show(as_json, plain, [agreement_table(result, len(other))])


@main.command()
@labels_option
@split_option
@reports_option
@click.option(
    "--output", type=NEW_PATH, default=FILE, help="Default: summarizer/data/calibration.json."
)
def calibrate(labels: str, split: str | None, reports: Path, output: Path) -> None:
    """Fit how often calls are right at each confidence, for each analyst in the reports;
    best of articles it was not trained on."""
    labelled, (forecasting,) = load_pairs(labels, split, reports)
    forecasts = find_forecasts(labelled, forecasting)
    maps = {name: fit_calibration(some) for name, some in forecasts.items()}
    write_calibration(output, maps)
    for name, fitted in maps.items():
        verdict = "a map is kept" if fitted["knots"] else "no better, no map is kept"
        click.echo(
            f"{name}: {fitted['calls']} calls; held out,"
            f" Brier {fitted['brier_before']} to {fitted['brier_after']},"
            f" calibration error {fitted['ece_before']} to {fitted['ece_after']}; {verdict}"
        )


@main.command()
@click.option("--reports", type=FILE_PATH, help="Reports whose calls are scored.")
@click.option(
    "--headlines",
    type=FILE_PATH,
    help="Or labelled headlines, their labels taken for calls on BTC.",
)
@click.option(
    "--prices",
    required=True,
    multiple=True,
    metavar="ASSET=FILE",
    help="Bars as CSV, CSV.gz or Parquet.",
)
@click.argument("more", nargs=-1, metavar="[ASSET=FILE]...")
@click.option(
    "--since",
    metavar="DAY",
    help="Leave out earlier articles: give the day to which the model's training data run.",
)
@json_option
def outcomes(
    reports: Path | None,
    headlines: Path | None,
    prices: tuple[str, ...],
    more: tuple[str, ...],
    since: str | None,
    as_json: bool,
) -> None:
    """Score calls against what prices then did, beside always-up, momentum and shuffled dates."""
    if reports and not headlines:
        scored = load_jsonl(reports)
    elif headlines and not reports:
        scored = headline_reports(load_headlines(headlines, "cryptolin"))
    else:
        raise UsageError("give --reports or --headlines")
    if not since and any((report.get("analyst") or {}).get("model") for report in scored):
        _say(
            "eval: a model may have read how these articles ended;"
            " --since DAY leaves out those before its training data end"
        )
    result = score_outcomes(scored, _load_prices((*prices, *more)), since=since)
    _show(as_json, result, outcome_tables(result))
    if not as_json:
        click.echo("\n".join(result.verdicts))


@main.command()
@click.option(
    "--file",
    "path",
    required=True,
    type=FILE_PATH,
    help="The set, as its authors publish it (CSV) or as JSONL.",
)
@click.option("--format", "form", required=True, type=click.Choice(FORMS))
@click.option(
    "--cross-validate",
    is_flag=True,
    help="Judge names by tone models fitted on the other sentences of the set.",
)
@offline_option
@model_option
@samples_option
@prompt_option
def headlines(path: Path, form: str, cross_validate: bool, **analyst: Any) -> None:
    """Score tone on labelled headlines; a tone within 0.2 of 0 is neutral."""
    settings, loaded = _settings(**analyst), load_headlines(path, form)
    print_tables(tone_tables(loaded, settings, cross_validate=cross_validate))


@main.command()
@labels_option
@split_option
@offline_option
@model_option
@samples_option
@prompt_option
@click.option(
    "--each",
    type=click.IntRange(min=1),
    default=EACH,
    show_default=True,
    help="Articles that each payload is put into.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the figures and every flip as JSON.")
def injections(labels: str, split: str | None, each: int, as_json: bool, **analyst: Any) -> None:
    """How often an order to machine readers, put into an article, turns a call, and what it
    costs in accuracy."""
    result = measure_injections(load_labels(labels, split), _settings(**analyst), each, _say)
    _show(as_json, result, [injection_table(result)])


@main.command()
@click.option("--entities", type=FILE_PATH, help="SEntFiN as JSONL of text, entity, label.")
@click.option("--check", is_flag=True, help="Cross-validate each model too: slow.")
def train(entities: Path | None, check: bool) -> None:
    """Fit every model that the package ships, on the project's labels and, where their texts
    are found, the real articles'."""
    data = TrainingData(
        [*load_real(), *load_own()], list(load_passages()), load_jsonl(entities) if entities else []
    )
    for line in train_all(data, check=check):
        click.echo(line)
