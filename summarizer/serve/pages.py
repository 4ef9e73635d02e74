"""DATABASE -> PAGES of the local page. All of them are read and used without a script."""

import hashlib
import hmac
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from functools import cache
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from summarizer.batch.store import Store
from summarizer.digest.digest import parse_since
from summarizer.errors import InputError, SummarizerError
from summarizer.render.html import TEMPLATES, make_environment
from summarizer.render.parts import choose_facts
from summarizer.serve.advice import find_advice
from summarizer.serve.api import require_report
from summarizer.serve.charts import (
    TIMELINE_HEIGHT,
    lay_ladder,
    lay_timeline,
    list_ladders,
)
from summarizer.serve.guard import CLIP
from summarizer.serve.marks import group_claims, mark_article
from summarizer.serve.requests import read_filter, read_form, read_offset, turn_page
from summarizer.serve.submit import Desk, Job
from summarizer.serve.view import (
    ROWS,
    Filter,
    find_latest_day,
    list_calls,
    list_failures,
    list_levels,
    list_reports,
    load_digest,
)
from summarizer.web.urls import is_web

STATIC = {"page.css": "text/css", "page.js": "text/javascript"}
STEPS = {
    "waiting": "Waiting for its turn",
    "fetching": "Fetching the page",
    "reading": "Reading the article",
    "analysing": "Finding its figures, calls and signals",
    "storing": "Storing the report",
}


class Pages:
    """The pages over one database; `base` is the address at which they stand.

    `views` is the same database, for what takes long: nobody else waits for it. Forms hold
    `token`. Where `costs`, an analysis asks a model.
    """

    def __init__(
        self, store: Store, views: Store, desk: Desk, token: str, base: str, *, costs: bool
    ):
        self._store = store
        self._views = views
        self._desk = desk
        self._token = token
        # sites on which the bookmarklet is used see its token, which opens nothing else
        self._clip_token = hmac.new(token.encode(), CLIP.encode(), hashlib.sha256).hexdigest()
        self._base = base
        self._costs = costs

    def list_routes(self) -> list[Route]:
        """Each address with what answers it."""
        return [
            Route("/", self.show_home),
            Route("/reports/{name:path}", self.show_report),
            Route("/assets/{asset}", self.show_asset),
            Route("/digest", self.show_digest),
            Route("/failures", self.show_failures),
            Route("/failures/{number:int}/retry", self.retry, methods=["POST"]),
            Route("/bookmarklet", self.show_bookmarklet),
            Route("/analyze", self.take_form, methods=["POST"]),
            Route(CLIP, self.take_clip, methods=["POST"]),
            Route("/jobs/{name}", self.show_job),
            Route("/jobs/{name}/start", self.start_job, methods=["POST"]),
            Route("/static/{name}", self.send_static),
        ]

    # ---- what is stored

    def show_home(self, request: Request) -> Response:
        """The form for an article, and the stored reports."""
        wanted, offset = read_filter(request)
        rows = list_reports(self._store, wanted, ROWS + 1, offset)
        values = asdict(wanted)
        return self._show(
            "home",
            rows=[(row, f"/reports/{row.number}") for row in rows[:ROWS]],
            wanted=values,
            offset=offset,
            next=turn_page("/", values, offset, len(rows)),
            costs=self._costs,
        )

    def show_report(self, request: Request) -> Response:
        """A report beside its article."""
        report = choose_facts(require_report(self._store, request.path_params["name"]), False)
        return self._show(
            "report",
            report=report,
            paragraphs=mark_article(report),
            groups=group_claims(report),
            ladders=list_ladders(report),
        )

    def show_asset(self, request: Request) -> Response:
        """An asset: its levels, its calls over time, and the reports that call it."""
        asset = request.path_params["asset"]
        rows = list_reports(self._store, Filter(asset=asset), ROWS)
        return self._show(
            "asset",
            asset=asset,
            ladder=lay_ladder(asset, list_levels(self._views, asset)),
            timeline=lay_timeline(list_calls(self._views, asset)),
            rows=[(row, f"/reports/{row.number}") for row in rows],
        )

    def show_digest(self, request: Request) -> Response:
        """The digest of a `day`, or of the time since `since`, the last 24 hours by default."""
        query = request.query_params
        asset = query.get("asset", "").strip()
        now = datetime.now(UTC)
        day = _read_day(query.get("day", ""))
        since, until = parse_since(query.get("since", "24h"), now), None
        if day:
            since = datetime(day.year, day.month, day.day, tzinfo=UTC)
            until = since + timedelta(days=1, microseconds=-1)

        return self._show(
            "digest",
            digest=load_digest(self._views, since, until, (asset,) if asset else ()),
            asset=asset,
            day=day,
            before=(day or now.date()) - timedelta(days=1),
            after=day + timedelta(days=1) if day and day < now.date() else None,
            latest=find_latest_day(self._store),
        )

    def show_failures(self, request: Request) -> Response:
        """What could not be read, with advice."""
        offset = read_offset(request)
        failures = list_failures(self._store, ROWS + 1, offset)
        following = turn_page("/failures", {}, offset, len(failures))
        return self._show("failures", failures=failures[:ROWS], next=following)

    def show_bookmarklet(self, _: Request) -> Response:
        """The bookmarklet, and how it is used."""
        code = (TEMPLATES / "serve" / "bookmarklet.js").read_text("utf-8")
        code = code.replace("ADDRESS", self._base + CLIP).replace("TOKEN", self._clip_token)
        lines = (line.strip() for line in code.splitlines() if not line.startswith("//"))
        return self._show("bookmarklet", link=f"javascript:{quote(''.join(lines))}")

    # ---- articles in work

    async def take_form(self, request: Request) -> Response:
        """Begin with what stands in the form's field: an address or a text."""
        form = await read_form(request, self._token)
        article = form.get("article", "").strip()
        is_address = is_web(article) and not article.split()[1:]
        submission = {"url" if is_address else "text": article, "title": form.get("title", "")}
        return _follow(self._desk.submit(submission))

    async def take_clip(self, request: Request) -> Response:
        """Begin with a page that the bookmarklet sends; where it costs money, ask before."""
        form = await read_form(request, self._clip_token)
        submission = {name: form.get(name) for name in ("url", "html")}
        return _follow(self._desk.submit(submission, hold=self._costs))

    async def retry(self, request: Request) -> Response:
        """Try a stored failure again."""
        await read_form(request, self._token)
        number = request.path_params["number"]
        return _follow(await run_in_threadpool(self._desk.retry, number))

    async def start_job(self, request: Request) -> Response:
        """Begin with what is held, or again with what failed."""
        await read_form(request, self._token)
        job = self._find_job(request)
        self._desk.start(job)
        return _follow(job)

    def show_job(self, request: Request) -> Response:
        """How far an article is, and in the end its report."""
        job = self._find_job(request)
        if job.number:
            return RedirectResponse(f"/reports/{job.number}", status_code=303)
        advice = find_advice(job.error.code, job.error.advice) if job.error else None
        return self._show("job", job=job, steps=STEPS, advice=advice, costs=self._costs)

    def _find_job(self, request: Request) -> Job:
        job = self._desk.find(request.path_params["name"])
        if job is None:
            detail = "this article is no longer in work"
            raise SummarizerError(detail, code="not_found", advice="Look among the reports")
        return job

    # ---- what all pages share

    def show_error(self, error: SummarizerError, status: int) -> Response:
        """A page that says what is wrong."""
        return self._show(
            "error", status, error=error, advice=find_advice(error.code, error.advice)
        )

    def show_unknown(self, _: Request, __: Exception) -> Response:
        """The page of an address that there is not."""
        return self.show_error(SummarizerError("there is no such page", code="not_found"), 404)

    def send_static(self, request: Request) -> Response:
        """The style sheet or the script."""
        name = request.path_params["name"]
        if name not in STATIC:
            raise SummarizerError("there is no such file", code="not_found")
        return Response(_load_static(name), media_type=STATIC[name])

    def _show(self, template: str, status: int = 200, **values: object) -> Response:
        page = make_environment().get_template(f"serve/{template}.html")
        values |= {"page": template, "token": self._token, "chart_height": TIMELINE_HEIGHT}
        return HTMLResponse(page.render(values), status)


def _follow(job: Job) -> Response:
    return RedirectResponse(f"/jobs/{job.name}", status_code=303)


def _read_day(day: str) -> date | None:
    try:
        return date.fromisoformat(day) if day else None
    except ValueError as error:
        raise InputError(f"{day!r} is no day", advice="Such as 2026-02-10") from error


@cache
def _load_static(name: str) -> str:
    """A static file; the style sheet begins with what all pages of the program share."""
    text = (TEMPLATES / "serve" / name).read_text("utf-8")
    return (TEMPLATES / "base.css").read_text("utf-8") + text if name == "page.css" else text
