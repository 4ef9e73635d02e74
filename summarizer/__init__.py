"""Crypto news read for you: a verified report of an article.

    from summarizer import analyze

    report = analyze("article.html")
    report.calls, report.facts, report.to_markdown(), report.to_frame()

Everything here is imported on first use.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from summarizer.errors import (
        AnswerError,
        BadRecord,
        EmptyInput,
        FetchError,
        InputError,
        LLMError,
        NoArticle,
        StorageError,
        SummarizerError,
        UsageError,
    )
    from summarizer.models import Article, Report
    from summarizer.pipeline import (
        analyze,
        analyze_async,
        analyze_html,
        analyze_text,
        analyze_text_async,
    )
    from summarizer.settings import Settings, load_settings

__version__ = "0.1.0"
__all__ = [
    "AnswerError",
    "Article",
    "BadRecord",
    "EmptyInput",
    "FetchError",
    "InputError",
    "LLMError",
    "NoArticle",
    "Report",
    "Settings",
    "StorageError",
    "SummarizerError",
    "UsageError",
    "__version__",
    "analyze",
    "analyze_async",
    "analyze_html",
    "analyze_text",
    "analyze_text_async",
    "load_settings",
]
_FILES = {
    "Article": "models",
    "Report": "models",
    "Settings": "settings",
    "load_settings": "settings",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'summarizer' has no attribute {name!r}")
    file = "pipeline" if name.startswith("analyze") else _FILES.get(name, "errors")
    return getattr(import_module(f"summarizer.{file}"), name)


def __dir__() -> list[str]:
    return __all__
