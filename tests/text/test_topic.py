"""What is no crypto news in English is flagged, and nothing is called of it."""

import pytest

from summarizer import analyze_text
from summarizer.render.markdown import render_markdown
from tests.support.observed import read

SHOES = (
    "The shoe maker opened a plant in the north on Monday and hired two hundred people, its first"
    " new works in a decade. The mayor said that the town had waited for this, and that the old"
    " plant, which closed in spring, will become a school with a garden and a gym."
)
GERMAN = (
    "Der Bitcoin ist am Montag um 5,2 % auf 58.000 Dollar gefallen, nachdem ein großer Händler"
    " seine Bestände verkauft hatte. Analysten rechnen nun mit weiteren Verlusten, weil die"
    " Nachfrage der Fonds nachlässt und neue Käufer fehlen."
)
DUTCH = (
    "Bitcoin is maandag met 5,2 procent gedaald naar 58.000 dollar, nadat een grote handelaar zijn"
    " voorraad had verkocht. Analisten verwachten dat de koers in de komende weken verder daalt,"
    " want de vraag van fondsen is klein en nieuwe kopers blijven weg van de markt."
)
WIRE = (
    "LONDON, May 4 - Bitcoin exchange funds drew $631 million on Tuesday, the most since March."
    " Larkfund took $493 million, second-best day. Ether funds lost $12 million. Bitcoin up 2 %."
)


@pytest.mark.parametrize(
    ("string", "flags"),
    [
        (SHOES, ("off_topic",)),
        (GERMAN, ("not_english",)),
        (DUTCH, ("not_english",)),
        (WIRE, ()),
        ("Bitcoin fell 4% on Monday.", ("too_short",)),
        (SHOES.replace("shoe maker", "crypto exchange"), ()),
        (SHOES.replace("The mayor", "The Fed chair"), ()),
    ],
)
def test_what_is_no_crypto_news_is_flagged(string, flags):
    assert read(string).topic_flags == flags


@pytest.mark.parametrize("string", [SHOES, GERMAN, "Bitcoin fell 4% on Monday."])
def test_of_what_is_no_crypto_news_nothing_is_called(string):
    report = analyze_text(string)
    assert not report.calls and not report.narratives and not report.timeframe.rationale
    assert report.overall.direction == "neutral"
    note = render_markdown(report)
    assert "No call: the " in note and "**Timeframe**" not in note and "**Credibility**" in note
