"""Feeds as they are: real captures, gofeed's expected results, attacks, and what real feeds do wrong."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.batch.discovery import find_feed_link, parse_opml
from summarizer.batch.feed import MAX_ENTRIES, FeedInvalid, parse_feed, plain
from summarizer.errors import InputError
from summarizer.models import Page
from summarizer.web.urls import canonical_url

SHARED = Path(__file__).parents[3] / "shared" / "data" / "feeds"
needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the feed corpora are not here: ../shared/data/feeds"
)
CAPTURED = datetime(2025, 12, 14, tzinfo=UTC)
NOW = datetime(2026, 11, 25, tzinfo=UTC)


def rss(items: str, head: str = "") -> bytes:
    return f'<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>{head}{items}</channel></rss>'.encode()


def parse(body: bytes, url: str | None = "https://a.example/feed", now: datetime = NOW):
    return parse_feed(Page(body=body, url=url), now=now)


@needs_shared
@pytest.mark.parametrize(
    ("name", "entries", "texts"),
    [
        ("coindesk", 25, 25),
        ("coingtelegraph-all", 30, 30),
        ("decrypt", 58, 57),
        ("prnews-news-releases-list", 20, 20),
        ("theblock", 19, 19),
    ],
)
def test_captured_crypto_feeds_lose_nothing(name, entries, texts):
    feed = parse((SHARED / "crypto" / f"{name}.rss").read_bytes(), now=CAPTURED)
    assert len(feed.entries) == entries
    assert (
        sum(bool(entry.text) for entry in feed.entries) == texts
    )  # one of Decrypt's descriptions is empty
    assert all(
        entry.title and entry.link and entry.published_at and not entry.flags
        for entry in feed.entries
    )
    assert not feed.warnings


@needs_shared
def test_gofeeds_expected_titles_links_and_dates():
    right = wrong = 0
    for path in sorted((SHARED / "gofeed").rglob("*.xml")):
        try:
            entries = parse(path.read_bytes(), url=None).entries
        except FeedInvalid:
            entries = ()
        expected = (
            json.loads(path.with_suffix(".json").read_text())
            if path.with_suffix(".json").exists()
            else {}
        )
        for number, item in enumerate(expected.get("items") or expected.get("entries") or ()):
            found = entries[number] if number < len(entries) else None
            date = (
                item.get("publishedParsed")
                or item.get("pubDateParsed")
                or item.get("updatedParsed")
            )
            link = item.get("link") or next(
                (part.get("href") for part in item.get("links") or () if isinstance(part, dict)),
                None,
            )
            title = " ".join(plain(str(item.get("title") or "")).split())
            checks = [(title, found and found.title), (link, found and found.link)]
            checks += [(datetime.fromisoformat(date), found and found.published_at)] if date else []
            right += sum(bool(wanted) and wanted == got for wanted, got in checks)
            wrong += sum(bool(wanted) and wanted != got for wanted, got in checks)
    assert right >= 70
    assert wrong <= 0.01 * (right + wrong)


@needs_shared
@pytest.mark.timeout(60)
def test_no_file_raises_whole_cut_or_attacking(monkeypatch):
    monkeypatch.setattr(
        "socket.create_connection", lambda *args, **more: pytest.fail("a feed went to the network")
    )
    for path in sorted(SHARED.rglob("*")):
        if path.is_file():
            body = path.read_bytes()
            for part in (body, body[: len(body) // 2], body[: len(body) // 3]):
                for parse_any in (parse, parse_opml):
                    try:
                        parse_any(part)
                    except InputError:
                        continue


@given(st.binary(max_size=400))
def test_no_bytes_raise(junk):
    for body in (junk, rss("").replace(b"</channel>", junk + b"</channel>"), b"{" + junk):
        try:
            parse(body)
        except FeedInvalid:
            continue


@pytest.mark.parametrize(
    "body",
    [
        b"/etc/hostname",
        b"file:///etc/hostname",
        b"http://127.0.0.1:9/feed",
        b"",
        b"<html><body>x</body></html>",
        b"{}",
    ],
)
def test_a_body_that_is_no_feed_is_refused_and_opens_nothing(body):
    with pytest.raises(FeedInvalid):
        parse(body)


def test_external_entities_bring_nothing_in():
    feed = parse(
        b'<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        + rss("<item><title>a &x; b</title><link>https://a.example/1</link></item>")
    )
    assert "root" not in str(feed)


def test_an_empty_later_description_does_not_erase_the_first():
    entry = parse(
        rss(
            "<item><title>t</title><description>said</description><dc:description/><dc:description></dc:description></item>"
        )
    ).entries[0]
    assert entry.text == "said"


def test_what_feedparser_takes_wrongly():
    entries = parse(
        rss(
            '<item><link uri="at://did/post">https://a.example/1</link><pubDate>1765576818</pubDate></item>'
            "<item><link>/2?a=1&amp;utm_source=x#part</link><description>No title here</description></item>"
            "<item><title>&lt;b&gt;BTC&lt;/b&gt; &amp;amp; ETH</title><link>javascript:alert(1)</link><guid>g</guid></item>"
        )
    ).entries
    assert entries[0].link == "https://a.example/1"
    assert entries[0].published_at == datetime(2025, 12, 12, 22, 0, 18, tzinfo=UTC)
    assert (entries[1].key, entries[1].title) == ("url:https://a.example/2?a=1", "No title here")
    assert (entries[2].title, entries[2].link, entries[2].text) == (
        "BTC & ETH",
        None,
        "javascript:alert(1)",
    )


@pytest.mark.parametrize(
    ("date", "flag"),
    [("soon", "date_missing"), ("", "date_missing"), ("Thu, 01 Jan 1970 00:00:00 GMT", "date_impossible"), ("Fri, 27 Nov 2026 00:00:00 GMT", "date_in_future")],
)  # fmt: skip
def test_a_date_that_cannot_be_is_null_and_flagged(date, flag):
    entry = parse(rss(f"<item><title>t</title><pubDate>{date}</pubDate></item>")).entries[0]
    assert (entry.published_at, entry.flags) == (None, (flag,))


def test_keys_tell_entries_apart_and_join_the_same():
    entries = parse(
        rss(
            "<item><guid>1</guid><link>https://a.example/x</link></item><item><guid>1</guid><link>https://a.example/y</link></item>"
            "<item><link>https://A.example:443/x?fbclid=2</link></item><item><title>no link</title></item><item><title>nor here</title></item>"
        )
    ).entries
    assert len({entry.key for entry in entries}) == len(entries) == 4


def test_a_feed_cut_off_drops_its_half_entry_and_says_so():
    feed = parse(
        b'<rss version="2.0"><channel><item><title>a</title><guid>1</guid><link>https://a.example/1</link></item><item><title>half an ent'
    )
    assert [entry.title for entry in feed.entries] == ["a"]
    assert any("ends early" in warning for warning in feed.warnings)


def test_of_an_archive_the_newest_are_read_and_the_rest_is_counted():
    start = datetime(2020, 1, 1, tzinfo=UTC)
    items = "".join(
        f"<item><guid>{n}</guid><pubDate>{start + timedelta(hours=n):%a, %d %b %Y %H:%M:%S} GMT</pubDate></item>"
        for n in range(MAX_ENTRIES + 7)
    )
    feed = parse(rss(items))
    assert len(feed.entries) == MAX_ENTRIES
    assert feed.entries[0].key == "guid:7"
    assert feed.warnings == (
        f"it holds 7 entries more than {MAX_ENTRIES}; the oldest are left out",
    )


def test_json_feed():
    item = {
        "id": 1,
        "url": "/a",
        "title": "a < b",
        "content_html": "<p>x</p>",
        "date_published": "2025-12-12T10:00:00+01:00",
    }
    feed = parse(
        json.dumps(
            {"version": "https://jsonfeed.org/version/1.1", "title": "T", "items": [item, 3, {}]}
        ).encode()
    )
    entry = feed.entries[0]
    assert (entry.link, entry.text, entry.published_at) == (
        "https://a.example/a",
        "x",
        datetime(2025, 12, 12, 9, tzinfo=UTC),
    )


def test_a_feeds_entities_do_not_cost_time():
    bomb = (
        b'<!DOCTYPE rss [<!ENTITY a "'
        + b"x" * 50_000
        + b'">]>'
        + rss("<item><title>t</title><description>" + "&a;" * 20_000 + "</description><br></item>")
    )
    feed = parse(bomb)
    assert len(feed.entries[0].text) < 200_000


def test_opml_lists_feeds_once_and_only_those_of_the_web():
    body = b'<opml version="2.0"><body><outline text="f"><outline type="rss" xmlUrl="https://a.example/f"/><outline type="rss" xmlUrl="https://a.example/f"/></outline><outline type="rss" xmlUrl="file:///etc/passwd"/></body></opml>'  # fmt: skip
    assert parse_opml(body) == ["https://a.example/f"]
    with pytest.raises(InputError):
        parse_opml(b"<opml><body/></opml>")


def test_a_page_says_where_its_feed_is():
    page = Page(
        url="https://a.example/x/",
        body=b"<link rel='alternate' type=application/rss+xml href='../feed?a=1&amp;b=2'>",
    )
    assert find_feed_link(page) == "https://a.example/feed?a=1&b=2"
    assert (
        find_feed_link(
            Page(body=b'<link rel="alternate" type="application/rss+xml" href="javascript:x">')
        )
        is None
    )


def test_packed_bytes_are_no_feed():
    with pytest.raises(FeedInvalid):
        parse(gzip.compress(rss("<item/>")))


@given(st.text(max_size=60))
def test_canonical_addresses_are_canonical(text):
    for url in (text, f"https://a.example/{text}"):
        assert canonical_url(canonical_url(url)) == canonical_url(url)


def test_pages_told_apart_by_their_query_stay_apart():
    assert canonical_url("https://a.example/?id=1") != canonical_url("https://a.example/?id=2")
    assert (
        canonical_url("http://a.example:80/x?utm_medium=a&ref=b&gclid=3")
        == "http://a.example/x?ref=b"
    )
