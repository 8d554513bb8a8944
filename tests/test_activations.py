"""The non-linearities (lecture 2.4): their values, their slopes, their kinks and their ranges."""

import math

import numpy as np
import pytest

from nerwin.network.activations import ACTIVATIONS, LEAK
from nerwin.network.initializers import init_table

Z = np.linspace(-6, 6, 1201)  # kinks at −1, 0 and 1 included

every = pytest.mark.parametrize("name", ACTIVATIONS)


def test_the_table_has_the_lectures_six() -> None:
    assert list(ACTIVATIONS) == ["sigmoid", "tanh", "hard_tanh", "softsign", "relu", "leaky_relu"]
    assert LEAK == 0.01


@pytest.mark.parametrize(
    ("name", "z", "a", "slope"),
    [
        ("sigmoid", 0.0, 0.5, 0.25),
        ("sigmoid", math.log(3), 0.75, 0.1875),
        ("sigmoid", -math.log(3), 0.25, 0.1875),
        ("tanh", 0.0, 0.0, 1.0),
        ("tanh", math.log(2), 0.6, 0.64),
        ("tanh", -math.log(3), -0.8, 0.36),
        ("hard_tanh", 0.3, 0.3, 1.0),
        ("hard_tanh", -0.3, -0.3, 1.0),
        ("hard_tanh", 2.5, 1.0, 0.0),
        ("hard_tanh", -2.5, -1.0, 0.0),
        ("softsign", 0.0, 0.0, 1.0),
        ("softsign", 1.0, 0.5, 0.25),
        ("softsign", -3.0, -0.75, 0.0625),
        ("relu", 3.0, 3.0, 1.0),
        ("relu", -3.0, 0.0, 0.0),
        ("leaky_relu", 3.0, 3.0, 1.0),
        ("leaky_relu", -3.0, -0.03, 0.01),
    ],
)
def test_values_and_slopes_by_hand(name: str, z: float, a: float, slope: float) -> None:
    out = ACTIVATIONS[name].f(np.array([z]))
    assert out[0] == pytest.approx(a, abs=1e-15)
    assert ACTIVATIONS[name].df(out)[0] == pytest.approx(slope, abs=1e-15)


@every
def test_the_derivative_equals_central_differences_away_from_kinks(name: str) -> None:
    f, df, *_ = ACTIVATIONS[name]
    z = Z[[min((abs(value - kink) for kink in ACTIVATIONS[name].kinks), default=1) > 1e-3 for value in Z]]
    assert len(z) > 1190
    numeric = (f(z + 1e-6) - f(z - 1e-6)) / 2e-6
    np.testing.assert_allclose(df(f(z)), numeric, atol=2e-6)


@pytest.mark.parametrize(
    ("name", "kink", "slope"),
    [("hard_tanh", -1.0, 0.0), ("hard_tanh", 1.0, 0.0), ("relu", 0.0, 0.0), ("leaky_relu", 0.0, 0.01)],
)
def test_at_a_kink_the_slope_is_the_smaller_neighbour(name: str, kink: float, slope: float) -> None:
    assert ACTIVATIONS[name].df(ACTIVATIONS[name].f(np.array([kink])))[0] == slope


@every
def test_kinks_are_where_the_slopes_or_the_bends_of_both_sides_differ(name: str) -> None:
    f, h = ACTIVATIONS[name].f, 1e-4
    far_left, left, here, right, far_right = (f(Z + k * h) for k in range(-2, 3))
    slopes = (here - left) / h, (right - here) / h
    bends = (here - 2 * left + far_left) / h**2, (far_right - 2 * right + here) / h**2
    differ = (np.abs(slopes[0] - slopes[1]) > 0.1) | (np.abs(bends[0] - bends[1]) > 0.1)
    np.testing.assert_allclose(Z[differ], ACTIVATIONS[name].kinks, atol=1e-12)


RANGES = {
    "sigmoid": (0, 1),
    "tanh": (-1, 1),
    "hard_tanh": (-1, 1),
    "softsign": (-1, 1),
    "relu": (0, math.inf),
    "leaky_relu": (-math.inf, math.inf),
}


@every
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_values_stay_in_their_range_and_come_near_its_ends(name: str, dtype: type[np.floating]) -> None:
    (f, df, *_), (low, high) = ACTIVATIONS[name], RANGES[name]
    a = f(np.concatenate([Z, [-1e4, 1e4]]).astype(dtype))
    assert a.dtype == dtype
    assert (low <= a).all()
    assert (a <= high).all()
    ends = f(np.array([-1e4, 1e4], dtype)).tolist()
    assert ends[0] == pytest.approx(low, abs=1e-3) if low > -math.inf else ends[0] <= -99
    assert ends[1] == pytest.approx(high, abs=1e-3) if high < math.inf else ends[1] >= 1e4
    assert np.isfinite(df(a)).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_sigmoid_of_huge_numbers_does_not_overflow(dtype: type[np.floating]) -> None:
    sigmoid = ACTIVATIONS["sigmoid"]
    a = sigmoid.f(np.array([-1e4, 1e4], dtype))
    assert a.tolist() == [0.0, 1.0]
    assert sigmoid.df(a).tolist() == [0.0, 0.0]


def test_tanh_is_a_stretched_and_shifted_sigmoid() -> None:
    np.testing.assert_allclose(ACTIVATIONS["tanh"].f(Z), 2 * ACTIVATIONS["sigmoid"].f(2 * Z) - 1, atol=1e-15)


@pytest.mark.parametrize("name", ["tanh", "hard_tanh", "softsign"])
def test_zero_centred_activations_are_odd(name: str) -> None:
    f = ACTIVATIONS[name].f
    np.testing.assert_allclose(f(-Z), -f(Z), atol=1e-15)


def test_softsign_saturates_later_than_tanh_and_hard_tanh_first() -> None:
    z = np.array([3.0])
    hard, tanh, soft = (float(ACTIVATIONS[name].df(ACTIVATIONS[name].f(z))[0]) for name in SATURATING)
    assert hard == 0
    assert hard < tanh < soft


SATURATING = ("hard_tanh", "tanh", "softsign")


def test_a_leaky_detector_never_dies() -> None:
    z = init_table(np.random.default_rng(2), 50, 4) - 10
    assert (ACTIVATIONS["relu"].df(ACTIVATIONS["relu"].f(z)) == 0).all()
    assert (ACTIVATIONS["leaky_relu"].df(ACTIVATIONS["leaky_relu"].f(z)) == 0.01).all()


@every
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_slopes_have_the_precision_of_the_values(name: str, dtype: type[np.floating]) -> None:
    f, df, *_ = ACTIVATIONS[name]
    assert df(f(Z.astype(dtype))).dtype == dtype


@every
def test_an_activation_may_be_written_over_its_z(name: str) -> None:
    f, z = ACTIVATIONS[name].f, Z.copy()
    assert f(z, z) is z
    np.testing.assert_array_equal(z, f(Z))
