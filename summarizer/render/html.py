"""Report -> one HTML page that needs nothing from elsewhere: no script, no font, no request."""

import re
from itertools import pairwise
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from summarizer.facts.figures import group_facts
from summarizer.models import Report
from summarizer.render.parts import (
    describe_analyst,
    describe_article,
    describe_target,
    list_evidence,
    name_call,
)
from summarizer.text.spans import clean
from summarizer.web.urls import is_web

TEMPLATES = Path(__file__).parents[1] / "data" / "templates"
AROUND = 160  # characters of the article on either side of what is marked

Piece = tuple[str, list[str]]  # words, and what rests on them


def make_environment(*folders: Path) -> Environment:
    """Templates in which every word from outside is cleaned and escaped. Those of `folders` may extend `page.html`."""
    return Environment(
        loader=FileSystemLoader([*folders, TEMPLATES]), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        finalize=lambda said: clean(said) if isinstance(said, str) and not isinstance(said, Markup) else said,
    )  # fmt: skip


def render_html(report: Report, *, with_text: bool = False) -> str:
    """The report as a page; of the article what the report rests on, marked, or all of it with `with_text`."""
    return make_environment().get_template("report.html").render(
        report=report, about=describe_article(report.article), facts=group_facts(report.facts),
        calls=[(call, "".join(describe_target(call, report.facts))) for call in report.calls],
        passages=mark_passages(report, whole=with_text), foot=describe_analyst(report.analyst), is_web=is_web,
        of_calls=[name_call(call) for call in report.calls],
    )  # fmt: skip


def mark_passages(report: Report, *, whole: bool = False) -> list[list[Piece]]:
    """Passages of the article in reading order, marked; the quotes alone where its text is not at hand."""
    text, found = report.article.text, list_evidence(report)
    if not text:
        return [[(evidence.quote, [what])] for what, evidence in found]
    marks = sorted((evidence.start, evidence.end, what) for what, evidence in found)
    windows = [(0, len(text))] if whole else []
    for start, end, _ in marks:
        low, high = _cut_before(text, start - AROUND), _cut_after(text, end + AROUND)
        if windows and low <= windows[-1][1]:
            low, high = windows[-1][0], max(high, windows.pop()[1])
        windows.append((low, high))
    return [
        _split(text, low, high, [mark for mark in marks if low <= mark[0] < high])
        for low, high in windows
    ]


def _split(text: str, low: int, high: int, marks: list[tuple[int, int, str]]) -> list[Piece]:
    """The passage, parted wherever a mark begins or ends: marks may overlap."""
    cuts = sorted({low, high, *(cut for start, end, _ in marks for cut in (start, min(end, high)))})
    pieces = [
        (text[a:b], [what for start, end, what in marks if start <= a and b <= end])
        for a, b in pairwise(cuts)
    ]
    return [("… " if low else "", []), *pieces, (" …" if high < len(text) else "", [])]


def _cut_before(text: str, at: int) -> int:
    return 0 if at <= 0 else max(text.rfind(" ", 0, at), text.rfind("\n", 0, at)) + 1


def _cut_after(text: str, at: int) -> int:
    found = re.compile(r"\s").search(text, at)
    return found.start() if found else len(text)
