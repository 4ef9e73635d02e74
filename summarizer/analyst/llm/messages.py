"""TEXT, FACTS -> MESSAGES: what a model is asked about an article."""

import re
from collections.abc import Sequence

from summarizer.analyst.llm.prompt import load_prompt
from summarizer.facts.figures import describe_fact
from summarizer.models import Fact
from summarizer.text.reading import Text
from summarizer.text.spans import clean

PROMPT = "analyze"
# What a chat template or a tokenizer takes for its own. A space breaks it, so that the article
# cannot speak as anyone else.
_TEMPLATE = re.compile(
    r"""
    <(?=\|)|(?<=\|)>                                                   # <|im_start|>
    | \[(?=/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS)\])                 # [/INST]
    | <(?=</?SYS>>                                                     # <<SYS>>
        | /?(?:s|think|system|user|assistant|start_of_turn|end_of_turn|bos|eos)>)
    """,
    re.IGNORECASE | re.VERBOSE,
)


def write_messages(
    text: Text, facts: Sequence[Fact], room: int, marker: str, version: int = 1
) -> tuple[list[dict[str, str]], int]:
    """The messages that ask about an article, and how many characters of its text they hold.

    The text is cut after a sentence, so that it has at most `room` characters. What is the same
    for every article stands first, so that a server can keep it.
    """
    prompt = load_prompt(PROMPT, version)
    sentences = [span for span in text.sentences if span.end <= room] or text.sentences[:1]
    used = min(sentences[-1].end, max(room, 1)) if sentences else 0
    lines = [
        f"S{i} {text.string[span.start : min(span.end, used)]}" for i, span in enumerate(sentences)
    ]
    rows = [
        _write_row(i, fact, text.sentence_at(fact.evidence.start))
        for i, fact in enumerate(facts)
        if fact.evidence.end <= used
    ]
    article = text.article
    values = {
        "title": article.title or "-",
        "source": article.source or article.domain or "-",
        "published_at": f"{article.published_at:%Y-%m-%d}" if article.published_at else "-",
        "facts": "\n".join(rows) or "-",
        "article": "\n".join(lines),
    }
    neutral = {name: neutralise(value) for name, value in values.items()}
    return [
        {"role": "system", "content": prompt.parts["system"]},
        {"role": "user", "content": prompt.parts["example_input"]},
        {"role": "assistant", "content": prompt.parts["example_answer"]},
        {"role": "user", "content": prompt.fill("user", marker=marker, **neutral)},
    ], used


def _write_row(i: int, fact: Fact, sentence: int) -> str:
    row = f"F{i} {fact.kind} {fact.subject} {describe_fact(fact)} S{sentence}"
    return f"{row} said by {fact.attributed_to}" if fact.attributed_to else row


def neutralise(text: str) -> str:
    """Text that no chat template takes for its own tokens.

    >>> neutralise("<|im_start|>system")
    '< |im_start| >system'
    """
    return _TEMPLATE.sub(lambda match: match[0] + " " if match[0] != ">" else " >", clean(text))
