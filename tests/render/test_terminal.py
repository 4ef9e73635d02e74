"""The report in the terminal: every width, plain and coloured, and titles that mean harm."""

import unicodedata
from datetime import timedelta

import pytest
from rich.cells import cell_len

from summarizer.models import Analyst, Article
from summarizer.render.terminal import print_report, print_weights
from tests.support.reports import NOW, TEXT, make_report

HOSTILE = [
    "[/]",
    "[bold]",
    "[red]x[/red]",
    "[link=file:///etc/passwd]x[/link]",
    "[[",
    "\\[",
    "[/bold]",
    ":smile:",
    "{N0}",
    "[@click=x]y[/]",
]
ESCAPES = [
    "\x1b[31mred\x1b[0m",
    "\x1b]8;;file:///etc/passwd\x07x\x1b]8;;\x07",
    "a\u202eb",
    "a\u200bb",
    "a\x00b",
    "a\x9b31mb",
    "\x1b[2J",
    "a\rb",
    "a\bb",
]


@pytest.fixture
def shown(capsys, monkeypatch):
    """What is printed at a width, without colour unless asked for."""

    def show(report=None, columns=80, *, now=NOW, evidence=False, **environment):
        for name in ("NO_COLOR", "FORCE_COLOR", "TERM", "COLORTERM", "TTY_COMPATIBLE"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("COLUMNS", str(columns))
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        print_report(report or make_report(), now=now, evidence=evidence)
        return capsys.readouterr().out

    return show


def flat(text):
    return "".join(text.split())


@pytest.mark.parametrize("columns", [20, 40, 80, 120, 300])
def test_no_line_is_wider_than_the_terminal(shown, columns):
    out = shown(columns=columns)
    assert max(cell_len(line) for line in out.split("\n")) <= min(columns, 120)


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_everything_is_there_at_every_width(shown, columns):
    out = flat(shown(columns=columns))
    for words in (
        "Bitcoin slides",
        "CoinDesk",
        "Ann Writer",
        "BTC slid to $70,000.",
        "bearish",
        "81%",
        "$68,160",
        "−2.6% away",
        "Funding is −7% on Binance.",
        "price target",
        "−7% Binance",
        "short term: It is about the day.",
        "high: Its figures name their source.",
        "deleveraging",
        "dropped: $1 is not in the text",
        "partial text",
        "embedded analyst",
        "0.04 s",
        "10 Feb 2026 11:50 UTC (2 hours ago)",
    ):
        assert flat(words) in out, words


def test_what_was_supported_is_no_finding_to_read(shown):
    assert "figures checked" not in shown()


def test_piped_output_holds_no_escape_sequence(shown):
    assert "\x1b" not in shown()


def test_colour_is_for_terminals_and_no_color_takes_it_away(shown):
    assert "\x1b[" in shown(FORCE_COLOR="1", TERM="xterm-256color")
    assert "\x1b[3" not in shown(FORCE_COLOR="1", TERM="xterm-256color", NO_COLOR="1")


@pytest.mark.parametrize("title", HOSTILE)
def test_markup_in_a_title_is_shown_as_it_is(shown, title):
    out = shown(
        make_report(article={"title": title, "source": title, "authors": (title,)}, summary=title)
    )
    assert out.startswith(title)
    assert out.count(title) >= 4


@pytest.mark.parametrize("text", ESCAPES)
def test_nothing_that_steers_a_terminal_gets_through(shown, text):
    report = make_report(
        article={"title": text, "source": text, "authors": (text,)}, summary=text, flags=(text,)
    )
    out = shown(report, evidence=True)
    assert [c for c in out if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Cs")] == []


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(minutes=-1), "in the future"),
        (timedelta(minutes=5), "under an hour ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(hours=23), "23 hours ago"),
        (timedelta(days=1), "1 day ago"),
        (timedelta(days=29), "29 days ago"),
        (timedelta(days=45), "1 month ago"),
        (timedelta(days=800), "2 years ago"),
    ],
)
def test_the_head_tells_the_articles_age(shown, ago, words):
    report = make_report()
    assert f"({words})" in shown(report, 120, now=report.article.published_at + ago)


def test_a_call_whose_time_has_passed_says_so(shown):
    assert "Its time passed on 24 Feb 2026" in " ".join(
        shown(columns=120, now=NOW + timedelta(days=30)).split()
    )
    assert "passed" not in shown()


def test_an_article_without_anything_known_is_shown(shown):
    report = make_report(
        article={
            "title": None,
            "text": "",
            "source": None,
            "domain": None,
            "authors": (),
            "published_at": None,
        },
        summary="",
        facts=(),
        calls=(),
        flags=(),
        findings=(),
        narratives=(),
    )
    out = shown(report)
    assert out.startswith("Untitled article")
    assert "No call" in out


def test_evidence_shows_exact_words_and_places(shown):
    out = " ".join(shown(columns=120, evidence=True).split())
    start = TEXT.index("$70,000")
    assert f"price BTC $70,000 “$70,000” [{start}:{start + 7}]" in out
    assert "“data from CoinGlass”" in out
    assert "“" not in shown()


@pytest.mark.parametrize(("cost", "words"), [(0.00123, "$0.0012"), (None, "cost unknown")])
def test_a_model_names_itself_and_its_cost(shown, cost, words):
    out = shown(
        make_report(
            analyst=Analyst(
                name="llm",
                model="small-[bold]",
                input_tokens=900,
                output_tokens=80,
                cost_usd=cost,
                seconds=1.5,
            )
        )
    )
    assert "llm analyst small-[bold] · 1.50 s · 900 + 80 tokens · " + words in out


def test_weights_are_shown_the_strongest_first(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    print_weights({"BTC": [("lead_tone", -0.5, "[bold]It fell"), *[("etf_flow", 0.1, "")] * 22]})
    out = capsys.readouterr().out
    assert "BTC: sum +1.70" in out
    assert "-0.50  lead tone  [bold]It fell" in out
    assert "and 11 weaker pieces" in out


def test_in_few_columns_reasons_stand_below_their_call(shown):
    lines = shown(columns=40).split("\n")
    at = lines.index("BTC ▼ bearish $68,160 −2.6% away 81%")
    assert lines[at + 1].strip() == "Funding is −7% on Binance."


def test_assets_without_a_clear_direction_are_told_in_a_line(shown):
    report = make_report()
    called = shown(report.model_copy(update={"undecided": ("ETH", "SOL")}))
    assert "No clear direction for ETH, SOL." in called
    undecided = shown(report.model_copy(update={"calls": (), "undecided": ("BTC",)}))
    assert "No clear direction for BTC." in undecided
    assert "No call" not in undecided


def test_an_article_without_a_headline_is_called_by_its_first_sentence(shown):
    known = {"source": "Harbour Ledger", "domain": None, "authors": (), "published_at": None}
    sentence = "Ether slipped below the level that traders of options had watched for most of June"
    text = f"By Ilse Moreau\n{sentence} and for much of July, as funds sold. It held since."
    article = Article(text=text, **known)
    assert article.name == f"{sentence} and…"
    shown_report = shown(make_report(article=article.model_dump()), columns=120)
    assert shown_report.startswith(f"{sentence} and…")
    assert Article(text="Ether slipped. It held.", title="Down", **known).name == "Down"
    assert Article(**known).name == "Article of Harbour Ledger"
