"""The fit itself, against its loss written out plainly, and the models that rest on it."""

import math
from dataclasses import replace

import pytest
from scipy.optimize import approx_fprime

from eval.train.fit import RankedChoice, Sample, fit_one, fit_ranking
from eval.train.train import MODELS, WEIGHTS_FOLDER, held_out_models

LABELS = ("down", "up")


def sample(words, *right, **more):
    return Sample([(word, 1.0) for word in words.split()], right, words, **more)


SEPARABLE = [
    sample("fell hard", "down"),
    sample("fell again", "down"),
    sample("rose hard", "up"),
    sample("rose again", "up"),
]


def loss_of(weights, samples, labels, penalty):
    """The penalised negative log likelihood that one of the right labels is given."""
    total = 0.5 * penalty * sum(w * w for row in weights.values() for w in row)
    for one in samples:
        scores = list(one.offset or [0.0] * len(labels))
        for name, value in one.features:
            for i, weight in enumerate(weights.get(name, ())):
                scores[i] += weight * value
        everything = sum(math.exp(score) for score in scores)
        hit = sum(math.exp(scores[labels.index(label)]) for label in one.right)
        total -= one.weight * math.log(hit / everything)
    return total


def steepest(weights, loss):
    return max(abs(slope) for slope in approx_fprime(weights, loss, 1e-6))


SMALL = [
    sample("a b", "down"),
    sample("a c", "up", "down", weight=2.0),
    sample("b c", "up", offset=(0.5, -0.5, 0.0)),
    sample("a b c", "flat"),
]


def test_the_fit_is_where_the_slope_of_the_loss_is_zero():
    """A wrong gradient in the fit would stop it elsewhere; here the loss is differentiated
    numerically."""
    labels, names = ("down", "up", "flat"), ("a", "b", "c")
    model = fit_one(SMALL, labels, penalty=0.7, least=1, keep=0.0)
    table = {name: dict(model.weights[name]) for name in names}
    weights = [table[name].get(i, 0.0) for name in names for i in range(3)]

    def loss(flat):
        rows = {name: flat[3 * k : 3 * k + 3] for k, name in enumerate(names)}
        return loss_of(rows, SMALL, labels, 0.7)

    assert steepest(weights, loss) < 0.02  # weights are kept to three digits
    assert steepest([w + 0.3 for w in weights], loss) > 0.1


def test_a_separable_set_is_recovered():
    model = fit_one(SEPARABLE, LABELS, penalty=0.01)
    assert [one.answer(model) for one in SEPARABLE] == [one.right[0] for one in SEPARABLE]
    assert sample("fell never").answer(model) == "down"


def weights_of(samples=SEPARABLE, penalty=1.0, **how):
    model = fit_one(samples, LABELS, penalty=penalty, **how)
    return {name: [abs(weight) for _, weight in pairs] for name, pairs in model.weights.items()}


def test_rare_features_and_small_weights_are_left_out():
    names = weights_of([*SEPARABLE, sample("once rose", "up")], least=2)
    assert "once" not in names
    assert {"fell", "rose"} <= set(names)
    assert all(weight >= 0.5 for row in weights_of(keep=0.5).values() for weight in row)


def test_a_heavier_penalty_shrinks():
    light, middle, heavy = (
        sum(map(sum, weights_of(penalty=penalty).values())) for penalty in (0.1, 1.0, 10.0)
    )
    assert heavy < middle < light


def test_what_a_label_starts_from_counts():
    started = [sample("x", "up", offset=(0.0, 9.0)), sample("x", "down", offset=(9.0, 0.0))]
    model = fit_one(started, LABELS, penalty=1.0, least=1)
    assert [one.answer(model) for one in started] == ["up", "down"]


def test_fitting_twice_gives_the_same_text():
    first, second = (fit_one(SEPARABLE, LABELS, penalty=1.0) for _ in range(2))
    assert first.dump() == second.dump()


def test_each_sample_is_answered_by_a_model_that_was_fitted_without_its_group():
    fitted_on = []

    def fit(samples):
        fitted_on.append({one.group for one in samples})
        return len(fitted_on) - 1

    many = [replace(SEPARABLE[0], group=str(i // 2)) for i in range(40)]
    for one, model in zip(many, held_out_models(many, fit), strict=True):
        assert one.group not in fitted_on[model]
    assert len(fitted_on) == 5


def test_the_table_holds_every_model_that_is_shipped():
    shipped = {path.name for path in WEIGHTS_FOLDER.glob("*.model.tsv")}
    names = {model.name for model in MODELS} | {"confidence_fast", "confidence_careful"}
    assert {f"{name}.model.tsv" for name in names} == shipped


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
    weights = [dict(model.weights.get(name, ())).get(0, 0.0) for name in names]

    def loss(weights):
        known = dict(zip(names, weights, strict=True))
        total = 0.25 * sum(w * w for w in weights)
        for choice in CHOICES:
            powers = [math.exp(sum(known[name] for name in option)) for option in choice.options]
            total -= math.log(sum(powers[i] for i in choice.right) / sum(powers))
        return total

    assert steepest(weights, loss) < 0.02


@pytest.mark.parametrize(("options", "best"), [([["a"], ["c"]], 0), ([["c"], ["b"]], 1)])
def test_any_of_several_right_options_will_do(options, best):
    model = fit_ranking([RankedChoice([["a"], ["b"], ["c"]], [0, 1], "a")] * 3, penalty=0.1)
    assert model.best(options) == best
