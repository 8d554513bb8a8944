"""The gradients one parameter at a time (lecture 1.5) against the matrices (1.6), and one pair worked out by hand."""

import numpy as np
import pytest

from nerwin.arrays import Floats, Parameters
from nerwin.network.activations import ACTIVATIONS
from nerwin.network.elemental import elemental_gradients
from nerwin.network.loss import hinge
from nerwin.network.scorer import Scorer, init_scorer


@pytest.mark.parametrize("masked", [False, True], ids=["whole", "masked"])
@pytest.mark.parametrize("hidden", [[4], [4, 3], [3, 4, 2]])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_loops_and_matrices_agree(rng: np.random.Generator, activation: str, hidden: list[int], masked: bool) -> None:
    params = init_scorer(rng, 5, hidden, 2, "xavier", np.float64)
    for k in range(1, len(hidden) + 1):
        params[f"b{k}"] += rng.uniform(0, 1, hidden[k - 1])
    x, ds = rng.normal(size=(6, 5)), rng.normal(size=(6, 2))
    ds[[1, 4]] = 0  # pairs outside the margin
    masks = [(rng.random((6, width)) >= 0.4) / 0.6 for width in (5, *hidden)] if masked else None
    scorer = Scorer(len(hidden), activation)
    vectorised, dx = scorer.backward(params, scorer.forward(params, x, masks)[1], ds)
    loops, loops_dx = elemental_gradients(params, activation, x, ds, masks)
    assert loops.keys() == vectorised.keys()
    for name, gradient in loops.items():
        np.testing.assert_allclose(gradient, np.asarray(vectorised[name]), rtol=1e-10, atol=1e-13, err_msg=name)
    assert np.abs(loops["U"]).max() > 0
    np.testing.assert_allclose(loops_dx, dx, rtol=1e-10, atol=1e-13)


# Two inputs, two ReLU detectors, one score. The first detector is lit by both windows, the second by the true one only.
PARAMS: Parameters = {
    "W1": np.array([[1.0, 2.0], [-1.0, 1.0]]),
    "b1": np.array([0.5, -0.5]),
    "U": np.array([[1.0], [3.0]]),
}
TRUE, CORRUPTED = [1.0, 2.0], [2.0, 1.0]
# z = (5.5, 0.5), a = (5.5, 0.5), s = 7 and z_c = (4.5, −1.5), a_c = (4.5, 0), s_c = 4.5


def pair(margin: float) -> tuple[float, Parameters, Floats]:
    """J of the pair and its gradients."""
    x = np.array([TRUE, CORRUPTED])
    s, _ = Scorer(1, "relu").forward(PARAMS, x)
    J = hinge(s[:1, 0], s[1:, 0], margin)
    ds = np.array([[-1.0], [1.0]]) * (J > 0)
    grads, dx = elemental_gradients(PARAMS, "relu", x, ds)
    return float(J[0]), grads, dx


def test_inside_the_margin_both_branches_of_the_hinge_are_felt() -> None:
    J, grads, dx = pair(margin=4.0)
    assert J == 1.5
    # δ = −(1, 3) for the true window and (1, 0) for the corrupted one, whose second detector is dark
    assert grads["U"].tolist() == [[-5.5 + 4.5], [-0.5 + 0]]
    assert grads["b1"].tolist() == [-1 + 1, -3 + 0]
    assert grads["W1"].tolist() == [[-1 + 2, -2 + 1], [-3, -6]]
    # W ᵀδ: −(1·1 + 3·(−1)), −(1·2 + 3·1) and 1·1, 1·2
    assert dx.tolist() == [[2.0, -5.0], [1.0, 2.0]]


@pytest.mark.parametrize("margin", [1.0, 2.5])
def test_outside_the_margin_and_at_it_nothing_moves(margin: float) -> None:
    J, grads, dx = pair(margin)
    assert J == 0
    assert not any(gradient.any() for gradient in grads.values())
    assert not dx.any()


def test_an_error_is_shared_over_all_paths() -> None:
    """Two layers of the identity's kind (hard tanh inside): δ of the first layer sums over both neurons above."""
    params: Parameters = {
        "W1": np.array([[0.5]]),
        "b1": np.zeros(1),
        "W2": np.array([[0.25], [0.75]]),
        "b2": np.zeros(2),
        "U": np.array([[2.0], [4.0]]),
    }
    grads, dx = elemental_gradients(params, "hard_tanh", np.array([[0.8]]), np.array([[1.0]]))
    assert grads["U"].ravel().tolist() == pytest.approx([0.1, 0.3])
    assert grads["b2"].tolist() == [2.0, 4.0]
    assert grads["W2"].ravel().tolist() == pytest.approx([0.8, 1.6])
    assert grads["b1"].tolist() == [2 * 0.25 + 4 * 0.75]
    assert grads["W1"].ravel().tolist() == pytest.approx([2.8])
    assert dx.ravel().tolist() == [1.75]
