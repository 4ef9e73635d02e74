"""The local page and its API, asked over real connections."""

import json
import re
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlencode

import pytest
from click.testing import CliRunner
from lxml.html import document_fromstring

from summarizer.cli.main import main
from tests.batch.test_export import OWN
from tests.support.local_web import local_web
from tests.support.served import FORM, JSON, hosting, serving

KEY = "sk-never-shown-1234567890"
TEXT = (
    "Bitcoin plunged 9% to $58,000 on Tuesday. Analysts warn of a fall to $55,000 as sellers took "
    "hold of the market and traders left."
)


@pytest.fixture
def server(database):
    with hosting(database) as server:
        yield server


def test_what_is_stored_is_listed_filtered_and_sent(server):
    found = server.read("/api/reports")
    assert [row["id"] for row in found["reports"]] == ["pasted/undated", "rally", "slide"]
    assert found["next"] is None
    (slide,) = server.read("/api/reports?q=tether&asset=btc&direction=bearish")["reports"]
    report = server.read(f"/api/reports/{slide['number']}")
    assert report == server.read("/api/reports/slide")
    assert report["schema_version"] == 1 and "text" not in report["article"]
    text = server.read("/api/reports/slide?with_text=true")["article"]["text"]
    for fact in report["facts"]:
        words = fact["evidence"]
        assert text[words["start"] : words["end"]] == words["quote"]
    assert server.read("/api/reports/pasted/undated")["id"] == "pasted/undated"
    status, _, answer = server.ask("/api/reports/absent")
    assert (status, json.loads(answer)["error"]["code"]) == (404, "not_found")
    assert server.ask("/api/reports?offset=x")[0] == 400
    assert server.read("/api/reports?offset=3")["reports"] == []


def test_a_posted_text_becomes_a_stored_report(server):
    about = {"title": "A fall", "source": "Wire", "published_at": "2026-02-10T10:00:00"}
    status, headers, answer = server.ask("/api/analyze", {"text": TEXT, **about})
    report = json.loads(answer)
    assert status == 200 and report["calls"][0]["asset"] == "BTC"
    assert report["article"]["published_at"] == "2026-02-10T10:00:00Z"
    assert server.read(headers["location"]) == report
    assert len(server.read("/api/reports")["reports"]) == 4
    server.ask("/api/analyze", {"text": TEXT, **about})  # the same again is one report
    assert len(server.read("/api/reports?source=wire")["reports"]) == 1


def test_a_posted_address_is_fetched_by_the_rules(database):
    with local_web(1, 3, faulty=False) as (site,):
        url = f"{site.base}/news/1"
        with hosting(database, allow_private=(site.base.removeprefix("http://"),)) as server:
            status, headers, answer = server.ask("/api/analyze", {"url": url})
            assert (status, json.loads(answer)["article"]["url"]) == (200, url)
            assert server.read(headers["location"])["article"]["url"] == url
        batch = [url, "-o", str(database), "--allow-private", site.base.removeprefix("http://")]
        assert CliRunner().invoke(main, ["batch", *batch, "--rate", "0"]).exit_code == 0
        with hosting(database) as server:  # it is one article, whoever asked for it
            found = server.read("/api/reports?since=2026-02-01")["reports"]
            assert [row["url"] for row in found].count(url) == 1
        with hosting(database, offline=True) as server:
            assert server.ask("/api/analyze", {"url": url})[0] == 400
        assert site.asked["/news/1"] == 2
    with hosting(database) as server:
        for url, code in (
            ("http://127.0.0.1:1/x", "blocked"),
            ("file:///etc/hostname", "bad_url"),
            ("/etc/hostname", "bad_url"),
        ):
            status, _, answer = server.ask("/api/analyze", {"url": url})
            assert status in (422, 502)
            assert json.loads(answer)["error"]["code"].startswith(code)


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        ("{", JSON, 422, "bad_input"),
        ("[]", JSON, 422, "bad_input"),
        ("[" * 100_000, JSON, 422, "bad_input"),
        ({}, JSON, 422, "empty_body"),
        ({"text": " \0"}, JSON, 422, "empty_body"),
        ({"text": 1}, JSON, 422, "bad_input"),
        ({"html": "/etc/passwd"}, JSON, 422, "bad_input"),
        ({"html": "<p>", "text": TEXT}, JSON, 422, "bad_input"),
        ({"path": "/etc/passwd"}, JSON, 422, "bad_input"),
        ({"text": TEXT, "published_at": "soon"}, JSON, 422, "bad_input"),
        ({"text": TEXT}, "text/plain", 415, "content_type"),
        ({"text": "x" * 10_100_000}, JSON, 413, "too_large"),
    ],
)
def test_what_cannot_be_analysed_is_said(shared_server, body, kind, status, code):
    given, _, answer = shared_server.ask("/api/analyze", body, kind)
    assert (given, json.loads(answer)["error"]["code"]) == (status, code)


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory):
    with hosting(tmp_path_factory.mktemp("serve") / "new.db") as server:
        yield server


def test_no_other_name_reaches_it(shared_server):
    port = shared_server.port
    for host in ("evil.example", f"evil.example:{port}", "127.0.0.1", f"127.0.0.1.evil:{port}"):
        assert shared_server.ask("/api/reports", host=host)[0] == 421
    assert shared_server.ask("/", host=f"LOCALHOST:{port}")[0] == 200


def test_no_other_site_changes_anything(shared_server):
    own = f"http://127.0.0.1:{shared_server.port}"
    form = urlencode({"token": shared_server.token(), "article": TEXT})
    assert shared_server.ask("/analyze", form, FORM, sec_fetch_site="none")[0] == 303
    for headers in (
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site", "origin": own},  # another port of this machine
    ):
        assert shared_server.ask("/analyze", form, FORM, **headers)[0] == 403
        assert shared_server.ask("/api/analyze", {"text": TEXT}, **headers)[0] == 403
    without = urlencode({"article": TEXT})
    for stale in (without, f"{without}&token=old", f"{without}&token=%ff"):
        status, _, page = shared_server.ask("/analyze", stale, FORM, origin=own)
        assert status == 401 and "Load the page again" in page
    assert shared_server.ask("/analyze", "a=1&" * 50, FORM)[0] == 422
    assert len(shared_server.read("/api/reports")["reports"]) <= 1
    assert shared_server.ask("/analyze", form, FORM, sec_fetch_site="same-origin")[0] == 303


def test_pages_are_read_without_a_script_and_ask_nothing_of_elsewhere(server):
    for path in ("/", "/reports/slide", "/digest?since=2026-02-01", "/?q=nothing", "/reports/no"):
        status, headers, page = server.ask(path)
        assert status == (404 if path == "/reports/no" else 200)
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff" and "server" not in headers
        assert set(re.findall(r'(?:src|href)="([^"#]*\.\w+)"', page)) <= {
            "/static/page.css",
            "/static/page.js",
            "https://a.example/slide",
        }
        assert not re.search(r"<script>|<img|<style| style=|url\(|@import| on\w+=", page)
    home = document_fromstring(server.ask("/?asset=BTC&direction=bullish")[2])
    links = [link.get("href") for link in home.iter("a") if "/reports/" in link.get("href")]
    assert len(links) == 1
    shown = " ".join(document_fromstring(server.ask(links[0])[2]).itertext())
    assert "Bitcoin climbs" in shown and "analysts expect a rally to $64,000" in shown
    for field in home.iter("input", "select", "textarea"):
        assert field.get("type") == "hidden" or field.getparent().tag == "label"


def test_the_form_takes_a_text_and_shows_the_report(server):
    status, where, _ = server.submit({"article": TEXT, "title": "Pasted"})
    assert status == 303 and where.startswith("/reports/")
    assert "<h1>Pasted</h1>" in server.ask(where)[2]


def test_a_failure_is_kept_with_advice_and_tried_again(server):
    _, where, page = server.submit({"article": "http://127.0.0.1:1/<b>"})
    assert where.startswith("/jobs/") and "blocked_port" in page and "<b>" not in page
    page = server.ask("/failures")[2]
    assert "--allow-private 127.0.0.1:1" in page and "given up" in page
    retry = re.search(r'action="(/failures/\d+/retry)"', page)[1]
    assert server.ask(retry, "token=old", FORM)[0] == 401
    _, again, page = server.submit({}, retry)
    assert again != where and "blocked_port" in page
    assert server.ask("/failures/999999/retry", f"token={server.token()}", FORM)[0] == 404
    assert server.ask("/jobs/absent")[0] == 404 and server.ask("/absent")[0] == 404


class Outlet(BaseHTTPRequestHandler):
    """A site whose article is not there at first."""

    asked = 0

    def do_GET(self) -> None:
        Outlet.asked += 1
        self.send_response(200 if Outlet.asked > 1 else 404)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(f"<article><h1>Here now</h1>{f'<p>{TEXT}</p>' * 3}</article>".encode())

    def log_message(self, *args: object) -> None:
        pass


def test_a_job_that_failed_is_done_at_the_second_try(database):
    with ThreadingHTTPServer(("127.0.0.1", 0), Outlet) as outlet:
        threading.Thread(target=outlet.serve_forever, args=(0.05,), daemon=True).start()
        host = f"127.0.0.1:{outlet.server_address[1]}"
        with hosting(database, allow_private=(host,)) as server:
            _, job, page = server.submit({"article": f"http://{host}/late"})
            assert "http_404" in page and "Look whether the address is still right" in page
            status, where, _ = server.submit({}, f"{job}/start")
            assert status == 303 and "Here now" in server.ask(where)[2]
            assert "Nothing has failed" in server.ask("/failures")[2]
        outlet.shutdown()


@pytest.mark.parametrize("name", ["more.jsonl", "page.html"])
def test_what_a_batch_failed_at_is_done_from_the_page(database, tmp_path, name):
    page = tmp_path / "page.html"
    page.write_text("<p>")
    record = tmp_path / "more.jsonl"
    record.write_text(json.dumps({"id": "late", "title": "A page to come", "html": "page.html"}))
    batch = ["batch", str(tmp_path / name), "-o", str(database), "--offline"]
    assert CliRunner().invoke(main, batch).exit_code == 1
    page.write_text(f"<article><h1>A page to come</h1>{f'<p>{TEXT}</p>' * 3}</article>")
    with hosting(database) as server:
        retry = re.search(r'action="(/failures/\d+/retry)"', server.ask("/failures")[2])[1]
        status, where, _ = server.submit({}, retry)
        assert status == 303 and "A page to come" in server.ask(where)[2]
        assert "Nothing has failed" in server.ask("/failures")[2]


def clip_form(server, **fields: str) -> str:
    """What the bookmarklet sends."""
    code = unquote(server.ask("/bookmarklet")[2])
    return urlencode({"token": re.search(r'token: "(\w+)"', code)[1], **fields})


def test_the_bookmarklet_alone_may_come_from_another_site(server):
    html = f"<html><h1>Behind a wall</h1>{f'<p>{TEXT}</p>' * 3}"
    form = clip_form(server, url="https://wall.example/story", html=html)
    site = {"origin": "https://wall.example", "sec_fetch_site": "cross-site"}
    assert server.ask("/clip", form, FORM, **site, sec_fetch_dest="iframe")[0] == 403
    assert server.ask("/clip", form, FORM, **site, sec_fetch_dest="empty")[0] == 403
    stolen = urlencode({"token": server.token(), "url": "https://wall.example/", "html": html})
    assert server.ask("/clip", stolen, FORM)[0] == 401
    other = re.sub("^token=", "article=x&token=", form)
    assert server.ask("/analyze", other, FORM)[0] == 401
    status, headers, _ = server.ask("/clip", form, FORM, **site, sec_fetch_dest="document")
    assert status == 303 and headers["location"].startswith("/jobs/")
    for _ in range(600):
        status, report, _ = server.ask(headers["location"])
        if status == 303:
            break
        time.sleep(0.05)
    shown = server.ask(report["location"])[2]
    assert "Behind a wall" in shown and "https://wall.example/story" in shown


def test_a_token_stays_from_start_to_start(database, tmp_path):
    with serving(database, XDG_DATA_HOME=str(tmp_path)) as server:
        token = server.token()
    (file,) = tmp_path.rglob("serve.token")
    assert file.stat().st_mode & 0o777 == 0o600 and file.read_text() == token
    with serving(database, XDG_DATA_HOME=str(tmp_path)) as server:
        assert server.token() == token


def test_words_of_others_are_words(shared_server):
    for text in OWN[::7]:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        path = "/?" + urlencode({"q": text, "asset": text, "source": text, "since": text})
        status, _, page = shared_server.ask(path)
        assert status == 200
        tags = [part.tag for part in document_fromstring(page).iter()]
        assert tags.count("script") == 1 and not {"img", "iframe", "style"} & set(tags)
        assert shared_server.ask("/reports/x" + urlencode({"": text}))[0] == 404


def test_the_description_names_what_there_is(shared_server):
    described = shared_server.read("/api/openapi.json")
    assert described["openapi"] == "3.1.0"
    assert described["paths"].keys() == {"/api/reports", "/api/reports/{name}", "/api/analyze"}
    schemas = described["components"]["schemas"]
    for name in re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(described)):
        assert name in schemas
    assert {"Report", "ReportRow", "Fact", "Call", "Error"} <= schemas.keys()
    names = {
        parameter["name"] for parameter in described["paths"]["/api/reports"]["get"]["parameters"]
    }
    assert {"q", "asset", "direction", "source", "credibility", "since", "until", "offset"} == names


def test_what_costs_money_wants_the_token_and_no_key_is_shown(database):
    keys = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}
    with serving(database, "--model", "m", lines=2, **keys) as server:
        assert KEY not in "".join(server.said)
        token = re.search(r"Bearer (\S+)", server.said[1])[1]
        for given in ({}, {"authorization": "Bearer wrong"}, {"authorization": f"Bearer {KEY}"}):
            status, _, answer = server.ask("/api/analyze", {"text": TEXT}, **given)
            assert (status, json.loads(answer)["error"]["code"]) == (401, "token")
        given = {"authorization": f"Bearer {token}"}
        status, _, answer = server.ask("/api/analyze", {"text": TEXT}, **given)
        assert status == 502 and KEY not in answer and KEY not in server.ask("/")[2]
        form = clip_form(server, url="https://a.example/x", html=f"<p>{TEXT}</p>")
        _, headers, _ = server.ask("/clip", form, FORM, sec_fetch_site="cross-site")
        page = server.ask(headers["location"])[2]  # not before the user says so
        assert "may cost money" in page and "/start" in page


def test_a_port_that_is_taken_and_a_missing_extra_are_said(database, shared_server):
    command = [sys.executable, "-m", "summarizer", "serve", "--db", str(database), "--port"]
    taken = subprocess.run([*command, str(shared_server.port)], capture_output=True, timeout=60)
    assert taken.returncode == 2 and b"--port" in taken.stderr
    without = (
        "import sys; sys.modules['uvicorn'] = None; from summarizer.cli.main import main; main()"
    )
    missing = subprocess.run(
        [sys.executable, "-c", without, "serve", "--port", "0"], capture_output=True, timeout=60
    )
    assert missing.returncode == 2 and b"[serve]" in missing.stderr
