"""Dates as pages write them, `November 20, 2026 8:00 PM EST`, and which is the article's."""

import re
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

from summarizer.text.dates import parse_time

# There were no news pages before: an earlier date is a fault of the page.
EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)  # two dates that are no further apart agree: a page may show local time
# Characters before and behind the title within which a page shows the date of its article.
BEFORE, BEHIND = 120, 420
LABEL = 40  # characters before a date in which its label stands

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH = (
    "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    "|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_ZONES = (
    "utc+0 gmt+0 bst+1 cet+1 cest+2 ist+5.5 sgt+8 hkt+8 jst+9"
    " et-5 est-5 edt-4 ct-6 cst-6 cdt-5 mst-7 mdt-6 pt-8 pst-8 pdt-7"
)
_HOURS = {name: float(hours) for name, hours in re.findall(r"([a-z]+)(\S+)", _ZONES)}
_DATE = re.compile(
    rf"""\b(?=[jfmasond\d])(?:  # what none begins with is passed over quickly
        (?P<month>{_MONTH})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})
        |(?P<day_>\d{{1,2}})(?:st|nd|rd|th)?\.?[\s-]+(?P<month_>{_MONTH})\.?,?[\s-]+(?P<year_>\d{{4}})
        |(?P<iso>\d{{4}}-\d\d-\d\d)
        |(?P<first>\d{{1,2}})/(?P<second>\d{{1,2}})/(?P<slashed>\d{{4}})
    )\b
    (?:(?:,|\s(?:at|-|[|•·]))?\s*
        (?P<hour>\d{{1,2}})[:.](?P<minute>\d\d)(?::\d\d)?
        \s*(?P<half>[ap])?\.?(?:m\b\.?)?
        \s*(?:(?P<sign>[+-])(?P<hours>\d\d):?(?P<minutes>\d\d)|(?P<zone>{"|".join(_HOURS)})\b)?
    )?
    """,
    re.I | re.VERBOSE,
)
_PUBLISHED = re.compile(r"\b(?:published|posted|written)(?: on| at)?:?\s*$", re.I)
_UPDATE = re.compile(r"(?:updated?|modified|reviewed|revised|edited)\b[^.!?]{0,14}$", re.I)
# "since May 6, 2026": a date of the story itself
_IN_PROSE = re.compile(r"\b(?:since|until|from|by|before|after|in|of|to|and|through)\s+$", re.I)


def read_time(written: object) -> datetime | None:
    """The moment that a page's own field states, in any form; None where it states none.

    >>> read_time("November 20, 2026 8:00 PM EST").isoformat(), read_time("soon")
    ('2026-11-21T01:00:00+00:00', None)
    """
    match = _DATE.match(str(written).strip())
    times = [parse_time(written), *(_read_match(match) if match else ())]
    time = next(filter(None, times), None) or parse_time(written, any_form=True)
    return time if time and time >= EARLIEST else None


def choose_date(
    stated: list[datetime],
    own: datetime | None,
    found: datetime | None,
    updated_at: datetime | None,
    visible: str,
    title: str,
) -> tuple[datetime | None, bool]:
    """The date of publication, and whether it is in doubt. `stated` is what the page's fields say,
    `own` the first time element of the article, `found` what a library found anywhere. A date
    beside the title wins over all, since fields are filled by machines."""
    shown, updates = find_shown(visible, title)
    if not stated:
        if shown:
            other = own or found or shown[0]
            is_agreed = _is_among(other, shown[:1])
            return own if own and is_agreed else shown[0], not is_agreed
        is_alone = own is not None and not updates and not updated_at
        return own or found, bool(own or found) and not is_alone
    days = Counter(time.date() for time in stated)
    time = max(stated, key=lambda time: days[time.date()])
    if shown and not _is_among(time, shown):
        return shown[0], True
    return time, not shown and not all(_is_among(time, [one]) for one in (*stated, *updates))


def _is_among(time: datetime, times: list[datetime]) -> bool:
    return any(abs(one - time) <= DAY for one in times)


def find_shown(visible: str, title: str) -> tuple[list[datetime], list[datetime]]:
    """The dates of publication and those of updates that stand beside the title in the words of a
    page, or anywhere with their label: "Published on May 6, 2026"."""
    published: list[datetime] = []
    updated: list[datetime] = []
    start = visible.find(title) if title else -1
    near = range(max(0, start - BEFORE), start + len(title) + BEHIND if start >= 0 else 0)
    for match in _DATE.finditer(visible):
        label = visible[max(0, match.start() - LABEL) : match.start()]
        times = [time for time in _read_match(match) if time >= EARLIEST]
        if match.start() in near and _UPDATE.search(label):
            updated += times
        elif _PUBLISHED.search(label) or (match.start() in near and not _IN_PROSE.search(label)):
            published += times
    return published, updated


def _read_match(match: re.Match[str]) -> list[datetime]:
    """The moments that a match may mean, the likelier first: 3/4/2026 is the fourth of March or the
    third of April."""
    part = match.groupdict()
    hour, minute = int(part["hour"] or 0), int(part["minute"] or 0)
    if part["half"]:
        hour = hour % 12 + 12 * (part["half"].lower() == "p")
    times = []
    for year, month, day in _read_days(part):
        with suppress(ValueError, OverflowError):
            time = datetime(year, month, day, hour, minute, tzinfo=_read_zone(part))
            times.append(time.astimezone(UTC))
    return times


def _read_days(part: dict[str, str]) -> list[tuple[int, int, int]]:
    if part["iso"]:
        year, month, day = map(int, part["iso"].split("-"))
        return [(year, month, day)]
    if part["slashed"]:
        year, first, second = (int(part[name]) for name in ("slashed", "first", "second"))
        return [(year, first, second), (year, second, first)]
    month = _MONTHS.index((part["month"] or part["month_"])[:3].lower()) + 1
    return [(int(part["year"] or part["year_"]), month, int(part["day"] or part["day_"]))]


def _read_zone(part: dict[str, str]) -> timezone:
    if part["sign"]:
        sign = -1 if part["sign"] == "-" else 1
        minutes = int(part["hours"]) * 60 + int(part["minutes"])
        return timezone(timedelta(minutes=sign * minutes))
    return timezone(timedelta(hours=_HOURS.get((part["zone"] or "").lower(), 0.0)))
