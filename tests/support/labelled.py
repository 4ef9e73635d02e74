"""Labelled records made by hand, the reports that are right for them, and the eval commands."""

import json
from pathlib import Path

from click.testing import CliRunner, Result

from eval.cli import main
from eval.score.trivial import lead_sentence

TEXT = 'Bitcoin fell to $60,000. "It is a rout," said Ana Roe of Vela.'


def fact(kind="price", subject="BTC", value=58000, unit="USD", **more) -> dict:
    """A fact, reported or labelled."""
    parts = {"kind": kind, "subject": subject, "value": value, "unit": unit}
    return {**parts, "venue": None, "period": None, "qualifier": None, **more}


def call(direction="bearish", asset="BTC", **more) -> dict:
    """A call, reported or labelled."""
    return {"asset": asset, "direction": direction, **more}


LABELS = {
    "facts": [
        fact(value=60000, quote="$60,000"),
        fact("support_level", venue="Deribit", quote="$58,000"),
        fact("other", value=30, unit="index", quote="30"),
        fact("price", "ETH", 2000, optional=True, quote="$2,000"),
    ],
    "calls": [
        call(
            acceptable=["bearish", "neutral"],
            required=True,
            target={"value": 58000, "unit": "USD"},
        ),
        call("bullish", "ETH", required=False, target=None),
    ],
    "overall": {"direction": "bearish", "acceptable": ["bearish"]},
    "timeframe": {"horizon": "short_term", "acceptable": ["short_term", "medium_term"]},
    "credibility": {"level": "low", "signals": ["ai_directed_instructions", "byline"]},
    "narratives": ["deleveraging"],
    "summary_points": ["Bitcoin fell to $60,000"],
}


def record(id: str = "1", **changes) -> dict:
    """A labelled article; `changes` replace parts of its labels."""
    labels = {**LABELS, **changes}
    return {"id": id, "title": "A rout", "text": TEXT, "gold": TEXT, "labels": labels}


def perfect(labelled: dict, **changes) -> dict:
    """The report that has everything right; `changes` replace parts of it."""
    labels = labelled["labels"]
    credibility = labels["credibility"]
    calls = [
        call(one["direction"], one["asset"], confidence=1.0, target=one.get("target"))
        for one in labels["calls"]
    ]
    spent = {"input_tokens": 100, "output_tokens": 10, "cost_usd": 0.5, "seconds": 2.0}
    return {
        "id": labelled["id"],
        "summary": f"{lead_sentence(labelled['gold'])} {' '.join(labels['summary_points'])}",
        "facts": [
            {key: one.get(key) for key in fact()} | {"confidence": 1.0} for one in labels["facts"]
        ],
        "calls": calls,
        "overall": {**labels["overall"], "confidence": 1.0},
        "timeframe": labels["timeframe"],
        "credibility": {**credibility, "signals": names(credibility["signals"])},
        "narratives": names(labels["narratives"]),
        "analyst": {"name": "embedded", "model": None, **spent},
        **changes,
    }


def names(words: list[str]) -> list[dict]:
    """Names as a report holds them."""
    return [{"name": word} for word in words]


def pick(figures: dict, wanted: str) -> list:
    """The figures of these names."""
    return [figures[name] for name in wanted.split()]


def write_jsonl(path: Path, rows: list[dict]) -> Path:
    """Writes one object a line and gives the path back."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def run_eval(*arguments: object) -> Result:
    """`python -m eval` with these arguments, in this process."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments])
