"""Where the weights start (lecture 2.6): bounds, variances, and what becomes of a signal after ten layers."""

from pathlib import Path

import numpy as np
import pytest

from nerwin.arrays import Floats, Parameters
from nerwin.network.activations import ACTIVATIONS
from nerwin.network.initializers import INITIALIZERS, init_table
from nerwin.network.scorer import Scorer, init_scorer
from nerwin.optim.optimizer import Optimizer
from nerwin.optim.rules import OPTIMIZERS, OptimizerSettings
from tests.village import epochs, new_trainer, village_config

SHAPES = [(100, 250), (300, 100), (200, 200)]  # (n_out, n_in)

every = pytest.mark.parametrize("name", INITIALIZERS)
shapes = pytest.mark.parametrize(("n_out", "n_in"), SHAPES)


def drawn(name: str, n_out: int, n_in: int, seed: int = 0) -> Floats:
    return INITIALIZERS[name](np.random.default_rng(seed), n_out, n_in)


@shapes
@pytest.mark.parametrize(
    ("name", "bounds"),
    [
        ("small", [0.01, 0.01, 0.01]),
        ("large", [1.0, 1.0, 1.0]),
        # √(6/350), √(6/400), √(6/400)
        ("xavier", [0.130930734, 0.122474487, 0.122474487]),
        # √(6/250), √(6/100), √(6/200)
        ("he", [0.154919334, 0.244948974, 0.173205081]),
    ],
)
def test_weights_fill_their_bounds(name: str, bounds: list[float], n_out: int, n_in: int) -> None:
    W, bound = drawn(name, n_out, n_in), bounds[SHAPES.index((n_out, n_in))]
    assert W.shape == (n_out, n_in)
    assert np.abs(W).max() <= bound
    assert W.max() > 0.999 * bound
    assert W.min() < -0.999 * bound
    assert abs(W.mean()) < 0.02 * bound
    # uniform: a tenth of the numbers in each tenth of the range
    counts, _ = np.histogram(W, 10, (-bound, bound))
    np.testing.assert_allclose(counts / W.size, 0.1, atol=0.01)


@shapes
def test_xaviers_variance_is_two_by_the_inputs_and_outputs(n_out: int, n_in: int) -> None:
    assert float(drawn("xavier", n_out, n_in).var()) == pytest.approx(2 / (n_in + n_out), rel=0.05)


@shapes
def test_hes_variance_is_two_by_the_inputs(n_out: int, n_in: int) -> None:
    assert float(drawn("he", n_out, n_in).var()) == pytest.approx(2 / n_in, rel=0.05)


@every
def test_each_draw_is_new_and_the_same_seed_draws_the_same(name: str) -> None:
    assert np.array_equal(drawn(name, 4, 5, 1), drawn(name, 4, 5, 1))
    assert np.array_equal(drawn(name, 4, 5, 1), drawn(name, 4, 5, 2)) == (name == "zero")


@pytest.mark.parametrize("width", [4, 50, 300])
def test_the_rows_of_a_table_have_a_length_of_about_one(width: int) -> None:
    table = init_table(np.random.default_rng(1), 2000, width)
    assert table.shape == (2000, width)
    assert float((table * table).sum(axis=1).mean()) == pytest.approx(1, rel=0.03)


@every
def test_biases_start_at_zero_and_every_layer_is_drawn_for_its_own_width(name: str) -> None:
    params = init_scorer(np.random.default_rng(3), 40, [60, 20], 3, name, np.float64)
    assert not params["b1"].any()
    assert not params["b2"].any()
    assert [params[key].shape for key in ("W1", "W2", "U")] == [(60, 40), (20, 60), (20, 3)]
    bounds = {"xavier": (0.06, 0.075, 6 / 23), "he": (0.15, 0.1, 0.3)}.get(name, ())
    for key, squared in zip(("W1", "W2", "U"), bounds, strict=False):
        assert 0.8 * squared**0.5 < np.abs(params[key]).max() <= squared**0.5


# Ten layers

WIDTH, DEPTH = 500, 10


def after_ten_layers(init: str, activation: str, scale: float = 1.0) -> tuple[float, Floats]:
    """By what factor the mean square of a signal of that scale changes, and the last layer's outputs."""
    rng = np.random.default_rng(5)
    x: Floats = scale * rng.normal(size=(100, WIDTH))
    a = x
    for _ in range(DEPTH):
        a = ACTIVATIONS[activation].f(a @ INITIALIZERS[init](rng, WIDTH, WIDTH).T)
    return float((a * a).mean() / (x * x).mean()), a


@pytest.mark.parametrize(("init", "activation", "scale"), [("xavier", "tanh", 0.05), ("he", "relu", 1.0)])
def test_the_right_pair_keeps_a_signals_variance_through_ten_layers(init: str, activation: str, scale: float) -> None:
    assert 0.5 < after_ten_layers(init, activation, scale)[0] < 2


@pytest.mark.parametrize(
    ("init", "activation", "below"),
    [
        ("xavier", "relu", 1 / 300),  # half of it is lost in each layer: 2⁻¹⁰
        ("small", "tanh", 1e-12),
        ("small", "relu", 1e-12),
        ("zero", "tanh", 1e-300),
    ],
)
def test_the_wrong_pair_loses_a_signal_by_orders(init: str, activation: str, below: float) -> None:
    assert after_ten_layers(init, activation)[0] < below


def test_large_weights_explode_in_relu_and_saturate_tanh() -> None:
    assert after_ten_layers("large", "relu")[0] > 1e12
    _, a = after_ten_layers("large", "tanh")
    assert (np.abs(a) > 0.99).mean() > 0.6
    assert float(np.median(ACTIVATIONS["tanh"].df(a))) < 1e-3


def back_through_ten_layers(init: str) -> float:
    """By what factor ∂J/∂x is shorter than ∂J/∂z of the last layer, in a tanh network with small inputs."""
    rng = np.random.default_rng(6)
    params = init_scorer(rng, WIDTH, [WIDTH] * DEPTH, WIDTH, init, np.float64)
    scorer = Scorer(DEPTH, "tanh")
    s, cache = scorer.forward(params, 0.05 * rng.normal(size=(20, WIDTH)))
    _, dx = scorer.backward(params, cache, rng.normal(size=s.shape))
    return float(dx.var())


def test_xavier_keeps_gradients_too_and_small_weights_make_them_vanish() -> None:
    assert 0.4 < back_through_ten_layers("xavier") < 2.5
    assert back_through_ten_layers("small") < 1e-12


# Zero


@pytest.mark.parametrize("activation", ["sigmoid", "tanh"])
def test_detectors_that_start_at_zero_stay_equal_for_ever(activation: str) -> None:
    rng = np.random.default_rng(7)
    x, wanted = rng.normal(size=(30, 6)), rng.normal(size=(30, 2)) + 1
    scorer = Scorer(1, activation)
    ends = {}
    for init in ("zero", "xavier"):
        params = init_scorer(rng, 6, [5], 2, init, np.float64)
        if init == "zero":
            params["U"] += rng.normal(size=2)  # all detectors are judged alike, so that something moves
        optimizer = Optimizer(OPTIMIZERS["adam"].rule(OptimizerSettings()), params)
        for _ in range(100):
            s, cache = scorer.forward(params, x)
            optimizer.step(scorer.backward(params, cache, (s - wanted) / 30)[0], 0.02)
        ends[init] = params
    for name in ("W1", "b1", "U"):
        equal, different = ends["zero"][name], ends["xavier"][name]
        assert np.abs(equal).max() > 0.05
        np.testing.assert_allclose(equal, np.broadcast_to(equal[:1], equal.shape), rtol=1e-6)
        assert np.ptp(different, axis=0).max() > 0.1


@pytest.mark.parametrize("corruption", ["window", "label", "sequence"])
def test_a_real_training_does_not_tell_zero_detectors_apart(tmp_path: Path, corruption: str) -> None:
    ends: dict[str, Parameters] = {}
    for init in ("zero", "xavier"):
        chosen = (f"scorer.init={init}", "scorer.activation=sigmoid", f"objective.corruption={corruption}")
        trainer = new_trainer(village_config(tmp_path, *chosen, "optimizer.name=sgd", "optimizer.learning_rate=0.5"))
        epochs(trainer)
        ends[init] = trainer.model.params
    for name in ("W1", "b1", "U"):
        np.testing.assert_allclose(
            ends["zero"][name], np.broadcast_to(ends["zero"][name][:1], ends["zero"][name].shape), atol=1e-5
        )
        assert np.ptp(ends["xavier"][name], axis=0).max() > 0.01
    if corruption != "window":  # there every push up has its push down, and equal windows cancel
        assert np.abs(ends["zero"]["U"]).max() > 0.1
