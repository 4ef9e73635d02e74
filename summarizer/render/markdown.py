"""Report or Digest -> a Markdown note to paste."""

from typing import Any

from summarizer.models import Report
from summarizer.overviews import Digest
from summarizer.render import parts
from summarizer.render.html import make_environment, only_words
from summarizer.text.spans import clean

_ESCAPES = str.maketrans({c: "\\" + c for c in "\\`*_[]<>|#!"})


def escape(text: str) -> str:
    """Text of others as plain Markdown text: one line, no links, images or markup.

    >>> escape("[up](javascript:x) | <b>")
    '\\\\[up\\\\](javascript:x) \\\\| \\\\<b\\\\>'
    """
    return " ".join(clean(text).split()).translate(_ESCAPES)


_NOTES = make_environment().overlay(autoescape=False, finalize=only_words(escape))


def render_markdown(report: Report, *, show_all: bool = False) -> str:
    """The report as a note: summary, calls, facts, timeframe, credibility."""
    return _fill("report.md", report=parts.choose_facts(report, show_all))


def render_digest(digest: Digest) -> str:
    """The digest as a note."""
    return _fill("digest.md", digest=digest)


def _fill(template: str, **values: Any) -> str:
    return _NOTES.get_template(template).render(values).rstrip() + "\n"
