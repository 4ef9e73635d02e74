import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.text.lexicon import Lexicon, lower_words

LEXICON = Lexicon([("open interest", "oi"), ("liquidat*", "liq"), ("put / call ratio", "pcr"), ("all - time high", "ath"), ("in 20*", "year"),
                   ("open", "open"), ("long liquidat*", "longs")])  # fmt: skip


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Open interest fell", ["oi", "open"]),
        ("OPEN INTEREST", ["oi", "open"]),
        ("interest in the open", ["open"]),
        ("liquidated, liquidations and liquidating", ["liq", "liq", "liq"]),
        ("a liquid market", []),
        ("The put/call ratio", ["pcr"]),
        ("an all-time high in 2024", ["ath", "year"]),
        ("an all time high", []),
        ("long liquidations", ["longs", "liq"]),
        ("open", ["open"]),
        ("the open interest", ["oi", "open"]),
        ("open\ninterest", ["oi", "open"]),
        ("reopened", []),
        ("", []),
    ],
)
def test_phrases_are_found(text, values):
    assert sorted(value for _, _, value in LEXICON.find(lower_words(text)[1])) == sorted(values)


def test_a_hit_says_which_words_it_covers():
    words = ["so", "open", "interest", "fell"]
    assert [words[first:past] for first, past, value in LEXICON.find(words) if value == "oi"] == [
        ["open", "interest"]
    ]


WORDS = st.lists(
    st.sampled_from(
        ["open", "interest", "liquidated", "put", "/", "call", "ratio", "in", "2024", "long", "x"]
    ),
    max_size=12,
)


@given(WORDS)
def test_every_hit_lies_within_the_words_and_in_order(words):
    hits = LEXICON.find(words)
    assert all(0 <= first < past <= len(words) for first, past, _ in hits)
    assert [first for first, _, _ in hits] == sorted(first for first, _, _ in hits)


@given(WORDS, WORDS)
def test_what_is_found_in_a_part_is_found_in_the_whole(left, right):
    whole = LEXICON.find([*left, *right])
    assert all(hit in whole for hit in LEXICON.find(left))
    assert all(
        (first + len(left), past + len(left), value) in whole
        for first, past, value in LEXICON.find(right)
    )


@given(st.text())
def test_words_cover_all_but_white_space(text):
    words, lowered = lower_words(text)
    assert "".join(word[0] for word in words) == "".join(text.split()) or any(
        c.isspace() for c in "".join(word[0] for word in words)
    )
    assert len(lowered) == len(words)
    assert all(text[word.start() : word.end()] == word[0] for word in words)
