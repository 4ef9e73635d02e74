"""Pages, feeds and notes of a database: what the specifications require, and what is left alone."""

import json
import re
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import feedparser
import pytest
from click.testing import CliRunner

from summarizer.cli.main import main
from summarizer.overviews import CallRow, ReportRow
from summarizer.render.html import render_body
from summarizer.serve.feeds import Feed, render_atom, render_json_feed
from summarizer.serve.notes import is_untouched, render_note
from summarizer.serve.view import find_report, list_reports
from tests.batch.test_export import OWN, check_page
from tests.support.reports import NOW, make_report

ATOM = "{http://www.w3.org/2005/Atom}"
SITE = "https://me.example/news/"
# jsonfeed.org/version/1.1: what a feed and an item may hold, as far as we write it
FEED_FIELDS = {"version", "title", "language", "authors", "home_page_url", "feed_url", "items"}
ITEM_FIELDS = set(
    "id title summary content_html date_modified date_published tags url external_url".split()
)


def publish(database: Path, *options: str):
    folder = database.parent / "site"
    done = CliRunner().invoke(main, ["publish", str(folder), "--db", str(database), *options])
    assert (done.exit_code, done.stdout) == (0, "")
    return folder, done.stderr


def check_atom(text: str) -> list[ElementTree.Element]:
    """The entries of a feed that holds what RFC 4287, 4.1.1 and 4.1.2, requires."""
    feed = ElementTree.fromstring(text)
    assert feed.tag == f"{ATOM}feed"
    assert feed.find(f"{ATOM}author/{ATOM}name").text  # for all entries, which name none
    entries = feed.findall(f"{ATOM}entry")
    for element in (feed, *entries):
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"{ATOM}{name}")) == 1, name
        assert re.match(r"urn:uuid:[0-9a-f-]{36}$", element.find(f"{ATOM}id").text)
        for name in ("updated", "published"):
            for time in element.findall(f"{ATOM}{name}"):
                assert datetime.fromisoformat(time.text).tzinfo
        links = [(link.get("rel"), link.get("type")) for link in element.findall(f"{ATOM}link")]
        assert len(links) == len(set(links)) and ("alternate", "text/html") in links
    for entry in entries:
        (content,) = entry.findall(f"{ATOM}content")
        assert content.get("type") == "html" and content.text
    ids = [entry.find(f"{ATOM}id").text for entry in entries]
    assert len(ids) == len(set(ids))
    return entries


def check_json_feed(text: str) -> dict:
    """A feed that holds what JSON Feed 1.1 requires, and no field that it does not know."""
    feed = json.loads(text)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["title"] and feed.keys() <= FEED_FIELDS
    assert all(author["name"] for author in feed["authors"])
    for item in feed["items"]:
        assert item.keys() <= ITEM_FIELDS
        assert isinstance(item["id"], str) and item["id"] and item["content_html"]
        assert all(datetime.fromisoformat(item[k]).tzinfo for k in item if k.startswith("date_"))
        for name in ("url", "external_url"):
            assert name not in item or urlsplit(item[name]).scheme == "https"
    return feed


def test_a_folder_holds_pages_feeds_and_notes(database, store):
    folder, said = publish(database)
    assert said == f"summarizer: 3 reports in {folder}\n"
    index = (folder / "index.html").read_text("utf-8")
    pages = {page.name for page in (folder / "reports").iterdir()}
    assert pages == {f"{row.key}.html" for row in list_reports(store)}
    assert set(re.findall(r'href="reports/([^"]+)"', index)) == pages
    for link in re.findall(r'href="([^"]+)"', index):
        assert (folder / link).is_file(), link
    assert "Ether rallies &amp; &lt;b&gt;soars" in index and "<script" not in index
    for row in list_reports(store):
        check_page((folder / f"reports/{row.key}.html").read_text("utf-8"), row.title)
    assert len(list((folder / "notes").glob("*.md"))) == 3


def test_feeds_hold_whole_reports_for_readers(database, store):
    folder, _ = publish(database, "--url", SITE.rstrip("/"))
    atom, as_json = (folder / "feed.xml").read_text(), (folder / "feed.json").read_text()
    entries, items = check_atom(atom), check_json_feed(as_json)["items"]
    whole = [render_body(find_report(store, str(row.number))) for row in list_reports(store)]
    assert [entry.find(f"{ATOM}content").text for entry in entries] == whole
    assert [item["content_html"] for item in items] == whole
    read = feedparser.parse(
        atom.encode(), response_headers={"content-type": "application/atom+xml"}
    )
    assert (read.version, read.bozo, read.feed.title) == ("atom10", False, "Crypto news reports")
    assert [entry.id for entry in read.entries] == [item["id"] for item in items]
    rally = read.entries[1]
    assert rally.title == "Ether rallies & <b>soars</b>"  # type="text": a reader escapes it
    assert rally.link == items[1]["url"] and rally.link.startswith(f"{SITE}reports/")
    assert rally.published.startswith("2026-02-11T10:00:00")
    for words in ("according to CoinGlass", "▲ bullish", "etf flow"):
        assert words in rally.content[0].value
    assert (folder / urlsplit(rally.link).path.removeprefix("/news/")).is_file()
    assert items[1]["external_url"] == "https://b.example/rally"


def test_each_asset_has_its_feeds(database):
    folder, _ = publish(database)
    bitcoin = check_atom((folder / "assets/btc.xml").read_text())
    assert [entry.find(f"{ATOM}title").text for entry in bitcoin] == [
        "Bitcoin climbs",
        "Bitcoin slid to $58,000 as Tether sold",
    ]
    href = bitcoin[0].find(f"{ATOM}link[@rel='alternate']").get("href")
    assert (folder / "assets" / href).resolve().is_file()  # relative, where no --url is given
    feed = check_json_feed((folder / "assets/eth.json").read_text())
    assert feed["title"] == "Crypto news reports: ETH" and len(feed["items"]) == 1
    assert "url" not in feed["items"][0]


def test_each_saved_search_has_its_feeds(database, tmp_path, monkeypatch):
    config = tmp_path / "config.toml"
    config.write_text(
        '[searches]\nsold = "tether sold"\ncalm = {q = "ETF", direction = "bullish"}\nnone = "x1"\n'
    )
    monkeypatch.setenv("SUMMARIZER_CONFIG", str(config))
    folder, _ = publish(database, "--url", SITE)
    found = {
        name: [
            entry.find(f"{ATOM}title").text
            for entry in check_atom((folder / f"searches/{name}.xml").read_text())
        ]
        for name in ("sold", "calm", "none")
    }
    assert found["sold"] == ["Bitcoin slid to $58,000 as Tether sold"]
    assert "Ether rallies & <b>soars</b>" in found["calm"] and not found["none"]
    feed = check_json_feed((folder / "searches/sold.json").read_text())
    assert feed["title"] == "Crypto news reports: sold" and len(feed["items"]) == 1
    assert feed["feed_url"] == f"{SITE}searches/sold.json"
    assert 'href="searches/sold.xml"' in (folder / "index.html").read_text()


@pytest.mark.parametrize("search", ['x = {asset = "BTC", colour = "red"}', "x = 1", '"../x" = "a"'])
def test_a_search_that_is_none_is_a_usage_error(database, tmp_path, monkeypatch, search):
    config = tmp_path / "config.toml"
    config.write_text(f"[searches]\n{search}\n")
    monkeypatch.setenv("SUMMARIZER_CONFIG", str(config))
    done = CliRunner().invoke(main, ["publish", str(tmp_path / "site"), "--db", str(database)])
    assert done.exit_code == 2 and "[searches]" in done.stderr
    assert not (tmp_path / "site").exists()


def test_every_page_leads_somewhere_from_the_disk(database):
    folder, _ = publish(database)
    for page in folder.rglob("*.html"):
        text = page.read_text("utf-8")
        assert not re.search(r"<(script|img|iframe)|src=", text)
        for link in re.findall(r'href="([^"]+)"', text):
            is_here = link.startswith("#") or (page.parent / link).is_file()
            assert is_here or link.startswith("https://"), link


def test_the_same_reports_touch_no_file(database):
    folder, _ = publish(database)

    def times():
        return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}

    before = times()
    publish(database)
    assert times() == before


def test_a_note_is_the_users_once_it_was_edited(database, store):
    folder, _ = publish(database)
    undated, rally, slide = (
        next((folder / "notes").glob(f"*-{row.key}.md")) for row in list_reports(store)
    )
    mine = slide.read_text() + "\nI doubt it.\n"
    slide.write_text(mine)
    rally.write_text("no front matter at all")
    renamed = undated.with_name(f"my name-{undated.stem[-12:]}.md")
    undated.rename(renamed)
    with store.write() as db:  # all reports change
        db.execute(
            "UPDATE reports SET report = replace(report, 'Bitcoin surged', 'Bitcoin jumped')"
        )
    _, said = publish(database)
    assert "2 edited notes left as they are" in said
    assert slide.read_text() == mine and rally.read_text() == "no front matter at all"
    assert "Bitcoin jumped" in renamed.read_text() and not undated.exists()


def test_front_matter_is_yaml_of_one_line_each(store):
    row = list_reports(store)[2]
    note = render_note(row, find_report(store, "slide"))
    front = dict(
        line.split(": ", 1) for line in note.split("---\n")[1].splitlines() if "sha256" not in line
    )
    assert json.loads(front["title"]) == row.title
    assert json.loads(front["assets"])[0] == "BTC"
    assert json.loads(front["published_at"]) == "2026-02-10T10:00:00+00:00"
    assert is_untouched(note.encode()) and not is_untouched(
        note.replace("plunged", "rose").encode()
    )


@pytest.mark.parametrize("text", [*OWN, "\ufffe\uffff\x0b\ud800", "]]>", "a\n---\nb: c"])
def test_words_of_others_break_no_feed_and_no_note(text):
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    report = make_report(article={"title": text, "url": text, "source": text}, summary=text)
    row = ReportRow(
        number=1, id=text, key="0" * 12, url=text, title=text, outlet=text, published_at=None,
        stored_at=NOW, direction="neutral", credibility="low", summary=text,
        calls=(CallRow(asset=text, direction="neutral"),),
    )  # fmt: skip
    feed = Feed(text, "feed", "", [(row, report)])
    atom = render_atom(feed)
    check_atom(atom)
    assert not feedparser.parse(atom.encode()).bozo
    check_json_feed(render_json_feed(feed._replace(title="x" + text)))
    front = render_note(row, report).split("\n---\n")[0].splitlines()[1:]
    assert len(front) == 12
    assert all(json.loads(line.partition(": ")[2]) is not ... for line in front[:-1])


def test_what_cannot_be_published_is_said(database, tmp_path):
    def exit_code(*arguments: object) -> int:
        return CliRunner().invoke(main, ["publish", *map(str, arguments)]).exit_code

    assert exit_code(tmp_path / "x", "--db", tmp_path / "absent.db") == 4
    assert exit_code(tmp_path / "x", "--db", database, "--url", "javascript:x") == 2
    (tmp_path / "file").write_text("")
    assert exit_code(tmp_path / "file", "--db", database) == 4
