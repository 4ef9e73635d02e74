"""Whether a percentage is a price's change: a distance from a high is none."""

import pytest

from summarizer.facts.candidates import find_candidates
from summarizer.facts.changes import is_distance
from tests.support.observed import read


@pytest.mark.parametrize(
    ("string", "distant"),
    [
        ("Ether is just 4% below its all-time high.", True),
        ("Bitcoin sits 7% shy of its 2021 peak.", True),
        ("Ether is down 4% from its all-time high.", False),
        ("Ether fell to 4% below its record high.", False),
        ("Ether fell 4% below expectations.", False),
    ],
)
def test_a_distance_from_a_high_is_no_move(string, distant):
    text = read(string)
    assert is_distance(text, find_candidates(text)[-1]) is distant
