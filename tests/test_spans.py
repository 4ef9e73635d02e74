from hypothesis import given
from hypothesis import strategies as st

from summarizer.spans import find_evidence, normalise


@given(st.text())
def test_normalise_is_idempotent(text):
    assert normalise(normalise(text)) == normalise(text)


def test_evidence_does_not_begin_inside_a_number():
    assert find_evidence("fell to $58,000", "8,000") is None
    assert find_evidence("fell to $58,000", "$58,000") == (8, 15)
