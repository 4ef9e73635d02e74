"""DATABASE -> local page and JSON API, for this machine alone.

It shows what view.py reads and submit.py makes. No page needs a script.
"""

import json
import secrets
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from summarizer.batch.store import Store
from summarizer.digest.digest import parse_since
from summarizer.errors import (
    FetchError,
    InputError,
    LLMError,
    StorageError,
    SummarizerError,
    UsageError,
)
from summarizer.models import Report
from summarizer.render.html import render_digest_page, render_html, render_list
from summarizer.render.json import format_json
from summarizer.serve.guard import Guard
from summarizer.serve.openapi import describe_api
from summarizer.serve.submit import Desk
from summarizer.serve.view import (
    FILTERS,
    ROWS,
    Filter,
    find_report,
    list_reports,
    load_digest,
)
from summarizer.settings import Settings
from summarizer.web.urls import is_web

HOST = "127.0.0.1"
MAX_BODY = 1_000_000  # bytes of what is submitted
STATUSES: dict[type[SummarizerError], int] = {
    UsageError: 400,
    InputError: 422,
    FetchError: 502,
    LLMError: 502,
    StorageError: 503,
}
_CODES = {"not_found": 404, "token": 401, "too_large": 413, "content_type": 415}


def make_app(store: Store, settings: Settings, port: int, token: str) -> ASGIApp:
    """The application. `token` is asked for where an analysis may cost money, and by the form."""
    return Guard(Pages(store, settings, token).routed(), (f"{HOST}:{port}", f"localhost:{port}"))


class Pages:
    """The pages and the API over one database."""

    def __init__(self, store: Store, settings: Settings, token: str):
        self._store = store
        self._desk = Desk(store, settings)
        self._token = token
        self._costs = settings.uses_model

    def routed(self) -> Starlette:
        """Each address with what answers it."""
        return Starlette(
            routes=[
                Route("/", self.show_home),
                Route("/digest", self.show_digest),
                Route("/reports/{name:path}", self.show_report),
                Route("/analyze", self.take_form, methods=["POST"]),
                Route("/api/reports", self.send_list),
                Route("/api/reports/{name:path}", self.send_report),
                Route("/api/analyze", self.take_json, methods=["POST"]),
                Route("/api/openapi.json", lambda _: _send_json(describe_api())),
            ],
            exception_handlers={SummarizerError: self._send_error},
        )

    # ---- pages

    def show_home(self, request: Request) -> Response:
        """The form for an article, and the stored reports."""
        return self._fill_home(request)

    def show_report(self, request: Request) -> Response:
        """A report beside its article."""
        report = self._find(request)
        return HTMLResponse(render_html(report, with_text=True, template="stored.html"))

    def show_digest(self, request: Request) -> Response:
        """The digest since `since`, of `asset` if it is given."""
        since = parse_since(request.query_params.get("since", "24h"), datetime.now(UTC))
        asset = request.query_params.get("asset")
        digest = load_digest(self._store, since, assets=(asset,) if asset else ())
        return HTMLResponse(render_digest_page(digest))

    async def take_form(self, request: Request) -> Response:
        """Analyse what stands in the form's field, an address or a text, and show the report."""
        body = await _read_body(request)
        try:
            form = dict(parse_qsl(body.decode("utf-8", "replace"), max_num_fields=10))
        except ValueError as error:
            raise InputError("the form has fields that are not of this page") from error
        if not secrets.compare_digest(form.get("token", "").encode(), self._token.encode()):
            detail = "the form is of an earlier start of the program"
            raise SummarizerError(detail, code="token", advice="Load the page again")
        article = form.get("article", "").strip()
        is_address = is_web(article) and not article.split()[1:]
        submission = {"url" if is_address else "text": article, "title": form.get("title", "")}
        number, _ = await run_in_threadpool(self._desk.analyze_submission, submission)
        return RedirectResponse(f"/reports/{number}", status_code=303)

    def _fill_home(self, request: Request, problem: str = "", status: int = 200) -> Response:
        wanted, offset = _read_filter(request)
        rows = list_reports(self._store, wanted, ROWS + 1, offset) if not problem else []
        values = {name: getattr(wanted, name) for name in FILTERS}
        page = render_list(
            "home.html",
            rows=[(row, f"/reports/{row.number}") for row in rows[:ROWS]],
            wanted=values,
            next=_next_page("/", values, offset) if len(rows) > ROWS else "",
            token=self._token,
            problem=problem,
        )
        return HTMLResponse(page, status)

    # ---- the API

    def send_list(self, request: Request) -> Response:
        """Rows of the reports that are asked for, and the path of those that follow."""
        wanted, offset = _read_filter(request)
        rows = list_reports(self._store, wanted, ROWS + 1, offset)
        values = {name: getattr(wanted, name) for name in FILTERS}
        following = _next_page("/api/reports", values, offset) if len(rows) > ROWS else None
        dumped = [row.model_dump(mode="json") for row in rows[:ROWS]]
        return _send_json({"reports": dumped, "next": following})

    def send_report(self, request: Request) -> Response:
        """One report, with the article's text on request."""
        with_text = request.query_params.get("with_text") in ("1", "true")
        return _send_json(self._find(request).to_dict(with_text=with_text))

    async def take_json(self, request: Request) -> Response:
        """Analyse the article of the body, and answer with its report."""
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":  # what a form of another site cannot send
            detail = f"the body is {kind or 'of no type'}"
            raise InputError(detail, code="content_type", advice="Send application/json")
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if self._costs and not secrets.compare_digest(given.encode(), self._token.encode()):
            advice = "Send the token that the program printed: Authorization: Bearer TOKEN"
            raise SummarizerError("a model costs money", code="token", advice=advice)
        try:
            submission = json.loads(await _read_body(request))
        except (ValueError, RecursionError) as error:
            raise InputError("the body is no JSON") from error
        if not isinstance(submission, dict):
            raise InputError("the body is no JSON object")
        number, report = await run_in_threadpool(self._desk.analyze_submission, submission)
        answer = _send_json(report.to_dict())
        answer.headers["location"] = f"/api/reports/{number}"
        return answer

    def _find(self, request: Request) -> Report:
        name = request.path_params["name"]
        report = find_report(self._store, name)
        if report is None:
            raise SummarizerError(f"no report is known by {name}", code="not_found")
        return report

    async def _send_error(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, SummarizerError)
        kinds = (status for kind, status in STATUSES.items() if isinstance(error, kind))
        status = _CODES.get(error.code) or next(kinds, 500)
        if not request.url.path.startswith("/api/"):
            return self._fill_home(request, str(error), status)
        about = {"code": error.code, "message": error.detail, "advice": error.advice}
        return _send_json({"error": about}, status)


def _read_filter(request: Request) -> tuple[Filter, int]:
    """What a list's address asks for, and from which row on. Raises UsageError."""
    query = request.query_params
    offset = query.get("offset", "0")
    if not (offset.isascii() and offset.isdigit() and len(offset) < 10):
        raise UsageError("offset must be a whole number")
    return Filter(**{name: query.get(name, "").strip() for name in FILTERS}), int(offset)


def _next_page(path: str, values: dict[str, str], offset: int) -> str:
    given = {name: value for name, value in values.items() if value}
    return f"{path}?{urlencode({**given, 'offset': offset + ROWS})}"


async def _read_body(request: Request) -> bytes:
    """The body of a request. Raises InputError where it is too large."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise InputError(f"more than {MAX_BODY:,} bytes were sent", code="too_large")
    return bytes(body)


def _send_json(value: object, status: int = 200) -> Response:
    return Response(format_json(value), status, media_type="application/json")


def run_server(
    store: Store, settings: Settings, port: int, announce: Callable[[int, str], None]
) -> None:
    """Serve until Ctrl-C. `announce` is told the port and the token once requests are taken.

    With port 0 the system chooses one. Raises UsageError for a port that cannot be had.
    """
    try:
        listener = socket.create_server((HOST, port))
    except OSError as error:
        detail = f"port {port} cannot be used: {error.strerror}"
        raise UsageError(detail, advice="Give another with --port") from error
    port = listener.getsockname()[1]
    token = secrets.token_urlsafe(24)
    app = make_app(store, settings, port, token)
    config = uvicorn.Config(
        app,
        log_level="error",
        lifespan="off",
        ws="none",
        http="h11",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=3,
    )
    announce(port, token)
    uvicorn.Server(config).run(sockets=[listener])
