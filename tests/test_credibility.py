"""Signals of credibility: every row of their table, the level that they leave, and a new one."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from summarizer.analyst.embedded.notes import explain_credibility
from summarizer.analyst.embedded.reasons import Reasons
from summarizer.credibility import SIGNALS, cap_level, find_signals, find_words
from summarizer.models import Article, Signal
from summarizer.page.article import make_article
from summarizer.tables import read_toml
from summarizer.text.reading import read_text

PACKAGE = Path(__file__).parents[1] / "summarizer"
NEW_SIGNAL = """
[leaked_document]
effect = "lowers"
note = "it rests on leaked papers"
cap = "medium"

[leaked_document.strict]
pattern = '''\\bleaked (?:memo|papers)\\b'''
example = "A leaked memo names the bank."
counterexample = "The pipe leaked."
"""
ROWS = [
    (name, words)
    for name, entry in read_toml("signals.toml").items()
    for words in ("strict", "broad")
    if words in entry
]


def names_of(article: Article) -> list[str]:
    return [signal.name for signal in find_signals(read_text(article))]


@pytest.mark.parametrize(("name", "words"), ROWS)
def test_a_pattern_matches_its_example_and_spares_its_counterexample(name, words):
    pattern, row = getattr(SIGNALS[name], words), read_toml("signals.toml")[name][words]
    assert [*find_words(pattern, read_text(Article(text=row["example"])))]
    assert not [*find_words(pattern, read_text(Article(text=row["counterexample"])))]


@pytest.mark.parametrize("kind", SIGNALS.values(), ids=SIGNALS.keys())
def test_an_entry_says_what_a_report_needs(kind):
    assert kind.effect in ("raises", "lowers")
    assert kind.note
    assert kind.cap in (None, "low", "medium")
    assert kind.cap_unless is None or kind.cap_unless in SIGNALS


@pytest.mark.parametrize(
    ("level", "names", "capped"),
    [
        ("high", (), "high"),
        ("high", ("byline", "opinion"), "high"),
        ("high", ("sponsored",), "low"),
        ("medium", ("press_release",), "low"),
        ("high", ("ai_directed_instructions", "named_sources"), "low"),
        ("high", ("unverified_claim",), "medium"),
        ("high", ("unverified_claim", "named_sources"), "high"),
        ("low", ("unverified_claim",), "low"),
        ("high", ("unverified_claim", "sponsored"), "low"),
    ],
)
def test_signals_cap_the_level(level, names, capped):
    assert cap_level(level, [Signal(name=name) for name in names]) == capped


def test_a_byline_is_seen_in_the_text_or_in_the_page():
    printed = "By Ann Writer\nBitcoin fell on Monday."
    signal = next(s for s in find_signals(read_text(make_article(printed))) if s.name == "byline")
    assert signal.evidence.quote == "By Ann Writer"
    article = make_article("Bitcoin fell on Monday.").model_copy(
        update={"authors": ("Ann Writer",)}
    )
    signal = next(s for s in find_signals(read_text(article)) if s.name == "byline")
    assert signal.evidence is None


def test_a_promotion_is_seen_whatever_the_weights_say():
    text = (
        "The presale of the token ends on Sunday. Bitcoin fell on Monday, according to CoinGlass."
    )
    assert "sponsored" in names_of(make_article(text, source="CoinDesk"))


@pytest.mark.parametrize(
    ("names", "level", "note"),
    [
        ((), "medium", ""),
        (("byline",), "high", "It carries a byline."),
        (("opinion", "byline"), "high", "It carries a byline, but it is an opinion."),
        (("byline", "sponsored"), "low", "It is, or holds, a promotion, but it carries a byline."),
    ],
)
def test_the_note_names_the_signals(names, level, note):
    text = read_text(make_article("Bitcoin fell.", source="Acme Wire"))
    signals = [Signal(name=name) for name in names]
    assert explain_credibility(Reasons(text, []), signals, level).text == note


@pytest.mark.parametrize(
    ("string", "note"),
    [
        ("“Bitcoin has further to fall,” said Mara Quill.", "quotes people by name (Mara Quill)"),
        ("Open interest fell, CoinGlass figures show.", "figures name their source (CoinGlass)"),
        ("Open interest fell, according to Tideglass.", "figures name their source."),
    ],
)
def test_the_note_names_who_is_quoted_and_whose_data_are_given(string, note):
    text = read_text(make_article(string))
    assert note in explain_credibility(Reasons(text, []), find_signals(text), "high").text


@pytest.mark.parametrize(
    "string",
    [
        "Ether fell, Halcyon Labs said on Monday.",  # a firm
        "Ether fell, as the fund of Mara Quill had foreseen.",  # who does not speak
    ],
)
def test_nobody_is_told_to_be_quoted_who_is_not(string):
    text = read_text(make_article(string))
    signals = [Signal(name="named_sources", evidence=text.evidence(text.sentences[0]))]
    assert explain_credibility(Reasons(text, []), signals, "medium").text == ""


def test_a_release_that_is_cited_makes_no_release():
    cited = "Larkfund bought 400 coins, according to a press release. Its chief spoke in Oslo."
    assert "press_release" not in names_of(make_article(cited))
    assert "press_release" in names_of(make_article(f"PRESS RELEASE: {cited}"))


def test_one_entry_adds_a_signal(tmp_path):
    """A package with one more entry finds the signal, quotes it, caps by it, writes its note."""
    shutil.copytree(PACKAGE, tmp_path / "summarizer", ignore=shutil.ignore_patterns("__pycache__"))
    with (tmp_path / "summarizer/data/signals.toml").open("a", encoding="utf-8") as table:
        table.write(NEW_SIGNAL)
    code = (
        "import json, sys; from summarizer import analyze_text\n"
        "print(json.dumps(analyze_text(sys.argv[1]).to_dict()['credibility']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "Bitcoin fell on Monday after a leaked memo named the bank."],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        timeout=100,
        check=True,
    )
    credibility = json.loads(done.stdout)
    quotes = {s["name"]: (s["evidence"] or {}).get("quote") for s in credibility["signals"]}
    assert quotes["leaked_document"] == "leaked memo"
    assert credibility["level"] in ("medium", "low")
    assert "it rests on leaked papers" in credibility["note"].lower()
