"""Gradient descent, plain and with momentum, against steps worked out by hand; and updates of single rows."""

import numpy as np
import pytest

from nerwin.arrays import Gradients, Parameters, Rows
from nerwin.optim.optimizers import OPTIMIZERS, Optimizer, OptimizerSettings

GRADIENTS = (1.0, 2.0, -1.0)
IDS = np.array([1, 4])
OTHERS = np.array([0, 2, 3, 5])

both = pytest.mark.parametrize("name", ["sgd", "momentum"])


def make(name: str, params: Parameters, mu: float = 0.9) -> Optimizer:
    return Optimizer(OPTIMIZERS[name].rule(OptimizerSettings(momentum=mu)), params)


def rows_gradient(rng: np.random.Generator) -> Rows:
    return Rows(IDS, rng.normal(size=(2, 3)))


@pytest.mark.parametrize(
    ("name", "mu", "trace"),
    [
        ("sgd", 0.9, [0.9, 0.7, 0.8]),
        # v = −0.1, −0.09 − 0.2 = −0.29, −0.261 + 0.1 = −0.161
        ("momentum", 0.9, [0.9, 0.61, 0.449]),
        # v = −0.1, −0.05 − 0.2 = −0.25, −0.125 + 0.1 = −0.025
        ("momentum", 0.5, [0.9, 0.65, 0.625]),
        ("momentum", 0.0, [0.9, 0.7, 0.8]),
    ],
)
def test_three_steps_by_hand(name: str, mu: float, trace: list[float]) -> None:
    params: Parameters = {"W1": np.array([[1.0]])}
    optimizer = make(name, params, mu)
    for g, expected in zip(GRADIENTS, trace, strict=True):
        optimizer.step(params, {"W1": np.array([[g]])}, 0.1)
        assert params["W1"][0, 0] == pytest.approx(expected, rel=1e-14)
    assert optimizer.steps == 3


def test_momentum_keeps_the_velocity_as_its_state() -> None:
    params: Parameters = {"U": np.array([1.0, 1.0])}
    optimizer = make("momentum", params)
    for g in GRADIENTS:
        optimizer.step(params, {"U": np.array([g, 0.0])}, 0.1)
    np.testing.assert_allclose(optimizer.state["U"][0], [-0.161, 0.0], rtol=1e-14)


def test_plain_descent_keeps_no_state() -> None:
    assert make("sgd", {"U": np.ones(2)}).state == {"U": []}


def test_the_rate_may_change_from_step_to_step() -> None:
    params: Parameters = {"U": np.array([1.0])}
    optimizer = make("sgd", params)
    for rate in (0.5, 0.25, 0.0):
        optimizer.step(params, {"U": np.array([1.0])}, rate)
    assert params["U"].tolist() == [0.25]


@both
def test_a_rows_update_equals_the_dense_update_on_its_rows(rng: np.random.Generator, name: str) -> None:
    L = rng.normal(size=(6, 3))
    by_rows: Parameters = {"words": L.copy()}
    dense: Parameters = {"words": L.copy()}
    sparse, whole = make(name, by_rows), make(name, dense)
    for _ in range(3):
        g = rows_gradient(rng)
        sparse.step(by_rows, {"words": g}, 0.1)
        whole.step(dense, {"words": g.dense(L.shape)}, 0.1)
    np.testing.assert_array_equal(by_rows["words"][IDS], dense["words"][IDS])
    assert (by_rows["words"][IDS] != L[IDS]).all()


@both
def test_a_rows_update_leaves_other_rows_and_their_state_alone(rng: np.random.Generator, name: str) -> None:
    params: Parameters = {"words": rng.normal(size=(6, 3))}
    optimizer = make(name, params)
    optimizer.step(params, {"words": Rows(np.arange(6), rng.normal(size=(6, 3)))}, 0.1)
    before = params["words"].copy()
    state_before = [slot.copy() for slot in optimizer.state["words"]]
    optimizer.step(params, {"words": rows_gradient(rng)}, 0.1)
    np.testing.assert_array_equal(params["words"][OTHERS], before[OTHERS])
    for slot, kept in zip(optimizer.state["words"], state_before, strict=True):
        np.testing.assert_array_equal(slot[OTHERS], kept[OTHERS])
        assert (slot[IDS] != kept[IDS]).all()


@both
def test_an_update_without_rows_changes_nothing(name: str) -> None:
    params: Parameters = {"words": np.ones((3, 2))}
    make(name, params).step(params, {"words": Rows(np.empty(0, np.int64), np.empty((0, 2)))}, 0.1)
    assert params["words"].tolist() == [[1.0, 1.0]] * 3


@both
def test_parameters_without_a_gradient_do_not_move(name: str) -> None:
    params: Parameters = {"W1": np.ones(2), "words": np.ones((3, 2))}
    optimizer = make(name, params)
    for _ in range(2):
        optimizer.step(params, {"W1": np.ones(2)}, 0.1)
    assert params["words"].tolist() == [[1.0, 1.0]] * 3
    assert (params["W1"] < 1).all()


@both
def test_steps_happen_in_the_parameters_precision_and_from_the_second_on_in_place(name: str) -> None:
    params: Parameters = {"U": np.ones(2, np.float32)}
    optimizer = make(name, params)
    optimizer.step(params, {"U": np.ones(2, np.float32)}, 0.1)
    theta = params["U"]
    np.testing.assert_allclose(theta, 0.9, rtol=1e-6)
    optimizer.step(params, {"U": np.ones(2, np.float32)}, 0.1)
    assert params["U"] is theta
    assert theta.dtype == np.float32
    assert (theta < 0.85).all()


@both
def test_the_gradient_itself_is_not_changed(rng: np.random.Generator, name: str) -> None:
    params: Parameters = {"words": rng.normal(size=(6, 3)), "U": rng.normal(size=4)}
    rows, dense = rows_gradient(rng), rng.normal(size=4)
    values, whole = rows.values.copy(), dense.copy()
    grads: Gradients = {"words": rows, "U": dense}
    optimizer = make(name, params)
    for _ in range(2):
        optimizer.step(params, grads, 0.1)
    np.testing.assert_array_equal(rows.values, values)
    np.testing.assert_array_equal(dense, whole)
