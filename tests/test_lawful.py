"""Over real articles that nobody labelled: every quote is the article's own words, exactly, and no word is cut."""

import gzip
import json
from pathlib import Path

import pytest

from summarizer.errors import EmptyInput
from summarizer.page.article import make_article
from summarizer.pipeline import analyze_article
from summarizer.settings import Settings
from summarizer.text.spans import is_whole

TEXTS = Path(__file__).parents[2] / "shared" / "data" / "articles" / "unlabelled.jsonl.gz"
EVERY = 4  # articles; the others are read under the marker `slow`


def read_records(chosen):
    if not TEXTS.is_file():
        pytest.skip(
            f"the real articles are not part of the project: no {TEXTS.parent.name}/{TEXTS.name} beside the checkout"
        )
    with gzip.open(TEXTS, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for number, line in enumerate(lines) if chosen(number)]


def faults(record):
    """What of a record's report breaks a law."""
    try:
        article = make_article(
            record["text"], url=record["url"], title=record["title"], source=record["source"]
        )
    except EmptyInput:
        return
    report = analyze_article(article, Settings())
    parts = [(fact.kind, fact.evidence) for fact in report.facts]
    parts += [(f"call {call.asset}", part) for call in report.calls for part in call.evidence]
    parts += [(narrative.name, narrative.evidence) for narrative in report.narratives]
    parts += [
        (signal.name, signal.evidence) for signal in report.credibility.signals if signal.evidence
    ]
    for what, part in parts:
        if article.text[part.start : part.end] != part.quote:
            yield f"{record['id']}: {what}: {part.quote!r} is not at {part.start}:{part.end}"
        elif not part.quote.strip() or not is_whole(article.text, part.start, part.end):
            yield f"{record['id']}: {what}: {part.quote!r} cuts a word of {article.text[max(0, part.start - 10) : part.end + 10]!r}"
    for call in report.calls:
        if call.target and call.target.evidence not in [fact.evidence for fact in report.facts]:
            yield f"{record['id']}: the target of {call.asset} is no fact"
    for finding in report.findings:
        if finding.verdict == "dropped":
            yield f"{record['id']}: {finding.where}: {finding.detail}"


def test_every_fourth_article_is_lawful():
    assert [
        fault
        for record in read_records(lambda number: number % EVERY == 0)
        for fault in faults(record)
    ] == []


@pytest.mark.slow
def test_every_article_is_lawful():
    assert [
        fault for record in read_records(lambda number: number % EVERY) for fault in faults(record)
    ] == []
