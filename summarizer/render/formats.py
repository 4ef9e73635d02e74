"""Table of the formats that a report is printed in, beside the terminal's.

A format NAME is a file `render/NAME.py` with a function `render_NAME(report, *, with_text=False)`
that returns the report as text, and a row here. The commands get their flag `--NAME` from the row.
"""

import json
import re
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:  # pydantic takes 0.2 s to import, and --help needs this table
    from summarizer.models import Report

_NOT_ASCII = re.compile(r"[^\x00-\x7f]")


class Format(NamedTuple):
    """The flag's help, and how the format writes a character that stdout's encoding may lack.

    A format that has no such notation leaves the character to stdout, which shows `?`.
    """

    description: str
    escape: Callable[[str], str] = str


FORMATS = {
    "json": Format("Print the report as one JSON object.", lambda char: json.dumps(char)[1:-1]),
    "markdown": Format("Print the report as a Markdown note to paste."),
    "html": Format(
        "Print the report as one HTML page, with the evidence marked.",
        lambda char: f"&#{ord(char)};",
    ),
}


def render_report(name: str, report: "Report", *, with_text: bool, is_unicode: bool = True) -> str:
    """The report in the format `name`; `is_unicode` says that stdout shows every character.

    `with_text` asks for the article's text, where the format has a place for it.
    """
    module = import_module(f"summarizer.render.{name}")
    text: str = getattr(module, f"render_{name}")(report, with_text=with_text)
    if is_unicode:
        return text
    return _NOT_ASCII.sub(lambda found: FORMATS[name].escape(found[0]), text)
