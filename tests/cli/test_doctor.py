import dataclasses
import json

import pytest
from click.testing import CliRunner

from summarizer.analyst.llm import endpoint
from summarizer.cli.doctor import examine
from summarizer.cli.main import main
from summarizer.settings import Settings
from tests.support.scripted_server import fails, says, scripted


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
