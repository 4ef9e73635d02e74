"""The HTML report: self-contained, escaped, and read back out of a real browser."""

import io
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from eval.records import load_labels
from eval.score.page import Failure, find_failures, render_score_page
from eval.score.report import score_tables
from eval.score.tables import Table, print_tables
from eval.score.trivial import majority_reports
from eval.studies.bars import Bars
from eval.studies.outcomes import outcome_tables, score_outcomes
from tests.support.labelled import call, run_eval, write_jsonl

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
_FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-background-networking"
    " --disable-component-update --disable-sync --no-first-run --hide-scrollbars".split()
)
HOSTILE = (
    "</td><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
)


def full_page() -> str:
    labelled = load_labels("own")
    labelled[0] = {**labelled[0], "title": HOSTILE}
    reports = [
        {**report, "facts": [], "analyst": {"name": "embedded"}}
        for report in majority_reports(labelled)
    ]
    tables, bins = score_tables(labelled, reports, {"majority": reports})
    hours = 1735689600.0 + 3600 * np.arange(3000)
    closes = 100 * np.exp(np.cumsum(np.random.default_rng(0).normal(0, 0.01, 3000)))
    start, calls = datetime(2025, 1, 1, 5, 30, tzinfo=UTC), [call("bullish", confidence=0.7)]
    times = [(start + timedelta(hours=20 * k)).isoformat() for k in range(120)]
    dated = [{"article": {"published_at": at}, "calls": calls} for at in times]
    outcomes = score_outcomes(dated, {"BTC": Bars(hours, closes, closes)}, resamples=50)
    failures = find_failures(labelled, reports)
    return render_score_page(
        "a test",
        [*tables, *outcome_tables(outcomes)],
        bins,
        [Failure(HOSTILE, 1, failures[0].passages), *failures],
        outcomes,
    )


def test_page_is_self_contained_and_escaped():
    html = full_page()
    assert "<script" not in html
    assert "<img" not in html
    assert not re.search(r"<[^>]*\b(?:src|href|on\w+)\s*=|url\(|@import", html)
    assert "default-src 'none'" in html
    assert html.count("<mark>") > 10


def test_the_words_that_are_marked_stand_in_the_article():
    labelled = load_labels("own")
    texts = {str(record["title"]): record["gold"] for record in labelled}
    for title, _, passages in find_failures(labelled, []):
        for passage in passages:
            assert passage.marked in texts[title.removesuffix(" (no report)")]


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed: apt-get install chromium")
def test_a_browser_shows_every_part(tmp_path: Path):
    page, shot = tmp_path / "report.html", tmp_path / "shot.png"
    page.write_text(full_page(), "utf-8")

    def browse(*options: str) -> str:
        profile = f"--user-data-dir={tmp_path / 'profile'}"
        command = [str(CHROMIUM), *_FLAGS, profile, *options, page.as_uri()]
        return subprocess.run(
            command, capture_output=True, text=True, timeout=60, check=True
        ).stdout

    dom = browse("--dump-dom")
    assert "<title>How good are the reports?</title>" in dom  # no script of the article's ran
    assert dom.count("<circle") == full_page().count("<circle") > 0
    assert dom.count("<polyline") == 2
    for title in ("Figures", "Facts by kind", "Confusion: calls", "Outcomes", "Where it fails"):
        assert f"<h2>{title}</h2>" in dom
    browse("--window-size=1200,2000", f"--screenshot={shot}")
    assert shot.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert shot.stat().st_size > 50_000  # an empty page of this size takes about 10 kB


def test_command_writes_the_page_with_outcomes(tmp_path: Path):
    labelled = load_labels("own", "test")
    report = {
        "calls": [call("bullish")],
        "article": {"published_at": "2025-01-02T05:30:00Z"},
        "analyst": {"name": "embedded"},
    }
    rows = [{"id": record["id"], **report} for record in labelled]
    reports, bars = write_jsonl(tmp_path / "r.jsonl", rows), tmp_path / "b.csv"
    hours = "".join(f"{1735689600 + 3600 * i},{100 + i},{101 + i}\n" for i in range(400))
    bars.write_text(f"ts,open,close\n{hours}")
    page = tmp_path / "page.html"
    command = ("score", "--labels", "own", "--split", "test", "--reports", reports)
    assert run_eval(*command, "--html", page, "--prices", f"BTC={bars}").exit_code == 0
    html = page.read_text("utf-8")
    assert f"embedded on {len(labelled)} articles of own" in html
    assert "24h: too few to tell: 100.0% right of 27 calls" in html


def test_terminal_shows_the_same_tables_and_no_escape_sequence():
    console = Console(record=True, width=160, file=io.StringIO())
    print_tables([Table("T", ["name", "n"], [["\x1b[31m[bold]x[/bold]", "1"]], "a note")], console)
    shown = console.export_text()
    assert "[bold]x[/bold]" in shown
    assert "\x1b" not in shown
