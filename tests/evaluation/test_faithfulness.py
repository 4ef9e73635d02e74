"""What the scorer's own rules see in a summary that its article does not support."""

from eval.score.faithfulness import (
    covered_points,
    supported_names,
    supported_numbers,
    supported_quotes,
)


def test_numbers_are_found_by_size_and_as_distances():
    summary = "fell to $60k, 2.5% below the price, after $7bn"
    text = "At $60,000, support is $58,500. It lost 7,000,000,000."
    assert supported_numbers(summary, text) == [True] * 3
    assert supported_numbers("fell to $8,000 or 6", "$58,000 and $6.5 million") == [False] * 2


def test_a_name_is_found_by_the_other_names_of_its_asset():
    summary = "Shares of Vela fell, said Bitcoin trader Ana Doe"
    text = 'BTC fell to $60,000. "It is a rout," said Ana Roe of Vela.'
    assert supported_names(summary, text) == [True, True, True, False]


def test_quotations_are_found_word_for_word():
    right = supported_quotes("He spoke of “a rout” and “a bloody rout”.", 'It is "a rout".')
    assert right == [True, False]


def test_points_are_covered_by_half_of_their_words():
    points = ["BTC lost $60,000", "regulators sued the exchange"]
    assert covered_points(points, "Bitcoin, or BTC, slid under 60,000 dollars") == [True, False]
