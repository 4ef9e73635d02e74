from pathlib import Path

from summarizer import analyze_text

EXAMPLE = Path(__file__).parents[1] / "eval" / "data" / "example.txt"


def test_example_report_is_bearish_and_every_quote_is_in_the_text():
    report = analyze_text(EXAMPLE.read_text("utf-8"))
    assert next((c.asset, c.direction) for c in report.calls) == ("BTC", "bearish")
    assert all(
        report.article.text[f.evidence.start : f.evidence.end] == f.evidence.quote
        for f in report.facts
    )
    found = {(f.kind, f.subject, f.value) for f in report.facts}
    assert ("open_interest", "BTC", 17.2e9) in found
