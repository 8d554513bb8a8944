"""The hinge at literal scores, and what the L2 penalty does and does not reach."""

import numpy as np
import pytest

from nerwin.arrays import Gradients, Parameters, Rows
from nerwin.network.loss import add_l2_gradient, hinge, l2_penalty, penalised


@pytest.mark.parametrize(
    ("s", "s_c", "margin", "J"),
    [
        (2.5, 0.5, 1.0, 0.0),  # wins by more than the margin
        (1.5, 0.5, 1.0, 0.0),  # wins by the margin exactly
        (1.0, 0.5, 1.0, 0.5),  # wins, inside the margin
        (0.5, 0.5, 1.0, 1.0),  # a tie
        (0.5, 2.0, 1.0, 2.5),  # loses
        (-3.0, -1.0, 0.25, 2.25),
        (-1.0, -3.0, 0.25, 0.0),
        (0.0, 0.0, 1e-9, 1e-9),
    ],
)
def test_hinge_of_one_pair(s: float, s_c: float, margin: float, J: float) -> None:
    assert hinge(np.array([s]), np.array([s_c]), margin).tolist() == [J]


def test_hinge_of_several_pairs_is_pair_by_pair() -> None:
    loss = hinge(np.array([3.0, 1.0, 0.0]), np.array([0.0, 0.5, 4.0]), 1.0)
    assert loss.tolist() == [0.0, 0.5, 5.0]


def test_hinge_keeps_the_precision_of_its_scores() -> None:
    loss = hinge(np.zeros(2, np.float32), np.zeros(2, np.float32), 1.0)
    assert loss.dtype == np.float32


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("W1", True),
        ("W2", True),
        ("W10", True),
        ("U", True),
        ("b1", False),
        ("b2", False),
        ("transitions", False),
        ("words", False),
        ("shape", False),
        ("suffix3", False),
        ("prefix1", False),
    ],
)
def test_l2_penalises_weights_and_neither_biases_nor_tables(name: str, expected: bool) -> None:
    assert penalised(name) is expected
    assert l2_penalty({name: np.array([[3.0, -4.0]])}, 0.5) == (12.5 if expected else 0.0)


def test_l2_penalises_the_tables_that_are_named() -> None:
    params: Parameters = {name: np.array([[3.0, -4.0]]) for name in ("words", "shape", "b1")}
    assert [name for name in params if penalised(name, ["words"])] == ["words"]
    assert l2_penalty(params, 0.5, ["words"]) == 12.5
    assert l2_penalty(params, 0.5, ["words", "shape"]) == 25.0


def parameters() -> Parameters:
    return {
        "words": np.full((3, 2), 7.0),
        "W1": np.array([[1.0, -2.0], [0.0, 3.0]]),
        "b1": np.array([5.0, 5.0]),
        "U": np.array([[2.0], [-1.0]]),
    }


def test_the_penalty_is_lambda_times_the_squared_frobenius_norms() -> None:
    assert l2_penalty(parameters(), 0.1) == pytest.approx(0.1 * (1 + 4 + 9 + 4 + 1), rel=1e-15)


def test_the_gradient_of_the_penalty_is_two_lambda_w() -> None:
    params = parameters()
    grads: Gradients = {
        "words": Rows(np.array([1]), np.array([[1.0, 1.0]])),
        "W1": np.ones((2, 2)),
        "b1": np.ones(2),
        "U": np.zeros((2, 1)),
    }
    add_l2_gradient(params, grads, 0.25)
    np.testing.assert_array_equal(np.asarray(grads["W1"]), [[1.5, 0.0], [1.0, 2.5]])
    np.testing.assert_array_equal(np.asarray(grads["U"]), [[1.0], [-0.5]])
    np.testing.assert_array_equal(np.asarray(grads["b1"]), [1.0, 1.0])
    words = grads["words"]
    assert isinstance(words, Rows)
    assert (words.ids.tolist(), words.values.tolist()) == ([1], [[1.0, 1.0]])


def test_no_strength_is_no_penalty_and_no_gradient() -> None:
    params = parameters()
    grads: Gradients = {"W1": np.ones((2, 2)), "U": np.ones((2, 1))}
    add_l2_gradient(params, grads, 0.0)
    assert l2_penalty(params, 0.0) == 0.0
    assert np.asarray(grads["W1"]).tolist() == [[1.0, 1.0], [1.0, 1.0]]


def test_the_penalty_keeps_single_precision_single() -> None:
    params: Parameters = {"W1": np.ones((2, 2), np.float32)}
    grads: Gradients = {"W1": np.ones((2, 2), np.float32)}
    add_l2_gradient(params, grads, 0.1)
    assert np.asarray(grads["W1"]).dtype == np.float32
