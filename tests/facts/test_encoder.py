"""The careful reader: its file, its pieces and windows, and what it reads."""

import pytest

from summarizer.facts.choice import LABELS
from summarizer.facts.encoder import WEIGHTS, Encoder
from summarizer.facts.extract import read_candidates, read_rows
from summarizer.facts.kinds import KINDS
from summarizer.facts.reader import load_reader
from summarizer.facts.windows import LONGEST, MARKS, Windows
from summarizer.facts.wordpiece import Vocabulary
from summarizer.page.article import make_article
from summarizer.text.reading import Text, read_text
from tests.support.observed import read

PIECES = ["[UNK]", "[CLS]", "[SEP]", *"abcdefghijklmnopqrstuvwxyz0123456789$.,%-é"]
PIECES += [f"##{letter}" for letter in "abcdefghijklmnopqrstuvwxyz0123456789"]
STORY = (
    "Bitcoin fell 3% to $58,000 on Monday. Zebra Labs raised $5 million. Ether is at $1,900,"
    " while Solana lost 4%. Nothing else happened on a quiet day."
)


def cut(text: Text, vocabulary: Vocabulary | None = None):
    candidates, subjects = read_candidates(text)
    windows = Windows(text, candidates, subjects, vocabulary or Vocabulary(PIECES))
    return candidates, list(windows)


def test_a_rare_word_is_split_into_the_longest_pieces_known():
    vocabulary = Vocabulary(["[UNK]", "[CLS]", "[SEP]", "fund", "##ing", "##s", "e"])
    pieces, starts = vocabulary.split(["fundings", "é", "fundx", "x" * 41])
    assert [vocabulary.pieces[piece] for piece in pieces] == [
        *("fund", "##ing", "##s"),
        "e",
        "[UNK]",
        "[UNK]",
    ]
    assert starts == [0, 3, 4, 5, 6]


@pytest.mark.parametrize(
    "text",
    [
        STORY,
        STORY * 40,
        "Bitcoin is at $58,000 and " + ", ".join(f"Ether at ${n},000" for n in range(1, 300)),
        "x" * 5000 + " $5",
        "$5",
    ],
    ids=["story", "long", "one sentence", "one word", "one number"],
)
def test_every_number_stands_in_one_window_that_is_short_enough(text):
    article = make_article(text, title="Bitcoin falls below $60,000 and so on " * 5)
    candidates, windows = cut(read_text(article))
    assert [i for window in windows for i, _, _ in window.numbers] == [*range(len(candidates))]
    for window in windows:
        assert len(window.marks) == len(window.pieces) <= LONGEST
        for _, first, past in window.numbers:
            assert window.title <= first < past < len(window.pieces)
        for place in (place for places in window.names.values() for place in places):
            assert 0 < place.first < place.past < len(window.pieces)


def test_numbers_and_names_are_marked_where_they_stand():
    text = read(STORY)
    _, (window, *_) = cut(text)
    shown = Vocabulary(PIECES).pieces

    def words(first: int, past: int) -> str:
        return "".join(shown[i].removeprefix("##") for i in window.pieces[first:past])

    assert [words(first, past) for _, first, past in window.numbers][:2] == ["3%", "$58,000"]
    assert {words(place.first, place.past) for place in window.names["BTC"]} == {"bitcoin"}
    assert words(*window.names["Zebra Labs"][0][:2]) == "zebralabs"
    _, first, past = window.numbers[0]
    assert {MARKS[mark] for mark in window.marks[first:past]} == {"percent"}


@pytest.fixture(scope="module")
def careful():
    pytest.importorskip("onnxruntime", reason="the extra [reader] is not installed")
    return load_reader("careful")


def test_the_file_fits_the_code(careful):
    """A kind that was added since is judged by the fitted weights alone."""
    assert set(careful.encoder.labels) <= set(LABELS)
    assert careful.encoder.marks == list(MARKS)
    assert len(set(KINDS) - set(careful.encoder.labels)) <= 3
    assert WEIGHTS.stat().st_size < 20_000_000


def test_the_same_text_is_read_the_same(careful):
    again = Encoder(WEIGHTS)
    for window in cut(read(STORY), careful.encoder.vocabulary)[1]:
        assert list(careful.encoder.read(window)) == list(again.read(window))


def test_the_careful_reader_reads_plain_facts(careful):
    facts = {
        (fact.kind, fact.subject, fact.value) for fact in read_rows(read(STORY), careful).facts
    }
    assert {
        ("price", "BTC", 58_000),
        ("price_change", "BTC", -3),
        ("fund_raise", "Zebra Labs", 5_000_000),
        ("price", "ETH", 1900),
        ("price_change", "SOL", -4),
    } <= facts


def test_windows_are_read_only_where_the_weights_are_not_sure(careful):
    candidates = read_rows(read("Bitcoin is trading at $58,000."), careful).numbers
    assert [candidate.reading for candidate in candidates] == [None]


@pytest.mark.parametrize("name", ["fast", "careful"])
def test_every_fact_has_a_confidence(name, request):
    reader = request.getfixturevalue("careful") if name == "careful" else load_reader("fast")
    facts = read_rows(read(STORY), reader).facts
    assert all(0 < fact.confidence < 1 for fact in facts)
    assert [fact.unsure for fact in facts] == [fact.confidence < reader.sure for fact in facts]
    assert not all(fact.unsure for fact in facts)


def test_a_price_list_is_read_in_bounded_time(careful):
    text = ". ".join(
        f"Coin{n} may cost around {n % 90 + 1}.{n % 7} or ${n % 900}" for n in range(900)
    )
    assert read_rows(read(text), careful).numbers
