"""Stored reports in rows, found by what a reader may ask for."""

import pytest

from summarizer.batch.store import open_store
from summarizer.serve.view import Filter, find_report, list_reports, load_digest
from summarizer.text.dates import parse_time


def test_rows_are_the_newest_first_and_hold_what_a_list_shows(store):
    undated, rally, slide = list_reports(store)
    assert undated.published_at is None and undated.stored_at > rally.published_at
    assert (slide.id, slide.outlet, slide.direction) == ("slide", "Paper A", "bearish")
    assert ("BTC", "bearish") in [(call.asset, call.direction) for call in slide.calls]
    assert [row.id for row in list_reports(store, limit=1, offset=1)] == ["rally"]


def test_a_row_without_a_headline_is_called_by_its_first_sentence(store):
    with store.write() as connection:
        connection.execute("UPDATE articles SET title = NULL WHERE url LIKE '%slide'")
    _, rally, slide = list_reports(store)
    beginning = "Bitcoin plunged 9% to $58,000 as Tether sold and traders were liquidated for"
    assert slide.title == f"{beginning} $800 million."
    assert rally.title.startswith("Ether rallies")


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        ({"q": "tether sold"}, ["slide"]),
        ({"q": 'a "quote" AND ('}, []),
        ({"asset": "btc"}, ["pasted/undated", "slide"]),
        ({"asset": "BTC", "direction": "bullish"}, ["pasted/undated"]),
        ({"direction": "bearish"}, ["slide"]),
        ({"source": "paper b"}, ["rally"]),
        ({"since": "2026-02-11", "until": "2026-02-11"}, ["rally"]),
        ({"until": "2026-02-10"}, ["slide"]),
    ],
)
def test_a_filter_leaves_what_it_asks_for(store, wanted, ids):
    assert [row.id for row in list_reports(store, Filter(**wanted))] == ids


def test_credibility_is_a_filter_too(store):
    rows = list_reports(store)
    for level in ("high", "medium", "low"):
        wanted = [row for row in rows if row.credibility == level]
        assert list_reports(store, Filter(credibility=level)) == wanted


def test_a_key_is_the_articles_own_in_any_database(store, tmp_path):
    keys = {row.id: row.key for row in list_reports(store)}
    assert len(set(keys.values())) == 3 and all(len(key) == 12 for key in keys.values())
    assert list_reports(open_store(tmp_path / "empty.db")) == []


def test_a_report_is_found_by_number_id_or_address(store):
    number = list_reports(store)[1].number
    for name in (str(number), "rally", "https://b.example/rally"):
        report = find_report(store, name)
        assert report.id == "rally" and report.article.text.startswith("Ether rose")
    assert find_report(store, "absent") is None


def test_a_flow_is_new_where_earlier_articles_state_others(store):
    start, end = parse_time("2026-02-11"), parse_time("2027-12-31")
    flows = {figure.value: figure for figure in load_digest(store, start, end).flows}
    assert flows[4e8].subject == "BTC" and flows[4e8].is_new
    assert flows[2e8].subject == "ETH" and flows[2e8].is_new is None  # none to compare with
    everything = load_digest(store, parse_time("2026-01-01"), end)
    assert {figure.is_new for figure in everything.flows} == {None}
