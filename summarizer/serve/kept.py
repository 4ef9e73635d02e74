"""REQUEST -> answer of a moment ago, so that many readers of a page cost as much as one.

What is stored through the local page is seen at once; what a batch stores, when the page is made
anew: a second later, or more for a page that takes long. So no page costs more than a twentieth
of the time, however many ask for it.
"""

import asyncio
import time
from collections.abc import Callable
from typing import NamedTuple

from starlette.types import ASGIApp, Message, Receive, Scope, Send

FRESH = 1.0  # seconds, at least, for which an answer is given again
SHARE = 20  # times what it took to make it, for which it is given again
PAGES = 300  # kept at once; of 20 to 100 kB each
_CHANGING = ("/jobs/", "/api/analyze")

_Key = tuple[str, bytes, int]


class _Kept(NamedTuple):
    messages: list[Message]
    until: float  # of time.monotonic()


class Keeper:
    """Keeps the answers of `app` for `fresh` seconds or more.

    `count_stored` changes with what this process stores.
    """

    def __init__(self, app: ASGIApp, count_stored: Callable[[], int], fresh: float = FRESH):
        self._app = app
        self._fresh = fresh
        self._count_stored = count_stored
        self._pages: dict[_Key, _Kept] = {}
        self._making: dict[_Key, asyncio.Future[_Kept | None]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "GET" or scope["path"].startswith(_CHANGING):
            await self._app(scope, receive, send)
            return
        key = scope["path"], scope["query_string"], self._count_stored()
        kept = self._pages.get(key)
        making = self._making.get(key)
        if making and not kept:
            kept = await making
        elif not making and (not kept or kept.until < time.monotonic()):
            kept = await self._make(key, scope, receive)
        if kept is None:
            await self._app(scope, receive, send)
            return
        for message in kept.messages:  # whoever sends it adds to its headers
            await send({name: [*v] if name == "headers" else v for name, v in message.items()})

    async def _make(self, key: _Key, scope: Scope, receive: Receive) -> _Kept:
        """The answer, made once for all who ask for it meanwhile."""
        making = self._making[key] = asyncio.get_running_loop().create_future()
        messages: list[Message] = []
        kept = None

        async def keep(message: Message) -> None:
            messages.append(message)

        try:
            started = time.monotonic()
            await self._app(scope, receive, keep)
            ended = time.monotonic()
            kept = _Kept(messages, ended + max(self._fresh, SHARE * (ended - started)))
            if messages[0]["status"] == 200:
                self._pages.pop(key, None)
                self._pages[key] = kept
                for old in [*self._pages][:-PAGES]:
                    del self._pages[old]
        finally:
            making.set_result(kept)
            del self._making[key]
        return kept
