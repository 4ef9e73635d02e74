"""Stories: reprints and rewrites of an event are one, an outlet's daily columns are not."""

import json
import random
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path

from summarizer.digest.stories import Telling, group_stories
from summarizer.overviews import Outlet
from tests.support.reports import words

NOW = datetime(2026, 2, 10, 12, tzinfo=UTC)


def telling(title: str, text: str, outlet: str = "a.example", published_at: datetime | None = NOW):
    return Telling(title, text, Outlet(name=outlet, published_at=published_at))


def test_rewrites_by_three_outlets_are_one_story_each():
    """Fifteen events in three tellings: pairs of one company or fund, and six that look alike."""
    rows = [
        json.loads(line)
        for line in (Path(__file__).parents[1] / "stories.jsonl").read_text("utf-8").splitlines()
    ]
    groups = group_stories([telling(row["title"], row["text"], row["outlet"]) for row in rows])
    found = {pair for group in groups for pair in combinations(sorted(group), 2)}
    wanted = {
        (i, j) for i, j in combinations(range(len(rows)), 2) if rows[i]["story"] == rows[j]["story"]
    }
    assert len(wanted) == 45
    assert len(found & wanted) >= 0.9 * len(wanted)  # recall
    assert len(found & wanted) >= 0.9 * len(found)  # precision


def test_reprints_are_one_story_and_an_outlets_columns_are_not():
    tellings = [
        telling(
            "XRP Price Prediction For July 21",
            "XRP trades at $3.52, says CoinMarketCap. The daily candle closes far from resistance.",
        ),
        telling(
            "XRP Price Prediction For July 23",
            "Sellers hold XRP at $3.44 on CoinMarketCap. One should focus on yesterday's level.",
        ),
        telling("Market wrap", words(random.Random(1), 200)),
        telling("Another headline over the same words", words(random.Random(1), 200)),
        telling("比特幣", "比特幣週二跌破六萬五千美元，創下三個月新低。" * 9),
        telling("行情", "比特幣週二跌破六萬五千美元，創下三個月新低。" * 9, "b.example"),
        telling("", "", "c.example"),
        telling("", "", "d.example"),
    ]
    assert group_stories(tellings) == [[0], [1], [2, 3], [4, 5], [6], [7]]


def test_the_same_words_weeks_apart_are_two_stories():
    text = words(random.Random(2), 200)
    first = telling("a", text)
    before = telling("a", text, "b.example", NOW - timedelta(days=9))
    undated = telling("a", text, "b.example", None)
    assert group_stories([first, before]) == [[0], [1]]
    assert group_stories([first, undated]) == [[0, 1]]
