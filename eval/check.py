"""The committed baseline: what the embedded analyst said of the project's own articles, and whether a change lost by it.

Both are scored against the labels as they are now, so that a corrected label is no loss. A loss is one whose interval over
articles lies wholly below zero at a level that allows for as many figures as are watched (Bonferroni): a change that only
shuffles errors passes, and an analyst that says the same as before differs by exactly nothing.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from eval.compare import Difference, compare_reports
from eval.loaders import Record
from eval.score import FIGURES
from eval.tally import ATTRIBUTES

FILE = Path(__file__).parent / "baselines" / "embedded.jsonl"
WATCHED = (
    "facts.f1", "facts.precision", "facts.recall", "calls.acceptable", "calls.macro_f1", "calls.precision", "calls.brier", "targets.right",
    "overall.acceptable", "timeframe.acceptable", "credibility.acceptable", "credibility.signals.f1", "narratives.f1",
    "summary.faithful", "summary.coverage",
)  # fmt: skip
_FACT = ("kind", "subject", "value", "unit", *ATTRIBUTES)


def find_losses(
    labelled: Sequence[Record], baseline: Sequence[Record], reports: Sequence[Record]
) -> tuple[list[Difference], list[Difference]]:
    """(all watched differences, the significant losses), over the articles that the baseline knows."""
    known = {str(report["id"]) for report in baseline}
    shared = [record for record in labelled if str(record["id"]) in known]
    ids = {str(record["id"]) for record in shared}
    before, after = ([report for report in side if str(report["id"]) in ids] for side in (baseline, reports))
    figures = [figure for figure in FIGURES if figure.name in WATCHED]
    found = compare_reports(shared, before, after, figures=figures, level=1 - 0.05 / len(figures))
    return found, [difference for difference in found if difference.verdict == "loss"]


def scored_parts(report: Record) -> Record:
    """The parts of a report that are scored, without evidence, clock time and usage: what a baseline keeps.

    >>> scored_parts({"id": "a", "summary": "x", "narratives": [{"name": "defi", "evidence": {}}]})["narratives"]
    ['defi']
    """
    calls = [{key: call.get(key) for key in ("asset", "direction", "confidence")}
             | {"target": {key: call["target"][key] for key in ("value", "unit")} if call.get("target") else None}
             for call in report.get("calls") or []]  # fmt: skip
    credibility = report.get("credibility") or {}
    return {
        "id": report["id"],
        "summary": report.get("summary"),
        "facts": [{key: fact[key] for key in _FACT if fact.get(key) is not None} for fact in report.get("facts") or []],
        "narratives": [narrative["name"] for narrative in report.get("narratives") or []],
        "calls": calls,
        "overall": {key: (report.get("overall") or {}).get(key) for key in ("direction", "confidence")},
        "timeframe": {"horizon": (report.get("timeframe") or {}).get("horizon")},
        "credibility": {"level": credibility.get("level"), "signals": [signal["name"] for signal in credibility.get("signals") or []]},
    }


def write_baseline(path: Path, reports: Sequence[Record]) -> None:
    """Writes the scored parts of reports, one a line, in the order of their ids."""
    lines = [json.dumps(scored_parts(report), ensure_ascii=False) for report in sorted(reports, key=lambda report: str(report["id"]))]
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(lines) + "\n", "utf-8")
