"""Facts that the others of their article contradict are unsure, and totals are the market's."""

from summarizer.facts.contradictions import doubt_contradicted, name_totals
from summarizer.models import Evidence, Fact


def make_fact(kind, value, subject="BTC", unit="USD", quote="x"):
    evidence = Evidence(quote=quote, start=0, end=len(quote))
    return Fact(kind=kind, subject=subject, value=value, unit=unit, evidence=evidence)


def find_doubted(*facts):
    return [fact.value for fact in doubt_contradicted(facts) if fact.unsure]


LEVELS = (
    make_fact("price", 4_600),
    make_fact("support_level", 4_400),
    make_fact("resistance_level", 4_800),
)


def test_a_level_of_another_order_of_size_is_unsure():
    assert find_doubted(*LEVELS, make_fact("resistance_level", 145)) == [145]
    assert find_doubted(*LEVELS, make_fact("support_level", 460_000)) == [460_000]


def test_levels_of_the_same_order_targets_far_off_and_old_prices_stay():
    others = (make_fact("price_target", 100_000), make_fact("price_past", 12))
    assert find_doubted(*LEVELS, make_fact("resistance_level", 6_500), *others) == []


def test_two_figures_alone_are_of_no_other_order_of_size():
    assert find_doubted(LEVELS[0], make_fact("price_target", 145)) == []


def test_a_level_on_the_wrong_side_of_the_price_is_unsure_unless_it_was_passed():
    passed = make_fact("resistance_level", 4_500, quote="broke above $4,500")
    assert find_doubted(*LEVELS, passed, make_fact("resistance_level", 4_300)) == [4_300]
    assert find_doubted(*LEVELS, make_fact("support_level", 4_700)) == [4_700]
    assert find_doubted(*LEVELS, make_fact("support_level", 4_605)) == []
    assert find_doubted(LEVELS[0], make_fact("resistance_level", 9_000)) == [9_000]


def test_a_share_of_an_index_is_no_dominance():
    assert find_doubted(make_fact("dominance", 10, unit="%")) == [10]
    assert find_doubted(make_fact("dominance", 58, unit="%")) == []
    assert find_doubted(make_fact("dominance", 12, "ETH", "%")) == []


def test_a_sum_of_several_assets_is_that_of_the_market():
    parts = (make_fact("options_expiry", 11.3e9), make_fact("options_expiry", 2.9e9, "ETH"))
    total, apart = make_fact("options_expiry", 14.2e9), make_fact("options_expiry", 19e9)
    other = make_fact("price", 14.2e9)
    named = name_totals([total, apart, other, *parts])
    assert [fact.subject for fact in named] == ["MARKET", "BTC", "BTC", "BTC", "ETH"]
    assert name_totals([total, parts[0]]) == [total, parts[0]]
