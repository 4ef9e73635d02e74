"""The command doctor: whether the model's endpoint works, and what to do where it does not."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from click import command, echo, option

from summarizer.analyst.llm.gate import UNPRICED
from summarizer.errors import LLMError, SummarizerError
from summarizer.settings import Settings, load_settings
from summarizer.text.spans import clean

if TYPE_CHECKING:
    from summarizer.analyst.llm.completion import Completion
    from summarizer.analyst.llm.endpoint import Endpoint

_QUESTION = 'Answer with the JSON object {"direction": "neutral"} and nothing else.'
_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["direction"],
    "additionalProperties": False,
    "properties": {"direction": {"type": "string", "enum": ["bullish", "bearish", "neutral"]}},
}
_ASK_TWICE = (
    "more answers will have to be asked for twice. "
    "Update the server, or use one that holds to a schema"
)
_SAMPLES = (
    "Give --samples 5 for the agreement of five answers; without, it is the weight of the evidence"
)
_UNREADABLE = (
    "Articles may cost three answers and fail. "
    "Use another model, or a server that holds to a schema"
)
_LIST_SECONDS = 10.0  # for the list of models
_SHOWN = 12  # models named
_FORMS = {  # of an answer, by what the endpoint was able to promise
    "json_schema": "it takes a schema, and its answer is of that form",
    "json_object": f"it answers in JSON, but knows no schema: {_ASK_TWICE}",
    "plain": f"it knows no JSON mode: {_ASK_TWICE}",
}


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: whether it is as it should be, and what to do if it is not."""

    name: str
    fine: bool
    detail: str
    advice: str | None = None


@command()
@option("--model", metavar="NAME", help="The model to look at.")
def doctor(model: str | None) -> None:
    """Check key, endpoint, model, price and that an answer has the form asked for; list the models
    that the server has if this one is not among them; say what to do. Costs one answer of a few
    tokens.

    The exit code is 3 where the model cannot be used.
    """
    checks = list(examine(load_settings(model=model)))
    for check in checks:
        mark = "ok" if check.fine else "!!"
        advice = f". {check.advice}" if check.advice else ""
        echo(clean(f"{mark}  {check.name}: {check.detail}{advice}"))
    if any(check.name == "model" and not check.fine for check in checks):
        raise SystemExit(3)


def _show(url: str | None) -> str:
    """The endpoint's address without its query, which may hold a key."""
    return (url or "https://api.openai.com/v1").split("?")[0]


def check_models(model: str, listed: list[str]) -> Check:
    """Whether the model is among those that the server lists, those of a like name first.

    >>> check_models("qwen3", ["gemma3:4b", "qwen3:8b"]).detail
    'qwen3 is not among the 2 that the server lists: qwen3:8b, gemma3:4b'
    """
    if not listed:
        return Check("models", True, "the server does not list them")
    if not {model, f"{model}:latest", f"models/{model}"}.isdisjoint(listed):
        return Check("models", True, f"{model} is among the {len(listed)} that the server lists")
    near = get_close_matches(model, listed, n=3, cutoff=0.5)
    names = list(dict.fromkeys([*near, *listed]))
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    detail = f"{model} is not among the {len(names)} that the server lists: "
    advice = f"Give --model {near[0]}" if near else "Give --model with one of these"
    return Check("models", False, f"{detail}{', '.join(names[:_SHOWN])}{more}", advice)


def check_form(text: str, rung: str) -> Check:
    """Whether an answer satisfies the schema that was asked for, and what the endpoint promised."""
    from summarizer.analyst.llm.schema import UnreadableAnswer, parse_wrapped  # pydantic is slow

    try:
        answer = parse_wrapped(text)
    except UnreadableAnswer as error:
        return Check("schema", False, f"the answer cannot be read: {error}", _UNREADABLE)
    directions = _SCHEMA["properties"]["direction"]["enum"]
    if answer not in [{"direction": direction} for direction in directions]:
        detail = "the answer is JSON, but not of the form that was asked for"
        return Check("schema", False, detail, _UNREADABLE)
    return Check("schema", rung == "json_schema", _FORMS[rung])


def examine(settings: Settings) -> Iterator[Check]:
    """The checks, in the order in which they depend on each other, up to the first that is fatal.

    They cost one answer of a few tokens where an endpoint is set, and nothing where none is.
    """
    if not settings.uses_model:
        why = "--offline" if settings.offline else "no OPENAI_API_KEY, endpoint or model is set"
        yield Check("analyst", True, f"{why}: the embedded analyst speaks")
        return
    key = "it is set" if settings.api_key else "none is set; a local server wants none"
    yield Check("key", True, key)
    yield Check("endpoint", True, _show(settings.base_url))
    from summarizer.analyst.llm.allowance import Allowance
    from summarizer.analyst.llm.endpoint import Endpoint  # openai takes 1 s to import

    started = time.monotonic()
    failure = None
    try:
        endpoint = Endpoint(settings)
        allowance = Allowance(started + settings.timeout)
        answer = endpoint.complete([{"role": "user", "content": _QUESTION}], _SCHEMA, allowance)
    except SummarizerError as error:
        failure = error
    seconds = time.monotonic() - started
    if failure is None or isinstance(failure, LLMError):  # else the settings are wrong
        yield check_models(endpoint.model, endpoint.list_models(_LIST_SECONDS))
    if failure:
        yield Check("model", False, f"{failure.code}: {failure.detail}", failure.advice)
        return
    yield Check("model", True, f"{endpoint.model} answers as {answer.model} in {seconds:.1f} s")
    yield check_form(answer.text, answer.rung)
    yield from _check_comforts(endpoint, answer)


def _check_comforts(endpoint: "Endpoint", answer: "Completion") -> Iterator[Check]:
    """What an analysis can do without: counts of tokens, their chances, a price, a known end of
    training.
    """
    from summarizer.analyst.llm.costs import cost_of

    price = endpoint.price
    until = price and price.trained_until
    choices = (  # what is good, if it is so; else what is not, and what to do
        (
            "tokens",
            None not in (answer.input_tokens, answer.output_tokens) and "they are counted",
            "they are not counted, so that costs stay unknown",
            "Update the server",
        ),
        (
            "confidence",
            answer.chances and "the endpoint gives the chances of its tokens",
            "the endpoint gives no chances of tokens",
            _SAMPLES,
        ),
        (
            "price",
            price and f"${cost_of(price, 1000, 0, 1000):.5f} for 1,000 tokens in and 1,000 out",
            "it is not known: costs stay unknown, and --max-cost cannot be kept",
            UNPRICED,
        ),
        (
            "training",
            until and f"until {until}: older articles are flagged",
            "its end is not known: articles older than it are not flagged",
            f"{UNPRICED}, with the day in its last column",
        ),
    )
    for name, good, bad, advice in choices:
        yield Check(name, bool(good), str(good or bad), None if good else advice)
