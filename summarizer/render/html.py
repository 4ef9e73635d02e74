"""Report or Digest -> one HTML page: no script, no font, no request to elsewhere."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from summarizer.facts import figures
from summarizer.models import Report
from summarizer.overviews import Digest
from summarizer.render import parts
from summarizer.text.spans import clean
from summarizer.web.urls import is_web

TEMPLATES = Path(__file__).parents[1] / "data" / "templates"
AROUND = 160  # characters of the article on either side of what is marked

T = TypeVar("T")
Piece = tuple[str, list[str]]  # words of the article, and the names of what rests on them
Mark = tuple[int, int, str]  # where evidence starts and ends, and the name of what rests on it


@cache
def make_environment(*folders: Path) -> Environment:
    """Templates in which every word from outside is cleaned and escaped.

    Those of `folders` may extend `page.html`.
    """
    environment = Environment(
        loader=FileSystemLoader([*folders, TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=only_words(clean),
    )
    environment.globals.update(figures=figures, is_web=is_web, parts=parts)
    return environment


def only_words(change: Callable[[str], str]) -> Callable[[object], object]:
    """Applies `change` to what a template prints, but for numbers and what is marked as safe."""

    def finalize(value: object) -> object:
        return change(value) if isinstance(value, str) and not isinstance(value, Markup) else value

    return finalize


def render_html(
    report: Report,
    *,
    with_text: bool = False,
    show_all: bool = False,
    template: str = "report.html",
) -> str:
    """The report as a page.

    It shows what the report rests on, marked, in the words around it, or with `with_text` in the
    article's whole text.
    """
    return _fill_report(template, report, whole=with_text, show_all=show_all)


def render_body(report: Report) -> str:
    """What stands on the report's page, to stand within another: a feed's entry."""
    return _fill_report("report_body.html", report, whole=False)


def render_list(template: str, **values: object) -> str:
    """A page that lists reports, each `(row, link)` of `rows`."""
    return make_environment().get_template(template).render(values)


def render_digest_page(digest: Digest) -> str:
    """The digest as a page that mail clients show too.

    Its styles stand in the elements, and it is ASCII: a mail may lose the name of its charset.
    """
    page = make_environment().get_template("digest.html").render(digest=digest)
    return page.encode("ascii", "xmlcharrefreplace").decode("ascii")


def _fill_report(template: str, report: Report, *, whole: bool, show_all: bool = False) -> str:
    report = parts.choose_facts(report, show_all)
    return (
        make_environment()
        .get_template(template)
        .render(
            report=report,
            passages=mark_passages(report, whole=whole),
            call_names=[*map(parts.name_call, report.calls)],
        )
    )


def mark_passages(report: Report, *, whole: bool = False) -> list[list[Piece]]:
    """Passages of the article in reading order, marked; with `whole` the text is one passage.

    Where the article's text is not at hand, the quotes alone.
    """
    text = report.article.text
    evidence = parts.list_evidence(report)
    if not text:
        return [[(words.quote, [name])] for name, words in evidence]
    marks = sorted((words.start, words.end, name) for name, words in evidence)
    blanks = [-1, *(place for place, char in enumerate(text) if char.isspace()), len(text)]
    windows = [(0, len(text))] if whole else []
    for start, end, _ in marks:
        low = blanks[bisect_left(blanks, max(start - AROUND, 0)) - 1] + 1
        high = blanks[bisect_left(blanks, min(end + AROUND, len(text)))]
        if windows and low <= windows[-1][1]:  # they touch
            low, last_high = windows.pop()
            high = max(high, last_high)
        windows.append((low, high))
    return [_cut_passage(text, low, high, marks) for low, high in windows]


def cut_text(text: str, marks: Sequence[tuple[int, int, T]]) -> list[list[tuple[str, list[T]]]]:
    """The paragraphs of a text, each cut wherever a mark begins or ends, with what is marked."""
    paragraphs = []
    start = 0
    for line in text.split("\n"):
        if line.strip():
            paragraphs.append(_cut(text, start, start + len(line), marks))
        start += len(line) + 1
    return paragraphs


def _cut_passage(text: str, low: int, high: int, marks: list[Mark]) -> list[Piece]:
    """The passage, with a sign where the text goes on."""
    pieces = _cut(text, low, high, marks)
    return [("… " if low else "", []), *pieces, (" …" if high < len(text) else "", [])]


def _cut(
    text: str, low: int, high: int, marks: Sequence[tuple[int, int, T]]
) -> list[tuple[str, list[T]]]:
    """A part of the text, cut wherever a mark begins or ends: marks may overlap."""
    cuts = {low, high, *(cut for mark in marks for cut in mark[:2] if low < cut < high)}
    return [
        (text[left:right], [name for start, end, name in marks if start <= left and right <= end])
        for left, right in pairwise(sorted(cuts))
    ]
