"""What a model is asked and answers in tests: the released prompt's own example, and one call of the whole line."""

import dataclasses
import json

from summarizer import Report, SummarizerError, analyze_text
from summarizer.analyst.llm.prompt import load_prompt
from tests.support.scripted_server import Reply, Scripted, says, scripted

PROMPT = load_prompt("analyze")
EXAMPLE = "\n".join(line.split(" ", 1)[1] for line in PROMPT.parts["example_input"].splitlines())
ANSWER = json.loads(PROMPT.parts["example_answer"])
GOOD = says(ANSWER)
# an answer that fits any article: it refers to no fact and names no asset
PLAIN = ANSWER | {
    "calls": [],
    "narratives": [],
    "summary": [{"text": "Bitcoin fell as traders cut leverage.", "sentences": [0]}],
}
KEY = "sk-canary-9b1deb4d3b7d"  # looked for in every output: it must be in none


def ask(
    *replies: Reply, text: str = EXAMPLE, **changes: object
) -> tuple[Report | SummarizerError, Scripted]:
    """The report or the error that these replies lead to, and the server with what it was asked.

    The last reply is given for ever. `changes` are settings other than the server's.
    """
    with scripted(lambda asked, before: replies[min(before, len(replies) - 1)]) as server:
        settings = dataclasses.replace(server.settings, **changes)
        try:
            return analyze_text(text, settings=settings), server
        except SummarizerError as error:
            return error, server
