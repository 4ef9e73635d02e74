"""Who is told to be quoted."""

import pytest

from summarizer.analyst.embedded.speakers import find_quoted_person
from tests.support.observed import read


@pytest.mark.parametrize(
    ("string", "name"),
    [
        ("Larkfund chief Mara Quill has told the Ledger that she sold.", "Mara Quill"),
        ("Mara Quill runs Larkfund. On Monday, Quill said that she sold.", "Mara Quill"),
        ("“We sold,” said Mara Quill.", "Mara Quill"),
        ("It sold, according to Larkfund’s chief Mara Quill, on Monday.", "Mara Quill"),
        ("The fund of Mara Quill sold on Monday.", None),
        ("Halcyon Labs said that it sold. Halcyon rose.", None),
        ("The firm from Los Angeles said that it sold.", None),
    ],
)
def test_a_person_who_speaks_is_found(string, name):
    assert find_quoted_person(read(string)) == name
