"""ARTICLE -> REPORT, or why there is none: what every engine of a batch does with an article."""

from summarizer.analyst.llm.gate import Gate
from summarizer.batch.items import ItemKind, Stage
from summarizer.errors import (
    FetchError,
    InputError,
    LLMError,
    NoArticle,
    StorageError,
    SummarizerError,
)
from summarizer.models import Article, Report
from summarizer.pipeline import analyze_apart, analyze_article
from summarizer.settings import Settings

# Articles to do from which workers analyse them: to start one takes as long as to analyse 30.
MANY = 50
ENDS_RUN = (LLMError.exit_status, StorageError.exit_status)  # no fault of the article


def make_report(
    article: Article,
    given_id: object,
    settings: Settings,
    gate: Gate | None = None,
    *,
    is_apart: bool = False,
) -> Report:
    """The report under the id that its record gives, if it gives one; made by a worker process if
    it `is_apart`, all but the model's part."""
    try:
        analyze = analyze_apart if is_apart else analyze_article
        report = analyze(article, settings, gate)
    except NoArticle as error:
        if error.code != "parse_crash":
            raise
        raise RuntimeError("a worker") from error  # a bug, and no fault of the article
    return report if given_id is None else report.model_copy(update={"id": str(given_id)})


def explain(error: Exception, kind: ItemKind, url: str | None) -> tuple[SummarizerError, Stage]:
    """A failure of an article as an error of ours, with where it happened. What is none of ours is
    a bug: a poison article must not take the others with it."""
    if isinstance(error, SummarizerError):
        return error, _stage_of(error, kind)
    detail = f"a bug met this article ({type(error).__name__}). Please report it"
    return SummarizerError(detail, code="internal", url=url, retryable=True), "analyze"


def _stage_of(error: SummarizerError, kind: ItemKind) -> Stage:
    if kind == "feed":
        return "feed"
    if error.code.startswith("robots"):
        return "robots"
    if isinstance(error, FetchError):
        return "fetch"
    return "extract" if isinstance(error, InputError) else "analyze"
