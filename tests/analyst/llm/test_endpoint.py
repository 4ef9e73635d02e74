"""Endpoints as they are in the field: how they refuse, where they put an answer, what they echo.

Each server is a script on loopback that speaks as the one that its test names.
"""

import dataclasses
import json
import re
import sqlite3
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer import Report, analyze_text
from summarizer.analyst.llm.dialect import ANSWER_TOKENS
from summarizer.analyst.llm.gate import Gate
from summarizer.analyst.llm.masking import mask_key
from summarizer.analyst.llm.refusals import explain, read_refusal
from summarizer.analyst.llm.schema import UnreadableAnswer, read_answer
from summarizer.page.article import make_article
from summarizer.pipeline import analyze_article
from tests.support.model_answers import ANSWER, EXAMPLE, GOOD, ask
from tests.support.scripted_server import KEY, Reply, fails, says, scripted, streams

LONG = EXAMPLE + "\nBitcoin is quiet today." * 300


def reply(status: int, body: object, **headers: str) -> Reply:
    return Reply(status, body if isinstance(body, bytes) else json.dumps(body).encode(), headers)


def said(answer: object) -> Reply:
    """An answer in `content`, whatever it is."""
    body = json.loads(GOOD.body)
    body["choices"][0]["message"] = answer
    return Reply(body=json.dumps(body).encode())


def ask_script(script, *, path: str = "", **change: object):
    """The report or error of one article, and the server; `path` stands in place of /v1."""
    with scripted(script) as server:
        url = server.url.removesuffix("/v1") + path if path else server.url
        settings = dataclasses.replace(server.settings, base_url=url, **change)
        return analyze_text(EXAMPLE, settings=settings), server


# ---- refusals of a part of the request


def openrouter(words: object) -> bytes:
    raw = words if isinstance(words, str) else json.dumps(words)
    error = {"message": "Provider returned error", "code": 400, "metadata": {"raw": raw}}
    return json.dumps({"error": error, "user_id": "u"}).encode()


PARTS = {
    "OpenAI, temperature": (
        "temperature",
        fails(400, "Unsupported value: 'temperature' does not support 0 with this model."),
    ),
    "OpenAI, chances": (
        "logprobs",
        fails(403, "You are not allowed to request logprobs from this model"),
    ),
    "SGLang, chances": ("logprobs", reply(500, b"Internal Server Error")),
    "a proxy, chances": ("logprobs", reply(501, {"detail": "top_logprobs is not implemented"})),
    "vLLM, chances": (
        "logprobs",
        reply(400, {"object": "error", "message": "logprobs are not supported", "code": 400}),
    ),
    "FastAPI, chances": (
        "logprobs",
        reply(
            422,
            {"detail": [{"loc": ["body", "logprobs"], "msg": "Extra inputs", "input": "schema"}]},
        ),
    ),
    "Mistral, the limit": (
        "max_tokens",
        reply(
            422,
            {"message": {"detail": [{"loc": ["body", "max_tokens"], "msg": "Extra inputs"}]}},
        ),
    ),
    "OpenRouter, wrapped": (
        "json_schema",
        reply(400, openrouter({"message": "Unsupported fields", "param": "response_format"})),
    ),
    "OpenRouter, wrapped text": ("json_schema", reply(400, openrouter("json_schema: no"))),
    "OpenRouter, 404": (
        "logprobs",
        fails(404, "No endpoints found that can handle the requested parameters."),
    ),
    "OpenRouter, unnamed": ("json_schema", reply(400, openrouter(""))),
    "Gemini, in a list": (
        "json_schema",
        reply(400, [{"error": {"code": 400, "message": "Request contains an invalid argument."}}]),
    ),
    "in a 200": (
        "json_schema",
        reply(200, {"error": {"message": "response_format is unknown", "code": 400}}),
    ),
    "a server of 2023": ("json_object", reply(500, {"error": "unknown field response_format"})),
    "bounds": ("maxItems", reply(400, {"error": 'Unsupported JSON schema fields: ["maxItems"]'})),
    "too many states": (
        "maxItems",
        fails(400, "The schema produces a constraint that has too many states for serving."),
    ),
}


@pytest.mark.parametrize(("part", "refusal"), PARTS.values(), ids=PARTS.keys())
def test_a_part_that_is_refused_is_left_out(part, refusal):
    def script(asked, before):
        return refusal if part in json.dumps({**asked, "messages": []}) else GOOD

    report, server = ask_script(script)
    assert isinstance(report, Report)
    assert part not in json.dumps({**server.asked[-1], "messages": []})
    assert len(server.asked) <= 4


def test_many_refusals_leave_the_tries_for_trouble():
    refusals = {
        "temperature": "temperature is not supported",
        "logprobs": "logprobs is not supported",
        "json_schema": "response_format: unknown type",
    }

    def script(asked, before):
        for part, words in refusals.items():
            if part in json.dumps({**asked, "messages": []}):
                return fails(400, words)
        return GOOD if before == 5 else fails(503, headers={"Retry-After": "0"})

    report, server = ask_script(script)
    assert (len(server.asked), report.flags) == (6, ("answer_json_object",))


@pytest.mark.parametrize(
    "words",
    [
        "messages: wrong",
        "temperature and logprobs and stream and max_tokens and maxLength and json_schema",
        "max_tokens must be below 7, 600 or 900; max_completion_tokens is unknown",
        "provider returned error: unknown parameter, and stream must be true",
    ],
)
@pytest.mark.parametrize("status", [400, 404, 422])
def test_learning_comes_to_an_end(words, status):
    error, server = ask(fails(status, words))
    assert error.exit_status in (1, 3)
    assert len(server.asked) <= 9


def test_a_smaller_limit_is_learnt_from_the_refusal():
    def script(asked, before):
        too_large = "max_tokens is too large: {}. This model supports at most 1024 tokens"
        given = asked["max_tokens"]
        return fails(400, too_large.format(given)) if given > 1024 else GOOD

    _, server = ask_script(script)
    assert [asked["max_tokens"] for asked in server.asked] == [ANSWER_TOKENS, 1024]


def test_a_fault_of_500_twice_is_asked_once_without_chances_and_remembered_if_that_helped():
    def script(asked, before):
        return fails(500, headers={"Retry-After": "0"}) if asked.get("logprobs") else GOOD

    with scripted(script) as server:
        for _ in range(2):
            assert analyze_text(EXAMPLE, settings=server.settings).summary
        assert ["logprobs" in asked for asked in server.asked] == [True, True, False, False]


def test_a_slip_of_the_model_is_asked_again_and_teaches_nothing():
    slip = fails(
        400, "Failed to generate JSON. See 'failed_generation'", code="json_validate_failed"
    )
    report, server = ask(slip, GOOD)
    assert (len(server.asked), report.flags) == (2, ())


def test_an_article_that_azure_filters_is_no_wrong_request():
    words = "The response was filtered due to the prompt triggering our content policy"
    error, server = ask(fails(400, words, code="content_filter"))
    assert (error.code, error.exit_status, len(server.asked)) == ("llm_filtered", 1, 1)


# ---- no article costs more than three answers


def test_an_article_costs_three_answers_at_most_with_the_second_question():
    lie = says({**ANSWER, "summary": [{"text": "Bitcoin rose 9%.", "sentences": [0]}]})
    busy, cut, prose = (
        fails(503, headers={"Retry-After": "0"}),
        says("{", reason="length"),
        says("x"),
    )
    for replies in (
        (busy, busy, lie, GOOD),
        (cut, lie, GOOD, GOOD),
        (cut, lie, busy, GOOD),
        (says(None), prose, prose),
        (says(None), cut, prose, prose),
        (prose, cut, cut, prose),
        (cut, busy, prose, GOOD),
    ):
        _, server = ask(*replies)
        assert len(server.asked) == 3


def test_an_empty_answer_is_asked_for_again():
    for empty in (Reply(), says(None), says("  "), says([]), reply(200, {"choices": []})):
        report, server = ask(empty, GOOD)
        assert (report.analyst.name, len(server.asked)) == ("llm", 2)


def test_what_was_paid_for_an_answer_that_cannot_be_used_is_told():
    for lost in (says("{", reason="length"), says(None), says("prose")):
        report, _ = ask(lost, GOOD, model="gpt-5.4-nano")
        assert (report.analyst.input_tokens, report.analyst.output_tokens) == (5000, 400)
        assert report.analyst.cost_usd == pytest.approx(
            2 * (2100 * 0.20 + 400 * 0.02 + 200 * 1.25) / 1e6
        )


# ---- where the answer is

TEXT = json.dumps(ANSWER)
PLACES = {
    "reasoning_content": {"content": None, "reasoning_content": TEXT},
    "reasoning": {"content": "", "reasoning": f"Let me see.\n```json\n{TEXT}\n```"},
    "parts": {
        "content": [
            {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
            {"type": "text", "text": TEXT[:40]},
            {"type": "text", "text": TEXT[40:]},
        ]
    },
    "thoughts before": {"content": f"<think>Bitcoin {{fell}}.</think>\n{TEXT}"},
    "the end of thoughts": {"content": f"Bitcoin fell, so {{}}.\n</think>\n\n{TEXT}"},
    "Magistral": {"content": f"[THINK]hm[/THINK]{TEXT}"},
    "gpt-oss": {
        "content": "<|channel|>analysis<|message|>We need {}.<|end|><|start|>assistant"
        f"<|channel|>final <|constrain|>json<|message|>{TEXT}<|return|>"
    },
    "gpt-oss without marks": {"content": f"analysisWe need JSON.assistantfinal{TEXT}"},
    "prose around a fence": {"content": f"Here it is:\n\n```json\n{TEXT}\n```\nI hope it helps."},
    "numbers as strings": {"content": re.sub(r": (-?\d+)(?=[,}])", r': "\1"', TEXT)},
}


@pytest.mark.parametrize("message", PLACES.values(), ids=PLACES.keys())
def test_an_answer_is_found_where_servers_put_it(message):
    report, server = ask(said({"role": "assistant", **message}))
    assert (len(server.asked), report.overall.direction) == (1, "bearish")


@pytest.mark.parametrize(
    "text",
    [
        f"Here: {TEXT}",
        f"```\n{TEXT}\n```\n```\n{TEXT}\n```",
        f"{TEXT}{TEXT}",
        f"{TEXT}</think>",
        TEXT.replace('"row": 3', '"row": "3.0"'),
        "</think>" * 50_000,
        "```\n" * 50_000,
        "<|channel|>final" * 20_000,
    ],
)
def test_nothing_else_is_repaired(text):
    started = time.monotonic()
    with pytest.raises(UnreadableAnswer):
        read_answer(text.replace('"overall_tone": ', '"overall_tone": 7'))
    assert time.monotonic() - started < 2


def test_thoughts_within_an_answer_stay():
    changed = {**ANSWER, "horizon_rationale": "A </think> within."}
    assert read_answer(json.dumps(changed)).horizon_rationale == "A </think> within."


def test_log_probabilities_that_are_no_numbers_spoil_nothing():
    body = says(ANSWER, chances=[0.9, 0.6]).body
    for odd in (b"-Infinity", b"NaN", b"null", b"Infinity"):
        report, _ = ask(Reply(body=body.replace(b'"logprob": -0.1', b'"logprob": ' + odd)))
        assert report.analyst.confidence_from == "tokens"
        top = re.sub(rb'("token": "(?:neutral|up)", "logprob": )[-\d.]+', rb"\g<1>" + odd, body)
        assert top != body
        report, _ = ask(Reply(body=top))
        assert report.overall.direction == "bearish"


# ---- answers in pieces


def test_a_server_that_only_streams_is_understood():
    def script(asked, before):
        if asked.get("stream"):
            return streams(says(ANSWER, chances=[0.9, 0.6]))
        return fails(
            400, "This model only supports stream mode, please enable the stream parameter"
        )

    report, server = ask_script(script)
    assert (len(server.asked), report.analyst.confidence_from) == (2, "tokens")
    assert (report.analyst.input_tokens, report.analyst.output_tokens) == (2500, 200)
    assert server.asked[-1]["stream_options"] == {"include_usage": True}
    report, server = ask(streams(GOOD))  # nor one that streams though it was not asked to
    assert (len(server.asked), report.analyst.output_tokens) == (1, 200)


def test_who_waits_hears_the_answer_come():
    heard: list[bytes] = []
    article = make_article(EXAMPLE)
    refused = fails(400, "Unsupported parameter: stream_options")
    for refuses in (False, True):
        with scripted(
            lambda asked, before, refuses=refuses: (
                (refused if refuses else streams(GOOD)) if "stream" in asked else GOOD
            )
        ) as server:
            report = analyze_article(article, server.settings, Gate(hear=heard.append))
            assert [asked.get("stream") for asked in server.asked] == [True, None][: 1 + refuses]
        assert (report.analyst.output_tokens, report.overall.direction) == (200, "bearish")
    assert b"".join(heard).startswith(b": a comment")


def test_a_stream_that_breaks_off_or_fails_is_no_answer():
    whole = streams(GOOD)
    cut = dataclasses.replace(
        whole, body=whole.body[: whole.body.index(b'"finish_reason": "stop"')]
    )
    report, server = ask(dataclasses.replace(cut, body=cut.body.rsplit(b"\n", 1)[0]), GOOD)
    assert (len(server.asked), report.overall.direction) == (2, "bearish")
    failed = streams(GOOD, error={"message": "overloaded", "code": 503})
    report, server = ask(failed, GOOD)
    assert (len(server.asked), report.overall.direction) == (2, "bearish")


# ---- how long to wait


def test_a_date_is_waited_for():
    end = datetime.now(UTC) + timedelta(seconds=1)
    headers = {"Retry-After": format_datetime(end, usegmt=True)}

    def script(asked, before):
        return GOOD if datetime.now(UTC) >= end else fails(429, "slow down", headers=headers)

    report, server = ask_script(script)
    assert (len(server.asked), report.overall.direction) == (2, "bearish")


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        ([{"error": {"code": 429, "details": [{"retryDelay": "7s"}]}}], 7),
        ({"error": {"message": "You exceeded your current quota. Please retry in 7.5s."}}, 7.5),
        ({"error": {"message": "Limit 6000. Please try again in 7m12.5s."}}, 432.5),
        ({"error": {"message": "Please try again in 120ms. Visit us"}}, 0.12),
        ({"error": "Rate limit: wait 30 seconds"}, 30),
        ({"message": "try again in 2 minutes"}, 120),
        ({"error": {"message": "Too many requests, try again later. 3 s"}}, 3),
        ({"error": {"message": "Limit 6000 tokens, used 5000"}}, None),
    ],
)
def test_the_wait_is_read_from_the_words(body, seconds):
    assert read_refusal(429, json.dumps(body).encode(), {}).wait == seconds


# ---- too long

TOO_LONG = {
    "vLLM": "The decoder prompt (length 9000) is longer than the maximum model length of 8192",
    "vLLM of 2024": "This model's maximum context length is 8192 tokens. However, you requested"
    " 9500 tokens (7500 in the messages, 2000 in the completion).",
    "llama.cpp": "the request exceeds the available context size, try increasing it",
    "llama.cpp before": "input is too large to process. increase the physical batch size",
    "Ollama": "input length exceeds the context length",
    "OpenAI": "Your input exceeds the context window of this model.",
    "Anthropic": "prompt is too long: 208310 tokens > 200000 maximum",
    "Gemini": "The input token count (1200000) exceeds the maximum number of tokens allowed"
    " (1048576).",
    "Mistral": "Prompt contains 40000 tokens, too large for model with 32768 maximum context"
    " length",
    "Groq": "Please reduce the length of the messages or completion.",
    "Groq, of a minute": "Request too large for model `m` on tokens per minute (TPM): Limit 6000,"
    " Requested 9000",
    "TGI": "`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000",
    "TGI before": "`inputs` must have less than 1024 tokens. Given: 2100",
    "SGLang": "The input (9000 tokens) is longer than the model's context length (8192 tokens).",
    "xAI": "This model's maximum prompt length is 131072 but the request contains 150000 tokens.",
    "LM Studio": "Trying to keep the first 9000 tokens when context the overflows. However, the"
    " model is loaded with context length of only 4096 tokens",
    "Bedrock": "Input is too long for requested model.",
}


@pytest.mark.parametrize("words", TOO_LONG.values(), ids=TOO_LONG.keys())
@pytest.mark.parametrize("status", [400, 413, 500])
def test_every_servers_words_for_too_long(words, status):
    report, server = ask(reply(status, {"error": words}), GOOD, text=LONG)
    assert "text_cut" in report.flags
    assert len(server.asked) == 2


def test_too_many_tokens_of_a_minute_are_waited_for():
    words = {"message": "Too many tokens, please wait before trying again."}
    report, server = ask(reply(429, words, **{"Retry-After": "0"}), GOOD, text=LONG)
    assert (len(server.asked), "text_cut" in report.flags) == (2, False)
    too_large = {"error": {"message": "Request too large: Limit 6000, Requested 9000"}}
    assert "text_cut" in ask(reply(429, too_large), GOOD, text=LONG)[0].flags


# ---- addresses


def test_the_query_of_an_address_goes_with_every_request():
    path = "/openai/deployments/dep?api-version=2024-08-01-preview"
    _, server = ask_script(lambda asked, before: GOOD, path=path)
    assert server.paths == [
        "/openai/deployments/dep/chat/completions?api-version=2024-08-01-preview"
    ]
    assert server.headers[0]["api-key"] == KEY
    assert ask(GOOD)[1].headers[0].keys().isdisjoint({"api-key"})


@pytest.mark.parametrize(
    "missing",
    [
        reply(404, b"404 page not found"),
        reply(404, b"<html><title>Not found</title> schema.org"),
        reply(405, {"detail": "Method Not Allowed"}),
        reply(200, {"error": "Unexpected endpoint or method. (POST /chat/completions)"}),
    ],
)
def test_an_address_without_v1_is_tried_with_it_once(missing):
    with scripted(
        lambda asked, before: GOOD if server.paths[before].startswith("/v1/") else missing
    ) as server:
        bare = server.url.removesuffix("/v1")
        settings = dataclasses.replace(server.settings, base_url=bare)
        for _ in range(2):
            assert analyze_text(EXAMPLE, settings=settings).flags == ()
        assert [path.startswith("/v1/") for path in server.paths] == [False, True, True]


def test_an_unknown_model_is_not_looked_for_elsewhere():
    for words in ('model "x" not found, try pulling it first', "The model `x` does not exist"):
        error, server = ask_error(fails(404, words))
        assert (error.code, len(server.asked)) == ("llm_model", 1)
    error, server = ask_error(fails(404, "nothing here"))
    assert (error.code, server.paths[-1]) == ("llm_model", "/v1/chat/completions")
    assert len(server.asked) == 2
    error, server = ask_error(fails(400, "x is not a valid model ID"))
    assert (error.code, error.exit_status) == ("llm_model", 3)


def ask_error(refusal: Reply):
    with scripted(lambda asked, before: refusal) as server:
        bare = dataclasses.replace(server.settings, base_url=server.url.removesuffix("/v1"))
        with pytest.raises(Exception) as caught:
            analyze_text(EXAMPLE, settings=bare)
        return caught.value, server


# ---- kept answers


def test_an_answer_that_cannot_be_read_is_never_kept(tmp_path):
    kept = str(tmp_path / "answers.db")
    error, _ = ask(says("prose"), answers=kept)
    assert error.code == "llm_schema"
    with sqlite3.connect(kept) as db:
        assert db.execute("SELECT answer FROM answers").fetchall() == []
    _, server = ask(says("prose"), GOOD, answers=kept)
    assert len(server.asked) == 2
    with sqlite3.connect(kept) as db:
        assert "prose" not in str(db.execute("SELECT answer FROM answers").fetchall())


def test_a_second_answer_to_an_unreadable_first_is_paid_for_once(tmp_path):
    kept = str(tmp_path / "answers.db")
    with scripted(lambda asked, before: says("prose") if before == 0 else GOOD) as server:
        settings = dataclasses.replace(server.settings, answers=kept)
        first, second = (analyze_text(EXAMPLE, settings=settings) for _ in range(2))
        assert (len(server.asked), second.summary) == (2, first.summary)


def test_an_unusable_answer_of_an_earlier_version_is_asked_anew(tmp_path):
    kept = str(tmp_path / "answers.db")
    with scripted(lambda asked, before: GOOD) as server:
        settings = dataclasses.replace(server.settings, answers=kept)
        analyze_text(EXAMPLE, settings=settings)
        with sqlite3.connect(kept) as db:
            db.execute("""UPDATE answers SET answer = json_set(answer, '$.text', 'prose')""")
        report = analyze_text(EXAMPLE, settings=settings)
        assert (len(server.asked), "answer_kept" in report.flags) == (2, False)


# ---- the key

ECHOES = {
    "an answer": says({**ANSWER, "horizon_rationale": f"The key is {KEY}."}),
    "an escaped answer": says(
        json.dumps({**ANSWER, "horizon_rationale": f"Key {KEY}"}).replace("sk-", "\\u0073k-")
    ),
    "an answer with invisible letters": says(
        {**ANSWER, "horizon_rationale": f"Key sk-\u200b{KEY[3:]}"}
    ),
    "thoughts": says(f"<think>{KEY}</think>{TEXT}"),
    "prose": says(f"I was given {KEY}."),
    "pieces": streams(says({**ANSWER, "horizon_rationale": f"The key is {KEY}."})),
    "a model's name": reply(200, {**json.loads(GOOD.body), "model": KEY}),
    "a refusal": says(None, refusal=f"no {KEY}"),
    "an error": fails(400, f"wrong {KEY}"),
    "a wrapped error": reply(400, openrouter(f"wrong {KEY}")),
    "an error in a 200": reply(200, {"error": {"message": KEY}}),
    "a page": reply(502, f"<title>{KEY}</title>".encode(), **{"Retry-After": "0"}),
    "a name of a field": says({**ANSWER, KEY: 1}),
}


@pytest.mark.parametrize("echo", ECHOES.values(), ids=ECHOES.keys())
def test_the_key_goes_nowhere_that_an_endpoint_echoes_it(echo, tmp_path):
    kept = tmp_path / "answers.db"
    outcome, server = ask(echo, answers=str(kept))
    shown = outcome.model_dump_json() if isinstance(outcome, Report) else str(outcome)
    shown += json.dumps(server.asked) + repr(outcome)
    assert KEY not in shown
    for path in tmp_path.iterdir():
        assert KEY.encode() not in path.read_bytes()
    if kept.exists():
        with sqlite3.connect(kept) as db:
            assert KEY not in json.dumps(
                [json.loads(a) for (a,) in db.execute("SELECT answer FROM answers")]
            )
            for (answer,) in db.execute("SELECT answer FROM answers"):
                assert KEY not in json.dumps(read_answer(json.loads(answer)["text"]).model_dump())


@given(st.text(), st.text())
def test_whatever_stands_around_a_key_it_is_masked(before, after):
    assert KEY not in mask_key(f"{before}{KEY}{after}", KEY)


def test_words_of_local_servers_are_no_secrets():
    for key in (None, "none", "EMPTY", "x"):
        assert mask_key(TEXT + " none EMPTY x", key) == TEXT + " none EMPTY x"


def test_an_error_response_may_be_deep():
    for body in (b"[" * 900 + b"]" * 900, b'{"error":' * 900 + b"1" + b"}" * 900, b"[" * 20_000):
        assert read_refusal(400, body, {}).wait is None


@given(st.integers(300, 599), st.binary(max_size=400))
def test_no_error_response_is_too_odd(status, body):
    refusal = read_refusal(status, body, {"retry-after": body.decode("latin-1")[:30]})
    assert explain(refusal, refusal.reason, "m").code.startswith("llm_")
