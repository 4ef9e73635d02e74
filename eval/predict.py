"""Labelled records -> reports, one a line, by whichever analyst the settings name.

A second run goes on where the first stopped.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from eval.records import Record, Records, load_jsonl
from summarizer.analyst.llm.prompt import load_prompt
from summarizer.batch.run import analyze_record
from summarizer.errors import SummarizerError, UsageError
from summarizer.settings import Settings

_UNSCORED = frozenset(
    "article findings flags evidence rationale note tone attributed_to condition as_of origin until"
    " input_tokens cached_tokens output_tokens cost_usd seconds".split()
)


def predict_reports(
    records: Records,
    output: Path,
    settings: Settings,
    say: Callable[[str], None],
    *,
    brief: bool = False,
) -> tuple[int, int]:
    """(new reports, failures); records whose id is in `output` already are left alone.

    `brief` keeps only what is scored. A failure goes to `output.failures.jsonl` and counts as wrong
    when scored. Raises UsageError where `output` holds the reports of another analyst or prompt: a
    file is scored as one.
    """
    present = _resume(output)
    known = {str(report["id"]) for report in present}
    todo = [record for record in records if str(record["id"]) not in known]
    if present:
        _check_analyst(present[0]["analyst"], output, settings)
        say(f"{len(records) - len(todo)} reports are there already")
    cost, failures = 0.0, []
    with output.open("a", encoding="utf-8") as lines:
        for record in todo:
            try:
                report = analyze_record(record, Path(record["folder"]), settings)
            except SummarizerError as error:
                failures.append({"id": record["id"], "code": error.code, "message": str(error)})
                continue
            fields = report.to_dict()
            lines.write(_json_line(scored_parts(fields) if brief else fields))
            lines.flush()
            cost += report.analyst.cost_usd or 0.0
    failed = output.with_name(output.name + ".failures.jsonl")
    failed.unlink(missing_ok=True)
    if failures:
        failed.write_text("".join(map(_json_line, failures)), "utf-8")
    if cost:
        say(f"cost ${cost:.4f}")
    return len(todo) - len(failures), len(failures)


def _json_line(record: Record) -> str:
    return json.dumps(record, ensure_ascii=False) + "\n"


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


def _resume(output: Path) -> Records:
    """The reports that `output` holds; a last line that was cut off is dropped."""
    if not output.is_file():
        return []
    lines, _, cut_off = output.read_text("utf-8").rpartition("\n")
    if cut_off:
        output.write_text(lines + "\n" if lines else "", "utf-8")
    return load_jsonl(output)


def _check_analyst(present: Record, output: Path, settings: Settings) -> None:
    """Refuses to add to reports that another analyst, model or prompt made."""
    name, prompt, model = "embedded", None, None
    if settings.uses_model:
        name, prompt, model = "llm", load_prompt(settings.prompt).name, settings.model
    is_same = present["name"] == name and present.get("prompt") == prompt
    if not is_same or (model and model != present.get("model")):
        maker = [present.get("model") or present["name"], present.get("prompt")]
        raise UsageError(
            f"{output} holds reports of {' by '.join(filter(None, maker))}",
            advice="Name another output",
        )
