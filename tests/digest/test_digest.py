"""The digest: reprints count once, weight is credibility, and it is quick."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from summarizer.digest.digest import make_digest, parse_since
from summarizer.errors import UsageError
from summarizer.render.html import render_digest_page
from summarizer.render.markdown import render_digest
from summarizer.render.terminal import print_digest
from tests.batch.test_export import unsafe
from tests.support.clock import within
from tests.support.reports import words

NOW = datetime(2026, 2, 10, 12, tzinfo=UTC)
SUBJECTS = (
    "Mara Holdings, Tether, Metaplanet, the SEC, Deribit, BlackRock, Upbit, Kraken, "
    "the Bank of Japan, Circle"
).split(", ")


def report(
    title: str,
    direction: str,
    *,
    outlet: str = "a.example",
    credibility: str = "high",
    text: str = "",
    hours: int = 1,
) -> dict:
    """A stored report, as far as a digest looks at it."""
    text = text or f"{title}. " + words(random.Random(title), 120)
    return {
        "id": title,
        "summary": title,
        "facts": [],
        "flags": [],
        "credibility": {"level": credibility},
        "calls": [{"asset": "BTC", "direction": direction, "confidence": 0.8}],
        "article": {
            "title": title,
            "text": text,
            "source": None,
            "domain": outlet,
            "url": f"https://{outlet}/{title.replace(' ', '-')}",
            "published_at": (NOW - timedelta(hours=hours)).isoformat(),
        },
    }


def digest(*reports: dict, asset: str | None = None):
    return make_digest(reports, NOW - timedelta(days=1), NOW, asset)


def test_a_reprint_does_not_add_weight_and_outlets_are_told():
    text = words(random.Random(3), 150)
    reprints = [
        report(
            "Tether mints a billion dollars on Tron", "bullish", outlet=f"{n}.example", text=text
        )
        for n in range(9)
    ]
    made = digest(*reprints, report("Deribit options expire with a thud", "bearish"))
    (view,) = made.assets
    assert (view.view, view.direction, view.stories, view.bullish, view.bearish) == (
        0.0,
        "neutral",
        2,
        1,
        1,
    )
    assert made.stories[0].corroboration == 9
    assert len(made.stories[0].outlets) == 9


def test_credibility_weighs_and_dissent_is_named():
    made = digest(
        report("Kraken adds reserves in the open", "bullish"),
        report(
            "Secret insider says crash is near", "bearish", outlet="b.example", credibility="low"
        ),
    )
    (view,) = made.assets
    assert view.direction == "bullish"
    assert [part.outlet.name for part in view.dissent] == ["b.example"]


def test_levels_are_counted_by_outlet():
    fact = {
        "kind": "support_level",
        "subject": "BTC",
        "value": 58000,
        "unit": "USD",
        "period": None,
    }
    reports = [
        report(f"{name} sees a floor", "neutral", outlet=f"{n}.example") | {"facts": [fact, fact]}
        for n, name in enumerate(SUBJECTS[:3])
    ]
    (level,) = digest(*reports).levels
    assert (level.value, level.outlets) == (58000, 3)


def test_what_is_printed_cannot_be_markup(capsys):
    hostile = report("[/] [link=file:///etc/passwd]x\x1b[2J \u202e\u200b| <b>", "bullish")
    hostile["article"]["url"] = "javascript:alert(1)"
    hostile["article"]["domain"] = "[evil](http://x)"
    made = digest(hostile)
    print_digest(made)
    shown = capsys.readouterr().out
    assert (
        "[/] [link=file:///etc/passwd]x" in shown
        and "\x1b[2J" not in shown
        and "javascript:" not in shown
    )
    assert not unsafe(shown)
    note = render_digest(made)
    assert (
        "javascript:" not in note
        and "<b>" not in note.replace("\\<b\\>", "")
        and "\\[evil\\]" in note
    )


def test_an_empty_period(capsys):
    print_digest(digest())
    assert "No article" in capsys.readouterr().out
    assert render_digest(digest()).startswith("# Crypto digest")


def test_periods():
    assert parse_since("7d", NOW) == NOW - timedelta(days=7)
    assert parse_since("2026-02-01", NOW) == datetime(2026, 2, 1, tzinfo=UTC)
    with pytest.raises(UsageError):
        parse_since("yesterday", NOW)


@pytest.mark.timed
def test_five_thousand_reports_are_digested_in_ten_seconds():
    chance = random.Random(4)
    reports = []
    for number in range(5000):
        first = number % 1700  # three tellings of most
        text = words(random.Random(first), 250).split()
        for _ in range(8):
            text[chance.randrange(250)] = "changed"
        title = f"{SUBJECTS[first % 10]} {words(random.Random(first), 5)} in case {first}"
        reports.append(
            report(
                title,
                chance.choice(("bullish", "bearish", "neutral")),
                outlet=f"{number % 40}.example",
                text=" ".join(text),
            )
        )
    with within(5):
        made = digest(*reports)
    assert 1690 <= made.assets[0].stories <= 1710


def test_an_unsure_fact_is_in_no_digest_and_on_no_page():
    level = {"kind": "support_level", "subject": "BTC", "unit": "USD", "period": None}
    stored = report("Bitcoin holds", "bullish")
    stored["facts"] = [
        level | {"value": 58_000.0, "unsure": False},
        level | {"value": 12_345.0, "unsure": True},
    ]
    made = digest(stored)
    assert [figure.value for figure in made.levels] == [58_000.0]
    page = render_digest_page(made)
    assert "$58,000" in page and "12,345" not in page
