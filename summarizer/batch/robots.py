"""robots.txt: which pages a site asks programs to leave alone, and how slowly to come. The only importer of protego."""

import threading
from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from summarizer.batch.queue import Ledger
from summarizer.errors import ComposedCode, FetchError
from summarizer.web.urls import host_of

if TYPE_CHECKING:
    from protego import Protego

AGENT = "crypto-news-summarizer"
MAX_AGE = 24 * 3600.0  # seconds that an answer counts, RFC 9309 section 2.4
MAX_CRAWL_DELAY = 60.0  # seconds; who asks for more is asked once a minute
# RFC 9309 section 2.3.1: 4xx is no rules; a server in trouble (5xx, unreachable) is to be left alone until it says something
_NO_RULES = frozenset(
    {"content_type", "empty_body", "too_large", "too_many_redirects", "content_encoding"}
)


class Robots:
    """The rules of each host, read once a day and shared through the ledger. `pause` waits for the host's next turn."""

    def __init__(self, ledger: Ledger, fetcher: Any, pause: Callable[[], object]):
        self._ledger = ledger
        self._fetcher = fetcher
        self._pause = pause
        self._rules: dict[str, Protego | FetchError] = {}
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def check(self, url: str) -> None:
        """Raises FetchError `robots_disallowed`, or why the rules could not be had."""
        host = host_of(url)
        with self._locks[host]:
            if host not in self._rules:
                self._rules[host] = self._load(url, host)
            rules = self._rules[host]
        if isinstance(rules, FetchError):
            where = (
                "robots.txt could not be read: " if rules.retryable else ""
            )  # else the host is none, or not one to ask
            raise FetchError(
                f"{where}{rules.detail}",
                code=ComposedCode(rules.code),
                url=url,
                advice=rules.advice,
                retryable=rules.retryable,
            )
        if not rules.can_fetch(url, AGENT):
            raise FetchError(
                "robots.txt asks programs to leave it alone", code="robots_disallowed", url=url
            )

    def _load(self, url: str, host: str) -> "Protego | FetchError":
        from protego import Protego

        text = self._ledger.robots(host, MAX_AGE)
        if text is None:
            try:
                page = self._fetcher.fetch(f"{urlsplit(url).scheme}://{host}/robots.txt")
                text = page.body[:500_000].decode(
                    "utf-8", "replace"
                )  # RFC 9309: at least 500 kiB are read
            except FetchError as error:
                if (
                    not (error.code.startswith("http_4") and error.code != "http_429")
                    and error.code not in _NO_RULES
                ):
                    return error
                text = ""
            rules = Protego.parse(text)
            self._ledger.keep_robots(
                host, text, min(rules.crawl_delay(AGENT) or 0.0, MAX_CRAWL_DELAY)
            )
            self._pause()
            return rules
        return Protego.parse(text)
