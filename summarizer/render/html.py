"""Report -> one HTML page that needs nothing from elsewhere: no script, no font, no request."""

from bisect import bisect_left
from itertools import pairwise
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from summarizer.facts.figures import group_facts
from summarizer.models import Report
from summarizer.render.parts import (
    LOOK,
    UNTITLED,
    describe_analyst,
    describe_article,
    describe_target,
    list_doubts,
    list_evidence,
    name_call,
)
from summarizer.text.spans import clean
from summarizer.web.urls import is_web

TEMPLATES = Path(__file__).parents[1] / "data" / "templates"
AROUND = 160  # characters of the article on either side of what is marked

Piece = tuple[str, list[str]]  # words of the article, and the names of what rests on them
Mark = tuple[int, int, str]  # where evidence starts and ends, and the name of what rests on it


def make_environment(*folders: Path) -> Environment:
    """Templates in which every word from outside is cleaned and escaped.

    Those of `folders` may extend `page.html`.
    """
    return Environment(
        loader=FileSystemLoader([*folders, TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_clean_words,
    )


def _clean_words(value: object) -> object:
    is_markup = isinstance(value, Markup)  # a template made it, of words that it escaped
    return clean(value) if isinstance(value, str) and not is_markup else value


def render_html(report: Report, *, with_text: bool = False) -> str:
    """The report as a page.

    It shows what the report rests on, marked, in the words around it, or with `with_text` in the
    article's whole text.
    """
    return (
        make_environment()
        .get_template("report.html")
        .render(
            report=report,
            untitled=UNTITLED,
            look=LOOK,
            about=describe_article(report.article),
            facts=group_facts(report.facts),
            calls=[(call, "".join(describe_target(call, report.facts))) for call in report.calls],
            call_names=[name_call(call) for call in report.calls],
            doubts=list_doubts(report),
            passages=mark_passages(report, whole=with_text),
            foot=describe_analyst(report.analyst),
            is_web=is_web,
        )
    )


def mark_passages(report: Report, *, whole: bool = False) -> list[list[Piece]]:
    """Passages of the article in reading order, marked; with `whole` the text is one passage.

    Where the article's text is not at hand, the quotes alone.
    """
    text = report.article.text
    evidence = list_evidence(report)
    if not text:
        return [[(part.quote, [name])] for name, part in evidence]
    marks = sorted((part.start, part.end, name) for name, part in evidence)
    blanks = [-1, *(place for place, char in enumerate(text) if char.isspace()), len(text)]
    windows = [(0, len(text))] if whole else []
    for start, end, _ in marks:
        low = blanks[bisect_left(blanks, max(start - AROUND, 0)) - 1] + 1
        high = blanks[bisect_left(blanks, min(end + AROUND, len(text)))]
        if windows and low <= windows[-1][1]:  # they touch
            low, last_high = windows.pop()
            high = max(high, last_high)
        windows.append((low, high))
    return [
        _cut_passage(text, low, high, [mark for mark in marks if low <= mark[0] < high])
        for low, high in windows
    ]


def _cut_passage(text: str, low: int, high: int, marks: list[Mark]) -> list[Piece]:
    """The passage, cut wherever a mark begins or ends: marks may overlap."""
    cuts = {low, high, *(min(cut, high) for mark in marks for cut in mark[:2])}
    pieces = [
        (text[left:right], [name for start, end, name in marks if start <= left and right <= end])
        for left, right in pairwise(sorted(cuts))
    ]
    return [("… " if low else "", []), *pieces, (" …" if high < len(text) else "", [])]
