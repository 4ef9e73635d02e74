"""REQUEST -> VALUES: what an address asks for and what a form holds, all of it from outside."""

import secrets
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request

from summarizer.errors import InputError, SummarizerError, UsageError
from summarizer.serve.view import FILTERS, ROWS, Filter

MAX_BODY = 10_000_000  # bytes of what is submitted: as of a page that is fetched, unpacked
_MAX_OFFSET = 9  # digits


def read_filter(request: Request) -> tuple[Filter, int]:
    """What a list's address asks for, and from which row on. Raises UsageError."""
    values = {name: request.query_params.get(name, "").strip() for name in FILTERS}
    return Filter(**values), read_offset(request)


def read_offset(request: Request) -> int:
    """From which row on a list is asked for. Raises UsageError."""
    offset = request.query_params.get("offset", "0")
    if not (offset.isascii() and offset.isdigit() and len(offset) <= _MAX_OFFSET):
        raise UsageError("offset must be a whole number")
    return int(offset)


def turn_page(path: str, values: dict[str, str], offset: int, found: int) -> str | None:
    """The address of the rows that follow, where more were found than stand on a page."""
    given = {name: value for name, value in values.items() if value}
    return f"{path}?{urlencode({**given, 'offset': offset + ROWS})}" if found > ROWS else None


async def read_form(request: Request, token: str) -> dict[str, str]:
    """The fields of a form that holds our token. Raises InputError, SummarizerError `token`."""
    body = await read_body(request)
    try:
        form = dict(parse_qsl(body.decode("utf-8", "replace"), max_num_fields=10))
    except ValueError as error:
        raise InputError("the form has fields that are not of this page") from error
    if not secrets.compare_digest(form.get("token", "").encode(), token.encode()):
        detail = "the form is not of this page"
        raise SummarizerError(detail, code="token", advice="Load the page again")
    return form


async def read_body(request: Request) -> bytes:
    """The body of a request. Raises InputError where it is too large."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise InputError(f"more than {MAX_BODY:,} bytes were sent", code="too_large")
    return bytes(body)
