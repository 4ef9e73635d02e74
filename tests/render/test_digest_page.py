"""The digest as a page: all of it is there, and a mail client needs nothing else to show it."""

import re
from datetime import timedelta

import pytest
from lxml.html import document_fromstring

from summarizer.overviews import AssetView, Digest, DigestStory, Dissent, Figure, Outlet
from summarizer.render.html import render_digest_page
from tests.batch.test_export import OWN
from tests.support.reports import NOW

ELEMENTS = set("html head meta title body div h1 h2 p table tbody tr td b span a br".split())


def make_digest(text: str = "Bank buys", url: str = "https://a.example/x") -> Digest:
    outlet = Outlet(name=text, url=url)
    figure = {"unit": "USD", "period": None, "url": url, "outlets": 1}
    return Digest(
        since=NOW - timedelta(days=1),
        until=NOW,
        articles=4,
        assets=(
            AssetView(
                asset="BTC", direction="bullish", view=0.5, stories=4, bullish=2, bearish=1,
                neutral=1, dissent=(Dissent(outlet=outlet, title=text, direction="bearish"),),
            ),
        ),
        levels=(Figure(kind="support_level", subject="BTC", value=58000, is_new=True, **figure),),
        flows=(Figure(kind="etf_flow", subject="MARKET", value=2e8, is_new=False, **figure),),
        stories=(
            DigestStory(
                title=text, summary=text, outlets=(outlet,), corroboration=1, credibility="high",
                views={"BTC": 0.5}, weight=1,
            ),
        ),
    )  # fmt: skip


def test_all_of_the_digest_is_on_the_page():
    page = render_digest_page(make_digest())
    body = document_fromstring(page).find("body")
    shown = " ".join(" ".join(body.itertext()).split())
    for words in (
        "Crypto digest, 10 Feb 2026",
        "4 articles · 1 asset",
        "BTC ▲ bullish +0.50 4 stories: 2 up, 1 down, 1 flat",
        "support level: $58,000 (new)",
        "Against it, bearish: Bank buys (Bank buys)",
        "Other levels, flows and events MARKET etf flow: $200M",
        "Top stories Bank buys Bank buys",
        "BTC ▲ · credibility high",
    ):
        assert words in shown
    assert {link.get("href") for link in body.iter("a")} == {"https://a.example/x"}
    assert len([*body.iter("a")]) == 4  # level, flow, dissent, story


def test_the_drawing_is_what_the_words_beside_it_say():
    page = document_fromstring(render_digest_page(make_digest()))
    (drawing,) = page.xpath("//*[@role='img']")
    stories, view = (
        [(cell.get("bgcolor"), float(cell.get("width").strip("%"))) for cell in table.iter("td")]
        for table in drawing.iter("table")
    )
    assert stories == [("#cf222e", 25.0), ("#c3cad2", 25.0), ("#1a7f37", 50.0)]
    assert view == [("#e6eaee", 50.0), ("#1a7f37", 25.0), ("#e6eaee", 25.0)]
    assert drawing.get("aria-label") == "2 up, 1 down, 1 flat; view +0.50"


@pytest.mark.parametrize("strength", [-1.0, -0.999, -0.5, -0.001, 0.0, 0.001, 0.5, 1.0])
def test_each_bar_fills_the_whole_width(strength):
    digest = make_digest()
    view = digest.assets[0].model_copy(update={"view": strength, "bearish": 0, "neutral": 2})
    page = render_digest_page(digest.model_copy(update={"assets": (view,)}))
    for table in document_fromstring(page).xpath("//*[@role='img']//table"):
        widths = [float(cell.get("width").strip("%")) for cell in table.iter("td")]
        assert abs(sum(widths) - 100) <= 0.2 and min(widths) > 0


def test_an_asset_of_one_neutral_story_is_named_and_not_drawn():
    digest = make_digest()
    minor = AssetView(
        asset="ADA", direction="neutral", view=0.0, stories=1, bullish=0, bearish=0, neutral=1
    )
    page = render_digest_page(digest.model_copy(update={"assets": (*digest.assets, minor)}))
    assert page.count('role="img"') == 1
    assert (
        "One story each, and no clear direction: ADA." in document_fromstring(page).text_content()
    )


def test_styles_stand_in_the_elements_and_nothing_is_asked_of_elsewhere():
    page = render_digest_page(make_digest("Zürich – ₿"))
    assert page.isascii() and "Zürich – ₿" in document_fromstring(page).text_content()
    assert not re.search(r"<style|<script|<img|<link|class=|url\(|var\(|src=", page)
    empty = make_digest().model_copy(
        update={"articles": 0, "assets": (), "levels": (), "flows": (), "stories": ()}
    )
    assert "No article in this period." in render_digest_page(empty)


@pytest.mark.parametrize("text", OWN)
def test_words_of_others_are_words(text):
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    page = document_fromstring(render_digest_page(make_digest(text, "javascript:alert(1)")))
    assert {element.tag for element in page.iter() if isinstance(element.tag, str)} <= ELEMENTS
    assert not [*page.iter("a")]
    names = {name for element in page.iter() for name in element.keys()}  # noqa: SIM118
    assert not [name for name in names if name.startswith("on")]
