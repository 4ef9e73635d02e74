"""Every pattern in the tables of walls and furniture matches its example alone."""

import pytest

from summarizer.page.clutter import split_name
from summarizer.page.rules import compile_rule
from summarizer.tables import read_rows

ROWS = [*read_rows("furniture.tsv"), *read_rows("walls.tsv")]
WAYS = {"lead": "match", "whole": "fullmatch", "byline": "fullmatch"}


def is_match(rule, pattern, text):
    find = getattr(compile_rule(rule, [pattern]), WAYS.get(rule, "search"))
    return find(split_name(text) if rule in ("name", "hint") else text) is not None


@pytest.mark.parametrize(("rule", "pattern", "example", "other"), ROWS, ids=range(len(ROWS)))
def test_a_pattern_matches_its_example_alone(rule, pattern, example, other):
    assert is_match(rule, pattern, example)
    assert not is_match(rule, pattern, other)
