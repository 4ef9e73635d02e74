"""Progress: one line that fits the terminal, plain lines elsewhere, and a closing table."""

import io
import re
from pathlib import Path

import pytest
from rich.console import Console

from summarizer.batch.items import RunResult, RunTally
from summarizer.cli.progress import Progress

FAILURES = [
    {
        "id": None,
        "line": None,
        "url": f"https://a.example/{n}",
        "stage": "fetch",
        "code": "http_404",
        "retryable": False,
        "message": f"http_404: the server answered 404 (https://a.example/{n})",
    }
    for n in range(5)
] + [
    {
        "id": "r1",
        "line": 3,
        "url": None,
        "stage": "read",
        "code": "bad_record",
        "retryable": False,
        "message": "bad_record: [/] \x1b[2J",
    }
]
STATES = {"done": 1803, "failed": 6, "deferred": 12, "pending": 40, "leased": 0}


def shown(console: Console) -> str:
    return console.file.getvalue()


@pytest.mark.parametrize("width", [40, 80, 120])
def test_the_live_line_is_one_line_and_tells_rate_failures_cost_and_time(width):
    console = Console(file=io.StringIO(), force_terminal=True, width=width, _environ={})
    with Progress(console) as bar:
        bar._started -= 100
        bar.show(RunTally(to_do=2000, done=1200, failed=20, feeds=20, cost_usd=0.0123))
        bar._bar.refresh()
    frames = [
        re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", line)
        for line in shown(console).replace("\r", "\n").split("\n")
    ]
    assert max(map(len, frames)) <= width
    if width >= 80:
        assert any(
            "1220/2000 · 12.2/s · 20 failed · 20 feeds · $0.0123 · 64 s left" in frame
            for frame in frames
        )


def test_elsewhere_a_plain_line_now_and_then():
    console = Console(file=io.StringIO(), force_terminal=False, width=80)
    with Progress(console) as bar:
        bar.show(RunTally(to_do=9))
        assert shown(console) == ""
        bar._shown_at -= 60
        bar.show(RunTally(to_do=9, done=3, cost_usd=None))
    assert re.fullmatch(r"3/9 · [\d.]+/s · cost unknown · \d+ s left\n", shown(console))


def test_the_closing_table_and_the_failures_by_kind():
    console = Console(file=io.StringIO(), force_terminal=False, width=80)
    bar = Progress(console)
    bar.close(
        RunResult(STATES, FAILURES, RunTally(done=3, feeds=20, feeds_failed=1, cost_usd=0.5)),
        Path("out.jsonl"),
    )
    text = shown(console)
    words = " ".join(text.split())
    failed = "5 × fetch http_404: the server answered 404"
    assert f"{failed} https://a.example/0 https://a.example/1 and 3 more" in words
    assert "1 × read bad_record: [/]" in text and "\x1b" not in text
    assert "done 1803 3 analysed now; in out.jsonl failed 6 deferred 12 tried again" in words
    assert "by the next run waiting 40" in words
    assert "feeds 20 1 failed" in words and "cost $0.5000" in words
    assert max(map(len, text.splitlines())) <= 80
