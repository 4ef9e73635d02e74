"""A second visit of a page costs a 304 or nothing, as the site wishes.

No site can fill the disk, and no fault of the cache's file is felt.
"""

import sqlite3
import stat

import pytest
from click.testing import CliRunner

from summarizer.cli.main import main
from summarizer.errors import FetchError
from summarizer.web import cache as webcache
from summarizer.web.fetch import Fetcher
from tests.support.hostile_server import HostileServer


@pytest.fixture
def server():
    server = HostileServer()
    yield server
    server.close()


def visit(server, path, cache, **settings):
    fetcher = Fetcher((server.host,), sleep=lambda seconds: None, cache=cache, **settings)
    return fetcher.fetch(server.url(path.replace(" ", "%20")))


def conditional(server):
    return [
        "if-none-match" in head.lower() or "if-modified-since" in head.lower()
        for head in server.requests
    ]


@pytest.mark.parametrize(
    ("header", "asked"),
    [
        ("Cache-Control: max-age=600", [False]),
        ("Cache-Control: private, max-age=600", [False]),
        ('ETag: "a"', [False, True]),
        # ten years unchanged, and yet asked: news is edited
        ("Last-Modified: Mon, 02 Feb 2015 10:00:00 GMT", [False, True]),
        ("Cache-Control: no-store", [False, False]),
        ("X-Nothing: said", [False, False]),
    ],
)
def test_a_second_visit(server, tmp_path, header, asked):
    first, second = (visit(server, f"visits?{header}", tmp_path / "pages.db") for _ in range(2))
    assert conditional(server) == asked
    assert (first == second) is (asked != [False, False])
    assert (second.url, second.content_type) == (first.url, first.content_type)


@pytest.mark.parametrize(
    "header", ["Cache-Control: no-store", "Cache-Control: no-store, max-age=600"]
)
def test_what_must_not_be_stored_is_nowhere(server, tmp_path, header):
    visit(server, f"visits?{header}", tmp_path / "pages.db")
    assert not any(b"visit 1" in file.read_bytes() for file in tmp_path.iterdir())


def test_another_page_is_another(server, tmp_path):
    cache = tmp_path / "pages.db"
    assert visit(server, "visits/1?Cache-Control: max-age=600", cache) != visit(
        server, "visits/2?Cache-Control: max-age=600", cache
    )


@pytest.mark.parametrize(
    "path", "length_too_short chunked_cut gzip_cut pdf_as_html empty status/410 gzip_bomb".split()
)
def test_a_page_that_failed_is_not_kept(server, tmp_path, path):
    cache = tmp_path / "pages.db"
    codes = []
    for _ in range(2):
        with pytest.raises(FetchError) as caught:
            visit(server, path, cache)
        codes.append(caught.value.code)
    assert codes[0] == codes[1] and server.asked(path.partition("/")[0]) == 2
    assert not sqlite3.connect(cache).execute("SELECT count(*) FROM entries").fetchone()[0]


def test_redirects_to_kept_pages_are_vetted_each_time(server, tmp_path):
    cache = tmp_path / "pages.db"
    visit(server, "visits?Cache-Control: max-age=600", cache)
    for _ in range(2):
        with pytest.raises(FetchError) as caught:
            visit(server, "redirect_to?http://127.0.0.1/", cache)
        assert caught.value.code == "blocked_address"
    # the host is not named any more: a kept page is no way past the vetting
    with pytest.raises(FetchError):
        Fetcher(cache=cache).fetch(server.url("visits?Cache-Control:%20max-age=600"))


def test_no_site_fills_the_disk(server, tmp_path, monkeypatch):
    monkeypatch.setattr(webcache, "MAX_BYTES", 300_000)
    monkeypatch.setattr(webcache, "IN_USE", 0.0)
    cache = tmp_path / "pages.db"
    for number in range(40):
        visit(server, f"heavy/{number}", cache)
    assert cache.stat().st_size < 2 * 300_000 < 40 * 100_000
    visit(server, "heavy/39", cache)
    assert server.asked("heavy") == 40  # the newest is still there


@pytest.mark.parametrize(
    "content", [b"no database at all" * 100, b"SQLite format 3\0" + bytes(4080)]
)
def test_a_broken_file_costs_nothing_but_time(server, tmp_path, content, capfd):
    cache = tmp_path / "pages.db"
    cache.write_bytes(content)
    for _ in range(2):
        assert b"visit" in visit(server, "visits?Cache-Control: max-age=600", cache).body
    assert capfd.readouterr().err == ""


def test_a_file_broken_in_the_middle(server, tmp_path, capfd):
    cache = tmp_path / "pages.db"
    visit(server, "heavy/1", cache)
    with sqlite3.connect(cache) as base:
        base.execute("DELETE FROM streams")
    base.close()
    assert visit(server, "heavy/1", cache).body
    assert server.asked("heavy") == 2 and capfd.readouterr().err == ""


def test_a_folder_that_cannot_be_written(server, tmp_path):
    (tmp_path / "file").write_text("")
    assert visit(server, "good", tmp_path / "file" / "pages.db").body


def test_the_command_keeps_pages_for_this_user_alone_and_not_when_told_so(
    server, tmp_path, monkeypatch
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    url = server.url("visits?Cache-Control:%20max-age=600")
    command = [url, "--extract", "--allow-private", server.host]
    runs = [["--no-cache"], ["--no-cache"], [], []]
    texts = [CliRunner().invoke(main, [*command, *flags]).output for flags in runs]
    assert len(server.requests) == 3
    assert texts[2] == texts[3] != texts[1]
    assert stat.S_IMODE((tmp_path / "summarizer").stat().st_mode) == 0o700
