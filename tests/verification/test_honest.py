"""What careful readers answered to the prompt has to pass: a check that refuses the truth is wrong.

The answers in `eval/data/answers/` were written by readers who saw the prompt and nothing else.
What is refused of them is counted here; test_lies.py counts the other error.
"""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from eval.records import DATA, load_own
from summarizer.analyst.llm.schema import Answer, make_analysis
from summarizer.facts.candidates import make_candidate
from summarizer.facts.extract import Rows
from summarizer.models import Analyst, Fact
from summarizer.verification.verify import list_faults
from tests.support.observed import Observed

# Shares at most: the readers are not always right themselves, and 36 of the answers were given to
# a wording of the prompt that was mended later.
REFUSED_STATEMENTS = 0.05
REFUSED_READINGS = 0.08
ASKED_AGAIN = 0.11
TOLD = re.compile(r"summary\[\d+\]|calls\[\d+\](?:\.rationale)?|timeframe|credibility")


@pytest.fixture(scope="module")
def counts() -> Counter[str]:
    """How many statements and readings there are, how many are refused, and what is asked again."""
    articles = {labelled.id: labelled.article for labelled in load_own()}
    lines = (DATA / "answers" / "own.jsonl").read_text("utf-8").splitlines()
    counts: Counter[str] = Counter()
    for record in map(json.loads, lines):
        answer = Answer.model_validate_json(json.dumps(record["answer"]))
        analysis = make_analysis(answer, Analyst(name="llm"))
        observed = Observed(articles[record["id"]])
        observed.rows = rows_then(observed, record["rows"])
        report = observed.verify(analysis)
        refused = [f.where for f in report.findings if f.verdict == "dropped"]
        counts["answers"] += 1
        counts["asked again"] += bool(list_faults(report))
        counts["statements"] += len(analysis.summary) + len(analysis.calls) + 2
        counts["refused statements"] += sum(bool(TOLD.fullmatch(where)) for where in refused)
        counts["readings"] += len(analysis.rows)
        counts["refused readings"] += sum(where.startswith("rows[") for where in refused)
        counts["ignored"] += "corrections_ignored" in report.flags
    return counts


def rows_then(observed: Observed, kept: dict) -> Rows:
    """The rows as the reader saw them, whatever the rules find today: an answer counts them."""
    known = {number.number.start: number for number in observed.rows.numbers}
    written = {number.start: number for number in observed.text.numbers}
    numbers = []
    for start in kept["starts"]:
        nearest = min(written, key=lambda place: abs(place - start))
        numbers.append(known.get(start) or make_candidate(observed.text, written[nearest]))
    facts = [Fact.model_validate(fact) for fact in kept["facts"]]
    return Rows(facts, numbers, dict(kept["repeats"]))


def test_honest_statements_pass(counts):
    assert counts["statements"] >= 300
    assert counts["refused statements"] <= REFUSED_STATEMENTS * counts["statements"], counts


def test_honest_readings_of_numbers_pass(counts):
    assert counts["refused readings"] <= REFUSED_READINGS * counts["readings"], counts
    assert counts["ignored"] == 0


def test_few_answers_are_asked_for_again(counts):
    assert counts["asked again"] <= ASKED_AGAIN * counts["answers"], counts


def test_each_answer_is_of_an_article_of_the_project():
    path = Path(DATA / "answers" / "own.jsonl")
    ids = [json.loads(line)["id"] for line in path.read_text("utf-8").splitlines()]
    assert len(ids) == len(set(ids)) >= 80
