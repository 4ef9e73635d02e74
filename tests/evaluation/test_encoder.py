"""Lessons for the careful reader's encoder, its fit, and the maps from doubts to confidence."""

import pytest

from eval.records import Labelled, load_own, load_passages
from eval.train.held_out import Held, _confidence_samples, _find_threshold, _fit_map, _read
from eval.train.lessons import find_pieces, make_lessons
from summarizer.facts.choice import LABELS
from summarizer.facts.reader import load_reader
from summarizer.facts.wordpiece import Vocabulary

PIECES = ["[UNK]", "[CLS]", "[SEP]", *"abcdefghijklmnopqrstuvwxyz0123456789$.,%-"]
PIECES += [f"##{letter}" for letter in "abcdefghijklmnopqrstuvwxyz0123456789"]


@pytest.fixture(scope="module")
def articles() -> list[Labelled]:
    return list(load_own())[:6]


def test_a_lesson_asks_each_number_once_and_knows_its_answer(articles):
    lessons = list(make_lessons(articles, Vocabulary(PIECES)))
    answers = [answer for lesson in lessons for answer in lesson.answers]
    assert all(len(lesson.answers) == len(lesson.window.numbers) for lesson in lessons)
    assert {lesson.group for lesson in lessons} == {labelled.id for labelled in articles}
    kinds = {LABELS[answer.right[0]] for answer in answers if answer.right}
    assert {"none", "price", "price_change"} <= kinds
    for answer in answers:
        assert all(answer.allowed[kind] for kind in answer.right)
        assert not answer.options or any(option.is_right for option in answer.options)


def test_words_can_always_be_split_into_the_pieces_that_are_kept(articles):
    kept = find_pieces([*PIECES, "bitcoin", "zebra"], articles)
    pieces = [[*PIECES, "bitcoin", "zebra"][i] for i in kept]
    assert "bitcoin" in pieces
    assert "zebra" not in pieces
    assert Vocabulary(pieces).split(["zebra"])[1] == [0, 5]


def test_a_fact_is_right_where_a_label_has_it(articles):
    (held,) = _read(articles[:1], load_reader("fast"))
    labels = held.labelled.labels["facts"]
    facts = [{**label} for label in labels if label["kind"] != "other"]
    doubts = [(("bias", 1.0),)] * (len(facts) + 1)
    wrong = {"kind": "price", "subject": "BTC", "value": -1.0, "unit": "USD"}
    samples = list(_confidence_samples([Held(held.labelled, [*facts, wrong], doubts)]))
    assert [sample.right for sample in samples] == [("right",)] * len(facts) + [("wrong",)]


def test_the_map_knows_doubts_from_certainty(articles):
    samples = list(_confidence_samples(_read(articles, load_reader("fast"))))
    fitted = _fit_map(samples)
    chances = [sample.chances(fitted)[1] for sample in samples]
    right = [sample.right == ("right",) for sample in samples]
    means = [
        sum(chance for chance, is_right in zip(chances, right, strict=True) if is_right == side)
        / max(1, right.count(side))
        for side in (True, False)
    ]
    assert means[0] > means[1]


def test_the_threshold_is_the_least_that_holds_the_precision():
    sure = [(0.9, True)] * 95 + [(0.9, False)] * 5
    assert _find_threshold([*sure, (0.8, False)], 0.92) == 0.8  # 95 of 101
    assert _find_threshold([*sure, *[(0.8, False)] * 5], 0.92) == 0.9
    assert _find_threshold([(0.5, False)], 0.92) == 1.0


@pytest.mark.filterwarnings("ignore")  # torch's own
def test_an_encoder_is_fitted_written_and_read(tmp_path):
    pytest.importorskip(
        "torch", reason="torch is not installed: eval/README.md says when it is needed"
    )
    from eval.train.encoder import fit_encoder
    from eval.train.export import write_encoder
    from summarizer.facts.encoder import Encoder

    lessons = list(make_lessons(list(load_passages())[:2], Vocabulary(PIECES)))
    fitted = [fit_encoder(lessons, lambda body: None, len(PIECES), lambda line: None) for _ in "ab"]
    for name, (body, heads) in zip("ab", fitted, strict=True):
        write_encoder(body, heads, PIECES, tmp_path / name)
    encoders = [Encoder(tmp_path / name) for name in "ab"]
    for lesson in lessons:
        first, second = (list(encoder.read(lesson.window)) for encoder in encoders)
        assert first == second
        assert len(first) == len(lesson.answers)
        assert set(first[0][1].names) == set(lesson.window.names)
