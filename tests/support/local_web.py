"""A web of feeds and their pages on 127.0.0.1, one server a site.

A fifth of its pages is out of order, always the same.
"""

import hashlib
import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from xml.sax.saxutils import escape

START = datetime(2026, 2, 10, 6, tzinfo=UTC)
# what is wrong with page n, by n % 50: ten in fifty
FAULTS = dict(enumerate("404 500 429 hang challenge redirect empty pdf reset 410".split(), 1))
CHALLENGE = b"<html><title>Just a moment...</title><body>Checking your browser</body></html>"
FEED_TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml"}
FORMS = ("rss", "atom", "json", "cut", "rss")
ASSETS = (
    ("Bitcoin", "BTC"),
    ("Ether", "ETH"),
    ("Solana", "SOL"),
    ("XRP", "XRP"),
    ("Dogecoin", "DOGE"),
)
WORDS = (
    "miners desks funds traders wallets exchanges bridges issuers auditors lenders brokers "
    "validators holders analysts banks"
).split()


def headline(site: int, number: int) -> str:
    name, _ = ASSETS[(site + number) % len(ASSETS)]
    other = WORDS[(site * 7 + number // 15) % 15]
    return f"{name} slips as {WORDS[number % 15]} and {other} weigh report {site}-{number}"


def story(site: int, number: int) -> str:
    name, ticker = ASSETS[(site + number) % len(ASSETS)]
    price = 1000 + site * 100 + number
    analyst = WORDS[(number + site) % 15].title()
    return (
        f"{name} ({ticker}) fell {1 + number % 9}% to ${price:,} on Tuesday as "
        f"{WORDS[number % 15]} moved report {site}-{number} out. "
        f"Support sits near ${price - 90:,}, according to {analyst} Research, "
        f"which counted {number + 3} moves. "
        f"Traders said the mood around {ticker} in story {site * 1000 + number} remained weak, "
        "and open interest dropped. The desk expects a calm week while funds wait for the next "
        "meeting of the central bank in the capital."
    )


class Server(ThreadingHTTPServer):
    # workers that are killed and started again leave half-open connections
    request_queue_size = 128
    daemon_threads = True

    def handle_error(self, *args: object) -> None:
        """A client that was killed is no error."""


@dataclass(eq=False)
class Site:
    """One site of the web: `/feed` and `/news/0 …`.

    `faulty` pages are those of FAULTS, which may `hang` for so many seconds; `edits` maps a page to
    words that were added; the last three entries of the feed are those of the site `shared`.
    """

    number: int
    pages: int
    form: str = "rss"
    faulty: bool = True
    hang: float = 5.0
    shared: "Site | None" = None
    edits: dict[int, str] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    robots: str = ""
    broken: bool = False

    def __post_init__(self):
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked[self.path] += 1
                site.answer(self)

            def log_message(self, *args: object) -> None:
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.feed = f"{self.base}/feed"
        Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def home(self, number: int) -> "Site":
        """The site of the feed's entry with this number."""
        return self.shared if self.shared and number >= self.pages - 3 else self

    def links(self) -> Iterator[tuple[int, str]]:
        """(number, address) of each entry."""
        for number in range(self.pages):
            home = self.home(number)
            yield number, f"{home.base}/news/{number}{'' if home is self else '?utm_source=rss'}"

    def fault(self, number: int) -> str | None:
        return FAULTS.get(number % 50) if self.faulty else None

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        path = request.path.partition("?")[0]
        kind, _, number = path.strip("/").partition("/")
        if kind == "news" and number.isdigit():
            self.answer_page(request, int(number))
        elif kind == "moved" and number.isdigit():
            self.send(request, 200, self.write_page(int(number)))
        elif path == "/feed" and not self.broken:
            media = FEED_TYPES.get(self.form, "application/json")
            self.send(request, 200, self.write_feed(), media)
        elif path == "/moved":
            self.send(request, 301, b"", Location=self.feed)
        elif path == "/":
            link = '<link rel="alternate" type="application/rss+xml" href="/feed">'
            page = f"<html><head>{link}</head><body>{story(1, 1)}</body></html>"
            self.send(request, 200, page.encode())
        elif path == "/robots.txt" and self.robots:
            self.send(request, 200, self.robots.encode(), "text/plain")
        else:
            self.send(request, 500 if path == "/feed" else 404, b"no such page")

    def answer_page(self, request: BaseHTTPRequestHandler, number: int) -> None:
        match self.fault(number):
            case None:
                self.send(request, 200, self.write_page(number))
            case "hang":
                time.sleep(self.hang)
            case "reset":
                request.connection.close()
            case "redirect":
                self.send(request, 302, b"", Location=f"/moved/{number}")
            case "challenge":
                self.send(request, 403, CHALLENGE)
            case "empty":
                self.send(request, 200, b"<html><body></body></html>")
            case "pdf":
                self.send(request, 200, b"%PDF-1.7 nothing", "application/pdf")
            case status:
                headers = {"Retry-After": "3600"} if status == "429" else {}
                self.send(request, int(status), b"out of order", **headers)

    def send(
        self, request, status: int, body: bytes, media="text/html; charset=utf-8", **headers
    ) -> None:
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if status == 200 and request.headers.get("If-None-Match") == etag:
            status = 304
            body = b""
        self.statuses[status] += 1
        request.send_response(status)
        headers |= {"Content-Type": media, "Content-Length": str(len(body)), "ETag": etag}
        for name, value in headers.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body)

    def write_page(self, number: int) -> bytes:
        words = f"{story(self.number, number)} {self.edits.get(number, '')}"
        title = headline(self.number, number)
        paragraphs = "".join(f"<p>{part}.</p>" for part in words.split(". "))
        article = f"<article><h1>{title}</h1>{paragraphs}</article>"
        page = f"<html><head><title>{title}</title></head><body>{article}</body></html>"
        return page.encode()

    def entries(self) -> Iterator[tuple[str, str, datetime, str]]:
        """(title, link, date, text) of each entry; every second one says something."""
        for number, link in self.links():
            home = self.home(number).number
            title = headline(home, number) + (" (edited)" if number in self.edits else "")
            text = story(home, number).split(". ")[0] + "." if number % 2 else ""
            yield title, link, START + timedelta(minutes=number), text

    def write_feed(self) -> bytes:
        name = f"Site {self.number}"
        if self.form == "json":
            names = ("title", "url", "date_published", "content_text")
            items = [
                dict(zip(names, entry, strict=True)) | {"id": entry[1]} for entry in self.entries()
            ]
            version = "https://jsonfeed.org/version/1.1"
            feed = {"version": version, "title": name, "items": items}
            return json.dumps(feed, default=datetime.isoformat).encode()
        if self.form == "atom":
            body = "".join(
                f"<entry><id>{escape(link)}</id><title>{escape(title)}</title>"
                f'<link href="{escape(link)}"/><updated>{date.isoformat()}</updated>'
                f"<summary>{escape(text)}</summary></entry>"
                for title, link, date, text in self.entries()
            )
            head = '<feed xmlns="http://www.w3.org/2005/Atom">'
            return f"{head}<title>{name}</title>{body}</feed>".encode()
        body = "".join(
            f"<item><title>{escape(title)}</title><link>{escape(link)}</link>"
            f"<pubDate>{format_datetime(date)}</pubDate>"
            f"<description>{escape(text)}</description></item>"
            for title, link, date, text in self.entries()
        )
        feed = f'<rss version="2.0"><channel><title>{name}</title>{body}</channel></rss>'
        return feed.removesuffix("</item></channel></rss>" if self.form == "cut" else "").encode()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@contextmanager
def local_web(feeds: int, pages: int, **settings) -> Iterator[list[Site]]:
    """`feeds` sites with `pages` pages in all; the second repeats three links of the first."""
    sites: list[Site] = []
    with ExitStack() as stack:
        for number in range(feeds):
            form = FORMS[number % len(FORMS)]
            shared = sites[0] if number == 1 else None
            site = Site(number, pages // feeds, form, shared=shared, **settings)
            sites.append(stack.enter_context(closing(site)))
        yield sites


def whole_entries(sites: list[Site]) -> set[str]:
    """The addresses of all entries but those that a feed is cut off in the middle of."""
    links = {link.partition("?")[0] for site in sites for _, link in site.links()}
    return links - {f"{site.base}/news/{site.pages - 1}" for site in sites if site.form == "cut"}


def count_pages(sites: list[Site]) -> Counter[str]:
    """How often each page of the sites was asked for."""
    pages: Counter[str] = Counter()
    for site in sites:
        asked = dict(site.asked)  # a copy: it grows meanwhile
        pages |= {site.base + path: asked[path] for path in asked if path.startswith("/news/")}
    return pages


def write_opml(sites: list[Site]) -> str:
    outlines = "".join(
        f'<outline type="rss" text="s{site.number}" xmlUrl="{site.feed}"/>' for site in sites
    )
    head = '<?xml version="1.0"?><opml version="2.0"><head><title>t</title></head>'
    return f"{head}<body>{outlines}</body></opml>"
