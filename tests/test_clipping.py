"""Gradient clipping: a longer gradient keeps its direction only."""

import numpy as np
import pytest

from nerwin.arrays import Floats, Gradients, Rows
from nerwin.optim.clipping import clip_by_norm, global_norm


def gradients() -> Gradients:
    """3, 4 and 12 in three tensors: a norm of 13."""
    return {
        "W1": np.array([[3.0, 0.0], [0.0, 0.0]]),
        "U": np.array([4.0]),
        "words": Rows(np.array([2, 7]), np.array([[0.0, 12.0], [0.0, 0.0]])),
    }


def as_one(grads: Gradients) -> Floats:
    return np.concatenate([(g.values if isinstance(g, Rows) else g).ravel() for g in grads.values()])


def test_the_norm_is_of_all_gradients_together() -> None:
    assert global_norm(gradients()) == pytest.approx(13, rel=1e-14)
    assert global_norm({}) == 0


@pytest.mark.parametrize("limit", [13.0, 13.5, 1e9])
def test_a_gradient_inside_the_limit_stays(limit: float) -> None:
    assert np.array_equal(as_one(clip_by_norm(gradients(), limit)), as_one(gradients()))


@pytest.mark.parametrize("limit", [12.9, 6.5, 1.0, 1e-3])
def test_a_longer_one_is_cut_to_the_limit_and_keeps_its_direction(limit: float) -> None:
    clipped = clip_by_norm(gradients(), limit)
    assert global_norm(clipped) == pytest.approx(limit)
    np.testing.assert_allclose(as_one(clipped) / limit, as_one(gradients()) / 13, rtol=1e-12)


def test_by_hand() -> None:
    clipped = clip_by_norm(gradients(), 6.5)
    rows = clipped["words"]
    assert isinstance(rows, Rows)
    assert rows.ids.tolist() == [2, 7]
    np.testing.assert_allclose(rows.values, [[0, 6], [0, 0]])
    np.testing.assert_allclose(np.asarray(clipped["W1"]), [[1.5, 0.0], [0.0, 0.0]])
    np.testing.assert_allclose(np.asarray(clipped["U"]), [2])


def test_what_is_clipped_is_a_copy_in_the_same_precision() -> None:
    g = np.full(4, 5, np.float32)
    clipped = clip_by_norm({"U": g, "words": Rows(np.array([0]), np.ones((1, 2), np.float32))}, 1.0)
    assert g.tolist() == [5, 5, 5, 5]
    assert as_one(clipped).dtype == np.float32


@pytest.mark.parametrize("size", [1e19, 1e30, 1e38])
def test_a_gradient_whose_square_is_no_float32_is_cut_to_the_limit_and_not_to_zero(size: float) -> None:
    g = np.array([[2, -2], [1, 0]], np.float32) * np.float32(size)
    clipped = clip_by_norm({"U": g, "words": Rows(np.array([3, 4]), g)}, 6.0)
    assert as_one(clipped).dtype == np.float32
    np.testing.assert_allclose(as_one(clipped), np.array([2, -2, 1, 0] * 2) * 2**0.5, rtol=1e-5)


def test_a_gradient_of_zero_stays_zero() -> None:
    assert as_one(clip_by_norm({"U": np.zeros(3)}, 1e-9)).tolist() == [0, 0, 0]
