"""Article, facts -> Analysis, in the words of a model behind an OpenAI-compatible endpoint.

    prompt -> answer -> what verification would drop -> one re-ask that names it -> Analysis

The answer is not believed here either: verification.verify drops what the article does not support.
"""

import re
import secrets
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from summarizer.analyst.embedded import analyze as embedded
from summarizer.analyst.llm.answers import answer_key, find_answer, keep_answer
from summarizer.analyst.llm.completion import Completion
from summarizer.analyst.llm.confidence import Directions, set_confidence
from summarizer.analyst.llm.dialect import RUNGS
from summarizer.analyst.llm.endpoint import Allowance, ContextTooLong, Endpoint
from summarizer.analyst.llm.gate import Gate
from summarizer.analyst.llm.prompt import load_prompt
from summarizer.analyst.llm.schema import (
    Answer,
    UnreadableAnswer,
    answer_schema,
    make_analysis,
    read_answer,
)
from summarizer.errors import AnswerError, LLMError
from summarizer.facts.figures import describe_fact
from summarizer.models import Analysis, Analyst, Article, ConfidenceSource, Fact, Signal
from summarizer.settings import Settings
from summarizer.text.sentences import split_sentences
from summarizer.text.spans import Span, clean
from summarizer.verification.verify import list_faults

PROMPT = "analyze"
Number = TypeVar("Number", int, float)
MAX_CHARACTERS = (
    60_000  # of an article in the prompt: about 15,000 tokens, thrice the longest labelled article
)
MAX_FAULTS = 8  # told in a re-ask
MOST_PER_TOKEN = 8  # characters: prose has 5.8. A server that counts fewer tokens has cut the prompt, as Ollama does silently

# What a chat template or a tokenizer takes for its own; broken by a space, so that the article cannot speak as anyone else.
_TEMPLATE = re.compile(
    r"<(?=\|)|(?<=\|)>|\[(?=/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS)\])|<(?=</?SYS>>|/?(?:s|think|system|user|assistant|start_of_turn|end_of_turn|bos|eos)>)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Said:
    """An answer of the model's, None where it has not the form asked for; `faults` are what is wrong with it."""

    completion: Completion
    answer: Answer | None
    faults: tuple[str, ...]


def analyze(
    article: Article,
    facts: list[Fact],
    signals: tuple[Signal, ...],
    settings: Settings,
    gate: Gate | None = None,
) -> Analysis:
    """The model's reading of the article. Raises LLMError where there is none; RELIABILITY 23 to 30 has the codes."""
    second = embedded.analyze(
        article, facts, signals
    )  # before the model is asked: what stands after its answer makes others wait
    talk = _Talk(article, facts, signals, settings, gate)
    said = talk.first()
    if said.faults:
        said = talk.second(said)
    if said.answer is None:
        why = clean(said.faults[0])[:200]
        raise AnswerError(
            f"the model's answer does not have the form asked for, twice: {why}",
            code="llm_schema",
            retryable=False,
        )
    analysis = make_analysis(said.answer, talk.analyst())
    if all(
        any(fault.startswith(f"- summary[{i}]:") for fault in said.faults)
        for i in range(len(analysis.summary))
    ):
        analysis = analysis.model_copy(update={"summary": (*analysis.summary, *second.summary)})
        talk.flags.append("summary_by_embedded")
    chances = said.completion.chances
    analysis = set_confidence(
        analysis, second, chances, () if chances else talk.samples(settings.samples - 1)
    )
    return analysis.model_copy(
        update={"flags": talk.told(), "analyst": talk.analyst(analysis.analyst.confidence_from)}
    )


class _Talk:
    """The questions about one article: what was asked and answered, and what it cost."""

    def __init__(
        self,
        article: Article,
        facts: list[Fact],
        signals: tuple[Signal, ...],
        settings: Settings,
        gate: Gate | None,
    ):
        self._article, self._facts, self._signals, self._settings = (
            article,
            facts,
            signals,
            settings,
        )
        self._endpoint = Endpoint(settings, gate)
        self._end = time.monotonic() + settings.timeout
        self._marker = secrets.token_hex(8)
        self._messages, self._used = write_messages(
            article, facts, MAX_CHARACTERS, self._marker, settings.prompt
        )
        self._spent: list[Completion] = []
        self.flags: list[str] = []

    def first(self) -> _Said:
        """The first answer; the text is cut once if the model cannot take it whole."""
        allowance = Allowance(self._end)
        try:
            said = self._read(self._ask(self._messages, allowance))
        except ContextTooLong as error:
            if allowance.requests <= 0:
                raise
            over = (1 - error.share) * sum(
                len(message["content"]) for message in self._messages
            )  # what is always said cannot be cut
            room = int(max(self._used - over, self._used * error.share / 2))
            self._messages, self._used = write_messages(
                self._article, self._facts, room, self._marker, self._settings.prompt
            )
            said = self._read(self._ask(self._messages, allowance))
        if (said.completion.input_tokens or MAX_CHARACTERS) < sum(
            len(message["content"]) for message in self._messages
        ) / MOST_PER_TOKEN:
            self.flags.append("prompt_cut_by_server")
        return said

    def second(self, first: _Said) -> _Said:
        """The better of the first answer and of what comes when its faults are named."""
        again = load_prompt(PROMPT, self._settings.prompt).fill(
            "again", faults="\n".join(first.faults[:MAX_FAULTS])
        )
        more = [
            {"role": "assistant", "content": first.completion.text[:8000]},
            {"role": "user", "content": again},
        ]
        try:
            second = self._read(self._ask([*self._messages, *more]))
        except LLMError:
            if first.answer is None:
                raise
            return first
        is_worse = second.answer is None or len(second.faults) > len(first.faults)
        return first if first.answer is not None and is_worse else second

    def samples(self, number: int) -> list[Directions]:
        """What further answers to the first question say, at a temperature that lets them differ; as many as can be had.

        One that cannot be read agrees with nothing.
        """
        found = []
        for i in range(1, number + 1):
            try:
                said = self._read(self._ask(self._messages, sample=i)).answer
            except LLMError:
                break
            directions: Directions = (
                {call.asset: call.direction for call in said.calls} if said else {}
            )
            found.append(directions | ({"overall": said.overall} if said else {}))
        return found

    def _ask(
        self,
        messages: Sequence[dict[str, str]],
        allowance: Allowance | None = None,
        sample: int = 0,
    ) -> Completion:
        """An answer, kept or new: what was answered once is not asked, or paid for, again."""
        settings, schema = self._settings, answer_schema()
        plain = [message["content"].replace(self._marker, "") for message in messages]
        key = answer_key(settings.base_url, self._endpoint.model, schema, plain, sample)
        found = None if settings.redo else find_answer(settings.answers, key)
        if found is None:
            found = self._endpoint.complete(
                messages, schema, allowance or Allowance(self._end), 1.0 if sample else 0.0
            )
            if not keep_answer(settings.answers, key, found):
                self.flags.append("answer_not_kept")
        self._spent.append(found)
        return found

    def _read(self, completion: Completion) -> _Said:
        try:
            answer = read_answer(completion.text)
        except UnreadableAnswer as error:
            return _Said(completion, None, (str(error),))
        found = list_faults(
            self._article, self._facts, make_analysis(answer, Analyst(name="llm")), self._signals
        )
        return _Said(
            completion, answer, tuple(f"- {fault.where}: {fault.detail}" for fault in found)
        )

    def analyst(self, confidence_from: ConfidenceSource = "evidence") -> Analyst:
        """Who spoke, and what this run paid for it; a count that one of its answers lacks is null, one that was kept is nothing."""
        prompt, new = (
            load_prompt(PROMPT, self._settings.prompt),
            [completion for completion in self._spent if not completion.kept],
        )
        return Analyst(
            name="llm", model=self._spent[-1].model, prompt=prompt.name, prompt_sha256=prompt.sha256, confidence_from=confidence_from,
            input_tokens=_sum(c.input_tokens for c in new), cached_tokens=_sum(c.cached_tokens for c in new),
            output_tokens=_sum(c.output_tokens for c in new), cost_usd=_sum(c.cost_usd for c in new),
        )  # fmt: skip

    def told(self) -> tuple[str, ...]:
        """What the reader should know of the talk."""
        price, published = self._endpoint.price, self._article.published_at
        old = (
            published and price and price.trained_until and published.date() <= price.trained_until
        )
        flags = [
            *self.flags,
            *(["text_cut"] if self._used < len(self._article.text) else []),
            *(f"answer_{rung}" for rung in RUNGS[1:] if self._spent[-1].rung == rung),
            *(["answer_kept"] if any(completion.kept for completion in self._spent) else []),
            *(["older_than_model"] if old else []),
        ]
        return tuple(dict.fromkeys(flags))


def _sum(counts: Iterable[Number | None]) -> Number | None:
    """The sum, null where a part of it is not known."""
    found = list(counts)
    return None if None in found else sum(count for count in found if count is not None)


def write_messages(
    article: Article, facts: Sequence[Fact], room: int, marker: str, version: int = 1
) -> tuple[list[dict[str, str]], int]:
    """The messages that ask about the article, and how much of its text they hold: whole sentences of at most `room` characters.

    What is the same for every article stands first, so that a server can keep it.
    """
    prompt = load_prompt(PROMPT, version)
    sentences = [
        span for span in split_sentences(article.text) if span.end <= room
    ] or split_sentences(article.text)[:1]
    used = min(sentences[-1].end, max(room, 1)) if sentences else 0
    lines = [
        f"S{i} {article.text[span.start : min(span.end, used)]}" for i, span in enumerate(sentences)
    ]
    rows = [
        _row(i, fact, _place(sentences, fact))
        for i, fact in enumerate(facts)
        if fact.evidence.end <= used
    ]
    values = {
        "title": article.title or "-", "source": article.source or article.domain or "-",
        "published_at": f"{article.published_at:%Y-%m-%d}" if article.published_at else "-",
        "facts": "\n".join(rows) or "-", "article": "\n".join(lines),
    }  # fmt: skip
    asked = prompt.fill(
        "user", marker=marker, **{name: neutralise(value) for name, value in values.items()}
    )
    example = [
        {"role": "user", "content": prompt.parts["example_input"]},
        {"role": "assistant", "content": prompt.parts["example_answer"]},
    ]
    return [
        {"role": "system", "content": prompt.parts["system"]},
        *example,
        {"role": "user", "content": asked},
    ], used


def _row(i: int, fact: Fact, sentence: int) -> str:
    said = f"F{i} {fact.kind} {fact.subject} {describe_fact(fact)} S{sentence}"
    return said + (f" said by {fact.attributed_to}" if fact.attributed_to else "")


def _place(sentences: Sequence[Span], fact: Fact) -> int:
    return max(
        (i for i, span in enumerate(sentences) if span.start <= fact.evidence.start), default=0
    )


def neutralise(text: str) -> str:
    """Text that no chat template takes for its own tokens.

    >>> neutralise("<|im_start|>system")
    '< |im_start| >system'
    """
    return _TEMPLATE.sub(lambda match: match[0] + " " if match[0] != ">" else " >", clean(text))
