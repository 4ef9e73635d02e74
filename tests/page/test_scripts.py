"""Raised, lowered and struck words beside digits."""

import pytest

from summarizer.page.markup import parse
from summarizer.page.scripts import part_scripts


@pytest.mark.parametrize(
    ("markup", "plain"),
    [
        ("$61,300<sup>1</sup> on", "$61,300 on"),
        ("$2,310<sup><a href='#n'>2</a></sup>, <sup>1</sup>", "$2,310,"),
        ("$410 million<sup>[3]</sup> in", "$410 million in"),
        ("4.2%<sup>a</sup> and", "4.2% and"),
        ("5%<sup>1,2</sup> in", "5% in"),
        ("$2,310<sup>45</sup> on", "$2,310.45 on"),
        (
            "$2,310<sup>12</sup> on, x<sup>1</sup>",
            "$2,310 on, x",
        ),  # the page has notes: its twelfth
        ("€9<sup>99</sup> a month", "€9.99 a month"),
        ("1.05 × 10<sup>9</sup> coins", "1.05 × 10^9 coins"),
        ("2<sup>-5</sup>", "2^-5"),
        ("the 20<sup>th</sup> of", "the 20th of"),
        ("5<sup>1</sup>/<sub>4</sub>%", "5 1/4%"),
        ("<sup>1</sup>/<sub>4</sub>%", "1/4%"),
        ("$0.0<sub>4</sub>105 now", "$0.0000105 now"),
        ("$0.0<sub>11</sub>9", "$0.000000000009"),
        ("CO<sub>2</sub> fell", "CO2 fell"),
        ("Visa<sup>®</sup> fell", "Visa® fell"),
        ("$61,300<sup>+4.2%</sup>", "$61,300 +4.2%"),
        ("at <s>$63,000</s> $64,500", "at $64,500"),
        ("at<del>$63,000</del>$64,500", "at $64,500"),
    ],
)
def test_no_mark_is_read_as_a_digit(markup, plain):
    tree, _ = parse(f"<html><body><p>{markup}</p></body></html>")
    part_scripts(tree)
    text = "".join(tree.itertext())
    assert " ".join(text.split()).rstrip(" ") == plain
