"""Labelled records -> reports, one a line, by whichever analyst the settings name; a second run goes on where the first stopped."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from eval.loaders import Record, load_jsonl
from summarizer.batch import analyze_record
from summarizer.errors import SummarizerError, UsageError
from summarizer.settings import Settings


def predict(records: Sequence[Record], output: Path, settings: Settings, say: Callable[[str], None]) -> tuple[int, int]:
    """(reports made, failures); records whose id is in `output` already are left alone.

    A failure goes to `output.failures.jsonl` and counts as wrong when scored. Raises UsageError where `output` holds the
    reports of another analyst: a file is scored as one.
    """
    known = _resume(output, settings)
    todo = [record for record in records if str(record["id"]) not in known]
    if known:
        say(f"{len(records) - len(todo)} reports are there already")
    made, cost, failures = 0, 0.0, []
    with output.open("a", encoding="utf-8") as lines:
        for record in todo:
            try:
                report = analyze_record(record, Path(record["folder"]), settings)
            except SummarizerError as error:
                failures.append({"id": record["id"], "code": error.code, "message": str(error)})
                continue
            lines.write(json.dumps(report.to_dict(), ensure_ascii=False) + "\n")
            lines.flush()
            made, cost = made + 1, cost + (report.analyst.cost_usd or 0.0)
    failed = output.with_name(output.name + ".failures.jsonl")
    failed.unlink(missing_ok=True)
    if failures:
        failed.write_text("".join(json.dumps(failure, ensure_ascii=False) + "\n" for failure in failures), "utf-8")
    if cost:
        say(f"cost ${cost:.4f}")
    return made, len(failures)


def _resume(output: Path, settings: Settings) -> set[str]:
    """The ids that `output` holds; a last line that was cut off is dropped."""
    if not output.is_file():
        return set()
    whole, _, cut = output.read_text("utf-8").rpartition("\n")
    if cut:
        output.write_text(whole + "\n" if whole else "", "utf-8")
    reports = load_jsonl(output)
    name, model = ("llm", settings.model) if settings.uses_model else ("embedded", None)
    for report in reports:
        spoke = report["analyst"]
        if spoke["name"] != name or (model and spoke["model"] != model):
            raise UsageError(f"{output} holds reports of {spoke['model'] or spoke['name']}", advice="Name another output")
    return {str(report["id"]) for report in reports}
