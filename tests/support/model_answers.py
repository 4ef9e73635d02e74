"""What a scripted model says of the prompt's own example, and a report made of it."""

import dataclasses
import json
import re

from summarizer import Report, SummarizerError, analyze_text
from summarizer.analyst.llm.prompt import load_prompt
from tests.support.scripted_server import Reply, Scripted, says, scripted

PROMPT = load_prompt("4")
EXAMPLE = "\n".join(re.findall(r"(?m)^S\d+ (.+)$", PROMPT.parts["example_input"]))
ANSWER = json.loads(PROMPT.parts["example_answer"])
GOOD = says(ANSWER)
# an answer whose every claim fits any article
PLAIN = ANSWER | {
    "summary": [{"text": "Bitcoin fell as traders cut leverage.", "sentences": [0]}],
    "calls": [],
    "narratives": [],
}


def ask(
    *replies: Reply, text: str = EXAMPLE, **change: object
) -> tuple[Report | SummarizerError, Scripted]:
    """What comes of asking an endpoint that gives these replies, the last one for ever.

    It is the report or the error, and the server with what it was asked. `change` changes the
    settings.
    """
    with scripted(lambda asked, before: replies[min(before, len(replies) - 1)]) as server:
        settings = dataclasses.replace(server.settings, **change)
        try:
            return analyze_text(text, settings=settings), server
        except SummarizerError as error:
            return error, server
