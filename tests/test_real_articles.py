"""Real articles that nobody labelled: every quote is the article's own words, and cuts no word."""

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
EVERY = 4  # articles; the others are read under the mark `slow`


def read_records(is_chosen):
    if not TEXTS.is_file():
        pytest.skip(f"the real articles are looked for in ../shared, as {TEXTS.name}")
    with gzip.open(TEXTS, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for number, line in enumerate(lines) if is_chosen(number)]


def list_evidence(report):
    """(what it is evidence for, the evidence) of everything in a report."""
    yield from ((fact.kind, fact.evidence) for fact in report.facts)
    yield from ((call.asset, evidence) for call in report.calls for evidence in call.evidence)
    yield from ((narrative.name, narrative.evidence) for narrative in report.narratives)
    signals = report.credibility.signals
    yield from ((signal.name, signal.evidence) for signal in signals if signal.evidence)


def find_faults(record):
    """Where the record's report breaks a promise about evidence, targets and claims."""
    about = {name: record[name] for name in ("url", "title", "source")}
    try:
        article = make_article(record["text"], **about)
    except EmptyInput:
        return
    report = analyze_article(article, Settings())
    for name, evidence in list_evidence(report):
        quote, start, end = evidence.quote, evidence.start, evidence.end
        if article.text[start:end] != quote:
            yield f"{record['id']}: {name}: {quote!r} is not at {start}:{end}"
        elif not quote.strip() or not is_whole(article.text, start, end):
            around = article.text[max(0, start - 10) : end + 10]
            yield f"{record['id']}: {name}: {quote!r} cuts a word of {around!r}"
    for call in report.calls:
        if call.target and call.target.evidence not in [fact.evidence for fact in report.facts]:
            yield f"{record['id']}: the target of {call.asset} is no fact"
    for finding in report.findings:
        if finding.verdict == "dropped":
            yield f"{record['id']}: {finding.where}: {finding.detail}"


def faults_of(records):
    return [fault for record in records for fault in find_faults(record)]


def test_every_fourth_article_keeps_what_a_report_promises():
    assert faults_of(read_records(lambda number: number % EVERY == 0)) == []


@pytest.mark.slow
def test_every_other_article_does_too():
    assert faults_of(read_records(lambda number: number % EVERY != 0)) == []
