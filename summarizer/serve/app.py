"""DATABASE -> local page and JSON API, for this machine alone."""

import secrets
import socket
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from summarizer.batch.store import open_store
from summarizer.errors import (
    FetchError,
    InputError,
    LLMError,
    StorageError,
    SummarizerError,
    UsageError,
)
from summarizer.serve.api import Api, send_error
from summarizer.serve.guard import Guard
from summarizer.serve.kept import Keeper
from summarizer.serve.pages import Pages
from summarizer.serve.submit import Desk
from summarizer.settings import Settings

HOST = "127.0.0.1"
STATUSES: dict[type[SummarizerError], int] = {
    UsageError: 400,
    InputError: 422,
    FetchError: 502,
    LLMError: 502,
    StorageError: 503,
}
_CODES = {"not_found": 404, "token": 401, "too_large": 413, "content_type": 415, "too_many": 429}


class Server(uvicorn.Server):
    """A server that calls `announce` when it takes requests and Ctrl-C ends it in order."""

    announce: Callable[[], None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then announce it."""
        await super().startup(sockets)
        if self.announce:
            self.announce()


def make_server(path: Path, settings: Settings, listener: socket.socket, token: str) -> Server:
    """The server of the database at `path`, to be run with the listener. Raises StorageError.

    Forms hold `token`, and whoever may spend money through the API.
    """
    port = listener.getsockname()[1]
    store, views = open_store(path), open_store(path)
    desk = Desk(open_store(path), settings)  # its writes wait for a batch's, and no reader for them
    costs = settings.uses_model
    pages = Pages(store, views, desk, token, f"http://{HOST}:{port}", costs=costs)
    api = Api(store, desk, token, costs=costs)

    async def tell_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, SummarizerError)
        kinds = (status for kind, status in STATUSES.items() if isinstance(error, kind))
        status = _CODES.get(error.code) or next(kinds, 500)
        is_api = request.url.path.startswith("/api/")
        return send_error(error, status) if is_api else pages.show_error(error, status)

    app = Starlette(
        routes=[*api.list_routes(), *pages.list_routes()],
        exception_handlers={SummarizerError: tell_error, 404: pages.show_unknown},
    )
    config = uvicorn.Config(
        Guard(Keeper(app, lambda: desk.stored), (f"{HOST}:{port}", f"localhost:{port}")),
        log_level="error",
        lifespan="off",
        ws="none",
        http="h11",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=3,
    )
    return Server(config)


def run_server(
    path: Path,
    settings: Settings,
    port: int,
    token_file: Path,
    announce: Callable[[int, str], None],
) -> None:
    """Serve the database at `path` until Ctrl-C.

    `announce` is told the port and the token once requests are taken. With port 0 the system
    chooses one. Raises UsageError for a port that cannot be had, and StorageError.
    """
    try:
        listener = socket.create_server((HOST, port))
    except OSError as error:
        detail = f"port {port} cannot be used: {error.strerror}"
        raise UsageError(detail, advice="Give another with --port") from error
    token = load_token(token_file)
    server = make_server(path, settings, listener, token)
    server.announce = partial(announce, listener.getsockname()[1], token)
    server.run(sockets=[listener])


def load_token(path: Path) -> str:
    """The token in a file for this user alone, which is made where there is none.

    It stays from start to start, so that the bookmarklet does. Where it cannot be kept, it is of
    this start.
    """
    token = secrets.token_urlsafe(24)
    with suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            path.touch(mode=0o600, exist_ok=False)
            path.write_text(token, "ascii")
        except FileExistsError:
            token = path.read_text("ascii").strip() or token
    return token
