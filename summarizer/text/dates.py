"""WORDS -> TIME: the one reader of times, as records, feeds and pages write them. The only importer
of dateparser.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache

MAX_LENGTH = 100  # characters: JavaScript's dates, the longest that feeds write, have 65
# Seconds since 1970, or milliseconds: "1765576818".
_EPOCH = re.compile(r"[12]\d{9}(?:\d{3})?")
# "2026-02-10 11:50:00 UTC": ISO 8601 has no such names.
_ZONE_NAME = re.compile(r"\s*(?:UTC|GMT|Z)$")
# "2026-11-20T15:07:41-05:00[America/New_York]": Java adds the zone to its offset
_BRACKETED = re.compile(r"(?<=[\dZ])\[[\w/+-]+\]$")
_MIDNIGHT = re.compile(r"(?<=\d[T ])24:00(?::00(?:\.0+)?)?(?!\d)")  # the end of the day in ISO 8601
# Letters that name no one offset: those of the seasons, which dateparser reads as winter's, and
# IST, which crypto feeds write in India, and dateparser reads as Israel's.
_REGIONS = {
    "ET": "America/New_York",
    "CT": "America/Chicago",
    "MT": "America/Denver",
    "PT": "America/Los_Angeles",
    "IST": "Asia/Kolkata",
}
_REGION = re.compile(r"\s+\(?([A-Z][a-z]+(?:/[A-Z][\w+-]+)+|ET|CT|MT|PT|IST)\)?\s*$")
# An offset that e-mail's own reader knows; another name it takes for UTC without a word.
_EMAIL_ZONE = re.compile(r"(?<=\s)(?:[+-]\d{4}|UTC?|GMT|Z|[ECMP][SD]T)\s*(?:\([^()]*\))?$")
# A day, a month and a year in numbers: "03/04/2026". A year that comes first leaves no doubt.
_NUMERIC = re.compile(r"(?<![\d:/.-])(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?![\d/-])")
# Without a day, or a year, what is found is a guess: "November 2026", "20 Nov".
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)|(?<=\D)\d{2}(?=\D|$)")


def parse_time(written: object, *, any_form: bool = False) -> datetime | None:
    """A moment in UTC from its ISO 8601 form; None for what cannot be read.

    A moment without a zone is in UTC. With `any_form` it may also be the date of an e-mail, the
    seconds or milliseconds since 1970, or any other way in which feeds and pages write a whole
    date, in many languages; one that is_ambiguous is None. A record's time must be ISO 8601, so
    that no other number is taken for a time.

    >>> parse_time("2026-02-10 06:50:00-05:00").isoformat(), parse_time("1765576818")
    ('2026-02-10T11:50:00+00:00', None)
    >>> parse_time("Thu, 19 Nov 2026 1:55 PM EST", any_form=True).isoformat()
    '2026-11-19T18:55:00+00:00'
    """
    if not (any_form or isinstance(written, str)):
        return None
    text = " ".join(str(written).split())
    if not text or len(text) > MAX_LENGTH:
        return None
    if not any_form:
        return _try_form(datetime.fromisoformat, text)
    if _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(text[:10]), UTC)
    return _parse_iso(text) or _parse_email(text) or _parse_loose(text)


def is_ambiguous(written: object) -> bool:
    """Whether a date in numbers means one day here and another there, so that parse_time reads
    none.

    >>> is_ambiguous("03/04/2026"), is_ambiguous("13/04/2026"), is_ambiguous("3.4.2026")
    (True, False, False)
    """
    numeric = _NUMERIC.search(str(written)[:MAX_LENGTH])
    return numeric is not None and len(_list_days(numeric)) > 1


def _list_days(numeric: re.Match[str]) -> set[tuple[int, int, int]]:
    """The days (year, month, day) that a date in numbers may mean."""
    first, sign, second, last = numeric.groups()
    if sign == "." and len(last) == 4:  # points are written where the day comes first
        orders = [(last, second, first)]
    else:
        orders = [(last, second, first), (last, first, second)]
    if len(last) == 2:
        orders.append((first, second, last))
    days = set()
    for year, month, day in orders:
        with suppress(ValueError):
            full = int(year) + (2000 if len(year) < 4 else 0)
            datetime(full, int(month), int(day), tzinfo=UTC)
            days.add((full, int(month), int(day)))
    return days


def _try_form(parse_form: Callable[[str], datetime], text: str) -> datetime | None:
    with suppress(ValueError, TypeError, IndexError, OverflowError):
        moment = parse_form(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return None


def _parse_iso(text: str) -> datetime | None:
    """ISO 8601, and what stands beside it in feeds: a zone's name, 24:00, blanks before the
    offset."""
    text = _ZONE_NAME.sub("+00:00", _BRACKETED.sub("", text))
    text = re.sub(r"(?<=\d)\s+(?=[+-]\d\d:?\d\d$)", "", text)
    if re.fullmatch(r"\d{14}", text):  # "20261120150741"
        text = f"{text[:8]}T{text[8:]}"
    is_end = _MIDNIGHT.search(text) is not None
    moment = _try_form(datetime.fromisoformat, _MIDNIGHT.sub("00:00", text))
    return moment + timedelta(days=1) if moment and is_end else moment


def _parse_email(text: str) -> datetime | None:
    """The date of an e-mail, RFC 5322, where its zone is one of those of that standard."""
    if re.search(r"\d\s*[ap]\.?m\b", text, re.IGNORECASE) or not _EMAIL_ZONE.search(text):
        return None
    return _try_form(parsedate_to_datetime, text)


@lru_cache(maxsize=1000)
def _parse_loose(text: str) -> datetime | None:
    """Any whole date that dateparser reads, and that is not ambiguous."""
    if is_ambiguous(text) or not _YEAR.search(text) or len(re.findall(r"\d+", text)) < 2:
        return None
    from dateparser import parse  # 0.2 s to import, and to read its first date

    zone = "UTC"
    if region := _REGION.search(text):
        zone = _REGIONS.get(region[1], region[1])
        text = text[: region.start()]
    numeric = _NUMERIC.search(text)
    if numeric:
        year, month, day = next(iter(_list_days(numeric)), (0, 0, 0))
        text = f"{text[: numeric.start()]}{year:04}-{month:02}-{day:02}{text[numeric.end() :]}"
    settings = {
        "PARSERS": ["absolute-time"],
        "REQUIRE_PARTS": ["day", "month", "year"],
        "RETURN_AS_TIMEZONE_AWARE": True,
        "TIMEZONE": zone,
        "TO_TIMEZONE": "UTC",
    }
    try:
        moment: datetime | None = parse(text, settings=settings)
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError):
        return None
    return moment and moment.astimezone(UTC)
