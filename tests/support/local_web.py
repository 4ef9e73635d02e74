"""A web of feeds and their pages on 127.0.0.1, one server a site, a fifth of its pages out of order. The same every time."""

import hashlib
import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from xml.sax.saxutils import escape

START = datetime(2026, 2, 10, 6, tzinfo=UTC)
# what is wrong with page n, by n % 50: ten in fifty
FAULTS = {
    1: "404",
    2: "500",
    3: "429",
    4: "hang",
    5: "challenge",
    6: "redirect",
    7: "empty",
    8: "pdf",
    9: "reset",
    10: "410",
}
ASSETS = (
    ("Bitcoin", "BTC"),
    ("Ether", "ETH"),
    ("Solana", "SOL"),
    ("XRP", "XRP"),
    ("Dogecoin", "DOGE"),
)
WORDS = [
    "miners",
    "desks",
    "funds",
    "traders",
    "wallets",
    "exchanges",
    "bridges",
    "issuers",
    "auditors",
    "lenders",
    "brokers",
    "validators",
    "holders",
    "analysts",
    "banks",
]


def headline(site: int, number: int) -> str:
    name, _ = ASSETS[(site + number) % len(ASSETS)]
    return f"{name} slips as {WORDS[number % 15]} and {WORDS[(site * 7 + number // 15) % 15]} weigh report {site}-{number}"


def story(site: int, number: int) -> str:
    name, ticker = ASSETS[(site + number) % len(ASSETS)]
    price = 1000 + site * 100 + number
    return (
        f"{name} ({ticker}) fell {1 + number % 9}% to ${price:,} on Tuesday as {WORDS[number % 15]} moved report {site}-{number} out. "
        f"Support sits near ${price - 90:,}, according to {WORDS[(number + site) % 15].title()} Research, which counted {number + 3} moves. "
        f"Traders said the mood around {ticker} in story {site * 1000 + number} remained weak, and open interest dropped. "
        "The desk expects a calm week while funds wait for the next meeting of the central bank in the capital."
    )


class Site:
    """One site of the web: `/feed` and `/news/0 …`. `faulty` pages are those of FAULTS; `edits` maps a page to added words."""

    def __init__(
        self,
        number: int,
        pages: int,
        *,
        form: str = "rss",
        faulty: bool = True,
        hang: float = 5.0,
        shared: "Site | None" = None,
    ):
        self.number, self.pages, self.form, self.faulty, self.hang, self.shared = (
            number,
            pages,
            form,
            faulty,
            hang,
            shared,
        )
        self.edits: dict[int, str] = {}
        self.asked: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self.robots = ""
        self.broken = False
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked[self.path] += 1
                site.answer(self)

            def log_message(self, *args: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            request_queue_size = 128  # twelve workers that are killed and started again leave many half-open connections

        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *args: None  # a client that was killed
        self.base = f"http://127.0.0.1:{self.server.server_address[1]}"
        Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def feed(self) -> str:
        return f"{self.base}/feed"

    def links(self) -> Iterator[tuple[int, str]]:
        """(number, address) of each entry; the last three are another site's, where it shares them."""
        for number in range(self.pages):
            home = self.shared if self.shared and number >= self.pages - 3 else self
            yield (
                number,
                f"{home.base}/news/{number}" + ("?utm_source=rss" if home is not self else ""),
            )

    def fault(self, number: int) -> str | None:
        return FAULTS.get(number % 50) if self.faulty else None

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        path = request.path.partition("?")[0]
        if path == "/feed":
            if self.broken:
                return self.send(request, 500, b"no")
            return self.send(
                request,
                200,
                self.write_feed(),
                {"rss": "application/rss+xml", "atom": "application/atom+xml"}.get(
                    self.form, "application/json"
                ),
            )
        if path == "/moved":
            return self.send(request, 301, b"", Location=self.feed)
        if path == "/":
            page = f'<html><head><link rel="alternate" type="application/rss+xml" href="/feed"></head><body>{story(1, 1)}</body></html>'
            return self.send(request, 200, page.encode())
        if path == "/robots.txt":
            return self.send(
                request, 200 if self.robots else 404, self.robots.encode(), "text/plain"
            )
        kind, _, number = path.strip("/").partition("/")
        if kind not in ("news", "moved") or not number.isdigit():
            return self.send(request, 404, b"no such page")
        fault = self.fault(int(number)) if kind == "news" else None
        if fault == "hang":
            time.sleep(self.hang)
            return None
        if fault == "reset":
            request.connection.close()
            return None
        if fault == "redirect":
            return self.send(request, 302, b"", Location=f"/moved/{number}")
        if fault == "429":
            return self.send(request, 429, b"slow down", **{"Retry-After": "3600"})
        if fault == "challenge":
            return self.send(
                request,
                403,
                b"<html><title>Just a moment...</title><body>Checking your browser</body></html>",
            )
        if fault == "empty":
            return self.send(request, 200, b"<html><body></body></html>")
        if fault == "pdf":
            return self.send(request, 200, b"%PDF-1.7 nothing", "application/pdf")
        if fault:
            return self.send(request, int(fault), b"out of order")
        return self.send(request, 200, self.write_page(int(number)))

    def send(
        self,
        request: BaseHTTPRequestHandler,
        status: int,
        body: bytes,
        media: str = "text/html; charset=utf-8",
        **headers: str,
    ) -> None:
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if status == 200 and request.headers.get("If-None-Match") == etag:
            status, body = 304, b""
        self.statuses[status] += 1
        request.send_response(status)
        for name, value in (
            {"Content-Type": media, "Content-Length": str(len(body)), "ETag": etag} | headers
        ).items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body)

    def write_page(self, number: int) -> bytes:
        words = f"{story(self.number, number)} {self.edits.get(number, '')}"
        title = headline(self.number, number)
        paragraphs = "".join(f"<p>{part}.</p>" for part in words.split(". "))
        return f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1>{paragraphs}</article></body></html>".encode()

    def write_feed(self) -> bytes:
        entries = []
        for number, link in self.links():
            home = self.shared if self.shared and number >= self.pages - 3 else self
            title = headline(home.number, number) + (" (edited)" if number in self.edits else "")
            text = (
                story(home.number, number).split(". ")[0] + "." if number % 2 else ""
            )  # every second entry says something
            entries.append((title, link, START + timedelta(minutes=number), text))
        if self.form == "json":
            items = [{"id": link, "url": link, "title": title, "date_published": date.isoformat(), "content_text": text} for title, link, date, text in entries]  # fmt: skip
            return json.dumps(
                {
                    "version": "https://jsonfeed.org/version/1.1",
                    "title": f"Site {self.number}",
                    "items": items,
                }
            ).encode()
        if self.form == "atom":
            body = "".join(
                f'<entry><id>{escape(link)}</id><title>{escape(title)}</title><link href="{escape(link)}"/><updated>{date.isoformat()}</updated>'
                f"<summary>{escape(text)}</summary></entry>" for title, link, date, text in entries
            )  # fmt: skip
            return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Site {self.number}</title>{body}</feed>'.encode()
        body = "".join(
            f"<item><title>{escape(title)}</title><link>{escape(link)}</link><pubDate>{format_datetime(date)}</pubDate>"
            f"<description>{escape(text)}</description></item>" for title, link, date, text in entries
        )  # fmt: skip
        feed = (
            f'<rss version="2.0"><channel><title>Site {self.number}</title>{body}</channel></rss>'
        )
        return (
            feed.removesuffix("</item></channel></rss>").encode()
            if self.form == "cut"
            else feed.encode()
        )

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


FORMS = ("rss", "atom", "json", "cut", "rss")


@contextmanager
def local_web(feeds: int, pages: int, **settings) -> Iterator[list[Site]]:
    """`feeds` sites with `pages` pages in all; the second repeats three links of the first."""
    sites: list[Site] = []
    try:
        for number in range(feeds):
            shared = sites[0] if number == 1 else None
            sites.append(
                Site(
                    number,
                    pages // feeds,
                    form=FORMS[number % len(FORMS)],
                    shared=shared,
                    **settings,
                )
            )
        yield sites
    finally:
        for site in sites:
            site.close()


def write_opml(sites: list[Site]) -> str:
    outlines = "".join(
        f'<outline type="rss" text="s{site.number}" xmlUrl="{site.feed}"/>' for site in sites
    )
    return f'<?xml version="1.0"?><opml version="2.0"><head><title>t</title></head><body>{outlines}</body></opml>'
