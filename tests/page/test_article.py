import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from eval.extraction import load_pages
from summarizer.errors import EmptyInput, NoArticle
from summarizer.models import Page
from summarizer.page.article import extract_article, make_article

DATA = Path(__file__).parents[2] / "eval" / "data"
STORY = (
    "<p>Bitcoin fell 4% to $58,000 on Tuesday after a week of outflows from funds.</p>"
    "<p>Open interest dropped to $15.9 billion.</p>"
)


def page(body, head="", content_type="text/html; charset=utf-8", url=None):
    head = f"<head><title>t</title>{head}</head>"
    markup = f"<!doctype html><html>{head}<article><h1>t</h1>{body}</article></html>"
    return Page(url=url, body=markup.encode(), content_type=content_type)


def test_what_the_caller_knows_wins_over_the_page():
    when = datetime(2024, 5, 6, tzinfo=UTC)
    article = extract_article(
        page(STORY, '<meta property="og:site_name" content="Elsewhere">'),
        title="T",
        source="S",
        published_at=when,
    )
    assert (article.title, article.source, article.published_at) == ("T", "S", when)


def test_metadata_of_a_page():
    gold = next(
        gold for gold in load_pages(DATA / "articles.jsonl") if gold.id == "own-etf-flows-2024"
    )
    article = extract_article(gold.page)
    assert article.title == "Ether funds take in a record $837M as bitcoin ETFs cross 1.1M coins"
    assert (article.source, article.domain, article.authors) == (
        "Ledger Post",
        "ledgerpost.example",
        ("Hamish Oduya",),
    )
    assert article.published_at == datetime(2024, 12, 6, 9, 20, tzinfo=UTC)
    assert (article.language, article.flags) == ("en", ())


@pytest.mark.parametrize(
    ("fetched", "said", "url"),
    [
        ("https://www.a.example/x?ref=9", "https://a.example/x", "https://a.example/x"),
        ("https://a.example/x", "https://b.example/x", "https://a.example/x"),
        ("https://a.example/x", "https://a.example/", "https://a.example/x"),
        ("https://a.example/x", "javascript:alert(1)", "https://a.example/x"),
        (None, "https://a.example/x", "https://a.example/x"),
    ],
)
def test_a_page_names_its_own_address_within_its_site(fetched, said, url):
    assert (
        extract_article(page(STORY, f'<link rel="canonical" href="{said}">', url=fetched)).url
        == url
    )


@pytest.mark.parametrize(
    ("updated", "known"),
    [
        ("2024-05-06T12:00:00Z", True),
        ("2024-05-06T09:00:00Z", False),
        ("2024-05-01T00:00:00Z", False),
        ("2999-01-01", False),
        ("soon", False),
    ],
)
def test_section_and_the_time_of_an_update(updated, known):
    data = {
        "@type": "NewsArticle",
        "datePublished": "2024-05-06T09:00:00Z",
        "dateModified": updated,
        "articleSection": ["Markets", "Bitcoin"],
    }
    article = extract_article(
        page(STORY, f'<script type="application/ld+json">{json.dumps(data)}</script>')
    )
    assert article.section == "Markets"
    assert article.updated_at == (datetime(2024, 5, 6, 12, tzinfo=UTC) if known else None)


@pytest.mark.parametrize(
    ("written", "flag"),
    [
        pytest.param(
            (datetime.now(UTC) + timedelta(days=3)).isoformat(), "date_in_future", id="future"
        ),
        ("0001-01-01T00:00:00Z", "date_missing"),
        ("soon", "date_missing"),
    ],
)
def test_an_impossible_date_is_null_and_flagged(written, flag):
    article = extract_article(
        page(STORY, f'<meta property="article:published_time" content="{written}">')
    )
    assert article.published_at is None and flag in article.flags


@pytest.mark.parametrize(
    "url",
    ["https://[", "http://[", "//[", "http://[::1", "http://a]b", "http://\u2100.example", "soon"],
)
def test_an_address_that_is_none_is_kept_as_words(url):
    article = make_article("BTC fell.", url=url)
    assert (article.url, article.domain) == (url, None)


@pytest.mark.parametrize("body", [b"", b" \n\t ", b"\xef\xbb\xbf  "])
def test_nothing_is_empty_input(body):
    with pytest.raises(EmptyInput):
        extract_article(Page(body=body))


def test_a_page_without_an_article_says_what_to_do():
    with pytest.raises(NoArticle) as caught:
        extract_article(
            Page(
                body=b"<html><body></body></html>",
                content_type="text/html",
                url="https://a.example/x",
            )
        )
    assert (
        caught.value.code == "no_article"
        and "summarizer -" in str(caught.value)
        and caught.value.url
    )


def test_plain_text_in_another_charset():
    article = extract_article(
        Page(
            body="Der Kurs fällt auf 58.000 €.".encode("cp1252"),
            content_type="text/plain; charset=windows-1252",
        )
    )
    assert article.text == "Der Kurs fällt auf 58.000 €."
