"""The HTML report: all of the report, the evidence marked, readable in a real browser."""

import re
import shutil
import subprocess
import sys

import pytest
from lxml.html import document_fromstring

from summarizer.models import Article, Credibility, Signal
from summarizer.render.html import mark_passages, render_html
from tests.batch.test_export import check_page
from tests.support.reports import NOW, TEXT, evidence, make_report

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
HOSTILE = (
    "</p><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
)


def words(page):
    body = document_fromstring(page).find("body")
    return " ".join(" ".join(body.itertext()).split())


def test_everything_of_the_report_is_on_the_page():
    report = make_report(article={"section": "Markets", "updated_at": NOW})
    page = render_html(report)
    shown = words(page)
    for said in (
        "CoinDesk · Markets · Ann Writer · 10 Feb 2026 11:50 UTC · updated 10 Feb 2026 14:00 UTC",
        "partial text",
        "BTC slid to $70,000.",
        "▼ bearish 78%",
        "81%",
        "$68,160 −2.6% away",
        "Until 2026-02-24.",
        "funding rate BTC −7% Binance",
        "It is about the day.",
        "Its figures name their source.",
        "dropped $1 is not in the text",
        "deleveraging",
        "embedded analyst",
    ):
        assert said in shown
    assert "figures checked: 1" not in shown
    assert (
        '<a href="https://example.com/a" rel="noopener noreferrer nofollow">Bitcoin slides</a>'
        in page
    )
    check_page(page, "Bitcoin slides")


def test_nothing_is_asked_of_elsewhere():
    page = render_html(make_report(), with_text=True)
    assert not re.search(r"<script|<img|<link|url\(|@import|src=", page)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "//evil.example",
        "JaVaScRiPt://x%0aalert(1)",
        None,
    ],
)
def test_an_address_that_is_none_of_the_web_is_no_link(url):
    assert "href" not in render_html(make_report(article={"url": url}))


def test_marked_is_what_each_claim_rests_on():
    page = document_fromstring(render_html(make_report()))
    marks = {
        "".join(mark.itertext()): (mark.get("title"), mark.get("class"))
        for mark in page.iter("mark")
    }
    assert marks["$70,000"] == ("price BTC $70,000", None)
    assert marks["Funding on Binance is "] == ("call BTC", "call")
    assert marks["-7%"] == ("call BTC; funding rate BTC −7%", None)
    assert marks["data from CoinGlass"] == ("signal data attributed", None)


@pytest.mark.parametrize("whole", [False, True])
def test_passages_are_the_articles_own_words_in_order(whole):
    filler = "It went on like this for days. " * 40
    text = f"{filler}{TEXT} {filler}\n{filler}Funding on Binance is -7%, it said. {filler}"
    first, last = text.index("data from"), text.rindex("-7%")
    signals = (
        Signal(
            name="early",
            evidence=evidence("data from CoinGlass").model_copy(
                update={"start": first, "end": first + 19}
            ),
        ),
        Signal(
            name="late",
            evidence=evidence("-7%").model_copy(update={"start": last, "end": last + 3}),
        ),
    )
    report = make_report(
        article={"text": text},
        facts=(),
        calls=(),
        credibility=Credibility(level="high", note="", signals=signals),
    )
    passages = [
        "".join(piece for piece, _ in pieces) for pieces in mark_passages(report, whole=whole)
    ]
    assert [
        piece for pieces in mark_passages(report, whole=whole) for piece, rests in pieces if rests
    ] == ["data from CoinGlass", "-7%"]
    if whole:
        assert passages == [text]
    else:
        assert len(passages) == 2 and all(
            passage.strip("… ") in text and len(passage) < 400 for passage in passages
        )


def test_a_report_without_its_text_shows_the_quotes():
    assert [[*piece] for piece in mark_passages(make_report(article={"text": ""}))[0]] == [
        ["$70,000", ["price BTC $70,000"]]
    ]


def test_an_article_of_which_nothing_is_known_is_a_page_too():
    report = make_report(
        article=Article().model_dump(),
        facts=(),
        calls=(),
        findings=(),
        flags=(),
        summary="",
        narratives=(),
        credibility=Credibility(level="low", note=""),
    )
    shown = words(render_html(report))
    assert shown.startswith("Untitled article") and "no view of any asset's price" in shown


def test_a_terminal_without_unicode_gets_references_that_a_browser_reads(tmp_path):
    page = tmp_path / "a.txt"
    page.write_text("Bitcoin fell 4% to $58,000 — “a rout”, per CoinGlass.", "utf-8")
    runs = {
        encoding: subprocess.run(
            [sys.executable, "-m", "summarizer", str(page), "--html", "--offline"],
            capture_output=True,
            check=True,
            timeout=60,
            env={"PATH": "/usr/bin:/bin", "PYTHONIOENCODING": encoding, "HOME": str(tmp_path)},
        ).stdout.decode("utf-8")
        for encoding in ("ascii", "utf-8")
    }
    assert runs["ascii"].isascii() and not runs["utf-8"].isascii()
    ascii_words, utf8_words = (re.sub(r"\d\.\d\d s", "", words(page)) for page in runs.values())
    assert ascii_words == utf8_words


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed: apt-get install chromium")
@pytest.mark.parametrize("width", [1200, 500])
def test_a_browser_shows_it_and_runs_nothing(tmp_path, width):
    report = make_report(
        article={
            "title": HOSTILE,
            "authors": (HOSTILE,),
            "url": 'https://a.example/" onload=alert(1)',
        },
        summary=HOSTILE,
    )
    page, shot = tmp_path / "report.html", tmp_path / "shot.png"
    page.write_text(render_html(report, with_text=True), "utf-8")
    command = [
        str(CHROMIUM),
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--hide-scrollbars",
        f"--user-data-dir={tmp_path / 'profile'}",
    ]
    dom = subprocess.run(
        [*command, "--dump-dom", page.as_uri()],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout
    assert document_fromstring(dom).findtext(".//title") == HOSTILE
    check_page(dom, HOSTILE)
    subprocess.run(
        [*command, f"--window-size={width},1500", f"--screenshot={shot}", page.as_uri()],
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert shot.stat().st_size > 30_000  # an empty page of this size takes under 10 kB
