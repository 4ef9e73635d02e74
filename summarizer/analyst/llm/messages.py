"""TEXT, ROWS -> MESSAGES: what a model is asked about an article."""

import re
from collections import defaultdict
from collections.abc import Iterator

from summarizer.analyst.llm.prompt import Prompt
from summarizer.analyst.llm.schema import SIGNAL_NAMES, narrative_names
from summarizer.facts.extract import Rows
from summarizer.facts.figures import format_fact
from summarizer.facts.kinds import KINDS, SIGNED
from summarizer.models import Fact
from summarizer.text.reading import Text
from summarizer.text.spans import clean

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
    text: Text, rows: Rows, room: int, marker: str, prompt: Prompt
) -> tuple[list[dict[str, str]], int]:
    """The messages that ask about an article, and how many characters of its text they hold.

    The text is cut after a sentence, so that it has at most `room` characters. Below each sentence
    stand the rows of its numbers. What is the same for every article stands first, so that a server
    can keep it.
    """
    sentences = [span for span in text.sentences if span.end <= room] or text.sentences[:1]
    used = min(sentences[-1].end, max(room, 1)) if sentences else 0
    below = _write_rows(rows)
    lines = []
    for i, span in enumerate(sentences):
        lines.append(f"S{i} {text.string[span.start : min(span.end, used)]}")
        lines += below[i]
    article = text.article
    values = {
        "title": article.title or "-",
        "source": article.source or article.domain or "-",
        "published_at": f"{article.published_at:%Y-%m-%d}" if article.published_at else "-",
        "next_row": f"N{len(rows.numbers)}",
        "prices": ", ".join(_list_prices(rows)) or "no price is stated",
        "article": "\n".join(lines),
    }
    neutral = {name: neutralise(value) for name, value in values.items()}
    return [
        {"role": "system", "content": prompt.fill("system", **_list_names())},
        {"role": "user", "content": prompt.parts["example_input"]},
        {"role": "assistant", "content": prompt.parts["example_answer"]},
        {"role": "user", "content": prompt.fill("user", marker=marker, **neutral)},
    ], used


def _list_names() -> dict[str, str]:
    """What an answer may choose from, with what it means: the same for every article."""
    return {
        "kinds": "\n".join(f"- {kind.name}: {kind.meaning}" for kind in KINDS.values()),
        "signals": ", ".join(SIGNAL_NAMES),
        "narratives": ", ".join(narrative_names()),
    }


def _write_rows(rows: Rows) -> dict[int, list[str]]:
    """The rows of the numbers of each sentence, in reading order."""
    order = sorted(range(len(rows.numbers)), key=lambda i: rows.numbers[i].number.start)
    lines: dict[int, list[str]] = defaultdict(list)
    for i in order:
        candidate = rows.numbers[i]
        if i < len(rows.facts):
            reading = _describe(rows.facts[i]) + (" ?" if i in rows.unsure else "")
        else:
            reading = f"= N{rows.repeats[i]}" if i in rows.repeats else "none"
        lines[candidate.sentence].append(f"N{i} {candidate.printed}: {reading}")
    return lines


def _describe(fact: Fact) -> str:
    """The rules' reading of a number: its kind, subject, sign, period and venue."""
    sign = ("-" if fact.value < 0 else "+") if fact.kind in SIGNED else None
    period = fact.period and f"period {fact.period}"
    venue = fact.venue and f"venue {fact.venue}"
    return " ".join(filter(None, (fact.kind, fact.subject, sign, period, venue)))


def _list_prices(rows: Rows) -> Iterator[str]:
    """The first price of each asset, from which distances are measured."""
    seen = set()
    for i, fact in enumerate(rows.facts):
        if fact.kind == "price" and fact.subject not in seen:
            seen.add(fact.subject)
            yield f"{fact.subject} {format_fact(fact)} (N{i})"


def neutralise(text: str) -> str:
    """Text that no chat template takes for its own tokens.

    >>> neutralise("<|im_start|>system")
    '< |im_start| >system'
    """
    return _TEMPLATE.sub(lambda match: match[0] + " " if match[0] != ">" else " >", clean(text))
