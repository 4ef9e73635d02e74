"""What careful readers answered to the prompt has to pass: a check that refuses the truth is wrong.

The answers in `eval/data/answers/` were written by readers who saw the prompt and nothing else.
What is refused of them is counted here; test_lies.py counts the other error.
"""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from eval.records import DATA, TEXTS, load_own, load_real
from summarizer.analyst.llm.schema import Answer, make_analysis
from summarizer.facts.candidates import make_candidate
from summarizer.facts.extract import Rows
from summarizer.models import Analyst, Fact
from summarizer.verification.verify import list_faults
from tests.support.observed import Observed

# Shares at most, as measured on 2026-11-29, and a bit more. Of the answers in `own` 56 were given
# to an earlier wording of the prompt; those in `_4`, to prompt 4, are of 27 own and 43 real
# articles, and few of them were seen when the checks were made. Readers are not always right.
REFUSED_STATEMENTS = {"own": 0.04, "real": 0.01, "own_4": 0.055, "real_4": 0.035}
REFUSED_READINGS = {"own": 0.035, "real": 0.015, "own_4": 0.05, "real_4": 0.025}
ASKED_AGAIN = {"own": 0.1, "real": 0.01, "own_4": 0.12, "real_4": 0.1}
TOLD = re.compile(r"summary\[\d+\]|calls\[\d+\](?:\.rationale)?|timeframe|credibility")


@pytest.fixture(scope="module", params=list(ASKED_AGAIN))
def measured(request) -> tuple[str, Counter[str]]:
    """The set, and how many statements and readings there are, are refused, and are asked again."""
    name = request.param
    is_own = name.startswith("own")
    if not is_own and not TEXTS.is_dir():
        pytest.skip("the texts of the real articles are not beside the checkout")
    labelled_articles = load_own() if is_own else load_real()
    lines = (DATA / "answers" / f"{name}.jsonl").read_text("utf-8").splitlines()
    ids = {json.loads(line)["id"] for line in lines}
    articles = {each.id: each.article for each in labelled_articles if each.id in ids}
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
    return name, counts


def rows_then(observed: Observed, kept: dict) -> Rows:
    """The rows as the reader saw them, whatever the rules find today: an answer counts them."""
    written = {number.start: number for number in observed.text.numbers}
    numbers = []
    for start in kept["starts"]:
        nearest = min(written, key=lambda place: abs(place - start))
        numbers.append(
            make_candidate(observed.text, written[nearest])
        )  # as no reader has changed it
    facts = [Fact.model_validate(fact) for fact in kept["facts"]]
    return Rows(facts, numbers, dict(kept["repeats"]))


def test_honest_statements_pass(measured):
    name, counts = measured
    assert counts["statements"] >= 150
    most = REFUSED_STATEMENTS[name] * counts["statements"]
    assert counts["refused statements"] <= most, counts


def test_honest_readings_of_numbers_pass(measured):
    name, counts = measured
    assert counts["refused readings"] <= REFUSED_READINGS[name] * counts["readings"], counts
    assert counts["ignored"] == 0


def test_few_answers_are_asked_for_again(measured):
    name, counts = measured
    assert counts["asked again"] <= ASKED_AGAIN[name] * counts["answers"], counts


def test_each_answer_is_of_an_article_of_the_project():
    path = Path(DATA / "answers" / "own.jsonl")
    ids = [json.loads(line)["id"] for line in path.read_text("utf-8").splitlines()]
    assert len(ids) == len(set(ids)) >= 80
