import dataclasses
import json

import pytest
from click.testing import CliRunner

from summarizer.analyst.llm import endpoint
from summarizer.cli.doctor import check_models, examine
from summarizer.cli.main import main
from summarizer.settings import Settings
from tests.support.scripted_server import Reply, fails, says, scripted

NEUTRAL = says({"direction": "neutral"})


@pytest.fixture(autouse=True)
def _forget():
    yield
    endpoint.forget_endpoints()


def look(reply, **change):
    with scripted(lambda asked, before: reply(asked) if callable(reply) else reply) as server:
        return {
            check.name: check for check in examine(dataclasses.replace(server.settings, **change))
        }


def test_all_is_well():
    checks = look(says({"direction": "neutral"}, chances=[0.9]), model="gpt-5.4-nano")
    assert all(check.fine for check in checks.values()), checks
    assert list(checks) == [
        "key",
        "endpoint",
        "models",
        "model",
        "schema",
        "tokens",
        "confidence",
        "price",
        "training",
    ]


def test_what_to_do_is_said():
    checks = look(
        lambda asked: (
            fails(400, "response_format is unknown")
            if "response_format" in asked
            else says({"direction": "neutral"})
        )
    )
    bad = {name: check.advice or check.detail for name, check in checks.items() if not check.fine}
    assert list(bad) == ["schema", "confidence", "price", "training"]
    assert "--samples" in bad["confidence"]
    assert "Update the server" in bad["schema"]
    assert "SUMMARIZER_PRICES" in checks["price"].advice
    assert "OPENAI_API_KEY" in look(fails(401, "sk-canary-9b1deb4d3b7d"))["model"].advice
    assert "canary" not in json.dumps(
        [dataclasses.asdict(c) for c in look(fails(401, "sk-canary-9b1deb4d3b7d")).values()]
    )


def test_without_a_key_nothing_is_asked():
    assert [check.fine for check in examine(Settings())] == [True]
    assert not list(examine(Settings(base_url="http://example.com/v1")))[-1].fine


def test_the_command_says_so_and_exits_3(monkeypatch):
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "SUMMARIZER_MODEL"):
        monkeypatch.delenv(name, raising=False)
    done = CliRunner().invoke(main, ["doctor"])
    assert (done.exit_code, "the embedded analyst speaks" in done.stdout) == (0, True)
    with scripted(lambda asked, before: fails(404, "no such model")) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        done = CliRunner().invoke(main, ["doctor", "--model", "m"])
    assert (done.exit_code, "llm_model" in done.stdout) == (3, True)


@pytest.mark.parametrize(
    "answer",
    ["Bitcoin is neutral.", {"direction": "sideways"}, {"direction": "neutral", "more": 1}, ["x"]],
)
def test_an_answer_of_another_form_is_told_though_the_endpoint_took_the_schema(answer):
    check = look(says(answer))["schema"]
    assert not check.fine
    assert "Use another model" in check.advice


def test_the_servers_models_are_listed():
    def ask_with(listing, reply=NEUTRAL):
        with scripted(lambda asked, before: reply) as server:
            server.models = listing
            return {check.name: check for check in examine(server.settings)}

    for listing in (
        {"data": [{"id": "other"}, {"id": "scripted-2"}]},
        {"models": [{"name": "scripted-2"}, {"name": "other\x1b[2J"}]},
    ):
        checks = ask_with(Reply(body=json.dumps(listing).encode()))
        assert checks["model"].fine and not checks["models"].fine
        assert checks["models"].detail.endswith("lists: scripted-2, other")
        assert "--model scripted-2" in checks["models"].advice
        unknown = ask_with(Reply(body=json.dumps(listing).encode()), fails(404, "no such model"))
        assert list(unknown) == ["key", "endpoint", "models", "model"]
    assert ask_with(Reply(body=b'{"data": [{"id": "scripted"}]}'))["models"].fine
    for odd in (b"", b"[]", b'{"data": 7}', b'{"data": [7, {}]}', b"<html>"):
        assert "does not list" in ask_with(Reply(body=odd))["models"].detail


def test_a_long_list_of_models_is_cut_and_a_tag_may_be_left_out():
    many = [f"m{n:03}" for n in range(300)]
    assert check_models("m299x", many).detail.count(", ") == 11
    assert "and 288 more" in check_models("m299x", many).detail
    assert check_models("qwen3", ["qwen3:latest"]).fine
