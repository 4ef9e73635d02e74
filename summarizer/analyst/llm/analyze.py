"""TEXT, FACTS -> ANALYSIS: one conversation with a model behind an OpenAI-compatible endpoint.

The pipeline asks, has the answer checked, and asks once more if the check drops something.
Nothing is believed here: verification drops what the article does not support.
"""

import secrets
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from summarizer.analysis import Analysis
from summarizer.analyst.llm.allowance import Allowance, NoTriesLeft
from summarizer.analyst.llm.answers import answer_key, find_answer, keep_answer
from summarizer.analyst.llm.completion import Completion, Usage
from summarizer.analyst.llm.confidence import Directions, set_confidence
from summarizer.analyst.llm.dialect import RUNGS
from summarizer.analyst.llm.endpoint import Endpoint
from summarizer.analyst.llm.gate import Gate
from summarizer.analyst.llm.messages import write_messages
from summarizer.analyst.llm.prompt import load_prompt
from summarizer.analyst.llm.refusals import ContextTooLong
from summarizer.analyst.llm.schema import (
    UnreadableAnswer,
    answer_schema,
    make_analysis,
    read_answer,
)
from summarizer.errors import AnswerError, LLMError
from summarizer.facts.extract import Rows
from summarizer.models import Analyst, ConfidenceSource
from summarizer.settings import Settings
from summarizer.text.reading import Text
from summarizer.text.spans import clean

Number = TypeVar("Number", int, float)
MAX_CHARACTERS = (
    60_000  # of an article in the prompt: about 15,000 tokens, thrice the longest labelled article
)
MAX_FAULTS = 8  # named in the second question
_MAX_QUOTED = 8000  # characters of the first answer that the second question repeats
# At most; prose has 5.8. A server that counts fewer tokens has cut the prompt, as Ollama does.
_CHARACTERS_PER_TOKEN = 8


@dataclass(frozen=True)
class Attempt:
    """One answer of the model. `faults` say what is wrong with it.

    Without an analysis, the fault is why the answer cannot be read.
    """

    completion: Completion
    analysis: Analysis | None
    faults: tuple[str, ...] = ()


class Conversation:
    """The questions about one article: what was asked and answered, and what it cost.

    Every question raises LLMError where there is no answer.
    """

    def __init__(self, text: Text, rows: Rows, settings: Settings, gate: Gate | None):
        self._text, self._rows, self._settings = text, rows, settings
        self._prompt = load_prompt(settings.prompt)
        self._endpoint = Endpoint(settings, gate)
        self._allowance = Allowance(time.monotonic() + settings.timeout)
        self._marker = secrets.token_hex(8)
        self._write(MAX_CHARACTERS)
        self._completions: list[Completion] = []
        self._flags: list[str] = []

    def ask(self) -> Attempt:
        """The first answer. The text is cut once if the model cannot take it whole."""
        try:
            attempt = self._answer(self._messages)
        except ContextTooLong as error:
            # What every prompt holds cannot be cut, so all that is too much comes off the article.
            excess = (1 - error.share) * self._length
            self._write(int(max(self._used - excess, self._used * error.share / 2)))
            attempt = self._answer(self._messages)
        tokens = attempt.completion.input_tokens
        if tokens is not None and tokens < self._length / _CHARACTERS_PER_TOKEN:
            self._flags.append("prompt_cut_by_server")
        return attempt

    def ask_again(self, attempt: Attempt) -> Attempt | None:
        """The answer to a question that names the faults; None if only the first is to be had.

        Where the first cannot be read, the second is kept as the answer to both questions.
        """
        question = self._prompt.fill("again", faults="\n".join(attempt.faults[:MAX_FAULTS]))
        messages = [
            *self._messages,
            {"role": "assistant", "content": attempt.completion.text[:_MAX_QUOTED]},
            {"role": "user", "content": question},
        ]
        try:
            return self._answer(messages, also_of=None if attempt.analysis else self._messages)
        except NoTriesLeft:
            return None
        except LLMError:
            if attempt.analysis is None:
                raise
            return None

    def conclude(self, attempt: Attempt, embedded: Analysis) -> Analysis:
        """The analysis of an attempt, with its confidences, its flags and what it cost.

        The embedded analyst's summary steps in where all of the model's would be dropped.
        Raises AnswerError for an attempt that has no analysis.
        """
        if attempt.analysis is None:
            reason = clean(attempt.faults[0])[:200]
            message = f"the model's answer does not have the form asked for: {reason}"
            raise AnswerError(message, code="llm_schema", retryable=False)
        analysis = attempt.analysis
        if all(_is_faulty(attempt, f"summary[{i}]") for i in range(len(analysis.summary))):
            summary = (*analysis.summary, *embedded.summary)
            analysis = analysis.model_copy(update={"summary": summary})
            self._flags.append("summary_by_embedded")
        chances = attempt.completion.chances
        samples = () if chances else self._sample(self._settings.samples - 1)
        analysis = set_confidence(analysis, embedded, chances, samples)
        model = self._completions[-1].model
        analyst = self._describe_analyst(model, analysis.analyst.confidence_from)
        return analysis.model_copy(update={"flags": self._list_flags(), "analyst": analyst})

    def _write(self, room: int) -> None:
        self._messages, self._used = write_messages(
            self._text, self._rows, room, self._marker, self._prompt
        )
        self._length = sum(len(message["content"]) for message in self._messages)

    def _sample(self, number: int) -> list[Directions]:
        """The directions of further answers to the first question, as many as can be had.

        The temperature lets them differ. An answer that cannot be read agrees with nothing.
        """
        samples = []
        self._allowance = replace(self._allowance, tries=number)
        for i in range(1, number + 1):
            try:
                analysis = self._answer(self._messages, sample=i).analysis
            except LLMError:
                break
            directions: Directions = {}
            if analysis:
                directions = {call.asset: call.direction for call in analysis.calls}
                directions["overall"] = analysis.overall
            samples.append(directions)
        return samples

    def _answer(
        self,
        messages: Sequence[dict[str, str]],
        sample: int = 0,
        also_of: Sequence[dict[str, str]] | None = None,
    ) -> Attempt:
        """An answer, new or kept: what was answered once is not asked, or paid for, again.

        Only an answer that can be read is kept, as that to the question `also_of` too.
        """
        path = self._settings.answers
        keys = [self._key_of(question, sample) for question in (messages, also_of) if question]
        kept = None if self._settings.redo else find_answer(path, keys[0])
        if kept and (attempt := self._read(kept)).analysis:
            self._completions.append(kept)
            return attempt
        completion = self._endpoint.complete(
            messages, answer_schema(), self._allowance, 1.0 if sample else 0.0
        )
        self._completions.append(completion)
        attempt = self._read(completion)
        if attempt.analysis:
            are_kept = [keep_answer(path, key, completion) for key in keys]
            self._flags += [] if all(are_kept) else ["answer_not_kept"]
        return attempt

    def _key_of(self, messages: Sequence[dict[str, str]], sample: int) -> str:
        plain = [message["content"].replace(self._marker, "") for message in messages]
        model, schema = self._endpoint.model, answer_schema()
        return answer_key(self._settings.base_url, model, schema, plain, sample)

    def _read(self, completion: Completion) -> Attempt:
        try:
            answer = read_answer(completion.text)
        except UnreadableAnswer as error:
            return Attempt(completion, None, (str(error),))
        return Attempt(completion, make_analysis(answer, self._describe_analyst(completion.model)))

    def _describe_analyst(
        self, model: str, confidence_from: ConfidenceSource = "evidence"
    ) -> Analyst:
        """Who answered, and what it cost.

        Token counts are None if any answer lacks them; kept answers count as zero, and those that
        could not be used as what they cost.
        """
        paid: list[Completion | Usage] = [each for each in self._completions if not each.kept]
        paid += self._allowance.lost
        return Analyst(
            name="llm",
            model=model,
            prompt=self._prompt.name,
            prompt_sha256=self._prompt.sha256,
            confidence_from=confidence_from,
            input_tokens=_sum(each.input_tokens for each in paid),
            cached_tokens=_sum(each.cached_tokens for each in paid),
            output_tokens=_sum(each.output_tokens for each in paid),
            cost_usd=_sum(each.cost_usd for each in paid),
        )

    def _list_flags(self) -> tuple[str, ...]:
        """What the reader should know of the conversation."""
        flags = list(self._flags)
        if self._used < len(self._text.string):
            flags.append("text_cut")
        rung = self._completions[-1].rung
        if rung in RUNGS[1:]:
            flags.append(f"answer_{rung}")
        if any(completion.kept for completion in self._completions):
            flags.append("answer_kept")
        price, published_at = self._endpoint.price, self._text.article.published_at
        trained_until = price.trained_until if price else None
        if published_at and trained_until and published_at.date() <= trained_until:
            flags.append("older_than_model")
        return tuple(dict.fromkeys(flags))


def _is_faulty(attempt: Attempt, where: str) -> bool:
    return any(fault.startswith(f"- {where}:") for fault in attempt.faults)


def _sum(counts: Iterable[Number | None]) -> Number | None:
    """The sum, None where a part of it is not known."""
    known = list(counts)
    return None if None in known else sum(count for count in known if count is not None)
