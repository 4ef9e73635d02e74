import json

from hypothesis import given
from hypothesis import strategies as st

from summarizer.text.spans import clean, escape_json, normalise


@given(st.text())
def test_normalise_is_idempotent(text):
    assert normalise(normalise(text)) == normalise(text)


@given(st.text())
def test_normalised_text_is_safe_to_show_but_for_sequences_that_lost_their_escape(text):
    assert clean(normalise(text)) == normalise(text)


@given(st.text(alphabet=st.characters(codec=None)))
def test_clean_takes_any_text_and_is_idempotent(text):
    assert clean(clean(text)) == clean(text)


@given(
    st.recursive(
        st.text() | st.integers() | st.none(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_escaped_json_means_the_same(value):
    assert json.loads(escape_json(json.dumps(value, ensure_ascii=False))) == value


def test_clean_drops_a_sequence_with_its_payload():
    assert clean("a\x1b]8;;http://e.example\x07link\x1b]8;;\x07b") == "alinkb"
    assert clean("\x1b[1mbold\x1b[0m \x9b31mred") == "bold red"
