"""Article, facts -> Analysis, in the words of a model behind an OpenAI-compatible endpoint.

    prompt -> answer -> what verification would drop -> one re-ask that names it -> Analysis

The answer is not believed here either: verification.verify drops what the article does not support.
"""

import re
import secrets
import time
from collections.abc import Iterable, Sequence

from summarizer.analyst import embedded
from summarizer.analyst.answer import Answer, UnreadableAnswer, answer_schema, make_analysis, read_answer
from summarizer.analyst.endpoint import RUNGS, Allowance, Completion, ContextTooLong, Endpoint
from summarizer.analyst.prices import cost_of
from summarizer.errors import AnswerError, LLMError
from summarizer.facts.sentences import split_sentences
from summarizer.figures import describe_fact
from summarizer.models import Analysis, Analyst, Article, Fact, Signal
from summarizer.prompts import load_prompt
from summarizer.settings import Settings
from summarizer.spans import Span, clean
from summarizer.verification import list_faults

PROMPT = "analyze"
MAX_CHARACTERS = 60_000  # of an article in the prompt: about 15,000 tokens, thrice the longest labelled article
MAX_FAULTS = 8  # told in a re-ask
MOST_PER_TOKEN = 8  # characters: prose has 5.8. A server that counts fewer tokens has cut the prompt, as Ollama does silently

# What a chat template or a tokenizer takes for its own; broken by a space, so that the article cannot speak as anyone else.
_TEMPLATE = re.compile(
    r"<(?=\|)|(?<=\|)>|\[(?=/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS)\])|<(?=</?SYS>>|/?(?:s|think|system|user|assistant|start_of_turn|end_of_turn|bos|eos)>)",
    re.IGNORECASE,
)


def analyze(article: Article, facts: list[Fact], signals: tuple[Signal, ...], settings: Settings) -> Analysis:
    """The model's reading of the article. Raises LLMError where there is none; RELIABILITY 23 to 30 has the codes."""
    started = time.monotonic()
    endpoint = Endpoint(settings)
    end = started + settings.timeout
    flags: list[str] = []
    spent: list[Completion] = []
    messages, answer = _first_answer(endpoint, article, facts, settings.prompt, end, flags, spent)
    faults = [] if isinstance(answer, str) else _faults(article, facts, answer, signals)
    if isinstance(answer, str) or faults:
        first, before = answer, faults
        answer = _second_answer(endpoint, [*messages, *_again(spent[-1], faults or [str(first)], settings.prompt)], first, end, spent)
        faults = _faults(article, facts, answer, signals)
        if not isinstance(first, str) and len(faults) > len(before):
            answer, faults = first, before
    flags += [f"answer_{RUNGS[i]}" for i in (1, 2) if spent[-1].rung == RUNGS[i]]
    if (spent[0].input_tokens or MAX_CHARACTERS) < sum(len(message["content"]) for message in messages) / MOST_PER_TOKEN:
        flags.append("prompt_cut_by_server")
    analysis = make_analysis(answer, _analyst(endpoint, spent, settings))
    second = embedded.analyze(article, facts, signals)
    if all(any(fault.startswith(f"- summary[{i}]:") for fault in faults) for i in range(len(analysis.summary))):
        analysis = analysis.model_copy(update={"summary": (*analysis.summary, *second.summary)})
        flags.append("summary_by_embedded")
    return _beside(second, analysis.model_copy(update={"flags": tuple(flags)}))


def _first_answer(
    endpoint: Endpoint, article: Article, facts: Sequence[Fact], version: int, end: float, flags: list[str], spent: list[Completion]
) -> tuple[list[dict[str, str]], Answer | str]:
    """The messages and the answer to them; where it cannot be read, what is wrong with it. The text is cut once if need be."""
    allowance = Allowance(end)
    room = MAX_CHARACTERS
    messages, used = write_messages(article, facts, room, version)
    try:
        spent.append(endpoint.complete(messages, answer_schema(), allowance))
    except ContextTooLong as error:
        if allowance.requests <= 0:
            raise
        over = (1 - error.share) * sum(len(message["content"]) for message in messages)  # what is always said cannot be cut
        messages, used = write_messages(article, facts, int(max(used - over, used * error.share / 2)), version)
        spent.append(endpoint.complete(messages, answer_schema(), allowance))
    if used < len(article.text):
        flags.append("text_cut")
    return messages, _try_read(spent[-1].text)


def _second_answer(endpoint: Endpoint, messages: list[dict[str, str]], first: Answer | str, end: float, spent: list[Completion]) -> Answer:
    """The answer to the re-ask; the first one where that can be read and the second cannot be had or read."""
    try:
        spent.append(endpoint.complete(messages, answer_schema(), Allowance(end)))
    except LLMError:
        if isinstance(first, str):
            raise
        return first
    second = _try_read(spent[-1].text)
    if not isinstance(second, str):
        return second
    if isinstance(first, str):
        raise _schema_error(second)
    return first


def _try_read(text: str) -> Answer | str:
    try:
        return read_answer(text)
    except UnreadableAnswer as error:
        return str(error)


def _schema_error(why: str) -> AnswerError:
    error = AnswerError(f"the model's answer does not have the form asked for, twice: {clean(why)[:200]}", code="llm_schema")
    error.retryable = False
    return error


def _faults(article: Article, facts: list[Fact], answer: Answer, signals: tuple[Signal, ...]) -> list[str]:
    analysis = make_analysis(answer, Analyst(name="llm"))
    return [f"- {fault.where}: {fault.detail}" for fault in list_faults(article, facts, analysis, signals)]


def _again(completion: Completion, faults: Sequence[str], version: int) -> list[dict[str, str]]:
    """What is added to the talk to ask once more."""
    return [
        {"role": "assistant", "content": completion.text[:8000]},
        {"role": "user", "content": load_prompt(PROMPT, version).fill("again", faults="\n".join(faults[:MAX_FAULTS]))},
    ]


def write_messages(article: Article, facts: Sequence[Fact], room: int, version: int = 1) -> tuple[list[dict[str, str]], int]:
    """The messages that ask about the article, and how much of its text they hold: whole sentences of at most `room` characters.

    What is the same for every article stands first, so that a server can keep it.
    """
    prompt = load_prompt(PROMPT, version)
    sentences = [span for span in split_sentences(article.text) if span.end <= room] or split_sentences(article.text)[:1]
    used = min(sentences[-1].end, max(room, 1)) if sentences else 0
    lines = [f"S{i} {article.text[span.start : min(span.end, used)]}" for i, span in enumerate(sentences)]
    rows = [_row(i, fact, _place(sentences, fact)) for i, fact in enumerate(facts) if fact.evidence.end <= used]
    values = {
        "title": article.title or "-", "source": article.source or article.domain or "-",
        "published_at": f"{article.published_at:%Y-%m-%d}" if article.published_at else "-",
        "facts": "\n".join(rows) or "-", "article": "\n".join(lines),
    }  # fmt: skip
    asked = prompt.fill("user", marker=secrets.token_hex(8), **{name: neutralise(value) for name, value in values.items()})
    example = [
        {"role": "user", "content": prompt.parts["example_input"]},
        {"role": "assistant", "content": prompt.parts["example_answer"]},
    ]
    return [{"role": "system", "content": prompt.parts["system"]}, *example, {"role": "user", "content": asked}], used


def _row(i: int, fact: Fact, sentence: int) -> str:
    said = f"F{i} | {fact.kind} | {fact.subject} | {describe_fact(fact)} | S{sentence}"
    return said + (f" | said by {fact.attributed_to}" if fact.attributed_to else "")


def _place(sentences: Sequence[Span], fact: Fact) -> int:
    return max((i for i, span in enumerate(sentences) if span.start <= fact.evidence.start), default=0)


def neutralise(text: str) -> str:
    """Text that no chat template takes for its own tokens.

    >>> neutralise("<|im_start|>system")
    '< |im_start| >system'
    """
    return _TEMPLATE.sub(lambda match: match[0] + " " if match[0] != ">" else " >", clean(text))


def _analyst(endpoint: Endpoint, spent: Sequence[Completion], settings: Settings) -> Analyst:
    """Who spoke and what all its answers cost together; a count that one of them lacks is null."""
    prompt = load_prompt(PROMPT, settings.prompt)
    given, written = _sum(c.input_tokens for c in spent), _sum(c.output_tokens for c in spent)
    cached = _sum(c.cached_tokens for c in spent)
    return Analyst(
        name="llm", model=spent[-1].model, prompt=prompt.name, prompt_sha256=prompt.sha256, input_tokens=given,
        cached_tokens=cached, output_tokens=written, cost_usd=cost_of(endpoint.model, given, cached, written, settings.prices),
    )  # fmt: skip


def _sum(counts: Iterable[int | None]) -> int | None:
    total = 0
    for count in counts:
        if count is None:
            return None
        total += count
    return total


def _beside(second: Analysis, analysis: Analysis) -> Analysis:
    """The model's analysis with the confidence that the weighed evidence gives it, never the model's own.

    Where the embedded analyst makes the same call its confidence stands; where it makes another, half of what that leaves;
    where it makes none, a third: nothing is known.
    """
    weighed = {call.asset: call for call in second.calls}

    def confidence(asset: str, direction: str) -> float:
        other = weighed.get(asset)
        if other is None:
            return 1 / 3
        return other.confidence if other.direction == direction else (1 - other.confidence) / 2

    calls = tuple(call.model_copy(update={"confidence": confidence(call.asset, call.direction)}) for call in analysis.calls)
    same = second.overall == analysis.overall
    overall = second.overall_confidence if same else (1 - second.overall_confidence) / 2
    others = (("overall", second.overall), *((call.asset, call.direction) for call in second.calls))
    return analysis.model_copy(update={"calls": calls, "overall_confidence": overall, "other_directions": others})
