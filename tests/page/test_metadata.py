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
        ("1970-01-01T00:00:00Z", None), ("0000-00-00", None), ("9999999999999999999999", None), (None, None), ({"a": 1}, None), ("Dienstag", None),
    ],
)  # fmt: skip
def test_times(written, when):
    published = read_metadata(page({"@type": "Report", "datePublished": written}), None)[
        "published_at"
    ]
    assert published == (when and when.isoformat())


def page(data, head=""):
    script = f'<script type="application/ld+json">{data if isinstance(data, str) else json.dumps(data)}</script>'
    return document_fromstring(
        f'<html lang="de-AT"><head>{script}{head}</head><body><p>x</p></body></html>'
    )


def test_an_article_deep_in_a_graph():
    found = read_metadata(
        page(
            {
                "@graph": [
                    {"@type": "WebPage"},
                    {
                        "x": [
                            {
                                "@type": ["NewsArticle"],
                                "datePublished": "2024-01-02",
                                "author": "Ana",
                            }
                        ]
                    },
                ]
            }
        ),
        None,
    )
    assert (
        found["published_at"] == "2024-01-02T00:00:00+00:00"
        and found["authors"] == ["Ana"]
        and found["language"] == "de"
    )


@pytest.mark.parametrize(
    ("free", "read"), [(True, True), ("False", False), (False, False), ("true", True)]
)
def test_whether_it_is_free(free, read):
    assert (
        read_metadata(page({"@type": "NewsArticle", "isAccessibleForFree": free}), None)["is_free"]
        is read
    )


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
    assert read_metadata(page(data), "https://[")["published_at"] is None


@pytest.mark.parametrize(
    ("data", "url", "flag"),
    [
        ({"@type": "AdvertiserContentArticle"}, None, "sponsored_page"),
        ({"@type": "NewsArticle", "articleSection": "Sponsored"}, None, "sponsored_page"),
        ({"@type": "NewsArticle"}, "https://a.example/press-release/coin", "press_release_page"),
    ],
)
def test_paid_pages_are_flagged(data, url, flag):
    assert read_metadata(page(data), url)["flags"] == [flag]
