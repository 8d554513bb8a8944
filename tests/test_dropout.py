"""Dropout (lecture 2.3): how much is dropped, and that both ways to scale agree with the whole network in the mean."""

import numpy as np
import pytest

from nerwin.arrays import Floats, Parameters
from nerwin.network.dropout import Dropout, dropout_mask, whole_network
from nerwin.network.scorer import Scorer, init_scorer

rates = pytest.mark.parametrize("rate", [0.1, 0.5, 0.8])
scalings = pytest.mark.parametrize("inverted", [True, False], ids=["inverted", "test"])


def mask_of(shape: tuple[int, ...], rate: float, *, inverted: bool, seed: int = 1) -> Floats:
    mask = dropout_mask(np.random.default_rng(seed), shape, rate, np.float64, inverted=inverted)
    assert isinstance(mask, np.ndarray)
    return mask


@rates
@scalings
def test_the_rate_is_the_share_that_is_dropped(rate: float, inverted: bool) -> None:
    mask = mask_of((400, 300), rate, inverted=inverted)
    assert float((mask == 0).mean()) == pytest.approx(rate, abs=0.005)
    np.testing.assert_allclose((mask == 0).mean(axis=0), rate, atol=0.12)
    np.testing.assert_allclose((mask == 0).mean(axis=1), rate, atol=0.14)


@pytest.mark.parametrize(("rate", "kept"), [(0.1, 1 / 0.9), (0.5, 2.0), (0.8, 5.0)])
def test_what_is_kept_is_divided_by_its_share_or_stays(rate: float, kept: float) -> None:
    for inverted, value in ((True, kept), (False, 1.0)):
        mask = mask_of((30, 30), rate, inverted=inverted)
        np.testing.assert_allclose(np.unique(mask), [0, value], rtol=1e-4)


@pytest.mark.parametrize("rate", [0.35, 0.999, 1 - 1e-6])
def test_the_mean_of_a_mask_is_1_however_high_the_rate(rate: float) -> None:
    mask = mask_of((2000, 2000), rate, inverted=True)
    assert np.count_nonzero(mask)
    spread = mask.max() ** 0.5 / 2000  # of the mean of so many draws, about
    assert float(mask.mean()) == pytest.approx(1, abs=4 * spread)


@pytest.mark.parametrize(
    ("rate", "inverted", "factor"), [(0.2, True, None), (0.2, False, 0.8), (0.0, True, None), (0.0, False, None)]
)
def test_the_whole_network_is_scaled_where_training_was_not(rate: float, inverted: bool, factor: float | None) -> None:
    assert whole_network(rate, inverted=inverted) == factor


@scalings
def test_a_rate_of_0_is_no_mask_and_draws_nothing(inverted: bool) -> None:
    rng = np.random.default_rng(3)
    assert dropout_mask(rng, (4, 4), 0.0, np.float32, inverted=inverted) is None
    assert rng.random() == np.random.default_rng(3).random()


@rates
@scalings
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_masks_have_the_networks_precision(rate: float, inverted: bool, dtype: type[np.floating]) -> None:
    mask = dropout_mask(np.random.default_rng(0), (3, 2), rate, dtype, inverted=inverted)
    assert isinstance(mask, np.ndarray)
    assert mask.dtype == dtype


@pytest.mark.parametrize("shape", [(0, 3), (1, 1), (1, 3), (2, 2), (5, 7)])
def test_a_mask_of_any_size_is_an_array_of_its_own(shape: tuple[int, ...]) -> None:
    mask = dropout_mask(np.random.default_rng(0), shape, 0.5, np.float32, inverted=True)
    assert isinstance(mask, np.ndarray)
    assert mask.shape == shape
    assert mask.flags.c_contiguous
    assert mask.flags.writeable


@pytest.mark.parametrize("rate", [0.003, 0.3, 0.997])
def test_a_rate_is_kept_to_the_size_of_chance(rate: float) -> None:
    dropped = float((mask_of((2000, 1000), rate, inverted=True) == 0).mean())
    assert abs(dropped - rate) < 4 * (rate * (1 - rate) / 2_000_000) ** 0.5


def test_masks_differ_from_window_to_window_and_from_draw_to_draw() -> None:
    rng = np.random.default_rng(2)
    first, second = (dropout_mask(rng, (5, 40), 0.5, np.float64, inverted=True) for _ in range(2))
    assert isinstance(first, np.ndarray)
    assert isinstance(second, np.ndarray)
    assert len({row.tobytes() for row in (*first, *second)}) == 10


@scalings
def test_each_layer_has_a_mask_of_its_own_width_and_rate(inverted: bool) -> None:
    dropout = Dropout([300, 500, 200], [0.0, 0.2, 0.6], inverted)
    none, *masks = dropout.masks(np.random.default_rng(5), 400, np.float32)
    assert none is None
    for mask, width, rate in zip(masks, [500, 200], [0.2, 0.6], strict=True):
        assert isinstance(mask, np.ndarray)
        assert mask.shape == (400, width)
        assert float((mask == 0).mean()) == pytest.approx(rate, abs=0.01)
        assert mask.max() == pytest.approx(1 / (1 - rate) if inverted else 1, rel=1e-4)
    assert dropout.whole_network() == [None, *([None, None] if inverted else [0.8, 0.4])]


# In the scorer

B = 20_000


def network(hidden: list[int], seed: int = 4) -> tuple[Parameters, Floats]:
    rng = np.random.default_rng(seed)
    return init_scorer(rng, 6, hidden, 2, "xavier", np.float64), rng.normal(size=(1, 6))


@rates
@scalings
def test_thinned_networks_agree_with_the_whole_one_in_the_mean(rate: float, inverted: bool) -> None:
    """U is linear in a: over many masks of the hidden layer the mean score is that of the whole network."""
    params, x = network([30])
    scorer = Scorer(1, "tanh")
    mask = mask_of((B, 30), rate, inverted=inverted)
    thinned, _ = scorer.forward(params, np.repeat(x, B, axis=0), [None, mask])
    whole, _ = scorer.forward(params, x, [None, whole_network(rate, inverted=inverted)])
    assert thinned.std(axis=0).min() > 0.05
    error = thinned.std(axis=0) / B**0.5
    assert (np.abs(thinned.mean(axis=0) - whole[0]) < 4 * error).all()
    wrong, _ = scorer.forward(params, x, [None, whole_network(rate, inverted=not inverted)])
    assert (np.abs(thinned.mean(axis=0) - wrong[0]) > 4 * error).any()


@scalings
def test_with_masks_on_every_layer_a_linear_network_agrees_too(inverted: bool) -> None:
    """ReLU with positive weights and inputs is linear, so expectation goes through both layers and the input."""
    params, x = network([8, 7])
    params, x = {name: np.abs(value) for name, value in params.items()}, np.abs(x)
    params["b1"] += 0.2
    scorer, shares, widths = Scorer(2, "relu"), (0.2, 0.4, 0.4), (6, 8, 7)
    masks = [
        mask_of((B, width), rate, inverted=inverted, seed=k)
        for k, (width, rate) in enumerate(zip(widths, shares, strict=True))
    ]
    thinned, _ = scorer.forward(params, np.repeat(x, B, axis=0), masks)
    whole, _ = scorer.forward(params, x, [whole_network(rate, inverted=inverted) for rate in shares])
    np.testing.assert_allclose(thinned.mean(axis=0), whole[0], rtol=0.02)


def test_scaling_at_test_time_is_the_lectures_factor_p_on_the_weights() -> None:
    """Lecture 2.3: the weights that a dropped number would have met are multiplied by p; biases are not."""
    params, x = network([8, 7])
    params = {name: value + 0.3 * name.startswith("b") for name, value in params.items()}
    whole = Dropout([6, 8, 7], [0.2, 0.4, 0.4], inverted=False).whole_network()
    scaled = params | {"W1": 0.8 * params["W1"], "W2": 0.6 * params["W2"], "U": 0.6 * params["U"]}
    scorer = Scorer(2, "tanh")
    expected, _ = scorer.forward(scaled, x)
    np.testing.assert_allclose(scorer.forward(params, x, whole)[0], expected, rtol=1e-12)


@scalings
def test_both_scalings_train_the_same_network_but_for_a_factor(inverted: bool) -> None:
    """The same draws drop the same detectors, whichever way they are scaled."""
    assert np.array_equal(mask_of((9, 9), 0.3, inverted=inverted) == 0, mask_of((9, 9), 0.3, inverted=True) == 0)


@scalings
@pytest.mark.parametrize("hidden", [[5], [5, 4]])
def test_the_mask_of_the_forward_pass_is_used_backward(hidden: list[int], inverted: bool) -> None:
    params, _ = network(hidden)
    x = np.random.default_rng(8).normal(size=(3, 6))
    masks = [mask_of((3, width), 0.4, inverted=inverted, seed=width) for width in (6, *hidden)]
    scorer = Scorer(len(hidden), "tanh")
    weight = np.random.default_rng(9).normal(size=(3, 2))
    _, cache = scorer.forward(params, x, masks)
    grads, dx = scorer.backward(params, cache, weight)
    assert (dx[masks[0] == 0] == 0).all()
    assert (dx[masks[0] != 0] != 0).all()
    for name, theta in (*params.items(), ("x", x)):
        derived = dx if name == "x" else np.asarray(grads[name])
        for at in np.ndindex(theta.shape):
            kept, values = theta[at], []
            for change in (1e-5, -1e-5):
                theta[at] = kept + change
                values.append(float((scorer.forward(params, x, masks)[0] * weight).sum()))
            theta[at] = kept
            assert derived[at] == pytest.approx((values[0] - values[1]) / 2e-5, abs=1e-8), name


def test_what_is_dropped_in_every_window_learns_nothing() -> None:
    params, _ = network([5])
    x = np.random.default_rng(8).normal(size=(4, 6))
    masks = [np.ones((4, 6)), np.ones((4, 5))]
    masks[0][:, 2] = masks[1][:, 3] = 0
    scorer = Scorer(1, "tanh")
    grads, _ = scorer.backward(params, scorer.forward(params, x, masks)[1], np.ones((4, 2)))
    dW, db, dU = (np.asarray(grads[name]) for name in ("W1", "b1", "U"))
    assert not dW[:, 2].any()
    assert not dW[3].any()
    assert not dU[3].any()
    assert db[3] == 0
    assert dW[[0, 1, 2, 4]][:, [0, 1, 3, 4, 5]].all()
