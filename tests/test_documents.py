"""The documents are held against the program.

Links lead somewhere, tests that are named exist, every option, field and code is explained, and the
report in the README is what the program prints.
"""

import re
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from pydantic import BaseModel

from summarizer.cli.main import main
from summarizer.models import Report

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted(
    path
    for folder in ("", "summarizer", "prompts", "eval", "tests", ".github")
    for path in (ROOT / folder).glob("**/*.md" if folder else "*.md")
    if path.name != "v1.md"  # a prompt
)
README = (ROOT / "README.md").read_text("utf-8")
SECURITY = (ROOT / "SECURITY.md").read_text("utf-8")
GUIDES = README + "".join(
    (ROOT / "summarizer" / folder / "README.md").read_text("utf-8")
    for folder in ("batch", "serve", "analyst/llm")
)


OWASP = [f"LLM{n:02}" for n in range(1, 11)] + [f"MCP{n:02}" for n in range(1, 11)]


@pytest.mark.parametrize("risk", OWASP)
def test_every_risk_of_owasps_lists_has_an_answer_and_tests_that_exist(risk):
    (row,) = re.findall(rf"^\| {risk} .+\|$", SECURITY, re.MULTILINE)
    _, _, answer, tests, _ = (cell.strip() for cell in row.split("|"))
    assert len(answer.split()) >= 5
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", tests)
    assert named
    for path, name in named:
        assert f"def {name}(" in (ROOT / "tests" / path).read_text("utf-8"), f"{path}::{name}"


def headings(document: Path) -> set[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    lines = re.findall(r"^#+ (.+)$", document.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in lines}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document):
    for link in re.findall(r"\]\(([^)\s]+)\)", document.read_text("utf-8")):
        if link.startswith(("http://", "https://")):
            continue
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        assert target.exists(), link
        assert not anchor or anchor in headings(target), link


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_test_that_is_named_exists(document):
    text = document.read_text("utf-8")
    for path, name in re.findall(r"`(?:tests/)?([\w/]+\.py)(?:::(\w+))?`", text):
        if "test_" not in path and "support/" not in path:
            continue
        file = ROOT / "tests" / path
        assert file.is_file(), path
        assert not name or f"def {name}(" in file.read_text("utf-8"), f"{path}::{name}"


def options():
    """Everything that the program takes, but for --help."""
    context = click.Context(main)
    for name in main.list_commands(context):
        for parameter in main.get_command(context, name).params:
            if isinstance(parameter, click.Option):
                yield pytest.param(parameter.opts[0], id=f"{name} {parameter.opts[0]}")


@pytest.mark.parametrize("option", list(options()))
def test_every_option_is_explained(option):
    assert re.search(rf"(?<![\w-]){option}(?![\w-])", GUIDES)


def fields(model: type[BaseModel]):
    for name, field in model.model_fields.items():
        if field.exclude:
            continue
        yield name
        for inner in re.findall(r"summarizer\.models\.(\w+)", str(field.annotation)):
            yield from fields(getattr(__import__("summarizer.models").models, inner))


@pytest.mark.parametrize("field", sorted(set(fields(Report))))
def test_every_field_of_a_report_is_explained(field):
    assert f"`{field}`" in README


def codes():
    """The codes that the source names whole; `http_<n>` and its like are put together."""
    source = "".join(path.read_text("utf-8") for path in (ROOT / "summarizer").rglob("*.py"))
    return sorted(set(re.findall(r"\bcode ?= ?\"([a-z_]+)\"", source)) - {"error"})


@pytest.mark.parametrize("code", codes())
def test_every_code_of_a_failure_is_explained(code):
    assert f"`{code}`" in SECURITY


def test_the_report_in_the_readme_is_what_the_program_prints(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    printed = CliRunner().invoke(main, [str(ROOT / "eval/data/example.txt"), "--offline"]).stdout
    block = README.partition(
        "What `SUMMARIZER_READER=fast summarizer eval/data/example.txt` prints:\n\n"
    )[2]
    shown = [line.removeprefix("    ") for line in block.partition("\n## ")[0].splitlines()]
    seconds = re.compile(r"· [\d.]+ s$")
    wanted = [seconds.sub("", line.rstrip()) for line in printed.splitlines()]
    assert [seconds.sub("", line) for line in shown[: len(wanted)]] == wanted


def test_the_readme_is_short():
    assert len(README.splitlines()) < 150
