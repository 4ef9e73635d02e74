"""Feeds as they are: real captures, results expected by gofeed, attacks, and common mistakes."""

import gzip
import json
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.batch.discovery import find_feed_link, looks_like_feed, parse_opml
from summarizer.batch.entries import FeedEntry
from summarizer.batch.feed import MAX_ENTRIES, Feed, FeedInvalid, parse_feed
from summarizer.errors import InputError
from summarizer.models import Page
from summarizer.page.sandbox import Sandbox
from summarizer.page.words import read_plain
from summarizer.web.urls import canonical_url

SHARED = Path(__file__).parents[3] / "shared" / "data" / "feeds"
needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the feed corpora are not here: ../shared/data/feeds"
)


def rss(*items: str) -> bytes:
    """A feed of items."""
    head = '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
    body = "".join(f"<item>{item}</item>" for item in items)
    return f"{head}{body}</channel></rss>".encode()


def parse(body: bytes, url: str | None = "https://a.example/feed"):
    return parse_feed(Page(body=body, url=url))


@needs_shared
@pytest.mark.parametrize(
    ("name", "entries", "texts"),
    [
        ("coindesk", 25, 25),
        ("coingtelegraph-all", 30, 30),
        ("decrypt", 58, 57),  # one of the descriptions is empty
        ("prnews-news-releases-list", 20, 20),
        ("theblock", 19, 19),
    ],
)
def test_captured_crypto_feeds_lose_nothing(name, entries, texts):
    feed = parse((SHARED / "crypto" / f"{name}.rss").read_bytes())
    assert len(feed.entries) == entries
    assert sum(bool(entry.text) for entry in feed.entries) == texts
    for entry in feed.entries:
        assert entry.title and entry.link and entry.published_at and not entry.flags
    assert not feed.warnings


def expected_values(item: dict) -> list:
    """Title, link and date of an entry as gofeed reads it."""
    links = [part.get("href") for part in item.get("links") or () if isinstance(part, dict)]
    dates = [item.get(f"{name}Parsed") for name in ("published", "pubDate", "updated")]
    title = " ".join(read_plain(str(item.get("title") or "")).split())
    link = item.get("link") or next(iter(links), None)
    return [title, link, *(datetime.fromisoformat(date) for date in dates if date)][:3]


@needs_shared
def test_gofeeds_expected_titles_links_and_dates():
    right = wrong = 0
    for path in sorted((SHARED / "gofeed").rglob("*.xml")):
        expected = path.with_suffix(".json")
        expected = json.loads(expected.read_text()) if expected.exists() else {}
        try:
            entries = parse(path.read_bytes(), url=None).entries
        except FeedInvalid:
            entries = ()
        nothing = [FeedEntry("", None, None, None, "")] * MAX_ENTRIES
        items = expected.get("items") or expected.get("entries") or ()
        for item, entry in zip(items, [*entries, *nothing], strict=False):
            read = (entry.title, entry.link, entry.published_at)
            for value, found in zip(expected_values(item), read, strict=False):
                right += bool(value) and value == found
                wrong += bool(value) and value != found
    assert right >= 70
    assert wrong <= 0.01 * (right + wrong)


@needs_shared
@pytest.mark.timeout(100)
def test_no_file_raises_whole_cut_or_attacking(monkeypatch):
    monkeypatch.setattr(
        "socket.create_connection", lambda *args, **more: pytest.fail("a feed went to the network")
    )
    for path in sorted(SHARED.rglob("*")):
        body = path.read_bytes() if path.is_file() else b""
        for part in (body, body[: len(body) // 2], body[: len(body) // 3]):
            for parse_any in (parse, parse_opml):
                try:
                    parse_any(part)
                except InputError:
                    continue


@given(st.binary(max_size=400))
def test_no_bytes_raise(junk):
    for body in (junk, rss().replace(b"</channel>", junk + b"</channel>"), b"{" + junk):
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
        gzip.compress(rss(""), mtime=0),
    ],
    ids="path file address nothing page object packed".split(),
)
def test_a_body_that_is_no_feed_is_refused_and_opens_nothing(body):
    with pytest.raises(FeedInvalid):
        parse(body)


def test_external_entities_bring_nothing_in():
    dtd = b'<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    feed = parse(dtd + rss("<title>a &x; b</title><link>https://a.example/1</link>"))
    assert "root" not in str(feed)


def test_an_empty_later_description_does_not_erase_the_first():
    empty = "<dc:description/><dc:description></dc:description>"
    (entry,) = parse(rss(f"<title>t</title><description>said</description>{empty}")).entries
    assert entry.text == "said"


def test_what_feedparser_takes_wrongly():
    uri, relative, escaped = parse(
        rss(
            '<link uri="at://did/post">https://a.example/1</link><pubDate>1765576818</pubDate>',
            "<link>/2?a=1&amp;utm_source=x#part</link><description>No title here</description>",
            "<title>&lt;b&gt;BTC&lt;/b&gt; &amp;amp; ETH</title><link>javascript:alert(1)</link>"
            "<guid>g</guid>",
        )
    ).entries
    assert uri.link == "https://a.example/1"
    assert uri.published_at == datetime(2025, 12, 12, 22, 0, 18, tzinfo=UTC)
    assert (relative.key, relative.title) == ("url:https://a.example/2?a=1", "No title here")
    assert (escaped.title, escaped.link) == ("BTC & ETH", None)
    assert escaped.text == "javascript:alert(1)"


@pytest.mark.parametrize(
    ("date", "flag"),
    [
        ("soon", "date_missing"),
        ("", "date_missing"),
        ("03/04/2025 10:00", "date_ambiguous"),
        ("Thu, 01 Jan 1970 00:00:00 GMT", "date_impossible"),
        ("Fri, 27 Nov 2099 00:00:00 GMT", "date_in_future"),
    ],
)
def test_a_date_that_cannot_be_is_null_and_flagged(date, flag):
    (entry,) = parse(rss(f"<title>t</title><pubDate>{date}</pubDate>")).entries
    assert (entry.published_at, entry.flags) == (None, (flag,))


def test_keys_tell_entries_apart_and_join_the_same():
    entries = parse(
        rss(
            "<guid>1</guid><link>https://a.example/x</link>",
            "<guid>1</guid><link>https://a.example/y</link>",
            "<link>https://A.example:443/x?fbclid=2</link>",
            "<title>no link</title>",
            "<title>nor here</title>",
        )
    ).entries
    assert len({entry.key for entry in entries}) == len(entries) == 4


def test_a_feed_cut_off_drops_its_half_entry_and_says_so():
    item = "<title>a</title><guid>1</guid><link>https://a.example/1</link>"
    whole = rss(item, "<title>half an entry</title>")
    feed = parse(whole[: whole.index(b"ry</title>")])
    assert [entry.title for entry in feed.entries] == ["a"]
    assert any("ends early" in warning for warning in feed.warnings)


def test_of_an_archive_the_newest_are_read_and_the_rest_is_counted():
    start = datetime(2020, 1, 1, tzinfo=UTC)
    dates = (format_datetime(start + timedelta(hours=n)) for n in range(MAX_ENTRIES + 7))
    items = (f"<guid>{n}</guid><pubDate>{date}</pubDate>" for n, date in enumerate(dates))
    feed = parse(rss(*items))
    assert len(feed.entries) == MAX_ENTRIES
    assert feed.entries[0].key == "guid:https://a.example/feed#7"
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
    version = "https://jsonfeed.org/version/1.1"
    feed = parse(json.dumps({"version": version, "title": "T", "items": [item, 3, {}]}).encode())
    entry = feed.entries[0]
    assert (entry.link, entry.text) == ("https://a.example/a", "x")
    assert entry.published_at == datetime(2025, 12, 12, 9, tzinfo=UTC)


def test_a_feeds_entities_do_not_cost_time():
    dtd = b'<!DOCTYPE rss [<!ENTITY a "' + b"x" * 50_000 + b'">]>'
    feed = parse(dtd + rss(f"<title>t</title><description>{'&a;' * 20_000}</description><br>"))
    assert len(feed.entries[0].text) < 200_000


def test_opml_lists_feeds_once_and_only_those_of_the_web():
    feed = b'<outline type="rss" xmlUrl="https://a.example/f"/>'
    file = b'<outline type="rss" xmlUrl="file:///etc/passwd"/>'
    folder = b'<outline text="f">' + feed * 2 + b"</outline>"
    body = b'<opml version="2.0"><body>' + folder + file + b"</body></opml>"
    assert parse_opml(body) == ["https://a.example/f"]
    assert parse_opml(b"<opml><body/></opml>") == []


def test_a_page_says_where_its_feed_is():
    link = b"<link rel='alternate' type=application/rss+xml href='%s'>"
    page = Page(url="https://a.example/x/", body=link % b"../feed?a=1&amp;b=2")
    assert find_feed_link(page) == "https://a.example/feed?a=1&b=2"
    assert find_feed_link(Page(body=link % b"javascript:x")) is None


@given(st.text(max_size=60))
def test_canonical_addresses_are_canonical(text):
    for url in (text, f"https://a.example/{text}"):
        assert canonical_url(canonical_url(url)) == canonical_url(url)


def test_pages_told_apart_by_their_query_stay_apart():
    assert canonical_url("https://a.example/?id=1") != canonical_url("https://a.example/?id=2")
    url = "http://a.example:80/x?utm_medium=a&ref=b&gclid=3"
    assert canonical_url(url) == "http://a.example/x?ref=b"


# ---- the entry's own words, and keys


MEDIA = b'<rss xmlns:m="http://search.yahoo.com/mrss/"'


@pytest.mark.parametrize(
    "picture",
    [
        "<m:content url='x'><m:description>Solana rose 40%</m:description></m:content>",
        "<m:group><m:title>Solana</m:title><m:description>rose 40%</m:description></m:group>",
        "<m:text>Solana rose 40%, as our picture shows, and it did so in a single day</m:text>",
    ],
)
def test_a_pictures_caption_is_not_the_entrys_text(picture):
    own = "<title>Ether slips</title><description>Ether fell 2%.</description>"
    for item in (picture + own, own + picture):
        (entry,) = parse(rss(item).replace(b"<rss", MEDIA)).entries
        assert (entry.title, entry.text) == ("Ether slips", "Ether fell 2%.")


NEIGHBOUR = '<li><a href="https://news.google.com/2">SOL jumps 9%</a></li>'


@pytest.mark.parametrize(
    "description",
    [
        f'<ol><li><a href="https://news.google.com/1">Ether slips</a></li>{NEIGHBOUR}</ol>',
        '<a href="https://news.google.com/a/1">Ether slips</a>&nbsp;&nbsp;<font>The Block</font>',
    ],
)
def test_google_news_gives_title_and_source_and_no_neighbours(description):
    escaped = description.replace("&", "&amp;").replace("<", "&lt;")
    source = "<source url='https://www.theblock.co'>The Block</source>"
    item = f"<title>Ether slips - The Block</title>{source}<description>{escaped}</description>"
    (entry,) = parse(rss(item)).entries
    assert (entry.title, entry.source, entry.text) == ("Ether slips", "The Block", "Ether slips")


@pytest.mark.parametrize(
    "added",
    [
        "<p>The post <a>Ether slips</a> appeared first on <a>Coin Wire</a>.</p>",
        "<p>The post Ether slips first appeared on Coin Wire.</p>",
        " <a>Continue reading Ether slips</a>",
        " <a>Read more</a>",
        " [&#8230;]",
        "<br>submitted by /u/someone",
        "<p>Article URL: https://a.example/1</p><p>Points: 12</p><p># Comments: 3</p>",
    ],
)
def test_what_programs_add_to_an_entry_goes(added):
    text = "Ether fell 2% on Friday. Read more desks than ever sold."
    item = f"<title>t</title><description><![CDATA[<p>{text}</p>{added}]]></description>"
    assert parse(rss(item)).entries[0].text.rstrip(" .") == text.rstrip(".")


def test_stories_under_one_number_are_told_apart_and_the_same_one_is_not():
    def item(title, guid="0"):
        return f"<title>{title}</title><guid isPermaLink='false'>{guid}</guid>"

    feed = parse(rss(item("a"), item("b"), item("c"), item("a")))
    assert [entry.title for entry in feed.entries] == ["a", "b", "c"]
    (other,) = parse(rss(item("z")), "https://b.example/feed").entries
    assert other.key not in {entry.key for entry in feed.entries}
    (unique,) = parse(rss(item("u", "tag:a.example,2025:1")), "https://b.example/f").entries
    assert unique.key == "guid:tag:a.example,2025:1"  # the same story in whichever feed


@pytest.mark.parametrize(
    "query",
    "source=rss-11------2 source=rss----3---4 ref=rss utm_source=x mc_cid=1 at_medium=RSS "
    "fbclid=1 msclkid=2 _hsenc=3 guccounter=1 igshid=4".split(),
)
def test_what_is_added_to_a_link_to_count_clicks_goes(query):
    assert canonical_url(f"https://a.example/x?{query}&id=2") == "https://a.example/x?id=2"


@pytest.mark.parametrize("query", ["source=cnn", "ref=b", "from=2", "p=rss", "id=1"])
def test_what_may_tell_pages_apart_stays(query):
    assert canonical_url(f"https://a.example/x?{query}").endswith(query)


def test_a_caption_within_the_entrys_markup_is_none_of_its_words():
    figure = "<figure><img src='x'/><figcaption>Solana rose 40%</figcaption></figure>"
    classic = "<p class='wp-caption-text'>Solana rose 40%</p>"
    for picture in (figure, classic):
        item = f"<title>t</title><description><![CDATA[{picture}<p>Ether fell.</p>]]></description>"
        assert parse(rss(item)).entries[0].text == "Ether fell."


def test_stories_that_all_link_the_site_are_told_apart():
    feed = parse(
        rss(*(f"<title>{n}</title><guid>{n}</guid><link>https://a.example/</link>" for n in "abc"))
    )
    assert [entry.title for entry in feed.entries] == ["a", "b", "c"]
    assert {entry.link for entry in feed.entries} == {None}


def test_a_search_engines_link_leads_to_the_story():
    google = "https://www.google.com/url?rct=j&amp;url=https://a.example/x%3Fid%3D2&amp;ct=ga"
    (entry,) = parse(rss(f"<title>t</title><link>{google}</link>")).entries
    assert entry.link == "https://a.example/x?id=2"


# ---- other forms, and feeds that would hang a parser


def test_rss_1_1_and_an_atom_document_of_one_entry_are_feeds():
    head = b'<?xml version="1.0"?>\n'
    item = b"<item><title>t</title><link>https://a.example/1</link></item>"
    channel = (
        b'<Channel xmlns="http://purl.org/net/rss1.1#"><title>T</title><items>%s</items></Channel>'
    )
    entry = (
        b'<entry xmlns="http://www.w3.org/2005/Atom"><title>t</title><id>urn:1</id>'
        b"<link href='https://a.example/1'/><updated>2002-12-31T192030+01:00</updated></entry>"
    )
    for body in (head + channel % item, head + entry):
        assert looks_like_feed(body, "text/xml")
        (found,) = parse(body).entries
        assert (found.title, found.link) == ("t", "https://a.example/1")
    assert found.published_at == datetime(2002, 12, 31, 18, 20, 30, tzinfo=UTC)
    assert not looks_like_feed(b"<entry><title>t</title></entry>", "text/xml")


ATTRIBUTES = b" ".join(b"a%d=x" % n for n in range(40_000))


@pytest.mark.parametrize(
    "body",
    [
        b"<rss><channel><item " + ATTRIBUTES + b"><title>t</title></item></channel></rss>",
        json.dumps(
            {
                "version": "https://jsonfeed.org/version/1.1",
                "items": [{"id": 1, "content_html": "<script " * 60_000}],
            }
        ).encode(),
    ],
    ids=["attributes", "scripts"],
)
def test_a_feed_that_hangs_its_parser_is_ended(body):
    box = Sandbox(seconds=3)
    started = time.monotonic()
    try:
        box.call(parse_feed, (Page(body=body),), load=Feed.from_json)
    except InputError as error:
        assert error.code in ("parse_timeout", "parse_memory", "feed_invalid")
    assert time.monotonic() - started < 6
    box.close()


def test_a_feed_is_the_same_when_a_child_reads_it():
    body = rss(
        "<title>a</title><guid>1</guid><pubDate>Fri, 14 Mar 2025 09:26:53 GMT</pubDate>",
        "<title>b</title><link>https://a.example/b</link>",
    )
    box = Sandbox()
    page = Page(body=body, url="https://a.example/feed")
    assert box.call(parse_feed, (page,), load=Feed.from_json) == parse_feed(page)
    with pytest.raises(InputError) as caught:
        box.call(parse_feed, (Page(body=b"no feed"),), load=Feed.from_json)
    assert caught.value.code == "feed_invalid"
    assert box.call(parse_opml, (b"<opml><body/></opml>",), load=list) == []
    box.close()
