import json
from datetime import UTC, datetime

import pytest
from lxml.html import document_fromstring

from summarizer.page.metadata import read_metadata


@pytest.mark.parametrize(
    ("written", "when"),
    [
        ("2026-02-10T06:50:00-05:00", datetime(2026, 2, 10, 11, 50, tzinfo=UTC)),
        ("2026-02-10", datetime(2026, 2, 10, tzinfo=UTC)),
        ("2026-02-10 11:50:00 UTC", datetime(2026, 2, 10, 11, 50, tzinfo=UTC)),
        ("Tue, 10 Feb 2026 11:50:00 GMT", datetime(2026, 2, 10, 11, 50, tzinfo=UTC)),
        ("1770724200", datetime(2026, 2, 10, 11, 50, tzinfo=UTC)),
        (1770724200000, datetime(2026, 2, 10, 11, 50, tzinfo=UTC)),
        ("1970-01-01T00:00:00Z", None),
        ("0000-00-00", None),
        ("9999999999999999999999", None),
        (None, None),
        ({"a": 1}, None),
        ("Dienstag", None),
    ],
)
def test_the_time_of_publication(written, when):
    assert read({"@type": "Report", "datePublished": written}).dates == ([when] if when else [])


def read(data, url=None):
    data = data if isinstance(data, str) else json.dumps(data)
    script = f'<script type="application/ld+json">{data}</script>'
    page = f'<html lang="de-AT"><head>{script}</head><body><p>x</p></body></html>'
    return read_metadata(document_fromstring(page), url)


def test_an_article_deep_in_a_graph():
    article = {"@type": ["NewsArticle"], "datePublished": "2024-01-02", "author": "Ana"}
    metadata = read({"@graph": [{"@type": "WebPage"}, {"x": [article]}]})
    assert metadata.dates == [datetime(2024, 1, 2, tzinfo=UTC)]
    assert metadata.authors == ("Ana",) and metadata.language == "de"


@pytest.mark.parametrize(
    ("free", "known"),
    [(True, True), ("False", False), (False, False), ("true", True)],
    ids=repr,
)
def test_whether_it_is_free(free, known):
    assert read({"@type": "NewsArticle", "isAccessibleForFree": free}).is_free is known


@pytest.mark.parametrize(
    "data",
    [
        "{",
        "[]",
        "null",
        '"x"',
        "[" * 5000,
        '{"@type":"NewsArticle","author":[null,{"name":null},7],"wordCount":"many"}',
    ],
)
def test_broken_data_breaks_nothing(data):
    assert not read(data, "https://[").dates


@pytest.mark.parametrize(
    ("data", "url", "flag"),
    [
        ({"@type": "AdvertiserContentArticle"}, None, "sponsored_page"),
        ({"@type": "NewsArticle", "articleSection": "Sponsored"}, None, "sponsored_page"),
        ({"@type": "NewsArticle"}, "https://a.example/press-release/coin", "press_release_page"),
    ],
)
def test_paid_pages_are_flagged(data, url, flag):
    assert read(data, url).flags == (flag,)
