"""Waiting for one article: a spinner on a terminal, and nothing elsewhere."""

import io
import re

import pytest
from rich.console import Console

from summarizer.cli.waiting import show_waiting
from summarizer.settings import Settings


def shown(console: Console) -> str:
    return console.file.getvalue()


def test_on_a_terminal_a_spinner_tells_seconds_and_tokens_and_leaves_nothing():
    console = Console(file=io.StringIO(), force_terminal=True, width=80, _environ={})
    with show_waiting(Settings(model="m[/]\x1b[2J"), console) as hear:
        for _ in range(40):
            hear(b'data: {"choices": []}\n\ndata: {}\n\n')
    assert "m[/] answers 0 s · 80 tokens" in re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", shown(console))
    assert shown(console).endswith("\x1b[2K")  # the line is wiped


@pytest.mark.parametrize(("terminal", "model"), [(False, "m"), (True, None)])
def test_elsewhere_or_without_a_model_nothing_is_shown(terminal, model):
    console = Console(file=io.StringIO(), force_terminal=terminal)
    with show_waiting(Settings(model=model), console) as hear:
        assert hear is None
    assert shown(console) == ""
