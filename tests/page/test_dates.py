"""Dates in the words of pages, and which of several is the article's."""

from datetime import UTC, datetime

import pytest

from summarizer.page.dates import read_time
from summarizer.page.extraction import read_page

TEXT = "<p>Bitcoin fell 4% to $58,000 on Tuesday, after a week in which funds lost money.</p>" * 3


@pytest.mark.parametrize(
    ("written", "time"),
    [
        ("November 20, 2026 8:00 PM", "2026-11-20T20:00"),
        ("Nov. 20th, 2026 at 12:05 a.m. ET", "2026-11-20T05:05"),
        ("20 November 2026, 18:30 CET", "2026-11-20T17:30"),
        ("2026-11-20 08:00 PM UTC", "2026-11-20T20:00"),
        ("Fri, 20 Nov 2026 17:33:11 -0500", "2026-11-20T22:33:11"),
        ("11/20/2026", "2026-11-20T00:00"),
        ("20/11/2026", "2026-11-20T00:00"),
        ("20-Nov-2026", "2026-11-20T00:00"),
        ("November 18, 2026 7:05 pm GMT+1", "2026-11-18T18:05"),
        ("18.11.2026 14:20", "2026-11-18T14:20"),
        ("13/11/2026 09:21:40", "2026-11-13T09:21:40"),
        ("November 3, 2026 (8:42 AM ET)", "2026-11-03T13:42"),
        ("Nov 20 2026, 3:24 pm ist", "2026-11-20T09:54"),
        ("30 January 2026 / 23:07 GMT", "2026-01-30T23:07"),
        ("May 6, 2026 by Ana Ruiz", "2026-05-06T00:00"),
        ("3/4/2026", None),  # the third of April, or the fourth of March
        ("2026-02-18T14:57:36+00:002026-05-13T19:28:30+00:00", None),
        ("1795190400", "2026-11-20T16:00"),
        ("February 30, 2026", None),
        ("5/4", None),
        ("soon", None),
        ("May 6, 1890", None),
        (None, None),
    ],
)
def test_a_time_is_read_as_pages_write_it(written, time):
    found = read_time(written)
    assert found == (time and datetime.fromisoformat(time).replace(tzinfo=UTC))


PUBLISHED = '<meta property="article:published_time" content="2026-05-06T08:00:00Z">'
UPDATED = '<meta property="article:modified_time" content="2026-06-01T08:00:00Z">'


@pytest.mark.parametrize(
    ("head", "line", "date", "is_doubtful"),
    [
        (PUBLISHED, "", "2026-05-06", False),
        (PUBLISHED + UPDATED, "", "2026-05-06", False),
        (PUBLISHED, "By Ana Ruiz · May 6, 2026", "2026-05-06", False),
        (PUBLISHED, "By Ana Ruiz · May 7, 2026", "2026-05-06", False),  # another zone
        (PUBLISHED, "By Ana Ruiz · April 2, 2026", "2026-04-02", True),
        (PUBLISHED, "Updated: June 1, 2026", "2026-05-06", True),
        (PUBLISHED, "June 1, 2026 | Published: May 6, 2026", "2026-05-06", False),
        (PUBLISHED, "It has fallen since June 1, 2024, as data show.", "2026-05-06", False),
        ("", '<time datetime="2026-05-06T09:30:00Z">May 6, 2026</time>', "2026-05-06", False),
        ("", "Posted on 3 May 2026", "2026-05-03", False),
        ("", "3/5/2026", "2026-03-05", False),
        (UPDATED, "", "2026-06-01", True),
        ('<meta name="published" content="May 6, 2026">', "", "2026-05-06", False),
        ("", "", None, False),
    ],
)
def test_the_date_beside_the_title_is_the_articles(head, line, date, is_doubtful):
    body = f"<article><h1>Bitcoin slides</h1><div>{line}</div>{TEXT}</article>"
    page = read_page(f"<html><head>{head}</head><body>{body}</body></html>".encode())
    assert (page.published_at and page.published_at.date().isoformat()) == date
    assert ("date_uncertain" in page.flags) == is_doubtful


@pytest.mark.parametrize(
    ("byline", "authors"),
    [
        ("By Ana Ruiz on Tuesday", ("Ana Ruiz",)),
        ("Written by: Tom B. Lee, editor", ("Tom B. Lee",)),
        ("By the numbers", ()),
    ],
)
def test_an_author_is_named_beside_the_title(byline, authors):
    body = f"<main><h1>Bitcoin slides</h1><div>{byline}</div>{TEXT}</main>"
    page = read_page(f"<html><head></head><body>{body}</body></html>".encode())
    assert page.authors == authors
