import re
import tomllib
from importlib.util import find_spec

import pytest
from click.testing import CliRunner

from summarizer.cli.main import main
from summarizer.errors import UsageError
from summarizer.settings import Settings, config_path, load_settings


@pytest.fixture
def config(tmp_path, monkeypatch):
    path = tmp_path / "config.toml"
    monkeypatch.setenv("SUMMARIZER_CONFIG", str(path))
    return path


def test_without_anything_the_embedded_analyst_speaks():
    settings = load_settings()
    assert settings == Settings()
    assert not settings.uses_model


def test_a_flag_wins_over_the_environment_and_that_over_the_file(config, monkeypatch):
    config.write_text('model = "file"\n', "utf-8")
    assert load_settings().model == "file"
    monkeypatch.setenv("SUMMARIZER_MODEL", "environment")
    assert load_settings().model == "environment"
    assert load_settings(model="flag").model == "flag"
    assert load_settings(model=None).model == "environment"


@pytest.mark.parametrize(
    "given", [{"model": "m"}, {"base_url": "http://127.0.0.1:1"}, {"api_key": "k"}]
)
def test_a_model_an_endpoint_or_a_key_calls_for_the_model(given):
    assert Settings(**given).uses_model
    assert not Settings(**given, offline=True).uses_model


def test_the_key_is_stripped_and_never_shown(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", " sk-canary \n")
    settings = load_settings()
    assert settings.api_key == "sk-canary"
    assert "canary" not in repr(settings)


@pytest.mark.parametrize("key", ["sk-ca\nnary", "sk canary", "sk-cänary", "sk-\x1bcanary"])
def test_a_key_that_no_key_can_be_is_refused_without_being_shown(key, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", key)
    with pytest.raises(UsageError) as caught:
        load_settings()
    assert "nary" not in str(caught.value)


@pytest.mark.parametrize("text", ["modle = 1\n", "api_key = 'x'\n", "model = \n", "\xff"])
def test_a_bad_file_is_a_usage_error_that_names_it(text, config):
    config.write_text(text, "latin-1")
    with pytest.raises(UsageError, match=r"config\.toml"):
        load_settings()


def test_a_time_out_that_is_no_number_is_refused(monkeypatch):
    monkeypatch.setenv("SUMMARIZER_TIMEOUT", "soon")
    with pytest.raises(UsageError, match="timeout"):
        load_settings()


def test_the_config_file_is_looked_for_where_others_look(monkeypatch, tmp_path):
    monkeypatch.delenv("SUMMARIZER_CONFIG")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert config_path() == tmp_path / "summarizer" / "config.toml"


def test_config_shows_each_setting_and_where_it_comes_from(tmp_path, monkeypatch):
    monkeypatch.setenv("SUMMARIZER_CONFIG", str(tmp_path / "deep" / "c.toml"))
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1?key=canary")

    def run(*args):
        return CliRunner().invoke(main, ["config", *args])

    assert run("init").exit_code == 0
    assert tomllib.loads((tmp_path / "deep" / "c.toml").read_text("utf-8")) == {}
    assert run("init").exit_code == 2 and run("init", "--force").exit_code == 0
    (tmp_path / "deep" / "c.toml").write_text('model = "qwen3:8b"\n')
    shown = run().stdout
    assert re.search(r"^model +qwen3:8b +\(config file\)$", shown, re.MULTILINE)
    assert re.search(r"^api_key +set +\(OPENAI_API_KEY\)$", shown, re.MULTILINE)
    assert re.search(r"^timeout +120.0 +\(default\)$", shown, re.MULTILINE)
    assert "canary" not in shown
    assert run("path").stdout.strip() == str(tmp_path / "deep" / "c.toml")


def test_the_example_of_a_config_file_names_settings_that_exist(tmp_path, monkeypatch):
    path = tmp_path / "c.toml"
    monkeypatch.setenv("SUMMARIZER_CONFIG", str(path))
    CliRunner().invoke(main, ["config", "init"])
    lines = path.read_text("utf-8").split("\n")
    path.write_text(
        "\n".join(line.removeprefix("# ") for line in lines if " = " in line or "[" in line)
    )
    assert load_settings().timeout == 120


def test_the_careful_reader_is_the_default_where_it_is_installed(monkeypatch, config):
    monkeypatch.delenv("SUMMARIZER_READER")
    is_installed = find_spec("onnxruntime") is not None
    assert load_settings().reader == ("careful" if is_installed else "fast")
    config.write_text('reader = "fast"\n', "utf-8")
    assert load_settings().reader == "fast"
    monkeypatch.setenv("SUMMARIZER_READER", "careful")
    if is_installed:
        assert load_settings().reader == "careful"
    else:
        with pytest.raises(UsageError, match=r"not installed.*\[reader\]"):
            load_settings()


def test_a_reader_that_there_is_not_is_refused(monkeypatch):
    monkeypatch.setenv("SUMMARIZER_READER", "slow")
    with pytest.raises(UsageError, match=r"no reader 'slow'.*fast, careful"):
        load_settings()
