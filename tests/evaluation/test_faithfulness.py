"""What the scorer's own rules see in a summary that its article does not support."""

from eval.score.faithfulness import (
    covered_points,
    unsupported_names,
    unsupported_numbers,
    unsupported_quotes,
)


def test_numbers_are_found_by_size_and_as_distances():
    summary = "fell to $60k, 2.5% below the price, after $7bn"
    text = "At $60,000, support is $58,500. It lost 7,000,000,000."
    assert unsupported_numbers(summary, text) == ([], 3)
    bad = unsupported_numbers("fell to $8,000 or 6", "$58,000 and $6.5 million")
    assert bad == ([8000.0, 6.0], 2)


def test_a_name_is_found_by_the_other_names_of_its_asset():
    summary = "Shares of Vela fell, said Bitcoin trader Ana Doe"
    text = 'BTC fell to $60,000. "It is a rout," said Ana Roe of Vela.'
    assert unsupported_names(summary, text) == (["Doe"], 4)


def test_quotations_are_found_word_for_word():
    bad = unsupported_quotes("He spoke of “a rout” and “a bloody rout”.", 'It is "a rout".')
    assert bad == (["a bloody rout"], 2)


def test_points_are_covered_by_half_of_their_words():
    points = ["BTC lost $60,000", "regulators sued the exchange"]
    assert covered_points(points, "Bitcoin, or BTC, slid under 60,000 dollars") == [True, False]
