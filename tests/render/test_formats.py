"""The table of formats: each row has its function and its flag, and writes any stdout."""

import html
import json

import pytest
from click.testing import CliRunner

from summarizer.cli.main import main
from summarizer.render.formats import FORMATS, render_report
from summarizer.render.terminal import print_report
from tests.support.reports import TEXT, make_report

TITLE = "“Bitcoin” fällt 😀"
SHOWN = {
    "json": lambda text: json.loads(text)["article"]["title"],
    "html": html.unescape,
    "markdown": str,
}


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("is_unicode", [True, False])
def test_every_format_shows_the_title(name, is_unicode):
    report = make_report(article={"title": TITLE})
    text = render_report(name, report, with_text=False, is_unicode=is_unicode)
    assert TITLE in SHOWN.get(name, str)(text)


@pytest.mark.parametrize("name", [name for name, row in FORMATS.items() if row.escape is not str])
def test_a_format_with_escapes_needs_no_more_than_ascii(name):
    report = make_report(article={"title": TITLE})
    text = render_report(name, report, with_text=True, is_unicode=False)
    assert text.isascii()


@pytest.mark.parametrize(
    "name", [name for name, row in FORMATS.items() if "with_text" in row.takes]
)
def test_the_articles_text_is_there_on_request(name):
    report = make_report(article={"text": f"{TEXT} {'It went on for days. ' * 40}The end."})
    for with_text in (True, False):
        shown = render_report(name, report, with_text=with_text, is_unicode=True)
        assert ("The end." in shown) == with_text


@pytest.mark.parametrize("command", ["analyze", "show"])
def test_every_format_is_a_flag(command):
    out = CliRunner().invoke(main, [command, "--help"], env={"COLUMNS": "200"}).stdout
    shown = " ".join(out.split())
    for name, row in FORMATS.items():
        assert f"--{name} {row.description}" in shown


@pytest.mark.parametrize("name", [*FORMATS, "terminal"])
@pytest.mark.parametrize("show_all", [True, False])
def test_an_unsure_fact_is_shown_on_request_alone_but_in_json(name, show_all, capsys):
    facts = make_report().facts
    unsure = facts[0].model_copy(update={"value": 12_345.0, "confidence": 0.4, "unsure": True})
    report = make_report(facts=(*facts, unsure))
    if name == "terminal":
        print_report(report, show_all=show_all, evidence=True)
        shown = capsys.readouterr().out
    else:
        shown = render_report(name, report, show_all=show_all, is_unicode=True)
    assert ("12345" in shown.replace(",", "")) == (show_all or name == "json")
    assert ("(unsure)" in shown) == (show_all and name != "json")
