"""A real Chromium, driven by playwright, that reaches this machine alone."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
# Quiet: without them Chromium looks for updates and syncs. As root it has no sandbox.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Browser:
    """A running browser. `elsewhere` lists the addresses beyond this machine that pages asked for;
    such a request fails.
    """

    def __init__(self, browser: Any):
        self._browser = browser
        self.elsewhere: list[str] = []

    def open_page(self, **options: Any) -> Any:
        """A page of a context of its own, with what a context may be told."""
        context = self._browser.new_context(**options)
        context.set_default_timeout(20_000)
        context.route("**/*", self._let_through)
        return context.new_page()

    def _let_through(self, route: Any) -> None:
        if urlsplit(route.request.url).hostname in ("127.0.0.1", "localhost"):
            route.continue_()
        else:
            self.elsewhere.append(route.request.url)
            route.abort()


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Chromium, without a window. Skips the test where it or playwright is missing."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    with playwright.sync_playwright() as runner:
        browser = runner.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield Browser(browser)
        browser.close()
