"""Whether the model's endpoint works, and what to do where it does not: key, address, model, schema, price."""

import time
from dataclasses import dataclass
from typing import Any

from summarizer.errors import SummarizerError
from summarizer.settings import DEFAULT_MODEL, Settings, check_endpoint

_SCHEMA: dict[str, Any] = {
    "type": "object", "properties": {"up": {"type": "boolean"}}, "required": ["up"], "additionalProperties": False,
}  # fmt: skip
_RUNGS = {
    "json_schema": "it holds answers to the schema",
    "json_object": "it answers in JSON, but knows no schema: more answers will have to be asked for twice",
    "plain": "it knows no JSON mode: more answers will have to be asked for twice",
}


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
    checks = [Check("key", True, "it is set" if settings.api_key else "none is set; a local server wants none")]
    try:
        check_endpoint(settings.base_url, settings.api_key)
    except SummarizerError as error:
        return [*checks, Check("endpoint", False, error.detail, error.advice)]
    checks.append(Check("endpoint", True, settings.base_url or "https://api.openai.com/v1"))
    return [*checks, *_ask(settings)]


def _ask(settings: Settings) -> list[Check]:
    from summarizer.analyst.endpoint import Allowance, Endpoint  # openai takes 1 s to import
    from summarizer.analyst.prices import cost_of

    started = time.monotonic()
    messages = [{"role": "user", "content": 'Answer with the JSON object {"up": true} and nothing else.'}]
    try:
        endpoint = Endpoint(settings)
        completion = endpoint.complete(messages, _SCHEMA, Allowance(started + settings.timeout))
        price = cost_of(endpoint.model, 1000, 0, 1000, settings.prices)
    except SummarizerError as error:
        return [Check("model", False, f"{error.code}: {error.detail}", error.advice)]
    counted = completion.input_tokens is not None and completion.output_tokens is not None
    return [
        Check("model", True, f"{settings.model or DEFAULT_MODEL} answers as {completion.model} in {time.monotonic() - started:.1f} s"),
        Check("schema", completion.rung == "json_schema", _RUNGS[completion.rung]),
        Check("tokens", counted, "they are counted" if counted else "they are not counted, so that costs stay unknown"),
        Check(
            "price", price is not None, f"${price:.5f} for 1,000 tokens in and 1,000 out" if price is not None else "it is not known",
            None if price is not None else "Put its row into a file like summarizer/data/prices.tsv and name that in SUMMARIZER_PRICES",
        ),
    ]  # fmt: skip
