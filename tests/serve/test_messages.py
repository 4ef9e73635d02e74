"""Messages of a digest and of watch, to a real webhook and a real mail server on 127.0.0.1."""

import json
import socket
import sqlite3
import sys
from contextlib import closing
from datetime import datetime
from importlib import import_module

import pytest
from click.testing import CliRunner

from summarizer.batch.store import open_store
from summarizer.cli.main import main
from summarizer.errors import UsageError
from summarizer.overviews import AssetView, DigestStory, Outlet
from summarizer.render.message import SHORT, Message, describe_view, shorten_story
from summarizer.serve.outbox import (
    MAX_ATTEMPTS,
    MAX_WAITING,
    add_message,
    deliver,
    identify,
    parse_quiet,
)
from summarizer.settings import Receiver
from tests.support.receivers import open_mail_server, open_webhook

DAY = ("--since", "2026-02-09")


@pytest.fixture
def webhook():
    with open_webhook() as hook:
        yield hook


def run(*arguments: object) -> str:
    """What a command says on stderr, once it has ended well and printed nothing secret."""
    done = CliRunner().invoke(main, [*map(str, arguments)])
    assert done.exit_code == 0, done.output
    assert not [secret for secret in ("pa55word", "t0ken", "127.0.0.1") if secret in done.output]
    return done.stderr


def waiting(database) -> list[tuple]:
    with closing(sqlite3.connect(database)) as db:
        return db.execute("SELECT title, attempts FROM messages ORDER BY id").fetchall()


# ---- digest --to


def test_a_digest_is_one_message_with_its_page(database, webhook):
    assert "json://…: 1 message sent" in run(
        "digest", "--db", database, *DAY, "--to", webhook.address
    )
    (message,) = webhook.messages
    assert message["title"].startswith("Crypto digest, ")
    first, _, stories = message["message"].partition("\n\n")
    assert "BTC" in first and "ETH ▲ bullish" in first
    lines = [line for line in stories.splitlines() if line and not line.startswith("http")]
    assert len(lines) == 3 and all(len(line) <= SHORT for line in lines)
    assert "https://a.example/slide" in stories.splitlines()
    (page,) = webhook.pages()
    assert page.startswith("<!doctype html>") and "Ether rallies" in page
    assert message["attachments"][0]["mimetype"] == "text/html"
    assert waiting(database) == []


def test_a_digest_by_mail_is_text_with_the_page_attached(database):
    with open_mail_server() as box:
        run("digest", "--db", database, *DAY, "--to", box.address)
    (mail,) = box.mails
    assert mail["Subject"].startswith("Crypto digest, ") and mail["To"] == "me@home.example"
    text = mail.get_body(("plain",)).get_content()
    assert "ETH ▲ bullish" in text and "https://b.example/rally" in text
    (page,) = mail.iter_attachments()
    assert page.get_content_type() == "text/html"
    assert page.get_content().startswith("<!doctype html>")


def test_what_fails_waits_and_goes_with_the_next_run_as_one_message(database, webhook):
    command = ("digest", "--db", database, *DAY, "--to", webhook.address)
    webhook.status = 503
    said = run(*command)
    assert "1 message not delivered (the server answered 503); the next run tries again" in said
    assert [attempts for _, attempts in waiting(database)] == [1]
    webhook.status = 200
    assert "2 messages sent" in run(*command)
    (message,) = webhook.messages
    assert "Not delivered before:\n\nCrypto digest, " in message["message"]
    assert len(webhook.pages()) == 2
    assert waiting(database) == []


def test_one_receiver_that_cannot_be_reached_keeps_nothing_from_another(database, webhook):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = f"json://127.0.0.1:{free.getsockname()[1]}/t0ken"
    both = ("--to", closed, "--to", webhook.address)
    said = run("digest", "--db", database, *DAY, *both)
    assert "json://…: 1 message not delivered (it could not be reached)" in said
    assert "json://… (2): 1 message sent" in said
    assert len(webhook.messages) == 1 and len(waiting(database)) == 1


def test_a_quiet_run_says_what_went_wrong_and_nothing_else(database, webhook):
    command = ("digest", "--db", database, *DAY, "--to", webhook.address, "--quiet")
    assert run(*command) == ""
    webhook.status = 500
    assert "not delivered" in run(*command)


def test_no_address_stands_in_the_database(database, webhook):
    webhook.status = 500
    run("digest", "--db", database, *DAY, "--to", webhook.address)
    run("watch", database.parent / "in.jsonl", "--db", database, "--runs", 1, "--offline",
        "--notify", webhook.address)  # fmt: skip
    with closing(sqlite3.connect(database)) as db:
        dump = "\n".join(db.iterdump())
    assert "Crypto digest" in dump
    for secret in ("pa55word", "t0ken", "127.0.0.1", "json://", str(webhook.port)):
        assert secret not in dump


def test_nothing_is_sent_of_a_period_without_an_article(database, webhook):
    assert "no article, so no digest is sent" in run(
        "digest", "--db", database, "--since", "1m", "--asset", "BTC", "--until", "2030-01-01",
        "--since", "2029-01-01", "--to", webhook.address,
    )  # fmt: skip
    assert webhook.messages == []


def test_thresholds_leave_out_what_is_less_sure_or_less_credible(database):
    def digest(*options: object) -> dict:
        command = ["digest", "--db", str(database), *DAY, "--json", *map(str, options)]
        return json.loads(CliRunner().invoke(main, command).stdout)

    every, sure, credible = (
        digest(),
        digest("--min-confidence", 0.999),
        digest("--min-credibility", "high"),
    )
    assert every["assets"] and not sure["assets"] and sure["articles"] == every["articles"]
    levels = [story["credibility"] for story in every["stories"]]
    assert credible["articles"] == levels.count("high") < len(levels)


def test_messages_wait_while_the_hours_are_quiet(database, webhook):
    command = ("digest", "--db", database, *DAY, "--to", webhook.address)
    assert "1 message kept until the quiet hours end" in run(*command, "--quiet-hours", "0-23:59")
    assert webhook.messages == [] and [attempts for _, attempts in waiting(database)] == [0]


@pytest.mark.parametrize(
    ("hours", "time", "is_quiet"),
    [
        ("22-7", "23:00", True), ("22-7", "06:59", True), ("22-7", "07:00", False),
        ("9:30-12", "09:29", False), ("9:30-12", "11:59", True), ("12-12", "12:00", False),
    ],
)  # fmt: skip
def test_quiet_hours_may_go_over_midnight(hours, time, is_quiet):
    now = datetime.fromisoformat(f"2026-02-10T{time}Z")
    assert parse_quiet(hours).covers(now) == is_quiet


@pytest.mark.parametrize("hours", ["22", "22-25", "a-b", "1-2-3", "-"])
def test_hours_that_are_none_are_refused(hours):
    with pytest.raises(UsageError):
        parse_quiet(hours)


# ---- --test, and where addresses come from


def test_a_test_message_goes_to_each_receiver_and_needs_no_database(tmp_path, webhook):
    absent = tmp_path / "absent.db"
    said = run("digest", "--db", absent, "--to", webhook.address, "--test")
    assert said == "summarizer: json://…: a test message was sent\n"
    run("watch", "feeds.opml", "--db", absent, "--notify", webhook.address, "--test")
    assert len(webhook.messages) == 2 and not absent.exists()
    webhook.status = 401
    done = CliRunner().invoke(main, ["digest", "--to", webhook.address, "--test"])
    assert (done.exit_code, done.stderr) == (
        1, "summarizer: undelivered: not delivered to json://…: the server answered 401\n",
    )  # fmt: skip
    assert CliRunner().invoke(main, ["digest", "--test"]).exit_code == 2


def test_addresses_come_from_a_file_the_config_and_the_environment(
    tmp_path, webhook, monkeypatch, database
):
    addresses = tmp_path / "addresses"
    addresses.write_text(f"# mine\n{webhook.address}a\n\n{webhook.address}b\n")
    config = tmp_path / "config.toml"
    config.write_text(f'[notify]\ndesk = "{webhook.address}c"\nboth = ["{webhook.address}d"]\n')
    monkeypatch.setenv("SUMMARIZER_CONFIG", str(config))
    monkeypatch.setenv("SUMMARIZER_NOTIFY_MY_PHONE", f"{webhook.address}e {webhook.address}f")
    names = ("desk", "both", "my-phone", f"@{addresses}")
    said = run("digest", "--test", *(word for name in names for word in ("--to", name)))
    assert len(webhook.messages) == 6
    assert "desk: a test" in said and "my-phone (3): a test" in said and "json://… (5)" in said
    shown = CliRunner().invoke(main, ["config"]).stdout
    assert "desk, both" in shown and "pa55word" not in shown


@pytest.mark.parametrize(
    "receiver", ["pa55word", "nosuch://me:pa55word@x/t0ken", "json://[pa55word", "@absent-t0ken"]
)
def test_what_is_no_receiver_is_refused_before_any_work_and_not_repeated(receiver, database):
    for command in (["digest", "--to"], ["watch", "x.jsonl", "--notify"]):
        done = CliRunner().invoke(main, [*command, receiver, "--db", str(database)])
        assert done.exit_code == 2
        assert "pa55word" not in done.output and "t0ken" not in done.output


def test_without_the_extra_the_message_says_which_it_is(monkeypatch, webhook):
    monkeypatch.setitem(sys.modules, "apprise", None)
    done = CliRunner().invoke(main, ["digest", "--to", webhook.address])
    assert done.exit_code == 2 and "crypto-news-summarizer[notify]" in done.stderr


# ---- watch --notify


def visit(tmp_path, hook, *records: tuple[str, str], options=()) -> str:
    """One visit of records, each (id, text), with messages to the webhook."""
    path = tmp_path / "news.jsonl"
    rows = [
        {"id": name, "url": f"https://a.example/{name}", "title": text.split(".")[0], "text": text}
        for name, text in records
    ]
    path.write_text("\n".join(map(json.dumps, rows)))
    return run(
        "watch", path, "--db", tmp_path / "w.db", "--runs", 1, "--offline", "--notify",
        hook.address, *options,
    )  # fmt: skip


FALL = (
    "Bitcoin plunged 9% to $58,000 as holders sold and traders were liquidated for $800 million. "
    "Bitcoin ETF outflows reached $500 million. Analysts warn of a fall to $55,000."
)
RISE = (
    "Bitcoin surged 6% to $61,500 as buyers came back. Bitcoin ETF inflows reached $400 million "
    "and analysts expect a rally to $64,000."
)


def test_an_asset_is_told_once_for_each_turn_of_its_direction(tmp_path, webhook):
    visit(tmp_path, webhook, ("1", FALL))
    assert webhook.messages[0]["title"] == "BTC bearish"
    assert "https://a.example/1" in webhook.messages[0]["message"]
    assert "<mark" in webhook.pages()[0]  # the report itself
    visit(tmp_path, webhook, ("2", FALL.replace("58,000", "57,900")))
    assert len(webhook.messages) == 1  # bearish still
    visit(tmp_path, webhook, ("3", RISE), ("4", RISE.replace("61,500", "61,700")))
    assert len(webhook.messages) == 2
    assert "BTC ▲ bullish" in webhook.messages[1]["message"]
    assert "bearish before" in webhook.messages[1]["message"]
    visit(tmp_path, webhook, ("3", RISE))
    assert len(webhook.messages) == 2  # nothing new


def test_what_was_stored_before_is_no_news(tmp_path, webhook):
    path = tmp_path / "old.jsonl"
    path.write_text(json.dumps({"id": "old", "text": FALL}))
    run("batch", path, "-o", tmp_path / "w.db", "--offline", "--quiet")
    visit(tmp_path, webhook, ("eth", "The weather in the capital was fine and nobody traded much."))
    assert webhook.messages == []


def test_a_visit_whose_message_fails_goes_on_and_the_next_one_delivers(tmp_path, webhook):
    webhook.status = 500
    assert "not delivered" in visit(tmp_path, webhook, ("1", FALL))
    assert len(waiting(tmp_path / "w.db")) == 1
    webhook.status = 200
    visit(tmp_path, webhook, ("2", FALL.replace("58,000", "57,900")))
    assert [message["title"] for message in webhook.messages] == ["BTC bearish"]


def test_thresholds_hold_messages_back(tmp_path, webhook):
    visit(tmp_path, webhook, ("1", FALL), options=("--min-confidence", 0.999))
    visit(tmp_path, webhook, ("2", FALL.replace("58,000", "57,900")),
          options=("--min-credibility", "high"))  # fmt: skip
    assert webhook.messages == []


# ---- the outbox


@pytest.fixture
def outbox(tmp_path):
    store = open_store(tmp_path / "o.db")
    yield store
    store.close()


ME = Receiver("me", "json://me:secret@host.example/")


def fill(store, count: int = 1) -> str:
    name = identify(store, ME)
    with store.write() as db:
        for number in range(count):
            add_message(db, name, Message(f"title {number}", "text", ""))
    return name


def test_messages_are_given_up_after_so_many_tries(outbox):
    name = fill(outbox)
    tries = []
    lines = []
    for _ in range(MAX_ATTEMPTS + 2):
        lines += deliver(
            outbox, {name: ME}, lambda *sent: tries.append(sent) or "no", is_quiet=False
        )
    assert len(tries) == MAX_ATTEMPTS
    assert lines[-1] == ("me: 1 old message given up", True)
    assert ("me: 1 message not delivered (no); the next run tries again", True) in lines


def test_only_so_many_messages_wait_and_the_oldest_give_way(outbox):
    name = fill(outbox, MAX_WAITING + 5)
    sent = []
    lines = list(
        deliver(outbox, {name: ME}, lambda _, messages: sent.extend(messages), is_quiet=False)
    )
    assert [told.line for told in lines] == [
        "me: 5 old messages given up",
        f"me: {MAX_WAITING} messages sent",
    ]
    assert [message.title for message in sent][:: MAX_WAITING - 1] == ["title 5", "title 24"]


def test_a_message_that_another_process_is_sending_is_left_to_it(outbox):
    name = fill(outbox)

    def send(*_: object) -> None:
        other = open_store(outbox.path)
        assert (
            list(deliver(other, {name: ME}, lambda *_: pytest.fail("twice"), is_quiet=False)) == []
        )
        other.close()

    assert list(deliver(outbox, {name: ME}, send, is_quiet=False)) == [
        ("me: 1 message sent", False)
    ]


def test_a_receiver_has_another_name_in_each_database(outbox, tmp_path):
    other = open_store(tmp_path / "other.db")
    names = {identify(outbox, ME), identify(other, ME), identify(outbox, Receiver("x", "y://z"))}
    other.close()
    assert len(names) == 3 and {len(name) for name in names} == {8}
    assert identify(outbox, ME) in names
    assert "secret" not in repr(ME)


# ---- words


def make_story(title: str, outlets: int = 1) -> DigestStory:
    names = tuple(Outlet(name=f"paper{n}.example", url="https://x.example") for n in range(outlets))
    return DigestStory(
        title=title, summary="A summary.", outlets=names, corroboration=outlets,
        credibility="high", views={}, weight=1,
    )  # fmt: skip


@pytest.mark.parametrize("title", ["word " * 60, "w" * 200, "Short", "x" * 99])
def test_a_story_is_100_characters_at_most(title):
    short = shorten_story(make_story(title, 3))
    assert len(short) <= SHORT and short.endswith(" (paper0.example +2)")


def test_a_story_begins_with_the_asset_that_it_sees_most_clearly():
    story = make_story("Ether rallies").model_copy(update={"views": {"BTC": 0.1, "ETH": -0.6}})
    assert shorten_story(story) == "ETH ▼ Ether rallies (paper0.example)"
    long = story.model_copy(update={"title": "word " * 60, "views": {"x" * 90: 1.0}})
    assert len(shorten_story(long)) <= SHORT


def test_a_story_without_a_title_is_told_by_its_summary():
    assert shorten_story(make_story("Untitled article")) == "A summary. (paper0.example)"


@pytest.mark.parametrize(
    "title", ["@everyone sell", "<!channel> x", "[free](https://evil.example)", "a\nb\x1b[31m`c`"]
)
def test_words_of_others_call_nobody_and_are_no_markup(title):
    short = shorten_story(make_story(title))
    assert not set("@<>[]`\n\x1b") & set(short)


def test_a_view_is_one_line():
    view = AssetView(
        asset="BTC", direction="bearish", view=-0.34, stories=17, bullish=2, bearish=6, neutral=9
    )
    assert describe_view(view) == "BTC ▼ bearish -0.34 (17 stories)"


def test_a_server_that_never_ends_its_answer_holds_nothing_up(monkeypatch):
    notify = import_module("summarizer.serve.notify")
    monkeypatch.setattr(notify, "SECONDS", 0.3)
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        receiver = Receiver("me", f"json://127.0.0.1:{server.getsockname()[1]}/")
        assert notify.send(receiver, [Message("a", "b", "")]) == "no answer in time"


def test_a_text_that_is_too_long_for_a_service_is_cut_and_stays_one_message(webhook, monkeypatch):
    plugin = import_module("apprise.plugins.custom_json").NotifyJSON
    monkeypatch.setattr(plugin, "body_maxlen", 150)
    notify = import_module("summarizer.serve.notify")
    message = Message("title", "word " * 100, "")
    assert notify.send(Receiver("me", webhook.address), [message]) is None
    (sent,) = webhook.messages
    assert 100 < len(sent["message"]) <= 150 and sent["message"].endswith("word…")


def test_a_bug_of_a_service_is_a_fault_that_quotes_nothing(webhook, monkeypatch, capfd):
    apprise = import_module("apprise")

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(webhook.address)

    monkeypatch.setattr(apprise.Apprise, "notify", fail)
    notify = import_module("summarizer.serve.notify")
    message = Message("title", "text", "")
    assert notify.send(Receiver("me", webhook.address), [message]) == "it failed"
    assert "".join(capfd.readouterr()) == ""
