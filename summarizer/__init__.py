"""Crypto news read for you: a verified report of an article. Everything here is imported on first use."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from summarizer.errors import SummarizerError
    from summarizer.models import Article, Report
    from summarizer.pipeline import analyze, analyze_html, analyze_text

__version__ = "0.1.0"
__all__ = [
    "Article",
    "Report",
    "SummarizerError",
    "__version__",
    "analyze",
    "analyze_html",
    "analyze_text",
]
_HOMES = {"Article": "models", "Report": "models", "SummarizerError": "errors"}
_HOMES |= dict.fromkeys(("analyze", "analyze_html", "analyze_text"), "pipeline")


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"summarizer.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'summarizer' has no attribute {name!r}")
