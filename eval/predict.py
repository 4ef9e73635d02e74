"""Labelled records -> reports, one a line, by whichever analyst the settings name; a second run goes on where the first stopped."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from eval.records import Record, load_jsonl
from summarizer.batch.run import analyze_record
from summarizer.errors import SummarizerError, UsageError
from summarizer.settings import Settings

_UNSCORED = ("article", "findings", "flags", "evidence", "rationale", "note", "tone", "attributed_to", "condition", "as_of", "origin", "until",
             "input_tokens", "cached_tokens", "output_tokens", "cost_usd", "seconds")  # fmt: skip


def predict(
    records: Sequence[Record],
    output: Path,
    settings: Settings,
    say: Callable[[str], None],
    *,
    brief: bool = False,
) -> tuple[int, int]:
    """(reports made, failures); records whose id is in `output` already are left alone. `brief` keeps only what is scored.

    A failure goes to `output.failures.jsonl` and counts as wrong when scored. Raises UsageError where `output` holds the
    reports of another analyst or prompt: a file is scored as one.
    """
    known = {str(report["id"]) for report in _resume(output)}
    todo = [record for record in records if str(record["id"]) not in known]
    if known:
        _check_analyst(load_jsonl(output)[0], output, settings)
        say(f"{len(records) - len(todo)} reports are there already")
    made, cost, failures = 0, 0.0, []
    with output.open("a", encoding="utf-8") as lines:
        for record in todo:
            try:
                report = analyze_record(record, Path(record["folder"]), settings)
            except SummarizerError as error:
                failures.append({"id": record["id"], "code": error.code, "message": str(error)})
                continue
            whole = report.to_dict()
            lines.write(
                json.dumps(scored_parts(whole) if brief else whole, ensure_ascii=False) + "\n"
            )
            lines.flush()
            made, cost = made + 1, cost + (report.analyst.cost_usd or 0.0)
    failed = output.with_name(output.name + ".failures.jsonl")
    failed.unlink(missing_ok=True)
    if failures:
        failed.write_text(
            "".join(json.dumps(failure, ensure_ascii=False) + "\n" for failure in failures), "utf-8"
        )
    if cost:
        say(f"cost ${cost:.4f}")
    return made, len(failures)


def scored_parts(value: Any) -> Any:
    """A report without evidence, words, clock time and usage: what a baseline keeps.

    >>> scored_parts({"id": "a", "calls": [{"asset": "BTC", "evidence": [], "target": None}]})
    {'id': 'a', 'calls': [{'asset': 'BTC'}]}
    """
    if isinstance(value, list):
        return [scored_parts(item) for item in value]
    if isinstance(value, dict):
        return {
            key: scored_parts(item)
            for key, item in value.items()
            if key not in _UNSCORED and item is not None
        }
    return value


def _resume(output: Path) -> list[Record]:
    """The reports that `output` holds; a last line that was cut off is dropped."""
    if not output.is_file():
        return []
    whole, _, cut = output.read_text("utf-8").rpartition("\n")
    if cut:
        output.write_text(whole + "\n" if whole else "", "utf-8")
    return load_jsonl(output)


def _check_analyst(report: Record, output: Path, settings: Settings) -> None:
    spoke = report["analyst"]
    name, model, prompt = (
        ("llm", settings.model, f"analyze/v{settings.prompt}")
        if settings.uses_model
        else ("embedded", None, None)
    )
    if (
        spoke["name"] != name
        or spoke.get("prompt") != prompt
        or (model and spoke.get("model") != model)
    ):
        said = " by ".join(filter(None, (spoke.get("model") or spoke["name"], spoke.get("prompt"))))
        raise UsageError(f"{output} holds reports of {said}", advice="Name another output")
