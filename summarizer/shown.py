"""How a report shows itself in Python: as plain values, Markdown, HTML or a data frame, and in
notebooks.

The forms are written by render/, a layer above, which is imported when it is used.
"""

from html import escape
from importlib import import_module
from typing import Any, Literal

from summarizer.schemas import Model


class Shown(Model):
    """The base of a report, which has its fields."""

    def to_dict(self, *, with_text: bool = False) -> dict[str, Any]:
        """The report as plain JSON values; the article's text only on request."""
        return self.model_dump(mode="json", exclude=None if with_text else {"article": {"text"}})

    def to_markdown(self) -> str:
        """The report as a Markdown note."""
        return str(_render("markdown", self))

    def to_html(self, *, with_text: bool = False) -> str:
        """The report as one HTML page, with the evidence marked, in the whole text on request."""
        return str(_render("html", self, with_text=with_text))

    def to_frame(self, table: Literal["facts", "calls"] = "facts") -> Any:
        """The facts or calls as a data frame of pandas, or else of polars. Raises UsageError where
        neither is installed."""
        return _import("render.frame").make_frame(self, table)

    def _repr_html_(self) -> str:
        """What a notebook shows: the page, shut off from the notebook."""
        page = escape(self.to_html())
        return f'<iframe sandbox srcdoc="{page}" style="width:100%;height:40em;border:0"></iframe>'


def _render(form: str, report: Shown, **options: bool) -> Any:
    """The report in a form of render/."""
    return getattr(_import(f"render.{form}"), f"render_{form}")(report, **options)


def _import(name: str) -> Any:
    """A module of a layer above."""
    return import_module(f"summarizer.{name}")
