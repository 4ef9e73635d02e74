"""Strings that break programs, through every output: none reaches a terminal raw, none raises."""

import csv
import io
import json
import re
import unicodedata
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner
from lxml.html import document_fromstring

from summarizer import analyze_text
from summarizer.batch.export import write_csv
from summarizer.batch.run import analyze_record
from summarizer.cli.main import main
from summarizer.errors import NoArticle, SummarizerError
from summarizer.models import Evidence, Finding, Report
from summarizer.render.html import render_html
from summarizer.render.markdown import render_markdown
from summarizer.render.terminal import print_report
from summarizer.settings import Settings
from summarizer.text.spans import clean, escape_json

HERE = Path(__file__).parent
NAUGHTY = HERE.parents[2] / "shared" / "data" / "hostile" / "naughty_strings.json"
TEXT = (
    "Bitcoin fell 4% to $58,000 on Tuesday, according to CoinGlass. "
    "Open interest dropped to $15.9 billion."
)
# Formulas; escape sequences of every family (CSI, OSC with both ends, DCS, charset, 8-bit) and what
# redraws, retitles, links or answers; characters that nobody sees; the markup of every output.
OWN = [
    text
    for group in json.loads((HERE / "hostile.json").read_text("utf-8")).values()
    for text in group
]
ELEMENTS = set(
    "html head meta title style body header h1 h2 h3 a p ul li b table thead tbody tr th td span "
    "dl dt dd blockquote mark footer".split()
)
ATTRIBUTES = set("class title href rel".split())
INVISIBLE = re.compile("[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e0fff]")
FORMULA = re.compile(r"[\t\r\n]|[\s\u200b\ufeff]*[=+\-@＝＋－＠]")
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def naughty():
    if not NAUGHTY.is_file():
        pytest.skip("the naughty strings are looked for in ../shared, beside the checkout")
    strings = json.loads(NAUGHTY.read_text("utf-8"))
    assert len(strings) >= 500
    return strings


def unsafe(shown):
    """Characters that a terminal obeys or that a reader cannot see."""
    obeyed = [
        char
        for char in shown
        if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") and char != "\n"
    ]
    return INVISIBLE.findall(shown) + obeyed


@pytest.fixture(scope="module")
def report() -> Report:
    return analyze_text(TEXT, title="t", settings=Settings())


def poisoned(report: Report, text: str) -> Report:
    """The report with `text` in every place that holds words of others."""
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    evidence = Evidence(quote=text, start=0, end=len(text))

    def spoil(part, *fields, **others):
        return part.model_copy(update=dict.fromkeys(fields, text) | others)

    return spoil(
        report,
        "id",
        "summary",
        article=spoil(report.article, "title", "source", "domain", "url", authors=(text,)),
        facts=tuple(spoil(fact, "subject", "venue", evidence=evidence) for fact in report.facts),
        calls=tuple(
            spoil(call, "asset", "rationale", evidence=(evidence,)) for call in report.calls
        ),
        credibility=spoil(report.credibility, "note"),
        timeframe=spoil(report.timeframe, "rationale"),
        findings=(Finding(check="c", where="w", verdict="dropped", detail=text),),
    )


def check_outputs(report, text, capsys):
    bad = poisoned(report, text)
    title = bad.article.title
    capsys.readouterr()
    print_report(bad, evidence=True)
    shown = capsys.readouterr().out
    assert not unsafe(shown), (text, unsafe(shown))
    for word in clean(title or "").split()[:1]:
        assert word[:20] in shown  # shown as it is: neither obeyed nor swallowed
    note = render_markdown(bad)
    assert not unsafe(note), text
    assert "](" not in re.sub(r"\\[\[\]]", "", note)
    assert "<" not in note.replace("\\<", "")
    for with_text in (False, True):
        check_page(render_html(bad, with_text=with_text), bad.article.name)
    line = escape_json(json.dumps(bad.to_dict(), ensure_ascii=False))
    assert not unsafe(line)
    assert len(line.splitlines()) == 1
    assert json.loads(line) == bad.to_dict()
    check_table(bad, text)
    assert not unsafe(clean(str(NoArticle(text, url=text, advice=text))))


def check_table(bad, text):
    """One row a report whatever its words hold, and no cell that a spreadsheet would calculate."""
    stream = io.StringIO(newline="")
    write_csv(stream, [bad.to_dict()] * 2)
    head, *rows = csv.reader(io.StringIO(stream.getvalue(), newline=""))
    assert [len(row) for row in rows] == [len(head)] * 2, text
    for cell in rows[0]:
        assert not unsafe(cell), (text, cell)
        assert not FORMULA.match(cell) or NUMBER.fullmatch(cell), (text, cell)
    shown = rows[0][head.index("title")]
    assert shown.removeprefix("'") == clean(bad.article.title).removeprefix("'")


def check_page(page, text):
    """Read as a browser reads it, the page holds nothing active but what its template holds."""
    assert not unsafe(page), (text, unsafe(page))
    tree = document_fromstring(page)
    nodes = list(tree.iter())
    assert {node.tag for node in nodes} <= ELEMENTS, text
    names = {name for node in nodes if node.tag not in ("meta", "html") for name in node.attrib}
    assert names <= ATTRIBUTES, text
    assert all(urlsplit(link.get("href")).scheme in ("http", "https") for link in tree.iter("a"))
    assert len(tree.findall(".//style")) == 1
    assert "default-src 'none'" in tree.find(".//meta[@http-equiv]").get("content")
    shown = "".join(tree.find(".//title").itertext()).split()
    # shown as it is: neither obeyed nor swallowed
    assert shown == clean(text).split()


@pytest.mark.parametrize("text", OWN, ids=ascii)
def test_own_hostile_strings_in_every_output(report, text, capsys):
    check_outputs(report, text, capsys)


def test_naughty_strings_in_every_output(report, capsys):
    for text in naughty():
        check_outputs(report, text, capsys)


@pytest.mark.parametrize("text", OWN, ids=ascii)
def test_own_hostile_strings_in_a_record(text, tmp_path):
    check_record(text, tmp_path)


def test_naughty_strings_in_a_record(tmp_path):
    for text in naughty():
        check_record(text, tmp_path)


def check_record(text, folder):
    """Through the whole line, as title, source, url and id, and after the text."""
    record = {"id": text, "title": text, "source": text, "url": text, "text": f"{TEXT}\n{text}"}
    report = analyze_record(record, folder, Settings())
    line = escape_json(json.dumps(report.to_dict(with_text=True), ensure_ascii=False))
    assert not unsafe(line)
    assert json.loads(line)["article"]["text"].startswith(TEXT)
    for fact in report.facts:
        assert report.article.text[fact.evidence.start : fact.evidence.end] == fact.evidence.quote


def test_naughty_strings_as_a_page(tmp_path):
    for text in naughty()[::4]:
        article = f"<article><p>{TEXT}</p><p>{text}</p></article>"
        page = f"<html><head><title>{text}</title></head><body>{article}</body></html>"
        try:
            report = analyze_record({"id": "x", "html": page}, tmp_path, Settings())
        except SummarizerError:
            continue
        assert not unsafe(json.dumps(report.to_dict(with_text=True), ensure_ascii=False))


@pytest.mark.parametrize("options", ["", "--json", "--markdown", "--html --with-text", "--extract"])
def test_a_hostile_file_through_the_command_line(options, tmp_path):
    page = tmp_path / "a.txt"
    page.write_bytes("\n".join([TEXT, *OWN]).encode("utf-8", "surrogatepass"))
    result = CliRunner().invoke(main, [str(page), "--offline", *options.split()])
    assert result.exit_code == 0
    assert not unsafe(result.output)


def test_a_hostile_name_in_an_error_message():
    result = CliRunner().invoke(main, ["\x1b[31m\u202enone\x07.txt"])
    assert result.exit_code == 2
    assert not unsafe(result.output)


@pytest.mark.parametrize("columns", ["40", "80"])
def test_a_narrow_terminal_shows_markup_as_it_is(report, columns, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", columns)
    print_report(poisoned(report, "[/] [bold]x"))
    assert "[/]" in capsys.readouterr().out
