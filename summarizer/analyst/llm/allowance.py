"""What is left for one article of tries, lessons, tokens and seconds, and what it means that a
connection ends before.
"""

import time
from dataclasses import dataclass, field

from summarizer.analyst.llm.completion import Usage
from summarizer.analyst.llm.dialect import ANSWER_TOKENS
from summarizer.errors import AnswerError, LLMError
from summarizer.web.connection import ReplyTooLarge

MAX_TRIES = 3  # for one article, the second question included
MAX_LESSONS = 10  # refusals that teach, for one article; a dialect has nine things to learn
BACKOFF = (0.5, 2.0)  # seconds before the second and the third try, where the server names none


@dataclass
class Allowance:
    """What is left for an article: the time (monotonic) at which all ends, tries, lessons.

    `limit` is how many tokens its next answer may have, `lost` what was paid for nothing.
    """

    end: float
    tries: int = MAX_TRIES
    lessons: int = MAX_LESSONS
    limit: int = field(default_factory=lambda: ANSWER_TOKENS)
    lost: list[Usage] = field(default_factory=list)

    def left(self) -> float:
        """The seconds that are left."""
        return self.end - time.monotonic()

    def backoff(self) -> float:
        """The seconds to wait before the next try."""
        return BACKOFF[0] if self.tries > 1 else BACKOFF[1]


class NoTriesLeft(AnswerError):
    """The article has had all the requests that it may have."""


def make_timeout() -> LLMError:
    """The error of an article whose time is over."""
    detail = "no answer within the time allowed"
    advice = "Raise SUMMARIZER_TIMEOUT, or use a faster model"
    return LLMError(detail, code="llm_timeout", advice=advice, retryable=True)


def read_interruption(error: Exception, allowance: Allowance) -> LLMError:
    """What a connection that failed means: an answer too large, no time, or another request."""
    cause: BaseException | None = error
    while cause and not isinstance(cause, (ReplyTooLarge, TimeoutError)):
        cause = cause.__cause__
    if isinstance(cause, ReplyTooLarge):
        return AnswerError(str(cause))
    backoff = allowance.backoff()
    if cause or allowance.left() <= backoff:
        return make_timeout()
    detail = "no connection to the endpoint, or it broke"
    advice = "Check OPENAI_BASE_URL, and that the server runs"
    failure = LLMError(detail, advice=advice, retryable=True)
    failure.retry_after = backoff
    return failure
