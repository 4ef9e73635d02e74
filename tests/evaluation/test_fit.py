"""The fit itself: needs numpy and scipy, of the [dev] extra."""

import math

import pytest

pytest.importorskip("scipy", reason="the [dev] extra is not installed")

from scipy.optimize import approx_fprime

from eval.train.fit import RankedChoice, Sample, fit_one, fit_ranking

LABELS = ("down", "up")


def sample(words, *right, **more):
    return Sample([(word, 1.0) for word in words.split()], right, words, **more)


SEPARABLE = [
    sample("fell hard", "down"),
    sample("fell again", "down"),
    sample("rose hard", "up"),
    sample("rose again", "up"),
]


def choose(model, words, offset=(0.0, 0.0)):
    scores = [
        a + b
        for a, b in zip(model.scores((word, 1.0) for word in words.split()), offset, strict=True)
    ]
    return model.labels[max(range(len(scores)), key=scores.__getitem__)]


def loss_of(weights, samples, labels, penalty):
    """The penalised negative log likelihood that one of the right labels is given, written out plainly."""
    total = 0.5 * penalty * sum(w * w for row in weights.values() for w in row)
    for one in samples:
        scores = list(one.offset or [0.0] * len(labels))
        for name, value in one.features:
            for i, weight in enumerate(weights.get(name, ())):
                scores[i] += weight * value
        whole = sum(math.exp(score) for score in scores)
        hit = sum(math.exp(scores[labels.index(label)]) for label in one.right)
        total -= one.weight * math.log(hit / whole)
    return total


SMALL = [
    sample("a b", "down"),
    sample("a c", "up", "down", weight=2.0),
    sample("b c", "up", offset=(0.5, -0.5)),
    sample("a b c", "flat"),
]


def test_the_fit_is_where_the_slope_of_the_loss_is_zero():
    """A wrong gradient in the fit would stop it elsewhere: the loss is written out again here, and differentiated numerically."""
    labels, names = ("down", "up", "flat"), ("a", "b", "c")
    small = [
        one
        if one.offset is None
        else Sample(one.features, one.right, one.group, (*one.offset, 0.0), one.weight)
        for one in SMALL
    ]
    model = fit_one(small, labels, penalty=0.7, least=1, keep=0.0)
    table = {name: dict(model.weights[name]) for name in names}
    found = [table[name].get(i, 0.0) for name in names for i in range(3)]

    def loss(flat):
        return loss_of(
            {name: flat[3 * k : 3 * k + 3] for k, name in enumerate(names)}, small, labels, 0.7
        )

    assert (
        max(abs(slope) for slope in approx_fprime(found, loss, 1e-6)) < 0.02
    )  # weights are kept to three digits
    assert max(abs(slope) for slope in approx_fprime([w + 0.3 for w in found], loss, 1e-6)) > 0.1


def test_a_separable_set_is_recovered():
    model = fit_one(SEPARABLE, LABELS, penalty=0.01)
    assert [choose(model, one.group) for one in SEPARABLE] == [one.right[0] for one in SEPARABLE]
    assert choose(model, "fell never") == "down"


def test_rare_features_and_small_weights_are_left_out():
    model = fit_one([*SEPARABLE, sample("once rose", "up")], LABELS, penalty=1.0, least=2)
    assert "once" not in model.weights
    assert {"fell", "rose"} <= set(model.weights)
    assert all(
        abs(weight) >= 0.5
        for pairs in fit_one(SEPARABLE, LABELS, penalty=1.0, keep=0.5).weights.values()
        for _, weight in pairs
    )


def test_a_heavier_penalty_shrinks():
    def size(penalty):
        return sum(
            abs(weight)
            for pairs in fit_one(SEPARABLE, LABELS, penalty=penalty).weights.values()
            for _, weight in pairs
        )

    assert size(10.0) < size(1.0) < size(0.1)


def test_what_a_label_starts_from_counts():
    started = [sample("x", "up", offset=(0.0, 9.0)), sample("x", "down", offset=(9.0, 0.0))]
    model = fit_one(started, LABELS, penalty=1.0, least=1)
    assert choose(model, "x", (0.0, 9.0)) == "up"
    assert choose(model, "x", (9.0, 0.0)) == "down"


def test_fitting_twice_gives_the_same_text():
    assert (
        fit_one(SEPARABLE, LABELS, penalty=1.0).dump()
        == fit_one(SEPARABLE, LABELS, penalty=1.0).dump()
    )


CHOICES = [
    RankedChoice([["near", "coin"], ["far", "coin"]], [0], "a"),
    RankedChoice([["far", "coin"], ["near", "stock"]], [1], "b"),
    RankedChoice([["far", "stock"], ["far", "coin"], ["near", "coin"]], [2], "c"),
]


def test_a_ranking_puts_the_right_options_first():
    model = fit_ranking(CHOICES, penalty=0.1)
    assert [choice.answer(model) for choice in CHOICES] == [0, 1, 2]
    assert dict(model.weights["near"])[0] > 0 > dict(model.weights["far"])[0]


def test_a_ranking_is_where_the_slope_of_its_loss_is_zero():
    names = ("near", "far", "coin", "stock")
    model = fit_ranking(CHOICES, penalty=0.5, least=1)
    found = [dict(model.weights.get(name, ())).get(0, 0.0) for name in names]

    def loss(weights):
        known = dict(zip(names, weights, strict=True))
        total = 0.25 * sum(w * w for w in weights)
        for choice in CHOICES:
            powers = [math.exp(sum(known[name] for name in option)) for option in choice.options]
            total -= math.log(sum(powers[i] for i in choice.right) / sum(powers))
        return total

    assert max(abs(slope) for slope in approx_fprime(found, loss, 1e-6)) < 0.02


def test_any_of_several_right_options_will_do():
    model = fit_ranking([RankedChoice([["a"], ["b"], ["c"]], [0, 1], "a")] * 3, penalty=0.1)
    assert model.best([["a"], ["c"]]) == 0
    assert model.best([["c"], ["b"]]) == 1
