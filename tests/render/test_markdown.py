import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.render.markdown import escape, render_markdown
from tests.support.reports import make_report


def test_a_report_as_a_note():
    assert render_markdown(make_report()) == (
        "# Bitcoin slides\n\n*CoinDesk · 2026-02-10*\n\nhttps://example.com/a\n\n"
        "BTC slid to $70,000.\n\n"
        "| asset | call | target | confidence | why |\n| --- | --- | --- | --- | --- |\n"
        "| BTC | bearish | $68,160 (-2.6%) | 81% | Funding is −7% on Binance. |\n\n"
        "**Prices**\n\n- price: BTC $70,000\n\n"
        "**Levels**\n\n- price target: BTC $68,160\n\n"
        "**Derivatives**\n\n- funding rate: BTC −7% Binance\n\n"
        "**Overall** bearish (78%)\n\n"
        "**Timeframe** short term: It is about the day.\n\n"
        "**Credibility** high: Its figures name their source.\n\n"
        "> dropped: $1 is not in the text\n"
    )


def test_an_article_without_anything_known_is_a_note_too():
    report = make_report(
        article={
            "title": None,
            "text": "",
            "source": None,
            "domain": None,
            "published_at": None,
        },
        summary="",
        facts=(),
        calls=(),
        findings=(),
    )
    note = render_markdown(report)
    assert note.startswith("# Untitled article\n\n")
    assert "| asset |" not in note


@pytest.mark.parametrize(
    "text",
    [
        "[up](javascript:alert(1))",
        "![x](http://198.51.100.1/p.png)",
        "<img src=x onerror=alert(1)>",
        "<script>",
        "`code`",
        "**bold**",
        "a | b",
        "<http://x.example>",
        "[x]: http://x",
    ],
)
def test_nothing_of_others_is_markup(text):
    note = render_markdown(make_report(article={"title": text, "source": text}, summary=text))
    assert text not in note
    assert "](" not in note.replace("\\](", "")
    assert "<" not in note.replace("\\<", "")


@given(st.text())
def test_escaped_text_is_one_line_without_bare_markup(text):
    escaped = escape(text)
    assert "\n" not in escaped
    bare = escaped.replace("\\\\", "")
    assert all(bare[i - 1] == "\\" for i, c in enumerate(bare) if c in "`*_[]<>|#!" and i) and bare[
        :1
    ] not in set("`*_[]<>|#!")


@given(st.text(), st.text())
def test_a_note_has_as_many_lines_whatever_the_texts_hold(title, summary):
    plain = render_markdown(make_report())
    assert render_markdown(
        make_report(article={"title": "x" + title}, summary="x" + summary)
    ).count("\n") == plain.count("\n")
