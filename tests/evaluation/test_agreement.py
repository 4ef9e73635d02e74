"""Agreement of two labelling passes: known cases, and the figures that the datasheet states."""

import hashlib

import pytest

from eval.records import DATA, load_jsonl, load_labels, load_own
from eval.score.compare import measure_agreement
from summarizer.errors import BadRecord

SECOND = DATA / "second_pass.jsonl"


def test_the_second_pass_is_of_articles_that_their_hashes_chose_and_quotes_them():
    texts, second = {one.id: one.article.text for one in load_own()}, load_jsonl(SECOND)
    by_hash = sorted(texts, key=lambda id: hashlib.sha256(f"second pass {id}".encode()).hexdigest())
    assert len(second) >= 40
    assert {record["id"] for record in second} == set(by_hash[: len(second)])
    for record in second:
        text = texts[record["id"]]
        assert all(fact["quote"] in text for fact in record["labels"]["facts"])


def test_two_passes_agree_as_far_as_the_datasheet_says():
    found = measure_agreement(load_labels("own"), load_jsonl(SECOND))
    sheet = (DATA / "DATASHEET.md").read_text("utf-8")
    for same, kappa in found.values():
        cells = f"{same.value:.2f} ({same.low:.2f}–{same.high:.2f}) | {same.n}"
        assert f"| {cells} | {'–' if kappa is None else f'{kappa:.2f}'} |" in sheet


def test_agreement_of_known_cases():
    own = load_labels("own")
    same = measure_agreement(own, own)
    assert {one.value for one, _ in same.values()} == {1.0}
    assert {kappa for _, kappa in same.values()} == {None, 1.0}
    others = [*own[1:], own[0]]
    strangers = [{**a, "labels": b["labels"]} for a, b in zip(own, others, strict=True)]
    apart = measure_agreement(own, strangers)
    assert apart["facts.f1"][0].value < 0.05
    assert all(abs(apart[part][1] or 0) < 0.25 for part in ("overall", "timeframe", "credibility"))
    with pytest.raises(BadRecord, match="no label has"):
        measure_agreement(own, [{**own[0], "id": "stranger"}])
