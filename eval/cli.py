"""python -m eval: predict, score, compare, agreement, calibrate, outcomes, injections, headlines, train. Commands, and nothing else."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from summarizer.analyst.llm.prompt import load_prompt
from summarizer.errors import SummarizerError, UsageError
from summarizer.settings import Settings, load_settings

_FORMS = ("cryptolin", "sentfin", "finentity")
_file = click.Path(exists=True, dir_okay=False, path_type=Path)
_reports = click.option("--reports", required=True, type=_file, help="Reports made by predict.")
_as_json = click.option(
    "--json", "as_json", is_flag=True, help="Print plain numbers as one JSON object."
)


class _Group(click.Group):
    """A SummarizerError is one line on stderr and its exit code."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except SummarizerError as error:
            click.echo(f"eval: {error}", err=True)
            ctx.exit(error.exit_status)


def _labels(command: Callable[..., None]) -> Callable[..., None]:
    command = click.option(
        "--split",
        type=click.Choice(["dev", "test"]),
        help="Only this split of the articles, by their ids.",
    )(command)
    return click.option(
        "--labels",
        required=True,
        metavar="FILE|own|real|untouched",
        help="Labelled records: JSONL, the project's own, or real ones, fitted on or not.",
    )(command)


def _analyst(command: Callable[..., None]) -> Callable[..., None]:
    command = click.option(
        "--prompt", type=int, metavar="N", help="The version of its prompt, prompts/analyze/vN.md."
    )(command)
    command = click.option(
        "--samples",
        type=click.IntRange(1, 9),
        metavar="K",
        help="Answers whose agreement is the confidence.",
    )(command)
    command = click.option("--model", metavar="NAME", help="The model that makes the calls.")(
        command
    )
    return click.option(
        "--offline", is_flag=True, help="The embedded analyst speaks though a key is set."
    )(command)


def _settings(offline: bool, **flags: Any) -> Settings:
    settings = load_settings(offline=offline or None, **flags)
    load_prompt(
        "analyze", settings.prompt
    )  # a version that is missing stops the run before it starts
    return settings


def _say(line: str) -> None:
    click.echo(line, err=True)


def _load_prices(given: Sequence[str]) -> dict[str, Any]:
    """Bars by asset, of `BTC=file` options."""
    from eval.studies.outcomes import load_bars

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
@click.option(
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    help="Where the reports go; ids it holds already are skipped.",
)
@click.option(
    "--brief", is_flag=True, help="Keep only what is scored, as the committed baseline does."
)
def predict(
    labels: str, split: str | None, offline: bool, output: Path, brief: bool, **analyst: Any
) -> None:
    """Write one report for each labelled record."""
    from eval.predict import predict as run
    from eval.records import load_labels

    made, failed = run(
        load_labels(labels, split), output, _settings(offline, **analyst), _say, brief=brief
    )
    _say(f"{made} reports, {failed} failures")


@main.command()
@_labels
@_reports
@_as_json
@click.option(
    "--html", type=click.Path(path_type=Path), help="Write everything as one HTML page instead."
)
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
    from eval.records import load_pairs
    from eval.score.report import (
        Page,
        find_failures,
        outcome_tables,
        print_tables,
        reliability,
        render_html,
        score_tables,
    )
    from eval.score.score import score_reports
    from eval.studies.outcomes import score_outcomes

    labelled, (made,) = load_pairs(labels, split, reports)
    if as_json:
        click.echo(json.dumps(score_reports(labelled, made), indent=2))
        return
    tables, counts = score_tables(labelled, made, _rivals(labelled))
    if html is None:
        print_tables(tables)
        return
    who = sorted(
        {
            str(r["analyst"].get("model") or r["analyst"].get("name"))
            for r in made
            if r.get("analyst")
        }
    )
    page = Page(
        "How good are the reports?",
        f"{', '.join(who)} on {len(labelled)} articles of {Path(labels).name}",
        tables,
    )
    page.reliability, page.failures = reliability(counts), find_failures(labelled, made)
    if prices:
        result = score_outcomes(made, _load_prices(prices))
        page.tables += outcome_tables(result)
        page.verdicts, page.curve = result["verdicts"], result["curve"]
    html.write_text(render_html(page), "utf-8")


def _rivals(labelled: Sequence[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    from eval.score.trivial import majority_reports, vader_reports

    rivals = {"majority": majority_reports(labelled)}
    try:
        rivals["VADER"] = vader_reports(labelled)
    except UsageError as error:
        _say(f"eval: {error}")
    return rivals


@main.command()
@_labels
@click.argument("a", type=_file)
@click.argument("b", type=_file)
@_as_json
@click.option(
    "--check",
    is_flag=True,
    help="Judge the watched figures alone, on the articles that A has, and fail on a significant loss.",
)
def compare(labels: str, split: str | None, a: Path, b: Path, as_json: bool, check: bool) -> None:
    """What reports B gain and lose over reports A of the same articles."""
    from eval.records import load_pairs
    from eval.score.compare import compare_reports, find_losses
    from eval.score.report import compare_tables, print_tables

    labelled, (one, other) = load_pairs(labels, split, a, b)
    found, losses = (
        find_losses(labelled, one, other) if check else (compare_reports(labelled, one, other), [])
    )
    if as_json:
        click.echo(json.dumps([vars(difference) for difference in found], indent=2))
    else:
        print_tables(compare_tables(found, labelled, one, other))
    if losses:
        raise click.ClickException(f"significant loss: {', '.join(loss.name for loss in losses)}")


@main.command()
@_labels
@click.option(
    "--second",
    type=_file,
    help="Another pass over articles of the set. Default: the committed one over the project's own.",
)
@_as_json
def agreement(labels: str, split: str | None, second: Path | None, as_json: bool) -> None:
    """How far two labelling passes agree."""
    from eval.records import DATA, load_pairs
    from eval.score.agreement import measure_agreement
    from eval.score.report import agreement_table, print_tables

    labelled, (other,) = load_pairs(labels, split, second or DATA / "second_pass.jsonl")
    found = measure_agreement(labelled, other)
    if as_json:
        click.echo(
            json.dumps(
                {name: {**vars(one), "kappa": kappa} for name, (one, kappa) in found.items()},
                indent=2,
            )
        )
    else:
        print_tables([agreement_table(found, len(other))])


@main.command()
@_labels
@_reports
@click.option(
    "--output", type=click.Path(path_type=Path), help="Default: summarizer/data/calibration.json."
)
def calibrate(labels: str, split: str | None, reports: Path, output: Path | None) -> None:
    """Fit how often calls are right at each confidence, for each analyst in the reports; best of articles it was not trained on."""
    from eval.records import load_pairs
    from eval.train.calibrate import FILE, find_forecasts, fit_calibration, write_calibration

    labelled, (made,) = load_pairs(labels, split, reports)
    maps = {name: fit_calibration(said) for name, said in find_forecasts(labelled, made).items()}
    write_calibration(output or FILE, maps)
    for name, found in maps.items():
        click.echo(f"{name}: {found['calls']} calls; held out, Brier {found['brier_before']} to {found['brier_after']}, calibration error "
                   f"{found['ece_before']} to {found['ece_after']}; {'a map is kept' if found['knots'] else 'no better, no map is kept'}")  # fmt: skip


@main.command()
@click.option("--reports", type=_file, help="Reports whose calls are scored.")
@click.option(
    "--headlines", type=_file, help="Or labelled headlines, their labels taken for calls on BTC."
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
@_as_json
def outcomes(
    reports: Path | None,
    headlines: Path | None,
    prices: tuple[str, ...],
    more: tuple[str, ...],
    since: str | None,
    as_json: bool,
) -> None:
    """Score calls against what prices then did, beside always-up, momentum and shuffled dates."""
    from eval.records import load_jsonl
    from eval.score.report import outcome_tables, print_tables
    from eval.studies.headlines import headline_reports, load_headlines
    from eval.studies.outcomes import score_outcomes

    if (reports is None) == (headlines is None):
        raise UsageError("give --reports or --headlines")
    made = (
        load_jsonl(reports)
        if reports
        else headline_reports(load_headlines(headlines, "cryptolin"))
        if headlines
        else []
    )
    if not since and any((report.get("analyst") or {}).get("model") for report in made):
        _say(
            "eval: a model may have read how these articles ended; --since DAY leaves out those before its training data end"
        )
    result = score_outcomes(made, _load_prices((*prices, *more)), since=since)
    if as_json:
        click.echo(json.dumps(result, indent=2, default=vars))
    else:
        print_tables(outcome_tables(result))
        click.echo("\n".join(result["verdicts"]))


@main.command()
@click.option(
    "--file",
    "path",
    required=True,
    type=_file,
    help="The set, as its authors publish it (CSV) or as JSONL.",
)
@click.option("--format", "form", required=True, type=click.Choice(_FORMS))
@click.option(
    "--cross-validate",
    is_flag=True,
    help="Judge names by tone models fitted on the other sentences of the set.",
)
@_analyst
def headlines(path: Path, form: str, cross_validate: bool, offline: bool, **analyst: Any) -> None:
    """Score tone on labelled headlines; a tone within 0.2 of 0 is neutral."""
    from eval.score.report import print_tables
    from eval.studies.headlines import load_headlines, tone_tables

    print_tables(
        tone_tables(
            load_headlines(path, form), _settings(offline, **analyst), cross_validate=cross_validate
        )
    )


@main.command()
@_labels
@_analyst
@click.option(
    "--each",
    type=click.IntRange(min=1),
    default=3,
    show_default=True,
    help="Articles that each payload is put into.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the figures and every flip as JSON.")
def injections(
    labels: str, split: str | None, offline: bool, each: int, as_json: bool, **analyst: Any
) -> None:
    """How often an order to machine readers, put into an article, turns a call, and what it costs in accuracy."""
    from eval.records import load_labels
    from eval.score.report import print_tables
    from eval.studies.injections import injection_table, measure

    found = measure(
        load_labels(labels, split),
        _settings(offline, **analyst),
        each,
        lambda line: click.echo(line, err=True),
    )
    if as_json:
        click.echo(json.dumps(found, indent=2))
    else:
        print_tables([injection_table(found)])


@main.command()
@click.option("--entities", type=_file, help="SEntFiN as JSONL of text, entity, label.")
@click.option("--check", is_flag=True, help="Cross-validate each model too: slow.")
def train(entities: Path | None, check: bool) -> None:
    """Fit every model that the package ships, on the project's labels and, where their texts are found, the real articles'."""
    from eval.records import load_jsonl, load_own, load_passages, load_real
    from eval.train.train import train_all

    for line in train_all(
        [*load_real(), *load_own()],
        list(load_passages()),
        load_jsonl(entities) if entities else [],
        check=check,
    ):
        click.echo(line)
