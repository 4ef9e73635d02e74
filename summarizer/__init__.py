"""Crypto news read for you: a verified report of an article.

Everything here is imported on first use.
"""

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
_FILES = {"Article": "models", "Report": "models", "SummarizerError": "errors"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'summarizer' has no attribute {name!r}")
    return getattr(import_module(f"summarizer.{_FILES.get(name, 'pipeline')}"), name)
