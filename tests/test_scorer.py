"""The scorer against explicit loops over windows, detectors and inputs, and against an example worked out by hand.

The worked example is the lecture's: a window of five words of dimension 4, eight sigmoid detectors, one score. Its
weights are small whole numbers, so that every z is one too; the literals are σ and σ(1 − σ) at those, to 16 digits.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest

from nerwin.arrays import Floats, Parameters
from nerwin.network.initializers import INITIALIZERS
from nerwin.network.loss import hinge
from nerwin.network.scorer import Scorer, init_scorer

VECTORS = {
    "Museums": [1, 0, 0, 1],
    "in": [0, 1, 0, 0],
    "Paris": [0, 0, 2, 1],
    "are": [0, -1, 1, 0],
    "amazing": [1, 1, 0, -1],
    "Not": [0, 0, -1, 1],
    "all": [1, 0, 0, 0],
    "museums": [1, 0, 0, 0],
}
TRUE = "Museums in Paris are amazing"
CORRUPTED = "Not all museums in Paris"

NONE = [0, 0, 0, 0]
DETECTORS = [
    [[1, 0, 0, 1], NONE, NONE, NONE, NONE],
    [NONE, [0, 1, 0, 0], NONE, NONE, NONE],
    [[1, 0, 0, 0], [0, 1, 0, 0], NONE, NONE, NONE],
    [NONE, NONE, [0, 0, 1, -1], NONE, NONE],
    [NONE, NONE, NONE, [0, 1, -1, 0], NONE],
    [NONE, NONE, NONE, NONE, [1, 1, 0, 1]],
    [[1, 0, 0, 0], NONE, NONE, NONE, [0, 0, 0, 1]],
    [[0, 0, 1, 0], [0, 0, 1, 0], [0, 0, 1, 0], [0, 0, 1, 0], [0, 0, 1, 0]],
]
LECTURE: Parameters = {
    "W1": np.array(DETECTORS, np.float64).reshape(8, 20),
    "b1": np.array([0.0, 0, -1, -1, 0, -2, 3, -6]),
    "U": np.array([[1.0], [-1], [2], [0.5], [-0.5], [1], [0.25], [-2]]),
}

# σ(2), σ(1), σ(1), σ(0), σ(−2), σ(−1), σ(3), σ(−3)
ACTIVATION = [
    0.8807970779778824,
    0.7310585786300049,
    0.7310585786300049,
    0.5,
    0.1192029220221176,
    0.2689414213699951,
    0.9525741268224333,
    0.0474258731775667,
]
# Uᵢ σ′(zᵢ)
DELTA = [
    0.1049935854035065,
    -0.1966119332414819,
    0.3932238664829637,
    0.125,
    -0.0524967927017533,
    0.1966119332414819,
    0.0112941649327280,
    -0.0903533194618243,
]
# Wᵀ δ, a word a row
WINDOW_GRADIENT = [
    [0.5095116168191982, 0.0, -0.0903533194618243, 0.1049935854035065],
    [0.0, 0.1966119332414819, -0.0903533194618243, 0.0],
    [0.0, 0.0, 0.0346466805381757, -0.125],
    [0.0, -0.0524967927017533, -0.0378565267600710, 0.0],
    [0.1966119332414819, 0.1966119332414819, -0.0903533194618243, 0.2079060981742099],
]


def window(words: str) -> Floats:
    return np.array([[number for word in words.split() for number in VECTORS[word]]], np.float64)


def test_lecture_example_forward() -> None:
    s, cache = Scorer(1, "sigmoid").forward(LECTURE, window(TRUE))
    np.testing.assert_allclose(cache.layers.outputs[0][0], ACTIVATION, atol=1e-15)
    assert s.shape == (1, 1)
    assert s[0, 0] == pytest.approx(2.2144874023172982, abs=1e-14)


def test_lecture_example_backward() -> None:
    scorer = Scorer(1, "sigmoid")
    x = window(TRUE)
    _, cache = scorer.forward(LECTURE, x)
    grads, dx = scorer.backward(LECTURE, cache, np.ones((1, 1)))
    assert set(grads) == {"U", "W1", "b1"}
    np.testing.assert_allclose(np.asarray(grads["U"]).ravel(), ACTIVATION, atol=1e-15)
    np.testing.assert_allclose(np.asarray(grads["b1"]), DELTA, atol=1e-15)
    np.testing.assert_allclose(dx.reshape(5, 4), WINDOW_GRADIENT, atol=1e-15)
    # δ₃ = 0.393… meets the inputs x₁ = 1 of "Museums" and x₁₁ = 2 of "Paris".
    dW = np.asarray(grads["W1"])
    assert dW[2, 0] == pytest.approx(0.3932238664829637, abs=1e-15)
    assert dW[2, 10] == pytest.approx(0.7864477329659274, abs=1e-15)


@pytest.mark.parametrize(("margin", "loss"), [(1.0, 0.0), (2.0, 0.8244546074535946)])
def test_lecture_example_ranks_the_true_window_above_the_corrupted_one(margin: float, loss: float) -> None:
    s, _ = Scorer(1, "sigmoid").forward(LECTURE, np.concatenate([window(TRUE), window(CORRUPTED)]))
    assert s[1, 0] == pytest.approx(1.0389420097708928, abs=1e-14)
    J = hinge(s[:1, 0], s[1:, 0], margin)
    assert J[0] == pytest.approx(loss, abs=1e-14)
    assert (J > 0).tolist() == [loss > 0]


class Scalar(NamedTuple):
    """f(z) and f′(z) of one number."""

    f: Callable[[float], float]
    df: Callable[[float], float]


SCALARS = {
    "sigmoid": Scalar(lambda z: 1 / (1 + math.exp(-z)), lambda z: math.exp(-z) / (1 + math.exp(-z)) ** 2),
    "tanh": Scalar(math.tanh, lambda z: 1 / math.cosh(z) ** 2),
    "leaky_relu": Scalar(lambda z: z if z > 0 else 0.01 * z, lambda z: 1.0 if z > 0 else 0.01),
}


class Looped(NamedTuple):
    s: list[float]
    grads: dict[str, Floats]
    dx: list[float]


def looped(params: Parameters, depth: int, scalar: Scalar, x: Floats, ds: Floats, masks: list[Floats]) -> Looped:
    """One window, one number at a time: lecture 1.5."""
    grads = {name: np.zeros_like(value) for name, value in params.items()}
    inputs = [[float(v * m) for v, m in zip(x, masks[0], strict=True)]]
    zs: list[list[float]] = []
    for k in range(1, depth + 1):
        W, b = params[f"W{k}"], params[f"b{k}"]
        zs.append([b[i] + sum(W[i, j] * inputs[-1][j] for j in range(W.shape[1])) for i in range(W.shape[0])])
        inputs.append([scalar.f(z) * float(masks[k][i]) for i, z in enumerate(zs[-1])])
    U = params["U"]
    m, K = U.shape
    s = [sum(float(U[i, t]) * inputs[-1][i] for i in range(m)) for t in range(K)]
    for i in range(m):
        for t in range(K):
            grads["U"][i, t] = inputs[-1][i] * ds[t]
    blame = [sum(float(U[i, t]) * float(ds[t]) for t in range(K)) * float(masks[-1][i]) for i in range(m)]
    for k in range(depth, 0, -1):
        W = params[f"W{k}"]
        delta = [scalar.df(z) * one for z, one in zip(zs[k - 1], blame, strict=True)]
        for i in range(W.shape[0]):
            grads[f"b{k}"][i] = delta[i]
            for j in range(W.shape[1]):
                grads[f"W{k}"][i, j] = delta[i] * inputs[k - 1][j]
        blame = [
            sum(delta[i] * float(W[i, j]) for i in range(W.shape[0])) * float(masks[k - 1][j])
            for j in range(W.shape[1])
        ]
    return Looped(s, grads, blame)


def random_scorer(rng: np.random.Generator, hidden: list[int], n: int = 6, K: int = 3) -> Parameters:
    params = init_scorer(rng, n, hidden, K, "large", np.float64)
    for k, m in enumerate(hidden, 1):
        params[f"b{k}"] = rng.normal(size=m)
    return params


def draw_masks(rng: np.random.Generator, hidden: list[int], B: int, n: int, rate: float) -> list[Floats | None]:
    """A mask of zeros and 1/(1 − rate) for the input and each layer, or None where nothing is dropped."""
    return [(rng.random((B, m)) >= rate) / (1 - rate) if rate else None for m in [n, *hidden]]


@pytest.mark.parametrize("rate", [0.0, 0.4])
@pytest.mark.parametrize("hidden", [[4], [4, 5]])
@pytest.mark.parametrize("activation", SCALARS)
def test_forward_and_backward_equal_loops(
    rng: np.random.Generator, activation: str, hidden: list[int], rate: float
) -> None:
    B, n, K = 4, 6, 3
    scorer, params = Scorer(len(hidden), activation), random_scorer(rng, hidden)
    x, ds = rng.normal(size=(B, n)), rng.normal(size=(B, K))
    masks = draw_masks(rng, hidden, B, n, rate)
    s, cache = scorer.forward(params, x, masks)
    grads, dx = scorer.backward(params, cache, ds)

    full = [np.ones((B, m)) if mask is None else mask for mask, m in zip(masks, [n, *hidden], strict=True)]
    windows = [
        looped(params, len(hidden), SCALARS[activation], x[i], ds[i], [mask[i] for mask in full]) for i in range(B)
    ]
    np.testing.assert_allclose(s, [one.s for one in windows], rtol=1e-12)
    np.testing.assert_allclose(dx, [one.dx for one in windows], rtol=1e-12, atol=1e-15)
    assert set(grads) == set(params)
    for name, gradient in grads.items():
        expected = sum(one.grads[name] for one in windows)
        np.testing.assert_allclose(np.asarray(gradient), expected, rtol=1e-12, atol=1e-14, err_msg=name)


def test_a_dropped_detector_neither_scores_nor_learns(rng: np.random.Generator) -> None:
    scorer, params = Scorer(1, "tanh"), random_scorer(rng, [4])
    mask = np.array([[2.0, 0.0, 2.0, 0.0]])
    s, cache = scorer.forward(params, rng.normal(size=(1, 6)), [None, mask])
    grads, _ = scorer.backward(params, cache, np.ones((1, 3)))
    expected = 2 * cache.layers.outputs[0][:, [0, 2]] @ params["U"][[0, 2]]
    np.testing.assert_allclose(s, expected, rtol=1e-13)
    for name in ("U", "W1", "b1"):
        gradient = np.asarray(grads[name])
        assert not gradient[[1, 3]].any(), name
        assert gradient[[0, 2]].all(), name


def test_masks_of_none_are_no_masks(rng: np.random.Generator) -> None:
    scorer, params, x = Scorer(2, "tanh"), random_scorer(rng, [4, 5]), rng.normal(size=(3, 6))
    with_none, _ = scorer.forward(params, x, [None, None, None])
    without, _ = scorer.forward(params, x)
    np.testing.assert_array_equal(with_none, without)


@pytest.mark.parametrize("rate", [0.0, 0.4])
def test_cache_rows_backpropagate_the_chosen_windows_only(rng: np.random.Generator, rate: float) -> None:
    B, n, hidden = 6, 6, [4, 5]
    scorer, params = Scorer(2, "tanh"), random_scorer(rng, hidden)
    _, cache = scorer.forward(params, rng.normal(size=(B, n)), draw_masks(rng, hidden, B, n, rate))
    chosen = np.array([1, 4])
    ds = np.zeros((B, 3))
    ds[chosen] = rng.normal(size=(2, 3))
    whole, whole_dx = scorer.backward(params, cache, ds)
    part, part_dx = scorer.backward(params, cache.rows(chosen), ds[chosen])
    for name in params:
        np.testing.assert_allclose(np.asarray(part[name]), np.asarray(whole[name]), rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(part_dx, whole_dx[chosen], rtol=1e-12)


def test_backward_of_no_windows_is_zero(rng: np.random.Generator) -> None:
    scorer, params = Scorer(1, "tanh"), random_scorer(rng, [4])
    _, cache = scorer.forward(params, rng.normal(size=(3, 6)))
    grads, dx = scorer.backward(params, cache.rows(np.empty(0, np.intp)), np.empty((0, 3)))
    assert dx.shape == (0, 6)
    assert {name: np.asarray(g).shape for name, g in grads.items()} == {name: v.shape for name, v in params.items()}
    assert not any(np.asarray(g).any() for g in grads.values())


def test_forward_and_backward_leave_parameters_and_input_alone(rng: np.random.Generator) -> None:
    scorer, params, x = Scorer(2, "relu"), random_scorer(rng, [4, 5]), rng.normal(size=(3, 6))
    before = {name: value.copy() for name, value in params.items()}
    x_before = x.copy()
    _, cache = scorer.forward(params, x, draw_masks(rng, [4, 5], 3, 6, 0.5))
    scorer.backward(params, cache, np.ones((3, 3)))
    np.testing.assert_array_equal(x, x_before)
    for name, value in params.items():
        np.testing.assert_array_equal(value, before[name])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("activation", SCALARS)
def test_precision_is_kept(rng: np.random.Generator, activation: str, dtype: type[np.floating]) -> None:
    params = init_scorer(rng, 6, [4, 5], 3, "xavier", dtype)
    scorer = Scorer(2, activation)
    masks = [np.full((2, m), 2, dtype) for m in (6, 4, 5)]
    s, cache = scorer.forward(params, rng.normal(size=(2, 6)).astype(dtype), masks)
    grads, dx = scorer.backward(params, cache, np.ones_like(s))
    assert {s.dtype, dx.dtype, *(np.asarray(g).dtype for g in grads.values())} == {np.dtype(dtype)}


@pytest.mark.parametrize("init", INITIALIZERS)
def test_fresh_parameters_have_the_lectures_shapes_and_zero_biases(rng: np.random.Generator, init: str) -> None:
    params = init_scorer(rng, 20, [8, 5], 3, init, np.float32)
    shapes = {name: value.shape for name, value in params.items()}
    assert shapes == {"W1": (8, 20), "b1": (8,), "W2": (5, 8), "b2": (5,), "U": (5, 3)}
    assert not params["b1"].any()
    assert not params["b2"].any()
