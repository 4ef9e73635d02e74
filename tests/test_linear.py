import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.facts.choice import LABELS as KINDS
from summarizer.linear import Linear, load_linear, softmax

SHIPPED = (
    "kinds",
    "subjects",
    "tone",
    "calls",
    "assets",
    "horizon",
    "credibility",
    "overall",
    "targets",
    "signals",
    "narratives",
)
MODEL = Linear.of(["down", "up"], {"fell": ((0, 1.5), (1, -1.0)), "rose": ((1, 2.0),)})


def test_a_score_is_the_sum_of_weight_times_value():
    assert MODEL.scores([("fell", 2.0), ("rose", 0.5), ("unknown", 9.0)]) == [3.0, -1.0]
    assert MODEL.scores([]) == [0.0, 0.0]


def test_features_without_a_value_have_the_value_1():
    assert MODEL.scores_of(["fell", "unknown", "rose"]) == [1.5, 1.0]
    assert MODEL.scores_of([]) == [0.0, 0.0]


def test_a_model_survives_its_text():
    again = Linear.parse(MODEL.dump())
    assert again.labels == MODEL.labels
    assert again.weights == MODEL.weights


NAMES = st.text(
    st.characters(exclude_characters="\t\n", exclude_categories=["C"]), min_size=1, max_size=8
)


@given(st.dictionaries(NAMES, st.integers(-900, 900).filter(bool)))
def test_any_features_survive(table):
    model = Linear.of(["only"], {name: ((0, weight / 100),) for name, weight in table.items()})
    assert Linear.parse(model.dump()).weights == model.weights


@given(st.lists(st.floats(-700, 700), min_size=1, max_size=8))
def test_softmax_is_a_distribution_in_the_order_of_the_scores(scores):
    chances = softmax(scores)
    assert sum(chances) == pytest.approx(1)
    assert all(0 <= chance <= 1 for chance in chances)
    assert chances[max(range(len(scores)), key=scores.__getitem__)] == max(chances)


def test_softmax_bears_large_scores():
    assert softmax([1e6, 0.0, -1e9]) == [1.0, 0.0, 0.0]


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_weights_name_labels_that_exist(name):
    model = load_linear(name)
    assert all(0 <= i < len(model.labels) for pairs in model.weights.values() for i, _ in pairs)
    assert (
        set(model.labels) <= set(KINDS)
        if name == "kinds"
        else len(set(model.labels)) == len(model.labels)
    )
