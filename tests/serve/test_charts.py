"""Ladders and timelines: every mark in its place, no label upon another."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from summarizer.serve.charts import (
    BINS,
    LABEL,
    RUNGS,
    TIMELINE_HEIGHT,
    Level,
    lay_ladder,
    lay_timeline,
    list_ladders,
)
from tests.support.reports import make_report

PRICES = st.floats(1e-9, 1e9)
KINDS = st.sampled_from(["support_level", "resistance_level", "price_target"])
LEVELS = st.lists(st.builds(Level, KINDS, PRICES), max_size=40)


@given(LEVELS, st.none() | PRICES)
def test_rungs_fall_with_their_values_and_labels_stand_apart(levels, price):
    given = [*levels, Level("price", price)] if price else levels
    ladder = lay_ladder("BTC", given)
    assert {rung.level for rung in ladder.rungs} <= set(given)
    assert len(ladder.rungs) == len(given) or len(ladder.rungs) > RUNGS
    values = [rung.level.value for rung in ladder.rungs]
    assert values == sorted(values, reverse=True)
    assert [rung.y for rung in ladder.rungs] == sorted(rung.y for rung in ladder.rungs)
    labels = [rung.label_y for rung in ladder.rungs]
    assert all(below - above > LABEL - 1e-6 for above, below in pairwise(labels))
    assert all(0 < place < ladder.height for rung in ladder.rungs for place in rung[1:3])


def test_a_level_tells_its_way_from_the_price():
    levels = [Level("price", 100.0), Level("resistance_level", 110.0), Level("support_level", 90.0)]
    away = {rung.level.kind: rung.away for rung in lay_ladder("BTC", levels).rungs}
    assert away["price"] is None and round(away["resistance_level"]) == 10
    assert round(away["support_level"]) == -10


def test_a_report_has_a_ladder_of_its_levels_with_the_target_marked():
    (ladder,) = list_ladders(make_report())
    assert [(rung.level.kind, rung.level.value) for rung in ladder.rungs] == [
        ("price", 70000),
        ("price_target", 68160),
    ]
    assert [rung.level.is_target for rung in ladder.rungs] == [False, True]
    assert list_ladders(make_report(facts=())) == []


TIMES = st.integers(0, 4000).map(lambda days: datetime(2018, 1, 1, 7, tzinfo=UTC) + timedelta(days))
CALLS = st.lists(st.tuples(TIMES, st.sampled_from(["bullish", "bearish", "neutral"])), min_size=1)


@given(CALLS)
def test_every_call_is_in_a_bar_of_its_side(calls):
    timeline = lay_timeline(sorted(calls, reverse=True))
    assert sum(timeline.counts.values()) == len(calls)
    assert timeline.start <= min(calls)[0] and max(calls)[0] < timeline.end + timedelta(days=1)
    for bar in timeline.bars:
        assert 0 <= bar.x < bar.x + bar.width <= 100 + 1e-6
        assert bar.y >= 0 and bar.y + bar.height <= TIMELINE_HEIGHT
        if bar.direction != "neutral":
            assert (bar.y + bar.height < TIMELINE_HEIGHT / 2) == (bar.direction == "bullish")
    assert len({bar.x for bar in timeline.bars}) <= BINS
    told = sum(int(bar.words.rpartition(": ")[2].split()[0]) for bar in timeline.bars)
    assert told == len(calls)


def test_no_call_is_no_timeline():
    assert lay_timeline([]) is None
