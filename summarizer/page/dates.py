"""Dates as pages write them, `November 20, 2026 8:00 PM EST`, and which is the article's."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta

from summarizer.text.dates import parse_time, parse_times

# There were no news pages before: an earlier date is a fault of the page.
EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)  # two dates that are no further apart agree: a page may show local time
# Characters before and behind the title within which a page shows the date of its article.
BEFORE, BEHIND = 120, 420
LABEL = 40  # characters before a date in which its label stands

_MONTH = (
    "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    "|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DATE = re.compile(
    rf"""\b(?=[jfmasond\d])(?:  # what none begins with is passed over quickly
        {_MONTH}\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}
        |\d{{1,2}}(?:st|nd|rd|th)?\.?[\s-]+{_MONTH}\.?,?[\s-]+\d{{4}}
        |\d{{4}}-\d\d-\d\d
        |\d{{1,2}}/\d{{1,2}}/\d{{4}}
    )\b
    (?:(?:,|\s(?:at|-|[|•·]))?\s*
        \d{{1,2}}[:.]\d\d(?::\d\d)?
        (?:\s*[ap]\.?m\b\.?)?
        (?:\s*(?:[+-]\d\d:?\d\d|(?:UTC|GMT|[BIJ]ST|CES?T|HKT|SGT|[ECMP][SD]?T)\b))?
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
    time = parse_time(written, any_form=True) or (match and parse_time(match[0], any_form=True))
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
        is_updated = bool(updates or updated_at)
        return _choose_unstated(own, found, shown, is_updated=is_updated)
    days = Counter(time.date() for time in stated)
    time = max(stated, key=lambda time: days[time.date()])
    if shown and not _is_among(time, shown):
        return shown[0], True
    return time, not shown and not all(_is_among(time, [one]) for one in (*stated, *updates))


def _choose_unstated(
    own: datetime | None, found: datetime | None, shown: list[datetime], *, is_updated: bool
) -> tuple[datetime | None, bool]:
    """The same of a page whose fields say nothing; `shown` are the dates that readers see."""
    if shown:
        is_agreed = _is_among(own or found or shown[0], shown[:1])
        return own if own and is_agreed else shown[0], not is_agreed
    if own:
        return own, is_updated
    return found, found is not None


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
        times = [time for time in parse_times(match[0]) if time >= EARLIEST]
        if match.start() in near and _UPDATE.search(label):
            updated += times
        elif _PUBLISHED.search(label) or (match.start() in near and not _IN_PROSE.search(label)):
            published += times
    return published, updated
