"""Strings that break programs, through every output: none reaches the terminal raw, none raises, none changes its form."""

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

NAUGHTY = Path(__file__).parents[2].parent / "shared" / "data" / "hostile" / "naughty_strings.json"
TEXT = "Bitcoin fell 4% to $58,000 on Tuesday, according to CoinGlass. Open interest dropped to $15.9 billion."
# Escape sequences of every family (CSI, OSC with both ends, DCS, charset, 8-bit), and what redraws, retitles, links or answers.
ESCAPES = [
    "\x1b[31mred\x1b[0m", "\x1b[2J\x1b[H", "\x1b]0;owned\x07", "\x1b]0;owned\x1b\\", "\x1b]8;;http://evil.example\x07click\x1b]8;;\x07",
    "\x1bP1$r0m\x1b\\", "\x1b(0lqk\x1b(B", "\x1bc", "\x1b[6n", "\x1b[?1049h", "\x9b31mred", "\x9d0;owned\x9c", "\x90q\x9c", "\x1b[8mhidden",
    "\x1b\x1b[31m[31m", "\x1b[1;31", "a\x08\x08b", "up\rdown", "\x07bell", "\x0e\x0f", "\x1b]52;c;ZXZpbA==\x07", "\x00nul",
    "\x1b_Gf=100;AAAA\x1b\\", "\x1b^pm\x1b\\", "\x1bXsos\x1b\\",
]  # fmt: skip
BIDI = [
    "price \u202e00085$\u202c", "\u2066up\u2069", "a\u200bb", "\u200e\u200f", "\u061cx", "\ufeffx", "x\U000e0041\U000e007f", "fi\u00adne", "\u2028line", "\u0085nel",
]  # fmt: skip
MARKUP = [
    "[/]", "[bold]", "[/bold]", "[link=file:///etc/passwd]x[/link]", "[red]x", "\\[bold]", "[@click=app.quit]x", "![x](http://e/i.png)",
    "[x](javascript:alert(1))", "<script>alert(1)</script>", "| a | b |", "# head", "`code`", "<img src=x onerror=alert(1)>",
]  # fmt: skip
FORMULAS = [
    "=1+1",
    "+1",
    "-1+cmd|' /C calc'!A0",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "  =1",
    "\n=1",
    "\u200b=1",
    "\ufeff@a",
    "＝1+1",
    '"=1"',
    ";=1",
    "x\r\n=1",
    "\x00=1",
    "=",
]
OWN = [
    *FORMULAS,
    *ESCAPES,
    *BIDI,
    *MARKUP,
    "\ud800",
    "x\udfffy",
    "",
    " ",
    "\n\n",
    "{F3}",
    "%s%n",
    "\\u202e",
]
_ALLOWED = "\n"
ELEMENTS = set(
    "html head meta title style body header h1 h2 h3 a p ul li b table thead tbody tr th td span dl dt dd blockquote mark footer".split()
)


def naughty():
    if not NAUGHTY.is_file():
        pytest.skip("the naughty strings are looked for in ../shared, beside the checkout")
    strings = json.loads(NAUGHTY.read_text("utf-8"))
    assert len(strings) >= 500
    return strings


def unsafe(shown):
    """Characters that a terminal obeys or that a reader cannot see."""
    bidi = re.findall(
        "[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e0fff]", shown
    )
    return bidi + [
        char
        for char in shown
        if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") and char not in _ALLOWED
    ]


@pytest.fixture(scope="module")
def report() -> Report:
    return analyze_text(TEXT, title="t", settings=Settings())


def poisoned(report: Report, text: str) -> Report:
    """The report with `text` in every place that holds words of others."""
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    evidence = Evidence(quote=text, start=0, end=len(text))
    return report.model_copy(
        update={
            "id": text,
            "summary": text,
            "article": report.article.model_copy(
                update={
                    "title": text,
                    "source": text,
                    "domain": text,
                    "authors": (text,),
                    "url": text,
                }
            ),
            "facts": tuple(
                fact.model_copy(update={"subject": text, "venue": text, "evidence": evidence})
                for fact in report.facts
            ),
            "calls": tuple(
                call.model_copy(update={"asset": text, "rationale": text, "evidence": (evidence,)})
                for call in report.calls
            ),
            "credibility": report.credibility.model_copy(update={"note": text}),
            "timeframe": report.timeframe.model_copy(update={"rationale": text}),
            "findings": (Finding(check="c", where="w", verdict="dropped", detail=text),),
        }
    )


def check_outputs(report, text, capsys):
    bad = poisoned(report, text)
    capsys.readouterr()
    print_report(bad, evidence=True)
    shown = capsys.readouterr().out
    assert not unsafe(shown), (text, unsafe(shown))
    if words := clean(bad.article.title or "").split():
        assert words[0][:20] in shown  # shown as it is: neither obeyed nor swallowed
    note = render_markdown(bad)
    assert not unsafe(note), text
    assert "](" not in re.sub(r"\\[\[\]]", "", note) and "<" not in note.replace("\\<", "")
    for whole in (False, True):
        check_page(render_html(bad, with_text=whole), bad.article.title)
    line = escape_json(json.dumps(bad.to_dict(), ensure_ascii=False))
    assert not unsafe(line) and len(line.splitlines()) == 1
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
        assert not unsafe(cell) and (not FORMULA.match(cell) or NUMBER.fullmatch(cell)), (
            text,
            cell,
        )
    shown = rows[0][head.index("title")]
    assert shown.removeprefix("'") == clean(bad.article.title).removeprefix("'")


FORMULA = re.compile(r"[\t\r\n]|[\s\u200b\ufeff]*[=+\-@＝＋－＠]")
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def check_page(page, text):
    """Read as a browser reads it, an HTML report holds no element, attribute or address but its template's own."""
    assert not unsafe(page), (text, unsafe(page))
    tree = document_fromstring(page)
    assert {node.tag for node in tree.iter()} <= ELEMENTS, text
    names = {(node.tag, name) for node in tree.iter() for name in node.attrib}
    assert {name for tag, name in names if tag not in ("meta", "html")} <= {
        "class",
        "title",
        "href",
        "rel",
    }, text
    assert all(urlsplit(link.get("href")).scheme in ("http", "https") for link in tree.iter("a"))
    assert len(tree.findall(".//style")) == 1 and "default-src 'none'" in tree.find(
        ".//meta[@http-equiv]"
    ).get("content")
    shown = "".join(tree.find(".//title").itertext()).split()
    assert shown == (
        clean(text).split() if text else ["Untitled", "article"]
    )  # shown as it is: neither obeyed nor swallowed


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
        record = {
            "id": "x",
            "html": f"<html><head><title>{text}</title></head><body><article><p>{TEXT}</p><p>{text}</p></article></body></html>",
        }
        try:
            report = analyze_record(record, tmp_path, Settings())
        except SummarizerError:
            continue
        assert not unsafe(json.dumps(report.to_dict(with_text=True), ensure_ascii=False))


@pytest.mark.parametrize(
    "form", [[], ["--json"], ["--markdown"], ["--html", "--with-text"], ["--extract"]]
)
def test_a_hostile_file_through_the_command_line(form, tmp_path):
    page = tmp_path / "a.txt"
    page.write_bytes((TEXT + "".join(f"\n{text}" for text in OWN)).encode("utf-8", "surrogatepass"))
    result = CliRunner().invoke(main, [str(page), "--offline", *form])
    assert result.exit_code == 0 and not unsafe(result.output)


def test_a_hostile_name_in_an_error_message():
    result = CliRunner().invoke(main, ["\x1b[31m\u202enone\x07.txt"])
    assert result.exit_code == 2 and not unsafe(result.output)


@pytest.mark.parametrize("columns", ["40", "80"])
def test_a_narrow_terminal_shows_markup_as_it_is(report, columns, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", columns)
    print_report(poisoned(report, "[/] [bold]x"))
    assert "[/]" in capsys.readouterr().out
