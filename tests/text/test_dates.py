"""Times as records, feeds and pages write them."""

import pytest

from summarizer.text.dates import is_ambiguous, parse_time

WHEN = "2026-02-10T11:50:00+00:00"


def iso(written, **options):
    time = parse_time(written, **options)
    return time and time.isoformat()


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-02-10T11:50:00Z", WHEN),
        ("2026-02-10 11:50:00", WHEN),
        ("2026-02-10", "2026-02-10T00:00:00+00:00"),
        ("2026-02-10T06:50:00-05:00", WHEN),
        (" 2026-02-10T11:50:00.5+00:00 ", "2026-02-10T11:50:00.500000+00:00"),
        ("20260210T115000Z", WHEN),
        ("2026-02-30", None),
        ("0001-01-01T00:00:00+23:00", None),
        ("yesterday", None),
        ("", None),
        (None, None),
        (1770724200, None),
        (20260210, None),
        ("1770724200", None),
        ("Tue, 10 Feb 2026 11:50:00 GMT", None),
    ],
    ids=repr,
)
def test_times_in_any_iso_form_are_utc(written, expected):
    assert iso(written) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-02-10T06:50:00-05:00", WHEN),
        ("2026-02-10 11:50:00 UTC", WHEN),
        ("Tue, 10 Feb 2026 11:50:00 GMT", WHEN),
        ("Tue, 10 Feb 2026 06:50:00 -0500", WHEN),
        ("1770724200", WHEN),
        (1770724200000, WHEN),
        ("1712013101200", "2024-04-01T23:11:41+00:00"),  # no year, month and day
    ],
)
def test_times_in_the_forms_of_feeds_and_pages(written, expected):
    assert iso(written, any_form=True) == expected


@pytest.mark.parametrize(
    "written", ["", "soon", "0000-00-00", "9" * 10, "9" * 22, None, {"a": 1}, True, [], 0], ids=repr
)
def test_what_is_no_time_in_any_form_is_none(written):
    assert parse_time(written, any_form=True) is None


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2025/03/14 09:26:53", "2025-03-14T09:26:53"),
        ("2025.03.14 09:26", "2025-03-14T09:26:00"),
        ("2025-03-14T092653+02:00", "2025-03-14T07:26:53"),  # RSS 1.0 without colons
        ("20250314092653", "2025-03-14T09:26:53"),
        ("2025-03-14T24:00:00Z", "2025-03-15T00:00:00"),
        ("2025-03-14T09:26:53.000+0000", "2025-03-14T09:26:53"),
        ("2025-03-14T09:26:53-04:00[America/New_York]", "2025-03-14T13:26:53"),
        ("2025-03-14 09:26:53 EST", "2025-03-14T14:26:53"),
        ("Fri, 14 Mar 2025 9:26 PM PST", "2025-03-15T05:26:00"),
        ("Fri, Mar 14 2025 09:26:53 PM", "2025-03-14T21:26:53"),
        ("Fri, 14th Mar 2025 09:26:53 GMT", "2025-03-14T09:26:53"),
        (
            "Fri Mar 14 2025 09:26:53 GMT+0100 (Central European Standard Time)",
            "2025-03-14T08:26:53",
        ),
        ("Fri Mar 14 09:26:53 EST 2025", "2025-03-14T14:26:53"),
        ("14-Mar-25 09:26:53 GMT", "2025-03-14T09:26:53"),
        ("Fri, 14 Mar 2025 09:26:53 AEST", "2025-03-13T23:26:53"),
        ("Fri, 14 Mar 2025 09:26:53 HKT", "2025-03-14T01:26:53"),
        ("Fri, 14 Mar 2025 09:26:53 IST", "2025-03-14T03:56:53"),
        ("Fri, 14 Mar 2025 09:26:53 Asia/Tokyo", "2025-03-14T00:26:53"),
        ("March 14, 2025 at 9:26 PM ET", "2025-03-15T01:26:00"),  # summer time: EDT
        ("January 14, 2025 at 9:26 PM ET", "2025-01-15T02:26:00"),
        ("Mar. 14, 2025, 9:26 a.m. UTC", "2025-03-14T09:26:00"),
        ("Friday, March 14, 2025 - 09:26", "2025-03-14T09:26:00"),
        ("3/14/2025 9:26 PM", "2025-03-14T21:26:00"),
        ("14/3/2025 09:26", "2025-03-14T09:26:00"),
        ("1.2.2025 09:26", "2025-02-01T09:26:00"),  # points: the day comes first
        ("ven., 14 mars 2025 09:26:53 +0000", "2025-03-14T09:26:53"),
        ("Freitag, 14. März 2025 09:26", "2025-03-14T09:26:00"),
        ("14 de marzo de 2025", "2025-03-14T00:00:00"),
        ("Пт, 14 мар 2025 09:26:53 +0300", "2025-03-14T06:26:53"),
        ("Fri, 14 Mar 2025 09:26:53 UT", "2025-03-14T09:26:53"),
        ("March 14, 2025 | 9:26 PM UTC+2", "2025-03-14T19:26:00"),
        ("2025年3月14日 09:26", "2025-03-14T09:26:00"),
    ],
)
def test_a_clear_date_is_read_however_it_is_written(written, expected):
    assert iso(written, any_form=True) == f"{expected}+00:00"


@pytest.mark.parametrize(
    "written",
    [
        "03/04/2025", "03/04/2025 10:00 PM", "5-6-2025", "20/11/25",  # two days, or more
        "2 hours ago", "yesterday", "March 2025", "14 March", "9:26", "2025", "Issue 14 of 2025",
        "Fri, 31 Feb 2025 10:00:00 GMT", "March 14, 2025, 2:00 p.m. - 3:00 p.m. or 4:00 p.m.", "Fri, 14 Mar 2025 09:26:53 Mars/Phobos", "7" * 200,
    ],
)  # fmt: skip
def test_a_date_that_has_to_be_guessed_is_none(written):
    assert parse_time(written, any_form=True) is None


def test_a_date_that_means_two_days_is_told_from_one_that_is_missing():
    assert is_ambiguous("03/04/2025 10:00") and is_ambiguous("20/11/25")
    assert not any(map(is_ambiguous, ["04/04/2025", "11/20/25", "2025/03/04", "soon", None]))
