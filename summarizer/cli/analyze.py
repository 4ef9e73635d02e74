"""The command of one article: analyze."""

import sys
from typing import TYPE_CHECKING, Any

from click import argument, command, echo, option

from summarizer.cli.options import (
    allow_private,
    fallback,
    flag,
    form_flag,
    report_forms,
    report_with_text,
    samples,
)
from summarizer.cli.output import say, show_report

if TYPE_CHECKING:
    from summarizer.models import Analyst


@command()
@argument("input")
@report_forms
@form_flag("extract", "Print the article's text only.")
@flag("--evidence", "Show the words of the article behind each fact, call and signal.")
@flag("--explain", "Show what the embedded analyst weighed for each call.")
@report_with_text
@option(
    "--model", metavar="NAME", help="The model that makes the calls, at OPENAI_BASE_URL or OpenAI."
)
@samples("Answers to ask for where the endpoint gives no chances of tokens.")
@flag("--redo", "Ask the model again, though its answer about this text is kept.")
@flag("--offline", "Neither fetch nor ask a model: the embedded analyst speaks.")
@fallback
@flag("--no-cache", "Fetch the page anew, and keep no copy of it.")
@allow_private("Fetch from this host though its address is not public.")
def analyze(
    input: str, form: str | None, evidence: bool, explain: bool, with_text: bool, **flags: Any
) -> None:
    """Analyse one article: a URL, an .html or .txt file, or - for stdin."""
    from summarizer.models import Page
    from summarizer.page.article import extract_article
    from summarizer.pipeline import analyze_article, load_page
    from summarizer.settings import load_settings

    cache = False if flags.pop("no_cache") else None
    settings = load_settings(**{name: value or None for name, value in flags.items()}, cache=cache)
    page = Page(body=sys.stdin.buffer.read()) if input == "-" else load_page(input, settings)
    article = extract_article(page)
    if form == "extract":
        echo(article.text)
        return
    if not settings.uses_model and not flags["offline"]:
        say("no OPENAI_API_KEY and no endpoint is set: the embedded analyst speaks")
    report = analyze_article(article, settings)
    if report.analyst.name == "llm":
        _say_cost(report.analyst)
    show_report(report, form, evidence=evidence, with_text=with_text)
    if explain:
        from summarizer.analyst.embedded.analyze import explain as explain_calls
        from summarizer.render.terminal import print_weights
        from summarizer.text.reading import read_text

        print_weights(explain_calls(read_text(article)))


def _say_cost(analyst: "Analyst") -> None:
    cost = "of unknown cost" if analyst.cost_usd is None else f"${analyst.cost_usd:.4f}"
    tokens = f"{analyst.input_tokens} tokens in, {analyst.output_tokens} out"
    say(f"{analyst.model}: {tokens}, {cost}")
