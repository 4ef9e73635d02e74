"""What commands write: messages on stderr, results and reports on stdout."""

import sys
from io import TextIOWrapper
from typing import TYPE_CHECKING, TextIO

from click import echo

from summarizer.render.formats import render_report
from summarizer.text.spans import clean

if TYPE_CHECKING:
    from summarizer.models import Report


def say(message: str) -> None:
    """A message for the user, as a line on stderr."""
    echo(f"summarizer: {clean(message)}", err=True)


def show_report(report: "Report", form: str | None, *, evidence: bool, with_text: bool) -> None:
    """The report on stdout, in one of FORMATS or, if `form` is None, as the terminal shows it."""
    if form is None:
        from summarizer.render.terminal import print_report

        print_report(report, evidence=evidence)
        return
    is_unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    echo(render_report(form, report, with_text=with_text, is_unicode=is_unicode))


def open_stdout() -> TextIO:
    """stdout in UTF-8, whatever the terminal's encoding: it may lead into a file of reports."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    return sys.stdout
