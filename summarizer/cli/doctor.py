"""Whether the model's endpoint works, and what to do where it does not: key, address, model, schema, tokens, confidence, price."""

import time
from dataclasses import dataclass
from typing import Any

from summarizer.analyst.llm.gate import UNPRICED
from summarizer.errors import SummarizerError
from summarizer.settings import Settings, check_endpoint

_SCHEMA: dict[str, Any] = {
    "type": "object", "required": ["direction"], "additionalProperties": False,
    "properties": {"direction": {"type": "string", "enum": ["bullish", "bearish", "neutral"]}},
}  # fmt: skip


@dataclass(frozen=True)
class Check:
    """One thing looked at: whether it is as it should be, and what to do where it is not."""

    name: str
    fine: bool
    detail: str
    advice: str | None = None


def examine(settings: Settings) -> list[Check]:
    """The checks, in the order in which they depend on each other; what cannot be looked at is left out.

    It costs one answer of a few tokens where an endpoint is set, and nothing where none is.
    """
    if not settings.uses_model:
        why = "--offline" if settings.offline else "no OPENAI_API_KEY, endpoint or model is set"
        return [Check("analyst", True, f"{why}: the embedded analyst speaks")]
    checks = [
        Check(
            "key",
            True,
            "it is set" if settings.api_key else "none is set; a local server wants none",
        )
    ]
    try:
        check_endpoint(settings.base_url, settings.api_key)
    except SummarizerError as error:
        return [*checks, Check("endpoint", False, error.detail, error.advice)]
    checks.append(Check("endpoint", True, settings.base_url or "https://api.openai.com/v1"))
    return [*checks, *_ask(settings)]


def _ask(settings: Settings) -> list[Check]:
    from summarizer.analyst.llm.costs import cost_of
    from summarizer.analyst.llm.endpoint import Allowance, Endpoint  # openai takes 1 s to import

    started = time.monotonic()
    messages = [
        {
            "role": "user",
            "content": 'Answer with the JSON object {"direction": "neutral"} and nothing else.',
        }
    ]
    try:
        endpoint = Endpoint(settings)
        said = endpoint.complete(messages, _SCHEMA, Allowance(started + settings.timeout))
    except SummarizerError as error:
        return [Check("model", False, f"{error.code}: {error.detail}", error.advice)]
    counted = said.input_tokens is not None and said.output_tokens is not None
    price = endpoint.price
    return [
        Check("model", True, f"{endpoint.model} answers as {said.model} in {time.monotonic() - started:.1f} s"),
        _schema(said.rung),
        _either("tokens", counted, "they are counted", "they are not counted, so that costs stay unknown", "Update the server"),
        _either("confidence", bool(said.chances), "the endpoint gives the chances of its tokens", "the endpoint gives no chances of tokens",
                "Give --samples 5 for the agreement of five answers; without, it is the weight of the evidence"),
        _either("price", price is not None, f"${cost_of(price, 1000, 0, 1000) or 0:.5f} for 1,000 tokens in and 1,000 out",
                "it is not known: costs stay unknown, and --max-cost cannot be kept", UNPRICED),
        _either("training", bool(price and price.trained_until), f"until {price and price.trained_until}: older articles are flagged",
                "its end is not known: articles older than it are not flagged", f"{UNPRICED}, with the day in its last column"),
    ]  # fmt: skip


def _schema(rung: str) -> Check:
    more = "more answers will have to be asked for twice. Update the server, or use one that holds to a schema"
    said = {
        "json_schema": "it holds answers to the schema",
        "json_object": f"it answers in JSON, but knows no schema: {more}",
        "plain": f"it knows no JSON mode: {more}",
    }
    return Check("schema", rung == "json_schema", said[rung])


def _either(name: str, fine: bool, good: str, bad: str, advice: str) -> Check:
    return Check(name, fine, good if fine else bad, None if fine else advice)
