"""The local page in a real Chromium: opened, used, photographed, and asked nothing of elsewhere.

`SCREENSHOTS=FOLDER` in the environment keeps all photographs, and renews those of the README.
"""

import json
import os
import threading
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

import pytest

from summarizer.batch.items import Item
from summarizer.batch.reports import save_report
from summarizer.batch.states import settle_item
from summarizer.batch.store import open_store
from summarizer.errors import FetchError, NoArticle
from summarizer.pipeline import analyze_text
from summarizer.settings import Settings
from tests.support.browser import open_browser
from tests.support.served import hosting

HERE = Path(__file__).parent / "screenshots"
KEPT = os.environ.get("SCREENSHOTS")
TEXT = (
    "Bitcoin fell 3.4% to $60,850 as traders cut leverage. Analysts warn of a fall to $59,400. "
    "Open interest declined to $17.2 billion, according to CoinGlass."
)
HOSTILE = (
    "\"><script>document.title='owned'</script><img src=https://evil.example/x "
    "onerror=\"document.title='owned'\"> \u202egnp.exe\u202c 'q' & {{ 7 * 7 }} " + "long" * 60
)
# Invented articles of one market's week; `hours` lie before the latest of them.
WEEK = Path(__file__).with_name("week.jsonl")
ARTICLES = [json.loads(line) for line in WEEK.read_text("utf-8").splitlines()]
LATEST = datetime.now(UTC).replace(minute=5, second=0, microsecond=0) - timedelta(hours=1)


def stock(path: Path, *, hostile: bool) -> None:
    """Store the articles and two failures; with `hostile` one with a title that is an attack."""
    store = open_store(path)
    articles = [*ARTICLES]
    if hostile:
        title = f"Bitcoin plunges {HOSTILE}"
        text = (
            "Bitcoin plunged 9% to $58,000 as holders sold and traders were liquidated for $800 "
            f"million. Analysts warn of a fall to $55,000 and the sellers that it has. {HOSTILE}"
        )
        articles.append({"hours": 60, "source": HOSTILE, "title": title, "text": text})
    with store.write() as db:
        for number, article in enumerate(articles):
            report = analyze_text(
                article["text"],
                url=f"https://outlet{number % 5}.example/{number}",
                title=article["title"],
                source=article["source"],
                published_at=LATEST - timedelta(hours=article["hours"]),
                settings=Settings(offline=True),
            )
            item = Item(f"url:{report.article.url}", "address", report.article.url)
            save_report(db, settle_item(db, item), report, "test")
        for url, error in (
            (
                "https://closed.example/markets/what-the-fed-knows",
                NoArticle(
                    "the article is for subscribers, and the page shows none of it",
                    code="wall_paywall",
                    advice="Paste its text instead: summarizer -",
                ),
            ),
            ("http://127.0.0.1:9/slow", FetchError("the server answered 503", code="http_503")),
        ):
            settle_item(db, Item(f"url:{url}", "address", url), error, "fetch")
    store.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The running command over a stocked database."""
    path = tmp_path_factory.mktemp("browser") / "news.db"
    stock(path, hostile=not KEPT)
    with hosting(path) as server:
        yield f"http://127.0.0.1:{server.port}"


@pytest.fixture(scope="module")
def browser():
    """The browser, whose pages must ask nothing of elsewhere."""
    with open_browser() as browser:
        yield browser
    assert browser.elsewhere == []


@pytest.fixture
def page(browser):
    page = browser.open_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    yield page
    page.context.close()
    assert faults == []


PAGES = {
    "home": "/",
    "filtered": "/?asset=BTC&direction=bearish",
    "empty": "/?q=nothing-like-it",
    "report": "/reports/1",
    "asset": "/assets/BTC",
    "digest": "/digest?since=7d",
    "quiet": "/digest?day=2020-01-01",
    "failures": "/failures",
    "bookmarklet": "/bookmarklet",
}


def list_barriers(page):
    """The serious and critical faults that axe finds, each with its elements."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    return [
        (found["id"], [node["html"] for node in found["nodes"]])
        for found in axe.run(page).response["violations"]
        if found["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_every_page_fits_every_width_and_is_accessible(page, site, name, scheme):
    page.emulate_media(color_scheme=scheme)
    page.goto(site + PAGES[name])
    for width in (390, 768, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        photograph = page.screenshot(full_page=True)
        assert photograph.startswith(b"\x89PNG")
        if KEPT:
            Path(KEPT).mkdir(exist_ok=True)
            Path(KEPT, f"{name}-{scheme}-{width}.png").write_bytes(photograph)
        if width != 768:
            assert list_barriers(page) == []


def test_a_pasted_text_is_watched_and_its_report_used(page, site):
    page.goto(site)
    page.get_by_label("Address or text of an article").fill(TEXT)
    page.get_by_label("Title").fill("Bitcoin falls, pasted")
    page.get_by_role("button", name="Analyse").click()
    page.wait_for_url("**/reports/*")
    assert page.get_by_role("heading", level=1).inner_text() == "Bitcoin falls, pasted"
    mark = page.locator("mark[tabindex]", has_text="$59,400").first
    tip = mark.locator("xpath=following-sibling::span")
    assert not tip.is_visible()
    mark.focus()  # as Tab and a tap do
    assert "BTC $59,400" in tip.inner_text()
    page.keyboard.press("Escape")
    assert not tip.is_visible()
    mark.hover()
    assert tip.is_visible()
    tip.get_by_role("link").first.click()
    assert page.locator(":target").inner_text().startswith("BTC $59,400")
    page.get_by_role("link", name="BTC $59,400").first.click()
    assert mark.evaluate("mark => getComputedStyle(mark).outlineStyle") == "solid"


def test_filters_leave_what_fits(page, site):
    page.goto(site)
    page.get_by_label("Asset").fill("SOL")
    page.get_by_label("Direction").select_option("bullish")
    page.get_by_role("button", name="Filter").click()
    titles = page.locator(".rows h3")
    assert titles.all_inner_texts() == ["Solana open interest climbs to a record as SOL tops $168"]
    titles.first.get_by_role("link").click()
    assert "SOL levels" in page.get_by_role("heading", level=2).all_inner_texts()
    ladder = page.get_by_role("img", name="SOL, from the top").get_attribute("aria-label")
    assert ladder == "SOL, from the top: resistance level $175, price $168, support level $158"


def test_a_failure_tells_what_to_do_and_is_tried_again(page, site):
    page.goto(f"{site}/failures")
    assert "bookmarklet" in page.locator("main").inner_text()
    page.get_by_role("button", name="Try http://127.0.0.1:9/slow again").click()
    page.get_by_role("alert").wait_for()
    assert "blocked_port" in page.get_by_role("alert").inner_text()
    assert list_barriers(page) == []


class _Outlet(BaseHTTPRequestHandler):
    """An article behind a login: only a browser with its cookie sees it."""

    def do_GET(self) -> None:
        body = "".join(f"<p>{part}</p>" for part in ARTICLES[0]["text"].split("\n"))
        page = f"<!doctype html><title>For members</title><article><h1>For members</h1>{body}{body}"
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(page.encode())

    def log_message(self, *args: object) -> None:
        pass


def test_the_bookmarklet_sends_the_page_at_hand(page, site):
    page.goto(f"{site}/bookmarklet")
    code = page.get_by_role("link", name="Analyse this page").get_attribute("href")
    with ThreadingHTTPServer(("127.0.0.1", 0), _Outlet) as outlet:
        threading.Thread(target=partial(outlet.serve_forever, 0.05), daemon=True).start()
        page.goto(f"http://127.0.0.1:{outlet.server_address[1]}/members/story")
        with page.context.expect_page() as opened:
            page.evaluate(unquote(code.removeprefix("javascript:")))
        opened.value.wait_for_url("**/reports/*")
        assert opened.value.get_by_role("heading", level=1).inner_text() == "For members"
        outlet.shutdown()


def test_all_of_it_works_without_a_script(browser, site):
    page = browser.open_page(java_script_enabled=False)
    page.goto(site)
    page.get_by_label("Address or text of an article").fill(TEXT.replace("3.4%", "5.5%"))
    page.get_by_role("button", name="Analyse").click()
    page.wait_for_url("**/reports/*")  # the page renewed itself
    mark = page.locator("mark[tabindex]", has_text="5.5%").first
    mark.focus()
    assert mark.locator("xpath=following-sibling::span").is_visible()
    page.context.close()


@pytest.mark.skipif(bool(KEPT), reason="photographs for the README hold no attack")
def test_a_hostile_title_is_words_alone(page, site):
    for path in ("/", "/assets/BTC", "/digest?since=7d", "/reports/9"):
        page.goto(site + path)
        assert "owned" not in page.title() or "<script>" in page.title()
        assert page.locator("img, iframe, main script").count() == 0
        shown = page.locator("main").inner_text()
        assert "<script>" in shown and "{{ 7 * 7 }}" in shown and "\u202e" not in shown


@pytest.mark.skipif(not KEPT, reason="SCREENSHOTS is not set")
def test_photographs_for_the_readme(page, site):
    HERE.mkdir(exist_ok=True)
    for name, scheme in (("report", "light"), ("asset", "dark")):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": 1024, "height": 570})
        page.goto(site + PAGES[name])
        if name == "report":
            page.locator("mark[tabindex]", has_text="$59,400").first.hover()
        page.screenshot(path=HERE / f"{name}.png")
