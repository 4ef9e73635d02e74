"""Table of the formats that a report is printed in, beside the terminal's.

A format NAME is a row here and a file `render/NAME.py` with a function `render_NAME` that takes a
Report and returns text. The commands that print a report get their flag `--NAME` from the row.
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
    """A row: the help of the flag, and what the format can do.

    `takes` names the keywords of `render_NAME`: `with_text` to hold the article's text too,
    `show_all` to show unsure facts too.
    `escape` writes a character that stdout may lack; without it stdout shows `?`.
    """

    description: str
    takes: tuple[str, ...] = ()
    escape: Callable[[str], str] = str


FORMATS = {
    "json": Format(
        "Print the report as one JSON object.",
        takes=("with_text",),
        escape=lambda char: json.dumps(char)[1:-1],
    ),
    "markdown": Format("Print the report as a Markdown note to paste.", takes=("show_all",)),
    "html": Format(
        "Print the report as one HTML page, with the evidence marked.",
        takes=("with_text", "show_all"),
        escape=lambda char: f"&#{ord(char)};",
    ),
}


def render_report(name: str, report: "Report", *, is_unicode: bool, **wishes: bool) -> str:
    """The report in the format `name`; `is_unicode` says that stdout shows every character.

    `wishes` are `with_text` and `show_all`, which count where the format takes them.
    """
    row = FORMATS[name]
    render = getattr(import_module(f"summarizer.render.{name}"), f"render_{name}")
    text: str = render(report, **{wish: wishes.get(wish, False) for wish in row.takes})
    return text if is_unicode else _NOT_ASCII.sub(lambda char: row.escape(char[0]), text)
