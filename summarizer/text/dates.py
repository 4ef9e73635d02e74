"""WORDS -> TIME: the one reader of times, as records, feeds and pages write them."""

import re
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

# Seconds since 1970, or milliseconds: "1765576818".
_EPOCH = re.compile(r"[12]\d{9}(?:\d{3})?")
# "2026-02-10 11:50:00 UTC": ISO 8601 has no such names.
_ZONE_NAME = re.compile(r"\s*(?:UTC|GMT)$")


def parse_time(written: object, *, any_form: bool = False) -> datetime | None:
    """A moment in UTC from its ISO 8601 form; None for what cannot be read.

    A moment without a zone is in UTC. With `any_form` it may also be the date of an e-mail, the
    seconds or milliseconds since 1970, or end in UTC or GMT: feeds and pages write all of these. A
    record's time must be ISO 8601, so that no other number is taken for a time.

    >>> parse_time("2026-02-10 06:50:00-05:00").isoformat(), parse_time("1765576818")
    ('2026-02-10T11:50:00+00:00', None)
    >>> parse_time("Fri, 12 Dec 2025 17:33:11 -0500", any_form=True).isoformat()
    '2025-12-12T22:33:11+00:00'
    """
    if not (any_form or isinstance(written, str)):
        return None
    text = str(written).strip()
    forms = [datetime.fromisoformat]
    if any_form:
        text = _ZONE_NAME.sub("+00:00", text)
        if _EPOCH.fullmatch(text):
            return datetime.fromtimestamp(int(text[:10]), UTC)
        forms.append(parsedate_to_datetime)
    for parse_form in forms:
        with suppress(ValueError, TypeError, IndexError, OverflowError):
            moment = parse_form(text)
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return None
