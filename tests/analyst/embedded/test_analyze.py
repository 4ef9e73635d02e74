"""The analyst without a key: same input, same words, and nothing that verification would drop."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from eval.records import load_own
from summarizer.analyst.embedded import analyze as embedded
from summarizer.analyst.embedded.reasons import Reasons
from summarizer.page.article import make_article
from tests.support.observed import Observed, read

OWN = list(load_own())
IDS = [labelled.id for labelled in OWN]


@pytest.mark.parametrize("labelled", OWN, ids=IDS)
def test_the_same_article_gives_the_same_analysis(labelled):
    copy = labelled.article.model_copy(deep=True)
    assert Observed(labelled.article).analyze() == Observed(copy).analyze()


@pytest.mark.parametrize("labelled", OWN, ids=IDS)
def test_every_claim_survives_verification(labelled):
    observed = Observed(labelled.article)
    analysis = observed.analyze()
    report = observed.verify(analysis)
    assert [finding for finding in report.findings if finding.verdict == "dropped"] == []
    made = [call for call in analysis.calls if call.rationale.text or call.target is not None]
    assert [(call.asset, call.target is not None) for call in report.calls] == [
        (call.asset, call.target is not None) for call in made
    ]
    undecided = [call.asset for call in analysis.calls if call not in made]
    assert list(report.undecided) == undecided
    assert {narrative.name for narrative in report.narratives} == {
        cited.name for cited in analysis.narratives
    }
    assert report.summary


@pytest.mark.parametrize("labelled", OWN, ids=IDS)
def test_what_is_said_keeps_to_its_ranges(labelled):
    analysis = Observed(labelled.article).analyze()
    assert len(analysis.calls) <= embedded.MAX_CALLS
    assert len({call.asset for call in analysis.calls}) == len(analysis.calls)
    for call in analysis.calls:
        assert -1 <= call.tone <= 1
        assert 1 / 3 <= call.confidence <= 1  # the likeliest of three directions
        assert call.rationale.text or call.rationale.sentences


def test_another_process_with_another_hash_seed_says_the_same():
    """Sets are walked in another order there; sums of weights must not depend on it."""
    code = (
        "from eval.records import load_own\nfrom tests.support.observed import Observed\n"
        "articles = [labelled.article for labelled in list(load_own())[:12]]\n"
        "print([Observed(article).analyze().model_dump_json() for article in articles])"
    )
    digests = set()
    for seed in ("1", "2"):
        environment = {
            **os.environ,
            "PYTHONHASHSEED": seed,
            "PYTHONPATH": ".",
        }
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            env=environment,
            timeout=100,
            check=True,
            cwd=Path(__file__).parents[3],
        )
        digests.add(hashlib.sha256(done.stdout).hexdigest())
    assert len(digests) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Nothing here is about any asset at all.",
        "Word",
        "BTC",
        "5",
        "!",
        "Bitcoin. Bitcoin! Bitcoin?",
    ],
)
def test_little_text_is_analysed_too(text):
    observed = Observed(make_article(text))
    assert observed.verify(observed.analyze()).article.text == text


def test_what_is_explained_is_what_was_called():
    article = make_article(
        "Bitcoin slid to $58,000 on Monday. Bitcoin funding on Binance fell to -7%."
        " The price of bitcoin could drop further, as selling pressure grows.",
        title="Bitcoin slides",
    )
    observed = Observed(article)
    analysis = observed.analyze()
    weighed = embedded.explain(observed.text, observed.facts)
    assert list(weighed) == [call.asset for call in analysis.calls] == ["BTC"]
    pulls = [abs(pull) for _, pull, _ in weighed["BTC"]]
    assert pulls == sorted(pulls, reverse=True)


def test_what_is_no_news_has_no_call_and_no_reasons():
    observed = Observed(make_article("Bitcoin slid to $58,000.", title="Bitcoin slides"))
    assert observed.analyze().calls == ()
    assert embedded.explain(observed.text, observed.facts) == {}


SLIDE = (
    "Bitcoin slid to $58,000 on Monday. The price of bitcoin could drop further, as selling"
    " pressure grows and long positions are liquidated. Halcyon Yards met in Oslo."
)


def make_calls(confidence: float, treated: float, title: str | None, direction="bearish"):
    """The calls where bitcoin has these chances."""
    text = read(SLIDE, title)
    weighed = embedded.Weighed("BTC", direction, confidence, treated)
    return embedded.make_calls(Reasons(text, []), [weighed])


@pytest.mark.parametrize(
    ("title", "confidence", "is_called"),
    [
        ("Bitcoin slides", 0.51, True),
        ("Bitcoin slides", 0.49, False),
        (None, 0.51, True),
        ("The market slides", 0.51, True),
    ],
)
def test_a_direction_is_called_where_its_evidence_is_clear(title, confidence, is_called):
    (call,) = make_calls(confidence, 0.9, title)
    assert (call.direction, bool(call.rationale.text)) == (
        ("bearish", True) if is_called else ("neutral", False)
    )
    if is_called:
        assert call.confidence == confidence
        assert "could drop further" in call.rationale.text
    else:
        assert call.confidence < 0.5
        assert (call.target, call.facts) == (None, ())


def test_no_direction_is_called_against_the_tone_of_the_text():
    (call,) = make_calls(0.9, 0.9, "Bitcoin slides", direction="bullish")
    assert (call.direction, call.rationale.text) == ("neutral", "")


@pytest.mark.parametrize(
    ("treated", "confidence", "count"),
    [(0.49, 0.9, 0), (0.51, 0.9, 1), (0.59, 0.4, 0), (0.61, 0.4, 1)],
)
def test_an_asset_is_named_where_the_article_treats_it(treated, confidence, count):
    """Where its direction is not clear, it has to be treated for surer."""
    assert len(make_calls(confidence, treated, "Bitcoin slides")) == count


def test_what_is_not_traded_is_not_called():
    weighed = [embedded.Weighed("MSTR", "bearish", 0.9, 0.9)]
    string = "MicroStrategy fell behind its plan, it said. Its losses grow, and it could fail."
    assert embedded.make_calls(Reasons(read(string, "MicroStrategy falls"), []), weighed) == ()
    traded = string.replace("MicroStrategy fell", "MicroStrategy stock fell")
    assert embedded.make_calls(Reasons(read(traded, "MicroStrategy falls"), []), weighed) != ()


ADVERT = (
    "Larkcoin (LRKC) is sold to early investors in a presale that has raised $4 million. Experts"
    " say that LRKC could rally 50x. Do not miss the LRKC presale, and secure your coins now."
)
NEWS = (
    "Bitcoin could rally further, as inflows into its funds grow and buyers gain strength. Funds"
    " took in $400 million on Monday. Traders in Oslo expect bitcoin to climb."
)


@pytest.mark.parametrize(
    ("title", "string", "assets"),
    [
        ("Bitcoin climbs", f"{NEWS} {NEWS} {NEWS} {ADVERT}", {"BTC"}),
        ("Bitcoin climbs as Larkcoin (LRKC) sells out", f"{NEWS} {ADVERT}", set()),
    ],
)
def test_no_coin_is_called_that_the_article_advertises(title, string, assets):
    """A part that advertises takes no call from the news; an article that is one has no rise."""
    analysis = Observed(make_article(string, title=title)).analyze()
    called = {call.asset for call in analysis.calls if call.rationale.text}
    assert called == assets
    assert (analysis.overall == "bullish") == bool(assets)
    assert "LRKC" not in {call.asset for call in analysis.calls}
    assert not any("presale" in claim.text for claim in analysis.summary)
    note = "an advert for LRKC" if assets else "as a whole it is an advert"
    assert note in analysis.credibility_note.text.lower().replace("lrkc", "LRKC")
    assert analysis.credibility == "low"


def test_an_overall_direction_needs_more_calls_for_it_than_against_it():
    string = (
        "Bitcoin could rally further as inflows grow, and its buyers gain strength in Oslo. Ether"
        " could drop further as outflows grow, and its holders sell in fear of a crash."
    )
    reasons = Reasons(read(string, "Bitcoin climbs, ether slides"), [])
    rise = embedded.Weighed("BTC", "bullish", 0.9, 0.9)
    fall = embedded.Weighed("ETH", "bearish", 0.9, 0.9)
    for weighed in ([], [rise, fall]):
        calls = embedded.make_calls(reasons, weighed)
        assert [call.direction for call in calls] == [each.direction for each in weighed]
        assert embedded.judge_overall(reasons, weighed, calls)[0] == "neutral"
    calls = embedded.make_calls(reasons, [rise])
    assert embedded.judge_overall(reasons, [rise], calls)[0] in ("bullish", "neutral")


def test_a_divided_article_bounds_the_confidence():
    plain = read(NEWS, "Bitcoin climbs")
    divided = read(NEWS.replace("Traders", "However, some warn of risks, but traders"), "Bitcoin")
    assert embedded.limit_confidence(Reasons(plain, []), "BTC") == 1
    assert embedded.limit_confidence(Reasons(divided, []), "BTC") == 0.9


@pytest.mark.parametrize(
    ("string", "assets"),
    [
        ("Larkcoin (LRKC) fell 4% on Monday. LRKC is listed in Oslo.", set()),
        ("Larkcoin (LRKC) was a rug pull: early investors in LRKC lost all.", set()),
        ("Larkcoin (LRKC) has a unique plan. " * 5, {"LRKC"}),
        ("Ether fell as early investors sold. Early investors in ether sold again.", set()),
    ],
)
def test_a_coin_is_advertised_by_its_sale_or_by_praise_alone(string, assets):
    assert Reasons(read(string), []).promotion.assets == assets
