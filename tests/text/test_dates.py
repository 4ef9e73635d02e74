"""Times as records, feeds and pages write them."""

import pytest

from summarizer.text.dates import parse_time

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
