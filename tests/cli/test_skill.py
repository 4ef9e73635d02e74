"""The skill for assistants is the commands as they are: nothing is missing, nothing invented."""

import re

import click
from click.testing import CliRunner

from summarizer.cli.main import main


def read_skill() -> tuple[str, dict[str, set[str]]]:
    """What `summarizer skill` prints, and the options that it names by command."""
    done = CliRunner().invoke(main, ["skill"])
    assert (done.exit_code, done.stderr) == (0, "")
    sections = re.findall(
        r"^### `summarizer ([\w-]+).*?`\n(.*?)(?=^### |\Z)", done.stdout, re.MULTILINE | re.DOTALL
    )
    options = re.compile(r"^- `((?:-{1,2}[\w-]+(?:, )?)+)", re.MULTILINE)
    named = {
        name: {option for line in options.findall(text) for option in line.split(", ")}
        for name, text in sections
    }
    return done.stdout, named


def test_every_command_and_option_is_named_and_no_other():
    context = click.Context(main)
    wanted = {
        name: {
            option
            for parameter in main.get_command(context, name).params
            if isinstance(parameter, click.Option)
            for option in parameter.opts
        }
        for name in main.list_commands(context)
    }
    assert read_skill()[1] == wanted
    assert {"--to", "--notify"} <= wanted["digest"] | wanted["watch"]


def test_every_command_line_of_its_advice_is_one_that_runs():
    text, named = read_skill()
    advice = text.partition("## Commands")[0]
    everywhere = set().union(*named.values())
    for command in re.findall(r"`summarizer (\S+)", advice):
        assert command in named or command == "INPUT"
    assert set(re.findall(r"(?<!-)--[a-z][\w-]+", advice)) <= everywhere


def test_it_has_the_head_that_assistants_look_for():
    text, _ = read_skill()
    head = text.split("---\n")[1]
    assert re.search(r"^name: summarizer$", head, re.MULTILINE)
    description = " ".join(head.partition("description: >-\n")[2].split())
    assert 50 < len(description) <= 1024
    assert "untrusted" in text and "no instruction" in " ".join(text.split())
