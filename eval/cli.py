"""python -m eval: the commands that predict, score, compare and train, and nothing else."""

from functools import partial
from pathlib import Path
from typing import Any

import click

from eval.options import (
    FILE_PATH,
    NEW_PATH,
    analyst_options,
    json_option,
    labels_options,
    prices_option,
    read_settings,
    reports_option,
    show_result,
)
from eval.predict import predict_reports
from eval.records import (
    DATA,
    load_jsonl,
    load_labels,
    load_own,
    load_pairs,
    load_passages,
    load_quotable,
    load_real,
    load_reasoned,
)
from eval.score.compare import compare_reports, compare_watched, measure_agreement
from eval.score.page import find_failures, render_score_page
from eval.score.report import agreement_table, compare_tables, score_tables
from eval.score.score import score_reports
from eval.score.tables import print_tables
from eval.score.trivial import majority_reports, vader_reports
from eval.studies.bars import load_prices
from eval.studies.headlines import FORMS, headline_reports, load_headlines, tone_tables
from eval.studies.injections import EACH, injection_table, measure_injections
from eval.studies.outcomes import outcome_tables, score_outcomes
from eval.train.calibrate import (
    calibration_table,
    find_forecasts,
    fit_calibration,
    write_calibration,
)
from eval.train.held_out import fit_maps
from eval.train.samples import TrainingData
from eval.train.train import train_all
from summarizer.cli.shared import flag
from summarizer.errors import SummarizerError, UsageError
from summarizer.facts.encoder import WEIGHTS
from summarizer.verification.calibration import FILE

_say = partial(click.echo, err=True)


class _Group(click.Group):
    """A SummarizerError is one line on stderr and its exit code."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except SummarizerError as error:
            _say(f"eval: {error}")
            ctx.exit(error.exit_status)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """How good are the reports? Predictions are files; scoring them never calls a model."""


@main.command()
@labels_options
@analyst_options
@click.option(
    "--output",
    required=True,
    type=NEW_PATH,
    help="Where the reports go; ids it holds already are skipped.",
)
@flag("--brief", "Keep only what is scored, as the committed baseline does.")
def predict(labels: str, split: str | None, output: Path, brief: bool, **analyst: Any) -> None:
    """Write one report for each labelled record."""
    settings = read_settings(**analyst)
    done, failed = predict_reports(load_labels(labels, split), output, settings, _say, brief=brief)
    _say(f"{done} reports, {failed} failures")


@main.command()
@labels_options
@reports_option
@json_option
@click.option("--html", type=NEW_PATH, help="Write everything as one HTML page instead.")
@prices_option()
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
        show_result(True, score_reports(labelled, scored), ())
        return
    rivals = {"majority": majority_reports(labelled)}
    try:
        rivals["VADER"] = vader_reports(labelled)
    except UsageError as error:
        _say(f"eval: {error}")
    tables, reliability = score_tables(labelled, scored, rivals)
    if html is None:
        print_tables(tables)
        return
    makers = [report["analyst"] for report in scored if report.get("analyst")]
    names = sorted({str(maker.get("model") or maker.get("name")) for maker in makers})
    about = f"{', '.join(names)} on {len(labelled)} articles of {Path(labels).name}"
    result = None
    if prices:
        result = score_outcomes(scored, load_prices(prices))
        tables += outcome_tables(result)
    failures = find_failures(labelled, scored)
    html.write_text(render_score_page(about, tables, reliability, failures, result), "utf-8")


@main.command()
@labels_options
@click.argument("a", type=FILE_PATH)
@click.argument("b", type=FILE_PATH)
@json_option
@flag(
    "--check",
    "Judge the watched figures alone, on the articles that A has, and fail on a significant loss.",
)
def compare(labels: str, split: str | None, a: Path, b: Path, as_json: bool, check: bool) -> None:
    """What reports B gain and lose over reports A of the same articles."""
    labelled, (reports_a, reports_b) = load_pairs(labels, split, a, b)
    judge = compare_watched if check else compare_reports
    differences = judge(labelled, reports_a, reports_b)
    show_result(as_json, differences, compare_tables(differences, labelled, reports_a, reports_b))
    losses = [difference.name for difference in differences if difference.verdict == "loss"]
    if check and losses:
        raise click.ClickException(f"significant loss: {', '.join(losses)}")


@main.command()
@labels_options
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
    show_result(as_json, plain, [agreement_table(result, len(other))])


@main.command()
@labels_options
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
    print_tables([calibration_table(maps)])


@main.command()
@click.option("--reports", type=FILE_PATH, help="Reports whose calls are scored.")
@click.option(
    "--headlines",
    type=FILE_PATH,
    help="Or labelled headlines, their labels taken for calls on BTC.",
)
@prices_option(required=True)
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
    result = score_outcomes(scored, load_prices((*prices, *more)), since=since)
    show_result(as_json, result, outcome_tables(result))
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
@flag("--cross-validate", "Judge names by tone models fitted on the other sentences of the set.")
@analyst_options
def headlines(path: Path, form: str, cross_validate: bool, **analyst: Any) -> None:
    """Score tone on labelled headlines; a tone within 0.2 of 0 is neutral."""
    settings, loaded = read_settings(**analyst), load_headlines(path, form)
    print_tables(tone_tables(loaded, settings, cross_validate=cross_validate))


@main.command()
@labels_options
@analyst_options
@click.option(
    "--each",
    type=click.IntRange(min=1),
    default=EACH,
    show_default=True,
    help="Articles that each payload is put into.",
)
@json_option
def injections(labels: str, split: str | None, each: int, as_json: bool, **analyst: Any) -> None:
    """How often an order to machine readers, put into an article, turns a call, and what it
    costs in accuracy."""
    result = measure_injections(load_labels(labels, split), read_settings(**analyst), each, _say)
    show_result(as_json, result, [injection_table(result)])


@main.command()
@click.argument("part", type=click.Choice(("models", "encoder", "confidence")), default="models")
@click.option("--entities", type=FILE_PATH, help="SEntFiN as JSONL of text, entity, label.")
@flag("--check", "Cross-validate each model too: slow.")
@click.option(
    "--kept",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("kept"),
    help="Where `confidence` keeps the encoder that has not seen a third of the articles.",
)
def train(part: str, entities: Path | None, check: bool, kept: Path) -> None:
    """Fit what the package ships, on the project's labels and, where their texts are found, the
    real articles'.

    `models` are the linear ones, `encoder` is that of the careful reader, `confidence` the maps of
    both readers, with their figures on articles held out.
    """
    data = TrainingData(
        [*load_real(), *load_own()],
        list(load_passages()),
        load_jsonl(entities) if entities else [],
        list(load_quotable()),
        list(load_reasoned()),
    )
    if part == "encoder":
        from eval.train.encoder import fit_labelled  # torch takes 2 s to import

        fit_labelled([*data.articles, *data.passages], WEIGHTS, _say)
    elif part == "confidence":
        kept.mkdir(exist_ok=True)
        print_tables(list(fit_maps(data, kept, _say)))
    else:
        for line in train_all(data, check=check):
            click.echo(line)
