"""The command line as a person meets it: a process, its two streams and its exit code."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from summarizer.cli.main import COMMANDS, main
from summarizer.models import Report
from summarizer.text.sentences import split_sentences

EXAMPLE = Path(__file__).parents[2] / "eval" / "data" / "example.txt"
EXAMPLE_TEXT = "\n".join(
    line for line in EXAMPLE.read_text("utf-8").splitlines() if line and line != "By Dana Okafor"
)
PAGE = EXAMPLE.with_suffix(".html")
NOTICE = "summarizer: no OPENAI_API_KEY and no endpoint is set: the embedded analyst speaks\n"


def run(*args, stdin=None):
    """The command in this process: (exit code, stdout, stderr)."""
    done = CliRunner().invoke(main, [str(arg) for arg in args], input=stdin)
    return done.exit_code, done.stdout, done.stderr


def start(*args, stdin=b"", **environment):
    """The command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "summarizer", *map(str, args)],
        input=stdin,
        capture_output=True,
        timeout=60,
        env={**os.environ, **environment},
        check=False,
    )


@pytest.fixture
def closed_port():
    """A port of this machine at which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


# ---- what it prints


@pytest.mark.parametrize("args", [(EXAMPLE,), ("analyze", EXAMPLE), (PAGE,)])
def test_an_input_is_analysed_with_or_without_the_command_name(args):
    code, out, err = run(*args)
    assert (code, err) == (0, NOTICE)
    assert "bearish" in out
    assert "embedded analyst" in out


def test_json_is_one_report_and_nothing_else_on_stdout():
    code, out, err = run(EXAMPLE, "--json")
    assert (code, err) == (0, NOTICE)
    shown = json.loads(out)
    assert "text" not in shown["article"]
    assert shown["schema_version"] == 1
    assert shown["calls"][0]["asset"] == "BTC"
    shown["article"]["text"] = ""
    assert Report.model_validate(shown).id == shown["id"]


def test_with_text_puts_the_text_into_the_json():
    _, out, _ = run(EXAMPLE, "--json", "--with-text")
    shown = json.loads(out)
    text = shown["article"]["text"]
    assert text == EXAMPLE_TEXT
    assert shown["article"]["authors"] == ["Dana Okafor"]
    assert all(
        text[part["start"] : part["end"]] == part["quote"]
        for part in (fact["evidence"] for fact in shown["facts"])
    )


def test_the_same_input_gives_the_same_json_but_for_the_seconds():
    first, second = (json.loads(run(EXAMPLE, "--json")[1]) for _ in range(2))
    first["analyst"]["seconds"] = second["analyst"]["seconds"]
    assert first == second


def test_stdin_and_the_file_give_the_same_report():
    by_name, by_stdin = (
        json.loads(out)
        for out in (run(EXAMPLE, "--json")[1], run("-", "--json", stdin=EXAMPLE.read_bytes())[1])
    )
    by_name["analyst"]["seconds"] = by_stdin["analyst"]["seconds"]
    assert by_name == by_stdin


def test_markup_on_stdin_is_read_as_a_page():
    code, out, _ = run("-", "--extract", stdin=PAGE.read_bytes())
    assert code == 0
    assert "<p" not in out
    assert out == run(PAGE, "--extract")[1]


def test_markdown_is_a_note():
    code, out, err = run(EXAMPLE, "--markdown")
    assert (code, err) == (0, NOTICE)
    assert out.startswith("# ")
    assert "| asset | call |" in out


def test_extract_prints_the_text_only_and_asks_no_analyst():
    assert run(EXAMPLE, "--extract") == (0, f"{EXAMPLE_TEXT}\n", "")


def test_evidence_shows_words_and_places():
    code, out, _ = run(EXAMPLE, "--evidence")
    assert code == 0
    assert "Evidence" in out.split("\n")
    assert "“" in out


def test_explain_shows_what_was_weighed():
    code, out, _ = run(EXAMPLE, "--explain")
    assert code == 0
    assert "BTC: sum " in out


def test_offline_needs_no_notice():
    code, _, err = run(EXAMPLE, "--offline")
    assert (code, err) == (0, "")


def test_offline_lets_the_embedded_analyst_speak_though_a_key_is_set(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary")
    code, out, err = run(EXAMPLE, "--offline", "--json")
    assert (code, err) == (0, "")
    assert json.loads(out)["analyst"]["name"] == "embedded"
    assert "canary" not in out


def test_several_inputs_are_printed_in_their_order(tmp_path):
    second = tmp_path / "second.md"
    second.write_text("# Ether slips\n\nEther fell 2% on Friday to $2,310, desks said.\n")
    code, out, err = run(EXAMPLE, second, "--json")
    reports = [json.loads(line) for line in out.splitlines()]
    assert (code, err) == (0, NOTICE)
    assert [report["article"]["title"] for report in reports][1] == "Ether slips"
    _, out, _ = run(EXAMPLE, second, "--offline")
    assert out.index("Bitcoin slips") < out.index("\n\nEther slips")


def test_one_input_that_fails_stops_none_of_the_others(tmp_path):
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4 broken")
    code, out, err = run(tmp_path / "a.pdf", EXAMPLE, "--json", "--offline")
    assert (code, len(out.splitlines())) == (1, 1)
    assert "a.pdf" in err and "content_type" in err
    assert run(tmp_path / "none.txt", EXAMPLE, "--offline", "--json")[0] == 2


@pytest.mark.parametrize("args", [(), ("--json",), ("analyze", "--json")])
def test_what_is_piped_needs_no_name(args):
    done = start(*args, "--offline", stdin=EXAMPLE.read_bytes())
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"$60,850" in done.stdout or b"60850" in done.stdout


def test_the_command_alone_reads_a_pipe_that_brings_something_and_else_helps():
    done = start(stdin=EXAMPLE.read_bytes())
    assert done.returncode == 0 and b"$60,850" in done.stdout
    done = start(stdin=b"")
    assert done.returncode == 2 and b"Usage" in done.stderr + done.stdout


@pytest.mark.parametrize(("length", "sentences"), [("short", 1), ("medium", 2), ("long", 3)])
def test_a_summary_is_as_long_as_asked_for(length, sentences):
    _, out, _ = run(EXAMPLE, "--offline", "--json", "--length", length)
    assert len(split_sentences(json.loads(out)["summary"])) <= sentences


# ---- what it refuses


@pytest.mark.parametrize(
    ("word", "meant"), [("bacth", "batch"), ("digets", "digest"), ("serch", "search")]
)
def test_a_word_that_is_nearly_a_command_is_asked_about(word, meant):
    status, out, err = run(word, "x.jsonl")
    assert (status, out) == (2, "") and f"Did you mean '{meant}'?" in err


@pytest.mark.parametrize("forms", [("--json", "--html"), ("--markdown", "--extract")])
def test_two_forms_are_an_error(forms):
    status, out, err = run(EXAMPLE, *forms, "--offline")
    assert (status, out) == (2, "") and all(form in err for form in forms)


def test_an_address_without_its_scheme_is_one():
    fails(2, "--offline forbids fetching", "www.coindesk.com/markets/2025/btc", "--offline")
    fails(2, "--offline forbids fetching", "decrypt.co/1", "--offline")
    fails(2, "No such file", "notes.txt", "--offline")


def fails(code, words, *args, stdin=None):
    """One line on stderr, nothing on stdout, no traceback."""
    status, out, err = run(*args, stdin=stdin)
    assert (status, out) == (code, "")
    assert words in err
    assert err.startswith("summarizer: ")
    assert err.count("\n") == 1


def test_a_wrong_path_is_a_usage_error(tmp_path):
    fails(2, "No such file", tmp_path / "missing.txt")
    fails(2, "directory", tmp_path)
    fails(2, "pipe them", "Bitcoin fell 4.2% to $88,000 on Thursday.")


@pytest.mark.parametrize("name", ["empty.txt", "empty.html"])
@pytest.mark.parametrize("body", [b"", b" \n\t\n"])
def test_an_empty_file_holds_no_article(tmp_path, name, body):
    (tmp_path / name).write_bytes(body)
    fails(1, "empty_body", tmp_path / name)


def test_empty_stdin_holds_no_article():
    fails(1, "empty_body", "-", stdin=b"")


def test_invisible_text_is_no_text():
    fails(1, "empty_body", "-", stdin="\u200b\u202e\n".encode())


@pytest.mark.parametrize(
    "markup",
    [
        "<html><body></body></html>",
        "<html><body><nav><a href='/'>Home</a></nav></body></html>",
        "<!doctype html><script>x()</script>",
    ],
)
def test_a_page_without_an_article_is_named_so(tmp_path, markup):
    (tmp_path / "page.html").write_text(markup, "utf-8")
    fails(1, "no_article", tmp_path / "page.html")


def test_a_refused_connection_is_a_failed_input(closed_port):
    url = f"http://127.0.0.1:{closed_port}/a"
    fails(1, "connection", url, "--allow-private", f"127.0.0.1:{closed_port}")


def test_an_address_of_this_machine_is_refused_unless_allowed(closed_port):
    status, out, err = run(f"http://127.0.0.1:{closed_port}/a")
    assert (status, out) == (1, "")
    assert "blocked_" in err


@pytest.mark.parametrize("option", ["--evidence", "--with-text"])
def test_a_note_holds_neither_evidence_nor_text(option):
    fails(2, "Markdown", EXAMPLE, "--offline", "--markdown", option)


def test_offline_fetches_nothing():
    fails(2, "--offline", "https://example.com/a", "--offline")


@pytest.mark.parametrize(
    "args",
    [(EXAMPLE, "--jsno"), ("batch", "in.jsonl"), ("batch", "in.jsonl", "-o"), (), ("analyze",)],
)
def test_wrong_options_are_usage_errors(args):
    status, out, _ = run(*args)
    assert (status, out if args else "") == (2, "")


def test_a_key_that_is_no_key_is_refused_without_being_shown(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-ca\nnary")
    fails(2, "OPENAI_API_KEY", EXAMPLE)
    assert "nary" not in run(EXAMPLE)[2]


def test_an_error_message_steers_no_terminal():
    status, _, err = run("missing\x1b[31m\u202e.txt")
    assert status == 2
    assert "\x1b" not in err
    assert "\u202e" not in err


# ---- as a process


def test_help_imports_nothing_heavy():
    code = """if True:
        import sys
        from summarizer.cli.main import main
        try:
            main(["--help"])
        except SystemExit:
            print("\\nloaded:", *sys.modules)
    """
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    loaded = done.stdout.partition("\nloaded: ")[2].split()
    heavy = "openai pydantic trafilatura httpx2 rich lxml numpy feedparser jinja2"
    assert "click" in loaded
    assert not {*heavy.split()} & {*loaded}


def test_every_command_is_in_the_help_and_has_its_own():
    _, out, _ = run("--help")
    for name in COMMANDS:
        assert f"\n  {name} " in out
        assert run(name, "--help")[0] == 0


def test_help_names_every_option():
    code, out, _ = run("analyze", "--help")
    assert code == 0
    for option in (
        "--json",
        "--markdown",
        "--html",
        "--no-cache",
        "--extract",
        "--evidence",
        "--explain",
        "--with-text",
        "--model",
        "--offline",
        "--fallback",
        "--allow-private",
    ):
        assert option in out


def test_version_is_one_line():
    code, out, err = run("--version")
    assert (code, out.count("\n"), err) == (0, 1, "")


@pytest.mark.parametrize(
    "options", [(), ("--json",), ("--markdown",), ("--html",), ("--evidence", "--explain")]
)
def test_an_ascii_stdout_raises_nothing(options):
    text = "Bitcoin “slid” −3% to $58,000 on Monday, data from Coinglass shows – 日本 😀."
    done = start(
        "-", *options, stdin=text.encode(), PYTHONIOENCODING="ascii", PYTHONUTF8="0", COLUMNS="40"
    )
    assert (done.returncode, done.stderr.decode()) == (0, NOTICE)
    assert b"BTC" in done.stdout
    if options == ("--json",):
        assert "日本 😀" in json.loads(done.stdout)["summary"]


def test_a_closed_pipe_is_no_traceback():
    with subprocess.Popen(
        [sys.executable, "-m", "summarizer", str(EXAMPLE), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        process.stdout.close()
        err = process.stderr.read().decode()
    assert "Traceback" not in err
    assert "internal error" not in err
