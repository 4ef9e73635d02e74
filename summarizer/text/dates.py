"""WORDS -> TIME: the one reader of times, as records, feeds and pages write them. The only importer
of dateutil and dateparser.
"""

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache

MAX_LENGTH = 100  # characters: JavaScript's dates, the longest that feeds write, have 65
# Seconds since 1970, or milliseconds: "1765576818".
_EPOCH = re.compile(r"[12]\d{9}(?:\d{3})?")
# What dateutil does not read, and its plain form, below an example.
_PLAIN = [
    # "15:07:41-05:00[America/New_York]", as Java writes it
    (re.compile(r"(?<=[\dZ])\[[\w/+-]+\]$"), ""),
    # "GMT+0100 (Central European Standard Time)", as JavaScript does
    (re.compile(r"(?<=[+-]\d{4})\s*\([^()]*\)$"), ""),
    # "Nov 20, 2026 · 8:00 PM"
    (re.compile(r"\s[|•·–—-]\s"), " "),
    # "8:00 PM GMT+1", which dateutil takes as POSIX does: an hour behind, not ahead
    (re.compile(r"\b(?:GMT|UTC)\s?(?=[+-]\d)"), ""),
]
_MIDNIGHT = re.compile(r"(?<=\d[T ])24:00(?::00(?:\.0+)?)?(?!\d)")  # the end of the day in ISO 8601
# Letters that name no one offset: those of the seasons, and IST, which crypto feeds write in India.
_REGIONS = {
    "ET": "America/New_York",
    "CT": "America/Chicago",
    "MT": "America/Denver",
    "PT": "America/Los_Angeles",
    "IST": "Asia/Kolkata",
}
_REGION = re.compile(r"\s+\(?([A-Z][a-z]+(?:/[A-Z][\w+-]+)+|(?i:ET|CT|MT|PT|IST))\)?\s*$")
# Those of RFC 5322, in hours. What others mean dateparser knows.
_OFFSETS = {"UTC": 0, "UT": 0, "GMT": 0, "Z": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5}
_OFFSETS |= {"MST": -7, "MDT": -6, "PST": -8, "PDT": -7}
# A day, a month and a year in numbers: "03/04/2026". A year that comes first leaves no doubt.
_NUMERIC = re.compile(r"(?<![\d:/.-])(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?![\d/-])")
# Without a day, or a year, what is found is a guess: "November 2026", "20 Nov".
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)|(?<=\D)\d{2}(?=\D|$)")
_CLOCK = re.compile(r"(?<![\d:+-])\d{1,2}:\d\d")  # "9:26", and not the "05:00" of an offset
# Two dates with no part in common: what is not written comes from them, and so differs.
_DEFAULTS = datetime(2000, 1, 1), datetime(2004, 2, 2)  # noqa: DTZ001


def parse_time(written: object, *, any_form: bool = False) -> datetime | None:
    """A moment in UTC from its ISO 8601 form; None for what cannot be read.

    A moment without a zone is in UTC. With `any_form` it may be any of the forms of parse_times;
    one that is_ambiguous is None. A record's time must be ISO 8601, so that no other number is
    taken for a time.

    >>> parse_time("2026-02-10 06:50:00-05:00").isoformat(), parse_time("1765576818")
    ('2026-02-10T11:50:00+00:00', None)
    """
    if any_form:
        times = parse_times(written)
        return times[0] if len(times) == 1 else None
    if isinstance(written, str):
        with suppress(ValueError, OverflowError):
            return _to_utc(datetime.fromisoformat(written.strip()))
    return None


def is_ambiguous(written: object) -> bool:
    """Whether a date in numbers means one day here and another there, so that parse_time reads
    none.

    >>> is_ambiguous("03/04/2026"), is_ambiguous("13/04/2026"), is_ambiguous("3.4.2026")
    (True, False, False)
    """
    return len(parse_times(written)) > 1


def parse_times(written: object) -> list[datetime]:
    """The moments in UTC that a time may mean, the likelier first: none where it cannot be read,
    several where it is in numbers that may be a day or a month.

    It may be in ISO 8601, the date of an e-mail, the seconds or milliseconds since 1970, or any
    other way in which feeds and pages write a whole date, in many languages.

    >>> [time.isoformat() for time in parse_times("Thu, 19 Nov 2026 1:55 PM EST")]
    ['2026-11-19T18:55:00+00:00']
    >>> [time.date().isoformat() for time in parse_times("03/04/2026")]
    ['2026-03-04', '2026-04-03']
    """
    text = " ".join(str(written).split())
    if not text or len(text) > MAX_LENGTH:
        return []
    if _EPOCH.fullmatch(text):
        return [datetime.fromtimestamp(int(text[:10]), UTC)]
    if numeric := _NUMERIC.search(text):
        head, tail = text[: numeric.start()], text[numeric.end() :]
        texts = [f"{head}{day}{tail}" for day in _list_days(*numeric.groups())]
    else:
        texts = [text]
    return [time for time in map(_parse_text, texts) if time]


def _list_days(first: str, sign: str, second: str, last: str) -> list[str]:
    """The days, as ISO 8601 has them, that a date in numbers may mean."""
    orders = [(last, first, second), (last, second, first)]
    if sign == "." and len(last) == 4:  # points are written where the day comes first
        orders = orders[1:]
    elif len(last) == 2:
        orders.append((first, second, last))
    days = []
    for year, month, day in orders:
        with suppress(ValueError):
            full = int(year) + (2000 if len(year) < 4 else 0)
            days.append(datetime(full, int(month), int(day), tzinfo=UTC).date().isoformat())
    return list(dict.fromkeys(days))


def _parse_text(text: str) -> datetime | None:
    """The moment in a text whose day is clear."""
    is_end = _MIDNIGHT.search(text) is not None
    text = _MIDNIGHT.sub("00:00", text)
    for pattern, plain in _PLAIN:
        text = pattern.sub(plain, text)
    moment = _parse_english(text) or _parse_loose(text)
    return moment + timedelta(days=1) if moment and is_end else moment


def _parse_english(text: str) -> datetime | None:
    """A whole date in English or in numbers, the year first, with a zone that is well known."""
    if len(_CLOCK.findall(text)) > 1:  # "2:00 p.m. - 3:00 p.m.", of which dateutil takes the last
        return None
    from dateutil.parser import parse  # as trafilatura does, so that it costs no page anything

    with suppress(ValueError, LookupError, OverflowError):
        first, other = (parse(text, default=day, tzinfos=_find_zone) for day in _DEFAULTS)
        return _to_utc(first) if first == other else None
    return None


def _find_zone(name: str | None, seconds: int | None) -> tzinfo | None:
    """The zone that is written; None where there is none. Raises KeyError where it is unknown."""
    from dateutil.tz import gettz

    if seconds is not None:
        return timezone(timedelta(seconds=seconds))
    if name is None:
        return None
    if name in _OFFSETS:
        return timezone(timedelta(hours=_OFFSETS[name]))
    region: tzinfo | None = gettz(_REGIONS[name])
    return region


def _to_utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


@lru_cache(maxsize=1000)
def _parse_loose(text: str) -> datetime | None:
    """Any whole date that dateparser reads."""
    if not _YEAR.search(text) or len(re.findall(r"\d+", text)) < 2:
        return None
    from dateparser import parse  # 0.2 s to import, and to read its first date

    zone = "UTC"
    if region := _REGION.search(text):
        zone = _REGIONS.get(region[1].upper(), region[1])
        text = text[: region.start()]
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
