"""A hundred and forty pages that stand where an article should, in the words of this project, and
every real page at hand."""

import gzip
import re
from pathlib import Path

import pytest

from eval.extraction import load_benchmark, load_pages
from summarizer.errors import NoArticle
from summarizer.models import Page
from summarizer.page.article import extract_article
from summarizer.page.extraction import read_page
from summarizer.page.walls import is_teaser

HERE = Path(__file__).parents[1]
DATA = HERE.parent / "eval" / "data"
CRYPTO = HERE.parents[1] / "shared" / "data" / "pages" / "crypto"
_PARTS = re.split(
    r"^=== (\S+) (\S+)\n", (HERE / "pages" / "walls.txt").read_text("utf-8"), flags=re.M
)[1:]
WALLS = list(zip(_PARTS[::3], _PARTS[1::3], _PARTS[2::3], strict=True))
LATER = [
    wall
    for wall in WALLS
    if wall[1].partition("-")[0] in ("second", "third", "fourth", "fifth", "sixth")
]
FIRST = [wall for wall in WALLS if wall not in LATER]
RECALL = 0.95
NAMED = 0.7


def read(markup):
    content_type = "text/html; charset=utf-8"
    return extract_article(
        Page(url="https://site.example/a", body=markup.encode(), content_type=content_type)
    )


def refusal(markup):
    """The code with which a page is refused; None for one that is taken for an article."""
    try:
        read(markup)
    except NoArticle as error:
        assert error.advice
        return error.code
    return None


def expected(kind):
    return kind if kind == "no_article" else f"wall_{kind}"


@pytest.mark.parametrize(
    ("kind", "name", "markup"), FIRST, ids=[f"{kind}-{name}" for kind, name, _ in FIRST]
)
def test_a_wall_has_its_code(kind, name, markup):
    assert refusal(markup) == expected(kind)


def test_walls_written_after_the_rules():
    """Each later set was written to try the rules that those before it had shaped, unseen: of the
    fourth 19 of 28 pages were refused, of the fifth 10 of 14, of the sixth 12 of 12. Worded as no
    product words them, they are refused, if not always by the right name."""
    codes = [(refusal(markup), expected(kind)) for kind, _, markup in LATER]
    assert len(codes) >= 90
    assert sum(code is not None for code, _ in codes) >= RECALL * len(codes)
    assert sum(code == right for code, right in codes) >= NAMED * len(codes)


def test_there_are_enough_walls():
    assert len(FIRST) >= 40


def real_pages():
    pages = [(gold.id, gold.page.body) for gold in load_benchmark()]
    return pages + [
        (path.name, gzip.decompress(path.read_bytes())) for path in sorted(CRYPTO.glob("*.html.gz"))
    ]


def test_no_real_page_is_taken_for_a_wall():
    pages = real_pages()
    if not pages:
        pytest.skip("the saved pages are looked for in ../shared/data/pages, beside the checkout")
    assert not [name for name, body in pages if not read_page(body).text]


def test_no_page_of_our_own_is_taken_for_a_wall():
    for gold in [*load_pages(DATA / "articles.jsonl"), *load_pages(DATA / "pages2.jsonl")]:
        assert read_page(gold.page.body).text, gold.id


def test_a_brief_under_a_cookie_banner_is_an_article():
    menu = " ".join(f'<a href="/{n}">Section number {n}</a>' for n in range(80))
    head = "<head><title>Coinbase lists WRM</title></head>"
    story = """<article><h1>Coinbase lists WRM</h1><p>Coinbase will list Wormwood's WRM on Thursday,
    it said in a post, and the token rose 9% to $0.46.</p></article>"""
    bar = """<div class="cookie-bar">We use cookies. <button>Accept all cookies</button></div>"""
    body = f"<html>{head}<body><nav>{menu}</nav>{story}<p>More of {menu}</p>{bar}</body></html>"
    assert "WRM" in read(body).text


@pytest.mark.parametrize(
    "brief",
    [
        "Coinbase lists WRM against the dollar",
        "Ether fell 3%",
        "Strategy buys $430 million of coins",
        "Walletreum raises its first round",
    ],
)
def test_a_headline_as_a_fragment_is_an_article(brief):
    assert read(f"<p>{brief} today</p>").words >= 4


@pytest.mark.parametrize(
    "title", ["ERC-404 tokens double in a day", "Ether slips as desks weigh report 2-404"]
)
def test_a_number_404_within_a_name_is_no_missing_page(title):
    story = f"<h1>{title}</h1><p>Ether fell 3% to $2,000 on Tuesday, said desks.</p>"
    article = read(f"<html><title>{title}</title><body><article>{story}</article></body></html>")
    assert article.title == title


def test_an_article_about_challenges_is_an_article():
    story = """<p>Sites now ask visitors to verify you are human before they load. Traders who
    scrape prices lost $4 million by it, a study says.</p>"""
    head = "<title>The captcha tax</title>"
    article = read(f"<html>{head}<body><article>{story * 8}</article></body></html>")
    assert article.words > 100


def test_a_teaser_is_flagged():
    gold = next(gold for gold in load_pages(DATA / "pages2.jsonl") if gold.id == "page2-paywall")
    assert "partial_text" in extract_article(gold.page).flags


@pytest.mark.parametrize(
    ("text", "after", "is_free", "said", "teaser"),
    [
        ("It fell 4%. " * 20, "", None, None, False),
        ("It fell 4%. " * 20, "", False, None, True),
        ("It fell 4%. " * 200, "", False, None, False),
        ("It fell 4%. " * 20, "", None, 800, True),
        ("It fell 4%. " * 20, "", None, 260, False),  # letters, not words
        ("It fell 4% and then […]", "", None, None, True),
        ("It fell 4%. " * 20, "Subscribe to continue reading", None, None, True),
    ],
)
def test_teasers_by_sign(text, after, is_free, said, teaser):
    assert is_teaser(text, after, is_free=is_free, stated_words=said) is teaser
