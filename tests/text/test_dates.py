"""Times as records, feeds and pages write them."""

from datetime import UTC, datetime

import pytest

from summarizer.text.dates import parse_time

WHEN = datetime(2026, 2, 10, 11, 50, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("2026-02-10T11:50:00Z", datetime(2026, 2, 10, 11, 50, tzinfo=UTC)),
        ("2026-02-10 11:50:00", datetime(2026, 2, 10, 11, 50, tzinfo=UTC)),
        ("2026-02-10", datetime(2026, 2, 10, tzinfo=UTC)),
        ("2026-02-10T06:50:00-05:00", datetime(2026, 2, 10, 11, 50, tzinfo=UTC)),
        (" 2026-02-10T11:50:00.5+00:00 ", datetime(2026, 2, 10, 11, 50, 0, 500_000, tzinfo=UTC)),
        ("20260210T115000Z", datetime(2026, 2, 10, 11, 50, tzinfo=UTC)),
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
)
def test_times_in_any_iso_form_are_utc(written, read_as):
    assert parse_time(written) == read_as


@pytest.mark.parametrize(
    "written",
    [
        "2026-02-10T06:50:00-05:00",
        "2026-02-10 11:50:00 UTC",
        "Tue, 10 Feb 2026 11:50:00 GMT",
        "Tue, 10 Feb 2026 06:50:00 -0500",
        "1770724200",
        1770724200000,
    ],
)
def test_times_in_the_forms_of_feeds_and_pages(written):
    assert parse_time(written, any_form=True) == WHEN


def test_milliseconds_are_never_a_year_month_and_day():
    assert parse_time("1712013101200", any_form=True) == datetime(
        2024, 4, 1, 23, 11, 41, tzinfo=UTC
    )


@pytest.mark.parametrize(
    "written",
    ["", "soon", "Dienstag", "0000-00-00", "9999999999", "9" * 22, None, {"a": 1}, True, [], 0],
    ids=repr,
)
def test_what_is_no_time_in_any_form_is_none(written):
    assert parse_time(written, any_form=True) is None
