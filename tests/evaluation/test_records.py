import gzip
import json

from eval.records import load_jsonl, load_own, load_passages, load_real, split_of
from eval.score.score import score_reports
from summarizer.facts.kinds import KINDS

NAMES = {kind.name for kind in KINDS}


def test_own_labels_quote_their_articles():
    own = list(load_own())
    assert len({labelled.id for labelled in own}) == len(own) > 10
    for labelled in own:
        for fact in labelled.labels["facts"]:
            assert fact["quote"] in labelled.article.text or "html" in labelled.record, (
                labelled.id
            )  # what is extracted is another test's
            assert fact["kind"] in NAMES


def test_own_labels_score_one_against_themselves():
    records = [labelled.record for labelled in load_own()]
    figures = score_reports(
        records, [{"id": record["id"], **record["labels"]} for record in records]
    )
    assert all(
        figures[name] == 1.0
        for name in figures
        if name.endswith(("f1", "acceptable", "first_choice", "precision", "recall"))
    )


def test_passages_mark_what_they_say():
    passages = list(load_passages())
    assert len(passages) > 100
    assert sum(len(passage.labels["facts"]) for passage in passages) > 1000
    for passage in passages:
        for fact in passage.labels["facts"]:
            assert passage.article.text[fact["num_start"] : fact["num_end"]] == fact["quote"]
            assert {*fact["acceptable_kinds"]} <= NAMES | {"none"}, passage.id
        assert "[[" not in passage.article.text


def test_without_the_texts_there_are_no_real_articles(tmp_path):
    assert list(load_real(tmp_path / "missing")) == []


def test_real_labels_are_joined_to_their_texts_by_place(tmp_path):
    texts, folder = tmp_path / "texts", tmp_path / "data"
    texts.mkdir()
    folder.mkdir()
    (texts / "labelled.jsonl").write_text("", "utf-8")
    with gzip.open(texts / "unlabelled.jsonl.gz", "wt", encoding="utf-8") as out:
        out.write(
            json.dumps({"id": "a", "title": "Bitcoin", "text": "BTC \u00a0fell to $58,000."}) + "\n"
        )
    (folder / "real_1.jsonl").write_text(
        json.dumps({"id": "a", "labels": {"facts": [{"kind": "price", "start": 12, "end": 19}]}})
        + "\n",
        "utf-8",
    )
    (labelled,) = load_real(texts, folder)
    assert labelled.labels["facts"][0]["quote"] == "$58,000"
    assert labelled.article.text == "BTC fell to $58,000."


def test_a_third_is_held_out_by_id_alone():
    ids = [f"id-{i}" for i in range(3000)]
    splits = [split_of(id) for id in ids]
    assert set(splits) == {"test", "dev"}
    assert 900 < splits.count("test") < 1100
    assert splits == [split_of(id) for id in ids]


def test_lines_end_at_newlines_alone(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"a": "x\u2028y\x85z"}\n\n{"a": 1}\n', "utf-8")
    assert load_jsonl(path) == [{"a": "x\u2028y\x85z"}, {"a": 1}]
