"""A released prompt is never edited: its hash is on record, and stands in each of its reports."""

import hashlib
from pathlib import Path

import pytest

from summarizer.analyst.llm.prompt import load_prompt, prompts_root
from summarizer.errors import UsageError
from summarizer.settings import Settings

ROOT = Path(str(prompts_root()))
RELEASED = dict(
    line.split("  ")[::-1]
    for line in (ROOT / "RELEASED").read_text("utf-8").splitlines()
    if not line.startswith("#")
)


@pytest.mark.parametrize("name", RELEASED)
def test_a_released_prompt_is_as_it_was(name):
    assert hashlib.sha256((ROOT / name).read_bytes()).hexdigest() == RELEASED[name]


def test_the_prompt_in_use_is_released_and_its_hash_is_the_reports():
    assert load_prompt(Settings().prompt).sha256 == RELEASED["analyze/v4.md"]


def test_every_prompt_has_its_line():
    assert {str(path.relative_to(ROOT)) for path in ROOT.glob("*/*.md")} == set(RELEASED)


def test_a_prompt_that_names_an_input_it_does_not_have_is_refused():
    with pytest.raises(KeyError):
        load_prompt("4").fill("user", marker="m")


def test_a_prompt_of_ones_own_is_a_file(tmp_path):
    own = tmp_path / "own.md"
    own.write_text(
        (ROOT / "analyze/v4.md").read_text("utf-8").replace("version: 4", "version: mine")
    )
    assert load_prompt(str(own)).name == "analyze/vmine"


@pytest.mark.parametrize("which", ["1", "99", "no/such/file.md"])
def test_a_prompt_that_cannot_be_used_is_a_usage_error(which):
    with pytest.raises(UsageError):
        load_prompt(which)
