"""Loading of labelled articles, and the documents that describe their labels."""

import gzip
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from eval.cli import main
from eval.records import (
    DATA,
    load_jsonl,
    load_labels,
    load_own,
    load_passages,
    load_quotable,
    load_real,
    load_reasoned,
    split_of,
)
from eval.score.score import score_reports
from summarizer.analyst.llm.schema import narrative_names
from summarizer.errors import BadRecord, UsageError
from summarizer.facts.kinds import KINDS
from summarizer.text.reading import read_text
from tests.support.labelled import perfect, write_jsonl

NAMES = set(KINDS)
DOCUMENTS = DATA.parent


def test_own_labels_quote_their_articles():
    own = list(load_own())
    assert len({labelled.id for labelled in own}) == len(own) > 10
    for labelled in own:
        for fact in labelled.labels["facts"]:
            # What is extracted from a page is another test's.
            assert fact["quote"] in labelled.article.text or "html" in labelled.record, labelled.id
            assert fact["kind"] in NAMES


def test_own_labels_score_one_against_themselves():
    records = [labelled.record for labelled in load_own()]
    reports = [{"id": record["id"], **record["labels"]} for record in records]
    figures = score_reports(records, reports)
    ones = ("f1", "acceptable", "first_choice", "precision", "recall")
    assert all(value == 1.0 for name, value in figures.items() if name.endswith(ones))


def test_passages_mark_what_they_say():
    passages = list(load_passages())
    assert len(passages) > 100
    assert sum(len(passage.labels["facts"]) for passage in passages) > 1000
    for passage in passages:
        for fact in passage.labels["facts"]:
            assert passage.article.text[fact["num_start"] : fact["num_end"]] == fact["quote"]
            assert {*fact["acceptable_kinds"]} <= NAMES | {"none"}, passage.id
        assert "[[" not in passage.article.text


def test_without_the_texts_there_are_no_real_articles(tmp_path: Path):
    assert list(load_real(tmp_path / "missing")) == []


def test_real_labels_are_joined_to_their_texts_by_place(tmp_path: Path):
    texts, folder = tmp_path / "texts", tmp_path / "data"
    texts.mkdir()
    folder.mkdir()
    write_jsonl(texts / "labelled.jsonl", [])
    article = {"id": "a", "title": "Bitcoin", "text": "BTC \u00a0fell to $58,000."}
    with gzip.open(texts / "unlabelled.jsonl.gz", "wt", encoding="utf-8") as out:
        out.write(json.dumps(article) + "\n")
    labels = {"facts": [{"kind": "price", "start": 12, "end": 19}]}
    write_jsonl(folder / "real_1.jsonl", [{"id": "a", "labels": labels}])
    (labelled,) = load_real(texts, folder)
    assert labelled.labels["facts"][0]["quote"] == "$58,000"
    assert labelled.article.text == "BTC fell to $58,000."


def test_quotable_sentences_are_named_by_where_they_begin(tmp_path: Path):
    own = list(load_quotable(tmp_path / "missing"))
    assert len(own) == 60  # the real ones need their texts
    for one in own:
        starts = {span.start for span in read_text(one.article).sentences}
        for name in ("news", "meaning", "unfit"):
            assert starts.issuperset(one.labels[name]), one.id
        assert not {*one.labels["news"], *one.labels["meaning"]} & {*one.labels["unfit"]}


def test_quotable_sentences_of_real_articles_move_with_their_text(tmp_path: Path):
    printed = "Related: Ether slips Bitcoin fell to $58,000. It rose later. Nobody spoke of it."
    with gzip.open(tmp_path / "more.jsonl.gz", "wt", encoding="utf-8") as out:
        out.write(json.dumps({"id": "a", "title": "Bitcoin", "text": "\n\n" + printed}) + "\n")
    starts = {"news": [0], "meaning": [], "unfit": [printed.index("It rose"), 70_000]}
    write_jsonl(tmp_path / "summaries.jsonl", [{"id": "a", **starts}, {"id": "gone", **starts}])
    (one,) = load_quotable(tmp_path, tmp_path)
    text = one.article.text
    assert text[one.labels["unfit"][0] :].startswith("It rose later.")
    assert len(one.labels["news"]) == 1


def test_reasons_are_named_by_where_they_begin(tmp_path: Path):
    text = "Bitcoin fell to $58,000. Funds sold more of it. Nobody spoke of ether."
    with gzip.open(tmp_path / "more.jsonl.gz", "wt", encoding="utf-8") as out:
        out.write(json.dumps({"id": "a", "title": "Bitcoin", "text": text}) + "\n")
    view = {"direction": "bearish", "sure": True, "why": [text.index("Funds")]}
    write_jsonl(tmp_path / "reasons.jsonl", [{"id": "a", "assets": {"BTC": view}}])
    (one,) = load_reasoned(tmp_path, tmp_path)
    assert one.article.text[one.labels["BTC"]["why"][0] :].startswith("Funds sold")
    assert one.labels["BTC"]["direction"] == "bearish"


def test_a_third_is_held_out_by_id_alone():
    ids = [f"id-{i}" for i in range(3000)]
    splits = [split_of(id) for id in ids]
    assert set(splits) == {"test", "dev"}
    assert 900 < splits.count("test") < 1100
    assert splits == [split_of(id) for id in ids]


def test_each_record_is_in_one_split():
    splits = {name: load_labels("own", name) for name in ("dev", "test")}
    for name, records in splits.items():
        assert {split_of(record["id"]) for record in records} == {name}
    assert sum(map(len, splits.values())) == len(load_labels("own"))


def test_a_set_that_is_not_there_is_refused():
    with pytest.raises(UsageError):
        load_labels("nowhere.jsonl")


def test_lines_end_at_newlines_alone_and_a_bad_line_is_named(tmp_path: Path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"a": "x\u2028y\x85z"}\n\n{"a": 1}\n', "utf-8")
    assert load_jsonl(path) == [{"a": "x\u2028y\x85z"}, {"a": 1}]
    path.write_text('{"a": "x\u2028y\x85z"}\n\n{\n', "utf-8")
    with pytest.raises(BadRecord, match=r"line 3 of a\.jsonl"):
        load_jsonl(path)


# ---- documents


def test_the_worked_example_of_the_readme_is_a_right_label(tmp_path: Path):
    (example,) = re.findall(r"```json\n(.*?)```", (DOCUMENTS / "README.md").read_text(), re.DOTALL)
    path = write_jsonl(tmp_path / "example.jsonl", [json.loads(example)])
    records = load_labels(str(path))
    for fact in records[0]["labels"]["facts"]:
        assert fact["quote"] in records[0]["text"]
    figures = score_reports(records, [perfect(records[0])], resamples=10)
    assert (figures["facts.f1"], figures["targets.right"], figures["facts.n"]) == (1.0, 1.0, 6)


def test_the_labelling_guide_names_every_kind_and_narrative():
    words = set(re.findall(r"`(\w+)`", (DOCUMENTS / "LABELLING.md").read_text("utf-8")))
    assert words >= NAMES
    assert words >= set(narrative_names())


FACT = {"kind": "price", "subject": "BTC", "value": 1, "unit": "USD"}
CALL = {"asset": "BTC", "direction": "bearish"}


@pytest.mark.parametrize(
    ("labels", "fault"),
    [
        ({"facts": "none"}, 'labels.facts is "none", not a list'),
        ({"facts": [FACT, 3]}, "labels.facts[1] is 3, not an object"),
        ({"facts": [{**FACT, "value": "58k"}]}, 'labels.facts[0].value is "58k", not a number'),
        ({"facts": [{**FACT, "value": True}]}, "labels.facts[0].value is true, not a number"),
        ({"facts": [{**FACT, "value": float("nan")}]}, "labels.facts[0].value is NaN"),
        ({"facts": [{"kind": "price", "subject": "BTC"}]}, "labels.facts[0].value is missing"),
        ({"facts": [{**FACT, "acceptable_kinds": "price"}]}, "acceptable_kinds is "),
        ({"calls": [{"asset": "BTC"}]}, "labels.calls[0].direction is missing"),
        ({"calls": [{**CALL, "direction": "up"}]}, 'labels.calls[0].direction is "up", not one of'),
        ({"calls": [{**CALL, "target": 5}]}, "labels.calls[0].target is 5, not an object"),
        ({"calls": [{**CALL, "acceptable": [None]}]}, "labels.calls[0].acceptable[0] is null"),
        ({"overall": "bearish"}, "labels.overall is "),
        ({"timeframe": {"horizon": "soon"}}, "labels.timeframe.horizon is "),
        ({"credibility": {}}, "labels.credibility.level is missing"),
        ({"narratives": [1]}, "labels.narratives[0] is 1, not a string"),
        ({"summary_points": "x"}, "labels.summary_points is "),
    ],
)
def test_a_malformed_label_is_one_line_that_names_record_and_field(tmp_path, labels, fault):
    rows = [{"id": "good", "text": "x", "labels": {"facts": [FACT]}}]
    rows.append({"id": "bad", "text": "x", "labels": labels})
    path = tmp_path / "l.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    for command in (
        ("score", "--reports", str(path)),
        ("predict", "--output", str(tmp_path / "o")),
    ):
        ran = CliRunner().invoke(main, [*command, "--labels", str(path)])
        assert ran.exit_code == 1 and ran.stderr.count("\n") == 1, ran.output
        assert f"record 2 (bad) of l.jsonl: {fault}" in ran.stderr or (
            "record 2 (bad)" in ran.stderr and fault in ran.stderr
        )


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe",
        b"[1]",
        b"{",
        b'{"id": "a"}',
        b'{"id": ["a"], "labels": {}}',
        b"[" * 5000,
        b'{"id": "a", "labels": {}}',
        b'{"id": "a", "text": 3, "labels": {}}',
    ],
)
def test_a_malformed_label_file_is_one_line(tmp_path, content):
    path = tmp_path / "l.jsonl"
    path.write_bytes(content)
    ran = CliRunner().invoke(main, ["score", "--labels", str(path), "--reports", str(path)])
    assert ran.exit_code == 1 and ran.stderr.count("\n") == 1, ran.output
    assert ran.stderr.startswith("eval: bad_record: ") and "l.jsonl" in ran.stderr
