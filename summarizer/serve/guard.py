"""REQUEST -> APP or refusal: what reaches the local page, and the headers of every answer.

A page of another site may send requests to this machine. It cannot give our Host, so that a name
that it makes point here (DNS rebinding) is refused, and a browser tells where a request comes from.
"""

from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
CLIP = "/clip"  # where the bookmarklet sends a page of another site; a token says whose it is
_READS = ("GET", "HEAD")


class Guard:
    """Lets requests through that name one of `hosts` and, where they change something, come from
    a page of ours or from no page at all. The bookmarklet's come from any page, in a new tab.
    """

    def __init__(self, app: ASGIApp, hosts: Iterable[str]):
        self._app = app
        self._hosts = frozenset(hosts)
        self._origins = frozenset(f"http://{host}" for host in self._hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        headers = Headers(scope=scope)
        if headers.get("host", "").lower() not in self._hosts:
            refusal = PlainTextResponse("This page answers to 127.0.0.1 alone.\n", 421)
            await refusal(scope, receive, send_guarded)
        elif scope["method"] not in _READS and not self._may_change(scope["path"], headers):
            refusal = PlainTextResponse("This request comes from another site.\n", 403)
            await refusal(scope, receive, send_guarded)
        else:
            await self._app(scope, receive, send_guarded)

    def _may_change(self, path: str, headers: Headers) -> bool:
        """Whether a page of ours sent it, or a program: they set none of these headers."""
        site = headers.get("sec-fetch-site")
        if site in ("same-origin", "none"):
            return True
        if path == CLIP:  # not from within a script or a frame, which nobody sees
            return headers.get("sec-fetch-dest", "document") == "document"
        return site is None and headers.get("origin") in (None, *self._origins)
