"""The LLM analyst against a scripted endpoint on loopback: the whole line, and every fault with its code and its requests."""

import json

from scripted_server import says, scripted

from summarizer import analyze_text
from summarizer.prompts import load_prompt

PROMPT = load_prompt("analyze")
EXAMPLE = "\n".join(line.split(" ", 1)[1] for line in PROMPT.parts["example_input"].splitlines())
ANSWER = json.loads(PROMPT.parts["example_answer"])


def test_a_good_answer_becomes_a_report():
    with scripted(lambda asked, before: says(ANSWER)) as server:
        report = analyze_text(EXAMPLE, settings=server.settings)
    assert len(server.asked) == 1
    assert report.summary == "Bitcoin fell 4.2% to a price of $61,300, and funding turned negative at −0.02%."
    assert report.calls[0].target.value == 60_000
    assert report.analyst.name == "llm"
    assert report.analyst.prompt == "analyze/v1"
    assert report.analyst.prompt_sha256 == PROMPT.sha256
    assert (report.analyst.input_tokens, report.analyst.cached_tokens, report.analyst.output_tokens) == (1000, 400, 200)
    assert report.analyst.cost_usd is None
    assert [f for f in report.findings if f.verdict == "dropped"] == []
