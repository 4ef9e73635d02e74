"""DATABASE -> JSON: the API of the local page, for programs on this machine."""

import asyncio
import json
import secrets
from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from summarizer.batch.store import Store
from summarizer.errors import InputError, SummarizerError
from summarizer.models import Report
from summarizer.render.json import format_json
from summarizer.serve.openapi import describe_api
from summarizer.serve.requests import read_body, read_filter, turn_page
from summarizer.serve.submit import Desk
from summarizer.serve.view import ROWS, find_report, list_reports


class Api:
    """The API over one database. `token` is asked for where `costs`: an analysis asks a model."""

    def __init__(self, store: Store, desk: Desk, token: str, *, costs: bool):
        self._store = store
        self._desk = desk
        self._token = token
        self._costs = costs

    def list_routes(self) -> list[Route]:
        """Each address with what answers it."""
        return [
            Route("/api/reports", self.send_list),
            Route("/api/reports/{name:path}", self.send_report),
            Route("/api/analyze", self.analyze, methods=["POST"]),
            Route("/api/openapi.json", lambda _: send_json(describe_api())),
        ]

    def send_list(self, request: Request) -> Response:
        """Rows of the reports that are asked for, and the path of those that follow."""
        wanted, offset = read_filter(request)
        rows = list_reports(self._store, wanted, ROWS + 1, offset)
        following = turn_page("/api/reports", asdict(wanted), offset, len(rows))
        dumped = [row.model_dump(mode="json") for row in rows[:ROWS]]
        return send_json({"reports": dumped, "next": following})

    def send_report(self, request: Request) -> Response:
        """One report, with the article's text on request."""
        with_text = request.query_params.get("with_text") in ("1", "true")
        report = require_report(self._store, request.path_params["name"])
        return send_json(report.to_dict(with_text=with_text))

    async def analyze(self, request: Request) -> Response:
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
            submission = json.loads(await read_body(request))
        except (ValueError, RecursionError) as error:
            raise InputError("the body is no JSON") from error
        if not isinstance(submission, dict):
            raise InputError("the body is no JSON object")
        job = self._desk.submit(submission)
        await asyncio.shield(asyncio.wrap_future(job.over))  # which others may wait for
        if job.report is None:
            raise job.error or SummarizerError("the program is ending", code="stopped")
        reply = send_json(job.report.to_dict())
        reply.headers["location"] = f"/api/reports/{job.number}"
        return reply


def require_report(store: Store, name: str) -> Report:
    """The report that `name` means. Raises SummarizerError `not_found`."""
    report = find_report(store, name)
    if report is None:
        raise SummarizerError(f"no report is known by {name}", code="not_found")
    return report


def send_error(error: SummarizerError, status: int) -> Response:
    """A failure, as every address of the API tells it."""
    about = {"code": error.code, "message": error.detail, "advice": error.advice}
    return send_json({"error": about}, status)


def send_json(value: object, status: int = 200) -> Response:
    """A value as an answer."""
    return Response(format_json(value), status, media_type="application/json")
