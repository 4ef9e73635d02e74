"""The order of the steps, and the three functions that others call."""

import asyncio
import sys
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import summarizer
from summarizer import analyze, analyze_html, analyze_text
from summarizer.errors import EmptyInput, NoArticle, SummarizerError, UsageError
from summarizer.models import Report
from summarizer.pipeline import load_page
from summarizer.render.frame import COLUMNS, list_rows
from summarizer.settings import Settings

TEXT = (
    "Bitcoin slid to $58,000 on Monday as funding on Binance turned negative, "
    "data from Coinglass shows."
)
MARKUP = (
    "<html><head><title>Bitcoin slides</title></head><body><article><h1>Bitcoin slides</h1>"
    f"<p>{TEXT}</p></article></body></html>"
)


def same(left, right):
    return left.model_copy(update={"analyst": right.analyst}) == right


@pytest.mark.parametrize("name", summarizer.__all__)
def test_every_public_name_is_there(name):
    assert getattr(summarizer, name).__class__.__name__


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'analyse'"):
        _ = summarizer.analyse


def test_text_a_file_and_its_path_give_the_same_report(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text(TEXT, "utf-8")
    report = analyze_text(TEXT)
    assert report.id == report.article.content_hash
    assert same(analyze(path), report)
    assert same(analyze(str(path)), report)


def test_markup_as_text_and_as_bytes_give_the_same_report(tmp_path):
    path = tmp_path / "a.html"
    path.write_text(MARKUP, "utf-8")
    report = analyze_html(MARKUP)
    assert TEXT in report.article.text
    assert same(analyze_html(MARKUP.encode()), report)
    assert same(analyze(path), report)


def test_what_the_caller_knows_stands_in_the_report():
    article = analyze_text(
        TEXT, url="https://www.example.com/a", title="Bitcoin\nslides", source="CoinDesk"
    ).article
    assert (article.url, article.domain, article.source) == (
        "https://www.example.com/a",
        "example.com",
        "CoinDesk",
    )


def test_the_time_that_it_took_is_the_only_clock_in_a_report():
    first, second = analyze_text(TEXT), analyze_text(TEXT)
    assert first.analyst.seconds >= 0
    assert same(first, second)


@pytest.mark.parametrize(
    ("function", "argument", "error"),
    [
        (analyze_text, " \n\u200b", EmptyInput),
        (analyze_html, "", EmptyInput),
        (analyze_html, "<html><body></body></html>", NoArticle),
        (analyze, "missing.txt", UsageError),
        (analyze, ".", UsageError),
        (partial(load_page, settings=Settings(offline=True)), "https://example.com", UsageError),
    ],
)
def test_what_cannot_be_analysed_is_an_error_of_the_tree(function, argument, error):
    with pytest.raises(error) as caught:
        function(argument)
    assert isinstance(caught.value, SummarizerError)
    assert str(caught.value).startswith(caught.value.code + ": ")


@settings(max_examples=60)
@given(
    st.text(
        st.sampled_from("BTC ETH fell to $5,8%.\n“-()") | st.characters(), min_size=1, max_size=300
    )
)
def test_any_text_gives_a_report_whose_evidence_is_exact(text):
    try:
        report = analyze_text(text, title=text[:60], settings=Settings())
    except EmptyInput:
        return
    source = report.article.text
    parts = [fact.evidence for fact in report.facts] + [
        part for call in report.calls for part in call.evidence
    ]
    parts += [narrative.evidence for narrative in report.narratives] + [
        signal.evidence for signal in report.credibility.signals if signal.evidence
    ]
    assert all(source[part.start : part.end] == part.quote for part in parts)


# ---- what a library user meets


def test_the_package_lists_its_names_and_types():
    names = dir(summarizer)
    assert {"Settings", "NoArticle", "FetchError", "analyze", "load_settings"} <= {*names}
    assert not [name for name in names if name.startswith("_") and name != "__version__"]
    assert (Path(summarizer.__file__).parent / "py.typed").is_file()


def test_a_report_is_short_to_look_at_and_comes_back_from_its_values():
    page = "<html><body><article>" + f"<p>{TEXT}</p>" * 3 + "</article></body></html>"
    for report in (analyze_text(TEXT, title="Bitcoin slides"), analyze_html(page)):
        assert len(repr(report)) < 200 and repr(report) == str(report)
        assert len(repr(report.article)) < 100
        assert Report.model_validate(report.to_dict(with_text=True)) == report
        again = Report.model_validate(report.to_dict())
        assert again.to_dict() == report.to_dict()
    assert "date_missing" in report.flags


def test_a_report_is_a_note_a_page_and_rows():
    report = analyze_text(TEXT, title="Bitcoin <slides>")
    assert report.to_markdown().startswith("# Bitcoin")
    assert report.to_html(with_text=True).startswith("<!doctype html>")
    frame = report._repr_html_()
    assert frame.startswith("<iframe sandbox srcdoc=") and frame.count('"') == 4
    (row, *_) = list_rows([report.to_dict()], "facts")
    assert (row["subject"], row["value"], row["credibility"]) == ("BTC", 58000, "high")
    assert list(row) == COLUMNS["facts"]


@pytest.mark.parametrize("name", ["pandas", "polars"])
@pytest.mark.parametrize("table", ["facts", "calls"])
def test_a_report_is_a_data_frame(name, table, monkeypatch):
    library = pytest.importorskip(name)
    if name == "polars":
        monkeypatch.setitem(sys.modules, "pandas", None)
    frame = analyze_text(TEXT).to_frame(table)
    assert isinstance(frame, library.DataFrame) and list(frame.columns) == COLUMNS[table]


def test_a_data_frame_wants_a_library(monkeypatch):
    for name in ("pandas", "polars"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(UsageError, match="pandas or polars"):
        analyze_text(TEXT).to_frame()


@pytest.mark.parametrize(
    "written",
    ["2026-02-10", "10 February 2026", date(2026, 2, 10), datetime(2026, 2, 10)],  # noqa: DTZ001
)
def test_a_publication_may_be_a_date_or_a_string(written):
    report = analyze_text(TEXT, published_at=written)
    assert report.article.published_at == datetime(2026, 2, 10, tzinfo=UTC)
    with pytest.raises(UsageError, match="no time"):
        analyze_text(TEXT, published_at="soon")


def test_reports_are_awaited_side_by_side(tmp_path):
    (tmp_path / "a.txt").write_text(TEXT)

    async def both():
        path = tmp_path / "a.txt"
        return await asyncio.gather(
            summarizer.analyze_async(path), summarizer.analyze_text_async(TEXT)
        )

    assert same(*asyncio.run(both()))
