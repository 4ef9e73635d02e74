"""Tone on headlines: the published forms, figures by hand, and the tables."""

from pathlib import Path

import numpy as np
import pytest

from eval.studies.headlines import (
    Headline,
    count_tones,
    cross_validated_tones,
    entity_tones,
    is_mixed,
    load_headlines,
    tone_tables,
)
from eval.train.samples import own_tones
from summarizer.errors import BadRecord
from summarizer.settings import Settings

SHARED = Path(__file__).parents[3] / "shared" / "data" / "headlines"
METALS, MEETING = "Gold soars; silver plunges", "SEC and Ripple meet"
GOLD = [
    Headline("1", METALS, "positive", "Gold", 0),
    Headline("1", METALS, "negative", "silver", 12),
    Headline("2", "Ether rallies", "positive", "Ether", 0),
    Headline("3", MEETING, "neutral", "SEC", 0),
    Headline("3", MEETING, "positive", "Ripple", 8),
]


def test_cryptolin_is_read_as_published(tmp_path: Path):
    rows = (
        "id,date,news,final_manual_labelling,vader",
        '0,2022-01-25,"Ripple, again",1,0.0',
        "1,2022-01-24,BTC slips,-1,0.1",
    )
    (tmp_path / "c.csv").write_text("\n".join(rows) + "\n")
    assert load_headlines(tmp_path / "c.csv", "cryptolin") == [
        Headline("0", "Ripple, again", "positive", date="2022-01-25"),
        Headline("1", "BTC slips", "negative", date="2022-01-24"),
    ]


def test_sentfin_is_read_as_published_and_is_no_cryptolin(tmp_path: Path):
    title, decisions = "Gold shines; Silver dull", "{'Gold': 'positive', 'Silver': 'negative'}"
    (tmp_path / "s.csv").write_text(f'S No.,Title,Decisions,Words\n9,{title},"{decisions}",4\n')
    assert load_headlines(tmp_path / "s.csv", "sentfin") == [
        Headline("9", title, "positive", "Gold", 0),
        Headline("9", title, "negative", "Silver", 13),
    ]
    with pytest.raises(BadRecord):
        load_headlines(tmp_path / "s.csv", "cryptolin")


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data are not here")
@pytest.mark.parametrize(
    ("form", "n"), [("cryptolin", 1346), ("sentfin", 7188), ("finentity", 1074)]
)
def test_shared_sets_are_read(form, n):
    headlines = load_headlines(SHARED / f"{form}.dev.jsonl", form)
    assert len(headlines) == n
    if headlines[0].entity:
        placed = [h.text[h.start : h.start + len(h.entity)] == h.entity for h in headlines]
        assert sum(placed) >= 0.99 * n


def test_tones_by_hand():
    assert is_mixed(GOLD, {"positive", "negative"}) == [True, True, False, False, False]
    assert is_mixed(GOLD, set()) == [True, True, False, True, True]
    total = count_tones(GOLD, ["positive", "positive", "positive", "neutral", "positive"]).total
    assert total["tone.first_choice"][0] == 0.8
    assert total["tone.macro_f1"][0] == pytest.approx((6 / 7 + 0 + 1) / 3)
    assert entity_tones(GOLD)[:2] == ["positive", "negative"]


def test_cross_validation_answers_for_every_name():
    many = [
        Headline(f"{name} {verb}", f"{name} {verb}", label, name, 0)
        for name in ("Gold", "Oil", "Tin", "Zinc", "Wheat", "Corn")
        for verb, label in (("soars", "positive"), ("plunges", "negative"))
    ]
    tones = cross_validated_tones(many, own=False)
    assert len(tones) == len(many)
    assert np.mean([tone == h.label for tone, h in zip(tones, many, strict=True)]) > 0.8


def test_headline_tables_have_their_rivals():
    headlines = [
        Headline("1", "Bitcoin soars to a record", "positive"),
        Headline("2", "Ether plunges on hack", "negative"),
    ]
    (table,) = tone_tables(headlines, Settings(offline=True))
    assert [row[0] for row in table.rows][:2] == ["overall.tone", "always positive"]


def test_a_sentence_without_a_name_is_judged_as_a_whole(tmp_path: Path):
    rows = (
        "sentence\tname\ttone",
        "Miners pack up\t\tnegative",
        "Ether up, Bitcoin down\tEther\tpositive",
        "Ether up, Bitcoin down\tBitcoin\tnegative",
        "Ether up, Bitcoin down\t\tneutral",
        "Sui soars\tSui\tpositive",
    )
    path = tmp_path / "tone.tsv"
    path.write_text("\n".join(rows) + "\n", "utf-8")
    judged = [("w:TARGET" in dict(s.features), s.right[0]) for s in own_tones(path)]
    assert judged == [
        (False, "negative"),
        (True, "positive"),
        (True, "negative"),
        (False, "neutral"),
        (True, "positive"),
        (False, "positive"),
    ]
